"""Which VNets stand next to each other, and which hang together at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.analysis.endpoints import accounts, approved
from scanner.analysis.network_managers import Access, acting, connects
from scanner.findings import not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.network_manager import NetworkManager
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology, once


@dataclass(frozen=True, slots=True)
class Peers:
    """The VNets that a VNet exchanges traffic with directly."""

    known: frozenset[ResourceId]
    perhaps: Mapping[ResourceId, str]
    """Those of which that is not certain, each with the reason."""


def peers(topology: Topology, network: ResourceId) -> Peers:
    """
    Return the VNets with which a VNet exchanges traffic by peering.

    A peering works when both sides are Connected; a side outside the snapshot
    is, because neither can be alone. One that joins certain subnets or IPv6
    only, or blocks traffic, is not looked into here.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    known, perhaps = set(), {}
    for other in neighbours(topology, network):
        sides = (side(topology, network, other), side(topology, other, network))
        if any(one is not None and one.state in {"initiated", "disconnected"} for one in sides):
            continue
        limits = (_limited(one) for one in sides if one is not None)
        why = _alone(topology, network, other) or next(filter(None, limits), "")
        if why:
            perhaps[other] = why
        else:
            known.add(other)
    return Peers(frozenset(known), perhaps)


def side(
    topology: Topology, network: ResourceId, remote: ResourceId
) -> VirtualNetworkPeering | None:
    """Return a VNet's own side of its peering with another; None when there is none."""
    return _sides(topology).get(network, {}).get(remote)


