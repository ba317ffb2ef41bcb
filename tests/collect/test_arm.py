from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure_stand_in import ONE, TWO, Azure, Reply, error, resource, stand_in

from scanner.collect import Scope
from scanner.snapshot import GapReason, Row

ENDPOINT = resource("Microsoft.Network/privateEndpoints", "pe-openai")
HUB = resource("Microsoft.Network/virtualHubs", "hub")
RULESET = resource("Microsoft.Network/dnsForwardingRulesets", "rules")
ACCOUNT = resource("Microsoft.CognitiveServices/accounts", "aoai", publicNetworkAccess="Enabled")
ACCOUNT["kind"] = "OpenAI"
GROUPS = "microsoft.network/privateendpoints/privatednszonegroups"
CONNECTIONS = "microsoft.network/virtualhubs/hubvirtualnetworkconnections"
PROPERTIES = {
    "provisioningState": "Succeeded",
    "privateDnsZoneConfigs": [
        {
            "name": "openai",
            "properties": {
                "privateDnsZoneId": "/subscriptions/x/providers/privatelink.openai.azure.com",
                "recordSets": [{"recordType": "A", "ttl": 10, "ipAddresses": ["10.0.0.4"]}],
            },
        }
    ],
}


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def path(parent: dict[str, Any], collection: str) -> str:
    return f"{parent['id']}/{collection}".lower()


def named(rows: tuple[Row, ...], kind: str) -> list[Row]:
    return [row for row in rows if row.type.lower() == kind]


def test_zone_groups_are_rows_in_azures_own_words(azure: Azure) -> None:
    whole = {
        "id": f"{ENDPOINT['id']}/privateDnsZoneGroups/default",
        "name": "default",
        "type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "properties": PROPERTIES,
    }
    azure.tables["resources"] = [ENDPOINT]
    azure.children[path(ENDPOINT, "privateDnsZoneGroups")] = Reply({"value": [whole]})
    snapshot = azure.read()
    (row,) = named(snapshot.rows, GROUPS)
    assert row.document() == whole
    assert snapshot.gaps == ()


def test_a_child_without_id_and_type_gets_them(azure: Azure) -> None:
    azure.tables["resources"] = [ENDPOINT]
    bare = {"name": "default", "properties": PROPERTIES}
    azure.children[path(ENDPOINT, "privateDnsZoneGroups")] = Reply({"value": [bare]})
    (row,) = named(azure.read().rows, GROUPS)
    assert row.id == f"{ENDPOINT['id']}/privatednszonegroups/default"


def test_hub_connections_are_read_page_by_page(azure: Azure) -> None:
    azure.tables["resources"] = [HUB]
    at = path(HUB, "hubVirtualNetworkConnections")
    remote = {"remoteVirtualNetwork": {"id": "/subscriptions/x/vnet"}}
    rest = Reply({"value": [{"name": "b", "properties": remote}]})
    azure.children[f"{at}/rest"] = rest
    azure.children[at] = Reply(
        {"value": [{"name": "a", "properties": remote}], "nextLink": f"{azure.url}{at}/rest"}
    )
    rows = named(azure.read().rows, CONNECTIONS)
    assert [row.document()["properties"] for row in rows] == [remote, remote]
    assert [row.name for row in rows] == ["a", "b"]


def test_children_of_many_parents_come_in_the_order_of_the_parents(azure: Azure) -> None:
    azure.subscriptions = {ONE: "production", TWO: "test"}
    kind = "Microsoft.Network/privateEndpoints"
    parents = [resource(kind, f"pe-{n:02}", one) for one in (ONE, TWO) for n in range(20)]
    azure.tables["resources"] = parents
    for parent in parents:
        body = {"value": [{"name": parent["name"], "properties": PROPERTIES}]}
        azure.children[path(parent, "privateDnsZoneGroups")] = Reply(body)
    snapshot = azure.read(Scope(all_subscriptions=True))
    assert [row.name for row in named(snapshot.rows, GROUPS)] == [one["name"] for one in parents]
    assert "children: 40 of 40 asked" in azure.words


FAILURES = [
    (error(403, "AuthorizationFailed"), GapReason.DENIED, "HTTP 403 AuthorizationFailed"),
    (error(404, "ResourceNotFound"), GapReason.NOT_READ, "HTTP 404 ResourceNotFound"),
    (error(429, "TooManyRequests", Retry_After="7"), GapReason.THROTTLED, "HTTP 429 TooMany"),
    (Reply("<html>", content_type="text/html"), GapReason.NOT_READ, ""),
    (Reply("[]"), GapReason.NOT_READ, ""),
]


@pytest.mark.parametrize(("reply", "reason", "detail"), FAILURES)
def test_a_parent_that_does_not_answer_is_a_gap(
    azure: Azure, reply: Reply, reason: GapReason, detail: str
) -> None:
    azure.tables["resources"] = [ENDPOINT, HUB]
    azure.children[path(ENDPOINT, "privateDnsZoneGroups")] = reply
    azure.children[path(HUB, "hubVirtualNetworkConnections")] = Reply({"value": []})
    (gap,) = azure.read().gaps
    assert (gap.scope, gap.type, gap.reason) == (ENDPOINT["id"], GROUPS, reason)
    assert gap.detail.startswith(detail)
    assert "\n" not in gap.detail


