"""Where the DNS questions of a VNet end up being asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.routing.peering import hang_together, neighbours
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.dns_resolver import DnsResolver, InboundEndpoint
from scanner.resources.firewall_policy import FirewallPolicy
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_machine import VirtualMachine
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology, once

AZURE_DNS = "168.63.129.16"
"""
Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""

COMPUTE = frozenset(
    {
        "microsoft.apimanagement/service",
        "microsoft.app/environments",
        "microsoft.containerinstance/containergroups",
        "microsoft.databricks/workspaces",
        "microsoft.logic/integrationserviceenvironments",
        "microsoft.machinelearningservices/workspaces",
        "microsoft.web/hostingenvironments",
        "microsoft.web/serverfarms",
    }
)
"""
Services that, given a subnet, run their users' code in it, and so ask for names there.

Source: https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview
"""


PASSIVE = frozenset(
    {
        "microsoft.hardwaresecuritymodules/dedicatedhsms",
        "microsoft.netapp/volumes",
        "microsoft.network/dnsresolvers",
    }
)
"""Services that only answer in the subnet they are given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked for the names that a VNet's workloads want."""

    networks: frozenset[ResourceId]
    """VNets whose Azure-provided DNS answers in the end."""
    unknown: tuple[str, ...]
    """Servers of which the snapshot does not tell what they answer."""
    because: tuple[Evidence, ...]


def asked(topology: Topology, network: VirtualNetwork) -> Asked:
    """
    Follow a VNet's questions to the VNet whose Azure-provided DNS answers them.

    Without servers of its own a VNet asks Azure. An inbound endpoint of a
    private resolver asks Azure in the resolver's VNet; an Azure Firewall that
    is a DNS proxy without servers of its own, in the firewall's. What any other
    server does is not in the snapshot. Servers of single interfaces are left out.

    Source: https://learn.microsoft.com/azure/dns/private-resolver-architecture,
    https://learn.microsoft.com/azure/firewall/dns-settings
    """
    pointer = "/properties/dhcpOptions/dnsServers"
    because = (Evidence(network.id, "", pointer, list(network.dns_servers) or None),)
    if not network.dns_servers:
        return Asked(frozenset({network.id}), (), because)
    forwarders = _forwarders(topology)
    networks: set[ResourceId] = set()
    unknown: list[str] = []
    for server in network.dns_servers:
        if server == AZURE_DNS:
            networks.add(network.id)
            continue
        heard = _heard(topology, network.id, forwarders.get(server, frozenset()))
        if len(heard) == 1:
            networks |= heard
        else:
            unknown.append(server)
    return Asked(frozenset(networks), tuple(unknown), because)


def has_workload(topology: Topology, network: ResourceId) -> bool | None:
    """
    Tell whether something in a VNet could want a name; None when that was not read.

    That is the interface of a virtual machine or of a scale set's instance, or
    a subnet delegated to a service that runs its users' code there. What a
    service that we do not know does in its subnet is not known.
    """
    if network in _networks_with_machines(topology):
        return True
    subnets = topology.predecessors(Subnet, network, Relation.PART_OF)
    answers = {_runs_code(subnet) for subnet in subnets}
    if True in answers:
        return True
    unread = (
        *topology.unread(NetworkInterface),
        *topology.unread(VirtualMachine),
        *topology.unread(Subnet, network),
    )
    return None if unread or None in answers else False


@once
def _networks_with_machines(topology: Topology) -> frozenset[ResourceId]:
    """Return the VNets in which a virtual machine has an interface, by the subnet it names."""
    return frozenset(
        subnet.parent
        for interface in topology.all(NetworkInterface)
        if interface.properties.virtual_machine is not None
        for subnet in topology.targets(interface.id, Relation.PLACED_IN)
    )


def _runs_code(subnet: Subnet) -> bool | None:
    if COMPUTE.intersection(subnet.delegated_to):
        return True
    # Interfaces of scale-set instances are no resources: only the subnet names them.
    instances = (named.id.lower() for named in subnet.properties.ip_configurations or ())
    if any("/virtualmachinescalesets/" in instance for instance in instances):
        return True
    return None if set(subnet.delegated_to) - PASSIVE else False


@once
def _forwarders(topology: Topology) -> dict[str, frozenset[ResourceId]]:
    """Return the VNets in which Azure is asked, by the address of who asks it for others."""
    found: dict[str, frozenset[ResourceId]] = {}
    for address, network in (*_resolvers(topology), *_proxies(topology)):
        found[address] = found.get(address, frozenset()) | {network}
    return found


def _heard(
    topology: Topology, network: ResourceId, having: frozenset[ResourceId]
) -> frozenset[ResourceId]:
    """
    Return, of the VNets that have an address, those a VNet means by it.

    In itself and its neighbours addresses are unique. Farther off, another
    server that was not read may have the same one; and one that does not hang
    together with the VNet is another network's.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    near = having & ({network} | neighbours(topology, network))
    if near or topology.unread(InboundEndpoint) or topology.unread(AzureFirewall):
        return near
    return frozenset(one for one in having if hang_together(topology, network, one))


def _resolvers(topology: Topology) -> Iterator[tuple[str, ResourceId]]:
    for endpoint in topology.all(InboundEndpoint):
        resolver = topology.get(DnsResolver, endpoint.id.parent)
        if resolver is not None:
            network = ResourceId(resolver.properties.virtual_network.id)
            yield from ((address, network) for address in endpoint.addresses)


def _proxies(topology: Topology) -> Iterator[tuple[str, ResourceId]]:
    for firewall in topology.all(AzureFirewall):
        if not _asks_azure(topology, firewall):
            continue
        for subnet in topology.successors(Subnet, firewall.id, Relation.PLACED_IN):
            yield from ((address, subnet.id.parent) for address in firewall.addresses)


def _asks_azure(topology: Topology, firewall: AzureFirewall) -> bool:
    """Tell whether a firewall passes questions to Azure; its policy may inherit its DNS."""
    policies = topology.successors(FirewallPolicy, firewall.id, Relation.RULED_BY)
    for policy in policies:
        bases = topology.successors(FirewallPolicy, policy.id, Relation.INHERITS)
        own = policy if policy.properties.dns_settings else next(iter(bases), policy)
        return own.is_dns_proxy and set(own.dns_servers) <= {AZURE_DNS}
    if firewall.properties.firewall_policy is not None:
        return False
    classic = firewall.properties.additional_properties or {}
    servers = (classic.get("Network.DNS.Servers") or "").replace(",", " ").split()
    proxy = (classic.get("Network.DNS.EnableProxy") or "").lower() == "true"
    return proxy and set(servers) <= {AZURE_DNS}
