"""Which forwarding rule takes a name in a VNet, and where it is asked from then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.dns.linked_zones import domains
from scanner.analysis.dns.lookup import Question
from scanner.resources import Relation, ResourceId
from scanner.resources.dns_forwarding_ruleset import (
    DnsForwardingRuleset,
    ForwardingRule,
    ForwardingRulesetLink,
)
from scanner.resources.dns_resolver import DnsResolver
from scanner.topology import Topology, once


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The rule that takes a name, and the link that brings it to the VNet."""

    rule: ForwardingRule | None = None
    link: ForwardingRulesetLink | None = None
    unread: str = ""
    """What may hide another rule."""


def forwarding(topology: Topology, network: ResourceId, question: Question) -> Forwarding:
    """
    Return the rule by which a question is passed on in a VNet.

    The enabled rule for the longest domain wins. A rule for `.` leaves out the
    names that Azure reserves, which are those that its list of private DNS zones
    names; whether it takes others is not said.

    Source: https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
    """
    unread = _hidden(topology, network)
    if unread:
        return Forwarding(unread=unread)
    rules = _rules(topology).get(network, {})
    for domain in domains(question.name):
        match rules.get(domain, ()):
            case ((rule, link),):
                return Forwarding(rule, link)
            case (_, *_):
                return Forwarding(unread=f"several rules for {domain} apply in {network.path}")
    if rules.get("") and not question.hostname.documented:
        return Forwarding(unread=f"whether a rule for `.` takes {question.name} is not documented")
    return Forwarding()


def leaves_from(topology: Topology, rule: ForwardingRule) -> ResourceId | None:
    """
    Return the VNet from which a rule's servers are asked; None when it is not known.

    Source: https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
    """
    exits = topology.targets(rule.id.parent, Relation.LEAVES_BY)
    resolvers = (topology.get(DnsResolver, exit_.parent) for exit_ in exits)
    networks = {ResourceId(r.properties.virtual_network.id) for r in resolvers if r is not None}
    return networks.pop() if len(networks) == 1 else None


def rules_of(topology: Topology, network: ResourceId) -> Iterator[ForwardingRule]:
    """Yield the enabled rules that apply in a VNet."""
    for found in _rules(topology).get(network, {}).values():
        yield from (rule for rule, _ in found)


def circle_case(
    topology: Topology, rule: ForwardingRule, link: ForwardingRulesetLink
) -> dict[str, str]:
    """
    Return what a message about a circle can name, and what can go without any loss.

    That is the link, where the ruleset forwards nothing else; or the rule, where
    the ruleset is linked to nothing else.
    """
    network = ResourceId(link.properties.virtual_network.id)
    case = {
        "linkName": link.name,
        "ruleName": rule.name,
        "ruleset": rule.id.parent.name,
        "network": str(network),
        "networkName": network.name,
    }
    rules = topology.predecessors(ForwardingRule, rule.id.parent, Relation.PART_OF)
    links = topology.predecessors(ForwardingRulesetLink, rule.id.parent, Relation.PART_OF)
    if not any(other.is_enabled and other is not rule for other in rules):
        return case | {"uselessLink": str(link.id)}
    return case | ({"uselessRule": str(rule.id)} if len(links) == 1 else {})


def _hidden(topology: Topology, network: ResourceId) -> str:
    """Say what may hide a rule that applies in a VNet; empty when nothing does."""
    if not topology.inventory.gaps:
        return ""
    for gap in topology.unread(DnsForwardingRuleset):
        return f"forwarding rulesets in {gap.scope}: {gap.reason}"
    for gap in topology.unread(ForwardingRulesetLink) if _any_ruleset(topology) else ():
        return f"links of forwarding rulesets in {gap.scope}: {gap.reason}"
    for link in topology.predecessors(ForwardingRulesetLink, network, Relation.FORWARDS_FOR):
        for gap in topology.unread(ForwardingRule, link.id.parent):
            return f"the rules of {link.id.parent.path}: {gap.reason}"
    return ""


@once
def _any_ruleset(topology: Topology) -> bool:
    return bool(topology.all(DnsForwardingRuleset))


@once
def _rules(
    topology: Topology,
) -> dict[ResourceId, dict[str, tuple[tuple[ForwardingRule, ForwardingRulesetLink], ...]]]:
    """Return the enabled rules of each VNet, by domain, each with the link that brings it."""
    found: dict[
        ResourceId, dict[str, tuple[tuple[ForwardingRule, ForwardingRulesetLink], ...]]
    ] = {}
    for link in topology.all(ForwardingRulesetLink):
        for network in topology.targets(link.id, Relation.FORWARDS_FOR):
            own = found.setdefault(network, {})
            for rule in topology.predecessors(ForwardingRule, link.id.parent, Relation.PART_OF):
                if rule.is_enabled:
                    own[rule.domain] = (*own.get(rule.domain, ()), (rule, link))
    return found
