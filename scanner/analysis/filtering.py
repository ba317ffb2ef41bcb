"""What network security groups let through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import EVERY, PUBLIC, AddressSet
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_manager import NetworkManager
from scanner.resources.network_security_group import NetworkSecurityGroup, SecurityRule
from scanner.resources.public_ip_address import PublicIpAddress
from scanner.resources.route_table import RouteTable
from scanner.topology import Topology

INTERNET = 1 << 16
"""More public addresses than a /16 are the Internet, however many prefixes they come in."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """
    The public addresses that may reach a port of an interface, and the rules that let them.

    Of `sources`, `certain` reach it whatever stands in what was not read; others
    than `sources` never do. `unread` says why the two differ.
    """

    sources: AddressSet
    certain: AddressSet
    because: tuple[Evidence, ...]
    unread: str = ""


def admitted(topology: Topology, interface: NetworkInterface, port: int) -> Admitted:
    """
    Return which public addresses may open TCP connections to a port of an interface.

    The group of the subnet and that of the interface must both let them in. By
    priority, the first rule that matches decides. Without any group a public
    address of the Standard kind lets nobody in, a Basic one everybody. Where
    there is a network manager, its security admin rules may decide before all that.
    The tag VirtualNetwork may hold the prefixes of the subnet's own routes, public
    ones too; what a gateway learns is left out. Other service tags than Internet are
    taken to hold no caller from there, so `AzureCloud` alone is not the Internet.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works,
    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#service-tags,
    https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins,
    https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
    """
    managed = _managed(topology)
    if managed is not None:
        return managed
    guards = _guards(topology, interface)
    unread = _unread_subnet(topology, interface)
    if not guards:
        if unread:
            return Admitted(PUBLIC, AddressSet(), (), unread)
        return _unguarded(topology, interface)
    tagged, widened = _in_virtual_network(topology, interface)
    sources, certain = PUBLIC, AddressSet() if unread else PUBLIC
    because: list[Evidence] = []
    for guard in guards:
        group = topology.get(NetworkSecurityGroup, guard)
        if group is None:
            certain = AddressSet()
            unread = f"the network security group {guard.path} was not read"
            continue
        rules = [r for r in group.rules if r.is_inbound and _matches(topology, interface, r, port)]
        let_in = list(_let_in(rules, tagged))
        sources &= AddressSet.of(i for _, may, _ in let_in for i in may.intervals)
        certain &= AddressSet.of(i for _, _, must in let_in for i in must.intervals)
        because.extend(_told(group, rule) for rule, may, _ in let_in if may)
    told = "" if sources == certain else unread or widened
    return Admitted(sources, certain, tuple(because), told)


def _managed(topology: Topology) -> Admitted | None:
    """Return the answer where a network manager may decide before the groups."""
    for manager in topology.all(NetworkManager):
        unread = f"the security admin rules of the network manager {manager.id.path} are not read"
        return Admitted(PUBLIC, AddressSet(), (Evidence(manager.id),), unread)
    if topology.unread(NetworkManager):
        unread = "whether security admin rules of a network manager decide was not read"
        return Admitted(PUBLIC, AddressSet(), (), unread)
    return None


def _in_virtual_network(topology: Topology, interface: NetworkInterface) -> tuple[AddressSet, str]:
    """Return the public addresses that the tag VirtualNetwork may hold at an interface, and why."""
    tagged, why = AddressSet(), ""
    for subnet in topology.targets(interface.id, Relation.PLACED_IN):
        if subnet not in topology.inventory.resources:
            return PUBLIC, f"the subnet {subnet.path} was not read"
        for target in topology.targets(subnet, Relation.ROUTED_BY):
            table = topology.get(RouteTable, target)
            if table is None:
                return PUBLIC, f"the route table {target.path} was not read"
            found = PUBLIC & AddressSet.parse(*(route.address_prefix for route in table.routes))
            if found:
                tagged |= found
                why = f"what VirtualNetwork holds beside the routes of {target.path} is not told"
    return tagged, why


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
        return Admitted(AddressSet(), AddressSet(), tuple(because))
    if "basic" in kinds:
        return Admitted(PUBLIC, PUBLIC, tuple(because))
    unread = "the kind of its public address was not read"
    return Admitted(PUBLIC, AddressSet(), tuple(because), unread)


def _let_in(
    rules: Iterable[SecurityRule], tagged: AddressSet
) -> Iterator[tuple[SecurityRule, AddressSet, AddressSet]]:
    """Yield each rule that allows, with the public addresses it may and those it must let in."""
    may = must = PUBLIC  # come as far as the next rule
    for rule in rules:
        matched = _sources(rule)
        perhaps = matched | tagged if _is_from_virtual_network(rule) else matched
        if rule.allows:
            yield rule, may & perhaps, must & matched
            must -= matched
        else:
            must -= perhaps
        may -= matched


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


def _is_from_virtual_network(rule: SecurityRule) -> bool:
    return any(address.lower() == "virtualnetwork" for address in rule.source_addresses)


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
