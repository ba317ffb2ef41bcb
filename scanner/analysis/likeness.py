"""Which calls of a consumer nothing on the way can tell apart, so that one is followed for all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from scanner.analysis.addresses import NOT_PUBLIC, AddressSet
from scanner.analysis.consumers import Consumer
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.own_answers import resolves_privately
from scanner.analysis.filtering.firewalls import named
from scanner.analysis.filtering.guards import groups_of
from scanner.resources import ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.record_set import RecordSet
from scanner.resources.resource import Table
from scanner.topology import Topology, once, once_each

Place: TypeAlias = tuple[ResourceId, frozenset[ResourceId], int]
"""The subnet of an endpoint, its application security groups, and where its address lies."""


@dataclass(frozen=True, slots=True)
class AccountCall:
    """A consumer's call to an address of an account, by one of its names."""

    consumer: Consumer
    endpoint: PrivateEndpoint
    address: str
    account: CognitiveServicesAccount
    hostname: Hostname


def is_alike(topology: Topology, call: AccountCall) -> bool:
    """Tell whether a call that is reachable was noted that nothing on the way tells from this."""
    noted = _noted(topology).get(_key(topology, call), {})
    return any(_marks(topology, call, asked) in marks for asked, marks in noted.items())


def note(topology: Topology, call: AccountCall, asked: Iterable[ResourceId]) -> None:
    """Note that a call is reachable; `asked` are the firewalls that looked at its name."""
    noted = _noted(topology).setdefault(_key(topology, call), {})
    firewalls = tuple(dict.fromkeys(asked))
    noted.setdefault(firewalls, set()).add(_marks(topology, call, firewalls))


Marks: TypeAlias = tuple[tuple[bool | None, frozenset[str]], ...]
"""What firewalls make of a name: how they resolve it, and the words of their rules that hold it."""


@once
def _noted(
    _: Topology,
) -> dict[tuple[ResourceId, Place], dict[tuple[ResourceId, ...], set[Marks]]]:
    return {}


def _key(topology: Topology, call: AccountCall) -> tuple[ResourceId, Place]:
    return call.consumer.id, _place(topology, call.endpoint, call.address)


def _marks(topology: Topology, call: AccountCall, firewalls: tuple[ResourceId, ...]) -> Marks:
    name = call.hostname
    return tuple(
        (resolves_privately(topology, one, call.account, name), named(topology, one, name.name))
        for one in firewalls
    )


@once_each
def _place(topology: Topology, endpoint: PrivateEndpoint, address: str) -> Place:
    groups = frozenset(groups_of(topology, endpoint))
    (lies,) = AddressSet.parse(address).intervals or ((-1, -1),)
    return endpoint.subnet, groups, bisect_right(_bounds(topology), lies[0])


@once
def _bounds(topology: Topology) -> tuple[int, ...]:
    """
    Return where the prefixes begin and end that routes, filters and networks may speak of.

    Between two of them all addresses are alike. Every address that is written
    anywhere counts, but for the rows that only say what an endpoint's own are.
    """
    bounds = {edge for interval in NOT_PUBLIC.intervals for edge in _edges(interval)}
    words: set[bytes] = set()
    for resource in topology.inventory.resources.values():
        if resource.TABLE is not Table.PARENT and not isinstance(resource, SILENT):
            words.update(PREFIX.findall(resource.row.properties))
    for word in words:
        for interval in AddressSet.parse(word.decode().replace("\\", "")).intervals:
            bounds.update(_edges(interval))
    return tuple(sorted(bounds))


def _edges(interval: tuple[int, int]) -> tuple[int, int]:
    return interval[0], interval[1] + 1


PREFIX = re.compile(rb"\d+\.\d+\.\d+\.\d+(?:\\?/[\d.]+)?")

SILENT = (
    CognitiveServicesAccount,
    NetworkInterface,
    PrivateEndpoint,
    PrivateEndpointConnection,
    RecordSet,
)
