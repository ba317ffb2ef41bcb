"""Whether the addresses of VPN clients are their own."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.addresses import AddressSet
from scanner.analysis.routing.peering import peers, side
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict, not_read
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.connection import GatewayConnection, LocalNetworkGateway
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.topology import Topology


def apart(topology: Topology, gateway: VirtualNetworkGateway) -> Judgement:
    """
    Judge whether a gateway's client addresses lie apart from the networks around it.

    Those are its VNet, the VNets peered with that, and the sites it is connected
    to. What BGP teaches it is not in Azure's lists, and is not looked at.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-howto-point-to-site-resource-manager-portal
    """
    pool = AddressSet.parse(*gateway.client_address_prefixes)
    if not pool:
        return NOT_APPLICABLE
    told = list(gateway.client_address_prefixes)
    pointer = "/properties/vpnClientConfiguration/vpnClientAddressPool/addressPrefixes"
    here = Evidence(gateway.id, "", pointer, told)
    cases, because = [], [here]
    for other, prefixes in _around(topology, gateway):
        shared = [prefix for prefix in prefixes if AddressSet.parse(prefix) & pool]
        if shared:
            cases.append({"pool": ", ".join(told), "other": other.path, "prefix": shared[0]})
            because.append(Evidence(other))
    if cases:
        return Judgement(Verdict.FAIL, tuple(because), tuple(cases))
    unread = _unread(topology, gateway, pool)
    if unread:
        return Judgement(Verdict.OPEN, (here,), unread=unread)
    return Judgement(Verdict.PASS, (here,))


def _around(
    topology: Topology, gateway: VirtualNetworkGateway
) -> Iterator[tuple[ResourceId, tuple[str, ...]]]:
    """Yield the networks that a gateway's clients may call, with their prefixes."""
    for network in _networks(topology, gateway):
        own = topology.get(VirtualNetwork, network)
        if own is not None:
            yield network, own.address_prefixes
        for other in sorted(peers(topology, network).known):
            yield other, _peered(topology, network, other)
    for connection in topology.predecessors(GatewayConnection, gateway.id, Relation.CONNECTS):
        for site in topology.successors(LocalNetworkGateway, connection.id, Relation.CONNECTS):
            yield site.id, site.address_prefixes


def _peered(topology: Topology, network: ResourceId, other: ResourceId) -> tuple[str, ...]:
    """Return what a VNet knows of a peer's address space, as it is peered."""
    own = side(topology, network, other)
    space = own.properties.remote_address_space if own else None
    return (space.address_prefixes or ()) if space else ()


def _networks(topology: Topology, gateway: VirtualNetworkGateway) -> tuple[ResourceId, ...]:
    subnets = topology.targets(gateway.id, Relation.PLACED_IN)
    return tuple(dict.fromkeys(subnet.parent for subnet in subnets))


def _unread(topology: Topology, gateway: VirtualNetworkGateway, pool: AddressSet) -> str:
    """Say what may hide a network with the same addresses; empty when nothing does."""
    networks = _networks(topology, gateway)
    if not networks:
        return f"the VNet of {gateway.id.path} is not told"
    for network in networks:
        if topology.get(VirtualNetwork, network) is None:
            return f"{network.path} is outside the snapshot"
        for gap in topology.unread(VirtualNetworkPeering, network):
            return not_read(VirtualNetworkPeering, gap)
        around = peers(topology, network)
        for other in sorted(around.known):
            if not _peered(topology, network, other):
                return f"which addresses of {other.path} are peered is not told"
        for other, why in sorted(around.perhaps.items()):
            if AddressSet.parse(*_peered(topology, network, other)) & pool:
                return why
    return _unread_sites(topology, gateway)


def _unread_sites(topology: Topology, gateway: VirtualNetworkGateway) -> str:
    kinds: tuple[type[AnyResource], ...] = (GatewayConnection, LocalNetworkGateway)
    for kind in kinds:
        for gap in topology.unread(kind):
            return not_read(kind, gap)
    for connection in topology.predecessors(GatewayConnection, gateway.id, Relation.CONNECTS):
        for end in topology.targets(connection.id, Relation.CONNECTS):
            is_site = end.type == LocalNetworkGateway.ARM_TYPE
            if is_site and topology.get(LocalNetworkGateway, end) is None:
                return f"the site {end.path} is outside the snapshot"
    return ""
