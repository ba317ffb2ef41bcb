"""Read rows, and leave a gap for each that is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from scanner.errors import SnapshotError
from scanner.snapshot.bytes import HINT, place
from scanner.snapshot.causes import cause, position, quoted
from scanner.snapshot.gap import ANY_TYPE, EVERYWHERE, Gap, GapReason
from scanner.snapshot.numbers import may_overflow
from scanner.snapshot.record import Row
from scanner.snapshot.secrets import without_secrets

Rows = tuple[tuple[Row, ...], tuple[Gap, ...]]


class _Envelope(msgspec.Struct):
    """Whatever a row that is none calls itself."""

    id: Any = None
    type: Any = None


def rows_of(array: bytes | msgspec.Raw, origin: str) -> Rows:
    """Decode all rows in one pass; only when one of them is not a row, each by itself."""
    try:
        decoded: Iterable[Row | Gap] = msgspec.json.decode(array, type=list[Row])
    except msgspec.ValidationError:
        decoded = _one_by_one(array, origin)
    return _parted(_checked(decoded, array, origin))


def rows_by_line(content: bytes, origin: str) -> Rows:
    """Decode a row a line."""
    return _parted(_checked(_lines(content, origin), content, origin))


def gap(scope: str, kind: str, detail: str, reason: GapReason = GapReason.UNPARSABLE) -> Gap:
    """Return a gap; one that does not say where, or of what, is everywhere, or of anything."""
    return Gap(
        scope=scope or EVERYWHERE, type=kind.lower() or ANY_TYPE, reason=reason, detail=detail
    )


def _one_by_one(array: bytes | msgspec.Raw, origin: str) -> Iterator[Row | Gap]:
    try:
        raws = msgspec.json.decode(array, type=list[msgspec.Raw])
    except msgspec.ValidationError as error:
        raise SnapshotError(f"{origin}: rows: {cause(error)}; {HINT}") from error
    for number, raw in enumerate(raws, start=1):
        try:
            yield msgspec.json.decode(raw, type=Row)
        except msgspec.ValidationError as error:
            yield _misshapen(raw, f"row {number} of {origin}: {cause(error)}")


def _lines(content: bytes, origin: str) -> Iterator[Row | Gap]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=Row)
        except msgspec.ValidationError as error:
            yield _misshapen(line, f"{origin}:{number}: {cause(error)}")
        except msgspec.DecodeError as error:
            column = place(line, position(error, len(line))).removeprefix("1:")
            where = f"{origin}:{number}:{column}"
            raise SnapshotError(f"{where}: not JSON: {cause(error)}; {HINT}") from error


def _misshapen(raw: bytes | msgspec.Raw, detail: str) -> Gap:
    """Return the gap that a row leaves which is none, where the row says it belongs."""
    try:
        named = msgspec.json.decode(raw, type=_Envelope)
    except msgspec.ValidationError:
        named = _Envelope()
    scope, kind = (text if isinstance(text, str) else "" for text in (named.id, named.type))
    return gap(scope, kind, detail)


def _checked(
    decoded: Iterable[Row | Gap], content: bytes | msgspec.Raw, origin: str
) -> Iterator[Row | Gap]:
    """Yield the rows that can be placed and read, without their secrets; a gap for the others."""
    is_suspect = may_overflow(content)
    for number, row in enumerate(decoded, start=1):
        if isinstance(row, Gap):
            yield row
        elif wrong := _wrong(row, is_suspect=is_suspect):
            yield gap(row.id, row.type, f"row {number} of {origin}{wrong}")
        else:
            yield without_secrets(row)


def _wrong(row: Row, *, is_suspect: bool) -> str:
    """Say why a row cannot be used; empty when it can."""
    if not row.id or not row.type:
        return f" has no {'type' if row.id else 'id'}"
    return _overflow(row) if is_suspect else ""


def _overflow(row: Row) -> str:
    try:
        row.document()
    except SnapshotError as error:
        return f": {quoted(str(error.__cause__))}"
    return ""


def _parted(checked: Iterable[Row | Gap]) -> Rows:
    rows, gaps = [], []
    for item in checked:
        if isinstance(item, Gap):
            gaps.append(item)
        else:
            rows.append(item)
    return tuple(rows), tuple(gaps)
