"""Microsoft.Network/virtualNetworks: an address space, its subnets, its peerings, its DNS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from scanner.resources.resource import (
    Embedded,
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    Table,
    embedded_rows,
    refer,
)
from scanner.resources.values import one_of
from scanner.snapshot import Row


class AddressSpace(Properties):
    """IPv4 and IPv6 prefixes."""

    address_prefixes: tuple[str, ...] | None = None


class DhcpOptions(Properties):
    """What DHCP tells the interfaces of a VNet."""

    dns_servers: tuple[str, ...] | None = None


class VirtualNetworkProperties(Properties):
    """The part of a VNet we rely on."""

    address_space: AddressSpace | None = None
    dhcp_options: DhcpOptions | None = None
    subnets: tuple[Embedded, ...] | None = None
    virtual_network_peerings: tuple[Embedded, ...] | None = None


class VirtualNetwork(Resource[VirtualNetworkProperties]):
    """A VNet."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualnetworks"
    PROPERTIES: ClassVar[type[Properties]] = VirtualNetworkProperties

    def children(self) -> Iterator[Row]:
        """Yield its subnets and its own side of its peerings."""
        properties = self.properties
        yield from embedded_rows(self.ARM_TYPE, "subnets", properties.subnets)
        peerings = properties.virtual_network_peerings
        yield from embedded_rows(self.ARM_TYPE, "virtualnetworkpeerings", peerings)

    @property
    def address_prefixes(self) -> tuple[str, ...]:
        """Its address space."""
        space = self.properties.address_space
        return (space.address_prefixes or ()) if space else ()

    @property
    def dns_servers(self) -> tuple[str, ...]:
        """
        The servers its interfaces ask; none means Azure-provided DNS.

        Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances
        """
        options = self.properties.dhcp_options
        return (options.dns_servers or ()) if options else ()


class PeeringProperties(Properties):
    """The part of a peering we rely on. Of one whose state nobody told, nothing can be said."""

    remote_virtual_network: Named
    peering_state: Annotated[str, one_of("Connected", "Initiated", "Disconnected")]
    peering_sync_level: (
        Annotated[
            str,
            one_of("FullyInSync", "RemoteNotInSync", "LocalNotInSync", "LocalAndRemoteNotInSync"),
        ]
        | None
    ) = None
    allow_virtual_network_access: bool | None = None
    allow_forwarded_traffic: bool | None = None
    allow_gateway_transit: bool | None = None
    use_remote_gateways: bool | None = None
    peer_complete_vnets: bool | None = None
    enable_only_i_pv6_peering: bool | None = None
    local_subnet_names: tuple[str, ...] | None = None
    remote_subnet_names: tuple[str, ...] | None = None
    remote_address_space: AddressSpace | None = None
    remote_virtual_network_address_space: AddressSpace | None = None


class VirtualNetworkPeering(Resource[PeeringProperties]):
    """One side of a peering: how the VNet it is part of treats the remote one."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualnetworks/virtualnetworkpeerings"
    TABLE: ClassVar[Table] = Table.PARENT
    PROPERTIES: ClassVar[type[Properties]] = PeeringProperties

    def references(self) -> Iterator[Reference]:
        """Yield the VNet whose side it is and the remote one."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.PEERS_WITH, self.properties.remote_virtual_network)

    @property
    def state(self) -> str:
        """`initiated`, `connected` or `disconnected`."""
        return self.properties.peering_state.lower()
