"""Which consumers start alike, so that every packet of theirs takes the same way."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.analysis.addresses import EVERY, NOBODY, AddressSet
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.routing.peering import neighbours, side
from scanner.resources import ResourceId
from scanner.topology import Topology, once


@dataclass(frozen=True, slots=True)
class Start:
    """What the way of a packet depends on where it starts."""

    place: ResourceId
    """The subnet; for clients, their gateway."""
    strangers: AddressSet
    """The addresses it comes from, if some peer does not know them all."""


def start(topology: Topology, consumer: Consumer) -> Start:
    """Return where the packets of a consumer start, as far as that makes a difference."""
    if consumer.kind is Kind.CLIENTS:
        return Start(consumer.id, NOBODY)
    known = _known(topology)
    if consumer.network not in known:
        known[consumer.network] = _known_to_all(topology, consumer.network)
    is_known = not consumer.addresses - known[consumer.network]
    return Start(consumer.subnet, NOBODY if is_known else consumer.addresses)


@once
def _known(_: Topology) -> dict[ResourceId, AddressSet]:
    return {}


def _known_to_all(topology: Topology, network: ResourceId) -> AddressSet:
    """
    Return the addresses that every peer of a VNet takes for its own.

    Source: https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space
    """
    known = EVERY
    for other in neighbours(topology, network):
        back = side(topology, other, network)
        space = back.properties.remote_address_space if back else None
        if space and space.address_prefixes:
            known &= AddressSet.parse(*space.address_prefixes)
    return known
