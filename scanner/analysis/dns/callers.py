"""Which accounts a VNet asks for by name."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.dns.wanted import bearer, zone_names
from scanner.analysis.endpoints import Approved, approved
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology, once


def linked_names(topology: Topology, network: ResourceId) -> Iterator[tuple[Approved, RecordSet]]:
    """
    Yield the endpoints whose accounts a VNet could ask by name, and the records that answer.

    The links of the VNet show which, whoever asks there.
    """
    named = _named_by_zone(topology)
    for link in topology.predecessors(VirtualNetworkLink, network, Relation.LINKED_TO):
        yield from named.get(link.id.parent, ())


@once
def _named_by_zone(topology: Topology) -> dict[ResourceId, list[tuple[Approved, RecordSet]]]:
    named: dict[ResourceId, list[tuple[Approved, RecordSet]]] = {}
    for record in topology.all(RecordSet):
        zone = record.id.parent.name.lower()
        found = bearer(topology, zone, record.name)
        for item in approved(topology, found[0]) if found and found[1].zone == zone else ():
            named.setdefault(record.id.parent, []).append((item, record))
    return named


def unread_names(topology: Topology, network: ResourceId) -> str:
    """Say what may hide names that a VNet could ask for; empty when nothing does."""
    known = zone_names(topology)
    for gap in topology.unread(VirtualNetworkLink):
        scope = ResourceId(gap.scope)
        if scope.type != PrivateDnsZone.ARM_TYPE or scope.name.lower() in known:
            return f"{VirtualNetworkLink.ARM_TYPE} in {gap.scope}: {gap.reason}"
    links = topology.predecessors(VirtualNetworkLink, network, Relation.LINKED_TO)
    zones = [link.id.parent for link in links if link.id.parent.name.lower() in known]
    for zone in zones:
        if topology.unread(RecordSet, zone):
            return f"the records of {zone.name} were not read"
    for kind in (CognitiveServicesAccount, PrivateEndpointConnection) if zones else ():
        for gap in topology.unread(kind):
            return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
    return ""
