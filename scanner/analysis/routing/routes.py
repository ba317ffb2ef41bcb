"""Which route of a subnet a packet follows: the longest prefix, then the user's own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

from scanner.analysis.addresses import AddressSet
from scanner.analysis.routing.stops import Stop
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.route_table import Route, RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.topology import Topology, once

T = TypeVar("T")
Place: TypeAlias = tuple[ResourceId, VirtualNetworkPeering | None]
"""A VNet, and the peering that leads there; none to the VNet itself."""

WHOLE = 32
"""The length of the prefix of a single address."""


@dataclass(frozen=True, slots=True)
class PrefixEntry(Generic[T]):
    """A prefix, and what it stands for."""

    first: int
    last: int
    value: T

    @property
    def length(self) -> int:
        """Its length: 32 for a single address."""
        return WHOLE + 1 - (self.last - self.first + 1).bit_length()


class Prefixes(Generic[T]):
    """Prefixes, by the addresses of which each is the longest that holds them."""

    def __init__(self, held: Iterable[PrefixEntry[T]]) -> None:
        """Cut the address space where the longest prefix changes. Of equal ones the last counts."""
        self._starts: list[int] = []
        self._longest: list[PrefixEntry[T] | None] = []
        open_: list[PrefixEntry[T]] = []
        for item in sorted(held, key=lambda item: (item.first, -item.last)):
            self._close(open_, item.first)
            open_.append(item)
            self._cut(item.first, item)
        self._close(open_, 1 << WHOLE)

    def longest(self, address: str) -> PrefixEntry[T] | None:
        """Return the longest prefix that holds an address; None when none does."""
        place = bisect_right(self._starts, _number(address)) - 1
        return self._longest[place] if place >= 0 else None

    def _close(self, open_: list[PrefixEntry[T]], start: int) -> None:
        while open_ and open_[-1].last < start:
            ended = open_.pop()
            self._cut(ended.last + 1, open_[-1] if open_ else None)

    def _cut(self, start: int, longest: PrefixEntry[T] | None) -> None:
        self._starts.append(start)
        self._longest.append(longest)


@lru_cache(maxsize=4096)
def _number(address: str) -> int:
    """Return an IPv4 address as a number; -1, which no prefix holds, for anything else."""
    return next((first for first, _ in AddressSet.parse(address).intervals), -1)


@dataclass(frozen=True, slots=True)
class UserRoute:
    """A route of a route table, where it stands there, and how long its prefix is."""

    table: ResourceId
    index: int
    route: Route
    length: int

    @property
    def said(self) -> str:
        """It, in a sentence: `the route to-firewall of rt-app`."""
        return f"the route {self.route.name or self.route.address_prefix} of {self.table.path}"

    def evidence(self, subnet: ResourceId) -> tuple[Evidence, ...]:
        """Return the route, met from the subnet it is for."""
        told = self.route.properties
        pointer = f"/properties/routes/{self.index}/properties"
        hop = (("nextHopIpAddress", told.next_hop_ip_address),) if told.next_hop_ip_address else ()
        values = (("addressPrefix", told.address_prefix), ("nextHopType", told.next_hop_type), *hop)
        return (
            Evidence(subnet),
            *(Evidence(self.table, Relation.ROUTED_BY, f"{pointer}/{k}", v) for k, v in values),
        )


def table_of(topology: Topology, subnet: ResourceId) -> RouteTable | Stop | None:
    """Return the route table of a subnet; None when it has none."""
    if topology.get(Subnet, subnet) is None:
        return Stop(unread=f"the subnet {subnet.path} was not read")
    for table_id in topology.targets(subnet, Relation.ROUTED_BY):
        table = topology.get(RouteTable, table_id)
        unread = f"the route table {table_id.path} of {subnet.path} was not read"
        return table or Stop(unread=unread)
    return None


def user_route(topology: Topology, subnet: ResourceId, address: str) -> UserRoute | Stop | None:
    """
    Return the longest of a subnet's own routes that holds an address; None when none does.

    A service tag holds no private address.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    table = table_of(topology, subnet)
    if table is None or isinstance(table, Stop):
        return table
    found = _tables(topology)[table.id].longest(address)
    return found.value if found else None


