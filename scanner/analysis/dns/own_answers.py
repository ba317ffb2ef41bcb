"""Whether a firewall that connects on behalf of others resolves an account's name privately."""

from __future__ import annotations

from scanner.analysis.dns.azure_dns import ask_in, ask_servers
from scanner.analysis.dns.firewall_dns import firewall_dns
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.lookup import Answer, Asker, Question, Resolution, unknown
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology, once_each


@once_each
def resolves_privately(
    topology: Topology,
    firewall: ResourceId,
    account: CognitiveServicesAccount,
    hostname: Hostname,
) -> bool | None:
    """
    Tell whether a firewall itself is answered with the account's endpoints; None when not known.

    It asks the servers of its DNS settings, else Azure-provided DNS in its own
    VNet, whether or not it answers the questions of others. That of a virtual hub
    sits in a VNet that is Azure's, and is not followed.

    Source: https://learn.microsoft.com/azure/firewall/dns-settings
    """
    answered = _asked(topology, firewall, Question(account, hostname, hostname.name))
    if answered.outcome is Answer.PRIVATE:
        return True
    is_certain = hostname.documented and answered.outcome in {Answer.PUBLIC, Answer.NXDOMAIN}
    return False if is_certain else None


def _asked(topology: Topology, firewall: ResourceId, question: Question) -> Resolution:
    found = topology.get(AzureFirewall, firewall)
    network = _network(topology, firewall)
    if found is None or network is None:
        return unknown(f"where {firewall.path} asks was not read")
    settings = firewall_dns(topology, found)
    if settings.unread:
        return unknown(settings.unread)
    if not settings.servers:
        return ask_in(topology, question, network)
    asker = Asker(network, settings.servers, settings.holder, found.name)
    return ask_servers(topology, question, asker)


def _network(topology: Topology, firewall: ResourceId) -> ResourceId | None:
    """Return the one VNet a firewall sits in; None when that is not certain, or a hub."""
    subnets = topology.targets(firewall, Relation.PLACED_IN)
    networks = {s.parent for s in subnets if s.parent.type == VirtualNetwork.ARM_TYPE}
    return networks.pop() if len(networks) == 1 else None
