"""Who the public side of an account admits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.findings import Evidence
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import AccountProperties, CognitiveServicesAccount
from scanner.resources.network_security_perimeter import ResourceAssociation
from scanner.topology import Topology


class Exposure(StrEnum):
    """How far an account is open, closed first."""

    PRIVATE = "private"
    """Nobody: private endpoints are the only way in."""
    TRUSTED = "trusted"
    """Trusted Azure services alone."""
    PERIMETER = "perimeter"
    """Whom the inbound rules of a network security perimeter name."""
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
        """The exposure, or `unknown` while more than one is possible."""
        return next(iter(self.possible)) if len(self.possible) == 1 else "unknown"


def exposure(topology: Topology, account: CognitiveServicesAccount) -> Exposed:
    """
    Return who can call an account without a private endpoint.

    An Enforced perimeter decides alone; a Learning one adds its rules to what
    the account itself says, except that an account which is Disabled or
    SecuredByPerimeter has no rules of its own left. `Audit` is not described:
    either may hold.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition
    """
    kind, relation = ResourceAssociation, Relation.ASSOCIATES
    associations = topology.predecessors(kind, account.id, relation)
    modes = {association.access_mode for association in associations}
    because = (*_said(account), *(_mode(association) for association in associations))
    if "enforced" in modes:
        return Exposed(frozenset({Exposure.PERIMETER}), because)
    own, closed = _own(account.properties)
    narrower = own <= {Exposure.PRIVATE, Exposure.TRUSTED}
    governed = frozenset({Exposure.PERIMETER}) if closed or narrower else own
    if modes == {"learning"}:
        return Exposed(governed, because)
    if modes:
        return Exposed(own | {Exposure.PERIMETER}, because, "the perimeter's mode is not known")
    if topology.unread(ResourceAssociation):
        unread = "whether a network security perimeter governs the account was not read"
        return Exposed(own | {Exposure.PERIMETER}, because, unread)
    return Exposed(own, because, "" if len(own) == 1 else "its publicNetworkAccess is not known")


def _own(properties: AccountProperties) -> tuple[frozenset[Exposure], bool]:
    """
    Return what the account's own settings admit, and whether they close the public side.

    Absent publicNetworkAccess is Enabled, absent network rules admit everybody.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    acls = properties.network_acls
    trusts = acls is not None and (acls.bypass or "").lower() == "azureservices"
    shut = Exposure.TRUSTED if trusts else Exposure.PRIVATE
    match (properties.public_network_access or "Enabled").lower():
        case "disabled":
            return frozenset({shut}), True
        case "securedbyperimeter":
            return frozenset({Exposure.PRIVATE}), True
        case "enabled":
            if acls is None or (acls.default_action or "Allow").lower() != "deny":
                return frozenset({Exposure.PUBLIC}), False
            named = acls.ip_rules or acls.virtual_network_rules
            return frozenset({Exposure.SELECTED if named else shut}), False
        case _:
            return frozenset(Exposure), False


def _said(account: CognitiveServicesAccount) -> tuple[Evidence, ...]:
    properties = account.properties
    acls = properties.network_acls
    access = "/properties/publicNetworkAccess"
    default = "/properties/networkAcls/defaultAction"
    said = [Evidence(account.id, "", access, properties.public_network_access)]
    if (properties.public_network_access or "").lower() != "disabled":
        said.append(Evidence(account.id, "", default, acls.default_action if acls else None))
    return tuple(said)


def _mode(association: ResourceAssociation) -> Evidence:
    relation = Relation.ASSOCIATES.inverse
    mode = association.properties.access_mode
    return Evidence(association.id, relation, "/properties/accessMode", mode)
