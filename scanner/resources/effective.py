"""What Azure computes: for the interface of a running machine, and for a VNet that is managed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.resources.resource import (
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    Table,
)


class EffectiveRoute(Properties):
    """A route as it is in force, or is not."""

    name: str | None = None
    source: str | None = None
    state: str | None = None
    address_prefix: tuple[str, ...] | None = None
    next_hop_type: str | None = None
    next_hop_ip_address: tuple[str, ...] | None = None

    @property
    def is_active(self) -> bool:
        """Whether packets follow it."""
        return (self.state or "active").lower() == "active"

    @property
    def kind(self) -> str:
        """The type of its next hop, in lower case."""
        return (self.next_hop_type or "").lower()


class EffectiveRouteTableProperties(Properties):
    """Every route of an interface, in Azure's own words."""

    value: tuple[EffectiveRoute, ...]


class _Asked(Resource[Properties]):
    """What is asked for by itself, and only if wanted: Azure computes it while one waits."""

    TABLE: ClassVar[Table] = Table.ON_REQUEST

    def references(self) -> Iterator[Reference]:
        """Yield the interface, or the VNet, that it was asked of."""
        yield Reference(Relation.PART_OF, self.id.parent)


class EffectiveRouteTable(_Asked):
    """The routes of an interface, those that are learned among them."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networkinterfaces/effectiveroutetable"
    PROPERTIES: ClassVar[type[Properties]] = EffectiveRouteTableProperties
    properties: EffectiveRouteTableProperties


class EffectiveRule(Properties):
    """A security rule, its tags resolved to prefixes."""

    name: str | None = None
    protocol: str | None = None
    source_port_range: str | None = None
    source_port_ranges: tuple[str, ...] | None = None
    destination_port_range: str | None = None
    destination_port_ranges: tuple[str, ...] | None = None
    source_address_prefix: str | None = None
    source_address_prefixes: tuple[str, ...] | None = None
    expanded_source_address_prefix: tuple[str, ...] | None = None
    destination_address_prefix: str | None = None
    destination_address_prefixes: tuple[str, ...] | None = None
    expanded_destination_address_prefix: tuple[str, ...] | None = None
    access: str | None = None
    priority: int | None = None
    direction: str | None = None


class Association(Properties):
    """Where a security group is in force."""

    network_manager: Named | None = None
    subnet: Named | None = None
    network_interface: Named | None = None


class EffectiveGroup(Properties):
    """A security group that an interface's packets meet."""

    network_security_group: Named | None = None
    association: Association | None = None
    effective_security_rules: tuple[EffectiveRule, ...] | None = None


class EffectiveSecurityGroupsProperties(Properties):
    """Every security group of an interface, in Azure's own words."""

    value: tuple[EffectiveGroup, ...]


class EffectiveSecurityGroups(_Asked):
    """The security groups that an interface's packets meet."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networkinterfaces/effectivenetworksecuritygroups"
    PROPERTIES: ClassVar[type[Properties]] = EffectiveSecurityGroupsProperties
    properties: EffectiveSecurityGroupsProperties


class DeployedProperties(Properties):
    """What network managers deployed to a VNet: how much of it, not what it says."""

    value: tuple[dict[str, object], ...]


class DeployedAdminRules(_Asked):
    """The security admin rules in force in a VNet."""

    ARM_TYPE: ClassVar[str] = (
        "microsoft.network/virtualnetworks/listnetworkmanagereffectivesecurityadminrules"
    )
    PROPERTIES: ClassVar[type[Properties]] = DeployedProperties
    properties: DeployedProperties


class DeployedConnectivity(_Asked):
    """The connectivity configurations in force in a VNet."""

    ARM_TYPE: ClassVar[str] = (
        "microsoft.network/virtualnetworks/listnetworkmanagereffectiveconnectivityconfigurations"
    )
    PROPERTIES: ClassVar[type[Properties]] = DeployedProperties
    properties: DeployedProperties
