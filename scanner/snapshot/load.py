"""Read a snapshot in any of the forms people have one in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from scanner.errors import SnapshotError
from scanner.printable import printable
from scanner.snapshot.bytes import HINT, begin, invalid_utf_8, origin_of, place, read
from scanner.snapshot.record import (
    ANY_TYPE,
    EVERYWHERE,
    FORMAT,
    Gap,
    GapReason,
    Row,
    Snapshot,
    Subscription,
)
from scanner.snapshot.secrets import without_secrets

LONGEST = 100
"""A message quotes no more of a file than this."""

NOTHING = msgspec.Raw(b"")

_CUT_OFF = "cut off, or half a surrogate pair"
_GAP = f"a gap has a scope, a type and a reason, one of {', '.join(GapReason)}"


class _Shape(msgspec.Struct):
    """Enough of an object to tell what it is, without decoding what it holds."""

    id: msgspec.Raw = NOTHING
    type: msgspec.Raw = NOTHING
    rows: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING

    def is_document(self) -> bool:
        return self.rows is not NOTHING or self.data is not NOTHING


class _Envelope(msgspec.Struct):
    """Whatever a row that is none calls itself."""

    id: Any = None
    type: Any = None


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
    count: int | None = None
    total_records: int | None = None
    total_records_cli: int | None = msgspec.field(default=None, name="total_records")
    skip_token: str | None = msgspec.field(default=None, name="$skipToken")
    skip_token_cli: str | None = msgspec.field(default=None, name="skip_token")
    result_truncated: str | bool | None = None


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
        raise SnapshotError(f"{origin}: {_cause(error)}; {HINT}") from error
    except msgspec.DecodeError as error:
        where = place(content, _position(error, len(content)))
        raise SnapshotError(f"{origin}:{where}: not JSON: {_cause(error)}; {HINT}") from error


def _parse(content: bytes, origin: str) -> Snapshot:
    first = begin(content)
    if first is not None and content[first] == ord("["):
        rows, gaps = _rows(content, origin)
        return Snapshot(rows=rows, gaps=gaps, vouches=False)
    if _is_json_lines(content, first or 0):
        rows, gaps = _judged(_lines(content, origin), origin)
        return Snapshot(rows=rows, gaps=gaps, vouches=False)
    document = msgspec.json.decode(content, type=_Document)
    if document.rows is not NOTHING:
        return _saved(document, document.rows, origin)
    if document.data is not NOTHING:
        return _query_output(document, document.data, origin)
    raise SnapshotError(f"{origin}: a JSON object with neither `rows` nor `data`; {HINT}")


def _saved(document: _Document, raw: msgspec.Raw, origin: str) -> Snapshot:
    if document.format != FORMAT:
        said = (
            "no format" if document.format is None else f"the format `{_quoted(document.format)}`"
        )
        raise SnapshotError(f"{origin}: has {said}; this version reads {FORMAT!r}")
    if document.gaps is NOTHING:
        raise SnapshotError(f"{origin}: has no `gaps`; write `[]` if everything in scope was read")
    rows, gaps = _rows(raw, origin)
    return Snapshot(
        rows=rows,
        taken_at=document.taken_at,
        cloud=document.cloud,
        subscriptions=document.subscriptions,
        gaps=(*_declared(document.gaps, origin), *gaps),
        types=None if document.types is None else tuple(t.lower() for t in document.types),
    )


def _declared(raw: msgspec.Raw, origin: str) -> Iterator[Gap]:
    try:
        for gap in msgspec.json.decode(raw, type=list[Gap]):
            yield msgspec.structs.replace(gap, type=gap.type.lower())
    except msgspec.ValidationError as error:
        raise SnapshotError(f"{origin}: gaps: {_cause(error)}; {_GAP}") from error


def _query_output(document: _Document, raw: msgspec.Raw, origin: str) -> Snapshot:
    """
    Read what `az graph query` prints.

    It prints 100 rows unless told otherwise, and a token for the rest.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data
    """
    if _is_object(raw):
        raise SnapshotError(f"{origin}: `data` is a table; ask with resultFormat objectArray")
    rows, gaps = _rows(raw, origin)
    held = len(rows) + len(gaps)
    token = document.skip_token or document.skip_token_cli
    counts = (document.count, document.total_records, document.total_records_cli)
    total = max((count for count in counts if count is not None), default=held)
    if token or total > held or str(document.result_truncated).lower() == "true":
        detail = f"{origin} holds {held} of {total} rows: ask for the remaining pages"
        gaps = (*gaps, _gap(EVERYWHERE, ANY_TYPE, detail, GapReason.TRUNCATED))
    return Snapshot(rows=rows, gaps=gaps, vouches=False)


def _rows(raw: bytes | msgspec.Raw, origin: str) -> tuple[tuple[Row, ...], tuple[Gap, ...]]:
    """Decode all rows in one pass; only when one of them is not a row, each by itself."""
    try:
        decoded: Iterable[Row | Gap] = msgspec.json.decode(raw, type=list[Row])
    except msgspec.ValidationError:
        decoded = _one_by_one(raw, origin)
    return _judged(decoded, origin)


def _one_by_one(rows: bytes | msgspec.Raw, origin: str) -> Iterator[Row | Gap]:
    try:
        raws = msgspec.json.decode(rows, type=list[msgspec.Raw])
    except msgspec.ValidationError as error:
        raise SnapshotError(f"{origin}: rows: {_cause(error)}; {HINT}") from error
    for position, raw in enumerate(raws, start=1):
        try:
            yield msgspec.json.decode(raw, type=Row)
        except msgspec.ValidationError as error:
            yield _misshapen(raw, f"row {position} of {origin}: {_cause(error)}")


def _judged(decoded: Iterable[Row | Gap], origin: str) -> tuple[tuple[Row, ...], tuple[Gap, ...]]:
    """Part rows that can be placed from those that cannot, and from gaps."""
    rows, gaps = [], []
    for position, row in enumerate(decoded, start=1):
        if isinstance(row, Gap):
            gaps.append(row)
        elif not row.id or not row.type:
            missing = "type" if row.id else "id"
            gaps.append(_gap(row.id, row.type, f"row {position} of {origin} has no {missing}"))
        else:
            rows.append(without_secrets(row))
    return tuple(rows), tuple(gaps)


def _misshapen(raw: bytes | msgspec.Raw, detail: str) -> Gap:
    """Return the gap that a row leaves which is none, where the row says it belongs."""
    try:
        named = msgspec.json.decode(raw, type=_Envelope)
    except msgspec.ValidationError:
        named = _Envelope()
    scope, kind = (text if isinstance(text, str) else "" for text in (named.id, named.type))
    return _gap(scope, kind, detail)


def _gap(scope: str, kind: str, detail: str, reason: GapReason = GapReason.UNPARSABLE) -> Gap:
    return Gap(
        scope=scope or EVERYWHERE, type=kind.lower() or ANY_TYPE, reason=reason, detail=detail
    )


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


def _lines(content: bytes, origin: str) -> Iterator[Row | Gap]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=Row)
        except msgspec.ValidationError as error:
            yield _misshapen(line, f"{origin}:{number}: {_cause(error)}")
        except msgspec.DecodeError as error:
            column = place(line, _position(error, len(line))).removeprefix("1:")
            where = f"{origin}:{number}:{column}"
            raise SnapshotError(f"{where}: not JSON: {_cause(error)}; {HINT}") from error


def _position(error: msgspec.DecodeError, end: int) -> int:
    """
    Return the byte that msgspec means; what is cut off is wrong at its end.

    It counts from 0, but from 1 where it says `trailing characters`.
    """
    before, found, rest = str(error).partition(" (byte ")
    if not found:
        return end
    return int(rest.rstrip(")")) - before.endswith("trailing characters")


def _is_object(raw: msgspec.Raw) -> bool:
    try:
        msgspec.json.decode(raw, type=_Shape)
    except msgspec.ValidationError:
        return False
    return True


def _cause(error: msgspec.DecodeError) -> str:
    """Return what msgspec says, which may quote the file, without what we say ourselves."""
    cause = str(error).removeprefix("JSON is malformed: ").partition(" (byte")[0]
    return _quoted(cause.replace("Input data was truncated", _CUT_OFF))


def _quoted(text: str) -> str:
    """Return text from the file as part of a line that people read."""
    return printable(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")
