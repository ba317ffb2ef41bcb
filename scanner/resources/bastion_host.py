"""Microsoft.Network/bastionHosts: the way in for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.resources.ip_configuration import IpConfiguration, placed
from scanner.resources.resource import Named, Properties, Reference, Relation, Resource, refer


class BastionHostProperties(Properties):
    """The part of a bastion we rely on."""

    ip_configurations: tuple[IpConfiguration, ...] | None = None
    virtual_network: Named | None = None
    enable_shareable_link: bool | None = None
    enable_tunneling: bool | None = None
    enable_ip_connect: bool | None = None
    enable_private_only_bastion: bool | None = None


class BastionHost(Resource[BastionHostProperties]):
    """
    A bastion host. The Developer SKU has a VNet and no subnet of its own.

    Source: https://learn.microsoft.com/azure/bastion/quickstart-developer
    """

    ARM_TYPE: ClassVar[str] = "microsoft.network/bastionhosts"
    PROPERTIES: ClassVar[type[Properties]] = BastionHostProperties

    def references(self) -> Iterator[Reference]:
        """Yield its subnet or VNet, and its public addresses."""
        yield from placed(self.properties.ip_configurations)
        yield from refer(Relation.PLACED_IN, self.properties.virtual_network)
