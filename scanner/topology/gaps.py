"""Gaps by where they are, so that thousands of them cost no more than a few."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from itertools import accumulate

from scanner.resources import AnyResource, ResourceId, Table
from scanner.snapshot import Gap


class Gaps:
    """Gaps of which each may hide the same type of resource."""

    def __init__(self, gaps: Iterable[Gap]) -> None:
        """Sort them by scope."""
        self.all = tuple(gaps)
        by_scope: dict[str, list[Gap]] = defaultdict(list)
        for gap in self.all:
            by_scope[gap.scope.lower().rstrip("/")].append(gap)
        self._by_scope = dict(sorted(by_scope.items()))
        self._scopes = tuple(self._by_scope)

    def around(self, within: ResourceId) -> tuple[Gap, ...]:
        """Return those that can hide something at or below an ID: above it, at it, below it."""
        if not self.all:
            return ()
        scopes = (*self._above(within), *self._below(within))
        return tuple(gap for scope in scopes for gap in self._by_scope[scope])

    def _above(self, within: ResourceId) -> Iterator[str]:
        holders = accumulate(within.split("/"), "{}/{}".format)
        return (holder for holder in holders if holder in self._by_scope)

    def _below(self, within: ResourceId) -> tuple[str, ...]:
        first = bisect_left(self._scopes, within + "/")
        # "0" is the character after "/".
        return self._scopes[first : bisect_left(self._scopes, within + "0")]


def spares(
    gap: Gap, kind: type[AnyResource], within: ResourceId, read: Container[ResourceId]
) -> bool:
    """
    Tell whether a gap of parents hides no child of the one that `within` lies in.

    So it is when that parent was read, and its children are listed by
    themselves, not inside it: zones that were not read hide no record of one
    that was. A gap in that very parent hides them all the same.
    """
    if kind.TABLE is Table.PARENT or not kind.ARM_TYPE.startswith(f"{gap.type}/"):
        return False
    parent = within
    while parent.type not in {gap.type, ""}:
        parent = parent.parent
    return parent in read and not ResourceId(gap.scope).lies_in(parent)
