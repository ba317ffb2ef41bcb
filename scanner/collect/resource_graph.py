"""Azure Resource Graph: a query in, all its rows out, or word of what is missing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

import msgspec
from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from scanner.collect.attempts import Attempts, RefusedError, interrupted
from scanner.collect.clouds import Cloud
from scanner.collect.pace import Pace
from scanner.collect.transport import Transport
from scanner.snapshot import Gap, GapReason, QueryCounts, Row, parse

logger = logging.getLogger(__name__)

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

_FEWEST_ROWS = 2
"""A page: one to find that it follows the page before, and one to get on."""

_RESTARTS = 2
_TOO_LARGE = "ResponsePayloadTooLarge"
_CHANGED = "aoai-scan:changed"
LIMIT_HIT = "x-ms-tenant-subscription-limit-hit"


class Page(msgspec.Struct, rename="camel"):
    """One answer of Resource Graph. `data` stays the bytes that were sent."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    count: int | None = None
    total_records: int | None = None
    result_truncated: str | bool | None = None
    skip_token: str | None = msgspec.field(default=None, name="$skipToken")
    limit_hit: bool = False


class _Named(msgspec.Struct):
    """A row, as far as it is the same on two pages."""

    id: str


_Answered: TypeAlias = tuple[Page, Mapping[str, str]]


@dataclass(slots=True)
class QueryResult:
    """The rows of a query; those that were no rows, as gaps; and why there are no more."""

    table: str
    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failure: RefusedError | None = None
    total: int | None = None
    pages: int = 0
    read: int = 0
    """Rows, whether they can be used or not, each counted once."""
    is_truncated: bool = False
    rereads: int = 0
    _ids: set[str] = field(default_factory=set)
    _last: object = None

    @property
    def duplicates(self) -> int:
        """How many rows came a second time, besides those that pages share."""
        return len(self.rows) - len(self._ids)

    def add(self, page: Page) -> int:
        """
        Take in a page and return how many rows it adds, the first but one sharing a row.

        Raises RefusedError when rows were lost on the way. An estate that changes
        between two pages shifts the rows behind the change, past us: the total
        tells, or the row that both pages share. Neither would without the other:
        when one row goes and another comes, the total stays.
        """
        self.pages += 1
        origin = f"{self.table}, page {self.pages}"
        content = bytes(page.data).lstrip()
        if not content.startswith(b"["):
            raise RefusedError(GapReason.NOT_READ, f"{origin}: `data` is no list of rows")
        raws = msgspec.json.decode(content, type=list[msgspec.Raw])
        self._check(page, len(raws), origin)
        if self.read and (not raws or _identity(raws[0]) != self._last):
            raise _unsteady(f"{origin} does not begin with the row that the page before ends with")
        fresh = raws[1:] if self.read else raws
        read = parse(msgspec.json.encode(fresh), origin)
        self.rows.extend(map(_plain, read.rows))
        self.gaps.extend(read.gaps)
        self._ids.update(row.id.lower() for row in read.rows)
        self.read += len(fresh)
        self._last = _identity(raws[-1]) if raws else None
        if self.duplicates:
            raise _unsteady(f"{origin}: {self.duplicates} rows came twice")
        return len(fresh)

    def _check(self, page: Page, counted: int, origin: str) -> None:
        """Compare a page with what Azure says of it."""
        self.is_truncated |= str(page.result_truncated).lower() == "true"
        if self.is_truncated:
            raise RefusedError(GapReason.TRUNCATED, f"{origin}: Azure says that rows are left out")
        if page.limit_hit:
            detail = f"{origin}: too many subscriptions to search"
            raise RefusedError(GapReason.TRUNCATED, detail, frozenset({LIMIT_HIT}))
        if page.count not in (None, counted):
            raise _unsteady(f"{origin}: {counted} rows where Azure counts {page.count}")
        if page.total_records is None:
            raise RefusedError(
                GapReason.TRUNCATED, f"{origin}: Azure does not say of how many rows"
            )
        if self.total not in (None, page.total_records):
            raise _unsteady(f"{origin}: {page.total_records} rows in all, before {self.total}")
        self.total = page.total_records

    def close(self) -> None:
        """Compare what was read with what there is. Raises RefusedError when they differ."""
        if self.read != self.total:
            raise _unsteady(f"{self.read} different rows of {self.total}")

    def query(self, subscriptions: int) -> QueryCounts:
        """Return the account of it that a snapshot keeps."""
        return QueryCounts(
            table=self.table,
            subscriptions=subscriptions,
            rows=self.read,
            pages=self.pages,
            total_records=self.total,
            duplicates=self.duplicates,
            result_truncated=self.is_truncated,
            rereads=self.rereads,
        )


