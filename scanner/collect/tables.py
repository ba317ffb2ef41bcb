"""The tables of Resource Graph, batch by batch, a big one in shards; four readers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Event

from scanner.collect.pages import QueryResult
from scanner.collect.queries import queries, shards_of
from scanner.collect.resource_graph import Graph
from scanner.collect.subscriptions import batches
from scanner.collect.threads import each
from scanner.resources.resource import Table

MOST_AT_ONCE = 4
"""Pages of one query come one after the other; of four, as fast as the quota allows."""

MOST_UNDIVIDED = 10_000
"""Rows. Fewer are read sooner than they are divided."""


@dataclass(frozen=True, slots=True)
class Part:
    """One query to one table about some subscriptions."""

    table: Table
    query: str
    subscriptions: Sequence[str]


def read_tables(
    graph: Graph, subscriptions: Sequence[str], stopped: Event
) -> Iterator[tuple[Part, QueryResult]]:
    """
    Yield what every table holds of every batch, in order.

    A table of many rows is divided by the hash of their ids, and each shard is proved
    by itself; if the shards are not as much as the whole, they are none of it, and
    the table is read undivided.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/paging-results
    """
    parts = [
        Part(table, query, batch)
        for table, query in queries().items()
        for batch in batches(subscriptions)
    ]

    def read(part: Part) -> QueryResult:
        return graph.read(part.query, most=MOST_UNDIVIDED, subscriptions=part.subscriptions)

    for part, result in zip(parts, _all(read, parts, stopped), strict=True):
        if result.is_many:
            yield from _divided(graph, part, result.total, stopped)
        else:
            yield part, result


def _all(
    read: Callable[[Part], QueryResult], parts: Sequence[Part], stopped: Event
) -> Sequence[QueryResult]:
    with closing(each(read, parts, most=MOST_AT_ONCE, stopped=stopped)) as results:
        return tuple(results)


def _divided(
    graph: Graph, part: Part, total: int | None, stopped: Event
) -> Iterator[tuple[Part, QueryResult]]:
    def read(shard: Part) -> QueryResult:
        return graph.read(shard.query, subscriptions=shard.subscriptions)

    shards = [Part(part.table, query, part.subscriptions) for query in shards_of(part.table)]
    results = _all(read, shards, stopped)
    if sum(result.total or 0 for result in results) == total:
        yield from zip(shards, results, strict=True)
    else:
        yield part, read(part)
