"""Whether an address is nobody's, and whether nothing at all connects two VNets."""

from __future__ import annotations

from scanner.analysis.addresses import holds
from scanner.analysis.network_managers import Access, acting, connects
from scanner.analysis.routing.peering import hang_together, network_of
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.dns_resolver import DnsResolver, InboundEndpoint
from scanner.resources.load_balancer import LoadBalancer
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_manager import NetworkManager
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.route_table import RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology, once

_OWNERS: tuple[type[AnyResource], ...] = (
    AzureFirewall,
    DnsResolver,
    InboundEndpoint,
    LoadBalancer,
    NetworkInterface,
    PrivateEndpoint,
    RouteTable,
)

_RESOLVERS = ("microsoft.network/dnsresolvers",)

FIREWALL_SUBNET = "azurefirewallsubnet"
"""
Source: https://learn.microsoft.com/azure/firewall/firewall-faq
"""


def is_vacant(topology: Topology, network: VirtualNetwork, address: str) -> str:
    """
    Say why an address of a VNet that no resource has may belong to somebody; empty for nobody.

    Services have addresses that are no resources of ours: instances of scale
    sets, containers, domain controllers. So an address is nobody's only outside
    every subnet, in a subnet given to private resolvers or to a firewall
    alone, or in one that is given to nobody and of which Azure names no IP
    configuration but those of resources we know.

    Source: https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview
    """
    for gap in topology.unread(Subnet, network.id):
        return f"{Subnet.ARM_TYPE} in {gap.scope}: {gap.reason}"
    if _hidden_owners(topology) or holds(_diverted(topology), address):
        return _hidden_owners(topology) or f"a route leads {address} to an appliance"
    for subnet in topology.predecessors(Subnet, network.id, Relation.PART_OF):
        if holds(subnet.address_prefixes, address) and not _is_known(topology, subnet):
            return f"whose address {address} in {subnet.id.path} is was not read"
    return ""


def _is_known(topology: Topology, subnet: Subnet) -> bool:
    """Tell whether nothing but resources of the snapshot can have an address in a subnet."""
    if subnet.id.name.lower() == FIREWALL_SUBNET or subnet.delegated_to == _RESOLVERS:
        return True
    named = (ResourceId(item.id) for item in subnet.properties.ip_configurations or ())
    return not subnet.delegated_to and all(
        item.parent in topology.inventory.resources for item in named
    )


@once
def _hidden_owners(topology: Topology) -> str:
    for kind in _OWNERS:
        for gap in topology.unread(kind):
            return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
    return ""


@once
def _diverted(topology: Topology) -> tuple[str, ...]:
    """
    Return the prefixes that routes lead to appliances; one for all addresses leads to no VNet's.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    routes = (route for table in topology.all(RouteTable) for route in table.routes)
    return tuple(r.address_prefix for r in routes if r.address_prefix != "0.0.0.0/0")


def may_meet(topology: Topology, network: ResourceId, place: ResourceId) -> str:
    """
    Say what may connect two VNets that are not peered with each other; empty when nothing may.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
    """
    if hang_together(topology, network, place):
        return f"{network.path} and {place.path} meet only through other networks"
    around = network_of(topology, network)
    for other in sorted(around):
        if topology.get(VirtualNetwork, other) is None:
            return f"how {network.path} is connected by {other.path} is not in the snapshot"
    doors = sorted(_doors(topology).keys() & around)
    if doors:
        return _doors(topology)[doors[0]]
    managers = acting(topology, Access.CONNECTIVITY, around)
    return _hidden_ways(topology) or next(map(connects, managers), "")


@once
def _hidden_ways(topology: Topology) -> str:
    """Say what may connect VNets that was not read, or is in no resource; empty for nothing."""
    kinds: list[type[AnyResource]] = [
        VirtualNetwork,
        VirtualNetworkPeering,
        VirtualHub,
        NetworkManager,
        VirtualNetworkGateway,
        NetworkInterface,
    ]
    if topology.all(VirtualHub):
        kinds.append(HubVirtualNetworkConnection)
    for kind in kinds:
        for gap in topology.unread(kind):
            return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
    return ""


@once
def _doors(topology: Topology) -> dict[ResourceId, str]:
    """Return the VNets that lead beyond their peers: by a gateway, or by an appliance's tunnel."""
    found: dict[ResourceId, str] = {}
    for interface in topology.all(NetworkInterface):
        if interface.properties.enable_ip_forwarding:
            for subnet in topology.targets(interface.id, Relation.PLACED_IN):
                found[subnet.parent] = f"where {interface.id.path} forwards to is not in Azure"
    for gateway in topology.all(VirtualNetworkGateway):
        for subnet in topology.targets(gateway.id, Relation.PLACED_IN):
            found[subnet.parent] = f"where the gateway {gateway.id.path} leads is not followed"
    return found
