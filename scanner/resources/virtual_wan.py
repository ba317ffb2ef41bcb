"""Microsoft.Network/virtualWans, /virtualHubs and the VNets connected to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

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
from scanner.resources.values import Address, Prefix


class VirtualWanProperties(Properties):
    """The part of a virtual WAN we rely on."""

    type: str | None = None
    allow_branch_to_branch_traffic: bool | None = None


class VirtualWan(Resource[VirtualWanProperties]):
    """A virtual WAN: hubs that route to each other."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualwans"
    PROPERTIES: ClassVar[type[Properties]] = VirtualWanProperties


class HubRoutes(Properties):
    """The routes of the one table that hubs had before they had several."""

    routes: tuple[dict[str, object], ...] | None = None


class VirtualHubProperties(Properties):
    """The part of a hub we rely on."""

    virtual_wan: Named | None = None
    address_prefix: Prefix | None = None
    azure_firewall: Named | None = None
    security_partner_provider: Named | None = None
    security_provider_name: str | None = None
    route_table: HubRoutes | None = None
    virtual_hub_route_table_v2s: tuple[dict[str, object], ...] | None = msgspec.field(
        default=None, name="virtualHubRouteTableV2s"
    )
    vpn_gateway: Named | None = None
    p2s_vpn_gateway: Named | None = msgspec.field(default=None, name="p2SVpnGateway")
    express_route_gateway: Named | None = None
    routing_state: str | None = None


class VirtualHub(Resource[VirtualHubProperties]):
    """A virtual hub. The VNets connected to it name it, not it them."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualhubs"
    PROPERTIES: ClassVar[type[Properties]] = VirtualHubProperties

    def references(self) -> Iterator[Reference]:
        """Yield its virtual WAN. A firewall inside draws its own edge."""
        yield from refer(Relation.PART_OF, self.properties.virtual_wan)

    @property
    def firewall(self) -> ResourceId | None:
        """The firewall it names; None when it is not a secured hub."""
        firewall = self.properties.azure_firewall
        return ResourceId(firewall.id) if firewall and firewall.id else None


class PropagatedRouteTables(Properties):
    """The hub route tables that learn a VNet's prefixes: by ID, and by a label they share."""

    labels: tuple[str, ...] | None = None
    ids: tuple[Named, ...] | None = None


class StaticRoute(Properties):
    """Prefixes that a hub sends to an appliance in the VNet."""

    name: str | None = None
    address_prefixes: tuple[Prefix, ...] | None = None
    next_hop_ip_address: Address | None = None


class VnetRoutes(Properties):
    """What a connection adds to the routes of its hub."""

    static_routes: tuple[StaticRoute, ...] | None = None


class RoutingConfiguration(Properties):
    """Which hub routes a VNet follows, which learn of it, and what it adds."""

    associated_route_table: Named | None = None
    propagated_route_tables: PropagatedRouteTables | None = None
    vnet_routes: VnetRoutes | None = None


class HubRoute(Properties):
    """A route that somebody wrote into a hub's route table."""

    name: str | None = None
    destination_type: str | None = None
    destinations: tuple[str, ...] | None = None


class HubRouteTableProperties(Properties):
    """The part of a hub's route table we rely on. What connections teach it stands with them."""

    routes: tuple[HubRoute, ...] | None = None


class HubRouteTable(Resource[HubRouteTableProperties]):
    """A route table of a virtual hub; each hub has a default one."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualhubs/hubroutetables"
    TABLE: ClassVar[Table] = Table.ARM
    PROPERTIES: ClassVar[type[Properties]] = HubRouteTableProperties

    def references(self) -> Iterator[Reference]:
        """Yield its hub."""
        yield Reference(Relation.PART_OF, self.id.parent)


class RoutingPolicy(Properties):
    """Which traffic a hub sends to its firewall: `Internet`, `PrivateTraffic`."""

    name: str | None = None
    destinations: tuple[str, ...] | None = None


class RoutingIntentProperties(Properties):
    """The part of a routing intent we rely on."""

    routing_policies: tuple[RoutingPolicy, ...] | None = None


class RoutingIntent(Resource[RoutingIntentProperties]):
    """What a virtual hub sends to a firewall inside it, whatever its route tables say."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualhubs/routingintent"
    TABLE: ClassVar[Table] = Table.ARM
    PROPERTIES: ClassVar[type[Properties]] = RoutingIntentProperties

    def references(self) -> Iterator[Reference]:
        """Yield its hub."""
        yield Reference(Relation.PART_OF, self.id.parent)


class HubVirtualNetworkConnectionProperties(Properties):
    """The part of a hub connection we rely on."""

    remote_virtual_network: Named
    provisioning_state: str | None = None
    enable_internet_security: bool | None = None
    allow_hub_to_remote_vnet_transit: bool | None = None
    allow_remote_vnet_to_use_hub_vnet_gateways: bool | None = None
    routing_configuration: RoutingConfiguration | None = None


class HubVirtualNetworkConnection(Resource[HubVirtualNetworkConnectionProperties]):
    """A VNet connected to a virtual hub."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualhubs/hubvirtualnetworkconnections"
    TABLE: ClassVar[Table] = Table.ARM
    PROPERTIES: ClassVar[type[Properties]] = HubVirtualNetworkConnectionProperties

    def references(self) -> Iterator[Reference]:
        """Yield its hub, the VNet it connects, and the hub's route table it follows."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.CONNECTS, self.properties.remote_virtual_network)
        routing = self.properties.routing_configuration
        yield from refer(Relation.ROUTED_BY, routing.associated_route_table if routing else None)
