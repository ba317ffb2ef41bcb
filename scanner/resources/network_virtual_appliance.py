"""Microsoft.Network/networkVirtualAppliances: somebody else's appliance, run by Azure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.resources.resource import Named, Properties, Reference, Relation, Resource, refer


class NetworkVirtualApplianceProperties(Properties):
    """The part of an appliance we rely on."""

    virtual_hub: Named | None = None


class NetworkVirtualAppliance(Resource[NetworkVirtualApplianceProperties]):
    """An appliance in a virtual hub. What it does is not in its properties."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networkvirtualappliances"
    PROPERTIES: ClassVar[type[Properties]] = NetworkVirtualApplianceProperties

    def references(self) -> Iterator[Reference]:
        """Yield its hub."""
        yield from refer(Relation.PLACED_IN, self.properties.virtual_hub)
