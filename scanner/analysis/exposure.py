"""Who the public side of an account admits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.addresses import PUBLIC, AddressSet
from scanner.analysis.filtering import INTERNET
from scanner.findings import Evidence
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import AccountProperties, CognitiveServicesAccount
from scanner.resources.network_security_perimeter import (
    NetworkSecurityPerimeter,
    PerimeterAccessRule,
    PerimeterProfile,
    ResourceAssociation,
)
from scanner.topology import Topology


class Exposure(StrEnum):
    """How far an account is open, closed first."""

    PRIVATE = "private"
    """Nobody: private endpoints are the only way in."""
    TRUSTED = "trusted"
    """Trusted Azure services alone."""
    PERIMETER = "perimeter"
    """Members of a network security perimeter, and the few whom its inbound rules name."""
    SELECTED = "selected"
    """The addresses and subnets that its network rules name."""
    PUBLIC = "public"
    """Everybody on the Internet."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """What an account's exposure is, or may be, and what that rests on."""

    possible: frozenset[Exposure]
    because: tuple[Evidence, ...]
    unread: str = ""

    @property
    def name(self) -> str:
        """
        The exposure, or `unknown` while more than one is possible.

        `private` says: at most trusted Azure services besides. Resource Graph may
        leave out networkAcls.bypass, and nearly every account would be unknown.
        """
        if self.possible == {Exposure.PRIVATE, Exposure.TRUSTED}:
            return Exposure.PRIVATE
        return next(iter(self.possible)) if len(self.possible) == 1 else "unknown"


def exposure(topology: Topology, account: CognitiveServicesAccount) -> Exposed:
    """
    Return who can call an account without a private endpoint.

    An Enforced perimeter decides alone. A Learning one adds its rules to the
    account's own, so the wider of the two counts. Of `Audit`, which is not
    described, and of a perimeter whose rules the service has not taken over,
    either may hold. A perimeter without any association is taken for one whose
    associations were not given.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition
    """
    own = _own(account)
    associations = topology.predecessors(ResourceAssociation, account.id, Relation.ASSOCIATES)
    if associations:
        return _governed(own, _ruled(topology, associations), associations)
    unread = _untold(topology)
    if unread:
        possible = own.possible | {Exposure.PERIMETER, Exposure.PUBLIC}
        return Exposed(possible, own.because, unread)
    if own.possible <= _SHUT:
        return Exposed(own.possible, (*own.because, *_bypass(account)), own.unread)
    return own


def _governed(
    own: Exposed, ruled: Exposed, associations: tuple[ResourceAssociation, ...]
) -> Exposed:
    """Return what the account and its perimeter admit together."""
    modes = {association.access_mode for association in associations}
    possible, unread = ruled.possible, [ruled.unread]
    if modes == {"learning"}:
        possible = frozenset(
            max(mine, theirs, key=_CLOSED_FIRST.index)
            for mine in own.possible
            for theirs in ruled.possible
        )
    elif "enforced" not in modes:
        possible |= own.possible
        unread.append("the perimeter's mode is not known")
    if any(association.has_provisioning_issues for association in associations):
        possible |= own.possible
        unread.append("whether the account has taken over its perimeter's rules is not known")
    told = "; ".join(reason for reason in unread if reason) or own.unread
    return Exposed(possible, (*own.because, *ruled.because), told if len(possible) > 1 else "")


def _ruled(topology: Topology, associations: tuple[ResourceAssociation, ...]) -> Exposed:
    """
    Return whom the inbound rules of an account's perimeter admit.

    Its members get in without a rule. Rules by subscription or by perimeter
    name somebody, and IPv6 prefixes are not counted.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-concepts
    """
    rules = [
        rule
        for association in associations
        for profile in topology.targets(association.id, Relation.RULED_BY)
        for rule in topology.predecessors(PerimeterAccessRule, profile, Relation.PART_OF)
        if rule.is_inbound and rule.properties.address_prefixes
    ]
    modes = (told for association in associations for told in _mode(association))
    because = (*modes, *(_prefixes(rule) for rule in rules))
    named = (prefix for rule in rules for prefix in rule.properties.address_prefixes or ())
    if len(AddressSet.parse(*named) & PUBLIC) > INTERNET:
        return Exposed(frozenset({Exposure.PUBLIC}), because)
    unread = "; ".join(filter(None, (_unread_rules(topology, item) for item in associations)))
    may = {Exposure.PERIMETER, Exposure.PUBLIC} if unread else {Exposure.PERIMETER}
    return Exposed(frozenset(may), because, unread)


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


