"""What was read, in words: the same in every place that tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from scanner.printable import printable
from scanner.snapshot import Coverage, EffectiveCounts, QueryCounts

READ = "READ001"
"""The number that what was read has where every line has a rule's."""


def lines(coverage: Coverage) -> Iterator[str]:
    """Yield a line for the subscriptions, for each table, and for Resource Manager."""
    yield f"{coverage.visible:,} of {coverage.asked:,} subscriptions"
    ordered = sorted(coverage.queries)
    for table, queries in groupby(ordered, key=lambda query: query.table):
        yield _table(printable(table), tuple(queries))
    if coverage.requests:
        refused = f", {coverage.refused:,} of them refused" if coverage.refused else ""
        yield f"{coverage.requests:,} questions to Resource Manager{refused}"
    if coverage.effective is not None:
        yield _effective(coverage.effective)


def _effective(counts: EffectiveCounts) -> str:
    told = f"{counts.answered:,} of {counts.running:,} interfaces of running machines"
    stopped = f"; {counts.stopped:,} are of machines that do not run" if counts.stopped else ""
    refused = counts.asked - counts.answered
    silent = f", {refused:,} did not answer" if refused else ""
    deployed = (
        f"; what network managers deployed: {counts.managed:,} of {counts.networks:,} VNets"
        if counts.networks
        else ""
    )
    return f"effective routes and security groups: {told}{silent}{stopped}{deployed}"


def _table(name: str, queries: Sequence[QueryCounts]) -> str:
    rows, pages = sum(query.rows for query in queries), sum(query.pages for query in queries)
    totals = [query.total_records for query in queries if query.total_records is not None]
    total = f"{sum(totals):,}" if len(totals) == len(queries) else "an unknown number of"
    counts = {
        "rows repeated": sum(query.duplicates for query in queries),
        "answers cut short by Azure": sum(query.result_truncated for query in queries),
        "rereadings, for it moved": sum(query.rereads for query in queries),
    }
    odd = "".join(f", {count:,} {what}" for what, count in counts.items() if count)
    return f"{name}: {rows:,} of {total} rows in {pages:,} pages{odd}"
