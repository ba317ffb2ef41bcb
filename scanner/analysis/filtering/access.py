"""Peerings on the way that do not allow virtual network access."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scanner.analysis.filtering.checkpoint import Call, Checkpoint, unknown
from scanner.analysis.routing.peering import side
from scanner.analysis.routing.trips import Stage
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.subnet import Subnet
from scanner.topology import Topology


def closed_peerings(
    topology: Topology,
    call: Call,
    through: tuple[Stage, ...],
    is_asked: bool,  # noqa: FBT001 - by position as the others
) -> Iterator[Checkpoint]:
    """
    Yield the peerings on the way that do not allow virtual network access, and settle nothing.

    Such a peering takes the remote VNet out of the tag VirtualNetwork of its
    own side; a security group that is asked there has the word. Where none is,
    it is said to block, and nobody says by what.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    start, end = call.consumer.network, call.endpoint.network
    settled = {(start, end): bool(call.consumer.guards), (end, start): is_asked}
    places = [start, *(n for stage in through for n in _networks(topology, stage[0])), end]
    for one, other in pairwise(places):
        for here, there in ((one, other), (other, one)):
            own = side(topology, here, there)
            if own is None or own.properties.allow_virtual_network_access is not False:
                continue
            if not settled.get((here, there)):
                pointer = "/properties/allowVirtualNetworkAccess"
                said = f"{own.id.path} does not allow virtual network access"
                step = Step(
                    said, (Evidence(own.id, Relation.PART_OF.inverse, pointer, value=False),)
                )
                yield unknown(f"what {own.id.path} lets through is not described", step)


def _networks(topology: Topology, hop: ResourceId) -> Iterator[ResourceId]:
    for place in topology.targets(hop, Relation.PLACED_IN)[:1]:
        if place.type == Subnet.ARM_TYPE:
            yield place.parent
