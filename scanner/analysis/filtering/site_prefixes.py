"""Which addresses outside Azure a VNet reaches by its gateway, or by that of a peer."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.addresses import AddressSet
from scanner.analysis.routing.peering import neighbours, side
from scanner.resources import Relation, ResourceId
from scanner.resources.connection import GatewayConnection, LocalNetworkGateway
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.topology import Topology


def site_prefixes(topology: Topology, network: ResourceId) -> tuple[AddressSet, str]:
    """
    Return the sites and clients of the gateways that a VNet uses, and why there may be others.

    Sites are those of connected connections. What a gateway or a route server
    learns by BGP is not in the snapshot.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings,
    https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit
    """
    told, doubts = AddressSet(), list[str]()
    for user in (network, *_lenders(topology, network)):
        doubts.append(_hidden(topology, user))
        for gateway in _gateways(topology, user):
            told |= AddressSet.parse(*gateway.client_address_prefixes, *_sites(topology, gateway))
            doubts.append(_learns(topology, gateway))
    return told, next(filter(None, doubts), "")


def _lenders(topology: Topology, network: ResourceId) -> Iterator[ResourceId]:
    """Yield the peers whose gateway a VNet uses."""
    for other in sorted(neighbours(topology, network)):
        own = side(topology, network, other)
        if own is not None and own.properties.use_remote_gateways:
            yield other


def _gateways(topology: Topology, network: ResourceId) -> Iterator[VirtualNetworkGateway]:
    for subnet in topology.predecessors(Subnet, network, Relation.PART_OF):
        yield from topology.predecessors(VirtualNetworkGateway, subnet.id, Relation.PLACED_IN)


def _sites(topology: Topology, gateway: VirtualNetworkGateway) -> Iterator[str]:
    for connection in topology.predecessors(GatewayConnection, gateway.id, Relation.CONNECTS):
        if (connection.properties.connection_status or "").lower() != "connected":
            continue
        for site in topology.successors(LocalNetworkGateway, connection.id, Relation.CONNECTS):
            space = site.properties.local_network_address_space
            yield from (space.address_prefixes or ()) if space else ()


def _hidden(topology: Topology, network: ResourceId) -> str:
    """
    Say what may teach a VNet prefixes and was not read; empty when nothing may.

    A gateway and a route server sit in subnets of fixed names, in the
    subscription of their VNet.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings
    """
    if topology.get(VirtualNetwork, network) is None or topology.unread(Subnet, network):
        return f"whether {network.path} has a gateway was not read"
    subnets = topology.predecessors(Subnet, network, Relation.PART_OF)
    names = {subnet.id.name.lower() for subnet in subnets}
    if "routeserversubnet" in names:
        return f"what the route server of {network.path} learns is not in Azure's configuration"
    place = ResourceId(f"/subscriptions/{network.subscription}")
    if "gatewaysubnet" in names and topology.unread(VirtualNetworkGateway, place):
        return f"the gateway of {network.path} was not read"
    return ""


def _learns(topology: Topology, gateway: VirtualNetworkGateway) -> str:
    """Say why a gateway may reach more than is told; empty when it cannot."""
    learned = f"what {gateway.id.path} learns is not in Azure's configuration"
    if gateway.gateway_type != "vpn" or gateway.properties.enable_bgp:
        return learned
    kinds = (GatewayConnection, LocalNetworkGateway)
    if any(topology.unread(kind) for kind in kinds):
        return f"the connections of {gateway.id.path} were not read"
    for connection in topology.predecessors(GatewayConnection, gateway.id, Relation.CONNECTS):
        said = connection.properties
        sites = topology.successors(LocalNetworkGateway, connection.id, Relation.CONNECTS)
        if said.enable_bgp or not sites or (said.connection_status or "").lower() != "connected":
            return learned
    return ""
