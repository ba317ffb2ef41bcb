"""How a call to the address of an endpoint comes out: which way it goes, through which filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from scanner.analysis.dns.own_answers import resolves_privately
from scanner.analysis.filtering.passage import Filtering, Passage, passes
from scanner.analysis.likeness import AccountCall, is_alike, note
from scanner.analysis.routing.route import Route, Way, route
from scanner.resources import ResourceId
from scanner.topology import Topology


class Reach(StrEnum):
    """How a connection comes out."""

    REACHABLE = "reachable"
    """Privately."""
    BROKEN = "broken"
    PUBLIC = "public"
    """It works, over the Internet."""
    UNKNOWN = "unknown"


WORST_FIRST = (Reach.BROKEN, Reach.UNKNOWN, Reach.PUBLIC, Reach.REACHABLE)

Ends: TypeAlias = tuple[Route | None, Passage | None]
"""The route, None when no endpoint is known; and what filters do, None when no way leads there."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How a call comes out that reached an endpoint's address by name."""

    verdict: Reach
    ends: Callable[[], Ends]
    last: Route | Passage | None
    """What it came to last; None if nothing tells it from another one that is reachable."""

    @property
    def gravity(self) -> int:
        """0 for the worst."""
        return WORST_FIRST.index(self.verdict)


def follow(topology: Topology, call: AccountCall) -> Followed:
    """Follow a call by route and filters, or take the outcome of another that is alike."""
    if is_alike(topology, call):
        return Followed(Reach.REACHABLE, partial(_way, topology, call), None)
    asked: list[ResourceId] = []
    taken, passed = ends = _way(topology, call, asked)
    verdict = _verdict(taken, passed)
    if verdict is Reach.REACHABLE:
        note(topology, call, asked)
    return Followed(verdict, lambda: ends, passed or taken)


def _way(
    topology: Topology, call: AccountCall, asked: list[ResourceId] | None = None
) -> tuple[Route, Passage | None]:
    """Follow a call; `asked` is told which firewalls look at its name."""
    taken = route(topology, call.consumer, call.endpoint, call.address)
    if taken.outcome in {Way.NONE, Way.UNKNOWN}:
        return taken, None

    def own(firewall: ResourceId) -> bool | None:
        if asked is not None:
            asked.append(firewall)
        return resolves_privately(topology, firewall, call.account, call.hostname)

    name = call.hostname.name
    return taken, passes(topology, call.consumer, call.endpoint, call.address, taken, name, own)


def _verdict(taken: Route, passed: Passage | None) -> Reach:
    if passed is None:
        return Reach.BROKEN if taken.outcome is Way.NONE else Reach.UNKNOWN
    match passed.outcome:
        case Filtering.ALLOW:
            return Reach.REACHABLE
        case Filtering.DENY:
            return Reach.BROKEN
        case _:
            return Reach.UNKNOWN
