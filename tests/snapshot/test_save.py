import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import SnapshotError
from scanner.snapshot import Gap, GapReason, Row, Snapshot, Subscription, encode, load, parse, save
from scanner.snapshot.secrets import without_secrets

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OPTIONAL = {
    "name": TEXT,
    "kind": TEXT,
    "location": TEXT,
    "resourceGroup": TEXT,
    "subscriptionId": TEXT,
    "tenantId": TEXT,
    "managedBy": TEXT,
    "sku": JSON,
    "identity": JSON,
    "tags": JSON,
    "zones": JSON,
    "properties": JSON,
}
ROW_DOCUMENTS = st.fixed_dictionaries({"id": NAMES, "type": NAMES}, optional=OPTIONAL)
GAPS = st.builds(
    Gap, scope=TEXT, type=NAMES.map(str.lower), reason=st.sampled_from(GapReason), detail=TEXT
)
SNAPSHOTS = st.builds(
    Snapshot,
    rows=st.lists(
        ROW_DOCUMENTS.map(lambda document: without_secrets(row(document))), max_size=4
    ).map(tuple),
    taken_at=st.none() | TEXT,
    cloud=TEXT,
    subscriptions=st.lists(st.builds(Subscription, id=TEXT, name=TEXT), max_size=3).map(tuple),
    gaps=st.lists(GAPS, max_size=3).map(tuple),
    types=st.none() | st.lists(NAMES.map(str.lower), max_size=3).map(tuple),
    vouches=st.just(value=True),
)