class Graph:
    """
    A client of Resource Graph.

    It asks one question at a time: at 15 questions in 5 seconds for each user,
    more threads would only wait together.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
    """

    def __init__(self, cloud: Cloud, credential: TokenCredential, attempts: Attempts) -> None:
        """Connect to nothing yet."""
        self.queries: list[QueryCounts] = []
        """What was asked so far."""
        self._attempts = attempts
        self._pace = Pace(attempts.clock, attempts.progress, attempts.stopped)
        self._client = ResourceGraphClient(
            credential,
            base_url=cloud.resource_manager,
            credential_scopes=[cloud.credential_scope],
            retry_total=0,
            transport=Transport(),
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
        rows_a_page, rereads = MOST_ROWS, 0
        while True:
            answer = self._read(query, rows_a_page, where)
            answer.rereads = rereads
            codes = answer.failure.codes if answer.failure else ()
            if _TOO_LARGE in codes and rows_a_page > _FEWEST_ROWS:
                rows_a_page = max(rows_a_page // 2, _FEWEST_ROWS)
            elif _CHANGED in codes and rereads < _RESTARTS:
                rereads += 1
            else:
                self.queries.append(answer.query(len(where.get("subscriptions", ()))))
                return answer

    def _read(self, query: str, rows_a_page: int, where: Mapping[str, Any]) -> QueryResult:
        answer = QueryResult(query.partition(" ")[0])
        try:
            self._turn_pages(answer, query, rows_a_page, where)
            answer.close()
        except RefusedError as failure:
            answer.failure = failure
        return answer

    def _turn_pages(
        self, answer: QueryResult, query: str, rows_a_page: int, where: Mapping[str, Any]
    ) -> None:
        """
        Read page after page, each from the last row of the page before.

        `$skip` counts rows in the order of the query, so the shared row is the
        same as long as nothing before it came or went.

        Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data
        """
        while True:
            options = QueryRequestOptions(
                top=rows_a_page,
                skip=answer.read - 1 if answer.read else None,
                result_format="objectArray",
            )
            page = self._page(QueryRequest(query=query, options=options, **where))
            added = answer.add(page)
            told = f"page {answer.pages}, {answer.read:,} of {answer.total:,} rows"
            self._attempts.progress(f"{answer.table}: {told}")
            if not page.skip_token or (not added and answer.read == answer.total):
                return
            if not added:
                detail = f"{answer.table}: a page that adds nothing before the last"
                raise RefusedError(GapReason.TRUNCATED, detail)

    def _page(self, request: QueryRequest) -> Page:
        return self._attempts.of(lambda: self._asked(request))

    def _asked(self, request: QueryRequest) -> Page:
        if not self._pace.take_turn():
            raise interrupted()
        logger.debug("asking %s", request.query)
        try:
            # `cls` decides what the SDK returns; its annotations do not know that.
            page, headers = cast("_Answered", self._client.resources(request, cls=_page))
        except HttpResponseError as error:
            self._pace.heed(getattr(error.response, "headers", None) or {})
            raise
        self._pace.heed(headers)
        return page


def _page(response: Any, _: object, __: object) -> _Answered:  # noqa: ANN401 - the SDK's own word
    """Read the answer's bytes ourselves: what the SDK made of them is a copy, row by row."""
    page = msgspec.json.decode(response.http_response.content, type=Page)
    headers: Mapping[str, str] = response.http_response.headers
    page.limit_hit = headers.get(LIMIT_HIT, "").lower() == "true"
    return page, headers


def _identity(raw: msgspec.Raw) -> object:
    """Return what a row is known by on two pages: its id, or all of it when it has none."""
    try:
        named = msgspec.json.decode(raw, type=_Named)
    except msgspec.ValidationError:
        return bytes(raw)
    return named.id.lower()


def _plain(row: Row) -> Row:
    """Give absent things one form: Resource Graph writes `""` where ARM writes nothing."""
    row.kind, row.managed_by = row.kind or None, row.managed_by or None
    return row


def _unsteady(detail: str) -> RefusedError:
    return RefusedError(GapReason.TRUNCATED, detail, frozenset({_CHANGED}))
