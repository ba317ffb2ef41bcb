"""Ordered rules of which the first that matches decides, as far as it is known who matches."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from scanner.analysis.addresses import NOBODY, AddressSet

R = TypeVar("R")
Rank: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match(Generic[R]):
    """A rule, and the callers to whom it speaks."""

    rule: R
    allows: bool
    rank: Rank
    """Lower comes first. Of rules with one rank nobody says which comes first."""
    certain: AddressSet
    """The callers it matches whatever was not read."""
    perhaps: AddressSet
    """Those, and the callers it may match."""


@dataclass(frozen=True, slots=True)
class Decision(Generic[R]):
    """What ordered rules do to callers. Of who is neither allowed nor denied nobody knows."""

    allowed: AddressSet
    denied: AddressSet
    deciding: tuple[Match[R], ...]
    """The rules that decide over a caller, or may, in order."""


def decide(matches: Iterable[Match[R]], callers: AddressSet) -> Decision[R]:
    """
    Return what becomes of callers when the first rule that matches decides.

    A caller is denied for certain when no rule that allows can be the first to
    match it, and the other way round. Whom no rule is sure to match is neither.
    """
    ordered = _until_settled(sorted(matches, key=lambda match: match.rank), callers)
    allowing, perhaps_allowed = _reached(ordered, callers, allows=True)
    denying, perhaps_denied = _reached(ordered, callers, allows=False)
    found = {id(match) for match in (*allowing, *denying)}
    deciding = tuple(match for match in ordered if id(match) in found)
    return Decision(callers - perhaps_denied, callers - perhaps_allowed, deciding)


def _until_settled(ordered: list[Match[R]], callers: AddressSet) -> list[Match[R]]:
    """Return the matches up to the first that is sure of all callers, and its equals in rank."""
    for match in ordered:
        if match.certain.intervals == callers.intervals:
            return ordered[: bisect_right(ordered, match.rank, key=lambda other: other.rank)]
    return ordered


def _reached(
    ordered: Sequence[Match[R]], callers: AddressSet, *, allows: bool
) -> tuple[list[Match[R]], AddressSet]:
    """Return the rules of one kind that may be the first to match, and whom they may match."""
    first = sorted(ordered, key=lambda match: (match.rank, match.allows is not allows))
    found, reached, left = [], NOBODY, callers
    for match in first:
        if not left:
            break
        if match.allows is allows and left & match.perhaps:
            found.append(match)
            reached |= left & match.perhaps
        left -= match.certain
    return found, reached | left
