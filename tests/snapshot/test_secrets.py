import json
from pathlib import Path
from typing import Any

import pytest

from scanner.snapshot import load

GATEWAY = {
    "gatewayType": "Vpn",
    "vpnClientConfiguration": {
        "radiusServerAddress": "10.0.0.4",
        "radiusServerSecret": "s3cret",
        "radiusServers": [{"radiusServerAddress": "10.0.0.5", "radiusServerSecret": "s3cret"}],
        "vpnClientRootCertificates": [{"name": "root", "properties": {"publicCertData": "s3cret"}}],
    },
}
GATEWAY_KEPT = {
    "gatewayType": "Vpn",
    "vpnClientConfiguration": {
        "radiusServerAddress": "10.0.0.4",
        "radiusServers": [{"radiusServerAddress": "10.0.0.5"}],
        "vpnClientRootCertificates": [{"name": "root", "properties": {}}],
    },
}
API_PROPERTIES = {
    "eventHubConnectionString": "s3cret",
    "storageAccountConnectionString": "s3cret",
    "qnaAzureSearchEndpointKey": "s3cret",
    "qnaAzureSearchEndpointId": "/subscriptions/s/search",
    "statisticsEnabled": True,
}

CASES: list[tuple[str, Any, Any]] = [
    ("virtualNetworkGateways", GATEWAY, GATEWAY_KEPT),
    ("connections", {"sharedKey": "s3cret", "authorizationKey": "s3cret", "a": 1}, {"a": 1}),
    ("connections", {"SHAREDKEY": "s3cret", "a": 1}, {"a": 1}),
    ("expressRouteCircuits", {"serviceKey": "s3cret", "a": [1]}, {"a": [1]}),
    ("virtualMachines", {"osProfile": {"adminPassword": "s3cret"}}, {"osProfile": {}}),
    ("connections", {"enforceSharedKey": True, "sharedKey": None}, None),
    ("firewallPolicies", {"keyVaultSecretId": "https://v.vault.azure.net/secrets/ca"}, None),
    ("firewallPolicies", {"secrets": [{"name": "kept"}]}, None),
    ("azureFirewalls", {"a": {"b": [1, 2.5, "c", None, False]}}, None),
]


def loaded(folder: Path, content: str) -> Any:
    path = folder / "estate.json"
    path.write_text(content)
    (row,) = load(path).rows
    return row.document()["properties"]


@pytest.mark.parametrize(("kind", "properties", "kept"), CASES)
def test_what_azure_should_not_have_told_is_not_kept(
    tmp_path: Path, kind: str, properties: object, kept: object
) -> None:
    row = {"id": "/a", "type": f"Microsoft.Network/{kind}", "properties": properties}
    for content in (json.dumps([row]), json.dumps(row), json.dumps({"data": [row]})):
        assert loaded(tmp_path, content) == (properties if kept is None else kept)


def test_the_keys_of_an_account_are_not_kept(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts"
    row = {"id": "/a", "type": kind, "properties": {"apiProperties": API_PROPERTIES}}
    kept = {"qnaAzureSearchEndpointId": "/subscriptions/s/search", "statisticsEnabled": True}
    assert loaded(tmp_path, json.dumps([row])) == {"apiProperties": kept}


def test_a_key_written_with_an_escape_is_still_a_key(tmp_path: Path) -> None:
    content = r'[{"id": "/a", "type": "t/x", "properties": {"shared\u004bey": "s3cret"}}]'
    assert loaded(tmp_path, content) == {}


def test_the_secret_is_gone_from_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    row = {"id": "/a", "type": "t/x", "properties": GATEWAY | {"sharedKey": "s3cret"}}
    path.write_text(json.dumps([row]))
    assert b"s3cret" not in bytes(load(path).rows[0].properties)
