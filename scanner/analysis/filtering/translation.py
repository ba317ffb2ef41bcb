"""Which rules of Azure Firewalls translate the Internet to a machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from scanner.analysis.addresses import EVERY, PUBLIC, AddressSet, uncounted
from scanner.analysis.filtering import ports
from scanner.analysis.filtering.admitted import INTERNET
from scanner.analysis.filtering.firewall_order import unread_rules
from scanner.analysis.filtering.ways import Ingress, addresses_of
from scanner.analysis.ip_groups import resolved
from scanner.findings import Evidence
from scanner.resources import AnyResource, Relation
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.firewall_policy import RuleCollectionGroup
from scanner.resources.network_interface import InterfaceAddress, NetworkInterface
from scanner.resources.resource import Properties
from scanner.resources.subnet import Subnet
from scanner.topology import Topology, once

NAT = "firewallpolicynatrulecollection"


class _NatRule(Properties):
    """Whom a rule translates, and to what."""

    name: str = ""
    ip_protocols: tuple[str, ...] | None = None
    """In a policy."""
    protocols: tuple[str, ...] | None = None
    """In a firewall without one."""
    source_addresses: tuple[str, ...] | None = None
    source_ip_groups: tuple[str, ...] | None = None
    destination_addresses: tuple[str, ...] | None = None
    translated_address: str | None = None
    translated_port: str | int | None = None


class _Collection(Properties):
    """Rules of a policy; of what kind, its type says."""

    rule_collection_type: str = ""
    rules: msgspec.Raw = msgspec.Raw(b"[]")


class _Group(Properties):
    """A group of collections."""

    rule_collections: tuple[_Collection, ...] | None = None


class _ClassicProperties(Properties):
    """NAT rules."""

    rules: tuple[_NatRule, ...] | None = None


class _Classic(Properties):
    """NAT rules of a firewall without a policy."""

    properties: _ClassicProperties


class _Firewall(Properties):
    """A firewall, as far as it has NAT rules of its own."""

    nat_rule_collections: tuple[_Classic, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Translation:
    """A NAT rule of a firewall, or, without a rule, why one may be there that was not read."""

    by: str
    callers: AddressSet
    because: tuple[Evidence, ...]
    rule: _NatRule | None = None
    unread: str = ""


def translated(topology: Topology, interface: NetworkInterface, port: int) -> Iterator[Ingress]:
    """
    Yield the ways on which Azure Firewalls may translate the Internet to a port.

    The machine's groups see an address of the firewall's subnet as the caller.
    What else the firewall does with the traffic is not looked into, so none of
    these ways is certain. A policy does not inherit NAT rules.

    Source: https://learn.microsoft.com/azure/firewall/tutorial-firewall-dnat-policy,
    https://techcommunity.microsoft.com/blog/azurenetworksecurityblog/azure-firewall-nat-behaviors/3825834,
    https://learn.microsoft.com/azure/firewall-manager/policy-overview
    """
    for item in addresses_of(interface):
        for found in _translations(topology):
            if found.rule is None or _hits(found.rule, item, port):
                yield Ingress(
                    to=item,
                    by=found.by,
                    kind="private",
                    callers=found.callers,
                    because=found.because,
                    unread=found.unread,
                )


@once
def _translations(topology: Topology) -> tuple[_Translation, ...]:
    """Return the NAT rules of all firewalls that may take callers from the Internet."""
    found = [each for item in topology.all(AzureFirewall) for each in _of(topology, item)]
    for gap in topology.unread(AzureFirewall)[:1]:
        unread = f"{AzureFirewall.ARM_TYPE} in {gap.scope}: {gap.reason}"
        found.append(_Translation("a firewall", EVERY, (), unread=unread))
    return tuple(found)


def _of(topology: Topology, firewall: AzureFirewall) -> Iterator[_Translation]:
    callers = _callers(topology, firewall)
    for holder, rules, unread in _holders(topology, firewall):
        told = () if holder is None else (Evidence(holder.id),)
        if unread:
            yield _Translation(firewall.name, callers, told, unread=unread)
        for rule in (one for one in rules if _may_be_internet(topology, one)):
            where = holder.id.path if holder else firewall.name
            yield _Translation(firewall.name, callers, told, rule, _says(rule, where))


def _says(rule: _NatRule, where: str) -> str:
    """Say what a rule does, and what is not known of it."""
    to = f"{rule.translated_address or 'a name'}:{rule.translated_port or 'a port'}"
    return (
        f"the rule {rule.name} of {where} translates callers from the Internet to {to}, and "
        "whether they come through the firewall is not looked into"
    )


def _holders(
    topology: Topology, firewall: AzureFirewall
) -> Iterator[tuple[AnyResource | None, tuple[_NatRule, ...], str]]:
    """Yield what holds NAT rules of a firewall, those rules, and what of them was not read."""
    own = _classic(firewall)
    yield firewall, own or (), "" if own is not None else f"{firewall.id.path}: rules were not read"
    for policy in topology.targets(firewall.id, Relation.RULED_BY):
        unread = unread_rules(topology, policy)
        if unread:
            yield None, (), unread
        for group in topology.predecessors(RuleCollectionGroup, policy, Relation.PART_OF):
            rules = _grouped(group)
            unread = "" if rules is not None else f"the rules of {group.id.path} were not read"
            yield group, rules or (), unread


def _callers(topology: Topology, firewall: AzureFirewall) -> AddressSet:
    """Return the addresses that a firewall may put in front of callers; all where not known."""
    prefixes: list[str] = []
    for place in topology.targets(firewall.id, Relation.PLACED_IN):
        subnet = topology.get(Subnet, place)
        if subnet is None:
            return EVERY
        said = subnet.properties
        prefixes.extend((said.address_prefix or "", *(said.address_prefixes or ())))
    return AddressSet.parse(*prefixes) or EVERY


def _may_be_internet(topology: Topology, rule: _NatRule) -> bool:
    """Tell whether a rule may take TCP from the Internet: unless it names few, or UDP alone."""
    protocols = {name.lower() for name in (*(rule.ip_protocols or ()), *(rule.protocols or ()))}
    if protocols and protocols <= {"udp", "icmp"}:
        return False
    wanted = rule.destination_addresses or ()
    if wanted and not uncounted(wanted) and not AddressSet.parse(*wanted) & PUBLIC:
        return False
    groups = resolved(topology, rule.source_ip_groups)
    named = (*(rule.source_addresses or ()), *groups.addresses)
    if groups.unknown or not named or uncounted(named):
        return True
    return len(AddressSet.parse(*named) & PUBLIC) > INTERNET


def _hits(rule: _NatRule, item: InterfaceAddress, port: int) -> bool:
    """Tell whether a rule may translate to a port of an address."""
    told = () if rule.translated_port is None else (str(rule.translated_port),)
    own = AddressSet.parse(item.properties.private_ip_address or "")
    to = AddressSet.parse(rule.translated_address or "")
    return ports.covers(told, port) is not False and (not own or not to or bool(own & to))


def _classic(firewall: AzureFirewall) -> tuple[_NatRule, ...] | None:
    """Return the NAT rules of a firewall's own; None when they cannot be read."""
    try:
        said = _FIREWALL.decode(firewall.row.properties)
    except (ValueError, RecursionError):
        return None
    collections = said.nat_rule_collections or ()
    return tuple(rule for item in collections for rule in item.properties.rules or ())


def _grouped(group: RuleCollectionGroup) -> tuple[_NatRule, ...] | None:
    """Return the NAT rules of a group; None when they cannot be read."""
    try:
        collections = _GROUP.decode(group.row.properties).rule_collections or ()
        chosen = [item for item in collections if item.rule_collection_type.lower() == NAT]
        return tuple(rule for item in chosen for rule in _RULES.decode(item.rules) or ())
    except (ValueError, RecursionError):
        return None


_FIREWALL = msgspec.json.Decoder(_Firewall)
_GROUP = msgspec.json.Decoder(_Group)
_RULES = msgspec.json.Decoder(tuple[_NatRule, ...] | None)
