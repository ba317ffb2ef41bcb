"""What a network security group on the way does to callers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scanner.analysis.addresses import NOBODY, AddressSet
from scanner.analysis.causes import Break, Cause
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.filtering import ports
from scanner.analysis.filtering.checkpoint import (
    Call,
    Checkpoint,
    Shown,
    Sight,
    joined,
    prefixes,
    seen,
    unknown,
)
from scanner.analysis.filtering.first_match import Decision, Match, decide
from scanner.analysis.filtering.mending import free_priorities, one_prefix
from scanner.analysis.filtering.security_rules import (
    Flow,
    Members,
    NsgRule,
    Placed,
    matches,
    placed,
    rules,
)
from scanner.analysis.filtering.virtual_network_tag import Tag, virtual_network_tag
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_security_group import NetworkSecurityGroup
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.subnet import Subnet
from scanner.topology import Topology, once

PORT = 443


@dataclass(frozen=True, slots=True)
class Gate:
    """A group where it stands."""

    group: ResourceId
    subnet: ResourceId
    """The subnet it guards, or that of the interface it guards."""
    is_inbound: bool
    cause: Cause
    """What it is when the group denies."""


def ask(
    topology: Topology, gate: Gate, call: Call, callers: AddressSet, sight: Sight
) -> Checkpoint:
    """
    Return what a group does to TCP 443 from callers to an endpoint.

    The rules of the direction are asked by priority, the defaults last; the
    first that matches decides.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
    """
    group = topology.get(NetworkSecurityGroup, gate.group)
    if group is None:
        unread = f"the network security group {gate.group.path} was not read"
        return unknown(unread, cause=gate.cause)
    flow = _flow(topology, gate, call, callers)
    asked = _placed(topology, gate, flow.tag)

    def judge(shown: Shown) -> Decision[NsgRule]:
        members = flow.callers_groups if shown.is_own else Members(is_known=not sight.is_own)
        of = replace(flow, callers=shown.addresses, callers_groups=members)
        return decide(matches(asked, of), shown.addresses)

    found = joined(seen(sight, callers, judge), callers)
    return Checkpoint(
        allowed=found.allowed,
        denied=found.denied,
        steps=tuple(_step(group, match, callers) for match in found.deciding),
        broken=_broken(topology, gate, call, found, sight) if found.denied else None,
        unread=_doubt(group, found, flow) if callers - found.allowed - found.denied else "",
        doubts=frozenset({gate.cause}),
    )


def _flow(topology: Topology, gate: Gate, call: Call, callers: AddressSet) -> Flow:
    here = gate.subnet.parent
    consumer, endpoint = call.consumer, call.endpoint
    return Flow(
        callers=callers,
        address=call.destination,
        tag=virtual_network_tag(topology, gate.subnet),
        callers_groups=Members(
            groups=consumer.groups,
            is_known=not scale_sets(topology, consumer),
            counts_here=consumer.network == here,
        ),
        address_groups=Members(
            groups=frozenset(groups_of(topology, endpoint)), counts_here=endpoint.network == here
        ),
    )


def groups_of(topology: Topology, endpoint: PrivateEndpoint) -> Iterable[ResourceId]:
    """Yield the application security groups that an endpoint is a member of."""
    yield from topology.targets(endpoint.id, Relation.MEMBER_OF)
    for interface in topology.predecessors(NetworkInterface, endpoint.id, Relation.ATTACHED_TO):
        yield from topology.targets(interface.id, Relation.MEMBER_OF)


def scale_sets(topology: Topology, consumer: Consumer) -> str:
    """
    Name a scale set whose instances are among a consumer; empty when none is.

    Their interfaces are no resources: their own groups are in no row.

    Source: https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview
    """
    subnet = topology.get(Subnet, consumer.subnet)
    if consumer.kind is not Kind.SUBNET or subnet is None:
        return ""
    for named in subnet.properties.ip_configurations or ():
        _, found, rest = named.id.lower().partition("/virtualmachinescalesets/")
        if found:
            return rest.partition("/")[0]
    return ""


def _placed(topology: Topology, gate: Gate, tag: Tag) -> tuple[Placed, ...]:
    """Return the rules of a group as the subnet it guards sees them."""
    kept, key = _kept(topology), (gate.group, gate.subnet, gate.is_inbound)
    if key not in kept:
        own = rules_by_group(topology)[gate.group]
        kept[key] = tuple(placed(own, tag, PORT, is_inbound=gate.is_inbound))
    return kept[key]


@once
def _kept(_: Topology) -> dict[tuple[ResourceId, ResourceId, bool], tuple[Placed, ...]]:
    return {}


@once
def rules_by_group(topology: Topology) -> Mapping[ResourceId, tuple[NsgRule, ...]]:
    """Return the rules of every group, read once for all who ask."""
    return {group.id: rules(group) for group in topology.all(NetworkSecurityGroup)}


def _step(group: NetworkSecurityGroup, match: Match[NsgRule], callers: AddressSet) -> Step:
    rule, priority = match.rule, match.rule.priority
    verb = "allow" if rule.allows else "deny"
    does = f"may {verb}" if match.perhaps - match.certain else _third_person(verb)
    whom = match.perhaps & callers
    some = f" from {prefixes(whom)}" if whom and callers - whom else ""
    value = f"{'Allow' if rule.allows else 'Deny'} at priority {priority}"
    return Step(
        f"{rule.name} at priority {priority} of {group.name} {does} it{some}",
        (Evidence(group.id, Relation.GUARDED_BY, rule.pointer, value),),
    )


def _third_person(verb: str) -> str:
    return "denies" if verb == "deny" else f"{verb}s"


def _broken(
    topology: Topology, gate: Gate, call: Call, found: Decision[NsgRule], sight: Sight
) -> Break:
    group = gate.group
    shown = (found.denied if sight.is_own else NOBODY) | sight.masks
    denying = [match for match in found.deciding if not match.allows]
    sure = [match for match in denying if match.certain & found.denied] or denying
    taken = {r.priority for r in rules_by_group(topology)[group] if r.is_inbound is gate.is_inbound}
    first = min((match.rule.priority for match in denying), default=0)
    case = {
        "nsgName": group.name,
        "resourceGroup": group.resource_group,
        "subscription": group.subscription,
        "ruleName": sure[0].rule.name if sure else "",
        "priority": str(sure[0].rule.priority) if sure else "",
        "freePriority": free_priorities(taken, first),
        "subnet": gate.subnet.name,
        "address": call.address,
        "sources": prefixes(shown),
        "source": one_prefix(topology, call.consumer, shown, is_own=not sight.masks),
    }
    return Break(gate.cause, group, case)


def _doubt(group: NetworkSecurityGroup, found: Decision[NsgRule], flow: Flow) -> str:
    """Say why nobody knows what a group decides."""
    for match in found.deciding:
        if not match.perhaps - match.certain:
            continue
        rule, named = match.rule, f"{match.rule.name} of {group.name}"
        if ports.CALLING - rule.source_ports:
            return f"{named} looks at the port that callers choose"
        if rule.source.groups or rule.destination.groups:
            return f"whom the application security groups of {named} hold was not read"
        if rule.source.is_virtual_network or rule.destination.is_virtual_network:
            return flow.tag.unread or f"what {named} matches is not told"
        return f"what {named} matches is not told"
    return f"what {group.name} decides is not told"
