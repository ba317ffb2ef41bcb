"""Whom the network security perimeter of an account admits, and whether it decides alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from scanner.analysis.addresses import PUBLIC, AddressSet, uncounted
from scanner.analysis.filtering.admitted import INTERNET
from scanner.findings import Evidence
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.network_security_perimeter import (
    NetworkSecurityPerimeter,
    PerimeterAccessRule,
    PerimeterProfile,
    ResourceAssociation,
)
from scanner.topology import Topology

Associations: TypeAlias = tuple[ResourceAssociation, ...]


@dataclass(frozen=True, slots=True)
class Border:
    """Whether the inbound rules of a perimeter admit the Internet, and what that rests on."""

    is_open: bool
    because: tuple[Evidence, ...]
    unread: str = ""
    """Why a border that is not open may be open all the same."""


def associations_of(topology: Topology, account: CognitiveServicesAccount) -> Associations:
    """Return what puts an account into a perimeter."""
    return topology.predecessors(ResourceAssociation, account.id, Relation.ASSOCIATES)


def modes_of(associations: Associations) -> frozenset[str]:
    """Return the modes in which a perimeter governs: `enforced`, `learning`, or another."""
    return frozenset(association.access_mode for association in associations)


def border(topology: Topology, associations: Associations) -> Border:
    """
    Return whom the inbound rules of an account's perimeter admit.

    Its members get in without a rule, and rules by subscription or by perimeter
    name somebody.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-concepts
    """
    rules = [
        rule
        for association in associations
        for profile in topology.targets(association.id, Relation.RULED_BY)
        for rule in topology.predecessors(PerimeterAccessRule, profile, Relation.PART_OF)
        if rule.is_inbound and rule.properties.address_prefixes
    ]
    because = (*modes_told(associations), *(_prefixes(rule) for rule in rules))
    named = [prefix for rule in rules for prefix in rule.properties.address_prefixes or ()]
    if is_internet(named):
        return Border(is_open=True, because=because)
    reasons = (*(_unread_rules(topology, item) for item in associations), admits_unknown(named))
    return Border(is_open=False, because=because, unread="; ".join(filter(None, reasons)))


def is_internet(prefixes: Iterable[str]) -> bool:
    """Tell whether prefixes together hold so many public addresses that they are the Internet."""
    return len(AddressSet.parse(*prefixes) & PUBLIC) > INTERNET


def admits_unknown(prefixes: Iterable[str]) -> str:
    """Say which of the prefixes may admit nobody knows whom; empty when none."""
    odd = uncounted(prefixes)
    return f"whom {', '.join(odd)} admits is not known" if odd else ""


def unsettled(associations: Associations) -> str:
    """
    Say why it is not known how a perimeter governs; empty when it is. `Audit` is not described.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition
    """
    if modes_of(associations) not in ({"learning"}, {"enforced"}):
        return "the perimeter's mode is not known"
    return pending(associations)


def pending(associations: Associations) -> str:
    """
    Say why an account may not obey its perimeter as it stands; empty when it does.

    Until it has taken over the rules, it obeys its own, or those that the perimeter had before.
    """
    if all(association.is_in_force for association in associations):
        return ""
    return "whether the account has taken over its perimeter's rules is not known"


def untold(topology: Topology) -> str:
    """Say why a perimeter may govern an account that no association names; empty if none may."""
    kinds = (ResourceAssociation, NetworkSecurityPerimeter)
    if any(topology.unread(kind) for kind in kinds):
        return "whether a network security perimeter governs the account was not read"
    return ""


def modes_told(associations: Associations) -> tuple[Evidence, ...]:
    """Return what associations say of how the perimeter governs."""
    return tuple(told for association in associations for told in _mode(association))


def _unread_rules(topology: Topology, association: ResourceAssociation) -> str:
    """Say which rules of an association were not read; empty when all were."""
    profiles = topology.targets(association.id, Relation.RULED_BY)
    if not profiles:
        return f"{association.id.path} does not say which profile it obeys"
    for profile in profiles:
        is_read = topology.get(PerimeterProfile, profile) is not None
        kinds = (PerimeterProfile, PerimeterAccessRule)
        if not is_read or any(topology.unread(kind, within=profile) for kind in kinds):
            return f"the rules of the perimeter's profile {profile.path} were not all read"
    return ""


def _mode(association: ResourceAssociation) -> tuple[Evidence, ...]:
    relation, properties = Relation.ASSOCIATES.inverse, association.properties
    mode = Evidence(association.id, relation, "/properties/accessMode", properties.access_mode)
    if association.is_in_force:
        return (mode,)
    said = {
        "/properties/provisioningState": properties.provisioning_state,
        "/properties/hasProvisioningIssues": properties.has_provisioning_issues,
    }
    told = (Evidence(association.id, relation, *item) for item in said.items() if item[1])
    return (mode, *told)


def _prefixes(rule: PerimeterAccessRule) -> Evidence:
    pointer, prefixes = "/properties/addressPrefixes", rule.properties.address_prefixes
    return Evidence(rule.id, Relation.PART_OF.inverse, pointer, prefixes)
