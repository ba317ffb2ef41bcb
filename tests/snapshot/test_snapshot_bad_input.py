import gzip
import io
import json
import os
import sys
import time
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from scanner.errors import SnapshotError
from scanner.snapshot import GapReason, Row, load

HINT = (
    "expected a snapshot saved by aoai-scan, the output of `az graph query`, "
    "a JSON array of rows, or one JSON row a line"
)
NULS = "\\x00" * 12
EMPTY = "empty; save a snapshot with `aoai-scan collect -o FILE`"
GAPS = (
    "a gap has a scope, a type and a reason, "
    "one of denied, throttled, truncated, notRead, unparsable"
)
FORMAT = b'"format":"aoai-scan/snapshot/1"'
PRETTY = b'{\n  "rows": [\n    {"id": "/a",,}\n  ]\n}'


def message_about(path: Path | None) -> str:
    """Return what is said of a file, less its name, once it is one printable line."""
    with pytest.raises(SnapshotError) as raised:
        load(path)
    message = str(raised.value)
    name = "standard input" if path is None else str(path)
    assert message.isprintable()
    assert message.startswith(f"{name}:")
    assert len(message) < len(name) + 400
    return message.removeprefix(f"{name}:").strip()


def message(folder: Path, content: bytes) -> str:
    path = folder / "estate.json"
    path.write_bytes(content)
    return message_about(path)


def deep(opening: bytes, closing: bytes) -> bytes:
    return opening * 200_000 + b"1" + closing * 200_000


def with_row(properties: bytes) -> bytes:
    return b'{%s,"gaps":[],"rows":[{"id":"/a","type":"t/x","properties":%s}]}' % (
        FORMAT,
        properties,
    )


UNFINISHED = [
    (b"", EMPTY),
    (b" \n\t\r\n", EMPTY),
    (b"\xef\xbb\xbf", EMPTY),
    (b"\xef\xbb\xbf\r\n", EMPTY),
    (b"[", f"1:2: not JSON: cut off, or half a surrogate pair; {HINT}"),
    (b'[\n  {"id": "/a"', f"2:14: not JSON: cut off, or half a surrogate pair; {HINT}"),
    (b'[\r\n  {"id": "/a"\r\n', f"3:1: not JSON: cut off, or half a surrogate pair; {HINT}"),
    (
        b'{"id":"/a","type":"t"}\n\n{"id":',
        f"3:7: not JSON: cut off, or half a surrogate pair; {HINT}",
    ),
]

NOT_JSON = [
    (PRETTY, f"""3:17: not JSON: expected '"'; {HINT}"""),
    (b"\n\n " + PRETTY, f"""5:17: not JSON: expected '"'; {HINT}"""),
    (b"\xef\xbb\xbf" + PRETTY, f"""3:17: not JSON: expected '"'; {HINT}"""),
    ('["日本",x]'.encode(), f"1:7: not JSON: invalid character; {HINT}"),
    (b'{"id":"/a","type":"t"}\n{"id":x}', f"2:7: not JSON: invalid character; {HINT}"),
    (b"[] []", f"1:4: not JSON: trailing characters; {HINT}"),
    (b'{"rows":[]}\n{}', f"2:1: not JSON: trailing characters; {HINT}"),
    (b"hello\n", f"1:1: not a snapshot: begins with `hello\\x0a`; {HINT}"),
    (b"\n <html>", f"2:2: not a snapshot: begins with `<html>`; {HINT}"),
    (b"\x1b[2J\x1b]0;", f"1:1: not a snapshot: begins with `\\x1b[2J\\x1b]0;`; {HINT}"),
    (b"\x00\x01\xfe", f"1:1: not a snapshot: begins with `\\x00\\x01\\xfe`; {HINT}"),
    ("\u202eabc".encode(), f"1:1: not a snapshot: begins with `\\u202eabc`; {HINT}"),
    (b'["\x1b"]', f"1:3: not JSON: invalid character; {HINT}"),
    (b'["\\ud800"]', f"1:11: not JSON: cut off, or half a surrogate pair; {HINT}"),
    (b'["\\udc00"]', f"1:9: not JSON: invalid utf-16 surrogate pair; {HINT}"),
    (b"[NaN]", f"1:2: not JSON: invalid character; {HINT}"),
    (b"[-Infinity]", f"1:3: not JSON: invalid character; {HINT}"),
    (with_row(b"NaN"), f"1:89: not JSON: invalid character; {HINT}"),
]