HUB = {
    "id": "/subscriptions/s/providers/Microsoft.Network/virtualNetworks/hub",
    "type": "microsoft.network/virtualnetworks",
    "tags": {"b": "2", "a": "1"},
    "properties": {"subnets": [], "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
}
SPOKE = HUB | {"id": "/subscriptions/S/providers/Microsoft.Network/virtualNetworks/Spoke"}


def row(document: dict[str, Any]) -> Row:
    return msgspec.json.decode(msgspec.json.encode(document), type=Row)


def turned(value: Any) -> Any:
    """Return a JSON value, the keys of every object in the opposite order."""
    match value:
        case dict():
            return {key: turned(inner) for key, inner in reversed(value.items())}
        case list():
            return [turned(inner) for inner in value]
        case _:
            return value


def said(snapshot: Snapshot) -> Any:
    """Return all a snapshot says, in an order that no one chose."""
    rows = sorted(snapshot.rows, key=lambda row: row.id.lower())
    return (
        [row.document() for row in rows],
        snapshot.taken_at,
        snapshot.cloud,
        sorted(snapshot.subscriptions),
        sorted(snapshot.gaps),
        None if snapshot.types is None else sorted(snapshot.types),
        snapshot.vouches,
    )


def test_a_snapshot_is_written_to_be_read_and_compared() -> None:
    snapshot = Snapshot(
        rows=(row(SPOKE), row({"type": "t/x", "id": "/B"}), row({"type": "t/x", "id": "/a"})),
        taken_at="2026-11-01T03:00:00Z",
        subscriptions=(Subscription(id="s"),),
        types=("t/y", "t/x"),
        gaps=(Gap(scope="/", type="t/x", reason=GapReason.DENIED),),
    )
    rows = """
    {
      "id": "/a",
      "type": "t/x"
    },
    {
      "id": "/B",
      "type": "t/x"
    },
    {
      "id": "/subscriptions/S/providers/Microsoft.Network/virtualNetworks/Spoke",
      "properties": {
        "addressSpace": {
          "addressPrefixes": [
            "10.0.0.0/16"
          ]
        },
        "subnets": []
      },
      "tags": {
        "a": "1",
        "b": "2"
      },
      "type": "microsoft.network/virtualnetworks"
    }"""
    assert encode(snapshot).decode() == (
        """{
  "format": "aoai-scan/snapshot/1",
  "takenAt": "2026-11-01T03:00:00Z",
  "cloud": "AzurePublic",
  "subscriptions": [
    {
      "id": "s",
      "name": ""
    }
  ],
  "types": [
    "t/x",
    "t/y"
  ],
  "gaps": [
    {
      "scope": "/",
      "type": "t/x",
      "reason": "denied",
      "detail": ""
    }
  ],
  "rows": ["""
        + rows
        + "\n  ]\n}\n"
    )


@given(SNAPSHOTS)
def test_saved_and_loaded_is_the_same(snapshot: Snapshot) -> None:
    content = encode(snapshot)
    assert said(parse(content, "file")) == said(snapshot)
    assert encode(parse(content, "file")) == content


@given(SNAPSHOTS.flatmap(lambda s: st.tuples(st.just(s), st.permutations(s.rows))))
def test_the_order_of_rows_and_keys_changes_nothing(drawn: tuple[Snapshot, list[Row]]) -> None:
    snapshot, rows = drawn
    if len({row.id.lower() for row in rows}) < len(rows):
        return  # of two rows with one id the later counts, so their order says something
    shuffled = tuple(row(turned(kept.document())) for kept in rows)
    assert encode(msgspec.structs.replace(snapshot, rows=shuffled)) == encode(snapshot)


def test_of_two_rows_with_one_id_the_later_stays_the_later() -> None:
    twice = (row(HUB | {"name": "z"}), row(SPOKE), row(HUB | {"name": "a"}))
    loaded = parse(encode(Snapshot(rows=twice)), "file")
    assert [kept.name for kept in loaded.rows] == ["z", "a", None]


def test_rows_that_claim_nothing_vouch_only_for_the_types_they_hold_once_saved() -> None:
    bare = parse(json.dumps([SPOKE, HUB, {"id": "/z", "type": "T/x"}]).encode(), "file")
    saved = parse(encode(bare), "file")
    assert (saved.gaps, saved.types) == ((), ("microsoft.network/virtualnetworks", "t/x"))
    assert [kept.document() for kept in saved.rows] == [HUB, SPOKE, {"id": "/z", "type": "T/x"}]


def test_a_doubt_about_bare_rows_is_a_gap_once_they_are_saved() -> None:
    rows = [HUB | {"id": f"/{number}"} for number in range(100)]
    bare = parse(json.dumps(rows).encode(), "file")
    saved = parse(encode(bare), "file")
    assert saved.gaps == bare.doubts != ()


@pytest.mark.parametrize("name", ["estate.json", "estate.json.gz"])
def test_a_file_holds_what_was_saved_whatever_was_there(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    snapshot = Snapshot(rows=(row(HUB),))
    save(snapshot, path)
    content = path.read_bytes()
    save(snapshot, path)
    assert path.read_bytes() == content
    assert (gzip.decompress(content) if path.suffix == ".gz" else content) == encode(snapshot)
    assert said(load(path)) == said(snapshot)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    assert failure(path) == "cannot be written: Is a directory; name another file"
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    said = failure(tmp_path / "none" / "estate.json")
    assert said == "cannot be written: No such file or directory; name another file"
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    said = failure(tmp_path / "file" / "estate.json")
    assert said == "cannot be written: Not a directory; name another file"
    assert (tmp_path / "file").read_text() == "kept"


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.write_text("old")
    (tmp_path / "estate.json.part").mkdir()
    assert failure(path) == "cannot be written: Is a directory; name another file"
    assert path.read_text() == "old"


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.write_text("old")
    (tmp_path / "estate.json.part").symlink_to("/dev/full")
    assert failure(path) == "cannot be written: No space left on device; name another file"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("estate.json", "old")
    ]


def test_a_name_that_steers_is_escaped(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError) as raised:
        save(Snapshot(rows=()), tmp_path / "none" / "\x1b[2J")
    assert str(raised.value).startswith(f"{tmp_path}/none/\\x1b[2J: cannot be written: ")


def failure(path: Path) -> str:
    with pytest.raises(SnapshotError) as raised:
        save(Snapshot(rows=()), path)
    return str(raised.value).removeprefix(f"{path}: ")
