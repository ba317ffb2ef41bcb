"""Microsoft.Network/azureFirewalls: the appliance Azure runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import msgspec

from scanner.resources.firewall_rule import ClassicCollection
from scanner.resources.ip_configuration import IpConfiguration, placed, private_addresses
from scanner.resources.resource import Named, Properties, Reference, Relation, Resource, refer
from scanner.resources.values import Address, one_of


class HubIpAddresses(Properties):
    """The addresses of a firewall inside a virtual hub."""

    private_ip_address: Address | None = msgspec.field(default=None, name="privateIPAddress")


class AzureFirewallProperties(Properties):
    """The part of a firewall we rely on. With a policy, its rules win over classic ones."""

    ip_configurations: tuple[IpConfiguration, ...] | None = None
    management_ip_configuration: IpConfiguration | None = None
    hub_ip_addresses: HubIpAddresses | None = msgspec.field(default=None, name="hubIPAddresses")
    firewall_policy: Named | None = None
    virtual_hub: Named | None = None
    threat_intel_mode: Annotated[str, one_of("Alert", "Deny", "Off")] | None = None
    additional_properties: dict[str, str | None] | None = None
    network_rule_collections: tuple[ClassicCollection, ...] | None = None
    application_rule_collections: tuple[ClassicCollection, ...] | None = None


class AzureFirewall(Resource[AzureFirewallProperties]):
    """An Azure Firewall, in a VNet or in a virtual hub."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/azurefirewalls"
    PROPERTIES: ClassVar[type[Properties]] = AzureFirewallProperties

    def references(self) -> Iterator[Reference]:
        """Yield its subnets or hub, its public addresses and its policy."""
        properties = self.properties
        management = properties.management_ip_configuration
        yield from placed(properties.ip_configurations)
        yield from placed((management,) if management else None)
        yield from refer(Relation.PLACED_IN, properties.virtual_hub)
        yield from refer(Relation.RULED_BY, properties.firewall_policy)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The private addresses a route can name as next hop."""
        hub = self.properties.hub_ip_addresses
        in_hub = (hub.private_ip_address,) if hub and hub.private_ip_address else ()
        return (*private_addresses(self.properties.ip_configurations), *in_hub)
