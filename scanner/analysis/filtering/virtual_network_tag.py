"""Which addresses the service tag VirtualNetwork holds in the rules that guard a subnet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import EVERY, NOBODY, PUBLIC, AddressSet, union
from scanner.analysis.filtering.site_prefixes import site_prefixes
from scanner.analysis.routing.peering import hubs, neighbours, side
from scanner.findings import Evidence, Judgement, Verdict
from scanner.resources import Relation, ResourceId
from scanner.resources.route_table import Route, RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import AddressSpace, VirtualNetwork
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology, once_each


@dataclass(frozen=True, slots=True)
class Tag:
    """The addresses that a tag holds."""

    certain: AddressSet
    perhaps: AddressSet
    """Those, and the addresses it may hold."""
    unread: str = ""
    """Why the two differ."""


@once_each
def virtual_network_tag(topology: Topology, subnet: ResourceId) -> Tag:
    """
    Return what VirtualNetwork stands for in the security groups of a subnet.

    That is the VNet's address space, those of its peers as far as they are
    peered, the sites and clients of its gateway, the platform's address, and
    the prefixes of the subnet's own routes to appliances and gateways: with a
    route for 0.0.0.0/0 it is every address. A peering without virtual network
    access is left out. What BGP or a virtual hub teaches is not in the
    snapshot, so it may hold anything then.

    Source: https://learn.microsoft.com/azure/virtual-network/service-tags-overview,
    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    return _joined(_parts(topology, subnet))


def forwards_everything(_topology: Topology, table: RouteTable) -> Judgement:
    """
    Judge whether the routes to appliances and gateways together are for every public address.

    Such a table makes the tag hold every address, with one route for 0.0.0.0/0 or
    with one for each half of it.

    Source: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
    """
    on = [(i, route) for i, route in enumerate(table.routes) if route.next_hop_type in FORWARDING]
    because = tuple(
        Evidence(table.id, "", f"/properties/routes/{i}/properties/addressPrefix", r.address_prefix)
        for i, r in on
    )
    left = PUBLIC - AddressSet.parse(*(route.address_prefix for _, route in on))
    return Judgement(Verdict.FAIL if left else Verdict.PASS, because or (Evidence(table.id),))


def _joined(parts: Iterator[Tag]) -> Tag:
    every = tuple(parts)
    certain = union(part.certain for part in every)
    perhaps = union(part.perhaps for part in every)
    unread = next((part.unread for part in every if part.perhaps - certain and part.unread), "")
    return Tag(certain, certain | perhaps, unread)


def _parts(topology: Topology, subnet: ResourceId) -> Iterator[Tag]:
    network = subnet.parent
    yield _is(PLATFORM)
    yield from _own(topology, network)
    for other in sorted(neighbours(topology, network)):
        yield from _peer(topology, network, other)
    yield from _hub(topology, network)
    yield from _routes(topology, subnet)
    told, doubt = site_prefixes(topology, network)
    takes_them = all(_takes_learned_routes(table) for table in _tables(topology, subnet))
    yield Tag(told if takes_them else NOBODY, told, f"a route table keeps them from {subnet.path}")
    if doubt:
        yield _may_be(EVERY, doubt)


def _own(topology: Topology, network: ResourceId) -> Iterator[Tag]:
    """Yield the VNet's address space; its subnets lie in it even when nobody tells it."""
    for subnet in topology.predecessors(Subnet, network, Relation.PART_OF):
        yield _is(AddressSet.parse(*subnet.address_prefixes))
    found = topology.get(VirtualNetwork, network)
    if found is None or not found.address_prefixes:
        yield _may_be(EVERY, f"the address space of {network.path} was not read")
    else:
        yield _is(AddressSet.parse(*found.address_prefixes))


def _peer(topology: Topology, network: ResourceId, other: ResourceId) -> Iterator[Tag]:
    """
    Yield what a VNet's side of a peering puts into the tag: the space as it is peered.

    Source: https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space
    """
    own, back = side(topology, network, other), side(topology, other, network)
    unread = f"what {network.path} and {other.path} exchange is not certain"
    if own is None:
        yield _may_be(EVERY, unread)
        return
    said = own.properties
    if said.allow_virtual_network_access is False:
        return
    peered, current = _space(said.remote_address_space), _remote(topology, other)
    is_whole = said.peer_complete_vnets is not False and not said.enable_only_i_pv6_peering
    is_connected = own.state == "connected" and (back is None or back.state == "connected")
    if peered and is_whole and is_connected:
        yield _is(peered)
    now = _space(said.remote_virtual_network_address_space)
    yield _may_be((peered | now) or current, unread)


def _remote(topology: Topology, network: ResourceId) -> AddressSet:
    found = topology.get(VirtualNetwork, network)
    return AddressSet.parse(*found.address_prefixes) if found else EVERY


def _space(space: AddressSpace | None) -> AddressSet:
    return AddressSet.parse(*((space.address_prefixes or ()) if space else ()))


def _hub(topology: Topology, network: ResourceId) -> Iterator[Tag]:
    """Yield that a virtual hub may teach a VNet anything."""
    for hub in sorted(hubs(topology, network)):
        yield _may_be(EVERY, f"the routes that {hub.path} teaches {network.path} are not read")
    is_hidden = bool(topology.unread(VirtualHub)) or (
        bool(topology.all(VirtualHub)) and bool(topology.unread(HubVirtualNetworkConnection))
    )
    if is_hidden:
        yield _may_be(EVERY, f"whether {network.path} is connected to a virtual hub was not read")


def _routes(topology: Topology, subnet: ResourceId) -> Iterator[Tag]:
    """Yield the prefixes of a subnet's own routes."""
    if topology.get(Subnet, subnet) is None:
        yield _may_be(EVERY, f"the subnet {subnet.path} was not read")
    for target in topology.targets(subnet, Relation.ROUTED_BY):
        table = topology.get(RouteTable, target)
        if table is None:
            yield _may_be(EVERY, f"the route table {target.path} was not read")
            continue
        for route in table.routes:
            yield _route(target, route)


def _route(table: ResourceId, route: Route) -> Tag:
    prefix = AddressSet.parse(route.address_prefix)
    if route.next_hop_type in FORWARDING:
        return _is(prefix)
    return _may_be(prefix, f"whether {route.name} of {table.path} widens the tag is not told")


FORWARDING = frozenset({"virtualappliance", "virtualapplianceecmp", "virtualnetworkgateway"})
"""Next hops that a packet goes on from."""


def _tables(topology: Topology, subnet: ResourceId) -> tuple[RouteTable, ...]:
    return topology.successors(RouteTable, subnet, Relation.ROUTED_BY)


def _takes_learned_routes(table: RouteTable) -> bool:
    """
    Tell whether the routes of a gateway reach the subnets of a table; absent means they do.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#border-gateway-protocol
    """
    return table.properties.disable_bgp_route_propagation is not True


def _is(addresses: AddressSet) -> Tag:
    return Tag(addresses, addresses)


def _may_be(addresses: AddressSet, unread: str) -> Tag:
    return Tag(NOBODY, addresses, unread)


PLATFORM = AddressSet.parse("168.63.129.16")
"""
The address of Azure's own DNS, DHCP and health probes.

Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""
