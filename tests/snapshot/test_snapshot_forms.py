import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot, Subscription, load

VNET = {
    "id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub",
    "type": "microsoft.network/virtualnetworks",
    "name": "hub",
    "location": "westeurope",
    "tags": {"env": "prod"},
    "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
}
ZONE = {
    "id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/privateDnsZones/a.b",
    "type": "microsoft.network/privatednszones",
    "name": "a.b",
}
ROWS = [VNET, ZONE]
DENIED = {"scope": "/subscriptions/s", "type": "Microsoft.Network/azureFirewalls"}
SAVED = {
    "format": "aoai-scan/snapshot/1",
    "takenAt": "2026-11-01T03:00:00Z",
    "cloud": "AzureUSGovernment",
    "subscriptions": [{"id": "s", "name": "Production"}],
    "types": ["Microsoft.Network/virtualNetworks"],
    "gaps": [DENIED | {"reason": "denied", "detail": "no Reader"}],
    "rows": ROWS,
}
AZ_GRAPH = {"count": 2, "data": ROWS, "skip_token": None, "total_records": 2}
REST = {"totalRecords": 2, "count": 2, "data": ROWS, "facets": [], "resultTruncated": "false"}


def compact(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def pretty(document: object) -> bytes:
    return json.dumps(document, indent=2).encode()


def windows(document: object) -> bytes:
    return b"\xef\xbb\xbf" + pretty(document).replace(b"\n", b"\r\n")


def with_blank_lines_before(document: object) -> bytes:
    return b"\r\n \t\n" + pretty(document)


def with_escaped_slashes(document: object) -> bytes:
    return compact(document).replace(b"/", b"\\/")


def lines(end: bytes) -> bytes:
    return b"".join(compact(row) + end for row in ROWS)


FORMS = {
    "saved": (SAVED, True),
    "az graph query": (AZ_GRAPH, False),
    "REST answer": (REST, False),
    "array": (ROWS, False),
}
WRITINGS = (compact, pretty, windows, with_blank_lines_before, with_escaped_slashes)
JSON_LINES = {
    "plain": lines(b"\n"),
    "CRLF": lines(b"\r\n"),
    "blank lines": b"\n \n" + lines(b"\n\n\t\n"),
    "no last newline": lines(b"\n").rstrip(),
    "byte order mark": b"\xef\xbb\xbf" + lines(b"\r\n"),
}


def loaded(folder: Path, content: bytes) -> Snapshot:
    path = folder / "estate.json"
    path.write_bytes(content)
    return load(path)


def documents(snapshot: Snapshot) -> list[Any]:
    return [row.document() for row in snapshot.rows]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("write", WRITINGS)
@pytest.mark.parametrize(("form", "vouches"), FORMS.values(), ids=FORMS)
def test_every_form_in_every_writing_holds_the_rows(
    tmp_path: Path,
    form: object,
    vouches: bool,  # noqa: FBT001 - a parameter of the test
    write: Callable[[object], bytes],
    pack: Callable[[bytes], bytes],
) -> None:
    snapshot = loaded(tmp_path, pack(write(form)))
    assert documents(snapshot) == ROWS
    assert snapshot.vouches is vouches


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("content", JSON_LINES.values(), ids=JSON_LINES)
def test_json_lines_hold_the_rows_and_claim_nothing(
    tmp_path: Path, content: bytes, pack: Callable[[bytes], bytes]
) -> None:
    snapshot = loaded(tmp_path, pack(content))
    assert documents(snapshot) == ROWS
    assert (snapshot.gaps, snapshot.vouches) == ((), False)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n"])
def test_one_row_on_one_line_is_json_lines(tmp_path: Path, end: bytes) -> None:
    snapshot = loaded(tmp_path, compact(VNET) + end)
    assert documents(snapshot) == [VNET]
    assert snapshot.vouches is False


def test_a_saved_snapshot_keeps_everything_it_says(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, pretty(SAVED))
    assert snapshot == Snapshot(
        rows=snapshot.rows,
        taken_at="2026-11-01T03:00:00Z",
        cloud="AzureUSGovernment",
        subscriptions=(Subscription(id="s", name="Production"),),
        types=("microsoft.network/virtualnetworks",),
        gaps=(
            Gap(
                scope="/subscriptions/s",
                type="microsoft.network/azurefirewalls",
                reason=GapReason.DENIED,
                detail="no Reader",
            ),
        ),
    )


def test_what_a_saved_snapshot_need_not_say_has_defaults(tmp_path: Path) -> None:
    content = compact({"format": "aoai-scan/snapshot/1", "gaps": [], "rows": []})
    assert loaded(tmp_path, content) == Snapshot(rows=())


def test_an_array_of_nothing_is_a_snapshot_that_claims_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, b"[]") == Snapshot(rows=(), vouches=False)


