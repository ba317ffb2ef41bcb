"""Microsoft.Network/natGateways: the public face of what a subnet sends out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.resources.resource import (
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    refer,
)


class NatGatewayProperties(Properties):
    """The part of a NAT gateway we rely on."""

    public_ip_addresses: tuple[Named, ...] | None = None
    public_ip_prefixes: tuple[Named, ...] | None = None
    subnets: tuple[Named, ...] | None = None


class NatGateway(Resource[NatGatewayProperties]):
    """A NAT gateway. The edge from a subnet is the subnet's to draw."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/natgateways"
    PROPERTIES: ClassVar[type[Properties]] = NatGatewayProperties

    def references(self) -> Iterator[Reference]:
        """Yield its public addresses."""
        yield from refer(Relation.USES_ADDRESS, *(self.properties.public_ip_addresses or ()))
