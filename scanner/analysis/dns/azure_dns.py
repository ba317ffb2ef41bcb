"""What Azure-provided DNS answers in a VNet, and the servers that end up asking it."""

from __future__ import annotations

from dataclasses import replace

from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.asking import asking, not_carried, unanswered
from scanner.analysis.dns.dialled_in import dialled_in
from scanner.analysis.dns.firewall_dns import firewall_dns, settings_step
from scanner.analysis.dns.forwarding import Forwarding, circle_case, forwarding, leaves_from
from scanner.analysis.dns.linked_zones import is_linked, linked_zone
from scanner.analysis.dns.lookup import Answer, Asker, Question, Resolution, failed, unknown
from scanner.analysis.dns.public_answers import aliased, public_answer
from scanner.analysis.dns.servers import Role, Server, who
from scanner.analysis.dns.zone_answers import zone_answer
from scanner.analysis.soundness import is_unsound
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.dns_forwarding_ruleset import ForwardingRule, ForwardingRulesetLink
from scanner.resources.dns_resolver import DnsResolver, InboundEndpoint
from scanner.topology import Topology, once

Trail = frozenset[tuple[ResourceId, str]]
"""Where which name was asked before: coming back is a circle."""


def ask_in(
    topology: Topology, question: Question, network: ResourceId, trail: Trail = frozenset()
) -> Resolution:
    """
    Return what Azure-provided DNS answers in a VNet, asking once for all that ask there.

    It asks the private zones linked to the VNet, else the forwarding rulesets
    linked to it, else public DNS, which leads the host name on to the private
    name: that is asked for in the same way.

    Source: https://learn.microsoft.com/azure/dns/dns-private-resolver-overview
    """
    kept = _kept(topology)
    key = (network, question.account.id, question.hostname.name, question.name, trail)
    if key not in kept:
        kept[key] = _ask_in(topology, question, network, trail)
    return kept[key]


@once
def _kept(_: Topology) -> dict[tuple[ResourceId, ResourceId, str, str, Trail], Resolution]:
    return {}


def _ask_in(
    topology: Topology, question: Question, network: ResourceId, trail: Trail
) -> Resolution:
    found = linked_zone(topology, network, question.name)
    if found.unread:
        answered = unknown(found.unread)
    elif found.link is not None:
        answered = zone_answer(topology, question, network, found.link)
    else:
        answered = _beyond_zones(topology, question, network, trail)
    return _placed(topology, question, network, answered)


def _placed(
    topology: Topology, question: Question, network: ResourceId, answered: Resolution
) -> Resolution:
    """Note where it was asked, unless the answer comes from farther on."""
    if answered.networks:
        return answered
    linked = is_linked(topology, network, question.hostname.name, question.private_name)
    return replace(answered, networks=frozenset({network}), is_linked=linked)


def _beyond_zones(
    topology: Topology, question: Question, network: ResourceId, trail: Trail
) -> Resolution:
    found = forwarding(topology, network, question)
    if found.unread:
        return unknown(found.unread)
    if found.rule is not None:
        return _forwarded(topology, question, network, found, found.rule, trail)
    if question.is_alias:
        return public_answer(topology, question, network)
    led = _ask_in(topology, question.aliased, network, trail)
    return aliased(topology, question, led)


def _forwarded(  # noqa: PLR0913, PLR0917 - a rule, and how it was come to
    topology: Topology,
    question: Question,
    network: ResourceId,
    found: Forwarding,
    rule: ForwardingRule,
    trail: Trail,
) -> Resolution:
    """
    Return what the servers of a forwarding rule answer.

    Whether a rule also takes the name that an alias leads to is not documented:
    then only the answer that public DNS would give as well is certain.

    Source: https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
    """
    step = Step(
        f"in {network.name} the rule {rule.name} passes {rule.domain} on"
        f" to {', '.join(rule.target_addresses)}",
        (
            *((Evidence(found.link.id, Relation.FORWARDS_FOR.inverse),) if found.link else ()),
            Evidence(rule.id, "", "/properties/domainName", rule.properties.domain_name),
        ),
    )
    start = leaves_from(topology, rule)
    if start is None or not rule.target_addresses:
        return unknown(f"from where {rule.id.path} asks whom is not in the snapshot", step)
    asker = Asker(start, rule.target_addresses, rule.id, rule.name)
    here = trail | {(network, question.name)}
    answered = _blaming(topology, found, ask_servers(topology, question, asker, here))
    otherwise = public_answer(topology, question, network) if question.is_alias else answered
    if question.is_alias and {answered.outcome, otherwise.outcome} != {Answer.PUBLIC}:
        answered = unknown(f"whether {rule.id.path} takes an alias is not documented")
    return answered.after(step)


def _blaming(topology: Topology, found: Forwarding, answered: Resolution) -> Resolution:
    """Blame the last link on a circle: without it the question would not go round."""
    broken = answered.broken
    if broken is None or broken.cause is not Cause.FORWARDING_LOOP or found.link is None:
        return answered
    if broken.blame.type == ForwardingRulesetLink.ARM_TYPE or found.rule is None:
        return answered
    case = dict(broken.case) | circle_case(topology, found.rule, found.link)
    return replace(answered, broken=Break(broken.cause, found.link.id, case))