def test_a_list_that_never_ends_is_a_gap(azure: Azure) -> None:
    azure.tables["resources"] = [HUB]
    at = path(HUB, "hubVirtualNetworkConnections")
    azure.children[at] = Reply({"value": [], "nextLink": f"{azure.url}{at}"})
    (gap,) = azure.read().gaps
    assert (gap.reason, gap.detail) == (GapReason.TRUNCATED, "over 100 pages of children")


def test_forwarding_rules_and_links_are_read_page_by_page(azure: Azure) -> None:
    azure.tables["resources"] = [RULESET]
    rules, links = path(RULESET, "forwardingRules"), path(RULESET, "virtualNetworkLinks")
    rule = {"domainName": "openai.azure.com.", "targetDnsServers": [{"ipAddress": "10.0.0.4"}]}
    one, two = ({"name": name, "properties": rule} for name in ("one", "two"))
    azure.children[rules] = Reply({"value": [one], "nextLink": f"{azure.url}{rules}/rest"})
    azure.children[f"{rules}/rest"] = Reply({"value": [two]})
    link = {"name": "hub", "properties": {"virtualNetwork": {"id": "/subscriptions/x/vnet"}}}
    azure.children[links] = Reply({"value": [link]})
    snapshot = azure.read()
    kind = "microsoft.network/dnsforwardingrulesets"
    assert [r.name for r in named(snapshot.rows, f"{kind}/forwardingrules")] == ["one", "two"]
    (row,) = named(snapshot.rows, f"{kind}/virtualnetworklinks")
    assert row.document()["properties"] == link["properties"]
    assert snapshot.gaps == ()


def test_a_next_page_at_another_host_is_not_asked_for(azure: Azure) -> None:
    azure.tables["resources"] = [RULESET]
    rules = path(RULESET, "forwardingRules")
    azure.children[rules] = Reply({"value": [], "nextLink": "https://elsewhere.example/rest"})
    (gap,) = azure.read().gaps
    assert gap.detail == "the next page is said to be at another host"


def test_route_tables_and_routing_intent_of_a_hub_are_rows(azure: Azure) -> None:
    azure.tables["resources"] = [HUB]
    table = {"name": "defaultRouteTable", "properties": {"labels": ["default"]}}
    intent = {"name": "intent", "properties": {"routingPolicies": []}}
    azure.children[path(HUB, "hubRouteTables")] = Reply({"value": [table]})
    azure.children[path(HUB, "routingIntent")] = Reply({"value": [intent]})
    snapshot = azure.read()
    held = {row.type: row.document()["properties"] for row in snapshot.rows[1:]}
    assert held == {
        "microsoft.network/virtualhubs/hubroutetables": {"labels": ["default"]},
        "microsoft.network/virtualhubs/routingintent": {"routingPolicies": []},
    }


def test_what_is_denied_names_the_permission_that_is_missing(azure: Azure) -> None:
    azure.tables["resources"] = [RULESET]
    azure.children[path(RULESET, "forwardingRules")] = error(403, "AuthorizationFailed")
    (gap,) = azure.read().gaps
    needs = "needs microsoft.network/dnsforwardingrulesets/forwardingrules/read"
    assert gap.detail == f"HTTP 403 AuthorizationFailed: said AuthorizationFailed; {needs}"


def test_an_account_is_read_again_for_what_resource_graph_drops(azure: Azure) -> None:
    azure.tables["resources"] = [ACCOUNT]
    whole = {"publicNetworkAccess": "Enabled", "networkAcls": {"bypass": "AzureServices"}}
    told = {key: ACCOUNT[key] for key in ("id", "name", "type", "kind", "location", "tags")}
    azure.children[ACCOUNT["id"].lower()] = Reply(told | {"properties": whole})
    snapshot = azure.read()
    (row,) = snapshot.rows
    columns = {key: ACCOUNT[key] for key in ("resourceGroup", "subscriptionId", "tenantId")}
    assert row.document() == told | columns | {"properties": whole}
    assert snapshot.gaps == ()


def test_an_account_that_cannot_be_read_again_is_a_gap(azure: Azure) -> None:
    azure.tables["resources"] = [ACCOUNT]
    azure.children[ACCOUNT["id"].lower()] = error(404, "ResourceNotFound")
    snapshot = azure.read()
    (gap,) = snapshot.gaps
    assert (gap.scope, gap.type) == (ACCOUNT["id"], "microsoft.cognitiveservices/accounts")
    assert len(snapshot.rows) == 1


def test_at_most_16_questions_are_under_way(azure: Azure) -> None:
    parents = [resource("Microsoft.Network/privateEndpoints", f"pe-{n:03}") for n in range(60)]
    azure.tables["resources"] = parents
    azure.delay = 0.01
    assert len(azure.read().rows) == 60
    assert 4 < azure.busiest <= 16


def test_ctrl_c_while_threads_read_goes_through_and_stops_them(azure: Azure) -> None:
    parents = [resource("Microsoft.Network/privateEndpoints", f"pe-{n:03}") for n in range(200)]
    azure.tables["resources"] = parents
    for parent in parents:
        azure.children[path(parent, "privateDnsZoneGroups")] = error(503, "Busy")
    waits: list[str] = []

    def press(word: str) -> None:
        if word.startswith("waiting"):
            waits.append(word)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        azure.read(progress=press)
    assert 0 < len(waits) < 200
    assert not [one for one in threading.enumerate() if one.name.startswith("collect")]
