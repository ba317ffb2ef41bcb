"""Pages of Resource Graph, put together: all rows of a query, or word of what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from scanner.collect.attempts import RefusedError
from scanner.snapshot import Gap, GapReason, QueryCounts, Row, parse

LIMIT_HIT = "x-ms-tenant-subscription-limit-hit"
CHANGED = "aoai-scan:changed"
MANY = "aoai-scan:many"


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


@dataclass(slots=True)
class QueryResult:
    """The rows of a query; those that were no rows, as gaps; and why there are no more."""

    table: str
    subscriptions: int = 0
    """How many were named."""
    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failure: RefusedError | None = None
    total: int | None = None
    pages: int = 0
    read: int = 0
    """Rows, whether they can be used or not, each counted once."""
    is_truncated: bool = False
    rereads: int = 0
    most: int | None = None
    """Of more rows than these it is not the place to be read in one go."""
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
        if self.most is not None and self.total > self.most:
            raise RefusedError(
                GapReason.TRUNCATED, f"{origin}: {self.total:,} rows", frozenset({MANY})
            )

    @property
    def is_many(self) -> bool:
        """Whether nothing was read because there is too much of it."""
        return self.failure is not None and MANY in self.failure.codes

    def close(self) -> None:
        """Compare what was read with what there is. Raises RefusedError when they differ."""
        if self.read != self.total:
            raise _unsteady(f"{self.read} different rows of {self.total}")

    def counts(self) -> QueryCounts:
        """Return the account of it that a snapshot keeps."""
        return QueryCounts(
            table=self.table,
            subscriptions=self.subscriptions,
            rows=self.read,
            pages=self.pages,
            total_records=self.total,
            duplicates=self.duplicates,
            result_truncated=self.is_truncated,
            rereads=self.rereads,
        )


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
    return RefusedError(GapReason.TRUNCATED, detail, frozenset({CHANGED}))