def outranks(
    topology: Topology, route: UserRoute, endpoint: PrivateEndpoint, address: str
) -> bool | Stop:
    """
    Tell whether a route replaces the /32 route of a private endpoint.

    One for the single address does: of equal prefixes the user's counts. A
    shorter one does if the endpoint's subnet lets route tables act on endpoints,
    and it is no shorter than the prefix of the endpoint's VNet; 0.0.0.0/0 never does.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    if route.length in {0, WHOLE}:
        return route.length == WHOLE
    subnet = topology.get(Subnet, ResourceId(endpoint.properties.subnet.id))
    network = topology.get(VirtualNetwork, endpoint.network)
    if subnet is None:
        return Stop(unread=f"the network policies of {endpoint.id.path}'s subnet were not read")
    policies = (subnet.properties.private_endpoint_network_policies or "disabled").lower()
    if policies not in {"enabled", "routetableenabled"}:
        return False
    own = _spaces(network.address_prefixes if network else ()).longest(address)
    if own is None:
        return Stop(unread=f"which prefix of {endpoint.network.path} holds {address} is not told")
    return route.length >= own.length


@dataclass(frozen=True, slots=True)
class Nearer:
    """A network, seen from a VNet, whose prefix holds an address."""

    network: ResourceId
    length: int
    peering: VirtualNetworkPeering | None
    """None for the VNet itself."""


def nearer(topology: Topology, network: ResourceId, address: str) -> Nearer | None:
    """
    Return the VNet that Azure's own routes of a VNet lead to: itself, or a connected peer.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    spaces = _around(topology).get(network)
    found = spaces.longest(address) if spaces else None
    if found is None:
        return None
    other, peering = found.value
    return Nearer(other, found.length, peering)


@once
def _tables(topology: Topology) -> dict[ResourceId, Prefixes[UserRoute]]:
    return {table.id: Prefixes(_user_routes(table)) for table in topology.all(RouteTable)}


def _user_routes(table: RouteTable) -> Iterator[PrefixEntry[UserRoute]]:
    for index, route in enumerate(table.routes):
        for first, last in AddressSet.parse(route.address_prefix).intervals:
            length = PrefixEntry(first, last, None).length
            yield PrefixEntry(first, last, UserRoute(table.id, index, route, length))


@once
def _around(topology: Topology) -> dict[ResourceId, Prefixes[Place]]:
    """Return, for each VNet, its own prefixes and those it knows of its connected peers."""
    sides: dict[ResourceId, list[VirtualNetworkPeering]] = {}
    for peering in topology.all(VirtualNetworkPeering):
        if peering.state == "connected" and not peering.properties.enable_only_i_pv6_peering:
            sides.setdefault(peering.id.parent, []).append(peering)
    return {
        network.id: Prefixes(_prefixes(topology, network, sides.get(network.id, ())))
        for network in topology.all(VirtualNetwork)
    }


def _prefixes(
    topology: Topology, network: VirtualNetwork, peerings: Iterable[VirtualNetworkPeering]
) -> Iterator[PrefixEntry[Place]]:
    for peering in peerings:
        yield from _remote(topology, peering)
    own: Place = (network.id, None)
    yield from _held(own, network.address_prefixes)


def _remote(topology: Topology, peering: VirtualNetworkPeering) -> Iterator[PrefixEntry[Place]]:
    space = peering.properties.remote_address_space
    prefixes = (space.address_prefixes or ()) if space else ()
    for remote in topology.targets(peering.id, Relation.PEERS_WITH):
        other = topology.get(VirtualNetwork, remote)
        told = prefixes or (other.address_prefixes if other else ())
        place: Place = (remote, peering)
        yield from _held(place, told)


def _held(value: T, prefixes: tuple[str, ...]) -> Iterator[PrefixEntry[T]]:
    for prefix in prefixes:
        for first, last in AddressSet.parse(prefix).intervals:
            yield PrefixEntry(first, last, value)


def _spaces(prefixes: tuple[str, ...]) -> Prefixes[None]:
    return Prefixes(_held(None, prefixes))
