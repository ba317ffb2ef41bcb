"""Microsoft.Network/networkSecurityPerimeters: a border around services, not around VNets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from scanner.resources.resource import (
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    Table,
    refer,
)
from scanner.resources.values import one_of


class PerimeterProperties(Properties):
    """The part of a perimeter we rely on."""

    provisioning_state: str | None = None


class NetworkSecurityPerimeter(Resource[PerimeterProperties]):
    """A network security perimeter."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networksecurityperimeters"
    PROPERTIES: ClassVar[type[Properties]] = PerimeterProperties


class PerimeterProfileProperties(Properties):
    """The part of a profile we rely on."""

    access_rules_version: str | int | None = None


class PerimeterProfile(Resource[PerimeterProfileProperties]):
    """A set of access rules that associations share."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networksecurityperimeters/profiles"
    TABLE: ClassVar[Table] = Table.NETWORK_RESOURCES
    PROPERTIES: ClassVar[type[Properties]] = PerimeterProfileProperties

    def references(self) -> Iterator[Reference]:
        """Yield its perimeter."""
        yield Reference(Relation.PART_OF, self.id.parent)


class PerimeterAccessRuleProperties(Properties):
    """Who may cross the border, and which way."""

    direction: Annotated[str, one_of("Inbound", "Outbound")]
    address_prefixes: tuple[str, ...] | None = None
    subscriptions: tuple[Named, ...] | None = None
    network_security_perimeters: tuple[Named, ...] | None = None
    fully_qualified_domain_names: tuple[str, ...] | None = None


class PerimeterAccessRule(Resource[PerimeterAccessRuleProperties]):
    """A rule that lets traffic across the border."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networksecurityperimeters/profiles/accessrules"
    TABLE: ClassVar[Table] = Table.NETWORK_RESOURCES
    PROPERTIES: ClassVar[type[Properties]] = PerimeterAccessRuleProperties

    def references(self) -> Iterator[Reference]:
        """Yield its profile."""
        yield Reference(Relation.PART_OF, self.id.parent)

    @property
    def is_inbound(self) -> bool:
        """Whether it lets traffic in."""
        return self.properties.direction.lower() == "inbound"


class ResourceAssociationProperties(Properties):
    """The part of an association we rely on."""

    private_link_resource: Named
    profile: Named | None = None
    access_mode: str | None = None
    provisioning_state: str | None = None
    has_provisioning_issues: str | bool | None = None
    """Azure says `yes` or `no`."""


class ResourceAssociation(Resource[ResourceAssociationProperties]):
    """A service inside a perimeter."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networksecurityperimeters/resourceassociations"
    TABLE: ClassVar[Table] = Table.NETWORK_RESOURCES
    PROPERTIES: ClassVar[type[Properties]] = ResourceAssociationProperties

    def references(self) -> Iterator[Reference]:
        """Yield its perimeter, the service it governs and the profile it obeys."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.ASSOCIATES, self.properties.private_link_resource)
        yield from refer(Relation.RULED_BY, self.properties.profile)

    @property
    def access_mode(self) -> str:
        """
        `enforced`, `learning` or `audit`; Learning is what an association starts in.

        Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition
        """
        return (self.properties.access_mode or "learning").lower()

    @property
    def is_in_force(self) -> bool:
        """
        Whether it was made to the end, and its service has taken over the rules.

        Source: https://learn.microsoft.com/python/api/azure-mgmt-network/azure.mgmt.network.models.nspassociation
        """
        said = self.properties
        is_made = (said.provisioning_state or "Succeeded").lower() == "succeeded"
        return is_made and str(said.has_provisioning_issues or "no").lower() in {"no", "false"}
