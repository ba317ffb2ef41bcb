"""Where in the picture a violation shows: at its resource, or at what holds it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from scanner.findings import Finding, Severity
from scanner.report.picture.cards import Marks
from scanner.resources import Relation, ResourceId
from scanner.topology import Topology

_UP = (Relation.PART_OF, Relation.PLACED_IN, Relation.ATTACHED_TO)
_DOWN = (Relation.ROUTED_BY, Relation.USES_ADDRESS)


def marks(
    topology: Topology, violations: Iterable[Finding], undecided: Iterable[Finding] = ()
) -> Marks:
    """Return the gravest violation at each resource and at all that it is in; the undecided too."""
    worst: dict[ResourceId, Severity] = {}
    for finding in violations:
        for place in places(topology, finding.resource):
            _note(worst, place, finding.severity)
    unknown = {place for each in undecided for place in places(topology, each.resource)}
    return Marks(worst, unknown=frozenset(unknown))


def owned(
    topology: Topology, found: Marks, violations: Iterable[Finding], drawn: Container[ResourceId]
) -> Marks:
    """Return the marks with each violation's own place: the nearest that is drawn."""
    own: dict[ResourceId, Severity] = {}
    for finding in violations:
        for place in places(topology, finding.resource):
            if place in drawn:
                _note(own, place, finding.severity)
                break
    return replace(found, own=own)


def _note(found: dict[ResourceId, Severity], place: ResourceId, severity: Severity) -> None:
    found[place] = min(severity, found.get(place, severity), key=lambda one: one.rank)


def places(topology: Topology, resource: ResourceId) -> Iterator[ResourceId]:
    """Yield a resource and what it lies in; for a route table, the subnets it is for."""
    seen: set[ResourceId] = set()
    front = [resource]
    while front:
        one = front.pop(0)
        if one in seen or not one.type:
            continue
        seen.add(one)
        yield one
        front += [t for relation in _UP for t in topology.targets(one, relation)]
        if one == resource:
            front += [s for relation in _DOWN for s in topology.sources(one, relation)]
        if one.parent.type:
            front.append(one.parent)
