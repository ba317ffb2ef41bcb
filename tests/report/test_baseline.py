"""What has come and gone since an earlier report; what could not be seen is not gone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner.errors import RequestError
from scanner.findings import BaselineState, Finding, Suppression, Verdict
from scanner.report import FORMATS, Options
from scanner.report.baseline import compared
from scanner.report.past import load
from scanner.report.scan_report import Comparison, KeptBecause, Report
from scanner.rules import Rule, load_all
from scanner.rules.estates import demo
from scanner.rules.settings import Settings, Waiver
from scanner.scan import scan
from scanner.snapshot import Gap, GapReason, Row

TODAY = date(2026, 11, 24)
ROWS = demo().rows


@cache
def rules() -> tuple[Rule, ...]:
    return load_all(proved=False)


def judged(
    rows: Iterable[Row] | None = None,
    gaps: tuple[Gap, ...] = (),
    only: tuple[str, ...] = (),
    waivers: tuple[Waiver, ...] = (),
) -> Report:
    kept = ROWS if rows is None else tuple(rows)
    snapshot = msgspec.structs.replace(demo(), rows=kept, gaps=gaps)
    chosen = [rule for rule in rules() if rule.id in only or not only]
    return scan(snapshot, chosen, settings=Settings(waivers=waivers), today=TODAY)


@cache
def whole() -> Report:
    return judged()


def saved(folder: Path, report: Report, form: str = "json") -> Path:
    path = folder / f"before.{form}"
    path.write_text(FORMATS[form].render(report, Options()), "utf-8")
    return path


def before(folder: Path, report: Report, form: str = "json") -> tuple[Finding, ...]:
    return load([saved(folder, report, form)])


def states(report: Report) -> dict[str, str | None]:
    return {f"{f.rule} {f.resource.path}": f.baseline for f in report.findings}


def since(report: Report) -> Comparison:
    assert report.since is not None
    return report.since


def absent(report: Report) -> set[str]:
    return {one.rule for one in since(report).absent}


def kept(report: Report) -> dict[str, KeptBecause]:
    return {one.finding.rule: one.because for one in since(report).kept}


def without(*paths: str) -> list[Row]:
    return [row for row in ROWS if not row.id.lower().endswith(paths)]


def gap(arm_type: str, scope: str = "/") -> Gap:
    return Gap(scope=scope, type=arm_type, reason=GapReason.DENIED)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_the_same_estate_has_nothing_new_and_lacks_nothing(form: str, tmp_path: Path) -> None:
    report = compared(whole(), before(tmp_path, whole(), form))
    assert {finding.baseline for finding in report.findings} == {BaselineState.UNCHANGED}
    assert since(report) == Comparison()


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_was_not_there_is_new(form: str, tmp_path: Path) -> None:
    old = before(tmp_path, judged(only=("AOAI101", "AOAI201")), form)
    found = states(compared(whole(), old))
    unchanged = {said for said, state in found.items() if state == "unchanged"}
    assert unchanged == {"AOAI101 aoai-chat", "AOAI201 vnet-search"}
    assert set(found.values()) == {"new", "unchanged"}


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_is_mended_is_absent(form: str, tmp_path: Path) -> None:
    report = compared(judged(without("/pe-aoai-batch")), before(tmp_path, whole(), form))
    assert absent(report) == {"AOAI302"}
    (gone,) = since(report).absent
    (was,) = (finding for finding in whole().findings if finding.rule == "AOAI302")
    assert gone == replace(was, evidence=(), affected=(), baseline=BaselineState.ABSENT)
    assert kept(report) == {}


# --- an incomplete scan


@pytest.mark.parametrize("arm_type", sorted({row.type.lower() for row in ROWS}))
def test_nothing_is_gone_for_want_of_the_rows_of_a_type(arm_type: str, tmp_path: Path) -> None:
    rows = [row for row in ROWS if row.type.lower() != arm_type]
    report = compared(judged(rows, (gap(arm_type),)), before(tmp_path, whole()))
    assert absent(report) == set()


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_nothing_is_gone_for_want_of_a_row(number: int, tmp_path: Path) -> None:
    lost = ROWS[number]
    rows = [row for row in ROWS if row is not lost]
    unread = gap(lost.type.lower(), lost.id)
    report = compared(judged(rows, (unread,)), before(tmp_path, whole()))
    assert absent(report) == set()


def test_what_may_hide_behind_a_gap_is_kept(tmp_path: Path) -> None:
    rows = without("/pe-aoai-batch")
    report = compared(
        judged(rows, (gap("microsoft.network/privateendpoints"),)), before(tmp_path, whole())
    )
    assert kept(report)["AOAI302"] is KeptBecause.NOT_READ


def test_what_does_not_exist_is_gone_whatever_else_was_not_read(tmp_path: Path) -> None:
    rows = without("/pe-aoai-batch")
    unread = gap("microsoft.network/bastionhosts")
    report = compared(judged(rows, (unread,)), before(tmp_path, whole()))
    assert "AOAI302" in absent(report)


def test_what_passes_is_gone_whatever_else_was_not_read(tmp_path: Path) -> None:
    chat = next(row for row in ROWS if row.id.endswith("/accounts/aoai-chat"))
    properties = msgspec.json.decode(chat.properties) | {"disableLocalAuth": True}
    raw = msgspec.Raw(msgspec.json.encode(properties))
    mended = msgspec.structs.replace(chat, properties=raw)
    rows = [mended if row is chat else row for row in ROWS]
    unread = gap("microsoft.network/bastionhosts")
    report = compared(judged(rows, (unread,)), before(tmp_path, whole()))
    assert "AOAI106" in absent(report)


def test_what_is_open_now_is_not_gone(tmp_path: Path) -> None:
    (was,) = (finding for finding in whole().findings if finding.rule == "AOAI101")
    now = replace(whole(), findings=(replace(was, verdict=Verdict.OPEN),))
    report = compared(now, before(tmp_path, judged(only=("AOAI101",))))
    assert kept(report) == {"AOAI101": KeptBecause.NOT_KNOWN}


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_is_kept_is_still_kept_by_the_scan_after(form: str, tmp_path: Path) -> None:
    unread = (gap("microsoft.network/privateendpoints"),)
    first = compared(judged(without("/pe-aoai-batch"), unread), before(tmp_path, whole()))
    second = compared(judged(without("/pe-aoai-batch"), unread), before(tmp_path, first, form))
    assert kept(second)["AOAI302"] is KeptBecause.NOT_READ
    third = compared(whole(), before(tmp_path, second, form))
    assert {one.baseline for one in third.findings if one.rule == "AOAI302"} == {"unchanged"}


def test_code_scanning_is_told_again_what_is_kept(tmp_path: Path) -> None:
    unread = (gap("microsoft.network/privateendpoints"),)
    report = compared(judged(without("/pe-aoai-batch"), unread), before(tmp_path, whole(), "sarif"))
    log = json.loads(FORMATS["sarif"].render(report, Options()))
    (again,) = (r for r in log["runs"][0]["results"] if r["ruleId"] == "AOAI302")
    first = json.loads(FORMATS["sarif"].render(whole(), Options()))
    (told,) = (r for r in first["runs"][0]["results"] if r["ruleId"] == "AOAI302")
    same = ("message", "partialFingerprints", "level")
    assert {key: again[key] for key in same} == {key: told[key] for key in same}


# --- what the scan was not about


def test_a_rule_that_was_not_judged_lets_nothing_go(tmp_path: Path) -> None:
    report = compared(judged(only=("AOAI101",)), before(tmp_path, whole()))
    assert absent(report) == set()
    assert set(kept(report).values()) == {KeptBecause.NOT_JUDGED}


def test_another_subscription_lets_nothing_go(tmp_path: Path) -> None:
    elsewhere = tuple(
        msgspec.structs.replace(one, id="0a1b2c3d-0000-4000-8000-000000000009")
        for one in whole().subscriptions
    )
    nothing = replace(whole(), findings=(), subscriptions=elsewhere)
    report = compared(nothing, before(tmp_path, whole()))
    assert set(kept(report).values()) == {KeptBecause.OUT_OF_SCOPE}


# --- suppressions


def waiver(rule: str) -> Waiver:
    said = Suppression(reason="x", owner="y", expires=TODAY, place="c:1:1")
    return Waiver(rule=rule, resource="*/*", suppression=said)


def test_what_was_suppressed_and_is_not_is_new(tmp_path: Path) -> None:
    old = before(tmp_path, judged(waivers=(waiver("AOAI101"),)))
    assert states(compared(whole(), old))["AOAI101 aoai-chat"] == "new"


def test_what_is_suppressed_and_was_not_is_unchanged(tmp_path: Path) -> None:
    now = judged(waivers=(waiver("AOAI101"),))
    report = compared(now, before(tmp_path, whole()))
    assert states(report)["AOAI101 aoai-chat"] == "unchanged"
    assert absent(report) == set()


# --- what is said


def test_the_summary_tells_what_came_and_went(tmp_path: Path) -> None:
    unread = (gap("microsoft.network/privateendpoints"),)
    some = tuple(rule.id for rule in rules() if rule.id not in {"AOAI101", "AOAI102"})
    old = before(tmp_path, judged(only=some))
    text = FORMATS["table"].render(
        compared(judged(without("/pe-aoai-batch"), unread), old), Options()
    )
    assert "AOAI101 public-network-access  aoai-chat  new\n" in text
    assert "Not checked, and kept\n  critical AOAI204" in text
    said = " ".join(text.split())
    assert "Since the baseline: 2 new, " in said
    assert "0 gone, " in said
    assert "kept, for what was not read may hide them." in said


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_what_is_gone_is_listed(form: str, tmp_path: Path) -> None:
    report = compared(judged(without("/pe-aoai-batch")), before(tmp_path, whole()))
    text = FORMATS[form].render(report, Options())
    told = text.partition("Gone since the baseline")[2]
    assert "AOAI302 connection-pending" in told
    assert "1 gone." in text


def test_without_a_baseline_nothing_is_said_of_one() -> None:
    assert "baseline" not in FORMATS["table"].render(whole(), Options())
    document = json.loads(FORMATS["json"].render(whole(), Options()))
    assert not document.keys() & {"absent", "kept"}


# --- files that are none


def result(**changes: Any) -> dict[str, Any]:
    log = json.loads(FORMATS["sarif"].render(whole(), Options()))
    log["runs"][0]["results"][0] |= changes
    return dict(log)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "no report of aoai-scan in JSON or SARIF"),
        ({}, "no report of aoai-scan in JSON or SARIF"),
        ({"format": "aoai-scan/snapshot/1", "findings": []}, "not aoai-scan/report/1"),
        ({"format": "aoai-scan/report/1", "findings": [{}]}, "missing required field `rule`"),
        ({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}, "of another tool"),
        (result(partialFingerprints={}), "aoaiScanResourceRule/v1"),
        (result(properties={"severity": "urgent"}), "Invalid enum value 'urgent'"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_a_line(
    document: Any, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "before"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(RequestError) as caught:
        load([path])
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        load([tmp_path / "none"])
