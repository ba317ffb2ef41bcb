"""Secrets that Azure returns with its resources never enter a snapshot."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from scanner.snapshot.record import NULL, Row

HARMLESS = frozenset(
    f"microsoft.network/{name}"
    for name in (
        "applicationsecuritygroups",
        "loadbalancers",
        "natgateways",
        "networkinterfaces",
        "networksecuritygroups",
        "privatednszones",
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
"""
Types whose API has no secret to return, nor room for one; most rows of an estate.

Their properties are not searched. Their tags are: people write those.
"""

MARKS = (
    "secret",
    "password",
    "passphrase",
    "sharedkey",
    "accesskey",
    "apikey",
    "authorizationkey",
    "accountkey",
    "primarykey",
    "secondarykey",
    "privatekey",
    "searchendpointkey",
    "connectionstring",
    "certdata",
    "certificatedata",
    "cloudinit",
    "customdata",
    "userdata",
    "commandtoexecute",
    "protectedsettings",
    "sastoken",
    "peeringkey",
    "servicekey",
)
"""
A key that contains one of these, in any letter case and with any separators, holds a secret.

Source: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/get
(radiusServerSecret, publicCertData), .../virtual-network-gateway-connections/get
(sharedKey, authorizationKey).
"""

ENDINGS = ("psk", "pwd")
"""A key that ends in one of these does too; elsewhere they are parts of other words."""

TOKENS = ("token", "tokens")
"""A key that ends in one of these holds a token, or a number of them, or where to get one."""

_HINTS = (
    *(b"secret", b"passw", b"passp", b"key", b"token", b"psk", b"pwd", b"onstring"),
    *(
        b"tdata",
        b"edata",
        b"mdata",
        b"rdata",
        b"commandto",
        b"protecteds",
        b"cloudinit",
        b"sig=",
        b"sig%3d",
    ),
)
"""One of these, at least, is in whatever holds a secret: half as many to look for."""

_SIGNS = tuple(
    sign.encode() for sign in (*MARKS, *ENDINGS, *TOKENS, "sig=", "sig%3d", "pwd=", "password=")
)
"""One of these is."""

_REFERENCES = ("secretid", "secreturi")
"""
A key that ends in one of these holds the address of a secret in a key vault, which is none.

Nor is a key that is an ARM id, as those of assigned identities are.
"""

_PAGING = ("skiptoken", "nexttoken", "pagetoken", "continuationtoken")
"""Tokens that say where to read on."""

_NO_TOKEN = re.compile(r"[\d.,]*|https?://.*", re.IGNORECASE | re.DOTALL)

_SECRET_TEXT = re.compile(
    r"(?:^|[?&;])sig=|(?:%3f|%26)sig%3d"
    r"|(?:account|sharedaccess)key=|sharedaccesssignature="
    r"|(?:^|;)\s*(?:password|pwd)\s*="
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)
"""
Text that is a secret under whatever key: a SAS, a connection string, a private key.

Source: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
"""

_ESCAPE = b"\\u"
"""A key may be written `shared\\u004bey`; then every key is read."""

_SEPARATORS = b"_- ."
_LOWER = bytes(range(256)).lower()
_FOLD = str.maketrans("", "", _SEPARATORS.decode())


def without_secrets(row: Row) -> Row:
    """Return the row, its secret values gone. The row itself when it holds none."""
    is_harmless = row.type.lower() in HARMLESS
    kept = row
    for part in ("tags", "identity") if is_harmless else ("tags", "identity", "properties"):
        raw = getattr(row, part)
        if raw is not NULL and _may_hold_secrets(bytes(raw)):
            kept = msgspec.structs.replace(kept, **{part: _searched(raw)})
    return kept


def _may_hold_secrets(content: bytes) -> bool:
    folded = content.translate(_LOWER, _SEPARATORS)
    is_hinted = any(hint in folded for hint in _HINTS)
    return (is_hinted and any(sign in folded for sign in _SIGNS)) or _ESCAPE in content


def _searched(raw: msgspec.Raw) -> msgspec.Raw:
    value = msgspec.json.decode(raw)
    kept = _kept([value])
    return raw if kept == [value] else msgspec.Raw(msgspec.json.encode(kept[0] if kept else None))


def _kept(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            hidden = {"value"} if _is_secret(str(value.get("name")), value.get("value")) else set()
            return {
                key: _kept(inner)
                for key, inner in value.items()
                if key not in hidden and not _is_secret(key, inner)
            }
        case list():
            return [_kept(item) for item in value if not _is_secret("", item)]
        case str():
            return _kept_text(value)
        case _:
            return value


def _kept_text(text: str) -> str:
    """Return text as it is; JSON inside text, without its secrets."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value = msgspec.json.decode(text)
        kept = _kept(value)
    except (msgspec.DecodeError, RecursionError):
        return text
    return text if kept == value else msgspec.json.encode(kept).decode()


def _is_secret(key: str, value: object) -> bool:
    """Tell a secret, or a structure of secrets, from what merely speaks of secrets."""
    if not isinstance(value, str | list | dict) or not value:
        return False
    if isinstance(value, str) and _SECRET_TEXT.search(value):
        return True
    name = key.lower().translate(_FOLD)
    if key.startswith("/") or (isinstance(value, str) and name.endswith(_REFERENCES)):
        return False
    is_marked = any(mark in name for mark in MARKS) or name.endswith(ENDINGS)
    return is_marked or _is_token(name, value)


def _is_token(name: str, value: object) -> bool:
    if not name.endswith(TOKENS) or name.endswith(_PAGING):
        return False
    return not (isinstance(value, str) and _NO_TOKEN.fullmatch(value))
