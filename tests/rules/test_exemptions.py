"""Exemptions of Azure Policy are honored when asked for, as far as the snapshot tells them."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest

from scanner.findings import Suppression
from scanner.report.scan_report import Report
from scanner.rules import Rule, load_all
from scanner.rules.estates import demo
from scanner.rules.settings import Settings
from scanner.scan import scan
from scanner.snapshot import Row

GROUP = next(row.id for row in demo().rows if row.id.endswith("/accounts/aoai-chat")).partition(
    "/providers/"
)[0]
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/aoai-chat"
KEYS = "71ef260a-8f18-47b7-abcb-62d0673d94dc"
HOME = "/providers/Microsoft.Authorization"
ASSIGNED = f"{GROUP}{HOME}/policyAssignments/no-keys"
TODAY = date(2026, 11, 24)


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in load_all(proved=False) if rule.id in {"AOAI101", "AOAI106"})


def row(id_: str, kind: str, properties: Any) -> Row:
    raw = msgspec.Raw(json.dumps(properties).encode())
    return Row(id=id_, type=f"Microsoft.Authorization/{kind}", name="x", properties=raw)


def assignment(definition: str = f"{HOME}/policyDefinitions/{KEYS.upper()}") -> Row:
    return row(ASSIGNED, "policyAssignments", {"policyDefinitionId": definition})


def exemption(scope: str = GROUP, **changes: Any) -> Row:
    properties = {
        "policyAssignmentId": ASSIGNED.upper(),
        "exemptionCategory": "Waiver",
        "displayName": "until the SDK signs in",
        "expiresOn": "2026-11-26T09:00:00Z",
    }
    id_ = f"{scope}{HOME}/policyExemptions/x"
    return row(id_, "policyExemptions", {k: v for k, v in (properties | changes).items() if v})


def judged(*more: Row, today: date = TODAY, asked: bool = True) -> Report:
    snapshot = msgspec.structs.replace(demo(), rows=(*demo().rows, *more))
    settings = Settings(honors_exemptions=asked)
    return scan(snapshot, rules(), settings=settings, today=today)


def suppressed(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings if finding.suppression}


def test_an_exemption_suppresses_what_maps_to_its_policy() -> None:
    report = judged(assignment(), exemption())
    assert suppressed(report) == {"AOAI106"}
    (found,) = (finding for finding in report.findings if finding.suppression)
    assert found.suppression == Suppression(
        reason="exempted in Azure Policy (Waiver): until the SDK signs in",
        expires=date(2026, 11, 25),
        place=f"{GROUP}{HOME}/policyExemptions/x",
    )
    assert report.remarks == ()


def test_it_counts_only_when_asked_for() -> None:
    assert suppressed(judged(assignment(), exemption(), asked=False)) == set()


def test_it_ends_before_the_day_of_its_end() -> None:
    assert suppressed(judged(assignment(), exemption(), today=date(2026, 11, 25)))
    after = judged(assignment(), exemption(), today=date(2026, 11, 26))
    assert suppressed(after) == set()
    assert [finding.rule for finding in after.findings if finding.lapsed] == ["AOAI106"]


def test_one_without_an_end_lasts() -> None:
    assert suppressed(judged(assignment(), exemption(expiresOn=None), today=date(2199, 1, 1)))


@pytest.mark.parametrize("scope", [ACCOUNT, GROUP, GROUP.partition("/resourceGroups/")[0]])
def test_its_scope_is_all_below_it(scope: str) -> None:
    assert suppressed(judged(assignment(), exemption(scope))) == {"AOAI106"}


@pytest.mark.parametrize("scope", [f"{GROUP}-2", GROUP[:-1], f"{ACCOUNT}-2", f"{GROUP[:-2]}*"])
def test_its_scope_is_no_more(scope: str) -> None:
    assert suppressed(judged(assignment(), exemption(scope))) == set()


INITIATIVE = f"{HOME}/policySetDefinitions/many"


def initiative(*members: tuple[str, str]) -> Row:
    held = [
        {"policyDefinitionId": f"{HOME}/policyDefinitions/{guid}", "policyDefinitionReferenceId": n}
        for guid, n in members
    ]
    return row(INITIATIVE, "policySetDefinitions", {"policyDefinitions": held})


@pytest.mark.parametrize(
    ("names", "wanted"), [(None, {"AOAI106"}), (["NoKeys"], {"AOAI106"}), (["other"], set())]
)
def test_of_an_initiative_it_is_for_all_or_for_what_it_names(
    names: list[str] | None, wanted: set[str]
) -> None:
    several = initiative((KEYS, "nokeys"), ("0" * 36, "other"))
    exempt = exemption(policyDefinitionReferenceIds=names)
    assert suppressed(judged(several, assignment(INITIATIVE), exempt)) == wanted


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([exemption()], "its assignment is not in the snapshot"),
        ([assignment(INITIATIVE), exemption()], "the initiative that is assigned is not in"),
        ([assignment(), exemption(resourceSelectors=[{"name": "x"}])], "resource selectors"),
        ([assignment(), exemption(expiresOn="soon")], "`soon` is no time at which it ends"),
        ([assignment(), exemption(policyAssignmentId=None)], "cannot be read"),
        (
            [assignment(), exemption("/providers/Microsoft.Management/managementGroups/m")],
            "which subscriptions its management group holds",
        ),
    ],
)
def test_one_that_is_not_understood_changes_nothing_and_is_told(rows: list[Row], why: str) -> None:
    report = judged(*rows)
    assert suppressed(report) == set()
    (said,) = report.remarks
    assert "the exemption is not honored: " in said
    assert why in said


def test_one_from_a_policy_of_their_own_is_none_of_ours() -> None:
    own = f"{GROUP}{HOME}/policyDefinitions/{KEYS}"
    report = judged(assignment(own), exemption())
    assert (suppressed(report), report.remarks) == (set(), ())


def test_a_snapshot_without_any_says_so() -> None:
    assert judged().remarks == (
        "--honor-exemptions: the snapshot holds no exemption of Azure Policy",
    )
