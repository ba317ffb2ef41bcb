"""The names of an account, and the zones they need, in each cloud."""

from typing import Any

import pytest
from drawing import account, drawn, the

from scanner.analysis.dns.hostnames import hostnames


def names(cloud: str, kind: str | None, **properties: Any) -> list[str]:
    topology = drawn(account("X", kind=kind or "", **properties))
    found = hostnames(the(topology, "X"), cloud)
    assert all(hostname.zone == f"privatelink.{hostname.name[2:]}" for hostname in found)
    return [hostname.name for hostname in found]


PUBLIC = ["x.cognitiveservices.azure.com", "x.openai.azure.com", "x.services.ai.azure.com"]


@pytest.mark.parametrize(
    ("cloud", "kind", "expected"),
    [
        ("AzurePublic", "OpenAI", ["x.openai.azure.com"]),
        ("AzurePublic", "openai", ["x.openai.azure.com"]),
        ("AzurePublic", None, ["x.openai.azure.com"]),
        ("AzurePublic", "AIServices", PUBLIC),
        ("AzureUSGovernment", "OpenAI", ["x.openai.azure.us"]),
        (
            "AzureUSGovernment",
            "AIServices",
            ["x.cognitiveservices.azure.us", "x.openai.azure.us"],
        ),
        ("AzureChina", "OpenAI", ["x.openai.azure.cn"]),
        ("AzureChina", "AIServices", ["x.cognitiveservices.azure.cn", "x.openai.azure.cn"]),
    ],
)
def test_names_are_made_from_the_subdomain(
    cloud: str, kind: str | None, expected: list[str]
) -> None:
    assert names(cloud, kind) == expected


def test_an_account_without_a_subdomain_has_a_regional_name_only() -> None:
    regional = "https://swedencentral.api.cognitive.microsoft.com/"
    assert names("AzurePublic", "OpenAI", customSubDomainName=None, endpoint=regional) == []


def test_names_that_the_account_does_not_list_are_left_out() -> None:
    listed = {"a": "https://X.OPENAI.azure.com:443/path", "b": f"https://{PUBLIC[0]}/", "c": None}
    assert names("AzurePublic", "AIServices", endpoints=listed) == PUBLIC[:2]


def test_an_account_that_does_not_say_its_kind_keeps_every_name_it_lists() -> None:
    listed = {name: f"https://{name}/" for name in PUBLIC}
    assert names("AzurePublic", None, endpoints=listed) == PUBLIC
    assert names("AzurePublic", "OpenAI", endpoints=listed) == [PUBLIC[1]]


@pytest.mark.parametrize(
    "listed", [{}, {"a": None}, {"a": "https://[bad"}, {"a": "https://swedencentral.api.x.com/"}]
)
def test_a_list_that_says_nothing_of_our_names_changes_none(listed: Any) -> None:
    assert names("AzurePublic", "AIServices", endpoints=listed) == PUBLIC
