"""Microsoft.Network/ipGroups: addresses that rules of firewalls name together."""

from __future__ import annotations

from typing import ClassVar

from scanner.resources.resource import Properties, Resource


class IpGroupProperties(Properties):
    """The part of a group we rely on. Who uses it names it, not it them."""

    ip_addresses: tuple[str, ...] | None = None
    provisioning_state: str | None = None


class IpGroup(Resource[IpGroupProperties]):
    """An IP group: single addresses, prefixes and ranges (`10.2.0.0-10.2.0.31`)."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/ipgroups"
    PROPERTIES: ClassVar[type[Properties]] = IpGroupProperties

    @property
    def addresses(self) -> tuple[str, ...] | None:
        """What it holds; None where nobody can say what firewalls know of it."""
        state = (self.properties.provisioning_state or "Succeeded").lower()
        return self.properties.ip_addresses or None if state == "succeeded" else None
