from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from azure_stand_in import (
    ONE,
    TAKEN_AT,
    THROTTLED,
    TWO,
    Azure,
    Reply,
    error,
    page,
    resource,
    stand_in,
)

from scanner.collect import Scope
from scanner.collect.queries import queries
from scanner.errors import CollectionError
from scanner.resources.resource import Table
from scanner.resources.types import RESOURCE_TYPES
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Snapshot, encode, parse

ROUTE_TABLE = "Microsoft.Network/routeTables"
ROWS = [resource(ROUTE_TABLE, f"rt-{number}") for number in range(5)]
HTML = Reply("<html>Sign in to the proxy</html>", content_type="text/html")


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def only(table: str, reply: Reply) -> Callable[[dict[str, Any]], Reply | None]:
    """Answer every question to one table with the same reply."""
    return lambda question: reply if question["query"].startswith(f"{table} ") else None


def reasons(snapshot: Snapshot, kind: str) -> list[tuple[str, GapReason, str]]:
    return [(gap.scope, gap.reason, gap.detail) for gap in snapshot.gaps if gap.type == kind]


def test_importing_the_room_imports_neither_azure_nor_a_resource() -> None:
    code = (
        "import sys, scanner.collect\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print('azure' in loaded, 'msgspec' in loaded, 'scanner.resources' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False", "False"]


def test_pages_are_joined(azure: Azure) -> None:
    azure.tables["resources"] = ROWS
    azure.rows_a_page = 3
    snapshot = azure.read()
    assert [row.name for row in snapshot.rows] == [f"rt-{number}" for number in range(5)]
    assert snapshot.gaps == ()
    assert "resources: page 2, 5 of 5 rows" in azure.words


def test_a_snapshot_says_what_it_is(azure: Azure) -> None:
    snapshot = azure.read()
    by_itself = {kind for kind in RESOURCE_TYPES if kind.TABLE is not Table.PARENT}
    asked = {kind.ARM_TYPE for kind in by_itself if kind.TABLE is not Table.ON_REQUEST}
    assert snapshot.taken_at == f"{TAKEN_AT:%Y-%m-%dT%H:%M:%SZ}" == "2026-11-01T03:00:00Z"
    assert snapshot.cloud == azure.url
    assert snapshot.vouches
    assert snapshot.types is not None
    assert asked <= set(snapshot.types)
    assert encode(parse(encode(snapshot), "saved")) == encode(snapshot)


def test_a_row_is_what_azure_sent_without_its_empty_words(azure: Azure) -> None:
    properties: dict[str, Any] = {
        "a": None,
        "b": [],
        "c": 1.50,
        "d": {"e": 12345678901234567890},
        "f": "",
    }
    azure.tables["resources"] = [resource(ROUTE_TABLE, "rt", **properties)]
    (row,) = azure.read().rows
    assert (row.kind, row.managed_by) == (None, None)
    assert row.document()["properties"] == properties


def test_secrets_do_not_reach_the_snapshot(azure: Azure) -> None:
    connection = resource("Microsoft.Network/connections", "s2s", sharedKey="hunter2", mtu=1400)
    azure.tables["resources"] = [connection]
    snapshot = azure.read()
    assert b"hunter2" not in encode(snapshot)
    assert msgspec.json.decode(snapshot.rows[0].properties) == {"mtu": 1400}


def test_every_question_has_an_order_an_id_and_no_limit(azure: Azure) -> None:
    azure.read(Scope(subscriptions=(ONE,), all_subscriptions=True))
    asked = {question["query"] for question in azure.asked}
    assert set(queries().values()) < asked
    for query in asked:
        assert query.endswith("| order by id asc")
        assert re.search(r"\| project id, ", query)
        assert not re.search(r"\b(limit|take|sample|top)\b", query)
    for question in azure.asked:
        assert question["options"]["resultFormat"] == "objectArray"
        assert question["options"]["$top"] == 1000


