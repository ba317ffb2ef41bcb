"""How far a packet has come on its way, and how the way came out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from scanner.analysis.addresses import NOBODY, AddressSet
from scanner.analysis.causes import Break
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.routing.forwarded import Station
from scanner.analysis.routing.routes import UserRoute
from scanner.analysis.routing.stops import Stop
from scanner.analysis.steps import Step
from scanner.resources import ResourceId
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology

Stage: TypeAlias = tuple[ResourceId, ...]
"""A firewall, interface, gateway or virtual hub, or several of which a packet passes one."""

LONGEST = 16
"""How many stages are followed, one after the other."""

MOST = 64
"""How many ways are followed, beside each other."""


class Way(StrEnum):
    """How a packet gets there."""

    DIRECT = "direct"
    """Within the VNet, or to a directly peered one."""
    VIA = "via"
    """By way of a firewall, an appliance, a gateway or a virtual hub."""
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Route:
    """Which way a packet goes, hop by hop."""

    outcome: Way
    steps: tuple[Step, ...]
    through: tuple[Stage, ...] = ()
    """What it passes, in order."""
    others: tuple[Route, ...] = ()
    """Ways through something else that a packet may take as well."""
    broken: Break | None = None
    """For `none`: why."""
    unread: str = ""
    """For `unknown`: what was not read, or is not in Azure."""
    first: UserRoute | None = None
    """The route of the user's own by which a packet leaves its subnet; None when none decides."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What stays the same on the way."""

    topology: Topology
    consumer: Consumer
    endpoint: PrivateEndpoint
    address: str

    @property
    def goal(self) -> ResourceId:
        """The subnet of the endpoint."""
        return ResourceId(self.endpoint.properties.subnet.id)

    def senders(self, network: ResourceId) -> AddressSet:
        """Return the consumer's addresses, if they are of that VNet: those of clients are not."""
        is_own = network == self.consumer.network and self.consumer.kind is not Kind.CLIENTS
        return self.consumer.addresses if is_own else NOBODY


@dataclass(frozen=True, slots=True)
class Begun:
    """How far a packet has come."""

    subnet: ResourceId
    stations: tuple[Station, ...]
    steps: tuple[Step, ...] = ()
    through: tuple[Stage, ...] = ()
    forks: int = MOST
    """Into how many ways it may part from here."""
    first: UserRoute | None = None
    """As of a Route."""

    @property
    def network(self) -> ResourceId:
        """The VNet it is in."""
        return self.subnet.parent

    def said(self, *steps: Step) -> Begun:
        """Return the packet with what else happened to it."""
        return replace(self, steps=(*self.steps, *steps))

    def by(self, user: UserRoute) -> Begun:
        """Return the packet that follows a route of the user's own."""
        return replace(self, first=self.first or user) if not self.through else self

    def at(self, subnet: ResourceId, *passed: ResourceId, forwards: bool) -> Begun:
        """Return the packet in another subnet, sent on by what it passed."""
        network = subnet.parent if "/subnets/" in subnet else subnet
        station = Station(network, passed if forwards else ())
        stations, through = (*self.stations, station), (*self.through, passed)
        return replace(self, subnet=subnet, stations=stations, through=through)

    def has_passed(self, *hops: ResourceId) -> bool:
        """Tell whether it has perhaps passed one of these before."""
        return any(hop in stage for stage in self.through for hop in hops)

    def parted(self, ways: int) -> Begun:
        """Return one of as many packets as it may be from here."""
        return replace(self, forks=self.forks // ways)


def ended(begun: Begun, stop: Stop) -> Route:
    """Return the way that ends there."""
    outcome = Way.NONE if stop.broken else Way.UNKNOWN
    steps = (*begun.steps, *stop.steps)
    unread = "" if stop.broken else stop.unread
    return Route(
        outcome, steps, begun.through, broken=stop.broken, unread=unread, first=begun.first
    )


def agreed(ways: tuple[Route, ...]) -> Route:
    """Return what several ways have in common: a packet may take any of them."""
    first, *others = ways
    if not others:
        return first
    if all(way.outcome is Way.NONE for way in ways):
        return first
    if all(way.outcome in {Way.DIRECT, Way.VIA} for way in ways):
        return _beside(ways)
    unread = next((way.unread for way in ways if way.unread), "one of several ways ends nowhere")
    return Route(Way.UNKNOWN, first.steps, first.through, unread=unread, first=first.first)


def _beside(ways: tuple[Route, ...]) -> Route:
    """Return ways that all get there as one with others beside it, each once."""
    every = (one for way in ways for one in (way, *way.others))
    first, *others = {one.through: replace(one, others=()) for one in every}.values()
    return replace(first, others=tuple(others))
