"""One snapshot: who asks, of which subscriptions, table by table, then child by child."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from scanner.collect.arm import ResourceManager, ResourceQuery
from scanner.collect.attempts import Attempts, RefusedError
from scanner.collect.clock import SYSTEM, Clock
from scanner.collect.clouds import Cloud
from scanner.collect.completeness import doubtful, mended, missing
from scanner.collect.credentials import signed_in
from scanner.collect.effective import DEPLOYED, EFFECTIVE, sampled
from scanner.collect.queries import (
    ACCOUNTS,
    UNREAD_RECORDS,
    asked_types,
    parent_of,
    types_hidden_with,
    types_of,
)
from scanner.collect.resource_graph import Graph
from scanner.collect.scope import Scope
from scanner.collect.subscriptions import found_in
from scanner.collect.tables import read_tables
from scanner.errors import CollectionError
from scanner.resources.cognitive_services_account import MODEL_KINDS
from scanner.resources.resource import ResourceId, Table
from scanner.snapshot import Coverage, Gap, QueryCounts, Row, Snapshot


@dataclass(slots=True)
class _Tables:
    """What the tables gave, and which questions they refused."""

    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    refusals: list[RefusedError] = field(default_factory=list)
    queries: list[QueryCounts] = field(default_factory=list)
    answered: bool = False


def collect(
    scope: Scope, *, cloud: Cloud, progress: Callable[[str], None], clock: Clock | None
) -> Snapshot:
    """Take a snapshot; `scanner.collect.collect` is its front door."""
    clock = clock or SYSTEM
    taken_at = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with signed_in(cloud, clock) as credential:
        attempts = Attempts(clock, progress, renew=credential.renew)
        with Graph(cloud, credential, attempts) as graph:
            found = found_in(scope, graph)
            tables = _read(graph, sorted(found.visible), attempts.stopped)
        manager = ResourceManager(cloud, credential, attempts)
        sample = sampled(tables.rows) if scope.effective else None
        wanted = sample.questions if sample else ()
        told = manager.answer((*_questions(tables.rows), *doubtful(tables.rows), *wanted))
    rows = mended(tables.rows, told)
    return Snapshot(
        rows=tuple(row for row in rows if row.type.lower() not in UNREAD_RECORDS),
        taken_at=taken_at,
        cloud=cloud.name,
        subscriptions=found.asked,
        gaps=tuple(sorted({*found.gaps, *tables.gaps, *told.gaps, *missing(rows)})),
        types=asked_types(*((*EFFECTIVE, *DEPLOYED) if scope.effective else ())),
        coverage=Coverage(
            asked=len(found.asked),
            visible=len(found.visible),
            queries=tuple(sorted((*found.queries, *tables.queries))),
            requests=told.asked,
            refused=told.asked - len(told.answered),
            effective=sample.counts(told.rows) if sample else None,
        ),
    )


def _questions(rows: Iterable[Row]) -> Iterator[ResourceQuery]:
    """Yield what Resource Graph leaves out: children of some types, and parts of accounts."""
    children: dict[str, list[str]] = {}
    for kind in types_of(Table.ARM):
        children.setdefault(parent_of(kind), []).append(kind)
    for row in rows:
        for kind in children.get(row.type.lower(), ()):
            yield ResourceQuery(kind, ResourceId(row.id))
        if row.type.lower() == ACCOUNTS and (row.kind or "").lower() in MODEL_KINDS:
            yield ResourceQuery(ACCOUNTS, ResourceId(row.id))


def _read(graph: Graph, subscriptions: Sequence[str], stopped: Event) -> _Tables:
    """Ask every table about every batch. Raises CollectionError when none of them answers."""
    tables = _Tables()
    for part, result in read_tables(graph, subscriptions, stopped):
        tables.queries.append(result.counts())
        tables.rows += result.rows
        tables.gaps += result.gaps
        if result.failure is not None:
            tables.refusals.append(result.failure)
            kinds = types_hidden_with(part.table)
            tables.gaps += _hidden(kinds, part.subscriptions, result.failure)
        tables.answered |= result.failure is None or result.pages > 0
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