NOT_UTF_8 = [
    (b'["\xff"]', f"1:3: not UTF-8: byte 0xff; {HINT}"),
    (b'[\n  "\xc3\xa9\xe9"]', f"2:5: not UTF-8: byte 0xe9; {HINT}"),
    (b'["\xf0\x9f', f"1:3: not UTF-8: byte 0xf0; {HINT}"),
    (with_row(b'{"a":"\xed\xa0\x80"}'), f"1:95: not UTF-8: byte 0xed; {HINT}"),
    ("[]".encode("utf-16-le"), f"1:2: not JSON: invalid character; {HINT}"),
]

WRONG_SHAPE = [
    (b"42", f"1:1: not a snapshot: begins with `42`; {HINT}"),
    (b'"rows"', f'1:1: not a snapshot: begins with `"rows"`; {HINT}'),
    (b"null", f"1:1: not a snapshot: begins with `null`; {HINT}"),
    (b"{}", f"a JSON object with neither `rows` nor `data`; {HINT}"),
    (b'{"value":[]}', f"a JSON object with neither `rows` nor `data`; {HINT}"),
    (b'{\n"id":"/a",\n"type":"t"}', f"a JSON object with neither `rows` nor `data`; {HINT}"),
    (b'{"data":null}', f"rows: Expected `array`, got `null`; {HINT}"),
    (b'{"data":{"columns":[]}}', "`data` is a table; ask with resultFormat objectArray"),
    (b'{%s,"gaps":[],"rows":5}' % FORMAT, f"rows: Expected `array`, got `int`; {HINT}"),
    (b'{%s,"gaps":[],"rows":{}}' % FORMAT, f"rows: Expected `array`, got `object`; {HINT}"),
    (b'{"data":[],"count":"2"}', f"Expected `int | null`, got `str` - at `$.count`; {HINT}"),
    (b'{"format":7,"rows":[]}', f"Expected `str | null`, got `int` - at `$.format`; {HINT}"),
    (b'{"rows":[]}', "has no format; this version reads 'aoai-scan/snapshot/1'"),
    (
        b'{"format":"aoai-scan/snapshot/2\\u001b[2J","gaps":[],"rows":[]}',
        "has the format `aoai-scan/snapshot/2\\x1b[2J`; this version reads 'aoai-scan/snapshot/1'",
    ),
    (
        b'{%s,"rows":[]}' % FORMAT,
        "has no `gaps`; write `[]` if everything in scope was read",
    ),
    (
        b'{%s,"rows":[],"gaps":[{"scope":"/","type":"*","reason":"bo\\u001bred"}]}' % FORMAT,
        f"gaps: Invalid enum value 'bo\\x1bred' - at `$[0].reason`; {GAPS}",
    ),
    (
        b'{%s,"rows":[],"gaps":[{"type":"*","reason":"denied"}]}' % FORMAT,
        f"gaps: Object missing required field `scope` - at `$[0]`; {GAPS}",
    ),
    (b'{%s,"rows":[],"gaps":null}' % FORMAT, f"gaps: Expected `array`, got `null`; {GAPS}"),
]

TOO_DEEP = [
    b"[" * 200_000,
    deep(b"[", b"]"),
    with_row(deep(b"[", b"]")),
    with_row(deep(b'{"a":', b"}")),
    with_row(deep(b'{"sharedKey":', b"}")),
    b'{"id":"/a","type":"t","properties":%s}\n' % deep(b"[", b"]"),
    b'{"rows":[],"gaps":%s}' % deep(b"[", b"]"),
]

