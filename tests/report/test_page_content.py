"""What the page knows of calls and accounts, before any browser draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scanner.analysis.connections import Connection, intended
from scanner.analysis.routing.route import Route, Way
from scanner.analysis.steps import Step
from scanner.report.page import calls
from scanner.report.page.content import content
from scanner.report.page.numbers import Numbers
from scanner.report.page.told import told
from scanner.report.scan_report import Report
from scanner.rules import load_all
from scanner.rules.estates import demo, home, load, merge_patch, snapshot
from scanner.scan import scan

RULES = load_all(proved=False)


def judged(name: str, patch: Mapping[str, Any] | None = None) -> Report:
    estate = load(home() / "estates" / f"{name}.yaml")
    return scan(snapshot(merge_patch(estate, patch or {})), RULES)


def account(name: str, patch: Mapping[str, Any]) -> Mapping[str, Any]:
    (found,) = content(judged(name, patch), Numbers())["accounts"]
    return dict(found)


def properties(**changes: Any) -> Mapping[str, Any]:
    return {"aoai-prod": {"properties": changes}}


@pytest.fixture(scope="module")
def broken() -> Report:
    return scan(demo(), RULES)


def call(report: Report, path: str) -> Connection:
    return next(one for one in intended(report.topology) if one.path == path)


def stages(report: Report, path: str) -> list[tuple[str, str, str]]:
    document = told(report.topology, call(report, path), Numbers())
    return [(stage["name"], stage["mark"], stage["said"]) for stage in document["stages"]]


def test_a_call_that_works_is_told_to_its_end(broken: Report) -> None:
    assert stages(broken, "vnet-web/snet-web -> aoai-chat.openai.azure.com") == [
        ("nslookup", "good", "10.0.1.4"),
        ("route", "good", "direct"),
        ("NSG and firewall", "good", "let through"),
    ]


def test_what_a_broken_call_does_not_come_to_is_not_told(broken: Report) -> None:
    assert stages(broken, "vnet-lab/snet-lab -> aoai-chat.openai.azure.com") == [
        ("nslookup", "good", "10.0.1.4"),
        ("route", "bad", "no way"),
    ]
    assert stages(broken, "vnet-search/snet-search -> aoai-chat.openai.azure.com") == [
        ("nslookup", "bad", "the public address")
    ]


def test_a_call_by_a_firewall_names_it_and_one_it_denies_is_held_back() -> None:
    path = "vnet-app/snet-app -> aoai-prod.openai.azure.com"
    assert stages(judged("hub-firewall"), path)[1:] == [
        ("route", "good", "by fw-hub"),
        ("NSG and firewall", "good", "let through"),
    ]
    denied = {"nsg-endpoints": {"properties": {"securityRules": [DENY]}}}
    assert stages(judged("hub-firewall", denied), path)[2] == (
        "NSG and firewall",
        "bad",
        "held back",
    )


DENY = {
    "name": "deny",
    "properties": {
        "priority": 100,
        "direction": "Inbound",
        "access": "Deny",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    },
}


def test_every_way_that_a_call_may_take_is_told(broken: Report) -> None:
    one = call(broken, "vnet-web/snet-web -> aoai-chat.openai.azure.com")
    route, passage = one.ends
    assert route
    other = Route(Way.DIRECT, (Step("it goes by another <firewall>"),))
    several = replace(one, follow=lambda: (replace(route, others=(other,)), passage))
    document = told(broken.topology, several, Numbers())
    assert document["stages"][1]["others"] == [[["it goes by another <firewall>", []]]]
    assert "others" not in told(broken.topology, one, Numbers())["stages"][1]


def test_a_cell_counts_its_calls_and_leads_to_each() -> None:
    report = judged("aiservices-three-zones")
    document = content(report, Numbers())["matrix"]
    (_, cells), *_ = document["rows"]
    (_, outcome, _, counts, places) = cells[0]
    assert outcome == "reachable"
    assert counts == {"reachable": 3}
    assert len({document["told"][place]["host"] for place in places}) == 3


def test_networks_that_nothing_wants_to_call_are_counted_and_named() -> None:
    lonely = {
        "vnet-lonely": {
            "type": "Microsoft.Network/virtualNetworks",
            "properties": {"addressSpace": {"addressPrefixes": ["10.99.0.0/16"]}},
        }
    }
    document = content(judged("hub-and-spoke", lonely), number := Numbers())["matrix"]
    ((count, networks),) = document["apart"]
    names = [one.path for one in number._numbers]  # noqa: SLF001 - what the page shows by number
    assert count == len(networks)
    assert "vnet-lonely" in {names[network] for network in networks}
    assert "vnet-app" not in {names[network] for network in networks}


def test_what_is_told_of_calls_is_bounded(broken: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MOST_TOLD", 2)
    document = content(broken, Numbers())["matrix"]
    assert len(document["told"]) == 2
    places = {place for _, cells in document["rows"] for cell in cells for place in cell[4]}
    assert places == {0, 1}


# --- who is admitted

RULED: dict[str, Any] = {
    "publicNetworkAccess": "Enabled",
    "networkAcls": {
        "defaultAction": "Deny",
        "ipRules": [{"value": "20.1.2.0/24"}, {"value": "20.1.2.128/25"}, {"value": "::/0"}],
    },
}


def test_admitted_prefixes_are_counted_each_and_in_all() -> None:
    (rules,) = account("hub-and-spoke", properties(**RULED))["admits"]
    assert rules["prefixes"] == [["20.1.2.0/24", 256], ["20.1.2.128/25", 128], ["::/0", -1]]
    assert rules["total"] == 256
    assert rules["effect"] == "Whoever matches one of them gets in, and nobody else."


def test_rules_that_do_nothing_say_so() -> None:
    (shut,) = account("hub-and-spoke", properties(**{**RULED, "publicNetworkAccess": "Disabled"}))[
        "admits"
    ]
    assert shut["effect"] == "They admit nobody: publicNetworkAccess is Disabled."
    acls = {**RULED["networkAcls"], "defaultAction": "Allow"}
    (idle,) = account("hub-and-spoke", properties(**{**RULED, "networkAcls": acls}))["admits"]
    assert idle["effect"] == "They keep nobody out: networkAcls.defaultAction is not Deny."


def test_an_enforced_perimeter_is_told_rule_by_rule_and_decides_alone() -> None:
    own, rule = account("security-perimeter", properties(**RULED))["admits"]
    assert own["effect"] == "They do not count: an Enforced perimeter decides alone."
    assert rule["by"] == "The inbound rule nsp-ai/prod/build-agents names"
    assert rule["prefixes"] == [["203.0.113.16/28", 16]]


def test_an_endpoint_is_told_with_its_network_and_its_state() -> None:
    document = content(judged("hub-and-spoke"), number := Numbers())
    ((endpoint, network, state),) = document["accounts"][0]["endpoints"]
    names = [one.path for one in number._numbers]  # noqa: SLF001 - what the page shows by number
    assert (names[endpoint], names[network], state) == ("pe-aoai-prod", "vnet-hub", "approved")
