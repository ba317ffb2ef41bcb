"""Microsoft.Network/dnsForwardingRulesets: which names are asked of which servers."""

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
from scanner.resources.values import Address, one_of


class DnsForwardingRulesetProperties(Properties):
    """The part of a ruleset we rely on."""

    dns_resolver_outbound_endpoints: tuple[Named, ...] | None = None


class DnsForwardingRuleset(Resource[DnsForwardingRulesetProperties]):
    """A forwarding ruleset."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/dnsforwardingrulesets"
    PROPERTIES: ClassVar[type[Properties]] = DnsForwardingRulesetProperties

    def references(self) -> Iterator[Reference]:
        """Yield the endpoints its queries leave by."""
        endpoints = self.properties.dns_resolver_outbound_endpoints or ()
        yield from refer(Relation.LEAVES_BY, *endpoints)


class TargetDnsServer(Properties):
    """A server that is asked."""

    ip_address: Address
    port: int | None = None


class ForwardingRuleProperties(Properties):
    """The part of a rule we rely on."""

    domain_name: str
    target_dns_servers: tuple[TargetDnsServer, ...] | None = None
    forwarding_rule_state: Annotated[str, one_of("Enabled", "Disabled")] | None = None


class ForwardingRule(Resource[ForwardingRuleProperties]):
    """A rule: names below a domain are asked of these servers."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/dnsforwardingrulesets/forwardingrules"
    TABLE: ClassVar[Table] = Table.ARM
    PROPERTIES: ClassVar[type[Properties]] = ForwardingRuleProperties

    def references(self) -> Iterator[Reference]:
        """Yield its ruleset."""
        yield Reference(Relation.PART_OF, self.id.parent)

    @property
    def domain(self) -> str:
        """The domain, lower case, without a final dot; empty for the rule that takes all names."""
        return self.properties.domain_name.lower().rstrip(".")

    @property
    def is_enabled(self) -> bool:
        """
        Whether it is used; absent means it is.

        Source: https://learn.microsoft.com/rest/api/dns/dnsresolver/forwarding-rules/get
        """
        return (self.properties.forwarding_rule_state or "enabled").lower() == "enabled"

    @property
    def target_addresses(self) -> tuple[str, ...]:
        """The addresses of the servers it asks."""
        return tuple(server.ip_address for server in self.properties.target_dns_servers or ())


class ForwardingRulesetLinkProperties(Properties):
    """The part of a ruleset's link we rely on."""

    virtual_network: Named


class ForwardingRulesetLink(Resource[ForwardingRulesetLinkProperties]):
    """A link by which a VNet asks as a ruleset says."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/dnsforwardingrulesets/virtualnetworklinks"
    TABLE: ClassVar[Table] = Table.ARM
    PROPERTIES: ClassVar[type[Properties]] = ForwardingRulesetLinkProperties

    def references(self) -> Iterator[Reference]:
        """Yield its ruleset and its VNet."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.FORWARDS_FOR, self.properties.virtual_network)
