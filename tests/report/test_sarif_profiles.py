"""SARIF in full, in runs that GitHub keeps apart, and in files that it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from scanner.findings import BaselineState, Finding, Suppression
from scanner.report import FORMATS, Options, Profile, sarif, sarif_categories
from scanner.report.past import load
from scanner.report.scan_report import Comparison, Kept, KeptBecause, Report
from scanner.resources import ResourceId
from scanner.rules import load_all
from scanner.rules.estates import demo
from scanner.scan import scan
from scanner.snapshot import Gap, GapReason, Row, Subscription

from .github_rules import complaints
from .report_builder import (
    GAPS,
    HUB,
    PROD,
    PUBLIC,
    SUBSCRIPTION,
    UNLINKED,
    crowded,
    finding,
    hostile,
    report,
    rich,
)

SCHEMA = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text("utf-8"))
OASIS = jsonschema_rs.Draft4Validator(SCHEMA, validate_formats=True)
FULL = Options(profile=Profile.FULL)

OTHER = "0a1b2c3d-0000-4000-8000-000000000002"
EMPTY = "0a1b2c3d-0000-4000-8000-000000000003"
ELSEWHERE = ResourceId(str(PROD).replace(SUBSCRIPTION, OTHER))
SAID = Suppression(reason="sandbox", owner="ana", expires=date(2026, 12, 31), place="c.yaml:2:5")


def runs(of: Report, options: Options = FULL) -> list[Any]:
    return list(json.loads(FORMATS["sarif"].render(of, options))["runs"])


def several(*findings: Finding, gaps: tuple[Gap, ...] = ()) -> Report:
    scope = tuple(Subscription(id=one.upper(), name="") for one in (SUBSCRIPTION, OTHER, EMPTY))
    return report(findings, subscriptions=scope, gaps=gaps)


def judged() -> Report:
    return scan(demo(), load_all(proved=False))


def waived(of: Report) -> Report:
    first, *others = of.findings
    return replace(of, findings=(replace(first, suppression=SAID), *others))


def aged(of: Report) -> Report:
    """Return the report as a baseline would leave it: one new, one gone, one kept."""
    states = [BaselineState.NEW, *[BaselineState.UNCHANGED] * (len(of.findings) - 1)]
    found = (replace(f, baseline=s) for f, s in zip(of.findings, states, strict=True))
    gone = finding(PUBLIC, ELSEWHERE, baseline=BaselineState.ABSENT)
    kept = Kept(
        finding(UNLINKED, ELSEWHERE, baseline=BaselineState.UNCHANGED), KeptBecause.NOT_READ
    )
    return replace(of, findings=tuple(found), since=Comparison((gone,), (kept,)))


REPORTS: dict[str, Callable[[], Report]] = {
    "empty": report,
    "rich": rich,
    "hostile": hostile,
    "waived": lambda: waived(rich()),
    "aged": lambda: aged(waived(rich())),
    "demo": judged,
    "crowded": lambda: crowded(500),
}
EVERY = pytest.mark.parametrize("made", REPORTS.values(), ids=REPORTS)


# --- the full profile


@EVERY
def test_the_oasis_schema_accepts_the_full_profile(made: Callable[[], Report]) -> None:
    log = json.loads(FORMATS["sarif"].render(made(), FULL))
    assert [error.message for error in OASIS.iter_errors(log)] == []


@EVERY
def test_every_reference_leads_somewhere(made: Callable[[], Report]) -> None:
    (run,) = runs(made())
    taxonomies = run.get("taxonomies", [])
    supported = run["tool"]["driver"].get("supportedTaxonomies", [])
    assert [(t["name"], t["guid"]) for t in taxonomies] == [
        (one["name"], one["guid"]) for one in supported
    ]
    for rule in run["tool"]["driver"]["rules"]:
        for related in rule.get("relationships", []):
            target = related["target"]
            taxonomy = taxonomies[target["toolComponent"]["index"]]
            assert taxonomy["guid"] == target["toolComponent"]["guid"]
            assert taxonomy["taxa"][target["index"]]["id"] == target["id"]
    edges = {e["id"]: e for graph in run.get("graphs", []) for e in graph["edges"]}
    nodes = {n["id"] for graph in run.get("graphs", []) for n in graph["nodes"]}
    assert {end for e in edges.values() for end in (e["sourceNodeId"], e["targetNodeId"])} <= nodes
    for result in run["results"]:
        for traversal in result.get("graphTraversals", []):
            walked = [edges[step["edgeId"]] for step in traversal["edgeTraversals"]]
            ends = pairwise(walked)
            assert all(one["targetNodeId"] == two["sourceNodeId"] for one, two in ends)


@EVERY
def test_all_results_say_it_or_none_does(made: Callable[[], Report]) -> None:
    (run,) = runs(made())
    for key in ("suppressions", "baselineState"):
        assert sum(key in result for result in run["results"]) in {0, len(run["results"])}


def test_an_open_question_is_a_result_of_its_kind() -> None:
    kinds = [(r.get("kind", "fail"), r["level"]) for r in runs(rich())[0]["results"]]
    assert kinds[:3] == [("fail", "error"), ("fail", "error"), ("fail", "warning")]
    assert kinds[3:] == [("open", "none"), ("open", "none")]


def test_a_suppression_tells_its_reason_and_its_owner() -> None:
    first, *others = runs(waived(rich()))[0]["results"]
    assert first["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "sandbox",
            "properties": {"owner": "ana", "expires": "2026-12-31", "place": "c.yaml:2:5"},
        }
    ]
    assert [other["suppressions"] for other in others] == [[]] * len(others)


def test_a_baseline_shows_in_every_state() -> None:
    results = runs(aged(rich()))[0]["results"]
    states = [result["baselineState"] for result in results]
    assert states == ["new", *["unchanged"] * 5, "absent"]
    assert [r for r in results if "carriedForward" in r["properties"]] == [results[-2]]


def test_what_two_findings_meet_is_one_node() -> None:
    (run,) = runs(judged())
    (graph,) = run["graphs"]
    labels = [node["label"]["text"] for node in graph["nodes"]]
    assert len(labels) == len(set(labels))
    assert all(node["location"]["logicalLocations"] for node in graph["nodes"])


def test_the_full_profile_is_a_baseline(tmp_path: Path) -> None:
    path = tmp_path / "full.sarif"
    path.write_text(FORMATS["sarif"].render(aged(waived(rich())), FULL), "utf-8")
    loaded = load([path])
    wanted = {*(f.fingerprint for f in rich().findings), finding(UNLINKED, ELSEWHERE).fingerprint}
    assert {one.fingerprint for one in loaded} == wanted
    assert [one.rule for one in loaded if one.suppression] == ["AOAI101"]


def test_remarks_about_suppressions_are_notifications() -> None:
    (run,) = runs(report(remarks=("c.yaml:1:1: ended",)), Options())
    (said,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert (said["level"], said["message"]["text"]) == ("warning", "c.yaml:1:1: ended")
    described = run["tool"]["driver"]["notifications"][said["descriptor"]["index"]]
    assert described["id"] == said["descriptor"]["id"]


# --- what GitHub keeps apart


def test_each_subscription_is_a_category_whether_anything_is_wrong_in_it_or_not() -> None:
    made = several(finding(PUBLIC, PROD), finding(PUBLIC, ELSEWHERE), finding(UNLINKED, HUB))
    assert complaints(FORMATS["sarif"].render(made, Options())) == []
    found = {
        run["automationDetails"]["id"]: [result["ruleId"] for result in run["results"]]
        for run in runs(made, Options())
    }
    assert found == {
        f"aoai-scan/{SUBSCRIPTION}/": ["AOAI101", "AOAI201"],
        f"aoai-scan/{OTHER}/": ["AOAI101"],
        f"aoai-scan/{EMPTY}/": [],
    }


def test_a_category_that_is_named_holds_everything() -> None:
    made = several(finding(PUBLIC, PROD), finding(PUBLIC, ELSEWHERE))
    (run,) = runs(made, Options(category="nightly/"))
    assert run["automationDetails"]["id"] == "nightly/"
    assert len(run["results"]) == 2


def test_a_violation_goes_where_its_account_is_when_its_blame_is_out_of_scope() -> None:
    outside = ResourceId(str(HUB).replace(SUBSCRIPTION, "0a1b2c3d-0000-4000-8000-00000000000f"))
    affected = replace(rich().findings[1].affected[0], account=ELSEWHERE)
    made = several(finding(UNLINKED, outside, affected=(affected,), evidence=()))
    found = {r["automationDetails"]["id"]: len(r["results"]) for r in runs(made, Options())}
    assert found[f"aoai-scan/{OTHER}/"] == 1


def test_of_many_runs_each_describes_the_rules_it_needs() -> None:
    made = several(finding(PUBLIC, PROD), finding(UNLINKED, ELSEWHERE))
    rules = [[r["id"] for r in run["tool"]["driver"]["rules"]] for run in runs(made, Options())]
    assert rules == [["AOAI101"], ["AOAI201"], []]


def test_a_gap_is_told_where_it_is_and_mentioned_everywhere() -> None:
    here = Gap(scope=f"/subscriptions/{OTHER}/resourceGroups/x", type="*", reason=GapReason.DENIED)
    made = several(gaps=(*GAPS[:1], here))
    told = [
        [said["message"]["text"] for said in run["invocations"][0]["toolExecutionNotifications"]]
        for run in runs(made, Options())
    ]
    assert [len(said) for said in told] == [2, 2, 2]
    assert told[0][1].startswith("1 parts of other subscriptions were not read")
    assert "resourceGroups/x" in told[1][1]


def test_a_run_says_whether_it_is_complete_and_what_it_was_compared_with() -> None:
    def said(of: Report) -> tuple[bool, bool]:
        properties = runs(of, Options())[0]["invocations"][0]["properties"]
        return properties["complete"], properties["comparedWithBaseline"]

    assert said(report()) == (True, False)
    assert said(rich()) == (False, False)
    assert said(aged(rich())) == (False, True)


# --- what GitHub takes


def hashes(those: Iterable[Any]) -> list[str]:
    return sorted(
        result["partialFingerprints"]["primaryLocationLineHash"]
        for run in those
        for result in run["results"]
    )


def test_a_category_with_too_many_results_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    undivided = runs(crowded(40), Options())
    monkeypatch.setattr(sarif_categories, "MOST_RESULTS", 15)
    made = runs(crowded(40), Options())
    ids = [run["automationDetails"]["id"] for run in made]
    head = f"aoai-scan/{SUBSCRIPTION}/"
    assert ids == [head, *(f"{head}{number}/" for number in range(2, len(ids) + 1))]
    assert all(len(run["results"]) <= 15 for run in made)
    assert hashes(made) == hashes(undivided)
    assert len(hashes(made)) == 40
    (said,) = sarif.cautions(crowded(40), Options())
    assert said.startswith("40 violations in aoai-scan/")


def test_a_result_stays_in_its_part_when_others_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_categories, "MOST_RESULTS", 60)

    def parts(count: int) -> dict[str, str]:
        return {
            one: run["automationDetails"]["id"]
            for run in runs(crowded(count), Options())
            for one in hashes([run])
        }

    few, many = parts(80), parts(84)
    assert {one: many[one] for one in few} == few


def test_a_file_holds_no_more_runs_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RUNS", 2)
    made = several(finding(PUBLIC, PROD), finding(PUBLIC, ELSEWHERE))
    files = [json.loads(text)["runs"] for text in sarif.render_files(made, Options())]
    assert [len(those) for those in files] == [2, 1]
    assert [run for those in files for run in those] == runs(made, Options())
    assert len(sarif.render_files(made, FULL)) == 1


def test_a_file_is_no_larger_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_BYTES", 9_000)
    files = sarif.render_files(crowded(200), Options())
    assert len(files) > 1
    assert all(complaints(text) == [] for text in files)
    found = [run for text in files for run in json.loads(text)["runs"]]
    assert len(hashes(found)) == 200


def test_an_incomplete_scan_without_a_baseline_is_cautioned_against() -> None:
    (said,) = sarif.cautions(rich(), Options())
    assert said.startswith("the scan is incomplete: uploaded as it is, it closes alerts")
    assert list(sarif.cautions(aged(rich()), Options())) == []
    assert list(sarif.cautions(rich(), FULL)) == []
    assert list(sarif.cautions(report(), Options())) == []


# --- an alert is known again


def told(rows: Iterable[Row]) -> list[str]:
    return hashes(runs(scan(msgspec.structs.replace(demo(), rows=tuple(rows)), ALL), Options()))


ALL = load_all(proved=False)
ROWS = demo().rows


def shouted(row: Row) -> Row:
    """Return a row with its ID, and those it names, as another API of Azure spells them."""
    loud = bytes(row.properties).replace(b"/resourceGroups/rg/", b"/resourcegroups/RG/")
    return msgspec.structs.replace(row, id=row.id.upper(), properties=msgspec.Raw(loud))


@pytest.mark.parametrize(
    "rows",
    [
        tuple(reversed(ROWS)),
        tuple(map(shouted, ROWS)),
        (*ROWS, msgspec.structs.replace(ROWS[-1], id=f"{ROWS[-1].id}-2", name="another")),
    ],
    ids=["in another order", "in another case", "with another resource"],
)
def test_an_alert_is_known_again(rows: tuple[Row, ...]) -> None:
    assert set(told(ROWS)) <= set(told(rows))


def test_an_alert_is_known_again_by_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(ROWS)
    monkeypatch.setattr(sarif, "__version__", "99.0.0")
    assert told(ROWS) == before


def test_an_alert_is_known_again_when_others_are_mended() -> None:
    kept = [row for row in ROWS if not row.id.endswith("/pe-aoai-batch")]
    assert len(set(told(ROWS)) - set(told(kept))) == 1
