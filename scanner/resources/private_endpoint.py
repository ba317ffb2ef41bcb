"""Microsoft.Network/privateEndpoints: a service's network interface inside a VNet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, ClassVar, TypeAlias

from scanner.resources.resource import (
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    ResourceId,
    Table,
    refer,
)
from scanner.resources.values import Address, ApprovalState, one_of

ProvisioningState: TypeAlias = Annotated[
    str,
    one_of(
        "Succeeded",
        "Failed",
        "Canceled",
        "Accepted",
        "Creating",
        "Updating",
        "Deleting",
        "Moving",
        "ResolvingDNS",
    ),
]


class LinkState(Properties):
    """What the owner of the service answered, as the endpoint was told."""

    status: ApprovalState | None = None


class LinkProperties(Properties):
    """One service the endpoint asked to connect to."""

    private_link_service_id: str | None = None
    group_ids: tuple[str, ...] | None = None
    private_link_service_connection_state: LinkState | None = None


class ServiceConnection(Properties):
    """A request to a service, with its answer."""

    properties: LinkProperties
    name: str | None = None

    @property
    def status(self) -> str:
        """`approved`, `pending`, `rejected`, `disconnected`; empty when Azure does not say."""
        state = self.properties.private_link_service_connection_state
        return (state.status or "").lower() if state else ""

    @property
    def target(self) -> ResourceId | None:
        """The service; None when the connection names none."""
        service = self.properties.private_link_service_id
        return ResourceId(service) if service else None


class CustomDnsConfig(Properties):
    """A public name of the service and the endpoint's addresses for it."""

    fqdn: str | None = None
    ip_addresses: tuple[Address, ...] | None = None


class ChosenAddress(Properties):
    """An address that somebody chose for one of the endpoint's members."""

    name: str | None = None


class PrivateEndpointProperties(Properties):
    """The part of a private endpoint we rely on."""

    subnet: Named
    provisioning_state: ProvisioningState | None = None
    private_link_service_connections: tuple[ServiceConnection, ...] | None = None
    manual_private_link_service_connections: tuple[ServiceConnection, ...] | None = None
    network_interfaces: tuple[Named, ...] | None = None
    custom_dns_configs: tuple[CustomDnsConfig, ...] | None = None
    application_security_groups: tuple[Named, ...] | None = None
    ip_configurations: tuple[ChosenAddress, ...] | None = None
    custom_network_interface_name: str | None = None


class PrivateEndpoint(Resource[PrivateEndpointProperties]):
    """A private endpoint. The edge from its interface is the interface's to draw."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/privateendpoints"
    PROPERTIES: ClassVar[type[Properties]] = PrivateEndpointProperties

    @property
    def connections(self) -> tuple[ServiceConnection, ...]:
        """Its requests: those approved without asking, and those that wait for a person."""
        properties = self.properties
        automatic = properties.private_link_service_connections or ()
        return automatic + (properties.manual_private_link_service_connections or ())

    @cached_property
    def subnet(self) -> ResourceId:
        """The subnet it sits in, in the snapshot or not."""
        return ResourceId(self.properties.subnet.id)

    @property
    def network(self) -> ResourceId:
        """The VNet it sits in, in the snapshot or not."""
        return self.subnet.parent

    @property
    def interfaces(self) -> tuple[ResourceId, ...]:
        """The interfaces it names, in the snapshot or not."""
        named = self.properties.network_interfaces or ()
        return tuple(ResourceId(interface.id) for interface in named if interface.id)

    def references(self) -> Iterator[Reference]:
        """Yield its subnet, its groups, the services it asked for and those it serves."""
        properties = self.properties
        yield from refer(Relation.PLACED_IN, properties.subnet)
        yield from refer(Relation.MEMBER_OF, *(properties.application_security_groups or ()))
        for connection in self.connections:
            if connection.target is not None:
                yield Reference(Relation.TARGETS, connection.target)
                if connection.status == "approved":
                    yield Reference(Relation.SERVES, connection.target)


class ZoneConfigProperties(Properties):
    """The zone that a zone group keeps records in."""

    private_dns_zone_id: str | None = None


class ZoneConfig(Properties):
    """One zone of a zone group."""

    name: str | None = None
    properties: ZoneConfigProperties | None = None


class ZoneGroupProperties(Properties):
    """The part of a zone group we rely on."""

    provisioning_state: ProvisioningState | None = None
    private_dns_zone_configs: tuple[ZoneConfig, ...] | None = None


class PrivateDnsZoneGroup(Resource[ZoneGroupProperties]):
    """Keeps a private endpoint's records in private DNS zones. No proof that they are there."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/privateendpoints/privatednszonegroups"
    TABLE: ClassVar[Table] = Table.ARM
    PROPERTIES: ClassVar[type[Properties]] = ZoneGroupProperties

    @property
    def zones(self) -> tuple[ResourceId, ...]:
        """The zones it keeps records in."""
        configs = self.properties.private_dns_zone_configs or ()
        named = (config.properties.private_dns_zone_id for config in configs if config.properties)
        return tuple(ResourceId(zone) for zone in named if zone)

    def references(self) -> Iterator[Reference]:
        """Yield its endpoint and its zones."""
        yield Reference(Relation.PART_OF, self.id.parent)
        for zone in self.zones:
            yield Reference(Relation.REGISTERS_IN, zone)
