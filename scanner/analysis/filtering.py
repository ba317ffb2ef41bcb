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
    if not guards:
        return _unguarded(topology, interface)
    sources = PUBLIC
    because: list[Evidence] = []
    for guard in guards:
        group = topology.get(NetworkSecurityGroup, guard)
        if group is None:
            unread = f"the network security group {guard.path} was not read"
            return Admitted(sources, tuple(because), unread)
        let_in = list(_let_in(topology, interface, group, port))
        sources &= AddressSet.of(i for _, part in let_in for i in part.intervals)
        because.extend(_told(group, rule) for rule, part in let_in if part)
    return Admitted(sources, tuple(because))


def _guards(topology: Topology, interface: NetworkInterface) -> tuple[ResourceId, ...]:
    subnets = topology.targets(interface.id, Relation.PLACED_IN)
    guards = (g for s in subnets for g in topology.targets(s, Relation.GUARDED_BY))
    own = topology.targets(interface.id, Relation.GUARDED_BY)
    return tuple(dict.fromkeys((*guards, *own)))


def _unguarded(topology: Topology, interface: NetworkInterface) -> Admitted:
    outside = [
        subnet
        for subnet in topology.targets(interface.id, Relation.PLACED_IN)
        if subnet not in topology.inventory.resources
    ]
    if outside:
        return Admitted(PUBLIC, (), f"the subnet {outside[0].path} was not read")
    kinds, because = set(), []
    for address in topology.targets(interface.id, Relation.USES_ADDRESS):
        public = topology.get(PublicIpAddress, address)
        kinds.add(public.sku if public else "")
        because.append(Evidence(address, Relation.USES_ADDRESS, "/sku/name", None))
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
    """Tell whether a rule looks at TCP to this port of this interface."""
    if rule.protocol not in {"*", "tcp"}:
        return False
    if not any(_in_range(port, ports) for ports in rule.destination_ports):
        return False
    if rule.destination_groups:
        own = topology.targets(interface.id, Relation.MEMBER_OF)
        return bool(set(rule.destination_groups) & set(own))
    # VirtualNetwork holds the interface's own address wherever it is.
    if any(tag.lower() in {"*", "any", "virtualnetwork"} for tag in rule.destination_addresses):
        return True
    return bool(
        AddressSet.parse(*rule.destination_addresses) & AddressSet.parse(*interface.addresses)
    )


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
    return Evidence(group.id, Relation.GUARDED_BY, f"/properties/securityRules/{rule.name}", said)
