"""
Every query we send, read by Microsoft's own parser.

Without it these tests are skipped; in CI, where nobody reads the reason, they fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import kql
import pytest
from azure_stand_in import ONE, TWO, Azure, resource, stand_in

from scanner.collect import Scope
from scanner.collect.queries import SUBSCRIPTIONS, queries, shards_of

HERE = Path(__file__).parents[1] / "kql"
SENT = (SUBSCRIPTIONS, *(one for t, q in queries().items() for one in (q, *shards_of(t))))

TEXT = ("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId")
"""
Columns that Microsoft lists, or that its samples use, of every table.

Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language
"""
COLUMNS = dict.fromkeys((*TEXT, "managedBy"), "string") | dict.fromkeys(
    ("sku", "plan", "identity", "zones", "tags", "properties", "extendedLocation"), "dynamic"
)
TABLES = dict.fromkeys(
    ("resourcecontainers", "resources", "dnsresources", "networkresources"), COLUMNS
)


def parsed(*texts: str) -> list[dict[str, Any]]:
    """Return what Microsoft's parser says of each query, and the columns it returns."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules").is_dir():
        if os.environ.get("CI"):
            pytest.fail("no parser of KQL: `make kql` installs it, and CI parses every query")
        pytest.skip("Microsoft's parser of KQL is not installed: see `make kql`")
    asked = json.dumps({"tables": TABLES, "queries": texts})
    done = subprocess.run(  # noqa: S603 - our own script
        [node, HERE / "parse.js"], input=asked, capture_output=True, text=True, check=True
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(told) == len(texts)
    return told


def projected(query: str) -> list[str]:
    (columns,) = re.findall(r"\| project ([^|]+) \|", query)
    return str(columns).split(", ")


def test_every_query_is_kql_and_gives_the_columns_it_names() -> None:
    wrong = ("resources | wher id == 1", "resources | project nope", "nowhere | project id")
    told = parsed(*SENT, *wrong)
    for query, one in zip(SENT, told, strict=False):
        assert one == {"errors": [], "columns": projected(query)}, query
    noticed = [bool(one["errors"]) for one in told[len(SENT) :]]
    assert noticed == [True, True, True], "the parser would not notice"


@pytest.mark.parametrize("word", ["join", "union", "mv-expand", "limit", "take", "let", "sample"])
def test_no_query_says_what_resource_graph_bounds_or_lacks(word: str) -> None:
    """
    Joins and expansions are bounded, and cut off without a word; `let` is not known to it.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language
    """
    assert not [query for query in SENT if re.search(rf"\b{word}\b", query)]


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def test_no_other_query_is_sent(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.collect.tables.MOST_UNDIVIDED", 3)
    kind = "Microsoft.Network/routeTables"
    azure.tables["resources"] = [resource(kind, f"rt-{number}") for number in range(9)]
    azure.read(Scope(subscriptions=(ONE, TWO, "production"), all_subscriptions=True))
    asked = {body["query"] for body in azure.asked}
    assert len(asked) == 8
    assert asked <= set(SENT)


# --- the stand-in runs them


def ids(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_the_stand_in_gives_what_a_query_asks_for_and_no_more(azure: Azure) -> None:
    wanted = resource("Microsoft.Network/routeTables", "rt")
    other = resource("Microsoft.Storage/storageAccounts", "st")
    azure.tables["resources"] = [other, wanted]
    assert ids(row.document() for row in azure.read().rows) == [wanted["id"]]


def test_the_stand_in_refuses_what_is_no_query() -> None:
    rows = [{"id": "b", "type": "X/Y"}, {"id": "a", "type": "x/z"}]
    assert ids(kql.run("t | where type in~ ('x/y', 'X/Z') | order by id asc", {"t": rows})) == [
        "a",
        "b",
    ]
    assert kql.run("t | where type =~ 'x/y' | project type", {"t": rows}) == [{"type": "X/Y"}]
    for wrong in ("u | project id", "t | summarize count()", "t | order by name asc"):
        with pytest.raises(kql.ParserFailureError):
            kql.run(wrong, {"t": rows})
