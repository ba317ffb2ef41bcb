"""Private DNS zones in the picture: beside the networks that ask them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from scanner.report.encode import names
from scanner.report.picture.cards import Card, Node, Row
from scanner.resources import Relation, ResourceId
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.topology import Topology

_MOST = 24


def linked_to(
    topology: Topology, networks: Iterable[ResourceId], drawn: Container[ResourceId] = ()
) -> Iterator[Card]:
    """Yield a card of the zones that are linked to networks, but for those drawn already."""
    links = (
        link
        for network in networks
        for link in topology.predecessors(VirtualNetworkLink, network, Relation.LINKED_TO)
    )
    zones = {zone for link in links for zone in topology.targets(link.id, Relation.PART_OF)}
    read = {zone for zone in zones if topology.get(PrivateDnsZone, zone)}
    yield from _card(topology, "Private DNS zones", (z for z in read if z not in drawn))


def left_over(topology: Topology, drawn: Container[ResourceId]) -> Iterator[Card]:
    """Yield a card of the zones that nothing drawn is linked to."""
    others = (zone.id for zone in topology.all(PrivateDnsZone) if zone.id not in drawn)
    yield from _card(topology, "Zones linked to nothing here", others)


def _card(topology: Topology, title: str, zones: Iterable[ResourceId]) -> Iterator[Card]:
    shown = sorted(zones)
    rows = [Row((_node(topology, zone),)) for zone in shown[:_MOST]]
    if len(shown) > _MOST:
        more = f"and {len(shown) - _MOST} more"
        rows.append(Row((Node(ResourceId(""), "quiet", more),)))
    if rows:
        yield Card(Node(ResourceId(""), "heading", title), tuple(rows), tuple(shown[_MOST:]))


def _node(topology: Topology, zone: ResourceId) -> Node:
    links = topology.predecessors(VirtualNetworkLink, zone, Relation.PART_OF)
    linked = {n for link in links for n in topology.targets(link.id, Relation.LINKED_TO)}
    return Node(zone, "zone", names(zone), note=f"{len(linked)} link{'s'[: len(linked) != 1]}")
