"""IP configurations: how interfaces, gateways, firewalls and load balancers hold addresses."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scanner.resources.resource import Named, Properties, Reference, Relation, refer
from scanner.resources.values import Address


class IpConfigurationProperties(Properties):
    """An address in a subnet, and the public address in front of it."""

    private_ip_address: Address | None = msgspec.field(default=None, name="privateIPAddress")
    subnet: Named | None = None
    public_ip_address: Named | None = msgspec.field(default=None, name="publicIPAddress")


class IpConfiguration(Properties):
    """One address of a resource."""

    properties: IpConfigurationProperties
    id: str | None = None
    name: str | None = None


def placed(configurations: tuple[IpConfiguration, ...] | None) -> Iterator[Reference]:
    """Yield the subnets the addresses are in and the public addresses they use."""
    for configuration in configurations or ():
        yield from refer(Relation.PLACED_IN, configuration.properties.subnet)
        yield from refer(Relation.USES_ADDRESS, configuration.properties.public_ip_address)


def private_addresses(configurations: tuple[IpConfiguration, ...] | None) -> tuple[str, ...]:
    """Return the private addresses that Azure tells."""
    told = (item.properties.private_ip_address for item in configurations or ())
    return tuple(address for address in told if address)
