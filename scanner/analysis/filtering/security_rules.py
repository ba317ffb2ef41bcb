"""Rules of network security groups, matched against TCP to one port of one address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import EVERY, NOBODY, PUBLIC, AddressSet, union
from scanner.analysis.filtering import ports
from scanner.analysis.filtering.first_match import Match
from scanner.analysis.filtering.virtual_network_tag import Tag
from scanner.resources import ResourceId
from scanner.resources.network_security_group import NetworkSecurityGroup, SecurityRule


@dataclass(frozen=True, slots=True)
class Side:
    """What a rule says of one side, read once for all connections."""

    prefixes: AddressSet
    is_virtual_network: bool
    is_internet: bool
    is_public_tag: bool
    """Another service tag: public addresses, nobody here knows which."""
    is_odd: bool
    """It says nothing that Azure describes: it may match anything."""
    groups: frozenset[ResourceId]

    @classmethod
    def parse(cls, addresses: Iterable[str], groups: Iterable[ResourceId]) -> Side:
        """Read prefixes, service tags and application security groups."""
        words, members = {word.strip().lower() for word in addresses}, frozenset(groups)
        found = {word: AddressSet.parse(word) for word in words - TAGS}
        tags = {word for word in found if not found[word] and ":" not in word}
        return cls(
            prefixes=EVERY if words & EVERYTHING else union(found.values()),
            is_virtual_network="virtualnetwork" in words,
            is_internet="internet" in words,
            is_public_tag=any(SERVICE_TAG.fullmatch(tag) for tag in tags),
            is_odd=not (words or members) or any(not SERVICE_TAG.fullmatch(tag) for tag in tags),
            groups=members,
        )

    def certain(self, tag: Tag) -> AddressSet:
        """Return the addresses it names for certain, by prefix or tag."""
        internet = PUBLIC - tag.perhaps if self.is_internet else NOBODY
        return self.prefixes | (tag.certain if self.is_virtual_network else NOBODY) | internet

    def perhaps(self, tag: Tag) -> AddressSet:
        """Return those, and the addresses it may name."""
        if self.is_odd:
            return EVERY
        outside = PUBLIC - tag.certain if self.is_internet or self.is_public_tag else NOBODY
        return self.prefixes | (tag.perhaps if self.is_virtual_network else NOBODY) | outside


@dataclass(frozen=True, slots=True)
class Members:
    """The application security groups of one side of a connection."""

    groups: frozenset[ResourceId] = frozenset()
    is_known: bool = True
    """False when some of them may be hidden."""
    counts_here: bool = True
    """False in another VNet than the rule's: whether a group counts there is not told."""


@dataclass(frozen=True, slots=True)
class Flow:
    """TCP to an address, as the rules that guard one subnet see it."""

    callers: AddressSet
    address: AddressSet
    tag: Tag
    callers_groups: Members
    address_groups: Members


@dataclass(frozen=True, slots=True)
class NsgRule:
    """A security rule, read once for all connections."""

    name: str
    allows: bool
    is_inbound: bool
    priority: int
    pointer: str
    """Where it stands in the group's row; empty for a default that Azure left untold."""
    protocol: str
    source_ports: AddressSet
    destination_ports: AddressSet | None
    """None when one of them cannot be read."""
    source: Side
    destination: Side

    @classmethod
    def read(cls, rule: SecurityRule, pointer: str) -> NsgRule:
        """Read a rule that stands at `pointer`."""
        return cls(
            name=rule.name,
            allows=rule.allows,
            is_inbound=rule.is_inbound,
            priority=rule.properties.priority,
            pointer=pointer,
            protocol=rule.protocol,
            source_ports=ports.parse(rule.source_ports) or NOBODY,
            destination_ports=ports.parse(rule.destination_ports),
            source=Side.parse(rule.source_addresses, rule.source_groups),
            destination=Side.parse(rule.destination_addresses, rule.destination_groups),
        )


@dataclass(frozen=True, slots=True)
class Ends:
    """The addresses that one side of a rule names in a subnet, by prefix or tag."""

    certain: AddressSet
    perhaps: AddressSet
    groups: frozenset[ResourceId]

    @classmethod
    def of(cls, side: Side, tag: Tag) -> Ends:
        """Return them where VirtualNetwork holds what `tag` says."""
        return cls(side.certain(tag), side.perhaps(tag), side.groups)


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule as a subnet sees it, and TCP to one port: worked out once for all connections."""

    rule: NsgRule
    is_certain: bool
    """Whether it speaks of every such connection, whatever its ends."""
    source: Ends
    destination: Ends


def placed(asked: Iterable[NsgRule], tag: Tag, port: int, *, is_inbound: bool) -> Iterator[Placed]:
    """Yield the rules of one direction that speak of TCP to a port, or may."""
    for rule in asked:
        looks = _looks(rule, port) if rule.is_inbound is is_inbound else None
        if looks is not None:
            yield Placed(rule, looks, Ends.of(rule.source, tag), Ends.of(rule.destination, tag))


def rules(group: NetworkSecurityGroup) -> tuple[NsgRule, ...]:
    """Return all rules of a group; the defaults are there even if untold."""
    said = group.properties
    told = {
        "securityRules": said.security_rules,
        "defaultSecurityRules": said.default_security_rules,
    }
    pointers = {
        id(rule): f"/properties/{key}/{index}"
        for key, listed in told.items()
        for index, rule in enumerate(listed or ())
    }
    return tuple(NsgRule.read(rule, pointers.get(id(rule), "")) for rule in group.rules)


def matches(asked: Iterable[Placed], flow: Flow) -> Iterator[Match[NsgRule]]:
    """
    Yield the rules that speak to a flow, or may, and to which of its callers.

    A caller chooses the port it calls from, so a rule for certain source ports
    only may match. Service tags other than VirtualNetwork hold public addresses.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works,
    https://learn.microsoft.com/azure/virtual-network/service-tags-overview
    """
    for one in asked:
        if not flow.address & _perhaps(one.destination, flow.address_groups):
            continue
        perhaps = flow.callers & _perhaps(one.source, flow.callers_groups)
        if perhaps:
            is_meant = not flow.address - _certain(one.destination, flow.address_groups)
            is_certain = one.is_certain and is_meant
            named = _certain(one.source, flow.callers_groups)
            kept = flow.callers & named if is_certain else NOBODY
            rule = one.rule
            yield Match(rule, rule.allows, (rule.priority,), kept, perhaps)


def _looks(rule: NsgRule, port: int) -> bool | None:
    """Tell whether a rule speaks of TCP to a port from any port; None for not at all."""
    wanted = rule.destination_ports
    if rule.protocol in OTHER_PROTOCOLS or (wanted is not None and not wanted.within(port, port)):
        return None
    is_tcp = rule.protocol in {"*", "tcp"}
    return is_tcp and wanted is not None and not ports.CALLING - rule.source_ports


def _certain(ends: Ends, members: Members) -> AddressSet:
    is_member = members.counts_here and bool(ends.groups & members.groups)
    return EVERY if is_member else ends.certain


def _perhaps(ends: Ends, members: Members) -> AddressSet:
    may_be_member = bool(ends.groups) and not members.is_known
    is_member = may_be_member or bool(ends.groups & members.groups)
    return EVERY if is_member else ends.perhaps


EVERYTHING = frozenset({"*", "any"})

TAGS = EVERYTHING | {"virtualnetwork", "internet"}

SERVICE_TAG = re.compile(r"[a-z][a-z0-9.]*")

OTHER_PROTOCOLS = frozenset({"udp", "icmp", "icmpv6", "esp", "ah"})
