"""Secrets that Azure returns with its resources never enter a snapshot."""

from __future__ import annotations

from typing import Any

import msgspec

from scanner.snapshot.record import Row

HARMLESS = frozenset(
    f"microsoft.network/{name}"
    for name in (
        "applicationsecuritygroups",
        "networkinterfaces",
        "networksecuritygroups",
        "privatednszones",
        "privatednszones/a",
        "privatednszones/virtualnetworklinks",
        "privateendpoints",
        "privateendpoints/privatednszonegroups",
        "publicipaddresses",
        "routetables",
        "virtualnetworks",
        "virtualnetworks/subnets",
        "virtualnetworks/virtualnetworkpeerings",
    )
)
"""Types whose API has no secret to return; most rows of an estate, so they are not searched."""

_MARKS = (
    "secret",
    "password",
    "sharedkey",
    "accesskey",
    "authorizationkey",
    "accountkey",
    "searchendpointkey",
    "connectionstring",
    "certdata",
    "certificatedata",
    "customdata",
    "userdata",
    "commandtoexecute",
    "protectedsettings",
    "sastoken",
    "peeringkey",
    "servicekey",
)
"""
A key that contains one of these holds a secret.

Source: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/get
(radiusServerSecret, publicCertData), .../virtual-network-gateway-connections/get
(sharedKey, authorizationKey).
"""


_MARK_BYTES = tuple(mark.encode() for mark in _MARKS)

_ESCAPE = b"\\u"
"""A key may be written `shared\\u004bey`; then every key is read."""

_REFERENCES = ("secretid", "secreturi")
"""A key that ends in one of these holds the address of a secret in a key vault, which is none."""


def without_secrets(row: Row) -> Row:
    """Return the row, its secret values gone. The row itself when it holds none."""
    if row.type.lower() in HARMLESS:
        return row
    lowered = bytes(row.properties).lower()
    if _ESCAPE not in lowered and not any(mark in lowered for mark in _MARK_BYTES):
        return row
    kept = _kept(msgspec.json.decode(row.properties))
    return msgspec.structs.replace(row, properties=msgspec.Raw(msgspec.json.encode(kept)))


def _kept(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {k: _kept(v) for k, v in value.items() if not _is_secret(k, v)}
        case list():
            return [_kept(item) for item in value]
        case _:
            return value


def _is_secret(key: str, value: object) -> bool:
    """Tell secret text from a structure whose name merely speaks of secrets."""
    key = key.lower()
    if not isinstance(value, str) or key.endswith(_REFERENCES):
        return False
    return any(mark in key for mark in _MARKS)
