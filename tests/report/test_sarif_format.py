from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from scanner.findings import Affected, Evidence, Severity
from scanner.report import FORMATS, Options
from scanner.report.estate import lines_of, render_estate
from scanner.report.scan_report import Report
from scanner.resources import ResourceId
from scanner.snapshot import Subscription

from .github_rules import complaints
from .report_builder import (
    ESTATE,
    GAPS,
    HOSTILE_NAMES,
    HUB,
    NETWORK,
    PRIVATE,
    PROD,
    PUBLIC,
    RULES,
    SUBNET,
    SUBSCRIPTION,
    UNLINKED,
    crowded,
    finding,
    hostile,
    report,
    resource_id,
    rich,
    rule,
)

SCHEMA = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text("utf-8"))
OASIS = jsonschema_rs.Draft4Validator(SCHEMA, validate_formats=True)

REPORTS: dict[str, Callable[[], Report]] = {
    "empty": report,
    "nothing at all": lambda: report(
        rules=(), accounts=(), estate=(), subscriptions=(), taken_at=None
    ),
    "rich": rich,
    "outside the estate": lambda: replace(rich(), estate=()),
    "crowded": lambda: crowded(3_000),
    "hostile": hostile,
}
EVERY = pytest.mark.parametrize("made", REPORTS.values(), ids=REPORTS)


def run(of: Report, **options: Any) -> Any:
    return json.loads(FORMATS["sarif"].render(of, Options(**options)))["runs"][0]


def lines(result: Any) -> list[int]:
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    return [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]


def numbered(of: Report) -> dict[ResourceId, int]:
    return {resource: number for number, resource in enumerate(lines_of(of), start=1)}


def anchor(result: Any) -> tuple[str, int]:
    region = result["locations"][0]["physicalLocation"]["region"]
    return result["properties"]["anchor"], region["startLine"]


@EVERY
def test_the_oasis_schema_accepts_it(made: Callable[[], Report]) -> None:
    log = json.loads(FORMATS["sarif"].render(made(), Options()))
    assert [error.message for error in OASIS.iter_errors(log)] == []


@EVERY
def test_github_has_nothing_against_it(made: Callable[[], Report]) -> None:
    assert complaints(FORMATS["sarif"].render(made(), Options())) == []


@EVERY
def test_every_region_is_a_whole_line_of_the_estate_file(made: Callable[[], Report]) -> None:
    estate = render_estate(made()).split("\n")
    for result in run(made())["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        line = estate[region["startLine"] - 1]
        assert (region["startColumn"], region["endColumn"]) == (1, len(line) + 1)


def test_a_violation_becomes_a_result() -> None:
    result = run(report([finding(PUBLIC, PROD)]))["results"][0]
    fingerprint = finding(PUBLIC, PROD).fingerprint
    command = f"az resource update --ids {PROD} --set properties.publicNetworkAccess=x"
    assert result == {
        "ruleId": "AOAI101",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"aoai-Prod has publicNetworkAccess 'Enabled' Fix: {command}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "reports/estate.jsonl"},
                    "region": {
                        "startLine": 1,
                        "startColumn": 1,
                        "endLine": 1,
                        "endColumn": len(render_estate(report()).splitlines()[0]) + 1,
                    },
                },
                "logicalLocations": [{"fullyQualifiedName": str(PROD), "kind": "resource"}],
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{fingerprint[:16]}:1",
            "aoaiScanResourceRule/v1": fingerprint,
        },
        "hostedViewerUri": f"https://portal.azure.com/#resource{PROD}",
        "properties": {"anchor": "resource", "severity": "critical", "az": [command]},
    }


def test_what_is_not_known_is_no_alert() -> None:
    assert [r["ruleId"] for r in run(rich())["results"]] == ["AOAI101", "AOAI201", "AOAI307"]


def test_every_rule_is_described_whether_it_failed_or_not() -> None:
    assert [r["id"] for r in run(report())["tool"]["driver"]["rules"]] == [r.id for r in RULES]


