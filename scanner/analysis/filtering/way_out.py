"""Whether security groups keep a consumer from everything public."""

from __future__ import annotations

from scanner.analysis.addresses import PUBLIC, AddressSet
from scanner.analysis.consumers import Consumer, Kind, runners
from scanner.analysis.filtering.first_match import decide
from scanner.analysis.filtering.guards import PORT, rules_by_group, scale_sets
from scanner.analysis.filtering.security_rules import Flow, Members, matches, placed
from scanner.analysis.filtering.virtual_network_tag import PLATFORM, virtual_network_tag
from scanner.analysis.network_managers import ruling
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.network_security_group import NetworkSecurityGroup
from scanner.resources.subnet import Subnet
from scanner.topology import Topology, once_each

_TARGETS = PUBLIC - PLATFORM
"""Where the public side of an account may be: its address is not in Azure's data."""


@once_each
def kept_in(topology: Topology, consumer: Consumer) -> Step | None:
    """
    Return what keeps a consumer from every public address; None unless that is certain.

    A service that is given a subnet may send what is for the Internet by a way of its
    own, people dial in from where they have one, and a network manager's rules may
    overrule every group.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works,
    https://learn.microsoft.com/azure/app-service/overview-vnet-integration
    """
    subnet = topology.get(Subnet, consumer.subnet)
    if subnet is None or consumer.kind is Kind.CLIENTS or runners(subnet):
        return None
    if ruling(topology, consumer.network):
        return None
    callers = consumer.addresses or AddressSet.parse(*subnet.address_prefixes)
    denials = (_denial(topology, consumer, guard, callers) for guard in consumer.guards)
    return next(filter(None, denials), None) if callers else None


def _denial(
    topology: Topology, consumer: Consumer, guard: ResourceId, callers: AddressSet
) -> Step | None:
    group = topology.get(NetworkSecurityGroup, guard)
    if group is None:
        return None
    tag = virtual_network_tag(topology, consumer.subnet)
    members = Members(consumer.groups, is_known=not scale_sets(topology, consumer))
    flow = Flow(callers, _TARGETS, tag, members, Members())
    asked = placed(rules_by_group(topology)[guard], tag, PORT, is_inbound=False)
    found = decide(matches(asked, flow), callers)
    if callers - found.denied:
        return None
    rule = next(match.rule for match in found.deciding if not match.allows)
    said = f"{rule.name} at priority {rule.priority} of {group.name} denies it the Internet"
    value = f"Deny at priority {rule.priority}"
    return Step(said, (Evidence(guard, Relation.GUARDED_BY, rule.pointer, value),))
