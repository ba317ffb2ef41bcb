"""What a name resolves to, asked from a consumer."""

from __future__ import annotations

from dataclasses import replace

from scanner.analysis.causes import Cause
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.dns.askers import AZURE_DNS
from scanner.analysis.dns.azure_dns import ask_in, ask_servers
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.lookup import Answer, Asker, Question, Resolution, failed, unknown
from scanner.analysis.dns.wanted import undocumented
from scanner.analysis.endpoints import addresses_of, approved
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology

__all__ = ["Answer", "Resolution", "resolve"]


def resolve(
    topology: Topology,
    consumer: Consumer,
    account: CognitiveServicesAccount,
    hostname: Hostname,
) -> Resolution:
    """
    Return what nslookup would return for a name, asked from a consumer.

    The servers of its interface are asked, else those of its VNet, else
    Azure-provided DNS in the VNet. Settings that were changed count, though a
    machine learns of them when it renews its lease. What a zone whose name is not
    documented for the cloud leads to is certain only where it is private. Whether
    filters and routes let a question through to its server is not looked into.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances
    """
    question = Question(account, hostname, hostname.name)
    answered = _asked(topology, consumer, question)
    if answered.outcome in {Answer.PRIVATE, Answer.UNKNOWN} or hostname.documented:
        return answered
    return replace(
        answered,
        outcome=Answer.UNKNOWN,
        addresses=(),
        broken=None,
        unread=undocumented(hostname),
    )


def _asked(topology: Topology, consumer: Consumer, question: Question) -> Resolution:
    network = topology.get(VirtualNetwork, consumer.network)
    if network is None and not consumer.dns_servers:
        return unknown(f"whom {consumer.network.path} asks is outside the snapshot")
    if consumer.kind is Kind.CLIENTS and set(consumer.dns_servers) <= {AZURE_DNS}:
        return _dialled_in(topology, consumer, question)
    namer, pointer = _namer(topology, consumer)
    told = Evidence(namer, "", pointer, list(consumer.dns_servers) or None)
    start = (Evidence(consumer.id), told) if namer != consumer.id else (told,)
    if not consumer.dns_servers:
        said = f"{consumer.id.path} asks Azure-provided DNS in {consumer.network.name}"
        return ask_in(topology, question, consumer.network).after(Step(said, start))
    servers = ", ".join(consumer.dns_servers)
    whose = "it has" if namer == consumer.id else f"{namer.name} has"
    step = Step(f"{consumer.id.path} asks the DNS servers that {whose}: {servers}", start)
    asker = Asker(
        consumer.network,
        consumer.dns_servers,
        namer,
        consumer.id.path,
        frozenset({consumer.id}) if consumer.kind is Kind.CLIENTS else frozenset(),
    )
    return ask_servers(topology, question, asker).after(step)


def _namer(topology: Topology, consumer: Consumer) -> tuple[ResourceId, str]:
    """
    Return what names a consumer's servers: its interface, else its VNet.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#change-dns-servers
    """
    interface = topology.get(NetworkInterface, consumer.id)
    if interface is not None and interface.dns_servers:
        return interface.id, "/properties/dnsSettings/dnsServers"
    return consumer.network, "/properties/dhcpOptions/dnsServers"


def _dialled_in(topology: Topology, consumer: Consumer, question: Question) -> Resolution:
    """
    Return what VPN clients are answered that are told of no server but Azure's own.

    Its address works inside a VNet only, so they ask whom they asked before,
    who knows the public answer. A hosts file, or servers in the profile, would
    help; neither is in Azure. Without an endpoint the public answer is the answer.

    Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16,
    https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-howto-point-to-site-resource-manager-portal
    """
    pointer, servers = "/properties/dhcpOptions/dnsServers", list(consumer.dns_servers) or None
    step = Step(
        f"{consumer.network.name} tells the clients of {consumer.id.name} of no DNS server"
        " that they can ask; a hosts file of theirs would not show here",
        (
            Evidence(consumer.id),
            Evidence(consumer.network, Relation.PLACED_IN, pointer, servers),
        ),
    )
    case = {
        "hosts": "\n".join(_hosts(topology, consumer, question)),
        "hostname": question.hostname.name,
        "gateway": str(consumer.id),
        "network": str(consumer.network),
        "networkName": consumer.network.name,
    }
    told = {key: value for key, value in case.items() if value}
    cause = Cause.CLIENTS_WITHOUT_RESOLVER
    return failed(Answer.PUBLIC, cause, consumer.network, step, told)


def _hosts(topology: Topology, consumer: Consumer, question: Question) -> list[str]:
    """Return the lines of a hosts file; of several endpoints, one in the gateway's VNet counts."""
    found = [item for item in approved(topology, question.account) if item.endpoint is not None]
    near = [item for item in found if item.network == consumer.network] or found
    name = question.hostname.name
    held = {a for i in near if i.endpoint for a in addresses_of(topology, i.endpoint, name)}
    return [f"{address} {name}" for address in sorted(held)]
