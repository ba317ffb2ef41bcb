"""Write a snapshot so that it diffs well in git."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec

from scanner.errors import SnapshotError
from scanner.snapshot.record import (
    ANY_TYPE,
    EVERYWHERE,
    FORMAT,
    Gap,
    GapReason,
    Row,
    Snapshot,
)

_NO_CLAIM = Gap(
    scope=EVERYWHERE,
    type=ANY_TYPE,
    reason=GapReason.NOT_READ,
    detail="saved from rows that made no claim to be complete",
)


def encode(snapshot: Snapshot) -> bytes:
    """
    Return the snapshot as two-space JSON: rows by id, keys in alphabetical order.

    Rows that made no claim to be complete do not gain one by being saved.
    """
    document = {
        "format": FORMAT,
        "takenAt": snapshot.taken_at,
        "cloud": snapshot.cloud,
        "subscriptions": sorted(snapshot.subscriptions),
        "types": None if snapshot.types is None else sorted(snapshot.types),
        "gaps": sorted(snapshot.gaps if snapshot.vouches else (*snapshot.gaps, _NO_CLAIM)),
    }
    document = {key: value for key, value in document.items() if value is not None}
    rows = [_sorted(row) for row in sorted(snapshot.rows, key=_key)]
    return msgspec.json.format(msgspec.json.encode(document | {"rows": rows}), indent=2) + b"\n"


def save(snapshot: Snapshot, path: Path) -> None:
    """
    Write the snapshot to `path`, gzipped when it ends in `.gz`, whole or not at all.

    Raises SnapshotError when the file cannot be written.
    """
    content = encode(snapshot)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise SnapshotError(f"{path}: cannot be written: {error.strerror}") from error


def _key(row: Row) -> tuple[str, str, bytes]:
    return row.id.lower(), row.type.lower(), bytes(row.properties)


def _sorted(row: Row) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row.document(), order="sorted"))
