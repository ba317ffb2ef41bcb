"""Microsoft.Network/dnsResolvers: Azure's DNS, asked from and asking other networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.resources.resource import Named, Properties, Reference, Relation, Resource, refer
from scanner.resources.values import Address


class DnsResolverProperties(Properties):
    """The part of a resolver we rely on."""

    virtual_network: Named
    dns_resolver_state: str | None = None


class DnsResolver(Resource[DnsResolverProperties]):
    """A private resolver. It answers as its VNet would be answered."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/dnsresolvers"
    PROPERTIES: ClassVar[type[Properties]] = DnsResolverProperties

    def references(self) -> Iterator[Reference]:
        """Yield its VNet."""
        yield from refer(Relation.PLACED_IN, self.properties.virtual_network)


class InboundAddress(Properties):
    """An address that is asked. The resolver spells `Ip` where interfaces spell `IP`."""

    subnet: Named | None = None
    private_ip_address: Address | None = None


class InboundEndpointProperties(Properties):
    """The part of an inbound endpoint we rely on."""

    ip_configurations: tuple[InboundAddress, ...] | None = None
    provisioning_state: str | None = None


class InboundEndpoint(Resource[InboundEndpointProperties]):
    """Where a resolver is asked."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/dnsresolvers/inboundendpoints"
    PROPERTIES: ClassVar[type[Properties]] = InboundEndpointProperties

    def references(self) -> Iterator[Reference]:
        """Yield its resolver and its subnet."""
        yield Reference(Relation.PART_OF, self.id.parent)
        for item in self.properties.ip_configurations or ():
            yield from refer(Relation.PLACED_IN, item.subnet)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses to ask it at."""
        told = (item.private_ip_address for item in self.properties.ip_configurations or ())
        return tuple(address for address in told if address)


class OutboundEndpointProperties(Properties):
    """The part of an outbound endpoint we rely on."""

    subnet: Named | None = None


class OutboundEndpoint(Resource[OutboundEndpointProperties]):
    """Where a resolver asks other servers from."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/dnsresolvers/outboundendpoints"
    PROPERTIES: ClassVar[type[Properties]] = OutboundEndpointProperties

    def references(self) -> Iterator[Reference]:
        """Yield its resolver and its subnet."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.PLACED_IN, self.properties.subnet)
