"""
What was wrong with the fixes that a scan proposed, one test each.

Each is named after what somebody met who tried to make the scanner say something false.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
from azure_cli import after

from scanner.analysis.connections import intended
from scanner.findings import Finding, Verdict
from scanner.report import FORMATS, Options, trace
from scanner.resources import parse
from scanner.rules import estates, home, judge, load_all, mended
from scanner.rules.nodes import Reference
from scanner.scan import scan
from scanner.snapshot import Snapshot
from scanner.topology import Topology

RULES = {rule.id: rule for rule in load_all()}


def estate(name: str, patch: Mapping[str, Any]) -> Snapshot:
    good = estates.load(home() / f"estates/{name}.yaml")
    return estates.snapshot(estates.merge_patch(good, patch))


def found(rule: str, name: str, patch: Mapping[str, Any]) -> Finding:
    """Return the one violation of a rule."""
    findings, _ = judge(Topology(parse(estate(name, patch))), (RULES[rule],))
    (failed,) = (finding for finding in findings if finding.verdict is Verdict.FAIL)
    return failed


def endpoints(policies: str) -> Mapping[str, Any]:
    """Return the subnet of the endpoint with other network policies."""
    return {
        "vnet-ai": {
            "properties": {
                "subnets": [
                    {
                        "name": "snet-endpoints",
                        "id": Reference("vnet-ai#subnets/snet-endpoints"),
                        "properties": {
                            "addressPrefix": "10.10.1.0/27",
                            "networkSecurityGroup": {"id": Reference("nsg-endpoints")},
                            "privateEndpointNetworkPolicies": policies,
                        },
                    }
                ]
            }
        }
    }


def peering(network: str, other: str, **properties: Any) -> Mapping[str, Any]:
    return {
        "name": f"to-{other}",
        "id": Reference(f"{network}#virtualNetworkPeerings/to-{other}"),
        "properties": {
            "remoteVirtualNetwork": {"id": Reference(other)},
            "remoteAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "allowVirtualNetworkAccess": True,
            **properties,
        },
    }


UNPEERED: Mapping[str, Any] = {
    "vnet-app": {"properties": {"virtualNetworkPeerings": []}},
    "vnet-hub": {"properties": {"virtualNetworkPeerings": []}},
    "vnet-data": {"properties": {"virtualNetworkPeerings": []}},
    "privatelink.openai.azure.com/data": None,
}
"""AOAI306: each half of the peering is a command of its own."""

CUT: Mapping[str, Any] = {
    "vnet-app": {
        "properties": {
            "virtualNetworkPeerings": [
                peering(
                    "vnet-app",
                    "vnet-hub",
                    peeringState="Disconnected",
                    allowForwardedTraffic=True,
                    allowGatewayTransit=False,
                )
            ]
        }
    },
}

NEXT_HOP_GONE: Mapping[str, Any] = {
    "rt-spokes": {
        "properties": {
            "routes": [
                {
                    "name": "endpoints",
                    "properties": {
                        "addressPrefix": "10.0.1.0/27",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": "10.0.0.9",
                    },
                }
            ]
        }
    }
}


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_only_one_half_of_a_peering_was_proposed(form: str) -> None:
    report = scan(estate("hub-and-spoke", UNPEERED), (RULES["AOAI306"],))
    (finding,) = report.findings
    text = " ".join(shown(form, report).replace("\\\n", " ").split())
    there = [text.find(command) for command in finding.commands]
    assert len(there) == 2
    assert -1 < there[0] < there[1]


def shown(form: str, report: Any) -> str:
    """Return a report as text, without what the format does to quotes and brackets."""
    text = FORMATS[form].render(report, Options(width=10_000))
    if form == "csv":
        return "\n".join(" ".join(row) for row in csv.reader(StringIO(text)))
    if form in {"json", "sarif"}:
        return "\n".join(words(json.loads(text)))
    return text


def words(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [word for one in value for word in words(one)]
        case dict():
            return [word for one in value.values() for word in words(one)]
        case _:
            return []


def test_the_message_of_a_sarif_result_proposed_one_half_of_a_peering() -> None:
    report = scan(estate("hub-and-spoke", UNPEERED), (RULES["AOAI306"],))
    text = json.loads(FORMATS["sarif"].render(report, Options(width=100)))
    (result,) = text["runs"][0]["results"]
    for command in report.findings[0].commands:
        assert command in result["message"]["text"]


def test_trace_proposed_one_half_of_a_peering() -> None:
    topology = Topology(parse(estate("hub-and-spoke", UNPEERED)))
    broken = [one for one in intended(topology) if one.broken]
    fixes = {one.key: mended(topology, RULES.values(), one) for one in broken}
    told = {key: fix for key, fix in fixes.items() if fix}
    text = trace.text("app", "aoai", broken, told, 10_000)
    assert [text.count(command) for fix in told.values() for command in fix.commands] == [1, 1]


@pytest.mark.parametrize("form", ["table", "markdown", "junit", "html", "sarif", "json"])
def test_looking_at_a_route_was_called_its_fix(form: str) -> None:
    report = scan(estate("hub-firewall", NEXT_HOP_GONE), (RULES["AOAI314"],))
    (finding,) = report.findings
    (look,) = finding.looks
    assert finding.commands == ()
    assert " route-table route show " in look
    text = shown(form, report)
    assert look in text
    assert f"fix: {look}" not in text.lower()
    if form == "table":
        assert f"look: {look}\n          fix: Find out which firewall" in text


def test_looking_at_a_peering_was_called_its_fix() -> None:
    finding = found("AOAI308", "hub-and-spoke", CUT)
    assert [" show " in command for command in (*finding.looks, *finding.commands)] == [
        True,
        *[False] * len(finding.commands),
    ]


def test_a_peering_that_was_made_anew_lost_its_flags() -> None:
    snapshot = estate("hub-and-spoke", CUT)
    then = after(snapshot, found("AOAI308", "hub-and-spoke", CUT).commands)
    (network,) = (row for row in then.rows if row.name == "vnet-app")
    (half,) = network.document()["properties"]["virtualNetworkPeerings"]
    assert half["properties"]["allowForwardedTraffic"] is True


@pytest.mark.parametrize("rule", ["AOAI303", "AOAI305"])
def test_an_endpoint_was_deleted_and_its_zone_group_with_it(rule: str) -> None:
    patch: Mapping[str, Any] = (
        {"pe-aoai-prod": {"properties": {"provisioningState": "Failed"}}}
        if rule == "AOAI305"
        else {"aoai-prod": {"properties": {"privateEndpointConnections": []}}}
    )
    finding = found(rule, "single-vnet", patch)
    then = after(estate("single-vnet", patch), finding.commands)
    (group,) = (row for row in then.rows if row.type.lower().endswith("/privatednszonegroups"))
    (zone,) = group.document()["properties"]["privateDnsZoneConfigs"]
    assert zone["properties"]["privateDnsZoneId"].endswith("/privatelink.openai.azure.com")
    again = Topology(parse(then))
    assert not [f for f in judge(again, (RULES[rule],))[0] if f.verdict is Verdict.FAIL]


@pytest.mark.parametrize(
    "kept",
    [
        {"ipConfigurations": [{"name": "ip", "properties": {"privateIPAddress": "10.10.1.4"}}]},
        {"customNetworkInterfaceName": "nic-of-mine"},
        {"applicationSecurityGroups": [{"id": Reference("asg-endpoints")}]},
    ],
    ids=lambda kept: next(iter(kept)),
)
def test_an_endpoint_was_deleted_and_lost_what_somebody_chose(kept: Mapping[str, Any]) -> None:
    failed: dict[str, Any] = {
        "pe-aoai-prod": {"properties": {"provisioningState": "Failed", **kept}}
    }
    if "applicationSecurityGroups" in kept:
        failed["asg-endpoints"] = {"type": "Microsoft.Network/applicationSecurityGroups"}
    assert found("AOAI305", "single-vnet", failed).commands == ()


@pytest.mark.parametrize(
    ("policies", "then"),
    [("RouteTableEnabled", "Enabled"), ("Disabled", "NetworkSecurityGroupEnabled")],
)
def test_letting_the_group_count_turned_route_tables_off(policies: str, then: str) -> None:
    (command,) = found("AOAI404", "single-vnet", endpoints(policies)).commands
    assert command.endswith(f"--private-endpoint-network-policies {then}")
