import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner.snapshot import Row, load, secrets

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
    ("networkVirtualAppliances", {"cloudInitConfiguration": "s3cret"}, {}),
    ("virtualMachines", {"osProfile": {"adminPassword": "s3cret"}}, {"osProfile": {}}),
    ("connections", {"enforceSharedKey": True, "sharedKey": None}, None),
    ("firewallPolicies", {"keyVaultSecretId": "https://v.vault.azure.net/secrets/ca"}, None),
    ("firewallPolicies", {"disableApiKeys": True, "tokens": 5, "secrets": []}, None),
    ("azureFirewalls", {"a": {"b": [1, 2.5, "c", None, False]}}, None),
]


PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIs3cret\n-----END RSA PRIVATE KEY-----"
SAS = "https://c.blob.core.windows.net/logs?sv=2024&sp=r&sig=s3cret%3D"

STRUCTURES: dict[str, tuple[Any, Any]] = {
    "an object": ({"protectedSettings": {"a": {"b": "s3cret"}}, "c": 1}, {"c": 1}),
    "a list": ({"secrets": ["s3cret"], "c": [{"passwords": [{"v": "s3cret"}]}]}, {"c": [{}]}),
    "a named value": (
        {"env": [{"name": "DB_PASSWORD", "value": "s3cret"}, {"name": "TZ", "value": "UTC"}]},
        {"env": [{"name": "DB_PASSWORD"}, {"name": "TZ", "value": "UTC"}]},
    ),
    "JSON in text": (
        {"settings": json.dumps({"a": 1, "apiKey": "s3cret"})},
        {"settings": '{"a":1}'},
    ),
    "JSON in text in JSON in text": (
        {"settings": json.dumps([json.dumps({"psk": "s3cret"})])},
        {"settings": '["{}"]'},
    ),
    "a SAS": ({"pacFile": SAS, "name": "proxy"}, {"name": "proxy"}),
    "a SAS in a list": ({"urls": [SAS, "https://c.blob.core.windows.net/"]}, None),
    "a SAS in a SAS's clothes": ({"next": "https://x/?u=https%3A%2F%2Fc%3Fsig%3Ds3cret"}, {}),
    "an account key": ({"store": "AccountName=c;AccountKey=s3cret=="}, {}),
    "a bus key": ({"bus": "Endpoint=sb://c;SharedAccessKeyName=n;SharedAccessKey=s3cret"}, {}),
    "a database": ({"db": "Server=c;User Id=u; Password=s3cret;"}, {}),
    "a private key": ({"pem": PEM}, {}),
    "an escaped private key": ({"pem": PEM.replace("-", "\\u002d")}, None),
}

SECRET_KEYS = (
    *("psk", "vpnPsk", "preSharedKey", "presharedkey", "shared_key", "shared-key", "Shared Key"),
    *("apiKey", "API_KEY", "api-key", "primaryKey", "secondaryKey", "primary_key", "privateKey"),
    *("token", "accessToken", "refresh_token", "registrationInfoToken", "sasToken", "dbPwd"),
    *("clientSecret", "passphrase", "storage.account.key", "connection_string", "custom-data"),
)

HARMLESS_PROPERTIES: dict[str, Any] = {
    "disableLocalAuth": True,
    "keyVaultSecretId": "https://v.vault.azure.net/secrets/ca",
    "secretUri": "https://v.vault.azure.net/secrets/ca",
    "keyVaultProperties": {"keyName": "k", "keyVersion": "1", "keyVaultUri": "https://v"},
    "publicKeys": [{"path": "/home/u/.ssh", "keyData": "ssh-rsa AAAA"}],
    "keySource": "Microsoft.KeyVault",
    "rules": [{"key": "openai.batches.list"}, {"key": "token"}],
    "endpoints": {"Token": "https://westeurope.api.cognitive.microsoft.com/"},
    "maxContextToken": "128000",
    "maxTokens": 16384,
    "tokenizer": "cl100k",
    "$skipToken": "ew0KICAi",
    "nextPageToken": "ew0KICAi",
    "upskilling": "yes",
    "disablePasswordAuthentication": True,
    "sharedKey": None,
    "password": "",
    "primary": True,
    "signature": "sig",
    "notJson": "[key",
    "json": '{"key": "x"}',
}


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