@pytest.mark.parametrize(
    "content", [pretty(SAVED), gzip.compress(lines(b"\n"))], ids=["saved", "gzipped lines"]
)
def test_standard_input_is_read_like_a_file(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "piped"
    path.write_bytes(content)
    with path.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        assert documents(load(None)) == ROWS


@pytest.mark.parametrize(
    ("signs", "held"),
    [
        (AZ_GRAPH | {"skip_token": "abc"}, "2 of 2"),
        (AZ_GRAPH | {"total_records": 5000}, "2 of 5000"),
        (AZ_GRAPH | {"count": 100, "total_records": None}, "2 of 100"),
        (REST | {"$skipToken": "abc"}, "2 of 2"),
        (REST | {"totalRecords": 3}, "2 of 3"),
        (REST | {"resultTruncated": "true"}, "2 of 2"),
        (REST | {"resultTruncated": True}, "2 of 2"),
    ],
)
def test_a_page_of_more_is_truncated(tmp_path: Path, signs: object, held: str) -> None:
    snapshot = loaded(tmp_path, pretty(signs))
    detail = f"{tmp_path / 'estate.json'} holds {held} rows: ask for the remaining pages"
    cut = Gap(scope=EVERYWHERE, type="*", reason=GapReason.TRUNCATED, detail=detail)
    assert (documents(snapshot), snapshot.gaps) == (ROWS, (cut,))


@pytest.mark.parametrize("form", [AZ_GRAPH, REST])
def test_a_whole_answer_is_not_truncated(tmp_path: Path, form: object) -> None:
    assert loaded(tmp_path, pretty(form)).gaps == ()


def many(number: int) -> list[dict[str, Any]]:
    return [VNET | {"id": f"{VNET['id']}{position}"} for position in range(number)]


WHOLE_PAGES: dict[str, Callable[[list[Any]], bytes]] = {
    "array": compact,
    "JSON Lines": lambda rows: b"\n".join(map(compact, rows)),
    "data without a total": lambda rows: compact({"data": rows, "count": len(rows)}),
}


@pytest.mark.parametrize("number", [100, 1000])
@pytest.mark.parametrize("write", WHOLE_PAGES.values(), ids=WHOLE_PAGES)
def test_bare_rows_that_fill_a_page_may_be_the_first_of_more(
    tmp_path: Path, write: Callable[[list[Any]], bytes], number: int
) -> None:
    snapshot = loaded(tmp_path, write(many(number)))
    detail = (
        f"{tmp_path / 'estate.json'} holds exactly {number} rows, one page of `az graph query`: "
        "ask for the remaining pages, or say that it is whole with --assume-complete"
    )
    doubt = Gap(scope=EVERYWHERE, type="*", reason=GapReason.TRUNCATED, detail=detail)
    assert (len(snapshot.rows), snapshot.gaps, snapshot.doubts) == (number, (), (doubt,))


@pytest.mark.parametrize("number", [1, 99, 101, 999, 1001])
@pytest.mark.parametrize("write", WHOLE_PAGES.values(), ids=WHOLE_PAGES)
def test_bare_rows_that_fill_no_page_are_taken_as_they_are(
    tmp_path: Path, write: Callable[[list[Any]], bytes], number: int
) -> None:
    assert loaded(tmp_path, write(many(number))).doubts == ()


@pytest.mark.parametrize("key", ["total_records", "totalRecords"])
def test_a_page_that_says_it_is_all_there_is_raises_no_doubt(tmp_path: Path, key: str) -> None:
    snapshot = loaded(tmp_path, compact({"data": many(100), "count": 100, key: 100}))
    assert (snapshot.gaps, snapshot.doubts) == ((), ())


def test_a_page_that_says_there_is_more_is_no_mere_doubt(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, compact({"data": many(100), "skip_token": "abc"}))
    assert [gap.reason for gap in snapshot.gaps] == [GapReason.TRUNCATED]
    assert snapshot.doubts == ()


def test_a_saved_snapshot_of_a_hundred_rows_raises_no_doubt(tmp_path: Path) -> None:
    assert loaded(tmp_path, compact(SAVED | {"rows": many(100)})).doubts == ()


def test_a_row_that_is_none_counts_for_the_page(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, compact([*many(99), 7])).doubts) == 1