DAMAGED = [
    (
        gzip.compress(b"[]")[:-5],
        "Compressed file ended before the end-of-stream marker was reached",
    ),
    (gzip.compress(b"[]")[:5], "Compressed file ended before the end-of-stream marker was reached"),
    (b"\x1f\x8b" + b"nonsense", "Unknown compression method"),
]


@pytest.mark.parametrize(("content", "said"), UNFINISHED)
def test_a_file_that_ends_too_early_says_where(tmp_path: Path, content: bytes, said: str) -> None:
    assert message(tmp_path, content) == said


@pytest.mark.parametrize(("content", "said"), NOT_JSON)
def test_what_is_not_json_is_named_by_line_and_column(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert message(tmp_path, content) == said


@pytest.mark.parametrize(("content", "said"), NOT_UTF_8)
def test_what_is_not_utf_8_is_named_by_line_and_column(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert message(tmp_path, content) == said


@pytest.mark.parametrize(("content", "said"), WRONG_SHAPE)
def test_json_of_another_shape_says_what_is_wrong(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert message(tmp_path, content) == said


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_powershell_writes_says_how_to_save_it(
    tmp_path: Path, encoding: str, pack: type[bytes]
) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    said = message(tmp_path, pack((mark + json.dumps([{"id": "/a"}])).encode(encoding)))
    assert said == "UTF-16, as Windows PowerShell's `>` writes it; save it as UTF-8"


@pytest.mark.parametrize("content", TOO_DEEP, ids=range(len(TOO_DEEP)))
def test_what_is_nested_too_deeply_is_refused(tmp_path: Path, content: bytes) -> None:
    assert message(tmp_path, content) == f"nested too deeply to be a snapshot; {HINT}"


@pytest.mark.parametrize(("content", "cause"), DAMAGED, ids=["end", "header", "method"])
def test_damaged_gzip_is_refused(tmp_path: Path, content: bytes, cause: str) -> None:
    assert message(tmp_path, content) == f"damaged gzip: {cause}; save it again"


@pytest.mark.parametrize(
    ("begin", "byte"), [(b"[", b" "), (b'["', b"a"), (b"[", b"["), (b'{"rows":[', b"\n")]
)
def test_a_gzip_bomb_is_refused(tmp_path: Path, begin: bytes, byte: bytes) -> None:
    said = message(tmp_path, gzip.compress(begin + byte * (80 << 20)))
    assert said == "a gzip bomb: unzips to over 500 times itself; save the snapshot again"


@pytest.mark.parametrize(
    ("byte", "said"),
    [
        (b"\0", f"1:1: not a snapshot: begins with `{NULS}`; {HINT}"),
        (b"\n", f"begins with over 16 MiB of white space; {HINT}"),
    ],
)
def test_a_gzip_bomb_of_nothing_is_refused(tmp_path: Path, byte: bytes, said: str) -> None:
    assert message(tmp_path, gzip.compress(byte * (80 << 20))) == said


def test_a_gigabyte_of_nothing_costs_no_time_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert cost(path) == f"1:1: not a snapshot: begins with `{NULS}`; {HINT}"


def test_white_space_without_end_costs_no_time_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "spaces"
    with path.open("wb") as file:
        for _ in range(24):
            file.write(b" " * (1 << 20))
        file.truncate(1 << 30)
    assert cost(path) == f"begins with over 16 MiB of white space; {HINT}"


def cost(path: Path) -> str:
    """Return what is said of a file, once it was said in little time and memory."""
    began = time.process_time()
    tracemalloc.start()
    said = message_about(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - began < 1
    assert peak < 100 << 20
    return said


def test_a_message_quotes_only_the_beginning_of_a_long_text(tmp_path: Path) -> None:
    said = message(tmp_path, b'{"format":"%s","rows":[]}' % (b"x" * 5000))
    assert said == f"has the format `{'x' * 100}...`; this version reads 'aoai-scan/snapshot/1'"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = "cannot be read: No such file or directory; name a snapshot file"
    assert message_about(tmp_path / "none.json") == said


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert message_about(tmp_path) == "cannot be read: Is a directory; name a snapshot file"


def test_a_name_below_a_file_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = "cannot be read: Not a directory; name a snapshot file"
    assert message_about(tmp_path / "file" / "estate.json") == said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.touch(mode=0)
    assert message_about(path) == "cannot be read: Permission denied; name a snapshot file"


@pytest.mark.parametrize("name", ["\x1b[2J\n.json", "\u202e.json", "\udcff.json", "\0.json"])
def test_a_name_that_steers_is_escaped(tmp_path: Path, name: str) -> None:
    with pytest.raises(SnapshotError) as raised:
        load(tmp_path / name)
    shown = name.encode("unicode_escape").decode().replace("\\n", "\\x0a")
    assert str(raised.value).startswith(f"{tmp_path}/{shown}: cannot be read: ")
    assert str(raised.value).isprintable()


def test_bad_standard_input_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "piped"
    path.write_bytes(b"hello")
    with path.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        assert message_about(None) == f"1:1: not a snapshot: begins with `hello`; {HINT}"


def test_closed_standard_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert message_about(None) == "cannot be read: it is closed; name a snapshot file"


OVERFLOWS = {
    "an exponent": b"1e999",
    "a capital exponent": b"-2.5E+400 ",
    "just too large": b"1.9e308",
    "digits": b"9" * 400 + b".0",
    "digits and an exponent": b"9" * 250 + b"e99",
    "a whole number": b"9" * 5000,
}


@pytest.mark.parametrize("number", OVERFLOWS.values(), ids=OVERFLOWS)
@pytest.mark.parametrize("part", ["properties", "sku", "tags", "identity", "zones"])
def test_a_row_with_a_number_nobody_can_hold_is_a_gap(
    tmp_path: Path, part: str, number: bytes
) -> None:
    odd = b'{"id":"/a","type":"T/x","%s":{"deep":[{"n":%s}]}}' % (part.encode(), number)
    good = b'{"id":"/b","type":"t/x"}'
    path = tmp_path / "estate.json"
    for content in (
        b"[%s,%s]" % (good, odd),
        good + b"\n" + odd,
        b'{"data":[%s,%s]}' % (good, odd),
    ):
        path.write_bytes(content)
        snapshot = load(path)
        assert [row.id for row in snapshot.rows] == ["/b"]
        ((scope, kind, reason, detail),) = map(msgspec.structs.astuple, snapshot.gaps)
        assert (scope, kind, reason) == ("/a", "t/x", GapReason.UNPARSABLE)
        assert detail.startswith(f"row 2 of {path}: ")
        assert "out of range" in detail


@pytest.mark.parametrize(
    "number", [b"1e308", b"1e-999", b"9" * 200, b'"1e999"', b'"x e999,"', b"1.5e3"]
)
def test_a_number_that_only_looks_too_large_is_read(tmp_path: Path, number: bytes) -> None:
    path = tmp_path / "estate.json"
    path.write_bytes(with_row(b'{"n":%s}' % number))
    snapshot = load(path)
    assert snapshot.gaps == ()
    assert snapshot.rows[0].document()["properties"].keys() == {"n"}


@pytest.mark.parametrize("properties", [b'{"n":1e999}', b'{"s":"\\ud800"}', b'{"s":"\xff"}', b"["])
def test_a_row_that_was_made_by_hand_and_cannot_be_read_is_an_error(properties: bytes) -> None:
    row = Row(id="/a", type="t/x", properties=msgspec.Raw(properties))
    with pytest.raises(SnapshotError, match=r"^/a: cannot be read: .*; mend it$"):
        row.document()


def test_an_account_of_the_reading_that_is_none_is_told(tmp_path: Path) -> None:
    content = b'{%s,"gaps":[],"rows":[],"coverage":{"asked":"all"}}' % FORMAT
    said = "Expected `int`, got `str` - at `$.coverage.asked`"
    assert message(tmp_path, content) == f"{said}; {HINT}"