def ask_servers(
    topology: Topology, question: Question, asker: Asker, trail: Trail = frozenset()
) -> Resolution:
    """
    Return what several servers answer: the first that does decides.

    Who asks takes the next one when nobody answers. Which of two that answer
    otherwise is heard, nobody can tell.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances
    """
    heard = [_ask_server(topology, question, asker, server, trail) for server in asker.servers]
    answering = [one for one in heard if one.outcome is not Answer.NONE] or heard
    first = answering[0]
    if all(_alike(first, one) for one in answering):
        return first
    steps = tuple(dict.fromkeys(step for one in heard for step in one.steps))
    unread = next((one.unread for one in answering if one.unread), "")
    suspects = (one.likely for one in answering)
    mixed = f"the DNS servers of {asker.said} need not all answer alike"
    return Resolution(
        Answer.UNKNOWN,
        (),
        steps,
        unread=f"{mixed}: {unread}" if unread else mixed,
        suspect=next(filter(None, suspects), None),
        networks=frozenset().union(*(one.networks for one in heard)),
        is_linked=any(one.is_linked for one in heard),
    )


def _alike(one: Resolution, other: Resolution) -> bool:
    return (one.outcome, set(one.addresses)) == (other.outcome, set(other.addresses))


def _ask_server(
    topology: Topology, question: Question, asker: Asker, address: str, trail: Trail
) -> Resolution:
    server = who(topology, asker.network, address)
    step = asking(asker, address, server)
    if server.unread:
        suspect = Cause.DNS_SERVER_ABSENT if server.may_be_absent else None
        return unknown(server.unread, step, suspect=suspect)
    unread = not_carried(topology, asker, server)
    if unread:
        return unknown(unread, step, suspect=Cause.DNS_SERVER_UNREACHABLE)
    match server:
        case Server(Role.AZURE):
            return _azure(topology, question, asker, trail).after(step)
        case Server(Role.RESOLVER, ResourceId() as network, ResourceId() as owner):
            return _resolver(topology, question, network, owner, trail).after(step)
        case Server(Role.FIREWALL, ResourceId() as network, ResourceId() as owner):
            return _firewall(topology, question, network, owner, trail).after(step)
        case _:
            return unanswered(topology, question, asker, address, server, step)


def _azure(topology: Topology, question: Question, asker: Asker, trail: Trail) -> Resolution:
    """
    Return what is answered at 168.63.129.16: in a VNet only, and not to forwarding rules.

    Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
    """
    if asker.dials_in:
        answered = dialled_in(topology, question, asker.network, min(asker.dials_in))
        return replace(answered, outcome=Answer.NONE)
    if asker.named_by.type == ForwardingRule.ARM_TYPE:
        return unknown("a forwarding rule cannot ask Azure-provided DNS by its address")
    return ask_in(topology, question, asker.network, trail)


def _resolver(
    topology: Topology, question: Question, network: ResourceId, owner: ResourceId, trail: Trail
) -> Resolution:
    """
    Return what an inbound endpoint answers: what its VNet would be answered.

    Source: https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
    """
    step = Step(
        f"{owner.parent.name} asks Azure-provided DNS in {network.name}",
        (Evidence(owner.parent, Relation.PART_OF), Evidence(network, Relation.PLACED_IN)),
    )
    resolver = topology.get(DnsResolver, owner.parent)
    state = resolver.properties.dns_resolver_state if resolver else None
    if (state or "Connected").lower() != "connected":
        return unknown(f"the private resolver {owner.parent.path} is {state}", step)
    inbound = topology.get(InboundEndpoint, owner)
    if inbound is not None and is_unsound(inbound.properties.provisioning_state):
        said = f"the inbound endpoint {owner.path} is {inbound.properties.provisioning_state}"
        return unknown(said, step)
    if (network, question.name) in trail:
        case = {"network": str(network), "hostname": question.hostname.name}
        return failed(Answer.NONE, Cause.FORWARDING_LOOP, owner, step, case)
    return ask_in(topology, question, network, trail).after(step)


def _firewall(
    topology: Topology, question: Question, network: ResourceId, owner: ResourceId, trail: Trail
) -> Resolution:
    """
    Return what a firewall answers that is asked for names.

    Source: https://learn.microsoft.com/azure/firewall/dns-settings
    """
    firewall = topology.get(AzureFirewall, owner)
    if firewall is None:
        return unknown(f"{owner.path} was not read")
    settings = firewall_dns(topology, firewall)
    step = settings_step(firewall, settings)
    if settings.unread:
        return unknown(settings.unread, step, suspect=Cause.NOT_A_DNS_PROXY)
    case = {
        "firewallName": firewall.name,
        "hostname": question.hostname.name,
        "classic" if settings.holder == firewall.id else "policy": str(settings.holder),
    }
    if not settings.is_proxy:
        return failed(Answer.NONE, Cause.NOT_A_DNS_PROXY, settings.holder, step, case)
    if (firewall.id, question.name) in trail:
        return failed(Answer.NONE, Cause.FORWARDING_LOOP, settings.holder, step, case)
    here = trail | {(firewall.id, question.name)}
    if not settings.servers:
        return ask_in(topology, question, network, here).after(step)
    asker = Asker(network, settings.servers, settings.holder, firewall.name)
    return ask_servers(topology, question, asker, here).after(step)
