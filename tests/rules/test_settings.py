"""Settings and suppressions: what they mean, on which day, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

import msgspec
import pytest

from scanner.errors import RuleError
from scanner.findings import Finding, Severity, Suppression, Verdict
from scanner.report.scan_report import Report
from scanner.rules import Rule, load_all
from scanner.rules.estates import demo
from scanner.rules.settings import Setting, Settings, Waiver
from scanner.scan import scan
from scanner.snapshot import Gap, GapReason
from scanner.topology.expectations import Selector

ENDS = date(2026, 12, 31)


@cache
def rules() -> tuple[Rule, ...]:
    return load_all(proved=False)


def judged(
    settings: Settings, today: date = ENDS, only: Iterable[str] = (), gaps: tuple[Gap, ...] = ()
) -> Report:
    chosen = [rule for rule in rules() if rule.id in only or not only]
    snapshot = msgspec.structs.replace(demo(), gaps=gaps)
    return scan(snapshot, chosen, settings=settings, today=today)


def waiver(rule: str = "AOAI101", resource: str = "*/accounts/AOAI-chat") -> Waiver:
    said = Suppression(reason="sandbox", owner="ana", expires=ENDS, place="c.yaml:2:5")
    return Waiver(rule=rule, resource=resource, suppression=said)


def waived(*waivers: Waiver) -> Settings:
    return Settings(waivers=waivers)


def suppressed(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings if finding.suppression]


def only_one(report: Report, rule: str) -> Finding:
    (found,) = (finding for finding in report.findings if finding.rule == rule)
    return found


# --- suppressions


@pytest.mark.parametrize("rule", ["AOAI101", "aoai101", "public-network-access"])
@pytest.mark.parametrize("resource", ["*/accounts/AOAI-chat", "/subscriptions/*/aoai-c?at"])
def test_a_suppression_is_for_one_rule_and_a_glob_on_the_whole_id(rule: str, resource: str) -> None:
    found = only_one(judged(waived(waiver(rule, resource))), "AOAI101")
    assert found.suppression == waiver().suppression
    assert found.verdict is Verdict.FAIL
    assert not found.is_violation


@pytest.mark.parametrize("resource", ["*/accounts/aoai", "aoai-chat", "*/accounts/aoai-chat/*"])
def test_a_part_of_an_id_is_not_the_id(resource: str) -> None:
    assert suppressed(judged(waived(waiver(resource=resource)))) == []


def test_a_suppression_holds_through_its_last_day() -> None:
    assert suppressed(judged(waived(waiver()), ENDS)) == ["AOAI101"]
    after = judged(waived(waiver()), date(2027, 1, 1))
    assert suppressed(after) == []
    found = only_one(after, "AOAI101")
    assert found.lapsed == waiver().suppression
    assert found.is_violation


def test_without_a_day_no_suppression_holds() -> None:
    assert suppressed(scan(demo(), rules(), settings=waived(waiver()))) == []


def test_a_suppression_that_holds_outlives_one_that_ended() -> None:
    old = Suppression(reason="old", owner="bob", expires=date(2020, 1, 1), place="c.yaml:9:5")
    both = waived(waiver(), Waiver(rule="AOAI101", resource="*/aoai-chat", suppression=old))
    found = only_one(judged(both), "AOAI101")
    assert (found.suppression, found.lapsed) == (waiver().suppression, None)


def test_what_is_not_known_is_not_suppressed() -> None:
    unread = Gap(scope="/", type="microsoft.network/privatednszones", reason=GapReason.DENIED)
    settings = waived(waiver("AOAI201", "*/virtualNetworks/vnet-search*"))
    report = judged(settings, gaps=(unread,))
    (found,) = (f for f in report.findings if f.rule == "AOAI201" and "vnet-search" in f.resource)
    assert (found.verdict, found.suppression) == (Verdict.OPEN, None)


@pytest.mark.parametrize(
    ("resource", "today", "remark"),
    [
        ("*/aoai-chat", date(2026, 12, 16), None),
        ("*/aoai-chat", date(2026, 12, 17), "ends on 2026-12-31 (ana): renew it or mend"),
        ("*/aoai-chat", ENDS, "ends on 2026-12-31 (ana): renew it or mend"),
        ("*/aoai-chat", date(2027, 1, 1), "ended on 2026-12-31 (ana): what it covered counts"),
        ("*/gone", date(2026, 1, 1), "matches nothing that was found"),
    ],
)
def test_owners_are_told_in_time(resource: str, today: date, remark: str | None) -> None:
    said = judged(waived(waiver(resource=resource)), today).remarks
    if remark is None:
        assert said == ()
    else:
        (line,) = said
        assert line.startswith(f"c.yaml:2:5: the suppression of AOAI101 {remark}")


def test_what_matches_nothing_may_match_what_was_not_read() -> None:
    unread = Gap(scope="/", type="*", reason=GapReason.DENIED)
    (line,) = judged(waived(waiver(resource="*/gone")), gaps=(unread,)).remarks
    assert line.endswith("matches nothing that was found; what was not read may hide it")


def test_nothing_is_said_of_a_suppression_whose_rule_was_not_judged() -> None:
    assert judged(waived(waiver()), only=["AOAI201"]).remarks == ()


# --- settings


def setting(rule: str, **changes: object) -> Setting:
    return Setting(rule=rule, place="c.yaml:7:5", **changes)  # type: ignore[arg-type]


def settings(*those: Setting) -> Settings:
    return Settings(rules=those)


@pytest.mark.parametrize("rule", ["AOAI106", "Keys-Enabled", "exposure", "any"])
def test_a_rule_is_turned_off_by_id_name_family_or_all(rule: str) -> None:
    off = settings(setting(rule, enabled=False))
    by_id = {one.id: one for one in rules()}
    assert not off.is_enabled(by_id["AOAI106"])
    assert off.is_enabled(by_id["AOAI201"]) is (rule != "any")


def test_the_last_setting_counts() -> None:
    rule = next(rule for rule in rules() if rule.id == "AOAI106")
    off, on = setting("any", enabled=False), setting("AOAI106", enabled=True)
    assert settings(off, on).is_enabled(rule)
    assert not settings(on, off).is_enabled(rule)


def test_what_is_asked_for_by_name_is_judged_whatever_is_off() -> None:
    rule = next(rule for rule in rules() if rule.id == "AOAI106")
    off = settings(setting("any", enabled=False, severity=Severity.LOW)).forced()
    assert off.is_enabled(rule)
    assert off.weighed(rule).severity is Severity.LOW


def test_a_severity_is_that_of_the_rule_and_of_its_findings_and_orders_them() -> None:
    report = judged(settings(setting("AOAI101", severity=Severity.INFO)))
    assert only_one(report, "AOAI101").severity is Severity.INFO
    assert next(r for r in report.rules if r.id == "AOAI101").severity is Severity.INFO
    assert report.findings[-1].rule == "AOAI101"


@pytest.mark.parametrize(
    ("selector", "is_meant"),
    [
        (Selector(name="vnet-web"), True),
        (Selector(name="vnet-web/to-search"), True),
        (Selector(resource_group="rg"), True),
        (Selector(resource_group="other"), False),
        (Selector(name="vnet-hub"), False),
        (Selector(name="microsoft.network"), False),
        (Selector(tags=(("env", "none"),)), False),
    ],
)
def test_a_rule_may_matter_less_for_some_resources(selector: Selector, *, is_meant: bool) -> None:
    low = settings(setting("AOAI307", severity=Severity.LOW, resources=selector))
    report = judged(low)
    wanted = Severity.LOW if is_meant else Severity.CRITICAL
    assert only_one(report, "AOAI307").severity is wanted
    assert next(r for r in report.rules if r.id == "AOAI307").severity is Severity.CRITICAL


def test_a_rule_that_is_off_for_a_resource_is_not_dropped_quietly() -> None:
    there = Selector(name="vnet-web")
    off = settings(setting("AOAI307", enabled=False, resources=there))
    found = only_one(judged(off, only=["AOAI307"]), "AOAI307")
    assert found.suppression == Suppression(
        reason="the rule is off for this resource", place="c.yaml:7:5"
    )


def test_a_rule_may_be_on_for_some_resources_alone() -> None:
    def on(name: str) -> Settings:
        there = Selector(name=name)
        every = setting("AOAI307", enabled=False)
        return settings(every, setting("AOAI307", enabled=True, resources=there))

    rule = next(rule for rule in rules() if rule.id == "AOAI307")
    assert on("vnet-web").is_enabled(rule)
    assert suppressed(judged(on("vnet-web"), only=["AOAI307"])) == []
    assert suppressed(judged(on("vnet-hub"), only=["AOAI307"])) == ["AOAI307"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Settings(rules=(setting("AOAI1O1"),)), r"^c.yaml:7:5: no rule `AOAI1O1` \(did you mean"),
        (Settings(rules=(setting("hygeine"),)), r"`hygeine` \(did you mean `hygiene`\?\)"),
        (waived(waiver("zone-unlinked")), r"^c.yaml:2:5: no rule `zone-unlinked` \(did you mean"),
        (waived(waiver("dns")), r"^c.yaml:2:5: no rule `dns`"),
    ],
)
def test_a_rule_that_does_not_exist_is_an_error_with_its_place(
    said: Settings, message: str
) -> None:
    with pytest.raises(RuleError, match=message):
        said.check(rules())