def test_a_query_names_at_most_100_subscriptions(azure: Azure) -> None:
    ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(250)]
    azure.subscriptions = dict.fromkeys(ids, "one of many")
    azure.read(Scope(subscriptions=tuple(ids)))
    counts = [len(body["subscriptions"]) for body in azure.table("resources")]
    assert sorted(counts) == [50, 100, 100]


def test_a_429_without_retry_after_is_asked_again_when_the_quota_resets(azure: Azure) -> None:
    azure.tables["resources"] = ROWS
    replies = iter([THROTTLED])
    azure.interfere = lambda _: next(replies, None)
    snapshot = azure.read()
    assert azure.waits == [5.0]
    assert azure.words[0] == "waiting 5 s: HTTP 429 RateLimiting: slow down"
    assert (len(snapshot.rows), snapshot.gaps) == (5, ())


def test_a_table_throttled_to_the_end_is_a_gap_for_each_of_its_types(azure: Azure) -> None:
    azure.subscriptions = {ONE: "production", TWO: "test"}
    azure.tables["resources"] = ROWS
    azure.interfere = only("dnsresources", THROTTLED)
    snapshot = azure.read(Scope(all_subscriptions=True))
    told = "HTTP 429 RateLimiting: slow down"
    assert set(azure.waits) == {5.0}
    assert len(azure.table("dnsresources")) == 4
    assert len(snapshot.rows) == 5
    assert {gap.type for gap in snapshot.gaps} == {
        kind.ARM_TYPE for kind in RESOURCE_TYPES if kind.TABLE is Table.DNS_RESOURCES
    }
    assert reasons(snapshot, "microsoft.network/privatednszones/a") == [
        (f"/subscriptions/{ONE}", GapReason.THROTTLED, told),
        (f"/subscriptions/{TWO}", GapReason.THROTTLED, told),
    ]


def test_what_hides_parents_hides_their_children(azure: Azure) -> None:
    azure.interfere = only("resources", error(403, "AuthorizationFailed"))
    snapshot = azure.read()
    told = "HTTP 403 AuthorizationFailed: said AuthorizationFailed"
    hidden = [(f"/subscriptions/{ONE}", GapReason.DENIED, told)]
    assert azure.waits == []
    assert reasons(snapshot, "microsoft.network/privateendpoints") == hidden
    assert reasons(snapshot, "microsoft.network/privateendpoints/privatednszonegroups") == hidden


PARTIAL = [
    pytest.param(
        page(ROWS, 5, resultTruncated="true"),
        GapReason.TRUNCATED,
        "resources, page 1: Azure says that rows are left out",
        id="said to be truncated",
    ),
    pytest.param(
        page(ROWS, 6), GapReason.TRUNCATED, "5 different rows of 6", id="fewer than there are"
    ),
    pytest.param(
        page([*ROWS[:4], ROWS[0]], 5),
        GapReason.TRUNCATED,
        "resources, page 1: 1 rows came twice",
        id="one twice",
    ),
    pytest.param(
        page(ROWS, 5, count=4),
        GapReason.TRUNCATED,
        "resources, page 1: 5 rows where Azure counts 4",
        id="miscounted",
    ),
    pytest.param(
        page(ROWS, 9, "more"),
        GapReason.TRUNCATED,
        "resources, page 2 does not begin with the row that the page before ends with",
        id="the same page again and again",
    ),
    pytest.param(
        page(ROWS[:1], 5, "more"),
        GapReason.TRUNCATED,
        "resources: a page that adds nothing before the last",
        id="one row, and more of it",
    ),
    pytest.param(
        page([], 5, "more"),
        GapReason.TRUNCATED,
        "resources: a page that adds nothing before the last",
        id="nothing, and more of it",
    ),
    pytest.param(
        page(ROWS, 5, totalRecords=None),
        GapReason.TRUNCATED,
        "resources, page 1: Azure does not say of how many rows",
        id="of nobody knows how many",
    ),
    pytest.param(
        page([], 0, data={"columns": [], "rows": []}),
        GapReason.NOT_READ,
        "resources, page 1: `data` is no list of rows",
        id="a table",
    ),
    pytest.param(
        Reply(page(ROWS, 5).body, headers={"x-ms-tenant-subscription-limit-hit": "true"}),
        GapReason.TRUNCATED,
        "resources, page 1: too many subscriptions to search",
        id="over the limit of subscriptions",
    ),
]


