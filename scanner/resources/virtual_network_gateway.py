"""Microsoft.Network/virtualNetworkGateways: a VNet's door to other networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from scanner.resources.ip_configuration import IpConfiguration, placed
from scanner.resources.resource import Named, Properties, Reference, Resource
from scanner.resources.values import one_of
from scanner.resources.virtual_network import AddressSpace

ClientProtocol: TypeAlias = Annotated[str, one_of("OpenVPN", "IkeV2", "SSTP")]

Authentication: TypeAlias = Annotated[str, one_of("AAD", "Certificate", "Radius")]


class VpnClientConfiguration(Properties):
    """How people connect, if they can: without an address pool nobody does."""

    vpn_client_address_pool: AddressSpace | None = None
    vpn_client_protocols: tuple[ClientProtocol, ...] | None = None
    vpn_authentication_types: tuple[Authentication, ...] | None = None
    aad_tenant: str | None = None
    aad_audience: str | None = None
    aad_issuer: str | None = None
    radius_server_address: str | None = None


class GatewaySku(Properties):
    """What a gateway can do, by name: `Basic`, `VpnGw1AZ`."""

    name: str | None = None


class VirtualNetworkGatewayProperties(Properties):
    """The part of a gateway we rely on."""

    gateway_type: Annotated[str, one_of("Vpn", "ExpressRoute", "LocalGateway")] | None = None
    vpn_type: Annotated[str, one_of("RouteBased", "PolicyBased")] | None = None
    sku: GatewaySku | None = None
    enable_bgp: bool | None = None
    active_active: bool | None = None
    enable_private_ip_address: bool | None = None
    ip_configurations: tuple[IpConfiguration, ...] | None = None
    vpn_client_configuration: VpnClientConfiguration | None = None
    custom_routes: AddressSpace | None = None
    gateway_default_site: Named | None = None


class VirtualNetworkGateway(Resource[VirtualNetworkGatewayProperties]):
    """A VPN or ExpressRoute gateway."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualnetworkgateways"
    PROPERTIES: ClassVar[type[Properties]] = VirtualNetworkGatewayProperties

    def references(self) -> Iterator[Reference]:
        """Yield its subnet and its public addresses."""
        yield from placed(self.properties.ip_configurations)

    @property
    def gateway_type(self) -> str:
        """`vpn`, `expressroute` or `localgateway`; empty when the row does not say."""
        return (self.properties.gateway_type or "").lower()

    @property
    def client_address_prefixes(self) -> tuple[str, ...]:
        """
        The pool that connecting people get addresses from; none means nobody can connect.

        The configuration stays when point-to-site is taken away; the pool tells.

        Source: https://learn.microsoft.com/azure/vpn-gateway/point-to-site-about
        """
        clients = self.properties.vpn_client_configuration
        pool = clients.vpn_client_address_pool if clients else None
        return (pool.address_prefixes or ()) if pool else ()

    @property
    def custom_routes(self) -> tuple[str, ...]:
        """Prefixes that connecting people are told to send here as well."""
        routes = self.properties.custom_routes
        return (routes.address_prefixes or ()) if routes else ()
