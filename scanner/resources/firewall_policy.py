"""Microsoft.Network/firewallPolicies: what Azure Firewalls let through, and their DNS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from scanner.resources.firewall_rule import RuleCollection
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


class FirewallDnsSettings(Properties):
    """Whom the firewall asks, and whether it answers others."""

    servers: tuple[str, ...] | None = None
    enable_proxy: bool | None = None


class Snat(Properties):
    """Destinations that the firewall does not put its own address in front of."""

    private_ranges: tuple[str, ...] | None = None
    auto_learn_private_ranges: str | None = None


class SignatureOverride(Properties):
    """What the firewall does about one signature, whatever it does about the others."""

    mode: Annotated[str, one_of("Off", "Alert", "Deny")] | None = None


class IntrusionConfiguration(Properties):
    """The part of the settings of intrusion detection we rely on."""

    signature_overrides: tuple[SignatureOverride, ...] | None = None


class IntrusionDetection(Properties):
    """Whether the firewall denies what looks like an attack."""

    mode: Annotated[str, one_of("Off", "Alert", "Deny")] | None = None
    configuration: IntrusionConfiguration | None = None


class FirewallPolicyProperties(Properties):
    """The part of a policy we rely on."""

    base_policy: Named | None = None
    dns_settings: FirewallDnsSettings | None = None
    threat_intel_mode: Annotated[str, one_of("Alert", "Deny", "Off")] | None = None
    intrusion_detection: IntrusionDetection | None = None
    snat: Snat | None = None
    rule_collection_groups: tuple[Named, ...] | None = None


class FirewallPolicy(Resource[FirewallPolicyProperties]):
    """A firewall policy. Its rules are in its rule collection groups."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/firewallpolicies"
    PROPERTIES: ClassVar[type[Properties]] = FirewallPolicyProperties

    def references(self) -> Iterator[Reference]:
        """Yield the policy whose rules come before its own."""
        yield from refer(Relation.INHERITS, self.properties.base_policy)

    @property
    def is_dns_proxy(self) -> bool:
        """
        Whether its firewalls answer DNS queries; absent means they do not.

        Source: https://learn.microsoft.com/azure/firewall/dns-settings
        """
        settings = self.properties.dns_settings
        return bool(settings and settings.enable_proxy)

    @property
    def dns_servers(self) -> tuple[str, ...]:
        """
        The servers its firewalls ask; none means Azure-provided DNS.

        Source: https://learn.microsoft.com/azure/firewall/dns-settings
        """
        settings = self.properties.dns_settings
        return (settings.servers or ()) if settings else ()


class RuleCollectionGroupProperties(Properties):
    """The part of a group we rely on."""

    priority: int | None = None
    rule_collections: tuple[RuleCollection, ...] | None = None


class RuleCollectionGroup(Resource[RuleCollectionGroupProperties]):
    """Rules of a firewall policy."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/firewallpolicies/rulecollectiongroups"
    TABLE: ClassVar[Table] = Table.NETWORK_RESOURCES
    PROPERTIES: ClassVar[type[Properties]] = RuleCollectionGroupProperties

    def references(self) -> Iterator[Reference]:
        """Yield its policy."""
        yield Reference(Relation.PART_OF, self.id.parent)
