"""Microsoft.Network/connections and /localNetworkGateways: the other end of a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from scanner.resources.resource import Named, Properties, Reference, Relation, Resource, refer
from scanner.resources.values import AddressOrEmpty, one_of
from scanner.resources.virtual_network import AddressSpace

ConnectionType: TypeAlias = Annotated[
    str, one_of("IPsec", "Vnet2Vnet", "ExpressRoute", "VPNClient")
]

ConnectionStatus: TypeAlias = Annotated[
    str, one_of("Connected", "Connecting", "NotConnected", "Unknown")
]


class GatewayConnectionProperties(Properties):
    """The part of a connection we rely on."""

    connection_type: ConnectionType | None = None
    connection_status: ConnectionStatus | None = None
    virtual_network_gateway1: Named | None = None
    virtual_network_gateway2: Named | None = None
    local_network_gateway2: Named | None = None
    peer: Named | None = None
    enable_bgp: bool | None = None


class GatewayConnection(Resource[GatewayConnectionProperties]):
    """A connection of a gateway with another gateway, a site, or an ExpressRoute circuit."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/connections"
    PROPERTIES: ClassVar[type[Properties]] = GatewayConnectionProperties

    def references(self) -> Iterator[Reference]:
        """Yield the ends it joins."""
        properties = self.properties
        yield from refer(
            Relation.CONNECTS,
            properties.virtual_network_gateway1,
            properties.virtual_network_gateway2,
            properties.local_network_gateway2,
            properties.peer,
        )

    @property
    def status(self) -> str:
        """
        `connected`, `connecting`, `notconnected` or `unknown`.

        Azure leaves it out while it updates a connection: that is `unknown` too.

        Source: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateway-connections/get
        """
        return (self.properties.connection_status or "unknown").lower()


class LocalNetworkGatewayProperties(Properties):
    """The part of a site we rely on."""

    local_network_address_space: AddressSpace | None = None
    gateway_ip_address: AddressOrEmpty | None = None
    fqdn: str | None = None


class LocalNetworkGateway(Resource[LocalNetworkGatewayProperties]):
    """A site outside Azure: its device's address and the prefixes behind it."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/localnetworkgateways"
    PROPERTIES: ClassVar[type[Properties]] = LocalNetworkGatewayProperties

    @property
    def address_prefixes(self) -> tuple[str, ...]:
        """The prefixes behind the device."""
        space = self.properties.local_network_address_space
        return (space.address_prefixes or ()) if space else ()
