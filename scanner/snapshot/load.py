"""Read a snapshot in any of the forms people have one in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from scanner.errors import SnapshotError
from scanner.snapshot.bytes import read
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

logger = logging.getLogger(__name__)

HINT = (
    "expected a snapshot saved by aoai-scan, the output of `az graph query`, "
    "a JSON array of rows, or one JSON row a line"
)


NOTHING = msgspec.Raw(b"")


class _Document(msgspec.Struct, rename="camel"):
    """Either of the two objects we accept; which one, their first key tells."""

    rows: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING
    format: str | None = None
    taken_at: str | None = None
    cloud: str = "AzurePublic"
    subscriptions: tuple[Subscription, ...] = ()
    gaps: tuple[Gap, ...] | None = None
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
    return parse(read(path), "standard input" if path is None else str(path))


def parse(content: bytes, origin: str) -> Snapshot:
    """
    Turn bytes into a snapshot. `origin` names them in errors.

    Accepted: what `save` writes, `az graph query` output, a bare array of rows,
    JSON Lines. The last three carry no claim to be complete (`vouches` is False).
    """
    try:
        return _parse(content, origin)
    except RecursionError:
        raise SnapshotError(f"{origin}: nested too deeply to be a snapshot; {HINT}") from None
    except msgspec.ValidationError as error:
        raise SnapshotError(f"{origin}: {error}; {HINT}") from error
    except msgspec.DecodeError as error:
        place = _place(content, str(error))
        raise SnapshotError(f"{origin}:{place}: not JSON: {_cause(error)}; {HINT}") from error


def _parse(content: bytes, origin: str) -> Snapshot:
    if content[:1] == b"[":
        rows, gaps = _rows(content, origin)
        return Snapshot(rows=rows, gaps=gaps, vouches=False)
    if _is_json_lines(content):
        rows, gaps = _judged(_lines(content, origin), origin)
        return Snapshot(rows=rows, gaps=gaps, vouches=False)
    document = msgspec.json.decode(content, type=_Document)
    if bytes(document.rows):
        return _saved(document, document.rows, origin)
    if bytes(document.data):
        return _query_output(document, document.data, origin)
    raise SnapshotError(f"{origin}: a JSON object with neither `rows` nor `data`; {HINT}")


def _saved(document: _Document, raw: msgspec.Raw, origin: str) -> Snapshot:
    if document.format != FORMAT:
        said = "no format" if document.format is None else f"the format {document.format!r}"
        raise SnapshotError(f"{origin}: has {said}; this version reads {FORMAT!r}")
    if document.gaps is None:
        raise SnapshotError(f"{origin}: has no `gaps`; write `[]` if everything in scope was read")
    rows, gaps = _rows(raw, origin)
    return Snapshot(
        rows=rows,
        taken_at=document.taken_at,
        cloud=document.cloud,
        subscriptions=document.subscriptions,
        gaps=(*document.gaps, *gaps),
        types=None if document.types is None else tuple(t.lower() for t in document.types),
    )


def _query_output(document: _Document, raw: msgspec.Raw, origin: str) -> Snapshot:
    """
    Read what `az graph query` prints.

    It prints 100 rows unless told otherwise, and a token for the rest.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data
    """
    if bytes(raw).lstrip()[:1] == b"{":
        raise SnapshotError(f"{origin}: `data` is a table; ask with resultFormat objectArray")
    rows, gaps = _rows(raw, origin)
    token = document.skip_token or document.skip_token_cli
    totals = [n for n in (document.total_records, document.total_records_cli) if n is not None]
    truncated = str(document.result_truncated).lower() == "true"
    if token or truncated or any(total > len(rows) for total in totals):
        total = f" of {max(totals)}" if totals else ""
        detail = f"{origin} holds {len(rows)}{total} rows: ask for the remaining pages"
        cut = Gap(scope=EVERYWHERE, type=ANY_TYPE, reason=GapReason.TRUNCATED, detail=detail)
        gaps = (*gaps, cut)
    return Snapshot(rows=rows, gaps=gaps, vouches=False)


def _rows(raw: bytes | msgspec.Raw, origin: str) -> tuple[tuple[Row, ...], tuple[Gap, ...]]:
    """Decode all rows in one pass; only when one of them is not a row, each by itself."""
    try:
        decoded: Iterable[Row | Gap] = msgspec.json.decode(raw, type=list[Row])
    except msgspec.ValidationError:
        decoded = _one_by_one(msgspec.json.decode(raw, type=list[msgspec.Raw]), origin)
    return _judged(decoded, origin)


def _one_by_one(raws: Iterable[bytes | msgspec.Raw], origin: str) -> Iterator[Row | Gap]:
    for position, raw in enumerate(raws, start=1):
        try:
            yield msgspec.json.decode(raw, type=Row)
        except msgspec.ValidationError as error:
            yield _unparsable(EVERYWHERE, ANY_TYPE, f"row {position} of {origin}: {error}")


def _judged(decoded: Iterable[Row | Gap], origin: str) -> tuple[tuple[Row, ...], tuple[Gap, ...]]:
    """Part rows that can be placed from those that cannot, and from gaps."""
    rows, gaps = [], []
    for position, row in enumerate(decoded, start=1):
        if isinstance(row, Gap):
            gaps.append(row)
        elif not row.id or not row.type:
            scope = row.id or EVERYWHERE
            missing = "type" if row.id else "id"
            detail = f"row {position} of {origin} has no {missing}"
            gaps.append(_unparsable(scope, row.type.lower() or ANY_TYPE, detail))
        else:
            rows.append(without_secrets(row))
    return tuple(rows), tuple(gaps)


def _unparsable(scope: str, kind: str, detail: str) -> Gap:
    return Gap(scope=scope, type=kind, reason=GapReason.UNPARSABLE, detail=detail)


def _is_json_lines(content: bytes) -> bool:
    """Tell rows a line from one object, which never ends on its first line and goes on."""
    first, _, rest = content.partition(b"\n")
    if not rest.strip():
        return _is_row(first)
    try:
        msgspec.json.decode(first)
    except msgspec.DecodeError:
        return False
    return True


def _is_row(line: bytes) -> bool:
    try:
        document: Any = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return isinstance(document, dict) and "id" in document and "type" in document


def _lines(content: bytes, origin: str) -> Iterator[Row | Gap]:
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=Row)
        except msgspec.ValidationError as error:
            yield _unparsable(EVERYWHERE, ANY_TYPE, f"{origin}:{number}: {error}")
        except msgspec.DecodeError as error:
            raise SnapshotError(f"{origin}:{number}: not JSON: {_cause(error)}") from error


def _place(content: bytes, message: str) -> str:
    """Turn msgspec's byte position into line:column; a cut-off file is wrong at its end."""
    _, found, rest = message.partition("(byte ")
    position = int(rest.rstrip(")")) if found else len(content)
    before = content[:position]
    line = before.count(b"\n") + 1
    column = position - before.rfind(b"\n")
    return f"{line}:{column}"


def _cause(error: msgspec.DecodeError) -> str:
    return str(error).removeprefix("JSON is malformed: ").partition(" (byte")[0]
