"""One snapshot: who asks, of which subscriptions, table by table, then child by child."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scanner.collect.arm import children_of
from scanner.collect.attempts import Attempts, RefusedError
from scanner.collect.clock import SYSTEM, Clock
from scanner.collect.clouds import Cloud
from scanner.collect.credentials import signed_in
from scanner.collect.queries import asked_types, queries, types_hidden_with
from scanner.collect.resource_graph import Graph
from scanner.collect.scope import Scope
from scanner.collect.subscriptions import batches, covered
from scanner.errors import CollectionError
from scanner.snapshot import Gap, Row, Snapshot


@dataclass(slots=True)
class _Tables:
    """What the tables gave, and which questions they refused."""

    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    refusals: list[RefusedError] = field(default_factory=list)
    answered: bool = False


def collect(
    scope: Scope, *, cloud: Cloud, progress: Callable[[str], None], clock: Clock | None
) -> Snapshot:
    """Take a snapshot; `scanner.collect.collect` is its front door."""
    clock = clock or SYSTEM
    taken_at = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    attempts = Attempts(clock, progress)
    with signed_in(cloud) as credential:
        with Graph(cloud, credential, attempts) as graph:
            coverage = covered(scope, graph)
            tables = _read(graph, sorted(coverage.visible))
        children, gaps = children_of(
            tables.rows, cloud=cloud, credential=credential, attempts=attempts
        )
    return Snapshot(
        rows=(*tables.rows, *children),
        taken_at=taken_at,
        cloud=cloud.name,
        subscriptions=coverage.asked,
        gaps=tuple(sorted({*coverage.gaps, *tables.gaps, *gaps})),
        types=asked_types(),
    )


def _read(graph: Graph, subscriptions: Sequence[str]) -> _Tables:
    """Ask every table about every batch. Raises CollectionError when none of them answers."""
    tables = _Tables()
    for table, query in queries().items():
        for batch in batches(subscriptions):
            answer = graph.read(query, subscriptions=batch)
            tables.rows += answer.rows
            tables.gaps += answer.gaps
            if answer.failure is not None:
                tables.refusals.append(answer.failure)
                tables.gaps += _hidden(types_hidden_with(table), batch, answer.failure)
            tables.answered |= answer.failure is None or answer.pages > 0
    if not tables.answered:
        raise CollectionError(f"Resource Graph did not answer: {tables.refusals[0].detail}")
    return tables


def _hidden(
    types: Iterable[str], subscriptions: Sequence[str], failure: RefusedError
) -> Iterator[Gap]:
    for kind in types:
        for subscription in subscriptions:
            yield Gap(
                scope=f"/subscriptions/{subscription}",
                type=kind,
                reason=failure.reason,
                detail=failure.detail,
            )
