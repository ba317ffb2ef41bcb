"""What network security groups let through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import EVERY, NOBODY, PUBLIC, AddressSet, uncounted, union
from scanner.analysis.filtering import ports
from scanner.analysis.filtering.ways import Ingress
from scanner.analysis.network_managers import Access, acting, ruling
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_security_group import NetworkSecurityGroup, SecurityRule
from scanner.resources.route_table import RouteTable
from scanner.topology import Topology

INTERNET = 1 << 16
"""More public addresses than a /16 are the Internet, however many prefixes they come in."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """
    Which callers may reach a port of an interface, and the rules that let them.

    Of `sources`, `certain` reach it whatever stands in what was not read; others
    than `sources` never do. `unread` says why the two differ.
    """

    sources: AddressSet
    certain: AddressSet
    because: tuple[Evidence, ...]
    unread: str = ""


def admitted(topology: Topology, interface: NetworkInterface, port: int, way: Ingress) -> Admitted:
    """
    Return which callers on a way may open TCP connections to a port of an interface.

    The group of the subnet and that of the interface must both let them in. By
    priority, the first rule that matches decides. Behind a load balancer the groups
    see the caller's own address and the port at the machine. Without any group a
    way of the Standard kind lets nobody in, a Basic one everybody. Where
    a network manager may act, its security admin rules may decide before all that.
    The tag VirtualNetwork may hold any caller on a private way, and the prefixes of
    the subnet's own routes, public ones too; what a gateway learns is left out. Other
    service tags than Internet are taken to hold no caller from there, so
    `AzureCloud` alone is not the Internet.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works,
    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview,
    https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins,
    https://learn.microsoft.com/azure/load-balancer/load-balancer-overview#securebydefault
    """
    unread = ruling(topology, place := _place(topology, interface))
    if unread:
        managers = acting(topology, Access.SECURITY_ADMIN, (place,))
        told = [Evidence(manager.id) for manager in managers]
        return Admitted(way.callers, NOBODY, tuple(told[:1]), unread)
    guards = _guards(topology, interface)
    unread = _unread_subnet(topology, interface)
    if not guards:
        return Admitted(way.callers, NOBODY, (), unread) if unread else _unguarded(way)
    tagged, widened = _in_virtual_network(topology, interface, way)
    sources, certain = way.callers, NOBODY if unread else way.callers
    because: list[Evidence] = []
    for guard in guards:
        group = topology.get(NetworkSecurityGroup, guard)
        if group is None:
            certain = NOBODY
            unread = f"the network security group {guard.path} was not read"
            continue
        let_in = list(_let_in(group, port, way, tagged))
        sources &= union(may for _, may, _ in let_in)
        certain &= union(must for _, _, must in let_in)
        because.extend(_told(group, rule) for rule, may, _ in let_in if may)
    odd = "what a rule of its network security groups looks at is not known"
    return Admitted(
        sources, certain, tuple(because), "" if sources == certain else unread or widened or odd
    )


def _place(topology: Topology, interface: NetworkInterface) -> ResourceId:
    """Return the VNet that an interface is in; itself where that is not told."""
    subnets = topology.targets(interface.id, Relation.PLACED_IN)
    return subnets[0].parent if subnets else interface.id


def _in_virtual_network(
    topology: Topology, interface: NetworkInterface, way: Ingress
) -> tuple[AddressSet, str]:
    """Return the callers that the tag VirtualNetwork may hold at an interface, and why."""
    tagged = way.callers if way.kind == "private" else NOBODY
    why = "which private addresses VirtualNetwork holds is not told" if tagged else ""
    for subnet in topology.targets(interface.id, Relation.PLACED_IN):
        if subnet not in topology.inventory.resources:
            return way.callers, f"the subnet {subnet.path} was not read"
        for target in topology.targets(subnet, Relation.ROUTED_BY):
            table = topology.get(RouteTable, target)
            if table is None:
                return way.callers, f"the route table {target.path} was not read"
            found = _routed(table) & way.callers - tagged
            if found:
                tagged |= found
                why = f"what VirtualNetwork holds beside the routes of {target.path} is not told"
    return tagged, why


def _routed(table: RouteTable) -> AddressSet:
    """Return what the routes of a table are for; a service tag may hold any public address."""
    prefixes = [route.address_prefix for route in table.routes]
    is_tagged = any(":" not in prefix for prefix in uncounted(prefixes))
    return AddressSet.parse(*prefixes) | (PUBLIC if is_tagged else NOBODY)


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


def _unguarded(way: Ingress) -> Admitted:
    match way.kind:
        case "standard" | "standardv2":
            return Admitted(NOBODY, NOBODY, ())
        case "basic" | "private":
            return Admitted(way.callers, way.callers, ())
        case _:
            return Admitted(way.callers, NOBODY, (), f"the kind of {way.by} was not read")


def _let_in(
    group: NetworkSecurityGroup, port: int, way: Ingress, tagged: AddressSet
) -> Iterator[tuple[SecurityRule, AddressSet, AddressSet]]:
    """Yield each rule that allows, with the callers it may and those it must let in."""
    may = must = way.callers  # come as far as the next rule
    for rule in group.rules:
        looks = rule.is_inbound and _matches(rule, port, way)
        if looks is False:
            continue
        matched, perhaps = _sources(rule, way, tagged)
        if looks is None:
            matched = NOBODY
        if rule.allows:
            yield rule, may & perhaps, must & matched
            must -= matched
        else:
            must -= perhaps
        may -= matched


def _matches(rule: SecurityRule, port: int, way: Ingress) -> bool | None:
    """
    Tell whether a rule looks at TCP to a port on a way; None when that is not known.

    A caller chooses the port it calls from: a rule that allows some lets callers
    in, one that denies some holds nobody back.
    """
    answers = (
        _is_tcp(rule),
        ports.some(rule.source_ports) if rule.allows else ports.every(rule.source_ports),
        ports.covers(rule.destination_ports, port),
        _is_for(rule, way),
    )
    if False in answers:
        return False
    return None if None in answers else True


def _is_tcp(rule: SecurityRule) -> bool | None:
    if rule.protocol in {"*", "any", "tcp"}:
        return True
    return False if rule.protocol in {"udp", "icmp", "esp", "ah"} else None


def _is_for(rule: SecurityRule, way: Ingress) -> bool | None:
    """Tell whether a rule is for the address that a way leads to; None when not known."""
    if rule.destination_groups:
        own = way.to.properties.application_security_groups or ()
        return not {ResourceId(group.id) for group in own}.isdisjoint(rule.destination_groups)
    tags = {address.strip().lower() for address in rule.destination_addresses}
    # VirtualNetwork holds the interface's own address wherever it is.
    if tags & {"*", "any", "virtualnetwork"}:
        return True
    own_address = AddressSet.parse(way.address)
    matched = own_address & AddressSet.parse(*rule.destination_addresses)
    if own_address and matched == own_address:
        return True
    is_odd = not tags or not own_address or _odd(rule.destination_addresses, way)
    return None if matched or is_odd else False


def _sources(rule: SecurityRule, way: Ingress, tagged: AddressSet) -> tuple[AddressSet, AddressSet]:
    """Return the callers that a rule certainly names, and those it may."""
    if rule.source_groups:
        return NOBODY, NOBODY
    tags = {address.strip().lower() for address in rule.source_addresses}
    if tags & {"*", "any"}:
        return EVERY, EVERY
    named = PUBLIC if "internet" in tags else NOBODY
    named |= AddressSet.parse(*rule.source_addresses)
    if not tags or _odd(rule.source_addresses, way):
        return named, EVERY
    return named, named | tagged if "virtualnetwork" in tags else named


def _odd(addresses: Iterable[str], way: Ingress) -> tuple[str, ...]:
    """
    Return those addresses of a rule that may hold nobody knows whom.

    What begins with a letter is a service tag, and IPv6 prefixes are for IPv6
    addresses only.
    """
    is_ipv6 = ":" in way.address
    return tuple(
        address
        for address in uncounted(addresses)
        if (is_ipv6 if ":" in address else not address.strip()[:1].isalpha())
    )


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
