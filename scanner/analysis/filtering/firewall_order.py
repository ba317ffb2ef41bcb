"""The rules of an Azure Firewall in the order it asks them, and what of them was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from scanner.analysis.filtering.firewall_rules import Listed
from scanner.analysis.filtering.first_match import Rank
from scanner.analysis.firewall_policies import lineage
from scanner.analysis.ip_groups import resolved
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.firewall_policy import FirewallPolicy, RuleCollectionGroup
from scanner.resources.firewall_rule import CollectionAction, FirewallRule, RuleCollection
from scanner.topology import Topology, once_each


@dataclass(frozen=True, slots=True)
class Hole:
    """Rules that were not read, where they would stand."""

    rank: Rank
    unread: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """All rules of a firewall, in no order but their ranks."""

    owner: ResourceId
    """The policy, or the firewall when its rules are its own: where a rule would be added."""
    listed: tuple[Listed, ...]
    holes: tuple[Hole, ...]
    screen: Hole | None
    """What may deny before any rule is asked; it lets nobody through."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a collection stands."""

    owner: ResourceId
    holder: ResourceId
    pointer: str
    rank: Rank
    """Without the kind of its rules, which comes before all."""


@once_each
def ruling(topology: Topology, firewall: AzureFirewall) -> Ruling:
    """
    Return the rules of a firewall.

    Network rules come before application rules, whatever their priorities. Of
    each, those of the parent policy come first, then by the priority of the
    group and that of the collection. With a policy, classic rules do not count.
    Translation of destinations does not concern private ones.

    Source: https://learn.microsoft.com/azure/firewall/rule-processing
    """
    named = topology.targets(firewall.id, Relation.RULED_BY)
    owner = named[0] if named else firewall.id
    found = list(_of_policies(topology, owner) if named else _classic(firewall))
    listed = tuple(_spelled_out(topology, item) for item in found if isinstance(item, Listed))
    holes = tuple(item for item in found if isinstance(item, Hole))
    return Ruling(owner, listed, holes, _screen(topology, firewall, named))


def _spelled_out(topology: Topology, listed: Listed) -> Listed:
    """Return a rule with the addresses of its IP groups in place of those that are known."""
    rule = listed.rule
    if not (rule.source_ip_groups or rule.destination_ip_groups):
        return listed
    sources = resolved(topology, rule.source_ip_groups)
    destinations = resolved(topology, rule.destination_ip_groups)
    spelled = msgspec.structs.replace(
        rule,
        source_addresses=(*(rule.source_addresses or ()), *sources.addresses),
        source_ip_groups=sources.unknown,
        destination_addresses=(*(rule.destination_addresses or ()), *destinations.addresses),
        destination_ip_groups=destinations.unknown,
    )
    return replace(listed, rule=spelled)


def _screen(
    topology: Topology, firewall: AzureFirewall, named: Sequence[ResourceId]
) -> Hole | None:
    """
    Return the threat intelligence or intrusion detection that may deny; None when none may.

    A policy may be stricter than its parent, not laxer. With a policy, what the
    firewall itself says does not count.

    Source: https://learn.microsoft.com/azure/firewall/rule-processing,
    https://learn.microsoft.com/azure/firewall-manager/policy-overview
    """
    modes = [(firewall.id, firewall.properties.threat_intel_mode)]
    if named:
        line = (topology.get(FirewallPolicy, one) for one in lineage(topology, named[0]))
        modes = [(policy.id, mode) for policy in line if policy for mode in _modes(policy)]
    for owner, mode in modes:
        if (mode or "").lower() not in HARMLESS:
            unread = f"what the threat protection of {owner.path} denies is not in the snapshot"
            return Hole((FIRST,), unread)
    return None


def _modes(policy: FirewallPolicy) -> Iterator[str | None]:
    yield policy.properties.threat_intel_mode
    detection = policy.properties.intrusion_detection
    if detection is not None:
        yield detection.mode
        settings = detection.configuration
        yield from (one.mode for one in (settings and settings.signature_overrides) or ())


