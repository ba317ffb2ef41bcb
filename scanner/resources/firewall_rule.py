"""Rules of Azure Firewalls, in the collections of a policy or, classic, of the firewall itself."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from scanner.resources.resource import Properties
from scanner.resources.values import one_of

Transport: TypeAlias = Annotated[str, one_of("Any", "TCP", "UDP", "ICMP")]


class ApplicationProtocol(Properties):
    """A protocol that application rules know, and its port."""

    protocol_type: Annotated[str, one_of("Http", "Https", "Mssql")] | None = None
    port: int | None = None


class FirewallRule(Properties):
    """
    A network or application rule; Azure leaves out, or empty, what the other kind has.

    Source: https://learn.microsoft.com/azure/firewall/rule-processing
    """

    name: str = ""
    rule_type: Annotated[str, one_of("NetworkRule", "ApplicationRule", "NatRule")] | None = None
    """Of a policy's rules: `NetworkRule`, `ApplicationRule`, `NatRule`."""
    ip_protocols: tuple[Transport, ...] | None = None
    protocols: tuple[ApplicationProtocol | Transport, ...] | None = None
    """Of application rules; of classic network rules what `ip_protocols` is of a policy's."""
    source_addresses: tuple[str, ...] | None = None
    source_ip_groups: tuple[str, ...] | None = None
    source_kube_selector_groups: tuple[str, ...] | None = None
    source_geo_locations: tuple[str, ...] | None = None
    destination_addresses: tuple[str, ...] | None = None
    destination_ip_groups: tuple[str, ...] | None = None
    destination_fqdns: tuple[str, ...] | None = None
    destination_ports: tuple[str, ...] | None = None
    destination_geo_locations: tuple[str, ...] | None = None
    target_fqdns: tuple[str, ...] | None = None
    target_urls: tuple[str, ...] | None = None
    fqdn_tags: tuple[str, ...] | None = None
    web_categories: tuple[str, ...] | None = None

    @property
    def transport_protocols(self) -> frozenset[str]:
        """Of a network rule: `tcp`, `udp`, `icmp`, `any`, lower case."""
        classic = (item for item in self.protocols or () if isinstance(item, str))
        return frozenset(item.lower() for item in (*(self.ip_protocols or ()), *classic))

    @property
    def application_protocols(self) -> tuple[ApplicationProtocol, ...]:
        """Of an application rule."""
        return tuple(item for item in self.protocols or () if not isinstance(item, str))


class CollectionAction(Properties):
    """What becomes of what a collection's rules match."""

    type: Annotated[str, one_of("Allow", "Deny", "DNAT", "SNAT")] | None = None


class RuleCollection(Properties):
    """A collection of a policy's rules."""

    name: str = ""
    rule_collection_type: (
        Annotated[
            str, one_of("FirewallPolicyFilterRuleCollection", "FirewallPolicyNatRuleCollection")
        ]
        | None
    ) = None
    priority: int | None = None
    action: CollectionAction | None = None
    rules: tuple[FirewallRule, ...] | None = None


class ClassicCollectionProperties(Properties):
    """The part of a classic collection we rely on."""

    priority: int | None = None
    action: CollectionAction | None = None
    rules: tuple[FirewallRule, ...] | None = None


class ClassicCollection(Properties):
    """A collection of a firewall's own rules, all network or all application rules."""

    properties: ClassicCollectionProperties | None = None
    name: str = ""
