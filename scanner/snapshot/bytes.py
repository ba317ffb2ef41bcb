"""Read the bytes of a snapshot without being drowned by them."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scanner.errors import SnapshotError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_BYTES = 8 << 30
"""A million rows are about 2.8 GB; more than three times that is not a snapshot we can judge."""

MOST_RATIO = 200
"""Resource JSON shrinks 10 to 40 times by gzip; a bomb a thousand times."""

_UNSUSPECTED = 64 << 20
_CHUNK = 8 << 20
_GZIP = b"\x1f\x8b"
_SPACE = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(path: Path | None) -> bytes:
    """
    Return the content of a file, or of standard input, unzipped, starting at its first brace.

    Raises SnapshotError when it cannot be read, holds nothing, does not begin
    like JSON, or unzips to more than any snapshot would.
    """
    origin = "standard input" if path is None else str(path)
    try:
        if path is None:
            return _read(sys.stdin.buffer, origin)
        with path.open("rb") as file:
            return _read(file, origin)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SnapshotError(f"{origin}: damaged gzip: {error}; save it again") from error
    except OSError as error:
        raise SnapshotError(f"{origin}: cannot be read: {error.strerror}") from error


def _read(file: BinaryIO, origin: str) -> bytes:
    counted = _Counted(file)
    buffered = io.BufferedReader(counted)
    if not buffered.peek(2).startswith(_GZIP):
        return _begun(buffered, counted, origin)
    with gzip.GzipFile(fileobj=buffered) as unpacked:
        return _begun(unpacked, counted, origin)


class _Counted(io.RawIOBase):
    """A stream that knows how much was read from it."""

    def __init__(self, file: BinaryIO) -> None:
        """Read from `file`."""
        self.file, self.count = file, 0

    def readable(self) -> bool:
        """Return True: it is read from."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer and count."""
        view = memoryview(buffer)
        content = self.file.read(len(view))
        view[: len(content)] = content
        self.count += len(content)
        return len(content)


def _begun(stream: io.BufferedIOBase, packed: _Counted, origin: str) -> bytes:
    content = bytearray()
    while chunk := stream.read(_CHUNK):
        if not content:
            chunk = chunk.removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)
            if chunk and chunk[:1] not in b"{[":
                raise SnapshotError(f"{origin}:1:1: not JSON: begins with {chunk[:12]!r}")
        content += chunk
        if len(content) > _UNSUSPECTED and len(content) > MOST_RATIO * packed.count:
            raise SnapshotError(f"{origin}: a gzip bomb: unzips to over {MOST_RATIO} times itself")
        if len(content) > MOST_BYTES:
            raise SnapshotError(f"{origin}: larger than {MOST_BYTES >> 30} GiB; scan it in parts")
    if not content:
        raise SnapshotError(f"{origin}: empty; save a snapshot with `aoai-scan collect -o FILE`")
    return bytes(content)
