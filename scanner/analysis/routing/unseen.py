"""What may join two VNets, or send a packet elsewhere, without the snapshot showing it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.addresses import holds
from scanner.analysis.network_managers import connecting
from scanner.analysis.routing.peering import hubs
from scanner.findings import not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.connection import GatewayConnection, LocalNetworkGateway
from scanner.resources.route_table import RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology

GATEWAY_SUBNET = "gatewaysubnet"
ROUTE_SERVER_SUBNET = "routeserversubnet"


def doubts(
    topology: Topology, here: ResourceId, there: ResourceId, table: RouteTable | None, address: str
) -> str:
    """Say what else may lead from one VNet to an address in another; empty when nothing may."""
    return (
        connecting(topology, here, there)
        or (learned(topology, here, address) if table is None or table.takes_gateway_routes else "")
        or _hub(topology, here, there)
    )


def learned(topology: Topology, network: ResourceId, address: str) -> str:
    """
    Say who may have learned a route for an address that a VNet takes; empty when nobody may.

    Gateways and route servers of the VNet itself, or of the peer whose gateways
    it uses, teach it what they hear. What they hear by BGP is not in the snapshot.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#border-gateway-protocol
    """
    for place in (network, *_used(topology, network)):
        reason = next(_teachers(topology, place, address), "")
        if reason:
            return reason
    return ""


def _used(topology: Topology, network: ResourceId) -> Iterator[ResourceId]:
    """Yield the VNets whose gateways a VNet uses; those of a virtual hub are judged there."""
    if hubs(topology, network):
        return
    for peering in topology.predecessors(VirtualNetworkPeering, network, Relation.PART_OF):
        if peering.properties.use_remote_gateways:
            yield from topology.targets(peering.id, Relation.PEERS_WITH)


def _teachers(topology: Topology, network: ResourceId, address: str) -> Iterator[str]:
    if topology.get(VirtualNetwork, network) is None:
        yield f"what the gateways of {network.path} have learned was not read"
    for gap in topology.unread(Subnet, network):
        yield not_read(Subnet, gap)
    for subnet in topology.predecessors(Subnet, network, Relation.PART_OF):
        match subnet.name.lower():
            case name if name == ROUTE_SERVER_SUBNET:
                yield f"what the route server in {network.path} has learned was not read"
            case name if name == GATEWAY_SUBNET:
                yield from _gateways(topology, subnet, address)


def _gateways(topology: Topology, subnet: Subnet, address: str) -> Iterator[str]:
    for gap in topology.unread(VirtualNetworkGateway):
        yield not_read(VirtualNetworkGateway, gap)
    kind, relation = VirtualNetworkGateway, Relation.PLACED_IN
    for gateway in topology.predecessors(kind, subnet.id, relation):
        said = f"what {gateway.id.path} has learned"
        if holds(gateway.client_address_prefixes, address):
            yield f"the client addresses of {gateway.id.path} hold {address}"
        if gateway.properties.gateway_default_site is not None:
            yield f"{gateway.id.path} takes every address to a site"
        for gap in topology.unread(GatewayConnection):
            yield not_read(GatewayConnection, gap)
        connections = topology.predecessors(GatewayConnection, gateway.id, Relation.CONNECTS)
        if any(not _is_static(topology, item, address) for item in connections):
            yield f"{said} from the other end of its connections is not in Azure"


def _is_static(topology: Topology, connection: GatewayConnection, address: str) -> bool:
    """Tell whether a connection teaches the told prefixes of a site only, not the address."""
    site = connection.properties.local_network_gateway2
    local = topology.get(LocalNetworkGateway, ResourceId(site.id)) if site else None
    if local is None or connection.properties.enable_bgp is not False:
        return False
    return bool(local.address_prefixes) and not holds(local.address_prefixes, address)


def _hub(topology: Topology, here: ResourceId, there: ResourceId) -> str:
    """Say that a virtual hub may connect the two; empty when both are told, or there is none."""
    if hubs(topology, here) and hubs(topology, there):
        return ""
    for gap in topology.unread(VirtualHub):
        return not_read(VirtualHub, gap)
    for gap in topology.unread(HubVirtualNetworkConnection) if topology.all(VirtualHub) else ():
        return not_read(HubVirtualNetworkConnection, gap)
    return ""
