"""Whether the subnets that an account's own firewall admits can make use of it."""

from __future__ import annotations

from collections.abc import Callable

from scanner.analysis.consumers import consumers
from scanner.analysis.dns.dangling import was_read
from scanner.analysis.dns.hostnames import hostnames_in
from scanner.analysis.dns.resolution import Answer, resolve
from scanner.findings import Evidence, Judgement, Verdict, every, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology

SERVICE = "microsoft.cognitiveservices"


def existing(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether the subnets exist.

    One whose VNet was read without it does not; nor does one whose VNet is not
    in a subscription all of whose VNets were read.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    return _each(topology, account, _exists)


def recognised(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether the subnets have the service endpoint by which they are recognised.

    One that does not exist does not apply, nor one whose callers do not come by
    the public address. Without the endpoint, callers come in only by a rule for the
    address that they leave by, which is not in the snapshot.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    return _each(topology, account, _is_recognised)


def asking_publicly(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether callers in the subnets come by the public address, which alone the rules admit.

    Where all names resolve privately for everyone in a subnet, its rule admits nobody.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    return _each(topology, account, _asks_publicly)


def _each(
    topology: Topology,
    account: CognitiveServicesAccount,
    judge: Callable[[Topology, CognitiveServicesAccount, ResourceId, Evidence], Judgement],
) -> Judgement:
    acls = account.properties.network_acls
    rules = (acls.virtual_network_rules or ()) if acls else ()
    return every(
        judge(topology, account, ResourceId(rule.id), _told(account, index, rule.id))
        for index, rule in enumerate(rules)
    )


def _told(account: CognitiveServicesAccount, index: int, subnet: str) -> Evidence:
    pointer = f"/properties/networkAcls/virtualNetworkRules/{index}/id"
    return Evidence(account.id, "", pointer, subnet)


def _exists(
    topology: Topology, _account: CognitiveServicesAccount, subnet: ResourceId, told: Evidence
) -> Judgement:
    if topology.get(Subnet, subnet) is not None:
        return Judgement(Verdict.PASS, (told, Evidence(subnet, Relation.ALLOWS)))
    unread = _unread(topology, subnet)
    if unread:
        return Judgement(Verdict.OPEN, (told,), unread=unread)
    return Judgement(Verdict.FAIL, (told,), (_case(subnet),))


def _is_recognised(
    topology: Topology, account: CognitiveServicesAccount, subnet: ResourceId, told: Evidence
) -> Judgement:
    found = topology.get(Subnet, subnet)
    if found is None:
        unread = _unread(topology, subnet)
        # Whether it exists is open then too, and that is told.
        unsure = Judgement(Verdict.OPEN, (told,), unread=unread, is_told=True)
        return unsure if unread else every(())
    services = [one.service for one in found.properties.service_endpoints or ()]
    pointer = "/properties/serviceEndpoints"
    because = (told, Evidence(subnet, Relation.ALLOWS, pointer, services or None))
    if any(service.startswith(SERVICE) for service in found.endpoint_services):
        return Judgement(Verdict.PASS, because)
    outcomes, unread = _answers(topology, account, subnet)
    if Answer.PUBLIC not in outcomes and unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    if outcomes and Answer.PUBLIC not in outcomes:
        return every(())
    if account.properties.network_acls and account.properties.network_acls.ip_rules:
        unread = f"whether a rule for an address admits the callers in {subnet.path} is not known"
        return Judgement(Verdict.OPEN, because, unread=unread)
    # The command replaces the whole list: it is given where there is none.
    alone = {} if services else {"alone": str(subnet)}
    return Judgement(Verdict.FAIL, because, (_case(subnet) | alone,))


def _asks_publicly(
    topology: Topology, account: CognitiveServicesAccount, subnet: ResourceId, told: Evidence
) -> Judgement:
    because = (told, Evidence(subnet, Relation.ALLOWS))
    outcomes, unread = _answers(topology, account, subnet)
    if Answer.PUBLIC in outcomes:
        return Judgement(Verdict.PASS, because)
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    if not outcomes or outcomes != {Answer.PRIVATE}:
        return every(())
    return Judgement(Verdict.FAIL, because, (_case(subnet),))


def _answers(
    topology: Topology, account: CognitiveServicesAccount, subnet: ResourceId
) -> tuple[frozenset[Answer], str]:
    """Return what the account's names resolve to in a subnet, and why that may not be all."""
    answers = [
        resolve(topology, consumer, account, hostname)
        for consumer in consumers(topology)
        if consumer.subnet == subnet
        for hostname in hostnames_in(topology, account)
    ]
    unread = next((answer.unread for answer in answers if answer.unread), "")
    outcomes = frozenset(answer.outcome for answer in answers)
    return outcomes, unread or _hidden(topology, subnet)


def _hidden(topology: Topology, subnet: ResourceId) -> str:
    """Say what may hide callers in a subnet; empty when nothing does."""
    if topology.get(Subnet, subnet) is None:
        return _unread(topology, subnet)
    for gap in topology.unread(NetworkInterface):
        return not_read(NetworkInterface, gap)
    return ""


def _unread(topology: Topology, subnet: ResourceId) -> str:
    """Say why it is not known whether a subnet exists; empty when it is."""
    network = subnet.parent
    for kind, place in ((VirtualNetwork, network), (Subnet, subnet)):
        for gap in topology.unread(kind, place):
            return not_read(kind, gap)
    found = topology.get(VirtualNetwork, network)
    if found is not None and found.properties.subnets is None:
        return f"{network.path} does not tell its subnets"
    if found is None and not was_read(topology, network):
        return f"{network.path} is outside the snapshot"
    return ""


def _case(subnet: ResourceId) -> dict[str, str]:
    return {"subnet": str(subnet), "path": subnet.path}
