"""Whether filters let TCP 443 through from a consumer to a private endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scanner.analysis.addresses import NOBODY, AddressSet
from scanner.analysis.causes import Break, Cause, Family
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.filtering.checkpoint import PLAIN, Call, prefixes
from scanner.analysis.filtering.effective import contradiction
from scanner.analysis.filtering.stations import Resolves, Trip, filters
from scanner.analysis.routing.route import Route
from scanner.analysis.steps import Step
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.subnet import Subnet
from scanner.topology import Topology


class Filtering(StrEnum):
    """What the filters on the way do."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Passage:
    """What the filters on the way do, and which rules decide."""

    outcome: Filtering
    """`deny` as soon as some of the consumer's addresses are held back."""
    steps: tuple[Step, ...]
    denied: AddressSet = NOBODY
    """Of the consumer's addresses, those that are held back for certain."""
    broken: Break | None = None
    """For `deny`: why."""
    unread: str = ""
    """For `unknown`: what was not read, or is not in Azure."""
    doubts: frozenset[Cause] = frozenset()
    """What may be why some are held back, where that is not known."""


def first_of(causes: frozenset[Cause]) -> Cause | None:
    """Return the first of some causes, in the order of the way."""
    return next((cause for cause in Cause if cause in causes), None)


FILTERS = frozenset(cause for cause in Cause if cause.family is Family.FIREWALL)


def passes(  # noqa: PLR0913, PLR0917 - a connection has that many parts
    topology: Topology,
    consumer: Consumer,
    endpoint: PrivateEndpoint,
    address: str,
    route: Route,
    hostname: str = "",
    resolves_privately: Resolves | None = None,
) -> Passage:
    """
    Return what filters do to TCP 443 from a consumer to an endpoint's address.

    The security groups of the caller, what the route goes through, and that of
    the endpoint's subnet where its network policies say so. Filters are exact
    over all the consumer's addresses: it is denied when some are. Of a whole
    subnet nobody says who is there, so only what they all share is certain; and so
    it is of several ways.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
    """
    callers = consumer.addresses or _subnet(topology, consumer)
    call = Call(consumer, endpoint, address, hostname)
    if not callers or not call.destination:
        unread = f"the addresses of {consumer.id.path} were not read"
        return Passage(Filtering.UNKNOWN, (), unread=unread, doubts=FILTERS)
    resolves = resolves_privately or _nobody_knows
    ways = (route, *route.others)
    found = _any([_walked(Trip(topology, call, way, resolves), callers) for way in ways])
    if why := _contradicted(topology, call, found):
        doubts = found.doubts | {Cause.OUTBOUND_DENIED}
        return Passage(Filtering.UNKNOWN, found.steps, unread=why, doubts=doubts)
    if found.outcome is Filtering.DENY and callers - found.denied:
        return _of_some(topology, consumer, found)
    return found


def _contradicted(topology: Topology, call: Call, found: Passage) -> str:
    """Say how Azure's own security groups differ from those that decided; empty if not at all."""
    if found.outcome is Filtering.UNKNOWN or call.consumer.kind is Kind.CLIENTS:
        return ""
    return contradiction(topology, call)


def _any(found: Sequence[Passage]) -> Passage:
    """Return what becomes of packets that may take any of several ways."""
    first, *others = found
    if not others or all(one.outcome is Filtering.ALLOW for one in found):
        return first
    doubts = frozenset(cause for one in found for cause in one.doubts)
    denied = first.denied
    for other in others:
        denied &= other.denied
    if denied:
        return replace(first, outcome=Filtering.DENY, denied=denied, doubts=doubts)
    broken = {one.broken.cause for one in found if one.broken}
    unread = next((one.unread for one in found if one.unread), "one of several ways is held back")
    return Passage(Filtering.UNKNOWN, first.steps, unread=unread, doubts=doubts | broken)


def _nobody_knows(_firewall: object) -> None:
    return None


def _walked(trip: Trip, callers: AddressSet) -> Passage:
    """Ask the filters one after the other, until nobody is left."""
    left = sure = callers
    sight, steps, unread, broken = PLAIN, list[Step](), "", None
    doubts: frozenset[Cause] = frozenset()
    for filtering in filters(trip):
        found = filtering(left, sight)
        steps += found.steps
        broken = broken or found.broken
        if left - found.allowed - found.denied:
            unread, doubts = unread or found.unread, doubts | found.doubts
        sight = found.sight or sight
        left, sure = left - found.denied, sure & found.allowed
        if not left:
            break
    denied = callers - left
    if denied:
        return Passage(Filtering.DENY, tuple(steps), denied, broken, doubts=doubts)
    if left - sure:
        return Passage(Filtering.UNKNOWN, tuple(steps), unread=unread, doubts=doubts)
    return Passage(Filtering.ALLOW, tuple(steps))


def _of_some(topology: Topology, consumer: Consumer, found: Passage) -> Passage:
    """Return what it means that some of a consumer's addresses are denied, and others not."""
    some = prefixes(found.denied)
    steps = (*found.steps, Step(f"of {consumer.id.path}, {some} are held back"))
    whole = _subnet(topology, consumer)
    is_whole = consumer.kind is not Kind.CLIENTS and not whole - consumer.addresses
    if consumer.addresses and not is_whole:
        return replace(found, steps=steps)
    unread = f"whether {consumer.id.path} calls from {some} was not read"
    doubts = found.doubts | ({found.broken.cause} if found.broken else frozenset())
    return Passage(Filtering.UNKNOWN, steps, found.denied, unread=unread, doubts=doubts)


def _subnet(topology: Topology, consumer: Consumer) -> AddressSet:
    subnet = topology.get(Subnet, consumer.subnet)
    return AddressSet.parse(*subnet.address_prefixes) if subnet else NOBODY
