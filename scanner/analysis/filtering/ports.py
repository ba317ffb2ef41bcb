"""Ports and ranges of ports, as rules write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scanner.analysis.addresses import AddressSet, Interval

LAST = 65535

CALLING = AddressSet(((1, LAST),))
"""The ports a caller may call from."""


@lru_cache(maxsize=1 << 12)
def parse(texts: tuple[str, ...]) -> AddressSet | None:
    """
    Return ports and ranges (`443`, `400-500`, `*`) as intervals; None when not all are known.

    Nothing at all, and text that is no port, may hold any.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules
    """
    ranges = tuple(_ranges(texts))
    return None if not ranges or None in ranges else _known(ranges)


def covers(texts: tuple[str, ...], port: int) -> bool | None:
    """Tell whether ports and ranges hold a port; None when that is not known."""
    if _known(_ranges(texts)).within(port, port):
        return True
    return None if parse(texts) is None else False


def every(texts: tuple[str, ...]) -> bool | None:
    """Tell whether ports and ranges together hold every port; None when that is not known."""
    if not CALLING - _known(_ranges(texts)):
        return True
    return None if parse(texts) is None else False


def some(texts: tuple[str, ...]) -> bool | None:
    """Tell that ports and ranges hold at least one port; None when that is not known."""
    return bool(_known(_ranges(texts))) or None


def _known(ranges: Iterable[Interval | None]) -> AddressSet:
    return AddressSet.of(item for item in ranges if item is not None)


def _ranges(texts: Iterable[str]) -> Iterator[Interval | None]:
    return (_range(part.strip()) for text in texts for part in text.split(","))


def _range(text: str) -> Interval | None:
    """Read `*`, `22` or `20-25`; None for what is none of these."""
    if text.lower() in {"*", "any"}:
        return (0, LAST)
    found = re.fullmatch(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?", text)
    if found is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if first <= last <= LAST else None
