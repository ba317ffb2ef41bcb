"""Microsoft.Network/networkInterfaces: a workload's, or a private endpoint's, place in a subnet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from scanner.resources.ip_configuration import IpConfigurationProperties
from scanner.resources.resource import (
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    ResourceId,
    refer,
)


class PrivateLinkConnection(Properties):
    """Which part of a service an address of a private endpoint stands for."""

    group_id: str | None = None
    required_member_name: str | None = None
    fqdns: tuple[str, ...] | None = None


class InterfaceAddressProperties(IpConfigurationProperties):
    """An address of an interface."""

    primary: bool | None = None
    application_security_groups: tuple[Named, ...] | None = None
    private_link_connection_properties: PrivateLinkConnection | None = None


class InterfaceAddress(Properties):
    """One IP configuration of an interface."""

    properties: InterfaceAddressProperties
    id: str | None = None
    name: str | None = None


class InterfaceDns(Properties):
    """The DNS servers of an interface's own."""

    dns_servers: tuple[str, ...] | None = None


class NetworkInterfaceProperties(Properties):
    """The part of an interface we rely on."""

    ip_configurations: tuple[InterfaceAddress, ...] | None = None
    network_security_group: Named | None = None
    virtual_machine: Named | None = None
    private_endpoint: Named | None = None
    dns_settings: InterfaceDns | None = None
    enable_ip_forwarding: bool | None = msgspec.field(default=None, name="enableIPForwarding")


class NetworkInterface(Resource[NetworkInterfaceProperties]):
    """
    A network interface.

    When its row does not name the private endpoint or virtual machine it
    belongs to, and the other's row names the interface, it is read as if it did.
    """

    ARM_TYPE: ClassVar[str] = "microsoft.network/networkinterfaces"
    PROPERTIES: ClassVar[type[Properties]] = NetworkInterfaceProperties

    @property
    def configurations(self) -> tuple[InterfaceAddressProperties, ...]:
        """Its IP configurations, the primary one first."""
        configurations = (item.properties for item in self.properties.ip_configurations or ())
        return tuple(sorted(configurations, key=lambda item: item.primary is not True))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its private addresses, the primary one first."""
        told = (item.private_ip_address for item in self.configurations)
        return tuple(address for address in told if address)

    @property
    def subnets(self) -> tuple[ResourceId, ...]:
        """The subnets it has an address in, each once, the primary one first."""
        named = (item.subnet.id for item in self.configurations if item.subnet and item.subnet.id)
        return tuple(dict.fromkeys(ResourceId(subnet) for subnet in named))

    @property
    def owner(self) -> ResourceId | None:
        """The private endpoint or virtual machine it belongs to; None when it is loose."""
        owners = (self.properties.private_endpoint, self.properties.virtual_machine)
        return next((ResourceId(owner.id) for owner in owners if owner and owner.id), None)

    @property
    def dns_servers(self) -> tuple[str, ...]:
        """
        The servers it asks; none means those of its VNet.

        Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#change-dns-servers
        """
        settings = self.properties.dns_settings
        return (settings.dns_servers or ()) if settings else ()

    def references(self) -> Iterator[Reference]:
        """Yield its subnets, security groups and public addresses, and what it belongs to."""
        properties = self.properties
        yield from refer(Relation.GUARDED_BY, properties.network_security_group)
        owners = (properties.private_endpoint, properties.virtual_machine)
        yield from refer(Relation.ATTACHED_TO, *owners)
        for item in self.configurations:
            yield from refer(Relation.PLACED_IN, item.subnet)
            yield from refer(Relation.USES_ADDRESS, item.public_ip_address)
            yield from refer(Relation.MEMBER_OF, *(item.application_security_groups or ()))
