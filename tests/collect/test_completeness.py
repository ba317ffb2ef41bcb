"""A snapshot proves that it is whole, or says how far it is not."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from azure_stand_in import ONE, TWO, Azure, Reply, error, page, resource, stand_in

from scanner.collect import Scope
from scanner.snapshot import Coverage, Gap, GapReason, QueryCounts, encode, parse

ROUTE_TABLE = "Microsoft.Network/routeTables"
ROWS = [resource(ROUTE_TABLE, f"rt-{number:04}") for number in range(9)]
ZONE_TYPE = "Microsoft.Network/privateDnsZones"
POLICY_TYPE = "Microsoft.Network/firewallPolicies"
LINK = resource(f"{ZONE_TYPE}", "z/virtualNetworkLinks/hub", virtualNetwork={"id": "/x"})
LINK["type"] = f"{ZONE_TYPE}/virtualNetworkLinks".lower()


def zone(*, links: int, records: int) -> dict[str, Any]:
    row = resource(ZONE_TYPE, "z", numberOfVirtualNetworkLinks=links)
    return row | {"properties": row["properties"] | {"numberOfRecordSets": records}}


def record(kind: str, name: str) -> dict[str, Any]:
    row = resource(ZONE_TYPE, f"z/{kind}/{name}", records=[])
    return row | {"type": f"{ZONE_TYPE}/{kind}".lower()}


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def query(table: str, rows: int = 0, *, subscriptions: int = 1, pages: int = 1) -> QueryCounts:
    return QueryCounts(
        table=table, subscriptions=subscriptions, rows=rows, pages=pages, total_records=rows
    )


def test_a_snapshot_says_what_was_asked_and_what_came(azure: Azure) -> None:
    azure.tables["resources"] = [resource("Microsoft.Network/privateEndpoints", "pe")]
    snapshot = azure.read(Scope(subscriptions=(ONE, TWO)))
    containers = query("resourcecontainers", 1, subscriptions=2)
    tables = (query("dnsresources"), query("networkresources"))
    resources = query("resources", 1)
    assert snapshot.coverage == Coverage(
        asked=2,
        visible=1,
        queries=tuple(sorted((containers, resources, *tables))),
        requests=1,
    )
    assert parse(encode(snapshot), "saved").coverage == snapshot.coverage


def test_pages_share_a_row(azure: Azure) -> None:
    azure.tables["resources"] = ROWS
    azure.rows_a_page = 4
    snapshot = azure.read()
    assert [row.name for row in snapshot.rows] == [row["name"] for row in ROWS]
    skips = [body["options"].get("$skip", 0) for body in azure.table("resources")]
    assert skips == [0, 3, 6]
    assert snapshot.coverage is not None
    counted = query("resources", 9, pages=3)
    assert counted in snapshot.coverage.queries


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 1999, 5000])
def test_many_rows_take_few_questions(azure: Azure, count: int) -> None:
    azure.tables["resources"] = [resource(ROUTE_TABLE, f"rt-{n:05}") for n in range(count)]
    snapshot = azure.read()
    assert (len(snapshot.rows), snapshot.gaps) == (count, ())
    assert len(azure.table("resources")) <= ceil(count / 999) + 1


class Moving:
    """An estate in which, between two pages, one row goes and another comes: the total stays."""

    def __init__(self, azure: Azure, times: int) -> None:
        self.azure, self.times = azure, times
        azure.tables["resources"] = list(ROWS)
        azure.rows_a_page = 4
        azure.interfere = self

    def __call__(self, question: dict[str, Any]) -> Reply | None:
        if question["query"].startswith("resources ") and "$skip" in question["options"]:
            rows = self.azure.tables["resources"]
            if self.times:
                self.times -= 1
                rows.pop(0)
                rows.append(resource(ROUTE_TABLE, f"rt-{9000 - self.times}"))
        return None


def test_a_row_that_goes_while_another_comes_does_not_hide_a_third(azure: Azure) -> None:
    Moving(azure, times=1)
    snapshot = azure.read()
    held = [row["name"] for row in azure.tables["resources"]]
    assert [row.name for row in snapshot.rows] == held
    assert snapshot.gaps == ()
    assert snapshot.coverage is not None
    assert [one.rereads for one in snapshot.coverage.queries if one.table == "resources"] == [1]


def test_an_estate_that_does_not_rest_is_a_gap(azure: Azure) -> None:
    Moving(azure, times=99)
    told = "resources, page 2 does not begin with the row that the page before ends with"
    gaps = {gap for gap in azure.read().gaps if gap.type == ROUTE_TABLE.lower()}
    scope = f"/subscriptions/{ONE}"
    truncated = GapReason.TRUNCATED
    assert gaps == {Gap(scope=scope, type=ROUTE_TABLE.lower(), reason=truncated, detail=told)}


def test_a_zone_whose_counts_were_read_is_asked_nothing(azure: Azure) -> None:
    azure.tables["resources"] = [zone(links=1, records=4), LINK]
    azure.tables["dnsresources"] = [record("A", "a"), record("TXT", "t"), record("CNAME", "c")]
    snapshot = azure.read()
    assert {row.name for row in snapshot.rows} == {"z", LINK["name"], "z/A/a", "z/CNAME/c"}
    assert snapshot.gaps == ()
    assert snapshot.coverage is not None
    assert snapshot.coverage.requests == 0


def test_a_zone_that_holds_more_than_was_read_is_asked_itself(azure: Azure) -> None:
    azure.tables["resources"] = [zone(links=1, records=3)]
    azure.tables["dnsresources"] = [record("A", "gone")]
    at = azure.tables["resources"][0]["id"].lower()
    azure.children[f"{at}/virtualnetworklinks"] = Reply({"value": [LINK]})
    azure.children[f"{at}/all"] = Reply(
        {"value": [record("SOA", "@"), record("A", "a"), record("A", "b")]}
    )
    snapshot = azure.read()
    names = [row.name for row in snapshot.rows]
    assert sorted(name or "" for name in names) == ["z", "z/A/a", "z/A/b", LINK["name"]]
    assert snapshot.gaps == ()


def test_a_zone_that_still_holds_more_is_a_gap(azure: Azure) -> None:
    azure.tables["resources"] = [zone(links=2, records=3)]
    at = azure.tables["resources"][0]["id"]
    azure.children[f"{at}/virtualnetworklinks".lower()] = error(403, "AuthorizationFailed")
    azure.children[f"{at}/all".lower()] = Reply({"value": [record("SOA", "@")]})
    gaps = azure.read().gaps
    told = {(gap.type.rpartition("/")[2], gap.reason.value, gap.detail) for gap in gaps}
    refusal = "HTTP 403 AuthorizationFailed: said AuthorizationFailed"
    permission = "microsoft.network/privatednszones/virtualnetworklinks/read"
    assert told == {
        ("a", "notRead", "1 of 3 record sets were read"),
        ("cname", "notRead", "1 of 3 record sets were read"),
        ("virtualnetworklinks", "notRead", "0 of 2 links were read"),
        ("virtualnetworklinks", "denied", f"{refusal}; needs {permission}"),
    }


def test_a_policy_that_names_groups_which_were_not_read_is_asked(azure: Azure) -> None:
    group = resource(POLICY_TYPE, "p/ruleCollectionGroups/g", priority=100)
    group["type"] = f"{POLICY_TYPE}/ruleCollectionGroups".lower()
    policy = resource(POLICY_TYPE, "p", ruleCollectionGroups=[{"id": group["id"]}])
    azure.tables["resources"] = [policy]
    at = f"{policy['id']}/ruleCollectionGroups".lower()
    azure.children[at] = Reply({"value": [{"id": group["id"], "name": "g", "properties": {}}]})
    snapshot = azure.read()
    assert [row.id for row in snapshot.rows] == [policy["id"], group["id"]]
    assert snapshot.gaps == ()
    azure.children[at] = Reply({"value": []})
    (gap,) = azure.read().gaps
    assert gap.detail == "0 of 1 rule collection groups were read"


def test_a_page_without_a_count_of_all_rows_proves_nothing(azure: Azure) -> None:
    azure.interfere = lambda body: (
        page(ROWS, 9, totalRecords=None) if body["query"].startswith("resources ") else None
    )
    assert {gap.reason for gap in azure.read().gaps} == {GapReason.TRUNCATED}


def test_a_table_of_many_rows_is_read_in_shards(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.collect.tables.MOST_UNDIVIDED", 100)
    azure.tables["resources"] = [resource(ROUTE_TABLE, f"rt-{n:04}") for n in range(3000)]
    snapshot = azure.read()
    assert sorted(row.name or "" for row in snapshot.rows) == [f"rt-{n:04}" for n in range(3000)]
    assert snapshot.gaps == ()
    assert snapshot.coverage is not None
    shards = [one for one in snapshot.coverage.queries if one.table == "resources"]
    assert len(shards) == 4
    assert sum(shard.rows for shard in shards) == 3000
    assert len(azure.table("resources")) <= 1 + sum(ceil(shard.rows / 999) for shard in shards)


def test_shards_that_are_not_the_whole_are_none_of_it(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.collect.tables.MOST_UNDIVIDED", 8)
    azure.tables["resources"] = ROWS
    azure.interfere = lambda body: page([], 0) if "% 4 == 3" in body["query"] else None
    snapshot = azure.read()
    assert [row.name for row in snapshot.rows] == [row["name"] for row in ROWS]
    assert snapshot.gaps == ()
    assert snapshot.coverage is not None
    assert query("resources", 9) in snapshot.coverage.queries
    assert len(snapshot.coverage.queries) == 4
