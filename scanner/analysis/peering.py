"""Which VNets stand next to each other, and which hang together at all."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from scanner.analysis.endpoints import accounts, approved
from scanner.resources import Relation, ResourceId
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.virtual_network import VirtualNetworkPeering
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology, once


def peers(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """
    Return the VNets with which a VNet exchanges traffic directly.

    A peering works when both sides are Connected; a side outside the snapshot
    is, because neither can be alone.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    near = dict(_sides(topology, network))
    back = _towards(topology, network)
    connected = set()
    for other in near.keys() | back.keys():
        sides = [side for side in (near.get(other), back.get(other)) if side is not None]
        if all((side.properties.peering_state or "").lower() == "connected" for side in sides):
            connected.add(other)
    return frozenset(connected)


def neighbours(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """Return the VNets that a peering of any state, on either side, names next to a VNet."""
    far = {other for other, _ in _sides(topology, network)}
    return frozenset(far | _towards(topology, network).keys())


def hubs(topology: Topology, network: ResourceId) -> frozenset[ResourceId]:
    """Return the Virtual WAN hubs that a VNet is connected to."""
    kind, relation = HubVirtualNetworkConnection, Relation.CONNECTS
    connections = topology.predecessors(kind, network, relation)
    return frozenset(connection.id.parent for connection in connections)


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


@once
def _networks_of_endpoints(topology: Topology) -> frozenset[ResourceId]:
    places = _endpoint_places(topology)
    return frozenset(near for place in places for near in network_of(topology, place))


def _endpoint_places(topology: Topology) -> frozenset[ResourceId]:
    endpoints = (found for account in accounts(topology) for found in approved(topology, account))
    targeted = (
        ResourceId(endpoint.properties.subnet.id).parent
        for account in accounts(topology)
        for endpoint in _asking(topology, account.id)
    )
    places = {found.network for found in endpoints if found.network is not None}
    return frozenset(places | set(targeted))


@once
def _networks(topology: Topology) -> dict[ResourceId, frozenset[ResourceId]]:
    """Return, for each VNet and Virtual WAN hub, all that hang together with it."""
    graph: nx.Graph[ResourceId] = nx.Graph()
    for peering in topology.all(VirtualNetworkPeering):
        graph.add_edges_from((peering.id.parent, far) for far in _far(topology, peering))
    for connection in topology.all(HubVirtualNetworkConnection):
        for network in topology.targets(connection.id, Relation.CONNECTS):
            graph.add_edge(connection.id.parent, network)
    for hub in topology.all(VirtualHub):
        for wan in topology.targets(hub.id, Relation.PART_OF):
            graph.add_edge(hub.id, wan)
    components = (frozenset(component) for component in nx.connected_components(graph))
    return {network: component for component in components for network in component}


def _sides(
    topology: Topology, network: ResourceId
) -> Iterator[tuple[ResourceId, VirtualNetworkPeering]]:
    own = topology.predecessors(VirtualNetworkPeering, network, Relation.PART_OF)
    yield from ((far, peering) for peering in own for far in _far(topology, peering))


def _towards(topology: Topology, network: ResourceId) -> dict[ResourceId, VirtualNetworkPeering]:
    coming = topology.predecessors(VirtualNetworkPeering, network, Relation.PEERS_WITH)
    return {peering.id.parent: peering for peering in coming}


def _far(topology: Topology, peering: VirtualNetworkPeering) -> tuple[ResourceId, ...]:
    return topology.targets(peering.id, Relation.PEERS_WITH)


def _asking(topology: Topology, account: ResourceId) -> Iterator[PrivateEndpoint]:
    yield from topology.predecessors(PrivateEndpoint, account, Relation.TARGETS)