def _untold(topology: Topology) -> str:
    """Say why a perimeter may govern an account that no association names; empty if none may."""
    kinds = (ResourceAssociation, NetworkSecurityPerimeter)
    if any(topology.unread(kind) for kind in kinds):
        return "whether a network security perimeter governs the account was not read"
    for perimeter in topology.all(NetworkSecurityPerimeter):
        if not topology.predecessors(ResourceAssociation, perimeter.id, Relation.PART_OF):
            return f"which accounts the perimeter {perimeter.id.path} governs was not read"
    return ""


def _own(account: CognitiveServicesAccount) -> Exposed:
    """
    Return what the account's own settings admit.

    Absent publicNetworkAccess is Enabled, absent network rules admit everybody.
    Absent bypass is not known: Resource Graph may leave it out.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    properties, because = account.properties, _said(account)
    acls = properties.network_acls
    match (properties.public_network_access or "Enabled").lower():
        case "disabled":
            return _shut(properties, because)
        case "securedbyperimeter":
            return Exposed(frozenset({Exposure.PRIVATE}), because)
        case "enabled":
            if acls is None or (acls.default_action or "Allow").lower() != "deny":
                return Exposed(frozenset({Exposure.PUBLIC}), because)
            if acls.ip_rules or acls.virtual_network_rules:
                return Exposed(frozenset({Exposure.SELECTED}), because)
            return _shut(properties, because)
        case _:
            return Exposed(frozenset(Exposure), because, "its publicNetworkAccess is not known")


def _shut(properties: AccountProperties, because: tuple[Evidence, ...]) -> Exposed:
    """Return what an account admits that names nobody: trusted services, if it bypasses them."""
    acls = properties.network_acls
    match ((acls.bypass if acls else None) or "").lower():
        case "azureservices":
            return Exposed(frozenset({Exposure.TRUSTED}), because)
        case "none":
            return Exposed(frozenset({Exposure.PRIVATE}), because)
        case _:
            return Exposed(_SHUT, because, "its networkAcls.bypass was not given")


def _said(account: CognitiveServicesAccount) -> tuple[Evidence, ...]:
    properties = account.properties
    acls = properties.network_acls
    access = "/properties/publicNetworkAccess"
    default = "/properties/networkAcls/defaultAction"
    said = [Evidence(account.id, "", access, properties.public_network_access)]
    if (properties.public_network_access or "").lower() != "disabled":
        said.append(Evidence(account.id, "", default, acls.default_action if acls else None))
    return tuple(said)


def _bypass(account: CognitiveServicesAccount) -> tuple[Evidence, ...]:
    """Return what is said of trusted services, unless the account leaves that to a perimeter."""
    properties = account.properties
    if (properties.public_network_access or "").lower() == "securedbyperimeter":
        return ()
    acls = properties.network_acls
    pointer = "/properties/networkAcls/bypass"
    return (Evidence(account.id, "", pointer, acls.bypass if acls else None),)


def _mode(association: ResourceAssociation) -> tuple[Evidence, ...]:
    relation, properties = Relation.ASSOCIATES.inverse, association.properties
    mode = Evidence(association.id, relation, "/properties/accessMode", properties.access_mode)
    if not association.has_provisioning_issues:
        return (mode,)
    pointer, issues = "/properties/hasProvisioningIssues", properties.has_provisioning_issues
    return (mode, Evidence(association.id, relation, pointer, issues))


def _prefixes(rule: PerimeterAccessRule) -> Evidence:
    pointer, prefixes = "/properties/addressPrefixes", rule.properties.address_prefixes
    return Evidence(rule.id, Relation.PART_OF.inverse, pointer, prefixes)


_SHUT = frozenset({Exposure.PRIVATE, Exposure.TRUSTED})

_CLOSED_FIRST = tuple(Exposure)
