"""Azure Resource Graph: a query in, all its rows out, or word of what is missing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
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
from scanner.collect.pages import CHANGED, LIMIT_HIT, Page, QueryResult
from scanner.collect.transport import Transport
from scanner.snapshot import GapReason

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


_Answered: TypeAlias = tuple[Page, Mapping[str, str]]


class Graph:
    """A client of Resource Graph, for as many threads as like: they share one pace."""

    def __init__(self, cloud: Cloud, credential: TokenCredential, attempts: Attempts) -> None:
        """Connect to nothing yet."""
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

    def read(self, query: str, *, most: int | None = None, **where: Sequence[str]) -> QueryResult:
        """
        Return every row of `query` in `subscriptions=` or `management_groups=`, or in all.

        An answer over 16 MB is refused, so it is asked for in smaller pages; one that
        changed under our hands is asked for anew; one of more than `most` rows is left
        for whoever divides it. Never raises: see `failure`.

        Source: https://learn.microsoft.com/azure/governance/resource-graph/troubleshoot/general
        """
        rows_a_page, rereads = MOST_ROWS, 0
        while True:
            named = len(where.get("subscriptions", ()))
            answer = QueryResult(query.partition(" ")[0], subscriptions=named, most=most)
            self._fill(answer, query, rows_a_page, where)
            answer.rereads = rereads
            codes = answer.failure.codes if answer.failure else ()
            if _TOO_LARGE in codes and rows_a_page > _FEWEST_ROWS:
                rows_a_page = max(rows_a_page // 2, _FEWEST_ROWS)
            elif CHANGED in codes and rereads < _RESTARTS:
                rereads += 1
            else:
                return answer

    def _fill(
        self, answer: QueryResult, query: str, rows_a_page: int, where: Mapping[str, Any]
    ) -> None:
        try:
            self._turn_pages(answer, query, rows_a_page, where)
            answer.close()
        except RefusedError as failure:
            answer.failure = failure

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
