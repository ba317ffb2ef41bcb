"""Write a snapshot so that it diffs well in git."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path

import msgspec

from scanner.errors import SnapshotError
from scanner.printable import printable
from scanner.snapshot.record import FORMAT, Row, Snapshot


def encode(snapshot: Snapshot) -> bytes:
    """
    Return the snapshot as two-space JSON: rows by id, keys in alphabetical order.

    Rows that made no claim to be complete do not gain one by being saved: they
    vouch for the types they hold, and doubts about them become gaps. Of two rows
    with one id the later stays the later.
    """
    types = snapshot.types if snapshot.vouches else {row.type.lower() for row in snapshot.rows}
    document = {
        "format": FORMAT,
        "takenAt": snapshot.taken_at,
        "cloud": snapshot.cloud,
        "subscriptions": sorted(snapshot.subscriptions),
        "types": None if types is None else sorted(types),
        "coverage": snapshot.coverage,
        "gaps": sorted(snapshot.gaps if snapshot.vouches else snapshot.gaps + snapshot.doubts),
    }
    document = {key: value for key, value in document.items() if value is not None}
    rows = [_sorted(row) for row in sorted(snapshot.rows, key=_id)]
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
        cause = f"cannot be written: {error.strerror}; name another file"
        raise SnapshotError(f"{printable(str(path))}: {cause}") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _id(row: Row) -> str:
    return row.id.lower()


def _sorted(row: Row) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row.document(), order="sorted"))
