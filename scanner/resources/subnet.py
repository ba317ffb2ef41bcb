"""Microsoft.Network/virtualNetworks/subnets: where addresses live, and what acts on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from scanner.resources.resource import (
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    Table,
    refer,
)
from scanner.resources.values import Prefix, PrefixOrEmpty, one_of

NetworkPolicies: TypeAlias = Annotated[
    str, one_of("Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled")
]


class DelegationProperties(Properties):
    """The service a subnet is handed to."""

    service_name: str | None = None


class Delegation(Properties):
    """A subnet handed to a service."""

    properties: DelegationProperties
    name: str | None = None


class ServiceEndpoint(Properties):
    """A service that recognises the subnet by its identity."""

    service: str


class SubnetProperties(Properties):
    """The part of a subnet we rely on. Without any prefix, nothing can be said of it."""

    address_prefix: PrefixOrEmpty | None = None
    address_prefixes: tuple[Prefix, ...] | None = None
    network_security_group: Named | None = None
    route_table: Named | None = None
    nat_gateway: Named | None = None
    delegations: tuple[Delegation, ...] | None = None
    service_endpoints: tuple[ServiceEndpoint, ...] | None = None
    private_endpoint_network_policies: NetworkPolicies | None = None
    default_outbound_access: bool | None = None
    ip_configurations: tuple[Named, ...] | None = None

    def __post_init__(self) -> None:
        """Demand at least one prefix."""
        if not self.address_prefix and not self.address_prefixes:
            raise ValueError("neither `addressPrefix` nor `addressPrefixes`")


class Subnet(Resource[SubnetProperties]):
    """A subnet."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/virtualnetworks/subnets"
    TABLE: ClassVar[Table] = Table.PARENT
    PROPERTIES: ClassVar[type[Properties]] = SubnetProperties

    def references(self) -> Iterator[Reference]:
        """Yield its VNet and what filters, routes and translates its traffic."""
        properties = self.properties
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.GUARDED_BY, properties.network_security_group)
        yield from refer(Relation.ROUTED_BY, properties.route_table)
        yield from refer(Relation.TRANSLATED_BY, properties.nat_gateway)

    @property
    def address_prefixes(self) -> tuple[str, ...]:
        """
        Its prefixes, whichever of the two keys Azure uses, each once.

        Source: https://learn.microsoft.com/rest/api/virtualnetwork/subnets/get
        """
        properties = self.properties
        single = (properties.address_prefix,) if properties.address_prefix else ()
        return tuple(dict.fromkeys((*single, *(properties.address_prefixes or ()))))

    @property
    def delegated_to(self) -> tuple[str, ...]:
        """The services it is handed to, lower case: `microsoft.web/serverfarms`."""
        named = (item.properties.service_name for item in self.properties.delegations or ())
        return tuple(service.lower() for service in named if service)

    @property
    def endpoint_services(self) -> tuple[str, ...]:
        """The services that recognise it, lower case: `microsoft.cognitiveservices`."""
        return tuple(item.service.lower() for item in self.properties.service_endpoints or ())
