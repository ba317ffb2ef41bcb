from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure_stand_in import ONE, Azure, Reply, error, stand_in

from scanner.collect import CLOUDS, Scope, cloud_of, collect
from scanner.errors import CollectionError, RequestError


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def test_no_token_is_one_line_that_says_what_to_do(
    azure: Azure, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    azure.token = Reply({"error": "invalid_client", "error_description": "AADSTS7000215: no"}, 401)
    with caplog.at_level(logging.DEBUG), pytest.raises(CollectionError) as caught:
        azure.read()
    text = str(caught.value)
    assert text.startswith(f"no token for {azure.url}: tried EnvironmentCredential; the last said:")
    assert "AADSTS7000215" in text
    assert "`az login`" in text
    assert "\n" not in text
    assert "Traceback" not in text
    assert "not-a-secret" not in text
    assert [one for one in caplog.records if one.name.startswith("azure")] == []
    assert capsys.readouterr().err == ""
    assert azure.asked == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_sign_in_that_is_to_wait_for_hours_hung(
    azure: Azure, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("scanner.collect.transport.LONGEST_WAIT", 0.01)
    azure.token = error(status, "Busy", Retry_After="9999")
    began = time.monotonic()
    with pytest.raises(CollectionError, match="no token for"):
        azure.read()
    assert time.monotonic() - began < 60
    assert azure.asked == []


def test_no_credential_at_all_says_what_was_tried(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    with pytest.raises(CollectionError, match="tried EnvironmentCredential; the last said: Env"):
        azure.read()


def test_a_wrong_choice_of_credential_is_an_error(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "Nonesuch")
    with pytest.raises(CollectionError, match=r"no credential: .*TOKEN_CREDENTIALS: nonesuch"):
        azure.read()


def test_a_token_is_never_logged(azure: Azure, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        azure.read()
    assert "stand-in-token" not in caplog.text
    assert "not-a-secret" not in caplog.text


def test_whoever_wants_all_sees_each_request_and_no_token(
    azure: Azure, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "scanner"):
        azure.read()
    told = [one.getMessage() for one in caplog.records if one.name == "scanner.collect.transport"]
    asked = [one for one in told if "ResourceGraph" in one]
    assert len(asked) == len(azure.asked)
    assert [one for one in told if "/oauth2/v2.0/token: 200" in one]
    line = r"POST /providers/Microsoft.ResourceGraph/resources: 200 in \d+\.\d\d s"
    assert all(re.fullmatch(line, one) for one in asked)
    assert "asking resources | where type in~" in caplog.text
    assert "Bearer" not in caplog.text


def test_whoever_wants_more_is_told_of_each_attempt_to_sign_in(
    azure: Azure, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    with caplog.at_level(logging.INFO, "scanner"), pytest.raises(CollectionError):
        azure.read()
    (line,) = [one.getMessage() for one in caplog.records]
    assert line.startswith("tried EnvironmentCredential: EnvironmentCredential authentication un")


def test_an_expired_token_is_replaced_by_a_fresh_one(azure: Azure) -> None:
    expired = error(401, "ExpiredAuthenticationToken")
    replies = iter([expired])
    azure.interfere = lambda body: (
        next(replies, None) if body["query"].startswith("dnsresources") else None
    )
    tokens: list[str] = []

    def counted(asked: str, reply: Reply) -> Reply:
        tokens.extend([asked] if asked.endswith("/token") else [])
        return reply

    azure.spoil = counted
    assert azure.read().gaps == ()
    assert len(tokens) == 2


def test_a_private_cloud_is_read_by_its_url(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", azure.url)
    cloud = cloud_of(f"{azure.url}/")
    assert cloud == azure.cloud
    scope = Scope(subscriptions=(ONE,))
    snapshot = collect(scope, cloud=cloud, progress=azure.words.append, clock=azure.clock)
    assert snapshot.cloud == azure.url


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("azurepublic", "AzurePublic"),
        ("AzureUSGovernment", "AzureUSGovernment"),
        ("AZURECHINA", "AzureChina"),
        ("AzureChinaCloud", "AzureChina"),
        ("https://management.usgovcloudapi.net/", "AzureUSGovernment"),
    ],
)
def test_a_cloud_goes_by_its_name_in_any_case(text: str, name: str) -> None:
    assert cloud_of(text) is CLOUDS[name]


def test_each_cloud_has_its_own_hosts() -> None:
    hosts = [(one.resource_manager, one.authority_host) for one in CLOUDS.values()]
    assert hosts == [
        ("https://management.azure.com", "https://login.microsoftonline.com"),
        ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
        ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    ]


def test_an_unknown_cloud_suggests_the_near_one() -> None:
    with pytest.raises(RequestError, match=r"no cloud `AzureGoverment`.*`AzureUSGovernment`\?"):
        cloud_of("AzureGoverment")


@pytest.mark.parametrize(
    ("url", "authority", "message"),
    [
        ("https://arm.local", "", "set AZURE_AUTHORITY_HOST"),
        ("http://arm.local", "login.local", "http://arm.local is not an https URL"),
        ("https://arm.local", "http://login.local", "http://login.local is not an https URL"),
    ],
)
def test_a_private_cloud_needs_an_authority_and_https(
    monkeypatch: pytest.MonkeyPatch, url: str, authority: str, message: str
) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", authority)
    with pytest.raises(RequestError, match=message):
        cloud_of(url)