@pytest.mark.parametrize(("reply", "reason", "detail"), PARTIAL)
def test_an_answer_that_is_not_whole_is_a_gap_and_an_end(
    azure: Azure, reply: Reply, reason: GapReason, detail: str
) -> None:
    azure.interfere = only("resources", reply)
    snapshot = azure.read()
    assert reasons(snapshot, "microsoft.network/routetables") == [
        (f"/subscriptions/{ONE}", reason, detail)
    ]
    assert len(azure.table("resources")) <= 6
    assert azure.waits == []


def test_an_estate_that_changes_between_two_pages_is_read_again(azure: Azure) -> None:
    azure.tables["resources"] = ROWS
    replies = iter([page(ROWS[:3], 6, "more")])
    azure.interfere = lambda body: (
        next(replies, None) if body["query"].startswith("resources ") else None
    )
    snapshot = azure.read()
    assert sorted(row.name or "" for row in snapshot.rows) == [f"rt-{n}" for n in range(5)]
    assert snapshot.gaps == ()


def test_an_answer_too_large_to_send_is_read_in_smaller_pages(azure: Azure) -> None:
    azure.tables["resources"] = ROWS
    azure.interfere = lambda body: (
        error(400, "ResponsePayloadTooLarge") if body["options"]["$top"] > 2 else None
    )
    snapshot = azure.read()
    assert (len(snapshot.rows), snapshot.gaps) == (5, ())


def test_a_row_that_is_none_is_a_gap(azure: Azure) -> None:
    nameless = {key: value for key, value in ROWS[0].items() if key != "id"}
    azure.interfere = only("resources", page([*ROWS[1:], nameless], 5))
    snapshot = azure.read()
    assert len(snapshot.rows) == 4
    detail = "row 5 of resources, page 1 has no id"
    kind = "microsoft.network/routetables"
    assert snapshot.gaps == (
        Gap(scope=EVERYWHERE, type=kind, reason=GapReason.UNPARSABLE, detail=detail),
    )


BROKEN = [
    pytest.param(HTML, id="a page of HTML"),
    pytest.param(Reply('{"data": [', content_type="application/json"), id="half an answer"),
    pytest.param(Reply("[]"), id="a list"),
    pytest.param(Reply({"totalRecords": "many", "data": []}), id="words for numbers"),
    pytest.param(error(502, "BadGateway"), id="a gateway's error"),
]


@pytest.mark.parametrize("reply", BROKEN)
def test_no_answer_from_one_table_is_a_gap_after_four_attempts(azure: Azure, reply: Reply) -> None:
    record = resource("Microsoft.Network/privateDnsZones", "z/A/r")
    azure.tables["dnsresources"] = [record | {"type": "microsoft.network/privatednszones/a"}]
    azure.interfere = only("resources", reply)
    snapshot = azure.read()
    ((_, reason, detail),) = reasons(snapshot, "microsoft.network/routetables")
    assert reason is GapReason.NOT_READ
    assert "\n" not in detail
    assert len(azure.table("resources")) == 4
    assert len(azure.waits) == 3
    assert len(snapshot.rows) == 1


@pytest.mark.parametrize("reply", [*BROKEN, THROTTLED, error(401, "ExpiredAuthenticationToken")])
def test_no_answer_at_all_is_an_error(azure: Azure, reply: Reply) -> None:
    azure.interfere = lambda _: reply
    with pytest.raises(CollectionError, match=f"nothing can be read: /subscriptions/{ONE}: "):
        azure.read()


def test_no_answer_from_any_table_is_an_error(azure: Azure) -> None:
    azure.interfere = lambda body: (
        None if body["query"].startswith("resourcecontainers") else error(403, "Forbidden")
    )
    with pytest.raises(CollectionError, match="did not answer: HTTP 403 Forbidden: said Forbidden"):
        azure.read()


def test_ctrl_c_goes_through(azure: Azure) -> None:
    def press(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        azure.read(progress=press)
