"""Ports and ranges of ports, as rules write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

Range: TypeAlias = tuple[int, int]
"""First and last port, both inside."""

LAST = 65535


def covers(ports: Iterable[str], port: int) -> bool | None:
    """
    Tell whether ports and ranges hold a port; None when that is not known.

    Nothing at all, and text that is no port, may hold any.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules
    """
    ranges = tuple(_ranges(ports))
    if any(item and item[0] <= port <= item[1] for item in ranges):
        return True
    return None if not ranges or None in ranges else False


def every(ports: Iterable[str]) -> bool | None:
    """Tell whether ports and ranges together hold every port; None when that is not known."""
    ranges = tuple(_ranges(ports))
    reached = 0
    for first, last in sorted(filter(None, ranges)):
        if first > reached + 1:
            break
        reached = max(reached, last)
    if reached == LAST:
        return True
    return None if not ranges or None in ranges else False


def some(ports: Iterable[str]) -> bool | None:
    """Tell that ports and ranges hold at least one port; None when that is not known."""
    return any(_ranges(ports)) or None


def _ranges(ports: Iterable[str]) -> Iterable[Range | None]:
    return (_range(part.strip()) for text in ports for part in text.split(","))


def _range(text: str) -> Range | None:
    """Read `*`, `22` or `20-25`; None for what is none of these."""
    if text.lower() in {"*", "any"}:
        return (0, LAST)
    found = re.fullmatch(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?", text)
    if found is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if first <= last <= LAST else None
