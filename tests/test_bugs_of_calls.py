"""What was wrong with what became of a call, one test each, named after what somebody met."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli.command_line import forget_settings, run

from scanner.analysis.connections import Connection, intended
from scanner.findings import Verdict
from scanner.resources import parse
from scanner.rules import estates, home, judge, load_all, mended
from scanner.rules.nodes import Reference
from scanner.snapshot import Snapshot, save
from scanner.topology import Topology
from scanner.topology.expectations import Demand, Expectation, Selector

RULES = load_all()
APPROVED = "Approved"
TRACE = ("trace", "--from", "vnet-ai", "--to", "aoai-prod")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)


def snapshot(name: str, patch: Mapping[str, Any], *unread: str) -> Snapshot:
    good = estates.load(home() / f"estates/{name}.yaml")
    return estates.snapshot(estates.merge_patch(good, patch), unread)


def drawn(name: str, patch: Mapping[str, Any]) -> Topology:
    return Topology(parse(snapshot(name, patch)))


def reported(topology: Topology, verdict: Verdict) -> set[str]:
    return {one.rule for one in judge(topology, RULES)[0] if one.verdict is verdict}


def listed(status: str) -> Mapping[str, Any]:
    """Return the account with its one connection in that state, and the endpoint too."""
    state = {"privateLinkServiceConnectionState": {"status": status}}
    asked = {"privateLinkServiceId": Reference("aoai-prod"), "groupIds": ["account"], **state}
    one = {
        "name": "pe-aoai-prod",
        "id": Reference("aoai-prod#privateEndpointConnections/pe-aoai-prod"),
        "properties": {"privateEndpoint": {"id": Reference("pe-aoai-prod")}, **state},
    }
    return {
        "aoai-prod": {"properties": {"privateEndpointConnections": [one]}},
        "pe-aoai-prod": {
            "properties": {"privateLinkServiceConnections": [{"name": "c", "properties": asked}]}
        },
    }


def told(status: str) -> Mapping[str, Any]:
    """Return the endpoint that was told something else than its account says."""
    return {"pe-aoai-prod": listed(status)["pe-aoai-prod"]}


# --- connections that wait


@pytest.mark.parametrize(("status", "rule"), [("Pending", "AOAI302"), ("Rejected", "AOAI303")])
@pytest.mark.parametrize("record", [{}, {"privatelink.openai.azure.com/aoai-prod": None}])
def test_callers_of_an_account_that_approved_nobody_vanished(
    status: str, rule: str, record: Mapping[str, Any]
) -> None:
    topology = drawn("single-vnet", {**listed(status), **record})
    (found,) = intended(topology)
    assert found.broken is not None
    assert found.broken.blame.name == "pe-aoai-prod"
    fix = mended(topology, RULES, found)
    assert fix is not None
    assert fix.rule == rule


# --- states

FAILED = {"properties": {"provisioningState": "Failed"}}


@pytest.mark.parametrize(
    ("name", "patch"),
    [
        ("single-vnet", told("Disconnected")),
        ("single-vnet", {"aoai-prod": {"properties": {"provisioningState": "Failed"}}}),
        ("single-vnet", {"aoai-prod": {"properties": {"provisioningState": "Deleting"}}}),
        ("single-vnet", {"pe-aoai-prod": {"properties": {"provisioningState": "Deleting"}}}),
        (
            "private-resolver",
            {"dnspr-hub/inbound": {"properties": {"provisioningState": "Failed"}}},
        ),
        ("virtual-wan", {"vhub-contoso/endpoints": FAILED}),
    ],
    ids=["cut off", "account failed", "account going", "endpoint going", "resolver", "hub"],
)
def test_what_failed_was_shown_as_reachable(name: str, patch: Mapping[str, Any]) -> None:
    topology = drawn(name, patch)
    before = {one.key: one.verdict.value for one in intended(drawn(name, {}))}
    after = {one.key: one.verdict.value for one in intended(topology)}
    worse = {key for key, verdict in after.items() if verdict != before[key]}
    assert worse
    assert {after[key] for key in worse} == {"unknown"}
    assert reported(topology, Verdict.OPEN)


def test_a_public_address_was_perhaps_right_for_an_account_that_nobody_calls_publicly() -> None:
    record = {"privatelink.openai.azure.com/aoai-prod": {"properties": {"aRecords": PUBLIC}}}
    (found,) = intended(drawn("single-vnet", record))
    assert said(found) == ("broken", "recordStale")
    opened = {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}
    (found,) = intended(drawn("single-vnet", {**record, "aoai-prod": {"properties": opened}}))
    assert said(found) == ("unknown", None)


PUBLIC = [{"ipv4Address": "20.1.2.3"}]


def said(found: Connection) -> tuple[str, str | None]:
    return found.verdict.value, found.broken.cause.value if found.broken else None


# --- questions to DNS servers

SHUT = {
    "nsg-workload": {
        "properties": {
            "securityRules": [
                {
                    "name": "deny-dns",
                    "properties": {
                        "priority": 100,
                        "direction": "Outbound",
                        "access": "Deny",
                        "protocol": "*",
                        "sourceAddressPrefix": "*",
                        "sourcePortRange": "*",
                        "destinationAddressPrefix": "*",
                        "destinationPortRange": "53",
                    },
                }
            ]
        }
    }
}


def test_blocked_questions_were_told_of_a_caller_that_must_never_call() -> None:
    inventory = parse(snapshot("hub-firewall", SHUT))
    everybody = Selector(name="*")
    never = Expectation(source=everybody, target=everybody, reach=Demand.NEVER)
    assert "AOAI416" in reported(Topology(inventory), Verdict.FAIL)
    assert "AOAI416" not in reported(Topology(inventory, (never,)), Verdict.FAIL)


def test_blocked_questions_were_told_beside_the_public_server_they_go_to() -> None:
    asks = {"vnet-ai": {"properties": {"dhcpOptions": {"dnsServers": ["8.8.8.8"]}}}}
    failed = reported(drawn("single-vnet", {**SHUT, **asks}), Verdict.FAIL)
    assert "AOAI214" in failed
    assert "AOAI416" not in failed


# --- what was not read


@pytest.mark.parametrize(
    "words", [("matrix",), ("trace", "--from", "vnet-ai", "--to", "aoai-prod")]
)
def test_an_estate_that_was_not_read_whole_gave_exit_code_0(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "estate.json"
    save(snapshot("single-vnet", {}, "Microsoft.Network/azureFirewalls"), path)
    ran = run(*words, "--snapshot", str(path))
    assert ran.code == 3
    assert "Not read (denied): microsoft.network/azurefirewalls" in ran.err
    document = json.loads(run(*words, "--snapshot", str(path), "-f", "json").out)
    assert document["complete"] is False
    assert [gap["type"] for gap in document["gaps"]] == ["microsoft.network/azurefirewalls"]
    save(snapshot("single-vnet", {}), path)
    whole = run(*words, "--snapshot", str(path))
    assert (whole.code, whole.err) == (0, "")


# --- several addresses behind a name


def test_trace_told_of_one_of_several_ways(tmp_path: Path) -> None:
    second = {
        "pe-second": {
            "type": "Microsoft.Network/privateEndpoints",
            "location": "swedencentral",
            "properties": {
                "provisioningState": "Succeeded",
                "subnet": {"id": Reference("vnet-ai#subnets/snet-endpoints")},
                "customDnsConfigs": [
                    {"fqdn": "aoai-prod.openai.azure.com", "ipAddresses": ["10.10.1.9"]}
                ],
                "privateLinkServiceConnections": listed(APPROVED)["pe-aoai-prod"]["properties"][
                    "privateLinkServiceConnections"
                ],
            },
        },
        "privatelink.openai.azure.com/aoai-prod": {
            "properties": {"aRecords": [{"ipv4Address": "10.10.1.4"}, {"ipv4Address": "10.10.1.9"}]}
        },
    }
    account = listed(APPROVED)["aoai-prod"]
    (first,) = account["properties"]["privateEndpointConnections"]
    other = {
        "name": "pe-second",
        "id": Reference("aoai-prod#privateEndpointConnections/pe-second"),
        "properties": {
            **first["properties"],
            "privateEndpoint": {"id": Reference("pe-second")},
        },
    }
    both = {"properties": {"privateEndpointConnections": [first, other]}}
    path = tmp_path / "estate.json"
    save(snapshot("single-vnet", {**second, "aoai-prod": both}), path)
    ran = run(*TRACE, "--snapshot", str(path))
    assert ran.code == 0, ran.err
    assert "also     by 10.10.1." in ran.out
    document = json.loads(run(*TRACE, "--snapshot", str(path), "-f", "json").out)
    (found,) = document["connections"]
    assert [way["verdict"] for way in found["further"]] == ["reachable"]


def keeping_in(group: str = "nsg-spokes", **changes: Any) -> Mapping[str, Any]:
    """Return a security group with one rule, that denies the Internet unless it is changed."""
    deny = {
        "name": "deny-internet",
        "id": Reference(f"{group}#securityRules/deny-internet"),
        "properties": {
            "priority": 4000,
            "direction": "Outbound",
            "access": "Deny",
            "protocol": "*",
            "sourceAddressPrefix": "*",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "Internet",
            "destinationPortRange": "*",
            **changes,
        },
    }
    return {group: {"properties": {"securityRules": [deny]}}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"destinationAddressPrefix": "*"}, "broken"),
        # What VirtualNetwork holds, and Internet leaves out, is not certain beside half a peering.
        ({}, "public"),
        ({"access": "Allow"}, "public"),
        ({"destinationPortRange": "80"}, "public"),
        ({"protocol": "Udp"}, "public"),
        ({"direction": "Inbound"}, "public"),
        ({"destinationAddressPrefix": "20.0.0.0/8"}, "public"),
        ({"destinationAddressPrefix": "AzureCloud"}, "public"),
        ({"sourceAddressPrefix": "10.77.0.0/16"}, "public"),
    ],
)
def test_a_caller_whom_a_group_keeps_from_the_internet_was_said_to_call_publicly(
    change: Mapping[str, Any], expected: str
) -> None:
    file = estates.load(home() / "demo.yaml")
    shut = estates.snapshot(estates.merge_patch(file, keeping_in(**change)))
    topology = Topology(parse(shut))
    path = "vnet-search/snet-search -> aoai-chat.openai.azure.com"
    (call,) = (one for one in intended(topology) if one.path == path)
    assert str(call.verdict) == expected
    assert call.broken is not None
    assert str(call.broken.cause) == "zoneNotLinked"
    told = any("deny-internet" in step.said for step in call.steps)
    assert told is (expected == "broken")
    assert "AOAI201" in reported(topology, Verdict.FAIL)


def test_a_group_that_denies_some_of_the_internet_first_is_heard_by_priority() -> None:
    patch = keeping_in()
    rules = patch["nsg-spokes"]["properties"]["securityRules"]
    allow = {**rules[0]["properties"], "priority": 3000, "access": "Allow"}
    tag = {**allow, "destinationAddressPrefix": "CognitiveServicesManagement"}
    rules.append({**rules[0], "name": "tag", "properties": tag})
    file = estates.load(home() / "demo.yaml")
    topology = Topology(parse(estates.snapshot(estates.merge_patch(file, patch))))
    path = "vnet-search/snet-search -> aoai-chat.openai.azure.com"
    (call,) = (one for one in intended(topology) if one.path == path)
    assert str(call.verdict) == "public"


@pytest.mark.parametrize(("target", "expected"), [("Internet", "broken"), ("Storage", "public")])
def test_in_a_network_by_itself_the_tag_internet_is_every_public_address(
    target: str, expected: str
) -> None:
    deny = keeping_in("nsg-workload", destinationAddressPrefix=target)
    public = {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": None}}
    changes = {**deny, "privatelink.openai.azure.com/ai": None, "aoai-prod": public}
    calls = intended(drawn("single-vnet", changes))
    assert {str(call.verdict) for call in calls} == {expected}
