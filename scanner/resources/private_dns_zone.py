"""Microsoft.Network/privateDnsZones, and the links by which VNets ask them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from scanner.resources.resource import Named, Properties, Reference, Relation, Resource, refer
from scanner.resources.values import one_of

LinkState: TypeAlias = Annotated[str, one_of("Completed", "InProgress", "Done", "Failed")]


class PrivateDnsZoneProperties(Properties):
    """The part of a zone we rely on: how much it says it holds."""

    number_of_virtual_network_links: int | None = None
    number_of_record_sets: int | None = None


class PrivateDnsZone(Resource[PrivateDnsZoneProperties]):
    """A private DNS zone. Its name is the domain it answers for."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/privatednszones"
    PROPERTIES: ClassVar[type[Properties]] = PrivateDnsZoneProperties

    @property
    def domain(self) -> str:
        """The domain it answers for, lower case, without a final dot."""
        return self.name.lower().rstrip(".")


class VirtualNetworkLinkProperties(Properties):
    """The part of a link we rely on."""

    virtual_network: Named
    virtual_network_link_state: LinkState | None = None
    registration_enabled: bool | None = None
    resolution_policy: Annotated[str, one_of("Default", "NxDomainRedirect")] | None = None
    provisioning_state: str | None = None


class VirtualNetworkLink(Resource[VirtualNetworkLinkProperties]):
    """A link by which a VNet asks a zone."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/privatednszones/virtualnetworklinks"
    PROPERTIES: ClassVar[type[Properties]] = VirtualNetworkLinkProperties

    def references(self) -> Iterator[Reference]:
        """Yield its zone and its VNet."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.LINKED_TO, self.properties.virtual_network)

    @property
    def state(self) -> str:
        """`Completed`, `InProgress`, ...: a link that does not say is taken for completed."""
        return self.properties.virtual_network_link_state or "Completed"

    @property
    def is_completed(self) -> bool:
        """
        Whether it works. What the portal calls Completed, the reference of the API calls Done.

        Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links,
        https://learn.microsoft.com/rest/api/dns/privatedns/virtual-network-links/get
        """
        return self.state.lower() in {"completed", "done"}

    @property
    def resolution_policy(self) -> str:
        """
        `Default`, which absent means too, or `NxDomainRedirect`.

        Source: https://learn.microsoft.com/azure/dns/private-dns-fallback
        """
        return self.properties.resolution_policy or "Default"

    @property
    def falls_back_to_internet(self) -> bool:
        """Whether a name the zone does not hold is asked of public DNS instead."""
        return self.resolution_policy.lower() == "nxdomainredirect"
