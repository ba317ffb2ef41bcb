"""Azure Resource Graph: a query in, all its rows out, or word of what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast

import msgspec
from azure.core.credentials import TokenCredential
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from scanner.collect.attempts import Attempts, RefusedError
from scanner.collect.clouds import Cloud
from scanner.snapshot import Gap, GapReason, Row, parse

MOST_ROWS = 1000
"""
A page.

Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data
"""

MOST_SUBSCRIPTIONS = 100
"""
A query.

Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
"""

TIMEOUTS: Mapping[str, Any] = {"connection_timeout": 10, "read_timeout": 60}
"""Seconds without a sign of life. A silent server must not outlive the patience for Ctrl-C."""

_RESTARTS = 2
_TOO_LARGE = "ResponsePayloadTooLarge"
_CHANGED = "aoai-scan:changed"
_LIMIT_HIT = "x-ms-tenant-subscription-limit-hit"


class Page(msgspec.Struct, rename="camel"):
    """One answer of Resource Graph. `data` stays the bytes that were sent."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    count: int | None = None
    total_records: int | None = None
    result_truncated: str | bool | None = None
    skip_token: str | None = msgspec.field(default=None, name="$skipToken")
    limit_hit: bool = False


@dataclass(slots=True)
class QueryResult:
    """The rows of a query; those that were no rows, as gaps; and why there are no more."""

    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failure: RefusedError | None = None
    total: int | None = None
    pages: int = 0

    def add(self, page: Page, table: str) -> None:
        """
        Take in a page. Raises RefusedError when rows were lost on the way.

        An estate that changes between two pages shifts the rows behind the change,
        past us: the total tells, or a row that comes twice.
        """
        self.pages += 1
        origin = f"{table}, page {self.pages}"
        content = bytes(page.data).lstrip()
        if not content.startswith(b"["):
            raise RefusedError(GapReason.NOT_READ, f"{origin}: `data` is no list of rows")
        read = parse(content, origin)
        self.rows.extend(map(_plain, read.rows))
        self.gaps.extend(read.gaps)
        if str(page.result_truncated).lower() == "true":
            raise RefusedError(GapReason.TRUNCATED, f"{origin}: Azure says that rows are left out")
        if page.limit_hit:
            raise RefusedError(GapReason.TRUNCATED, f"{origin}: too many subscriptions to search")
        counted = len(read.rows) + len(read.gaps)
        if page.count not in (None, counted):
            raise _unsteady(f"{origin}: {counted} rows where Azure counts {page.count}")
        if self.total not in (None, page.total_records):
            raise _unsteady(f"{origin}: {page.total_records} rows in all, before {self.total}")
        self.total = page.total_records

    def close(self) -> None:
        """Compare what was read with what there is. Raises RefusedError when they differ."""
        read = len({row.id.lower() for row in self.rows}) + len(self.gaps)
        if self.total not in (None, read):
            raise _unsteady(f"{read} different rows of {self.total}")


class Graph:
    """
    A client of Resource Graph.

    It asks one question at a time: at 15 questions in 5 seconds for each user,
    more threads would only wait together.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
    """

    def __init__(self, cloud: Cloud, credential: TokenCredential, attempts: Attempts) -> None:
        """Connect to nothing yet."""
        self._attempts = attempts
        self._client = ResourceGraphClient(
            credential,
            base_url=cloud.resource_manager,
            credential_scopes=[cloud.credential_scope],
            retry_total=0,
            **TIMEOUTS,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._client.close()

    def read(self, query: str, **where: Sequence[str]) -> QueryResult:
        """
        Return every row of `query` in `subscriptions=` or `management_groups=`, or in all.

        An answer over 16 MB is refused, so it is asked for in smaller pages; one that
        changed under our hands is asked for anew. Never raises: see `failure`.

        Source: https://learn.microsoft.com/azure/governance/resource-graph/troubleshoot/general
        """
        rows_a_page, restarts = MOST_ROWS, 0
        while True:
            answer = self._read(query, rows_a_page, where)
            codes = answer.failure.codes if answer.failure else ()
            if _TOO_LARGE in codes and rows_a_page > 1:
                rows_a_page //= 2
            elif _CHANGED in codes and restarts < _RESTARTS:
                restarts += 1
            else:
                return answer

    def _read(self, query: str, rows_a_page: int, where: Mapping[str, Any]) -> QueryResult:
        answer = QueryResult()
        try:
            self._turn_pages(answer, query, rows_a_page, where)
            answer.close()
        except RefusedError as failure:
            answer.failure = failure
        return answer

    def _turn_pages(
        self, answer: QueryResult, query: str, rows_a_page: int, where: Mapping[str, Any]
    ) -> None:
        table = query.partition(" ")[0]
        token: str | None = None
        tokens: set[str | None] = set()
        while token not in tokens:
            tokens.add(token)
            options = QueryRequestOptions(
                top=rows_a_page, skip_token=token, result_format="objectArray"
            )
            page = self._page(QueryRequest(query=query, options=options, **where))
            rows_before = len(answer.rows) + len(answer.gaps)
            answer.add(page, table)
            self._attempts.progress(f"{table}: page {answer.pages}, {len(answer.rows):,} rows")
            token = page.skip_token
            if not token:
                return
            if len(answer.rows) + len(answer.gaps) == rows_before:
                raise RefusedError(GapReason.TRUNCATED, f"{table}: an empty page before the last")
        raise RefusedError(GapReason.TRUNCATED, f"{table}: Azure gave the same page token twice")

    def _page(self, request: QueryRequest) -> Page:
        # `cls` decides what the SDK returns; its annotations do not know that.
        return cast("Page", self._attempts.of(lambda: self._client.resources(request, cls=_page)))


def _page(response: Any, _: object, __: object) -> Page:  # noqa: ANN401 - the SDK's own word
    """Read the answer's bytes ourselves: what the SDK made of them is a copy, row by row."""
    page = msgspec.json.decode(response.http_response.content, type=Page)
    page.limit_hit = str(response.http_response.headers.get(_LIMIT_HIT)).lower() == "true"
    return page


def _plain(row: Row) -> Row:
    """Give absent things one form: Resource Graph writes `""` where ARM writes nothing."""
    row.kind, row.managed_by = row.kind or None, row.managed_by or None
    return row


def _unsteady(detail: str) -> RefusedError:
    return RefusedError(GapReason.TRUNCATED, detail, frozenset({_CHANGED}))