@pytest.mark.parametrize(("properties", "kept"), STRUCTURES.values(), ids=STRUCTURES)
def test_a_secret_is_not_kept_wherever_it_stands(
    tmp_path: Path, properties: Any, kept: object
) -> None:
    row = {"id": "/a", "type": "t/x", "properties": properties}
    content = json.dumps([row]).replace("\\\\u", "\\u")
    found = loaded(tmp_path, content)
    assert "s3cret" not in json.dumps(found)
    assert kept in (None, found)


@pytest.mark.parametrize("key", SECRET_KEYS)
@pytest.mark.parametrize("value", ["s3cret", {"a": "s3cret"}, ["s3cret"]], ids=repr)
def test_a_key_for_a_secret_is_known_however_it_is_spelled(
    tmp_path: Path, key: str, value: object
) -> None:
    row = {"id": "/a", "type": "t/x", "properties": {"a": [{key: value}]}}
    assert loaded(tmp_path, json.dumps([row])) == {"a": [{}]}


def test_what_only_speaks_of_secrets_is_kept(tmp_path: Path) -> None:
    row = {"id": "/a", "type": "t/x", "properties": HARMLESS_PROPERTIES}
    assert loaded(tmp_path, json.dumps([row])) == HARMLESS_PROPERTIES


@pytest.mark.parametrize("kind", ["networkInterfaces", "virtualNetworks", "virtualMachines"])
@pytest.mark.parametrize("part", ["tags", "identity"])
def test_tags_and_identities_hold_no_secrets_whatever_the_type(
    tmp_path: Path, kind: str, part: str
) -> None:
    held = {"password": "s3cret", "apiKey": "s3cret", "env": "prod", "sas": SAS}
    path = tmp_path / "estate.json"
    path.write_text(json.dumps([{"id": "/a", "type": f"Microsoft.Network/{kind}", part: held}]))
    assert load(path).rows[0].document()[part] == {"env": "prod"}


def test_a_record_may_not_carry_a_secret_in_its_metadata(tmp_path: Path) -> None:
    held = {"aRecords": [], "metadata": {"password": "s3cret", "by": "me"}}
    row = {"id": "/a", "type": "Microsoft.Network/privateDnsZones/A", "properties": held}
    assert loaded(tmp_path, json.dumps([row])) == {"aRecords": [], "metadata": {"by": "me"}}


def test_an_identity_is_kept_whatever_its_name_speaks_of(tmp_path: Path) -> None:
    assigned = {"/subscriptions/s/userAssignedIdentities/api-key-rotator": {"clientId": "c"}}
    row = {"id": "/a", "type": "t/x", "identity": {"userAssignedIdentities": assigned}}
    path = tmp_path / "estate.json"
    path.write_text(json.dumps([row]))
    assert load(path).rows[0].document()["identity"] == row["identity"]


def test_a_part_that_is_nothing_but_a_secret_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.write_text(json.dumps([{"id": "/a", "type": "t/x", "tags": SAS}]))
    assert load(path).rows[0].document() == {"id": "/a", "type": "t/x"}


def test_a_row_without_secrets_keeps_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.write_text('[{"id":"/a","type":"t/x","properties":{ "key" : 1.50, "keyName":"x" }}]')
    assert bytes(load(path).rows[0].properties) == b'{ "key" : 1.50, "keyName":"x" }'


@pytest.mark.parametrize("mark", [*secrets.MARKS, *secrets.ENDINGS, *secrets.TOKENS])
def test_every_mark_is_looked_for(mark: str) -> None:
    row = Row(id="/a", type="t/x", properties=msgspec.Raw(b'{"%s":"s3cret"}' % mark.encode()))
    assert bytes(secrets.without_secrets(row).properties) == b"{}"


def test_text_that_is_nested_too_deeply_is_left_alone(tmp_path: Path) -> None:
    deep = "[" * 100_000
    row = {"id": "/a", "type": "t/x", "properties": {"key": deep, "apiKey": "s3cret"}}
    assert loaded(tmp_path, json.dumps([row])) == {"key": deep}