def _of_policies(topology: Topology, policy: ResourceId) -> Iterator[Listed | Hole]:
    for level, one in enumerate(lineage(topology, policy)):
        unread = unread_rules(topology, one)
        if unread:
            yield from _holes((level, FIRST), unread)
        groups = topology.predecessors(RuleCollectionGroup, one, Relation.PART_OF)
        told = _told([group.properties.priority for group in groups])
        alone = Counter(told)
        for group, priority in zip(groups, told, strict=True):
            yield from _group(one, group, (level, priority), is_tied=alone[priority] > 1)


def unread_rules(topology: Topology, policy: ResourceId) -> str:
    """Say which rules of a policy were not read; empty when all were."""
    found = topology.get(FirewallPolicy, policy)
    if found is None:
        return f"the firewall policy {policy.path} was not read"
    if topology.unread(RuleCollectionGroup, policy):
        return f"the rules of {policy.path} were not read"
    for named in found.properties.rule_collection_groups or ():
        group = ResourceId(named.id)
        if topology.get(RuleCollectionGroup, group) is None:
            return f"the rules of {group.path} were not read"
    return ""


def _group(
    owner: ResourceId, group: RuleCollectionGroup, rank: Rank, *, is_tied: bool
) -> Iterator[Listed | Hole]:
    collections = group.properties.rule_collections or ()
    told = _told([collection.priority for collection in collections])
    for index, (collection, priority) in enumerate(zip(collections, told, strict=True)):
        # Of two groups with one priority, nobody says which comes first.
        placed = (*rank, 0 if is_tied else priority)
        place = _Place(owner, group.id, f"/properties/ruleCollections/{index}/rules", placed)
        yield from _collection(collection, place)


def _collection(collection: RuleCollection, place: _Place) -> Iterator[Listed | Hole]:
    if "nat" in (collection.rule_collection_type or "").lower():
        return
    by_kind: dict[bool | None, list[tuple[int, FirewallRule]]] = {}
    for index, rule in enumerate(collection.rules or ()):
        kind = KINDS.get((rule.rule_type or "").lower())
        by_kind.setdefault(kind, []).append((index, rule))
    if by_kind.pop(None, None):
        yield from _holes(place.rank, f"a rule of {collection.name} is of no known kind")
    for is_application, rules in by_kind.items():
        yield from _listed(rules, collection.action, place, is_application=bool(is_application))


def _classic(firewall: AzureFirewall) -> Iterator[Listed | Hole]:
    said = firewall.properties
    kinds = (
        ("networkRuleCollections", said.network_rule_collections),
        ("applicationRuleCollections", said.application_rule_collections),
    )
    for is_application, (key, several) in enumerate(kinds):
        collections = [(i, c.properties) for i, c in enumerate(several or ()) if c.properties]
        told = _told([collection.priority for _, collection in collections])
        for (index, collection), priority in zip(collections, told, strict=True):
            pointer = f"/properties/{key}/{index}/properties/rules"
            place = _Place(firewall.id, firewall.id, pointer, (0, 0, priority))
            rules = list(enumerate(collection.rules or ()))
            yield from _listed(rules, collection.action, place, is_application=bool(is_application))


def _listed(
    rules: Sequence[tuple[int, FirewallRule]],
    action: CollectionAction | None,
    place: _Place,
    *,
    is_application: bool,
) -> Iterator[Listed | Hole]:
    access = ((action.type if action else None) or "").lower()
    if access not in {"allow", "deny"}:
        yield from _holes(place.rank, f"what a collection of {place.owner.path} does is not told")
        return
    for index, rule in rules:
        yield Listed(
            rule=rule,
            is_application=is_application,
            allows=access == "allow",
            rank=(is_application, *place.rank),
            owner=place.owner,
            holder=place.holder,
            pointer=f"{place.pointer}/{index}",
        )


def _holes(rank: Rank, unread: str) -> Iterator[Hole]:
    """Yield that network rules and application rules may stand here, unread."""
    yield from (Hole((is_application, *rank), unread) for is_application in (False, True))


def _told(priorities: Sequence[int | None]) -> list[int]:
    """Return priorities; all the same when one of them is not told, for then no order is known."""
    return [0 if None in priorities else priority or 0 for priority in priorities]


FIRST = -1

HARMLESS = frozenset({"", "off", "alert"})
"""The modes of threat intelligence and intrusion detection that deny nothing."""

KINDS = {"networkrule": False, "applicationrule": True}
"""Whether a rule of a policy is for applications."""
