"""What an Azure Firewall on the way does to callers, and from where they seem to call after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scanner.analysis.addresses import NOBODY, AddressSet, union
from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.firewall_dns import firewall_dns
from scanner.analysis.filtering.checkpoint import (
    Call,
    Checkpoint,
    Shown,
    Sight,
    joined,
    prefixes,
    seen,
)
from scanner.analysis.filtering.firewall_order import Hole, Ruling, ruling
from scanner.analysis.filtering.firewall_rules import (
    Listed,
    Packet,
    Speaking,
    match,
    speaking,
    words_for,
)
from scanner.analysis.filtering.first_match import Decision, Match, decide
from scanner.analysis.filtering.guards import PORT
from scanner.analysis.filtering.mending import collection_place, one_prefix
from scanner.analysis.firewall_sources import keeps_source, own_addresses
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.topology import Topology, once, once_each

Line: TypeAlias = Listed | Hole | None
"""A rule, rules that were not read, or the end of all rules."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the rules of a firewall decide of callers."""

    firewall: AzureFirewall
    ruling: Ruling
    call: Call
    callers: AddressSet
    found: Decision[Line]
    resolves: bool | None
    """Whether the firewall itself resolves the name privately; None when nobody knows."""

    @property
    def by_network(self) -> AddressSet:
        """The callers that a network rule may let through."""
        return union(match.perhaps for match in self._allowing(0))

    @property
    def by_application(self) -> AddressSet:
        """The callers that an application rule may let through: no network rule is sure to."""
        sure = union(match.certain for match in self._allowing(0))
        return union(match.perhaps for match in self._allowing(1)) - sure

    @property
    def allowed(self) -> AddressSet:
        """The callers that get through, and to the private address."""
        found = self.found.allowed
        return found if self.resolves is True else found - self.by_application

    @property
    def denied(self) -> AddressSet:
        """The callers that do not."""
        lost = self.callers - self.by_network if self.resolves is False else NOBODY
        return self.found.denied | lost

    def _allowing(self, kind: int) -> Iterator[Match[Line]]:
        return (m for m in self.found.deciding if m.allows and m.rank[0] == kind)


def inspect(  # noqa: PLR0913, PLR0917 - a connection has that many parts
    topology: Topology,
    firewall: AzureFirewall,
    call: Call,
    callers: AddressSet,
    sight: Sight,
    resolves: bool | None,  # noqa: FBT001 - three-valued
) -> Checkpoint:
    """
    Return what a firewall does to TLS on port 443 from callers to an endpoint.

    What no rule allows is denied. An application rule makes the firewall itself
    ask for the name and connect to the answer: unless that is private, nobody
    gets to the endpoint.

    Source: https://learn.microsoft.com/azure/firewall/rule-processing,
    https://learn.microsoft.com/azure/firewall/dns-settings
    """
    rules = ruling(topology, firewall)
    # Without its DNS proxy a firewall may know other addresses than its callers do.
    is_proxy = firewall_dns(topology, firewall).is_proxy
    is_alike = resolves if is_proxy or not resolves else None

    packet = Packet(call.destination, PORT, call.hostname.lower(), is_alike)
    speak = _speaking(topology, firewall, rules, packet)

    def judge(shown: Shown) -> Decision[Line]:
        return decide(_matches(rules, speak, shown.addresses), shown.addresses)

    found = joined(seen(sight, callers, judge), callers)
    ruled = Inspection(firewall, rules, call, callers, found, resolves)
    return Checkpoint(
        allowed=ruled.allowed,
        denied=ruled.denied,
        steps=tuple(_steps(ruled)),
        broken=_broken(topology, ruled) if ruled.denied else None,
        unread=_doubt(ruled),
        doubts=frozenset(_doubts(ruled)),
        sight=_after(topology, ruled, sight),
    )


@once_each
def named(topology: Topology, firewall: ResourceId, hostname: str) -> frozenset[str]:
    """Return what the rules of a firewall that was read call a host."""
    found = topology.get(AzureFirewall, firewall)
    rules = ruling(topology, found).listed if found else ()
    return words_for((one.rule for one in rules), hostname.lower())


def _speaking(
    topology: Topology, firewall: AzureFirewall, rules: Ruling, packet: Packet
) -> tuple[Speaking, ...]:
    """Return the rules that speak of a packet, worked out once for all who send such a one."""
    kept, key = _kept(topology), (firewall.id, packet)
    if key not in kept:
        found = (speaking(listed, packet) for listed in rules.listed)
        kept[key] = tuple(one for one in found if one is not None)
    return kept[key]


@once
def _kept(_: Topology) -> dict[tuple[ResourceId, Packet], tuple[Speaking, ...]]:
    return {}


