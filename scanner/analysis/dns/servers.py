"""Who a DNS server is, judged by its address and by who asks it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.addresses import holds, is_public
from scanner.analysis.dns.vacancy import is_vacant, may_meet
from scanner.analysis.routing.peering import Peers, neighbours, peers
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.dns_resolver import DnsResolver, InboundEndpoint
from scanner.resources.load_balancer import LoadBalancer
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology, once, once_each

AZURE_DNS = "168.63.129.16"
"""
Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""

PUBLIC_RESOLVERS = frozenset(
    {
        *("1.0.0.1", "1.0.0.2", "1.0.0.3", "1.1.1.1", "1.1.1.2", "1.1.1.3"),
        *("4.2.2.1", "4.2.2.2", "4.2.2.3", "4.2.2.4", "4.2.2.5", "4.2.2.6"),
        *("8.8.4.4", "8.8.8.8"),
        *("9.9.9.9", "9.9.9.10", "9.9.9.11", "149.112.112.112"),
        *("64.6.64.6", "64.6.65.6"),
        *("94.140.14.14", "94.140.15.15"),
        *("208.67.220.220", "208.67.222.222"),
    }
)
"""
Resolvers that anybody may use: Cloudflare, Level 3, Google, Quad9, Verisign, AdGuard, OpenDNS.

Any other public address may be somebody's own server, with a forwarder of its own.
"""


class Role(StrEnum):
    """What a DNS server does with a question, as far as the snapshot tells."""

    AZURE = "Azure-provided DNS"
    RESOLVER = "an inbound endpoint of a private resolver"
    FIREWALL = "an Azure Firewall"
    PUBLIC = "a public resolver"
    ABSENT = "an address that belongs to nobody"
    UNREACHABLE = "a server in a network that nothing connects"
    UNKNOWN = "a server whose answers are not in Azure"


@dataclass(frozen=True, slots=True)
class Server:
    """A DNS server, as one VNet sees it."""

    role: Role
    network: ResourceId | None = None
    """The VNet it sits in, or would sit in."""
    owner: ResourceId | None = None
    """The inbound endpoint or firewall that has the address."""
    unread: str = ""
    """For `UNKNOWN`: what was not read, or is not in Azure."""
    may_be_absent: bool = False
    """For `UNKNOWN`: whether the address may belong to nobody."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A resource with a private address in a VNet."""

    resource: AnyResource
    network: ResourceId


@once_each
def who(topology: Topology, network: ResourceId, address: str) -> Server:
    """
    Return who is asked at an address from a VNet.

    In a VNet and those peered with it addresses are unique, so whoever has the
    address there is meant, and nobody else. Farther away there may be a
    way, of which nothing is known here.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances,
    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    if address == AZURE_DNS:
        return Server(Role.AZURE, network)
    if not _is_ipv4(address):
        return _unknown(f"what answers at {address} is not known")
    near = peers(topology, network)
    for place in (network, *sorted(near.known)):
        found = _in(topology, place, address)
        if found is not None:
            return found if _tells(topology, place) else _unknown(_untold(network, place))
    if address in PUBLIC_RESOLVERS:
        return Server(Role.PUBLIC)
    return _far(topology, network, near, address)


def _tells(topology: Topology, place: ResourceId) -> bool:
    """
    Tell whether a VNet was read; of one that was not, nobody knows what its peering lets in.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    return topology.get(VirtualNetwork, place) is not None


def _untold(network: ResourceId, place: ResourceId) -> str:
    return f"what {place.path} lets in over its peering with {network.path} was not read"


def _is_ipv4(address: str) -> bool:
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return True


def _in(topology: Topology, place: ResourceId, address: str) -> Server | None:
    """Return who has an address in a VNet; None when it is none of the VNet's addresses."""
    having = [owner for owner in _owners(topology).get(address, ()) if owner.network == place]
    if having:
        return _server(having, address)
    own = topology.get(VirtualNetwork, place)
    if own is None or not holds(own.address_prefixes, address):
        return None
    unread = is_vacant(topology, own, address)
    if unread:
        return Server(Role.UNKNOWN, unread=unread, may_be_absent=True)
    return Server(Role.ABSENT, place)


def _server(having: list[Owner], address: str) -> Server:
    """
    Return what whoever has an address does with questions.

    What a machine, or those behind a load balancer, does with them is its own matter.
    """
    names = " and ".join(sorted(owner.resource.id.path for owner in having))
    if len(having) > 1:
        return _unknown(f"{names} both have the address {address}")
    match having[0].resource:
        case InboundEndpoint() as endpoint:
            return Server(Role.RESOLVER, having[0].network, endpoint.id)
        case AzureFirewall() as firewall:
            return Server(Role.FIREWALL, having[0].network, firewall.id)
        case _:
            return _unknown(f"what {names} at {address} does with questions is not in Azure")


def _far(topology: Topology, network: ResourceId, near: Peers, address: str) -> Server:
    """Return who is asked at an address that no VNet next to the asker has."""
    places = set(_places(topology, address))
    for place in sorted(places & near.perhaps.keys()):
        return _unknown(near.perhaps[place])
    for place in sorted(places & neighbours(topology, network)):
        return _unknown(f"the peering of {network.path} with {place.path} is not Connected")
    if not places:
        where = "public" if is_public(address) else "in no VNet of the snapshot"
        return _unknown(f"what the DNS server {address}, which is {where}, answers is not in Azure")
    for place in sorted(places):
        why = may_meet(topology, network, place)
        if why:
            return _unknown(why)
    return Server(Role.UNREACHABLE, min(places))


def _places(topology: Topology, address: str) -> Iterator[ResourceId]:
    """Yield the VNets in which an address may lie."""
    yield from (owner.network for owner in _owners(topology).get(address, ()))
    for network in topology.all(VirtualNetwork):
        if holds(network.address_prefixes, address):
            yield network.id


def _unknown(unread: str) -> Server:
    return Server(Role.UNKNOWN, unread=unread)


@once
def _owners(topology: Topology) -> dict[str, tuple[Owner, ...]]:
    """Return who has each private address, in which VNet."""
    found: dict[str, tuple[Owner, ...]] = {}
    for address, owner in _held(topology):
        found[address] = (*found.get(address, ()), owner)
    return found


def _held(topology: Topology) -> Iterator[tuple[str, Owner]]:
    for endpoint in topology.all(InboundEndpoint):
        resolver = topology.get(DnsResolver, endpoint.id.parent)
        if resolver is not None:
            owner = Owner(endpoint, ResourceId(resolver.properties.virtual_network.id))
            yield from ((address, owner) for address in endpoint.addresses)
    having: tuple[AzureFirewall | LoadBalancer | NetworkInterface, ...] = (
        *topology.all(AzureFirewall),
        *topology.all(LoadBalancer),
        *topology.all(NetworkInterface),
    )
    for resource in having:
        for network in _networks(topology, resource):
            yield from ((address, Owner(resource, network)) for address in resource.addresses)


def _networks(topology: Topology, resource: AnyResource) -> frozenset[ResourceId]:
    """Return the VNets in which a resource has an address; a firewall in a hub is in none."""
    subnets = topology.targets(resource.id, Relation.PLACED_IN)
    return frozenset(s.parent for s in subnets if s.parent.type == VirtualNetwork.ARM_TYPE)
