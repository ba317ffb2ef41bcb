"""What a name resolves to, asked from a consumer."""

from __future__ import annotations

from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.dns.azure_dns import ask_in, ask_servers
from scanner.analysis.dns.dialled_in import dialled_in
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.lookup import Answer, Asker, Question, Resolution, unknown
from scanner.analysis.dns.servers import AZURE_DNS
from scanner.analysis.dns.wanted import undocumented
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import ResourceId
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
    return answered.doubted(undocumented(hostname))


def _asked(topology: Topology, consumer: Consumer, question: Question) -> Resolution:
    network = topology.get(VirtualNetwork, consumer.network)
    if network is None and not consumer.dns_servers:
        return unknown(f"whom {consumer.network.path} asks is outside the snapshot")
    if consumer.kind is Kind.CLIENTS and set(consumer.dns_servers) <= {AZURE_DNS}:
        return dialled_in(topology, question, consumer.network, consumer.id)
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
