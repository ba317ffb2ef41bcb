"""
What text a property can hold: one of a few words, a prefix, an address.

A row with another is not understood. Azure adds words, and exports get edited: what such
a word means nobody here knows, so the row becomes a gap like any other that is unread.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from msgspec import Meta


def one_of(*words: str) -> Meta:
    """
    Return that a property holds one of some words, in any letter case.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    """
    return Meta(pattern=rf"(?i)^(?:{'|'.join(map(re.escape, words))})\Z")


_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_V6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:[0-9.]{7,15})?"
_LENGTH4 = r"(?:/(?:3[0-2]|[12]?[0-9]))?"
_LENGTH6 = r"(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?"
_PREFIX = rf"{_V4}{_LENGTH4}|{_V6}{_LENGTH6}"


def _text(pattern: str, *, may_be_empty: bool = False) -> Meta:
    return Meta(pattern=rf"(?i)^\s*(?:{pattern}){'?' if may_be_empty else ''}\s*\Z")


_ADDRESS = rf"{_V4}|{_V6}"
_TAGGED = rf"\*|{_PREFIX}|[a-z][a-z0-9.]*"

Address: TypeAlias = Annotated[str, _text(_ADDRESS)]
"""An IPv4 or IPv6 address."""

AddressOrEmpty: TypeAlias = Annotated[str, _text(_ADDRESS, may_be_empty=True)]

Prefix: TypeAlias = Annotated[str, _text(_PREFIX)]
"""An address, or a prefix."""

PrefixOrEmpty: TypeAlias = Annotated[str, _text(_PREFIX, may_be_empty=True)]
"""Azure writes the empty text where the plural key holds the prefixes."""

PrefixOrTag: TypeAlias = Annotated[str, _text(_TAGGED)]
"""A prefix, the name of a service tag, or all."""

ApprovalState: TypeAlias = Annotated[
    str, one_of("", "Approved", "Pending", "Rejected", "Disconnected")
]
"""What became of the request of a private endpoint."""
