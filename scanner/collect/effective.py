"""Of what to ask what Azure computes: interfaces of machines that run, and managed VNets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from scanner.collect.arm import ResourceQuery
from scanner.collect.queries import (
    DEPLOYED_CONNECTIVITY,
    DEPLOYED_RULES,
    EFFECTIVE_GROUPS,
    EFFECTIVE_ROUTES,
    INTERFACES,
    MACHINES,
    NETWORK_MANAGERS,
    NETWORKS,
)
from scanner.resources.network_interface import NetworkInterfaceProperties
from scanner.resources.resource import Properties, ResourceId
from scanner.resources.virtual_machine import NetworkProfile
from scanner.snapshot import EffectiveCounts, Row

EFFECTIVE = (EFFECTIVE_ROUTES, EFFECTIVE_GROUPS)
DEPLOYED = (DEPLOYED_RULES, DEPLOYED_CONNECTIVITY)

MOST = 50
"""Interfaces. Azure takes seconds to compute for one, and counts each question as a write."""

P = TypeVar("P", bound=Properties)

_RUNNING = "powerstate/running"


class _PowerState(Properties):
    code: str | None = None


class _InstanceView(Properties):
    power_state: _PowerState | None = None


class _Extended(Properties):
    instance_view: _InstanceView | None = None


class _Machine(Properties):
    """A machine as Resource Graph tells of it; `extended` is not in Resource Manager's answer."""

    network_profile: NetworkProfile | None = None
    extended: _Extended | None = None

    @property
    def may_run(self) -> bool:
        """Whether nobody says that it does not run."""
        view = self.extended.instance_view if self.extended else None
        code = view.power_state.code if view and view.power_state else None
        return code is None or code.lower() == _RUNNING


@dataclass(frozen=True, slots=True)
class Sample:
    """What to ask of, and how many interfaces there are."""

    interfaces: tuple[ResourceId, ...]
    running: int
    stopped: int
    networks: tuple[ResourceId, ...] = ()
    """The VNets to ask of, where there is a network manager."""

    @property
    def questions(self) -> tuple[ResourceQuery, ...]:
        """Two for each interface, and two for each VNet."""
        of_interfaces = (ResourceQuery(kind, i) for i in self.interfaces for kind in EFFECTIVE)
        of_networks = (ResourceQuery(kind, n) for n in self.networks for kind in DEPLOYED)
        return (*of_interfaces, *of_networks)

    def counts(self, told: Iterable[Row]) -> EffectiveCounts:
        """Return the account of it: an interface has answered when both lists came."""
        came = {(ResourceId(row.id).parent, row.type.lower()) for row in told}
        return EffectiveCounts(
            running=self.running,
            stopped=self.stopped,
            asked=len(self.interfaces),
            answered=sum(all((one, kind) in came for kind in EFFECTIVE) for one in self.interfaces),
            networks=len(self.networks),
            managed=sum(all((one, kind) in came for kind in DEPLOYED) for one in self.networks),
        )


def sampled(rows: Iterable[Row]) -> Sample:
    """
    Choose one interface for each subnet and security group, at most fifty, by ID.

    What Azure computes depends on these, and on what was learned for the VNet.

    Source: https://learn.microsoft.com/azure/virtual-network/diagnose-network-routing-problem
    """
    rows = tuple(rows)
    running, stopped = _interfaces(rows)
    alike: dict[tuple[str, str], ResourceId] = {}
    for row in sorted(rows, key=lambda row: row.id.lower()):
        interface = ResourceId(row.id)
        if row.type.lower() == INTERFACES and interface in running:
            alike.setdefault(_place(row), interface)
    interfaces = tuple(alike.values())[:MOST]
    return Sample(interfaces, len(running), len(stopped - running), _managed(rows))


def _managed(rows: Sequence[Row]) -> tuple[ResourceId, ...]:
    """Return every VNet, if there is somebody who may deploy something to it."""
    if not any(row.type.lower() == NETWORK_MANAGERS for row in rows):
        return ()
    return tuple(sorted(ResourceId(row.id) for row in rows if row.type.lower() == NETWORKS))


def _interfaces(rows: Iterable[Row]) -> tuple[frozenset[ResourceId], frozenset[ResourceId]]:
    """Return the interfaces of machines that may run, and of those that do not."""
    running, stopped = set[ResourceId](), set[ResourceId]()
    for row in rows:
        if row.type.lower() == MACHINES:
            for machine in _decoded(row, _Machine):
                profile = machine.network_profile
                named = (profile.network_interfaces or ()) if profile else ()
                ids = (ResourceId(one.id) for one in named)
                (running if machine.may_run else stopped).update(ids)
    return frozenset(running), frozenset(stopped)


def _place(row: Row) -> tuple[str, str]:
    """Return the subnet and the security group of an interface; itself where they are not told."""
    for told in _decoded(row, NetworkInterfaceProperties):
        first = next(iter(told.ip_configurations or ()), None)
        subnet = first.properties.subnet if first else None
        group = told.network_security_group
        if subnet is not None:
            return subnet.id.lower(), group.id.lower() if group else ""
    return row.id.lower(), ""


def _decoded(row: Row, kind: type[P]) -> Iterator[P]:
    """Yield what a row says; nothing when it cannot be read, which is a gap of its own."""
    try:
        yield msgspec.json.decode(row.properties, type=kind)
    except (ValueError, RecursionError):
        return