def neighbours(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """Return the VNets that a peering of any state, on either side, names next to a VNet."""
    return _neighbours(topology).get(network, frozenset())


def hubs(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """Return the Virtual WAN hubs that a VNet is connected to."""
    kind, relation = HubVirtualNetworkConnection, Relation.CONNECTS
    connections = topology.predecessors(kind, network, relation)
    return frozenset(connection.id.parent for connection in connections)


def hub_members(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """
    Return the VNets that share a Virtual WAN hub with a VNet, itself among them.

    Whether the hub routes between them is for its route tables to say.

    Source: https://learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing
    """
    members = _hub_members(topology)
    return frozenset().union(*(members[hub] for hub in hubs(topology, network)))


def beside(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """Return a VNet, those perhaps peered with it, and those at a virtual hub with it."""
    known = _beside(topology)
    if network not in known:
        around = peers(topology, network)
        near = around.known | around.perhaps.keys() | hub_members(topology, network)
        known[network] = frozenset(near | {network})
    return known[network]


@once
def _beside(_: Topology) -> dict[ResourceId, frozenset[ResourceId]]:
    return {}


def hang_together(topology: Topology, one: ResourceId, other: ResourceId) -> bool:
    """
    Tell whether two VNets belong to the same peered network, however many hops apart.

    This is no path: peering is not transitive. It tells the isolated from the rest.
    """
    return other in network_of(topology, one)


def network_of(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """Return the VNets and Virtual WAN hubs of the peered network that a VNet belongs to."""
    return _networks(topology).get(network, frozenset({network}))


def leads_to_accounts(topology: Topology, network: ResourceId) -> bool:
    """Tell whether a VNet belongs to a peered network in which an account has its endpoint."""
    return network in _networks_of_endpoints(topology)


def may_lead_to_accounts(topology: Topology, network: ResourceId) -> str:
    """
    Say what may tie a VNet to an account beyond what the snapshot shows; empty for nothing.

    An endpoint lies in the subscription of its VNet.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    for gap in topology.unread(NetworkManager):
        return not_read(NetworkManager, gap)
    reached = network_of(topology, network)
    for manager in acting(topology, Access.CONNECTIVITY, reached, _wanted_places(topology)):
        return connects(manager)
    outside = {
        place.subscription
        for place in reached
        if place.type == VirtualNetwork.ARM_TYPE and topology.get(VirtualNetwork, place) is None
    }
    for item in _endpoints_outside(topology):
        if item.subscription in outside:
            return f"the VNet of {item.path} is outside the snapshot"
    for endpoint in _endpoints_of_others(topology):
        if endpoint.network in reached:
            return f"what {endpoint.id.path} leads to is outside the snapshot"
    return ""


def _alone(topology: Topology, one: ResourceId, other: ResourceId) -> str:
    """Say which VNet was read and knows nothing of the peering; empty when none."""
    for here, there in ((one, other), (other, one)):
        if side(topology, here, there) or topology.get(VirtualNetwork, here) is None:
            continue
        if not topology.unread(VirtualNetworkPeering, here):
            return f"{here.path} has no side of the peering that {there.path} calls Connected"
    return ""


def _limited(peering: VirtualNetworkPeering) -> str:
    """
    Say why a connected peering may carry nothing; empty when it carries everything.

    `allowVirtualNetworkAccess: false` only takes the peer out of the tag
    VirtualNetwork: what passes then is for network security groups to say.

    Source: https://learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering,
    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    said = peering.properties
    if peering.state != "connected":
        return f"the state of {peering.id.path}, {said.peering_state or 'nothing'}, is not known"
    if said.enable_only_i_pv6_peering:
        return f"{peering.id.path} carries IPv6 only"
    if said.peer_complete_vnets is False:
        return f"{peering.id.path} joins certain subnets only"
    if said.allow_virtual_network_access is False:
        return f"{peering.id.path} does not allow virtual network access"
    return ""


@once
def _neighbours(topology: Topology) -> dict[ResourceId, frozenset[ResourceId]]:
    found: dict[ResourceId, set[ResourceId]] = {}
    for network, sides in _sides(topology).items():
        for remote in sides:
            found.setdefault(network, set()).add(remote)
            found.setdefault(remote, set()).add(network)
    return {network: frozenset(others) for network, others in found.items()}


@once
def _sides(topology: Topology) -> dict[ResourceId, dict[ResourceId, VirtualNetworkPeering]]:
    """Return each VNet's own sides of its peerings, by remote VNet."""
    sides: dict[ResourceId, dict[ResourceId, VirtualNetworkPeering]] = {}
    for peering in topology.all(VirtualNetworkPeering):
        for remote in topology.targets(peering.id, Relation.PEERS_WITH):
            sides.setdefault(peering.id.parent, {})[remote] = peering
    return sides


@once
def _hub_members(topology: Topology) -> dict[ResourceId, frozenset[ResourceId]]:
    members: dict[ResourceId, set[ResourceId]] = {}
    for connection in topology.all(HubVirtualNetworkConnection):
        joined = topology.targets(connection.id, Relation.CONNECTS)
        members.setdefault(connection.id.parent, set()).update(joined)
    return {hub: frozenset(joined) for hub, joined in members.items()}


@once
def _networks_of_endpoints(topology: Topology) -> frozenset[ResourceId]:
    places = _endpoint_places(topology)
    return frozenset(near for place in places for near in network_of(topology, place))


def _endpoint_places(topology: Topology) -> frozenset[ResourceId]:
    endpoints = (found for account in accounts(topology) for found in approved(topology, account))
    targeted = (
        endpoint.network
        for account in accounts(topology)
        for endpoint in topology.predecessors(PrivateEndpoint, account.id, Relation.TARGETS)
    )
    places = {found.network for found in endpoints if found.network is not None}
    return frozenset(places | set(targeted))


@once
def _wanted_places(topology: Topology) -> frozenset[ResourceId]:
    """Return the VNets that hang together with an account's endpoint, and endpoints unread."""
    unread = (*_endpoints_outside(topology), *(e.network for e in _endpoints_of_others(topology)))
    return _networks_of_endpoints(topology) | frozenset(unread)


@once
def _endpoints_outside(topology: Topology) -> tuple[ResourceId, ...]:
    """Return the endpoints that accounts approved and the snapshot does not hold."""
    found = (item for account in accounts(topology) for item in approved(topology, account))
    return tuple(item.id for item in found if item.endpoint is None)


@once
def _endpoints_of_others(topology: Topology) -> tuple[PrivateEndpoint, ...]:
    """Return the endpoints whose accounts the snapshot does not hold."""
    return tuple(
        endpoint
        for endpoint in topology.all(PrivateEndpoint)
        if any(is_outside(topology, t) for t in topology.targets(endpoint.id, Relation.TARGETS))
    )


def is_outside(topology: Topology, target: ResourceId) -> bool:
    """Tell whether an endpoint's target is an account that the snapshot does not hold."""
    kind = CognitiveServicesAccount
    return target.type == kind.ARM_TYPE and topology.get(kind, target) is None


@once
def _networks(topology: Topology) -> dict[ResourceId, frozenset[ResourceId]]:
    """Return, for each VNet and Virtual WAN hub, all that hang together with it."""
    joined: dict[ResourceId, set[ResourceId]] = {}
    for one, other in _joints(topology):
        # The smaller of two networks joins the larger.
        left, right = joined.setdefault(one, {one}), joined.setdefault(other, {other})
        if left is right:
            continue
        small, large = sorted((left, right), key=len)
        large |= small
        joined |= dict.fromkeys(small, large)
    frozen = {id(members): frozenset(members) for members in joined.values()}
    return {network: frozen[id(members)] for network, members in joined.items()}


def _joints(topology: Topology) -> Iterator[tuple[ResourceId, ResourceId]]:
    for network, sides in _sides(topology).items():
        yield from ((network, remote) for remote in sides)
    for hub, members in _hub_members(topology).items():
        yield from ((hub, member) for member in members)
    for routed in topology.all(VirtualHub):
        yield from ((routed.id, wan) for wan in topology.targets(routed.id, Relation.PART_OF))
