"""Microsoft.Network/networkSecurityGroups: the rules that filter a subnet or an interface."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias

import msgspec

from scanner.resources.resource import Named, Properties, Resource, ResourceId
from scanner.resources.values import one_of

Protocol: TypeAlias = Annotated[str, one_of("*", "Tcp", "Udp", "Icmp", "IcmpV6", "Esp", "Ah")]


class SecurityRuleProperties(Properties):
    """What a rule matches and what becomes of it."""

    access: Annotated[str, one_of("Allow", "Deny")]
    direction: Annotated[str, one_of("Inbound", "Outbound")]
    priority: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    protocol: Protocol
    source_address_prefix: str | None = None
    source_address_prefixes: tuple[str, ...] | None = None
    source_port_range: str | None = None
    source_port_ranges: tuple[str, ...] | None = None
    source_application_security_groups: tuple[Named, ...] | None = None
    destination_address_prefix: str | None = None
    destination_address_prefixes: tuple[str, ...] | None = None
    destination_port_range: str | None = None
    destination_port_ranges: tuple[str, ...] | None = None
    destination_application_security_groups: tuple[Named, ...] | None = None


class SecurityRule(Properties):
    """
    A rule. Azure fills the singular key, the plural one, or the groups, and omits the rest.

    Source: https://learn.microsoft.com/rest/api/virtualnetwork/security-rules/get
    """

    properties: SecurityRuleProperties
    name: str = ""
    id: str | None = None

    @property
    def allows(self) -> bool:
        """Whether what it matches may pass."""
        return self.properties.access.lower() == "allow"

    @property
    def is_inbound(self) -> bool:
        """Whether it looks at what comes in."""
        return self.properties.direction.lower() == "inbound"

    @property
    def protocol(self) -> str:
        """`tcp`, `udp`, `icmp`, `esp`, `ah` or `*`."""
        return self.properties.protocol.lower()

    @property
    def source_addresses(self) -> tuple[str, ...]:
        """Prefixes, addresses and service tags it matches the source against."""
        p = self.properties
        return _merged(p.source_address_prefix, p.source_address_prefixes)

    @property
    def destination_addresses(self) -> tuple[str, ...]:
        """Prefixes, addresses and service tags it matches the destination against."""
        p = self.properties
        return _merged(p.destination_address_prefix, p.destination_address_prefixes)

    @property
    def source_ports(self) -> tuple[str, ...]:
        """Str and ranges it matches the source against."""
        return _merged(self.properties.source_port_range, self.properties.source_port_ranges)

    @property
    def destination_ports(self) -> tuple[str, ...]:
        """Str and ranges it matches the destination against."""
        p = self.properties
        return _merged(p.destination_port_range, p.destination_port_ranges)

    @property
    def source_groups(self) -> tuple[ResourceId, ...]:
        """Application security groups it matches the source against."""
        return _ids(self.properties.source_application_security_groups)

    @property
    def destination_groups(self) -> tuple[ResourceId, ...]:
        """Application security groups it matches the destination against."""
        return _ids(self.properties.destination_application_security_groups)


class NetworkSecurityGroupProperties(Properties):
    """The part of a security group we rely on."""

    security_rules: tuple[SecurityRule, ...] | None = None
    default_security_rules: tuple[SecurityRule, ...] | None = None


class NetworkSecurityGroup(Resource[NetworkSecurityGroupProperties]):
    """A network security group. Its rules have no life of their own: they are no resources."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networksecuritygroups"
    PROPERTIES: ClassVar[type[Properties]] = NetworkSecurityGroupProperties

    @property
    def rules(self) -> tuple[SecurityRule, ...]:
        """All its rules in the order Azure asks them; the defaults are there even if untold."""
        properties = self.properties
        default = properties.default_security_rules or DEFAULT_SECURITY_RULES
        every = (*(properties.security_rules or ()), *default)
        return tuple(sorted(every, key=lambda rule: rule.properties.priority))


def _merged(single: str | None, several: tuple[str, ...] | None) -> tuple[str, ...]:
    every = (single, *(several or ()))
    return tuple(dict.fromkeys(item for item in every if item))


def _ids(groups: tuple[Named, ...] | None) -> tuple[ResourceId, ...]:
    return tuple(ResourceId(group.id) for group in groups or () if group.id)


def _default(
    name: str, place: tuple[str, int], match: tuple[str, str], access: str
) -> SecurityRule:
    direction, priority = place
    source, destination = match
    properties = SecurityRuleProperties(
        access=access,
        direction=direction,
        priority=priority,
        protocol="*",
        source_address_prefix=source,
        source_port_range="*",
        destination_address_prefix=destination,
        destination_port_range="*",
    )
    return SecurityRule(name=name, properties=properties)


_VNET, _LB = "VirtualNetwork", "AzureLoadBalancer"

DEFAULT_SECURITY_RULES = (
    _default("AllowVnetInBound", ("Inbound", 65000), (_VNET, _VNET), "Allow"),
    _default("AllowAzureLoadBalancerInBound", ("Inbound", 65001), (_LB, "*"), "Allow"),
    _default("DenyAllInBound", ("Inbound", 65500), ("*", "*"), "Deny"),
    _default("AllowVnetOutBound", ("Outbound", 65000), (_VNET, _VNET), "Allow"),
    _default("AllowInternetOutBound", ("Outbound", 65001), ("*", "Internet"), "Allow"),
    _default("DenyAllOutBound", ("Outbound", 65500), ("*", "*"), "Deny"),
)
"""
The rules every security group has and none can lose.

Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
"""
