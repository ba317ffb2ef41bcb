"""Microsoft.Network/networkManagers: rules and peerings kept over many VNets at once."""

from __future__ import annotations

from typing import ClassVar

from scanner.resources.resource import Properties, Resource


class NetworkManagerScopes(Properties):
    """Where a network manager may act."""

    management_groups: tuple[str, ...] | None = None
    subscriptions: tuple[str, ...] | None = None


class NetworkManagerProperties(Properties):
    """The part of a network manager we rely on."""

    network_manager_scopes: NetworkManagerScopes | None = None
    network_manager_scope_accesses: tuple[str, ...] | None = None


class NetworkManager(Resource[NetworkManagerProperties]):
    """An Azure Virtual Network Manager. What it deployed is not in its own properties."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networkmanagers"
    PROPERTIES: ClassVar[type[Properties]] = NetworkManagerProperties

    @property
    def scopes(self) -> tuple[str, ...]:
        """The management groups and subscriptions it may act in."""
        scopes = self.properties.network_manager_scopes
        if scopes is None:
            return ()
        return (*(scopes.management_groups or ()), *(scopes.subscriptions or ()))
