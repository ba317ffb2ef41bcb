"""Microsoft.Network/loadBalancers: one address that stands for many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from scanner.resources.ip_configuration import IpConfiguration, placed
from scanner.resources.resource import Named, Properties, Reference, Resource


class BackendAddressProperties(Properties):
    """A member that is known by its address."""

    ip_address: str | None = None
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
