"""Whether somebody wrote rules that deny the callers of private endpoints, in force or not."""

from __future__ import annotations

from scanner.analysis.filtering.ports import covers
from scanner.analysis.filtering.stations import ENFORCING, IGNORING
from scanner.findings import Evidence, Judgement, Verdict, some
from scanner.resources import Relation
from scanner.resources.network_security_group import NetworkSecurityGroup, SecurityRule
from scanner.resources.subnet import Subnet
from scanner.topology import Topology

NO_CALLERS = frozenset({"internet", "azureloadbalancer"})
"""
Sources from which nobody calls a private endpoint: its address is private.

Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
"""


def denies_callers(_topology: Topology, group: NetworkSecurityGroup, port: int) -> Judgement:
    """
    Judge whether a rule of a group's own denies callers of private endpoints a TCP port.

    A rule for other sources beside those of nobody does. Rules that allow before
    it, and the addresses it is for, are not looked at.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
    """
    written = enumerate(group.properties.security_rules or ())
    found = [_denies(group, rule, index, port) for index, rule in written if _is_meant(rule)]
    return some(found or (Judgement(Verdict.FAIL, (Evidence(group.id),)),))


def heard(_topology: Topology, subnet: Subnet) -> Judgement:
    """
    Judge whether a subnet's security group counts for the private endpoints in it.

    Names the value that lets it, and lets route tables act where they do now.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    said = subnet.properties.private_endpoint_network_policies
    because = (Evidence(subnet.id, "", "/properties/privateEndpointNetworkPolicies", said),)
    policies = (said or "Disabled").lower()
    if policies in ENFORCING:
        return Judgement(Verdict.PASS, because)
    if policies not in IGNORING:
        unread = f"the network policies of {subnet.id.path}, {said}, are not known"
        return Judgement(Verdict.OPEN, because, unread=unread)
    wanted = "NetworkSecurityGroupEnabled" if policies == "disabled" else "Enabled"
    return Judgement(Verdict.FAIL, because, ({"policies": wanted},))


def _is_meant(rule: SecurityRule) -> bool:
    sources = {source.strip().lower() for source in rule.source_addresses}
    is_for_callers = not sources or not sources <= NO_CALLERS
    return not rule.allows and rule.is_inbound and is_for_callers and rule.protocol in {"*", "tcp"}


def _denies(group: NetworkSecurityGroup, rule: SecurityRule, index: int, port: int) -> Judgement:
    pointer = f"/properties/securityRules/{index}"
    because = (Evidence(group.id, Relation.GUARDED_BY, pointer, rule.name),)
    match covers(rule.destination_ports, port):
        case None:
            unread = f"whether the ports of {rule.name} in {group.id.path} hold {port} is not told"
            return Judgement(Verdict.OPEN, because, unread=unread)
        case held:
            return Judgement(Verdict.PASS if held else Verdict.FAIL, because)
