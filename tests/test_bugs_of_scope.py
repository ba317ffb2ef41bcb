"""
What was wrong with verdicts about things that are not in the snapshot, one test each.

Gone is one thing, and not looked at another: the first fails, the second is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.analysis.connections import intended
from scanner.findings import Finding, Verdict
from scanner.resources import parse
from scanner.rules import estates, home, judge, load_all, mended
from scanner.topology import Topology

RULES = load_all()
SUBSCRIPTION = "/subscriptions/e4be4e65-e661-59d4-86ad-3a6539885d9a"
FAR = "/subscriptions/11111111-1111-1111-1111-111111111111"
ZONE = "resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com"

NO_ZONE: Mapping[str, Any] = {
    "privatelink.openai.azure.com": None,
    "privatelink.openai.azure.com/ai": None,
    "privatelink.openai.azure.com/aoai-prod": None,
    "pe-aoai-prod/default": None,
}


def drawn(patch: Mapping[str, Any], name: str = "single-vnet") -> Topology:
    good = estates.load(home() / f"estates/{name}.yaml")
    return Topology(parse(estates.snapshot(estates.merge_patch(good, patch))))


def group(zone: str) -> Mapping[str, Any]:
    config = {"name": "openai", "properties": {"privateDnsZoneId": zone}}
    said = {
        "type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "properties": {"privateDnsZoneConfigs": [config]},
    }
    return {**NO_ZONE, "pe-aoai-prod/default": said}


def reported(topology: Topology) -> dict[str, Finding]:
    findings, _ = judge(topology, RULES)
    return {finding.rule: finding for finding in findings}


def test_a_zone_that_was_deleted_left_everything_open() -> None:
    topology = drawn(group(f"{SUBSCRIPTION}/{ZONE}"))
    told = reported(topology)
    assert {finding.verdict for finding in told.values()} == {Verdict.FAIL}
    finding = told["AOAI202"]
    assert "does not exist: " in str(finding.evidence[-1].value)
    (found,) = intended(topology)
    assert found.broken is not None
    fix = mended(topology, RULES, found)
    assert fix is not None
    assert fix.commands == finding.commands


def test_a_zone_in_a_subscription_that_was_not_read_stays_open() -> None:
    told = reported(drawn(group(f"{FAR}/{ZONE}")))
    assert told["AOAI202"].verdict is Verdict.OPEN


def test_a_zone_that_nobody_names_was_missing_though_the_estate_goes_on_elsewhere() -> None:
    blob = "privatelink.blob.core.windows.net"
    link = {"virtualNetwork": {"id": f"{FAR}/{ZONE.partition('privateDns')[0]}virtualNetworks/hub"}}
    patch = {
        **NO_ZONE,
        blob: {"type": "Microsoft.Network/privateDnsZones", "properties": {}},
        f"{blob}/hub": {
            "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
            "properties": {"virtualNetworkLinkState": "Completed", **link},
        },
    }
    told = reported(drawn(patch))
    assert told["AOAI202"].verdict is Verdict.OPEN
    assert told["AOAI202"].message.endswith("in a subscription that was not read.")
    assert reported(drawn(NO_ZONE))["AOAI202"].verdict is Verdict.FAIL


def plain(link: str) -> Mapping[str, Any]:
    """Return the zone of the public name in place of the private one, linked to a VNet."""
    network = f"{SUBSCRIPTION}/{ZONE.partition('privateDns')[0]}virtualNetworks/{link}"
    return {
        **NO_ZONE,
        "openai.azure.com": {"type": "Microsoft.Network/privateDnsZones", "properties": {}},
        "openai.azure.com/link": {
            "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
            "properties": {
                "virtualNetworkLinkState": "Completed",
                "virtualNetwork": {"id": network},
            },
        },
        "openai.azure.com/aoai-prod": {
            "type": "Microsoft.Network/privateDnsZones/A",
            "properties": {"aRecords": [{"ipv4Address": "10.10.1.4"}]},
        },
    }


def test_a_zone_of_the_public_name_that_answers_rightly_was_missing() -> None:
    assert "AOAI202" not in reported(drawn(plain("vnet-ai")))


def test_a_zone_of_the_public_name_is_what_is_to_be_linked() -> None:
    told = reported(drawn(plain("vnet-other")))
    assert "AOAI202" not in told
    (command,) = told["AOAI201"].commands
    assert "-z openai.azure.com " in command
