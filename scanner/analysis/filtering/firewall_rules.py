"""Rules of an Azure Firewall, matched against TLS on one port to one address and name."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from scanner.analysis.addresses import EVERY, NOBODY, NOT_PUBLIC, AddressSet
from scanner.analysis.filtering import ports
from scanner.analysis.filtering.first_match import Match, Rank
from scanner.resources import ResourceId
from scanner.resources.firewall_rule import ApplicationProtocol, FirewallRule


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule where it stands: its place in the order, and in the estate."""

    rule: FirewallRule
    is_application: bool
    allows: bool
    rank: Rank
    owner: ResourceId
    """The policy, or the firewall, whose rule it is."""
    holder: ResourceId
    """The resource whose row it stands in, at `pointer`."""
    pointer: str


@dataclass(frozen=True, slots=True)
class Packet:
    """What a firewall sees of a connection, but for who calls."""

    address: AddressSet
    port: int
    hostname: str
    """Lower case; empty when nobody says."""
    is_resolved_alike: bool | None
    """Whether the firewall itself resolves the name to the address; None when nobody knows."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A rule that speaks of a packet, or may, and the callers it names."""

    listed: Listed
    is_certain: bool
    certain: AddressSet
    perhaps: AddressSet


def speaking(listed: Listed, packet: Packet) -> Speaking | None:
    """
    Return whom a rule that speaks of a packet names; None when it does not speak of it.

    IP groups that were not read, FQDN tags, web categories and locations are not in
    the snapshot: a rule that names them may match.

    Source: https://learn.microsoft.com/azure/firewall/rule-processing
    """
    speaks = _application if listed.is_application else _network
    is_certain = speaks(listed.rule, packet)
    if is_certain is None:
        return None
    return Speaking(listed, is_certain, *callers(listed.rule))


def match(one: Speaking, of: AddressSet) -> Match[Listed] | None:
    """Return to whom of some callers a rule speaks; None when it speaks to nobody."""
    perhaps = of & one.perhaps
    if not perhaps:
        return None
    kept = of & one.certain if one.is_certain else NOBODY
    return Match(one.listed, one.listed.allows, one.listed.rank, kept, perhaps)


def callers(rule: FirewallRule) -> tuple[AddressSet, AddressSet]:
    """
    Return the callers that a rule names for certain, and those it may name.

    A rule that names none says nothing that Azure describes: it may mean anybody.
    """
    unmodelled = (
        rule.source_ip_groups,
        rule.source_kube_selector_groups,
        rule.source_geo_locations,
    )
    certain, perhaps = _named(rule.source_addresses or ())
    return certain, EVERY if any(unmodelled) or not rule.source_addresses else perhaps


def words_for(rules: Iterable[FirewallRule], hostname: str) -> frozenset[str]:
    """Return the names and patterns in some rules that stand for a host: all they know it by."""
    words = (
        name.lower().rstrip(".")
        for rule in rules
        for name in (*(rule.destination_fqdns or ()), *(rule.target_fqdns or ()))
    )
    return frozenset(word for word in words if _stands_for(word, hostname))


def _network(rule: FirewallRule, packet: Packet) -> bool | None:
    """
    Tell whether a network rule speaks of the destination; None for not at all.

    It knows a name only as the addresses that the firewall's own DNS answers. One
    that names no destination says nothing that Azure describes: it may match.

    Source: https://learn.microsoft.com/azure/firewall/dns-settings
    """
    protocols = rule.transport_protocols
    if protocols and not protocols & {"tcp", "any"}:
        return None
    wanted = ports.parse(rule.destination_ports or ())
    if wanted is not None and not wanted & AddressSet(((packet.port, packet.port),)):
        return None
    certain, perhaps = _named(rule.destination_addresses or ())
    unmodelled = rule.destination_ip_groups or rule.destination_geo_locations
    by_name = _by_name(rule.destination_fqdns or (), packet)
    is_odd = not (rule.destination_addresses or rule.destination_fqdns)
    if not (packet.address & perhaps or unmodelled or is_odd or by_name is not False):
        return None
    is_named = not packet.address - certain or by_name is True
    return bool(protocols) and wanted is not None and is_named


def _by_name(names: Iterable[str], packet: Packet) -> bool | None:
    """
    Tell whether names of a network rule stand for the address.

    Any other name may be an alias of it.
    """
    folded = {name.lower().rstrip(".") for name in names}
    if not folded:
        return False
    if packet.hostname in folded and packet.is_resolved_alike:
        return True
    return False if folded == {packet.hostname} and packet.is_resolved_alike is False else None


def _application(rule: FirewallRule, packet: Packet) -> bool | None:
    """Tell whether an application rule speaks of the name; None for not at all."""
    by_protocol = _is_asked(rule.application_protocols, packet.port)
    by_target = _is_target(rule, packet.hostname)
    if by_protocol is False or by_target is False:
        return None
    return by_protocol is True and by_target is True and not rule.destination_addresses


def _is_asked(protocols: tuple[ApplicationProtocol, ...], port: int) -> bool | None:
    told = {((item.protocol_type or "").lower(), item.port) for item in protocols}
    if ("https", port) in told:
        return True
    return None if not told or any(p in {port, None} for _, p in told) else False


def _is_target(rule: FirewallRule, hostname: str) -> bool | None:
    """Tell whether an application rule names a host; None for perhaps."""
    answers = {_stands_for(name.lower().rstrip("."), hostname) for name in rule.target_fqdns or ()}
    if True in answers:
        return True
    unmodelled = rule.target_urls or rule.fqdn_tags or rule.web_categories
    return None if unmodelled or not answers or None in answers else False


def _stands_for(pattern: str, hostname: str) -> bool | None:
    """
    Tell whether a target, exact or with a leading asterisk, stands for a host.

    Source: https://learn.microsoft.com/azure/firewall/rule-processing
    """
    if pattern == "*":
        return True
    if not hostname or "*" in pattern[1:]:
        return None
    return hostname.endswith(pattern[1:]) if pattern.startswith("*") else hostname == pattern


@lru_cache(maxsize=1 << 14)
def _named(words: tuple[str, ...]) -> tuple[AddressSet, AddressSet]:
    """
    Return the addresses that some words name for certain, and those they may name.

    Words are `*`, addresses, prefixes, ranges (`10.0.0.4-10.0.0.9`) and
    service tags, which hold public addresses.
    """
    certain, perhaps = NOBODY, NOBODY
    for word in (item.strip().lower() for item in words):
        found = EVERY if word in {"*", "any"} else AddressSet.parse(word) or _range(word)
        certain |= found
        if not found and ":" not in word:
            is_tag = PUBLIC_TAG.fullmatch(word) is not None
            perhaps |= ~NOT_PUBLIC if is_tag else EVERY
    return certain, certain | perhaps


def _range(word: str) -> AddressSet:
    first, _, last = word.partition("-")
    try:
        pair = ipaddress.IPv4Address(first.strip()), ipaddress.IPv4Address(last.strip())
    except ValueError:
        return NOBODY
    return AddressSet.of([(int(pair[0]), int(pair[1]))])


PUBLIC_TAG = re.compile(r"(?!virtualnetwork$|internet$)[a-z][a-z0-9.]*")