def _matches(
    rules: Ruling, speak: tuple[Speaking, ...], everybody: AddressSet
) -> Iterator[Match[Line]]:
    for one in speak:
        found = match(one, everybody)
        if found is not None:
            yield Match(found.rule, found.allows, found.rank, found.certain, found.perhaps)
    if rules.screen:
        yield Match(
            rules.screen, allows=False, rank=rules.screen.rank, certain=NOBODY, perhaps=everybody
        )
    for hole in rules.holes:
        for allows in (True, False):
            yield Match(hole, allows, hole.rank, NOBODY, everybody)
    yield Match(None, allows=False, rank=LAST, certain=everybody, perhaps=everybody)


LAST = (2,)
"""The rank of the end: after network rules, 0, and application rules, 1."""


def _after(topology: Topology, ruled: Inspection, sight: Sight) -> Sight:
    """Return the addresses that callers show after a firewall."""
    passing = ruled.callers - ruled.denied
    keeps = keeps_source(topology, ruled.firewall, ruled.call.destination)
    may_keep = bool(ruled.by_network & passing) and keeps is not False
    may_mask = bool(ruled.by_application & passing) or keeps is not True
    own = own_addresses(topology, ruled.firewall) if may_mask else NOBODY
    return Sight(sight.is_own and may_keep, (sight.masks if may_keep else NOBODY) | own)


def _steps(ruled: Inspection) -> Iterator[Step]:
    for one in ruled.found.deciding:
        if isinstance(one.rule, Listed):
            yield _step(ruled, one, one.rule)
        elif one.rule is None:
            owner = ruled.ruling.owner
            relation = "" if owner == ruled.firewall.id else Relation.RULED_BY
            said = f"{ruled.firewall.name} denies what no rule of {owner.name} allows"
            yield Step(said, (Evidence(owner, relation),))
    if ruled.by_application and ruled.resolves is not None:
        gets = "the private address" if ruled.resolves else "a public address"
        name = ruled.call.hostname or "the name"
        said = f"{ruled.firewall.name} itself asks for {name} and gets {gets}"
        yield Step(said, (Evidence(ruled.firewall.id),))


def _step(ruled: Inspection, one: Match[Line], listed: Listed) -> Step:
    verb = "allow" if one.allows else "deny"
    does = f"may {verb}" if one.perhaps - one.certain else VERBS[verb]
    some = f" from {prefixes(one.perhaps)}" if ruled.callers - one.perhaps else ""
    kind = "application" if listed.is_application else "network"
    said = f"the {kind} rule {listed.rule.name} of {listed.holder.path} {does} it{some}"
    value = "Allow" if one.allows else "Deny"
    return Step(said, (Evidence(listed.holder, Relation.RULED_BY, listed.pointer, value),))


VERBS = {"allow": "allows", "deny": "denies"}


def _broken(topology: Topology, ruled: Inspection) -> Break:
    denying = [m.rule for m in ruled.found.deciding if isinstance(m.rule, Listed) and not m.allows]
    rule = denying[0] if denying else None
    # A new network rule comes before all application rules, not before other network rules.
    is_open = rule is None or rule.is_application
    place = collection_place(topology, ruled.firewall) if is_open else {}
    firewall, owner = ruled.firewall.id, rule.owner if rule else ruled.ruling.owner
    cause = Cause.FIREWALL_DENIED if ruled.found.denied else Cause.FIREWALL_RESOLVES_PUBLIC
    blame = owner if ruled.found.denied else firewall
    case = {
        "firewallName": firewall.name,
        "policy": str(owner),
        "ruleName": rule.rule.name if rule else "",
        "decides": f"its rule {rule.rule.name} denies it" if rule else "no rule of it allows it",
        "resourceGroup": blame.resource_group,
        "subscription": blame.subscription,
        "address": ruled.call.address,
        "hostname": ruled.call.hostname,
        "sources": prefixes(ruled.denied),
        "source": one_prefix(topology, ruled.call.consumer, ruled.denied, is_own=True),
    }
    return Break(cause, blame, case | place)


def _doubts(ruled: Inspection) -> Iterator[Cause]:
    """Yield why callers may be denied of whom nobody knows."""
    if ruled.callers - ruled.found.allowed - ruled.found.denied:
        yield Cause.FIREWALL_DENIED
    if ruled.by_application - ruled.denied and ruled.resolves is not True:
        yield Cause.FIREWALL_RESOLVES_PUBLIC


def _doubt(ruled: Inspection) -> str:
    """Say why nobody knows what a firewall does; empty when it is known."""
    open_still = ruled.callers - ruled.allowed - ruled.denied
    if not open_still:
        return ""
    if not open_still - ruled.found.allowed:
        return f"what {ruled.firewall.name} itself resolves {ruled.call.hostname} to is not known"
    for one in ruled.found.deciding:
        if isinstance(one.rule, Hole):
            return one.rule.unread
        if isinstance(one.rule, Listed) and one.perhaps - one.certain:
            return f"what {one.rule.rule.name} of {one.rule.holder.path} matches was not read"
    return f"what {ruled.firewall.name} decides is not known"
