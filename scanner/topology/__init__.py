"""The estate as a graph: resources are nodes, references are edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, TypeVarTuple

from scanner.resources import AnyResource, Inventory, Relation, ResourceId
from scanner.snapshot import Gap
from scanner.topology.expectations import Expectation
from scanner.topology.gaps import Gaps, spares

if TYPE_CHECKING:
    import networkx as nx

Graph: TypeAlias = "nx.MultiDiGraph[ResourceId]"
R = TypeVar("R", bound=AnyResource)
T = TypeVar("T")
Subjects = TypeVarTuple("Subjects")
_Index: TypeAlias = defaultdict[tuple[ResourceId, Relation], set[ResourceId]]


class Topology:
    """
    An inventory and the directed multigraph its references draw.

    The key of an edge is its Relation. A reference to something outside the
    snapshot is a node too, without a resource in the inventory. What is expected
    of the estate is kept beside it.
    """

    def __init__(self, inventory: Inventory, expectations: Iterable[Expectation] = ()) -> None:
        """Draw the edges."""
        self.inventory = inventory
        self.expectations = tuple(expectations)
        # An edge keeps the ID it is given: take the resource's own, spelled as Azure spells it.
        spelled = {resource: resource for resource in inventory.resources}
        targets: _Index = defaultdict(set)
        sources: _Index = defaultdict(set)
        for resource in inventory.resources.values():
            for reference in resource.references():
                target = spelled.get(reference.target, reference.target)
                targets[resource.id, reference.relation].add(target)
                sources[target, reference.relation].add(resource.id)
        # The look-ups that rules make by the thousand; walking the graph's views costs 10 times.
        self._targets = {key: tuple(sorted(ids)) for key, ids in targets.items()}
        self._sources = {key: tuple(sorted(ids)) for key, ids in sources.items()}
        self._by_type: dict[str, list[AnyResource]] = defaultdict(list)
        for resource in sorted(inventory.resources.values(), key=lambda resource: resource.id):
            self._by_type[resource.ARM_TYPE].append(resource)
        self._gaps: dict[str, Gaps] = {}
        self.answers: dict[Callable[[Topology], Any], Any] = {}
        """What `once` remembers: it lives as long as the estate, and no longer."""
        self.answers_each: defaultdict[Callable[..., Any], dict[Any, Any]] = defaultdict(dict)
        """What `once_each` remembers."""

    @cached_property
    def graph(self) -> Graph:
        """The graph itself, drawn when it is first asked for."""
        import networkx as nx  # noqa: PLC0415 - a scan looks up what it needs, and starts faster

        graph: Graph = nx.MultiDiGraph()
        graph.add_nodes_from(self.inventory.resources)
        for (source, relation), targets in self._targets.items():
            for target in targets:
                graph.add_edge(source, target, relation)
        return graph

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """Return the resources of one type, by ID."""
        return tuple(r for r in self._by_type[kind.ARM_TYPE] if isinstance(r, kind))

    def get(self, kind: type[R], resource_id: ResourceId | None) -> R | None:
        """Return the resource, or None when the snapshot does not hold one of that type."""
        resource = self.inventory.resources.get(resource_id) if resource_id else None
        return resource if isinstance(resource, kind) else None

    def targets(self, source: ResourceId, relation: Relation) -> tuple[ResourceId, ...]:
        """Return what `source` names in `relation`, in the snapshot or not, by ID."""
        return self._targets.get((source, relation), ())

    def sources(self, target: ResourceId, relation: Relation) -> tuple[ResourceId, ...]:
        """Return what names `target` in `relation`, by ID."""
        return self._sources.get((target, relation), ())

    def successors(self, kind: type[R], source: ResourceId, relation: Relation) -> tuple[R, ...]:
        """Return the resources of `kind` that `source` stands in `relation` to, by ID."""
        found = (self.get(kind, target) for target in self.targets(source, relation))
        return tuple(resource for resource in found if resource is not None)

    def predecessors(self, kind: type[R], target: ResourceId, relation: Relation) -> tuple[R, ...]:
        """Return the resources of `kind` that stand in `relation` to `target`, by ID."""
        found = (self.get(kind, source) for source in self.sources(target, relation))
        return tuple(resource for resource in found if resource is not None)

    def unread(self, kind: type[AnyResource], within: ResourceId | None = None) -> tuple[Gap, ...]:
        """
        Return the gaps behind which a resource of `kind` may be hidden.

        Who did not read a resource did not read its children either. With
        `within`, only the gaps that can hide one at or below that ID.
        """
        if kind.ARM_TYPE not in self._gaps:
            hiding = (gap for gap in self.inventory.gaps if gap.hides(kind.ARM_TYPE))
            self._gaps[kind.ARM_TYPE] = Gaps(hiding)
        gaps = self._gaps[kind.ARM_TYPE]
        if within is None:
            return gaps.all
        read = self.inventory.resources
        return tuple(gap for gap in gaps.around(within) if not spares(gap, kind, within, read))


def once(question: Callable[[Topology], T]) -> Callable[[Topology], T]:
    """Ask a question about a whole topology once, and keep the answer with it."""

    @wraps(question)
    def remembered(topology: Topology) -> T:
        if question not in topology.answers:
            topology.answers[question] = question(topology)
        answer: T = topology.answers[question]
        return answer

    return remembered


def once_each(
    question: Callable[[Topology, *Subjects], T],
) -> Callable[[Topology, *Subjects], T]:
    """Ask a question about things in a topology once for each, and keep the answers with it."""

    @wraps(question)
    def remembered(topology: Topology, *subjects: *Subjects) -> T:
        answers = topology.answers_each[question]
        if subjects not in answers:
            answers[subjects] = question(topology, *subjects)
        answer: T = answers[subjects]
        return answer

    return remembered


def related(
    topology: Topology, subject: ResourceId, step: str
) -> Iterator[tuple[Relation, ResourceId]]:
    """Yield the IDs one step away; a step is a relation's name, or its inverse's."""
    relation, is_forward = STEPS[step]
    reached = topology.targets if is_forward else topology.sources
    yield from ((relation, other) for other in reached(subject, relation))


STEPS = {relation.value: (relation, True) for relation in Relation} | {
    relation.inverse: (relation, False) for relation in Relation
}
"""Every name a step can have: its relation, and whether it is followed from source to target."""
