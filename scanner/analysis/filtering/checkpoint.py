"""One filter on the way: what it does to callers, and from where they call as it sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, summarize_address_range

from scanner.analysis.addresses import NOBODY, AddressSet, union
from scanner.analysis.causes import Break, Cause
from scanner.analysis.consumers import Consumer
from scanner.analysis.filtering.first_match import Decision, Match, R
from scanner.analysis.steps import Step
from scanner.resources.private_endpoint import PrivateEndpoint


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls what."""

    consumer: Consumer
    endpoint: PrivateEndpoint
    address: str
    hostname: str

    @property
    def destination(self) -> AddressSet:
        """The endpoint's address as a set of one."""
        return AddressSet.parse(self.address)


@dataclass(frozen=True, slots=True)
class Sight:
    """The addresses that callers show to a filter."""

    is_own: bool = True
    """Whether they may show their own."""
    masks: AddressSet = NOBODY
    """Addresses of whoever passed their packets on, which they may show instead."""


PLAIN = Sight()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What one filter does. Of callers neither allowed nor denied nobody knows."""

    allowed: AddressSet
    denied: AddressSet = NOBODY
    steps: tuple[Step, ...] = ()
    broken: Break | None = None
    """For the denied: why."""
    unread: str = ""
    """For those of whom nobody knows: what was not read."""
    doubts: frozenset[Cause] = frozenset({Cause.OUTBOUND_DENIED})
    """For them: what it would be if they are denied."""
    sight: Sight | None = None
    """What the filters after it see; None for the same as it."""


def unknown(
    unread: str,
    *steps: Step,
    sight: Sight | None = None,
    cause: Cause = Cause.OUTBOUND_DENIED,
) -> Checkpoint:
    """Return a filter of which nobody knows what it does; what it is if it denies."""
    doubts = frozenset({cause})
    return Checkpoint(NOBODY, steps=steps, unread=unread, doubts=doubts, sight=sight)


@dataclass(frozen=True, slots=True)
class Shown:
    """Addresses that a filter sees."""

    addresses: AddressSet
    is_own: bool
    """Whether they are the callers' own."""


def seen(
    sight: Sight, callers: AddressSet, judge: Callable[[Shown], Decision[R]]
) -> tuple[Decision[R], ...]:
    """
    Return what a filter decides of callers by each of the addresses they may show.

    Behind the address of another, all share one fate; where that is not the
    same for every address the other may have, nobody knows it.
    """
    decisions = [judge(Shown(callers, is_own=True))] if sight.is_own else []
    if sight.masks:
        masked = judge(Shown(sight.masks, is_own=False))
        allowed = NOBODY if sight.masks - masked.allowed else callers
        denied = NOBODY if sight.masks - masked.denied else callers
        deciding = tuple(_unmasked(match, sight.masks, callers) for match in masked.deciding)
        decisions.append(Decision(allowed, denied, deciding))
    return tuple(decisions)


def _unmasked(match: Match[R], masks: AddressSet, callers: AddressSet) -> Match[R]:
    """Return a rule that matches addresses of others as one that matches the callers."""
    certain = NOBODY if masks - match.certain else callers
    return replace(match, certain=certain, perhaps=callers)


def joined(decisions: Sequence[Decision[R]], callers: AddressSet) -> Decision[R]:
    """Return what all of some decisions agree on."""
    allowed = denied = callers
    found: dict[tuple[int, bool], list[Match[R]]] = {}
    for decision in decisions:
        allowed &= decision.allowed
        denied &= decision.denied
        for match in decision.deciding:
            found.setdefault((id(match.rule), match.allows), []).append(match)
    deciding = (_agreed(several, len(decisions)) for several in found.values())
    return Decision(allowed, denied, tuple(deciding))


def _agreed(several: Sequence[Match[R]], of: int) -> Match[R]:
    """Return one rule as some decisions of all have it."""
    certain = several[0].certain if len(several) == of else NOBODY
    for match in several:
        certain &= match.certain
    return replace(several[0], certain=certain, perhaps=union(one.perhaps for one in several))


def prefixes(addresses: AddressSet) -> str:
    """Return a set as people write it: `10.0.0.4, 10.0.1.0/24`, shortened when it is long."""
    parts = [
        str(network).removesuffix("/32")
        for first, last in addresses.intervals[:SHOWN]
        for network in summarize_address_range(IPv4Address(first), IPv4Address(last))
    ]
    is_cut = len(parts) > SHOWN or len(addresses.intervals) > SHOWN
    return ", ".join(parts[:SHOWN]) + (", ..." if is_cut else "")


SHOWN = 6
"""Prefixes shown before the rest is left out."""