def test_a_rule_is_described_for_someone_who_must_fix_it() -> None:
    described = run(report())["tool"]["driver"]["rules"][0]
    why, fix, link = PUBLIC.rationale, PUBLIC.remediation, PUBLIC.references[0]
    assert described == {
        "id": "AOAI101",
        "name": "PublicNetworkAccess",
        "shortDescription": {"text": PUBLIC.summary},
        "fullDescription": {"text": " ".join(why.split())},
        "help": {
            "text": f"{PUBLIC.summary}\n\nWhy:\n\n{why}\n\nFix:\n\n{fix}\n\n"
            f"{PUBLIC.commands[0]}\n\nReferences:\n\n{link}",
            "markdown": f"{PUBLIC.summary}\n\n## Why\n\n{why}\n\n## Fix\n\n{fix}\n\n"
            f"```sh\n{PUBLIC.commands[0]}\n```\n\n## References\n\n- <{link}>",
        },
        "helpUri": link,
        "defaultConfiguration": {"level": "error"},
        "messageStrings": {"default": {"text": "'{0}' has publicNetworkAccess '{1}'."}},
        "relationships": described["relationships"],
        "properties": {
            "tags": ["security", "exposure", "mcsb/NS-2"],
            "precision": "high",
            "security-severity": "9.5",
        },
    }


def test_a_placeholder_keeps_its_number_and_gets_quotes_once() -> None:
    described = run(report())["tool"]["driver"]["rules"][1]
    text = "'{0}' is not linked to '{1}'; '{0}' is private."
    assert described["messageStrings"]["default"]["text"] == text
    assert described["helpUri"].startswith("https://")


def test_a_long_rationale_is_cut_between_words_and_tags_at_ten() -> None:
    controls = tuple(f"NS-{number}" for number in range(20))
    wordy = rule(102, rationale="word " * 400, maps={"mcsb": controls})
    described = run(report(rules=(wordy,)))["tool"]["driver"]["rules"][0]
    assert described["fullDescription"]["text"].endswith("word…")
    assert len(described["fullDescription"]["text"]) <= 1_024
    assert len(described["properties"]["tags"]) == 10


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        (Severity.CRITICAL, "error", "9.5"),
        (Severity.HIGH, "error", "8.0"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.5"),
        (Severity.INFO, "note", "0.5"),
    ],
)
def test_severity_becomes_a_level_and_a_score(severity: Severity, level: str, score: str) -> None:
    graded = rule(101, severity)
    said = run(report([finding(graded, PROD)], rules=(graded,)))
    assert said["results"][0]["level"] == level
    described = said["tool"]["driver"]["rules"][0]
    assert described["defaultConfiguration"] == {"level": level}
    assert described["properties"]["security-severity"] == score


def test_two_pieces_of_evidence_are_a_path() -> None:
    first, second, _third = run(rich())["results"]
    number = numbered(rich())
    blamed = number[HUB]
    assert "codeFlows" not in first
    assert lines(second) == [number[PROD], number[PRIVATE], blamed, number[HUB]]
    step = second["codeFlows"][0]["threadFlows"][0]["locations"][2]["location"]
    assert step["logicalLocations"][0]["fullyQualifiedName"] == str(SUBNET)
    assert step["message"]["text"] == "placedIn hub/workloads"


def test_a_path_without_end_is_cut() -> None:
    because = tuple(Evidence(PROD, "", f"/tags/{number}") for number in range(500))
    assert len(lines(run(report([finding(PUBLIC, PROD, evidence=because)]))["results"][0])) == 100


def test_those_who_suffer_are_related() -> None:
    related = run(rich())["results"][1]["relatedLocations"]
    assert [place["message"]["text"] for place in related] == [
        "hub asks for aoai-prod.openai.azure.com"
    ]


