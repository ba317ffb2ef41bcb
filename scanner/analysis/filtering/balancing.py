"""What load balancers take from the Internet, and which rules of theirs an interface names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from scanner.resources import ResourceId
from scanner.resources.load_balancer import BackendAddress, BackendPool, LoadBalancer
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.resource import Named, Properties
from scanner.topology import Topology, once

Names: TypeAlias = frozenset[ResourceId]
"""IDs of the pools and rules that an IP configuration says it is behind."""


class BalancingRuleProperties(Properties):
    """Where a rule takes traffic from, and where it sends it."""

    frontend_ip_configuration: Named | None = msgspec.field(
        default=None, name="frontendIPConfiguration"
    )
    backend_ip_configuration: Named | None = msgspec.field(
        default=None, name="backendIPConfiguration"
    )
    backend_address_pool: Named | None = None
    backend_address_pools: tuple[Named, ...] | None = None
    protocol: str | None = None
    backend_port: int | None = None
    enable_floating_ip: bool | None = msgspec.field(default=None, name="enableFloatingIP")


class BalancingRule(Properties):
    """A load-balancing rule or an inbound NAT rule."""

    properties: BalancingRuleProperties
    id: str = ""
    name: str = ""


class _FrontendProperties(Properties):
    """The public address of a frontend, or the prefix it is taken from."""

    public_ip_address: Named | None = msgspec.field(default=None, name="publicIPAddress")
    public_ip_prefix: Named | None = msgspec.field(default=None, name="publicIPPrefix")


class _Frontend(Properties):
    """An address that a load balancer takes traffic at."""

    properties: _FrontendProperties
    id: str = ""


class _Balancing(Properties):
    """What a load balancer takes and sends."""

    frontend_ip_configurations: tuple[_Frontend, ...] | None = msgspec.field(
        default=None, name="frontendIPConfigurations"
    )
    load_balancing_rules: tuple[BalancingRule, ...] | None = None
    inbound_nat_rules: tuple[BalancingRule, ...] | None = None


class _NamingProperties(Properties):
    """The pools and rules that an IP configuration says it is behind."""

    load_balancer_backend_address_pools: tuple[Named, ...] | None = None
    load_balancer_inbound_nat_rules: tuple[Named, ...] | None = None


class _Naming(Properties):
    """An IP configuration."""

    properties: _NamingProperties


class _Interface(Properties):
    """An interface, as far as it says what it is behind."""

    ip_configurations: tuple[_Naming, ...] | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Those whom a load balancer sends to."""

    configurations: Names
    addresses: tuple[BackendAddress, ...]
    """Those whom it knows by address alone."""


@dataclass(frozen=True, slots=True)
class Door:
    """A rule of a load balancer by which callers on the Internet may come in."""

    balancer: LoadBalancer
    rule: BalancingRule
    pointer: str
    pools: Mapping[ResourceId, Pool | None]
    """The pools it sends to; None for one that the load balancer does not tell of."""
    unread: str
    """Why it is not certain that they come in; empty when it is."""


@once
def doors(topology: Topology) -> tuple[Door, ...]:
    """Return the rules of all load balancers by which callers on the Internet may come in."""
    return tuple(door for item in topology.all(LoadBalancer) for door in _doors(item))


@once
def unread_balancers(topology: Topology) -> str:
    """Say which load balancers, or rules of theirs, were not read; empty when all were."""
    for gap in topology.unread(LoadBalancer):
        return f"{LoadBalancer.ARM_TYPE} in {gap.scope}: {gap.reason}"
    for balancer in topology.all(LoadBalancer):
        if _balancing(balancer) is None:
            return f"the rules of the load balancer {balancer.id.path} were not read"
    return ""


def named(interface: NetworkInterface) -> tuple[Names, ...] | None:
    """Return what each IP configuration of an interface says it is behind; None if unreadable."""
    try:
        said = _INTERFACE.decode(interface.row.properties)
    except (ValueError, RecursionError):
        return None
    return tuple(_names(item.properties) for item in said.ip_configurations or ())


def _names(said: _NamingProperties) -> Names:
    pools = said.load_balancer_backend_address_pools or ()
    return frozenset(
        ResourceId(item.id) for item in (*pools, *(said.load_balancer_inbound_nat_rules or ()))
    )


def _doors(balancer: LoadBalancer) -> Iterator[Door]:
    balancing = _balancing(balancer)
    if balancing is None:
        return
    frontends = {ResourceId(item.id): item for item in balancing.frontend_ip_configurations or ()}
    for pointer, rule in _rules(balancing):
        taken = rule.properties.frontend_ip_configuration
        frontend = frontends.get(ResourceId(taken.id)) if taken else None
        if frontend is None or _is_public(frontend):
            unread = (
                "" if frontend else f"the frontend of {rule.name} of {balancer.name} was not read"
            )
            yield Door(balancer, rule, pointer, _pools(balancer, rule), unread)


def _rules(balancing: _Balancing) -> Iterator[tuple[str, BalancingRule]]:
    """Yield the rules that let traffic in, each with its place."""
    for index, rule in enumerate(balancing.load_balancing_rules or ()):
        yield f"/properties/loadBalancingRules/{index}", rule
    for index, rule in enumerate(balancing.inbound_nat_rules or ()):
        yield f"/properties/inboundNatRules/{index}", rule


def _is_public(frontend: _Frontend) -> bool:
    said = frontend.properties
    return said.public_ip_address is not None or said.public_ip_prefix is not None


def _pools(balancer: LoadBalancer, rule: BalancingRule) -> Mapping[ResourceId, Pool | None]:
    said = rule.properties
    told = {
        ResourceId(pool.id): _pool(pool)
        for pool in balancer.properties.backend_address_pools or ()
        if pool.id
    }
    sent = (said.backend_address_pool, *(said.backend_address_pools or ()))
    return {ResourceId(pool.id): told.get(ResourceId(pool.id)) for pool in sent if pool}


def _pool(pool: BackendPool) -> Pool:
    members = pool.properties.load_balancer_backend_addresses or ()
    attached = (member.properties.network_interface_ip_configuration for member in members)
    named = (*(pool.properties.backend_ip_configurations or ()), *attached)
    return Pool(
        frozenset(ResourceId(item.id) for item in named if item),
        tuple(m for m in members if m.properties.network_interface_ip_configuration is None),
    )


def _balancing(balancer: LoadBalancer) -> _Balancing | None:
    try:
        return _BALANCING.decode(balancer.row.properties)
    except (ValueError, RecursionError):
        return None


_BALANCING = msgspec.json.Decoder(_Balancing, strict=False)
_INTERFACE = msgspec.json.Decoder(_Interface)
