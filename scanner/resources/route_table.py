"""Microsoft.Network/routeTables: where a subnet's packets are sent against Azure's habit."""

from __future__ import annotations

from typing import Annotated, ClassVar

from scanner.resources.resource import Properties, Resource
from scanner.resources.values import Address, AddressOrEmpty, PrefixOrTag, one_of


class EcmpNextHop(Properties):
    """The appliances that share the packets of a route."""

    next_hop_ip_addresses: tuple[Address, ...] | None = None


class RouteProperties(Properties):
    """Which packets, and where to."""

    address_prefix: PrefixOrTag
    next_hop_type: Annotated[
        str,
        one_of(
            "VirtualAppliance",
            "VirtualApplianceEcmp",
            "VirtualNetworkGateway",
            "VnetLocal",
            "Internet",
            "None",
        ),
    ]
    next_hop_ip_address: AddressOrEmpty | None = None
    next_hop: EcmpNextHop | None = None


class Route(Properties):
    """A route of the table."""

    properties: RouteProperties
    name: str = ""
    id: str | None = None

    @property
    def address_prefix(self) -> str:
        """A prefix, or a service tag."""
        return self.properties.address_prefix

    @property
    def next_hop_type(self) -> str:
        """`virtualappliance`, `virtualnetworkgateway`, `vnetlocal`, `internet`, `none`, ..."""
        return self.properties.next_hop_type.lower()

    @property
    def next_hops(self) -> tuple[str, ...]:
        """The addresses of the appliances it names, one or several."""
        properties = self.properties
        single = (properties.next_hop_ip_address,) if properties.next_hop_ip_address else ()
        shared = properties.next_hop.next_hop_ip_addresses if properties.next_hop else None
        return tuple(dict.fromkeys((*single, *(shared or ()))))


class RouteTableProperties(Properties):
    """The part of a route table we rely on."""

    routes: tuple[Route, ...] | None = None
    disable_bgp_route_propagation: bool | None = None


class RouteTable(Resource[RouteTableProperties]):
    """A route table."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/routetables"
    PROPERTIES: ClassVar[type[Properties]] = RouteTableProperties

    @property
    def routes(self) -> tuple[Route, ...]:
        """Its routes."""
        return self.properties.routes or ()

    @property
    def takes_gateway_routes(self) -> bool:
        """
        Whether routes a gateway has learned reach its subnets; absent means they do.

        Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#border-gateway-protocol
        """
        return self.properties.disable_bgp_route_propagation is not True
