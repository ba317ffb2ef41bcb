"""Read the bytes of a snapshot without being drowned by them."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scanner.errors import SnapshotError
from scanner.printable import printable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_BYTES = 8 << 30
"""A million rows are about 2.8 GB; more than three times that is not a snapshot we can judge."""

MOST_RATIO = 500
"""Real estates shrink 10 to 40 times by gzip, generated ones 200; a bomb a thousand times."""

MOST_SPACE = 16 << 20
"""More white space than this before the first brace is not the beginning of anything."""

HINT = (
    "expected a snapshot saved by aoai-scan, the output of `az graph query`, "
    "a JSON array of rows, or one JSON row a line"
)

_SPACE = f"begins with over {MOST_SPACE >> 20} MiB of white space"
_EMPTY = "empty; save a snapshot with `aoai-scan collect -o FILE`"
_UTF_16 = "UTF-16, as Windows PowerShell's `>` writes it; save it as UTF-8"
_BOMB = f"a gzip bomb: unzips to over {MOST_RATIO} times itself; save the snapshot again"
_LARGE = f"larger than {MOST_BYTES >> 30} GiB; scan it in parts"

_UNSUSPECTED = 64 << 20
_CHUNK = 8 << 20
_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BYTE_ORDER_MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_SPACE = re.compile(rb"[^ \t\r\n]")


def origin_of(path: Path | None) -> str:
    """Return what errors call the file at `path`, or standard input when there is none."""
    return "standard input" if path is None else printable(str(path))


def read(path: Path | None) -> bytes:
    """
    Return the content of a file, or of standard input, unzipped, without byte order mark.

    Raises SnapshotError when it cannot be read, holds nothing, does not begin
    like JSON, or unzips to more than any snapshot would.
    """
    origin = origin_of(path)
    try:
        if path is None:
            return _read(_standard_input(), origin)
        with path.open("rb") as file:
            return _read(file, origin)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SnapshotError(f"{origin}: damaged gzip: {error}; save it again") from error
    except (OSError, ValueError) as error:
        cause = printable(getattr(error, "strerror", None) or str(error))
        raise SnapshotError(f"{origin}: cannot be read: {cause}; name a snapshot file") from error


def place(content: bytes | bytearray, position: int) -> str:
    """Return the byte at `position` as editors count it: line:column."""
    line = content.count(b"\n", 0, position) + 1
    before = content[content.rfind(b"\n", 0, position) + 1 : position]
    return f"{line}:{len(before.decode(errors='replace')) + 1}"


def invalid_utf_8(content: bytes) -> int | None:
    """Return where `content` stops being UTF-8, without a copy of all of it."""
    if content.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _CHUNK):
        end = min(start + _CHUNK, len(content))
        try:
            decoder.decode(content[start:end], final=end == len(content))
        except UnicodeDecodeError as error:
            return end - len(error.object) + error.start
    return None


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError("it is closed")
    return sys.stdin.buffer


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
    content = bytearray(stream.read(_CHUNK))
    if content.startswith(_BYTE_ORDER_MARK):
        del content[: len(_BYTE_ORDER_MARK)]
    begun = _begins(content, origin)
    while chunk := stream.read(_CHUNK):
        content += chunk
        begun = begun or _begins(content, origin)
        if len(content) > _UNSUSPECTED and len(content) > MOST_RATIO * packed.count:
            raise SnapshotError(f"{origin}: {_BOMB}")
        if len(content) > MOST_BYTES:
            raise SnapshotError(f"{origin}: {_LARGE}")
    if not begun:
        raise SnapshotError(f"{origin}: {_EMPTY}")
    return bytes(content)


def _begins(content: bytearray, origin: str) -> bool:
    """Tell whether the first brace was read; raise when it cannot be the next thing."""
    first = begin(content)
    if first is None:
        if len(content) > MOST_SPACE:
            raise SnapshotError(f"{origin}: {_SPACE}; {HINT}")
        return False
    if content[first] in b"{[":
        return True
    if content.startswith(_BYTE_ORDER_MARKS_16):
        raise SnapshotError(f"{origin}: {_UTF_16}")
    shown = printable(content[first : first + 12].decode(errors="backslashreplace"))
    where = place(content, first)
    raise SnapshotError(f"{origin}:{where}: not a snapshot: begins with `{shown}`; {HINT}")


def begin(content: bytes | bytearray, after: int = 0) -> int | None:
    """Return where the first byte that is not white space stands at or behind `after`."""
    found = _NOT_SPACE.search(content, after)
    return None if found is None else found.start()
