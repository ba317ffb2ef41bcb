"""Microsoft.Network/publicIPAddresses: an address the internet can see."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from scanner.resources.resource import Named, Properties, Resource
from scanner.resources.values import Address


class PublicIpAddressProperties(Properties):
    """The part of a public address we rely on."""

    ip_address: Address | None = None
    ip_configuration: Named | None = None
    nat_gateway: Named | None = None
    public_ip_allocation_method: str | None = msgspec.field(
        default=None, name="publicIPAllocationMethod"
    )


class PublicIpAddress(Resource[PublicIpAddressProperties]):
    """A public IP address. Those who use it name it."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/publicipaddresses"
    PROPERTIES: ClassVar[type[Properties]] = PublicIpAddressProperties