def test_a_row_that_is_none_is_not_a_missing_page(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, pretty(AZ_GRAPH | {"data": [VNET, 7]}))
    assert [gap.reason for gap in snapshot.gaps] == [GapReason.UNPARSABLE]


MISSHAPEN: list[tuple[object, str, str, str]] = [
    (7, "/", "*", "Expected `object`, got `int`"),
    (None, "/", "*", "Expected `object`, got `null`"),
    ([], "/", "*", "Expected `object`, got `array`"),
    ("text", "/", "*", "Expected `object`, got `str`"),
    ({"id": 7, "type": "T/x"}, "/", "t/x", "Expected `str`, got `int` - at `$.id`"),
    ({"id": "/A", "type": None}, "/A", "*", "Expected `str`, got `null` - at `$.type`"),
    (
        {"id": "/A", "type": "T/x", "location": 1},
        "/A",
        "t/x",
        "Expected `str | null`, got `int` - at `$.location`",
    ),
]


@pytest.mark.parametrize(("row", "scope", "kind", "cause"), MISSHAPEN)
def test_a_row_that_is_none_is_a_gap_where_it_belongs(
    tmp_path: Path, row: object, scope: str, kind: str, cause: str
) -> None:
    rows = [VNET, row, ZONE]
    detail = f"row 2 of {tmp_path / 'estate.json'}: {cause}"
    gap = Gap(scope=scope, type=kind, reason=GapReason.UNPARSABLE, detail=detail)
    for form in (rows, SAVED | {"gaps": [], "rows": rows}):
        snapshot = loaded(tmp_path, pretty(form))
        assert (documents(snapshot), snapshot.gaps) == (ROWS, (gap,))


@pytest.mark.parametrize(("row", "scope", "kind", "cause"), MISSHAPEN)
def test_a_line_that_is_no_row_is_a_gap_where_it_belongs(
    tmp_path: Path, row: object, scope: str, kind: str, cause: str
) -> None:
    content = b"\n".join((compact(VNET), b"", compact(row), compact(ZONE)))
    snapshot = loaded(tmp_path, content)
    detail = f"{tmp_path / 'estate.json'}:3: {cause}"
    gap = Gap(scope=scope, type=kind, reason=GapReason.UNPARSABLE, detail=detail)
    assert (documents(snapshot), snapshot.gaps) == (ROWS, (gap,))


@pytest.mark.parametrize(
    ("row", "scope", "kind", "missing"),
    [
        ({}, "/", "*", "id"),
        ({"type": "T/x"}, "/", "t/x", "id"),
        ({"id": "", "type": "T/x"}, "/", "t/x", "id"),
        ({"id": "/A"}, "/A", "*", "type"),
    ],
)
def test_a_row_without_id_or_type_is_a_gap(
    tmp_path: Path, row: object, scope: str, kind: str, missing: str
) -> None:
    snapshot = loaded(tmp_path, pretty([*ROWS, row]))
    detail = f"row 3 of {tmp_path / 'estate.json'} has no {missing}"
    gap = Gap(scope=scope, type=kind, reason=GapReason.UNPARSABLE, detail=detail)
    assert (documents(snapshot), snapshot.gaps) == (ROWS, (gap,))


def test_of_a_key_written_twice_the_later_counts(tmp_path: Path) -> None:
    content = b'[{"id":"/a","id":"/b","type":"t/x","properties":{"p":1,"p":2}}]'
    assert documents(loaded(tmp_path, content)) == [
        {"id": "/b", "type": "t/x", "properties": {"p": 2}}
    ]


def test_a_pair_of_surrogates_is_one_character(tmp_path: Path) -> None:
    content = b'[{"id":"/\\ud83d\\ude80","type":"t/x","name":"\xf0\x9f\x9a\x80"}]'
    assert documents(loaded(tmp_path, content)) == [{"id": "/🚀", "type": "t/x", "name": "🚀"}]


def test_a_row_written_without_its_optional_parts_has_none_of_them(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, b'[{"id":"/a","type":"t/x","sku":null,"plan":{}}]').rows
    assert row == Row(id="/a", type="t/x")
    assert row.document() == {"id": "/a", "type": "t/x"}
