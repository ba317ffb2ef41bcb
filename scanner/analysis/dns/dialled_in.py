"""What VPN clients are answered that are told of no DNS server they can ask."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.causes import Cause
from scanner.analysis.dns.lookup import Answer, Question, Resolution, failed
from scanner.analysis.endpoints import addresses_of, approved
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.dns_resolver import DnsResolver, InboundEndpoint
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology


def dialled_in(
    topology: Topology, question: Question, network: ResourceId, gateway: ResourceId
) -> Resolution:
    """
    Return what clients of a gateway are answered that know of no server but Azure's own.

    Its address works inside a VNet only, so they ask whom they asked before,
    who knows the public answer. A hosts file, or servers in the profile, would
    help; neither is in Azure. Without an endpoint the public answer is the answer.

    Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16,
    https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-howto-point-to-site-resource-manager-portal
    """
    own = topology.get(VirtualNetwork, network)
    pointer = "/properties/dhcpOptions/dnsServers"
    servers = list(own.dns_servers) if own and own.dns_servers else None
    step = Step(
        f"{network.name} tells the clients of {gateway.name} of no DNS server that they can"
        " ask; a hosts file of theirs would not show here",
        (Evidence(gateway), Evidence(network, Relation.PLACED_IN, pointer, servers)),
    )
    case = {
        "hosts": ", ".join(_hosts(topology, question, network)),
        "hostname": question.hostname.name,
        "gatewayName": gateway.name,
        "network": str(network),
        "networkName": network.name,
        "resolver": next(_resolvers(topology, network), ""),
    }
    told = {key: value for key, value in case.items() if value}
    return failed(Answer.PUBLIC, Cause.CLIENTS_WITHOUT_RESOLVER, network, step, told)


def _hosts(topology: Topology, question: Question, network: ResourceId) -> list[str]:
    """Return the lines of a hosts file; of several endpoints, one in the gateway's VNet counts."""
    found = [item for item in approved(topology, question.account) if item.endpoint is not None]
    near = [item for item in found if item.network == network] or found
    name = question.hostname.name
    held = {a for i in near if i.endpoint for a in addresses_of(topology, i.endpoint, name)}
    return [f"{address} {name}" for address in sorted(held)]


def _resolvers(topology: Topology, network: ResourceId) -> Iterator[str]:
    """Yield the addresses in a VNet at which a private resolver answers as the VNet is answered."""
    for endpoint in topology.all(InboundEndpoint):
        resolver = topology.get(DnsResolver, endpoint.id.parent)
        if resolver and ResourceId(resolver.properties.virtual_network.id) == network:
            yield from endpoint.addresses
