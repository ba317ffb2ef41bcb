"""What network security groups let through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import EVERY, PUBLIC, AddressSet
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_security_group import NetworkSecurityGroup, SecurityRule
from scanner.resources.public_ip_address import PublicIpAddress
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class Admitted:
    """The public addresses that reach a port of an interface, and the rules that let them."""

    sources: AddressSet
    because: tuple[Evidence, ...]
    unread: str = ""


def admitted(topology: Topology, interface: NetworkInterface, port: int) -> Admitted:
    """
    Return which public addresses may open TCP connections to a port of an interface.

    The group of the subnet and that of the interface must both let them in. By
    priority, the first rule that matches decides. Without any group a public
    address of the Standard kind lets nobody in, a Basic one everybody.
    Service tags other than Internet are taken to hold no caller from there,
    so `AzureCloud` alone is not the Internet.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works,
    https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
    """
    guards = _guards(topology, interface)
    unread = _unread_subnet(topology, interface)
    if not guards:
        return Admitted(PUBLIC, (), unread) if unread else _unguarded(topology, interface)
    sources = PUBLIC
    because: list[Evidence] = []
    for guard in guards:
        group = topology.get(NetworkSecurityGroup, guard)
        if group is None:
            unread = f"the network security group {guard.path} was not read"
            continue
        let_in = list(_let_in(topology, interface, group, port))
        sources &= AddressSet.of(i for _, part in let_in for i in part.intervals)
        because.extend(_told(group, rule) for rule, part in let_in if part)
    return Admitted(sources, tuple(because), unread)


def _unread_subnet(topology: Topology, interface: NetworkInterface) -> str:
    """Say which subnet, and so which group of it, was not read; empty when all were."""
    for subnet in topology.targets(interface.id, Relation.PLACED_IN):
        if subnet not in topology.inventory.resources:
            return f"the subnet {subnet.path} was not read"
    return ""


def _guards(topology: Topology, interface: NetworkInterface) -> tuple[ResourceId, ...]:
    subnets = topology.targets(interface.id, Relation.PLACED_IN)
    guards = (g for s in subnets for g in topology.targets(s, Relation.GUARDED_BY))
    own = topology.targets(interface.id, Relation.GUARDED_BY)
    return tuple(dict.fromkeys((*guards, *own)))


def _unguarded(topology: Topology, interface: NetworkInterface) -> Admitted:
    kinds, because = set(), []
    for address in topology.targets(interface.id, Relation.USES_ADDRESS):
        public = topology.get(PublicIpAddress, address)
        sku = public.sku if public else ""
        kinds.add(sku)
        because.append(Evidence(address, Relation.USES_ADDRESS, "/sku/name", sku or None))
    if kinds <= {"standard", "standardv2"}:
        return Admitted(AddressSet(), tuple(because))
    unread = "" if "basic" in kinds else "the kind of its public address was not read"
    return Admitted(PUBLIC, tuple(because), unread)


def _let_in(
    topology: Topology, interface: NetworkInterface, group: NetworkSecurityGroup, port: int
) -> Iterator[tuple[SecurityRule, AddressSet]]:
    """Yield the inbound rules that let public addresses in, each with those it decides on."""
    undecided = PUBLIC
    for rule in group.rules:
        if not rule.is_inbound or not _matches(topology, interface, rule, port):
            continue
        matched = undecided & _sources(rule)
        undecided -= matched
        if rule.allows:
            yield rule, matched


def _matches(
    topology: Topology, interface: NetworkInterface, rule: SecurityRule, port: int
) -> bool:
    """
    Tell whether a rule looks at TCP to this port of this interface.

    A caller chooses the port it calls from, and an interface may have several
    addresses: what lets some through counts, what holds only some back does not.
    """
    if rule.protocol not in {"*", "tcp"}:
        return False
    if not rule.allows and not EVERY_PORT.intersection(rule.source_ports):
        return False
    if not any(_in_range(port, ports) for ports in rule.destination_ports):
        return False
    if rule.destination_groups:
        own = topology.targets(interface.id, Relation.MEMBER_OF)
        return bool(set(rule.destination_groups) & set(own))
    # VirtualNetwork holds the interface's own address wherever it is.
    if any(tag.lower() in {"*", "any", "virtualnetwork"} for tag in rule.destination_addresses):
        return True
    own_addresses = AddressSet.parse(*interface.addresses)
    matched = own_addresses & AddressSet.parse(*rule.destination_addresses)
    return bool(matched) and (rule.allows or matched == own_addresses)


def _sources(rule: SecurityRule) -> AddressSet:
    if rule.source_groups:
        return AddressSet()
    tags = {address.lower() for address in rule.source_addresses}
    if tags & {"*", "any"}:
        return EVERY
    public = PUBLIC if "internet" in tags else AddressSet()
    return public | AddressSet.parse(*rule.source_addresses)


def _in_range(port: int, ports: str) -> bool:
    first, _, last = ports.partition("-")
    if ports == "*":
        return True
    return first.isdecimal() and int(first) <= port <= int(last if last.isdecimal() else first)


def _told(group: NetworkSecurityGroup, rule: SecurityRule) -> Evidence:
    said = f"{rule.properties.access} at priority {rule.properties.priority}"
    return Evidence(group.id, Relation.GUARDED_BY, _pointer(group, rule), said)


def _pointer(group: NetworkSecurityGroup, rule: SecurityRule) -> str:
    """Return where the rule stands; the group as a whole for a default that Azure left untold."""
    told = {
        "securityRules": group.properties.security_rules or (),
        "defaultSecurityRules": group.properties.default_security_rules or (),
    }
    for key, rules in told.items():
        for index, other in enumerate(rules):
            if other is rule:
                return f"/properties/{key}/{index}"
    return ""


EVERY_PORT = frozenset({"*", "0-65535", "1-65535"})