def test_a_finding_is_shown_at_the_nearest_line_there_is() -> None:
    number = numbered(report())
    gone = resource_id(NETWORK, "gone")
    hurt = (Affected(gone, PROD, "aoai-prod.openai.azure.com"),)
    findings = (
        finding(UNLINKED, HUB),
        finding(UNLINKED, SUBNET),
        finding(UNLINKED, gone, affected=hurt, evidence=(Evidence(PRIVATE),)),
        finding(UNLINKED, resource_id(NETWORK, "lost"), evidence=(Evidence(PRIVATE),)),
        finding(UNLINKED, resource_id(NETWORK, "nowhere")),
        finding(UNLINKED, ResourceId("/subscriptions/x")),
    )
    assert [anchor(result) for result in run(report(findings))["results"]] == [
        ("resource", number[HUB]),
        ("parent", number[HUB]),
        ("account", number[PROD]),
        ("evidence", number[PRIVATE]),
        ("file", 1),
        ("file", 1),
    ]


def test_the_alert_is_the_same_one_when_only_words_and_lines_change() -> None:
    before = run(report([finding(PUBLIC, PROD)]))["results"][0]
    changed = finding(PUBLIC, PROD, message="other words", severity=Severity.LOW)
    after = run(report([changed], estate=ESTATE[1:2]))["results"][0]
    assert before["partialFingerprints"] == after["partialFingerprints"]


def test_a_gap_is_a_notification_and_the_run_still_counts() -> None:
    invocation = run(report(gaps=GAPS))["invocations"][0]
    first = invocation["toolExecutionNotifications"][0]
    assert invocation["executionSuccessful"] is True
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == [
        "Not read (notRead): microsoft.network/privatednszones anywhere: not in the snapshot",
        f"Not read (denied): resources of any type in /subscriptions/{SUBSCRIPTION}",
    ]
    assert first["level"] == "error"
    assert run(report())["tool"]["driver"]["notifications"][0]["id"] == first["descriptor"]["id"]


@pytest.mark.parametrize(
    ("taken_at", "end"),
    [
        ("2026-11-01T03:00:00Z", "2026-11-01T03:00:00Z"),
        ("2026-11-01T05:00:00.123456+02:00", "2026-11-01T03:00:00Z"),
        ("2026-11-01T03:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_run_ends_when_the_snapshot_was_taken(taken_at: str | None, end: str | None) -> None:
    assert run(report(taken_at=taken_at))["invocations"][0].get("endTimeUtc") == end


def test_alerts_are_kept_by_scope() -> None:
    two = (Subscription(id="b"), Subscription(id="a"))
    one = run(report())["automationDetails"]["id"]
    assert one == f"aoai-scan/{SUBSCRIPTION}/"
    assert run(report(subscriptions=()))["automationDetails"]["id"] == one
    several = run(report(subscriptions=two))["automationDetails"]["id"]
    assert several == run(report(subscriptions=two[::-1]))["automationDetails"]["id"]
    assert several.startswith("aoai-scan/scope-")
    assert run(report(), category="nightly/")["automationDetails"]["id"] == "nightly/"


def test_the_estate_file_may_lie_elsewhere() -> None:
    result = run(report([finding(PUBLIC, PROD)]), estate_uri="./our reports/[a]:b.jsonl")
    place = result["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "our%20reports/%5Ba%5D%3Ab.jsonl"}


@pytest.mark.parametrize(
    ("cloud", "portal"),
    [("AzureUSGovernment", "https://portal.azure.us"), ("https://arm.corp.example", None)],
)
def test_the_portal_is_the_cloud_s_own(cloud: str, portal: str | None) -> None:
    result = run(report([finding(PUBLIC, PROD)], cloud=cloud))["results"][0]
    expected = f"{portal}/#resource{PROD}" if portal else None
    assert result.get("hostedViewerUri") == expected


def test_a_name_cannot_make_a_link() -> None:
    texts = [result["message"]["text"] for result in run(hostile())["results"]]
    assert len(texts) == len(HOSTILE_NAMES)
    assert texts[3].startswith(r"\](javascript:alert(1))\[x\](1) \\ {0} {{1}} is public Fix: ")
