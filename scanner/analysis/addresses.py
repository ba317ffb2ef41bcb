"""Sets of IPv4 addresses as intervals of integers."""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias

import msgspec

Interval: TypeAlias = tuple[int, int]
"""First and last address, both inside."""


class AddressSet(msgspec.Struct, frozen=True, gc=False):
    """A set of IPv4 addresses: disjoint intervals, in order, none touching the next."""

    intervals: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> AddressSet:
        """Return the union of intervals."""
        merged: list[Interval] = []
        for first, last in sorted(intervals):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    @classmethod
    def parse(cls, *prefixes: str) -> AddressSet:
        """
        Return the union of addresses and prefixes (`10.0.0.4`, `10.0.0.0/24`).

        IPv6 and text that is neither hold no IPv4 address.
        """
        found = [interval for prefix in prefixes if (interval := _interval(prefix))]
        return cls.of(found) if len(found) > 1 else cls(tuple(found))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.intervals)

    def __or__(self, other: AddressSet) -> AddressSet:
        if not self.intervals or not other.intervals:
            return self if self.intervals else other
        return AddressSet.of((*self.intervals, *other.intervals))

    def __and__(self, other: AddressSet) -> AddressSet:
        if self is other or not self.intervals:
            return self
        if len(other.intervals) == 1:
            return self.within(*other.intervals[0])
        if len(self.intervals) == 1:
            shared = other.within(*self.intervals[0])
            return self if shared.intervals == self.intervals else shared
        common, here, there = list[Interval](), 0, 0
        while here < len(self.intervals) and there < len(other.intervals):
            (first, last), (begin, end) = self.intervals[here], other.intervals[there]
            if first <= end and begin <= last:
                common.append((max(first, begin), min(last, end)))
            if last <= end:
                here += 1
            else:
                there += 1
        return AddressSet(tuple(common))

    def within(self, first: int, last: int) -> AddressSet:
        """Return what lies between two addresses, both inside."""
        if len(self.intervals) == 1:
            low, high = self.intervals[0]
            if first <= low and high <= last:
                return self
            low, high = max(first, low), min(last, high)
            return AddressSet(((low, high),)) if low <= high else NOBODY
        begin = bisect_left(self.intervals, first, key=_last)
        end = bisect_right(self.intervals, last, key=_first)
        if begin >= end:
            return NOBODY
        low, high = self.intervals[begin][0], self.intervals[end - 1][1]
        if first <= low and high <= last:
            return self if end - begin == len(self.intervals) else self._part(begin, end)
        clipped = list(self.intervals[begin:end])
        clipped[0] = (max(first, low), clipped[0][1])
        clipped[-1] = (clipped[-1][0], min(last, high))
        return AddressSet(tuple(clipped))

    def _part(self, begin: int, end: int) -> AddressSet:
        return AddressSet(self.intervals[begin:end])

    def __sub__(self, other: AddressSet) -> AddressSet:
        if not self.intervals or self.intervals == other.intervals:
            return NOBODY
        taken = other & self
        if not taken.intervals:
            return self
        return NOBODY if taken.intervals == self.intervals else self & ~taken

    def __invert__(self) -> AddressSet:
        gaps, start = [], 0
        for first, last in self.intervals:
            if start < first:
                gaps.append((start, first - 1))
            start = last + 1
        if start <= EVERY_LAST:
            gaps.append((start, EVERY_LAST))
        return AddressSet(tuple(gaps))


_first, _last = itemgetter(0), itemgetter(1)


@lru_cache(maxsize=1 << 16)
def _interval(prefix: str) -> Interval | None:
    try:
        network = ipaddress.IPv4Network(prefix.strip(), strict=False)
    except ValueError:
        return None
    return int(network.network_address), int(network.broadcast_address)


EVERY_LAST = (1 << 32) - 1

EVERY = AddressSet(((0, EVERY_LAST),))

NOBODY = AddressSet()

NOT_PUBLIC = AddressSet.parse(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
)
"""
Addresses that no caller on the Internet has.

Source: https://www.iana.org/assignments/iana-ipv4-special-registry
"""

PUBLIC = ~NOT_PUBLIC


def union(sets: Iterable[AddressSet]) -> AddressSet:
    """Return the union of sets."""
    several = tuple(sets)
    if len(several) == 1:
        return several[0]
    return AddressSet.of(pair for one in several for pair in one.intervals)


def holds(prefixes: Iterable[str], address: str) -> bool:
    """Tell whether an address lies in one of the prefixes."""
    return bool(AddressSet.parse(*prefixes) & AddressSet.parse(address))


def uncounted(prefixes: Iterable[str]) -> tuple[str, ...]:
    """
    Return those of some prefixes that may hold many callers whom `AddressSet` does not count.

    IPv6 prefixes shorter than a provider's allocation, and text that is no
    prefix: nobody can say whom that admits.

    Source: https://www.ripe.net/publications/docs/ripe-738
    """
    return tuple(prefix for prefix in prefixes if not _is_counted(prefix.strip()))


def _is_counted(prefix: str) -> bool:
    if AddressSet.parse(prefix):
        return True
    try:
        return ipaddress.IPv6Network(prefix, strict=False).prefixlen >= ALLOCATION
    except ValueError:
        return False


ALLOCATION = 32


def is_public(address: str) -> bool:
    """Tell whether the text is an IPv4 address that callers on the Internet can have."""
    return bool(AddressSet.parse(address) & PUBLIC)
