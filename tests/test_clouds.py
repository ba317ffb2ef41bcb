"""A cloud has one name here, whatever it is called elsewhere."""

import pytest

from scanner.clouds import RESOURCE_MANAGERS, cloud_name, known_name
from scanner.errors import RequestError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AzurePublic", "AzurePublic"),
        ("azurepublic", "AzurePublic"),
        ("AzureCloud", "AzurePublic"),
        ("AZURECLOUD", "AzurePublic"),
        ("AzurePublicCloud", "AzurePublic"),
        (" azureusgovernment ", "AzureUSGovernment"),
        ("AzureUSGovernmentCloud", "AzureUSGovernment"),
        ("AzureChinaCloud", "AzureChina"),
        ("azurechina", "AzureChina"),
        ("https://management.azure.com/", "AzurePublic"),
        ("HTTPS://management.USGovCloudAPI.net", "AzureUSGovernment"),
    ],
)
def test_a_cloud_is_known_by_its_names_in_any_letter_case(text: str, name: str) -> None:
    assert known_name(text) == cloud_name(text) == name


@pytest.mark.parametrize("text", ["", "AzurePublik", "AzureGermanCloud", "https://arm.local"])
def test_another_cloud_is_not_known(text: str) -> None:
    assert known_name(text) is None


def test_a_private_cloud_is_called_by_its_url() -> None:
    assert cloud_name(" https://arm.local/ ") == "https://arm.local"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AzureGoverment", "no cloud `AzureGoverment` .did you mean `AzureUSGovernment`"),
        ("x", "no cloud `x`; name one of AzurePublic, AzureUSGovernment, AzureChina, or a URL"),
        ("http://arm.local", "http://arm.local is not an https URL"),
    ],
)
def test_what_is_no_cloud_is_refused_in_a_line(text: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        cloud_name(text)


def test_every_name_is_its_own_spelling() -> None:
    assert [known_name(name) for name in RESOURCE_MANAGERS] == list(RESOURCE_MANAGERS)
