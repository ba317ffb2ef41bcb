"""Read a snapshot in any of the forms people have one in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from scanner.errors import SnapshotError
from scanner.snapshot.bytes import HINT, begin, invalid_utf_8, origin_of, place, read
from scanner.snapshot.causes import cause, position, quoted
from scanner.snapshot.coverage import Coverage
from scanner.snapshot.gap import ANY_TYPE, EVERYWHERE, Gap, GapReason
from scanner.snapshot.record import FORMAT, Snapshot, Subscription
from scanner.snapshot.rows import Rows, gap, rows_by_line, rows_of

NOTHING = msgspec.Raw(b"")

PAGES = (100, 1000)
"""
How many rows `az graph query` prints unless told otherwise, and how many at most.

Source: https://learn.microsoft.com/cli/azure/graph#az-graph-query
"""

_GAP = f"a gap has a scope, a type and a reason, one of {', '.join(GapReason)}"


class _Shape(msgspec.Struct):
    """Enough of an object to tell what it is, without decoding what it holds."""

    id: msgspec.Raw = NOTHING
    type: msgspec.Raw = NOTHING
    rows: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING

    def is_document(self) -> bool:
        return self.rows is not NOTHING or self.data is not NOTHING


class _Document(msgspec.Struct, rename="camel"):
    """Either of the two objects we accept; which one, their first key tells."""

    rows: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING
    format: str | None = None
    taken_at: str | None = None
    cloud: str = "AzurePublic"
    subscriptions: tuple[Subscription, ...] = ()
    gaps: msgspec.Raw = NOTHING
    types: tuple[str, ...] | None = None
    coverage: Coverage | None = None
    count: int | None = None
    total_records: int | None = None
    total_records_cli: int | None = msgspec.field(default=None, name="total_records")
    skip_token: str | None = msgspec.field(default=None, name="$skipToken")
    skip_token_cli: str | None = msgspec.field(default=None, name="skip_token")
    result_truncated: str | bool | None = None

    @property
    def total(self) -> int | None:
        """How many rows there are; None when that is not said, for `count` is of this page."""
        told = (self.total_records, self.total_records_cli)
        return max((number for number in told if number is not None), default=None)

    @property
    def goes_on(self) -> bool:
        """Whether it says that it is not the whole answer."""
        is_truncated = str(self.result_truncated).lower() == "true"
        return bool(self.skip_token or self.skip_token_cli or is_truncated)


def load(path: Path | None) -> Snapshot:
    """
    Read the snapshot at `path`, or on standard input when there is none.

    Raises SnapshotError, with file, line and column, when it is not one.
    """
    return parse(read(path), origin_of(path))


def parse(content: bytes, origin: str) -> Snapshot:
    """
    Turn bytes into a snapshot. `origin` names them in errors.

    Accepted: what `save` writes, `az graph query` output, a bare array of rows,
    JSON Lines. The last three carry no claim to be complete (`vouches` is False).
    """
    invalid = invalid_utf_8(content)
    if invalid is not None:
        where = place(content, invalid)
        raise SnapshotError(f"{origin}:{where}: not UTF-8: byte {content[invalid]:#04x}; {HINT}")
    try:
        return _parse(content, origin)
    except RecursionError:
        raise SnapshotError(f"{origin}: nested too deeply to be a snapshot; {HINT}") from None
    except msgspec.ValidationError as error:
        raise SnapshotError(f"{origin}: {cause(error)}; {HINT}") from error
    except msgspec.DecodeError as error:
        where = place(content, position(error, len(content)))
        raise SnapshotError(f"{origin}:{where}: not JSON: {cause(error)}; {HINT}") from error


def _parse(content: bytes, origin: str) -> Snapshot:
    first = begin(content)
    if first is not None and content[first] == ord("["):
        return _bare(rows_of(content, origin), origin)
    if _is_json_lines(content, first or 0):
        return _bare(rows_by_line(content, origin), origin)
    document = msgspec.json.decode(content, type=_Document)
    if document.rows is not NOTHING:
        return _saved(document, document.rows, origin)
    if document.data is not NOTHING:
        return _query_output(document, document.data, origin)
    raise SnapshotError(f"{origin}: a JSON object with neither `rows` nor `data`; {HINT}")


def _saved(document: _Document, raw: msgspec.Raw, origin: str) -> Snapshot:
    if document.format != FORMAT:
        said = "no format" if document.format is None else f"the format `{quoted(document.format)}`"
        raise SnapshotError(f"{origin}: has {said}; this version reads {FORMAT!r}")
    if document.gaps is NOTHING:
        raise SnapshotError(f"{origin}: has no `gaps`; write `[]` if everything in scope was read")
    rows, gaps = rows_of(raw, origin)
    return Snapshot(
        rows=rows,
        taken_at=document.taken_at,
        cloud=document.cloud,
        subscriptions=document.subscriptions,
        gaps=(*_declared(document.gaps, origin), *gaps),
        types=None if document.types is None else tuple(t.lower() for t in document.types),
        coverage=document.coverage,
    )


def _declared(raw: msgspec.Raw, origin: str) -> Iterator[Gap]:
    try:
        for stated in msgspec.json.decode(raw, type=list[Gap]):
            yield msgspec.structs.replace(stated, type=stated.type.lower())
    except msgspec.ValidationError as error:
        raise SnapshotError(f"{origin}: gaps: {cause(error)}; {_GAP}") from error


def _bare(read: Rows, origin: str) -> Snapshot:
    """Return rows that claim nothing; as many as fill a page may be the first page of more."""
    rows, gaps = read
    held = len(rows) + len(gaps)
    detail = (
        f"{origin} holds exactly {held} rows, one page of `az graph query`: "
        "ask for the remaining pages, or say that it is whole with --assume-complete"
    )
    doubt = gap(EVERYWHERE, ANY_TYPE, detail, GapReason.TRUNCATED)
    return Snapshot(rows=rows, gaps=gaps, vouches=False, doubts=(doubt,) if held in PAGES else ())


def _query_output(document: _Document, raw: msgspec.Raw, origin: str) -> Snapshot:
    """
    Read what `az graph query` prints: a page, a token for the rest, and how much there is.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data
    """
    if _is_object(raw):
        raise SnapshotError(f"{origin}: `data` is a table; ask with resultFormat objectArray")
    rows, gaps = rows_of(raw, origin)
    held = len(rows) + len(gaps)
    known = max(document.total or 0, document.count or 0, held)
    if document.goes_on or known > held:
        detail = f"{origin} holds {held} of {known} rows: ask for the remaining pages"
        gaps = (*gaps, gap(EVERYWHERE, ANY_TYPE, detail, GapReason.TRUNCATED))
    elif document.total is None:
        return _bare((rows, gaps), origin)
    return Snapshot(rows=rows, gaps=gaps, vouches=False)


def _is_json_lines(content: bytes, first: int) -> bool:
    """Tell rows a line from one object, which never ends on its first line and goes on."""
    end = content.find(b"\n", first)
    line = memoryview(content)[first : end if end >= 0 else len(content)]
    try:
        shape = msgspec.json.decode(line, type=_Shape)
    except msgspec.DecodeError:
        return False
    if shape.is_document():
        return False
    goes_on = end >= 0 and begin(content, end) is not None
    return goes_on or (shape.id is not NOTHING and shape.type is not NOTHING)


def _is_object(raw: msgspec.Raw) -> bool:
    try:
        msgspec.json.decode(raw, type=_Shape)
    except msgspec.ValidationError:
        return False
    return True
