"""Microsoft.Network/loadBalancers: one address that stands for many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from scanner.resources.ip_configuration import IpConfiguration, placed, private_addresses
from scanner.resources.resource import Named, Properties, Reference, Resource, ResourceId
from scanner.resources.values import Address


class BackendAddressProperties(Properties):
    """A member that is known by its address."""

    ip_address: Address | None = None
    virtual_network: Named | None = None
    subnet: Named | None = None
    network_interface_ip_configuration: Named | None = msgspec.field(
        default=None, name="networkInterfaceIPConfiguration"
    )


class BackendAddress(Properties):
    """One member of a pool, by address."""

    properties: BackendAddressProperties
    name: str | None = None


class BackendPoolProperties(Properties):
    """Who answers behind a load balancer."""

    backend_ip_configurations: tuple[Named, ...] | None = msgspec.field(
        default=None, name="backendIPConfigurations"
    )
    load_balancer_backend_addresses: tuple[BackendAddress, ...] | None = None


class BackendPool(Properties):
    """A backend address pool."""

    properties: BackendPoolProperties
    id: str | None = None
    name: str | None = None


class LoadBalancerProperties(Properties):
    """The part of a load balancer we rely on."""

    frontend_ip_configurations: tuple[IpConfiguration, ...] | None = msgspec.field(
        default=None, name="frontendIPConfigurations"
    )
    backend_address_pools: tuple[BackendPool, ...] | None = None


class LoadBalancer(Resource[LoadBalancerProperties]):
    """A load balancer. Next hops and DNS servers may be one."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/loadbalancers"
    PROPERTIES: ClassVar[type[Properties]] = LoadBalancerProperties

    def references(self) -> Iterator[Reference]:
        """Yield the subnets and public addresses of its frontends."""
        yield from placed(self.properties.frontend_ip_configurations)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The private addresses of its frontends."""
        return private_addresses(self.properties.frontend_ip_configurations)

    @property
    def backends(self) -> tuple[ResourceId, ...]:
        """
        The IP configurations behind it, each once.

        `.../networkInterfaces/nic/ipConfigurations/c`; its parent is the interface.
        """
        pools = [pool.properties for pool in self.properties.backend_address_pools or ()]
        named = [item for pool in pools for item in pool.backend_ip_configurations or ()]
        by_address = (item for pool in pools for item in pool.load_balancer_backend_addresses or ())
        interfaces = (item.properties.network_interface_ip_configuration for item in by_address)
        every = (item.id for item in (*named, *interfaces) if item)
        return tuple(dict.fromkeys(ResourceId(item) for item in every if item))

    @property
    def backend_addresses(self) -> tuple[str, ...]:
        """The addresses behind it that its pools name as addresses, each once."""
        pools = (pool.properties for pool in self.properties.backend_address_pools or ())
        members = (item for pool in pools for item in pool.load_balancer_backend_addresses or ())
        told = (member.properties.ip_address for member in members)
        return tuple(dict.fromkeys(address for address in told if address))
