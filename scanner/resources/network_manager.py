"""Microsoft.Network/networkManagers: rules and peerings kept over many VNets at once."""

from __future__ import annotations

from typing import ClassVar

from scanner.resources.resource import Properties, Resource


class CrossTenantScopes(Properties):
    """Where a network manager may act in another tenant."""

    management_groups: tuple[str, ...] | None = None
    subscriptions: tuple[str, ...] | None = None


class NetworkManagerScopes(Properties):
    """Where a network manager may act."""

    management_groups: tuple[str, ...] | None = None
    subscriptions: tuple[str, ...] | None = None
    cross_tenant_scopes: tuple[CrossTenantScopes, ...] | None = None


class NetworkManagerProperties(Properties):
    """The part of a network manager we rely on."""

    network_manager_scopes: NetworkManagerScopes | None = None
    network_manager_scope_accesses: tuple[str, ...] | None = None


class NetworkManager(Resource[NetworkManagerProperties]):
    """An Azure Virtual Network Manager. What it deployed is not in its own properties."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/networkmanagers"
    PROPERTIES: ClassVar[type[Properties]] = NetworkManagerProperties

    @property
    def management_groups(self) -> tuple[str, ...]:
        """The management groups it may act in, those of other tenants among them."""
        return tuple(one for scope in self._scopes for one in scope.management_groups or ())

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The subscriptions it may act in, those of other tenants among them."""
        return tuple(one for scope in self._scopes for one in scope.subscriptions or ())

    @property
    def _scopes(self) -> tuple[NetworkManagerScopes | CrossTenantScopes, ...]:
        own = self.properties.network_manager_scopes
        return (own, *(own.cross_tenant_scopes or ())) if own else ()
