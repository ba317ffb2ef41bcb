"""Suppressions on the command line: what counts, what is told, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .command_line import Ran, run
from .estate import GROUP, PUBLIC, saved

TEXT = """\
suppressions:
  - rule: public-network-access
    resource: "*/accounts/aoai-chat"
    reason: sandbox
    owner: ana
    expires: 2026-12-31
"""


def judged(*options: str, day: str = "2026-11-24", text: str = TEXT) -> Ran:
    Path(".aoai-scan.yaml").write_text(text, "utf-8")
    return run("--demo", "--only", "AOAI101", "--as-of", day, *options)


def test_a_suppressed_finding_does_not_decide_the_exit_code() -> None:
    assert judged().code == 0
    assert judged(day="2027-01-01").code == 1


def test_it_is_told_in_json() -> None:
    document = judged("-f", "json").document
    (found,) = document["findings"]
    assert found["suppressed"] == {
        "reason": "sandbox",
        "owner": "ana",
        "expires": "2026-12-31",
        "place": ".aoai-scan.yaml:2:5",
    }
    summary = document["summary"]
    assert (summary["fail"], summary["suppressed"]) == (0, 1)
    assert sum(summary["bySeverity"].values()) == 0


def test_an_ended_one_is_told_in_json() -> None:
    document = judged("-f", "json", day="2027-01-01").document
    (found,) = document["findings"]
    assert found["suppressed"] is None
    assert found["suppressionEnded"]["expires"] == "2026-12-31"
    assert document["summary"]["fail"] == 1
    (remark,) = document["remarks"]
    assert remark == (
        ".aoai-scan.yaml:2:5: the suppression of public-network-access ended on 2026-12-31 (ana): "
        "what it covered counts again"
    )


@pytest.mark.parametrize(
    ("form", "held", "ended"),
    [
        ("table", "0 not known, 1 suppressed.", "but: suppressed no longer (until 2026-12-31"),
        ("markdown", "## Suppressed", "Its suppression has ended"),
        ("csv", "until 2026-12-31 by ana: sandbox", ""),
        ("junit", '<skipped message="suppressed until 2026-12-31 by ana: sandbox', "<failure"),
        ("html", '"suppressed":"until 2026-12-31 by ana: sandbox"', '"suppressed":""'),
    ],
)
def test_it_is_told_in_every_format(form: str, held: str, ended: str) -> None:
    assert held in judged("-f", form).out
    after = judged("-f", form, day="2027-01-01").out
    assert ended in after
    assert held not in after


def test_code_scanning_hears_of_no_suppressed_violation() -> None:
    def results(day: str) -> list[str]:
        log = json.loads(judged("-f", "sarif", day=day).out)
        return [result["ruleId"] for result in log["runs"][0]["results"]]

    assert results("2026-11-24") == []
    assert results("2027-01-01") == ["AOAI101"]


def test_the_owner_is_warned_on_standard_error() -> None:
    assert judged().err == ""
    assert judged(day="2026-12-20").complaint == (
        "warning: .aoai-scan.yaml:2:5: the suppression of public-network-access ends on 2026-12-31 "
        "(ana): renew it or mend what it covers"
    )


def test_a_rule_that_is_none_is_an_error_before_anything_is_read() -> None:
    ran = judged(text=TEXT.replace("public-network-access", "public-netwrok-access"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint == (
        "aoai-scan: .aoai-scan.yaml:2:5: no rule `public-netwrok-access` "
        "(did you mean `public-network-access`?); see aoai-scan rules list"
    )


def test_a_configuration_may_turn_a_rule_off() -> None:
    Path(".aoai-scan.yaml").write_text("rules: [{rule: AOAI101, enabled: false}]", "utf-8")
    assert "AOAI101" not in run("--demo", "-f", "json").rules_found
    assert run("--demo", "-f", "json", "--only", "AOAI101").rules_found == {"AOAI101"}


def test_one_that_leaves_no_rule_is_an_error() -> None:
    Path(".aoai-scan.yaml").write_text("rules: [{rule: any, enabled: false}]", "utf-8")
    ran = run("--demo")
    assert ran.code == 2
    assert ran.complaint.startswith("aoai-scan: --only, --skip and the configuration leave no rule")


def test_an_exemption_of_azure_policy_counts_when_that_is_asked_for() -> None:
    home = f"{GROUP}/providers/Microsoft.Authorization"
    built_in = "/providers/Microsoft.Authorization/policyDefinitions"
    assigned = {
        "id": f"{home}/policyAssignments/a",
        "type": "microsoft.authorization/policyassignments",
        "properties": {"policyDefinitionId": f"{built_in}/037eea7a-bd0a-46c5-9a66-03aea78705d3"},
    }
    exempt = {
        "id": f"{home}/policyExemptions/e",
        "type": "microsoft.authorization/policyexemptions",
        "properties": {"policyAssignmentId": assigned["id"], "displayName": "reviewed"},
    }
    name = saved("policy.json", PUBLIC, assigned, exempt)
    scan = ("--snapshot", name, "--only", "AOAI101", "-f", "json")
    assert run(*scan).code == 1
    ran = run(*scan, "--honor-exemptions")
    assert ran.code == 0
    assert [f["suppressed"]["reason"] for f in ran.document["findings"]] == [
        "exempted in Azure Policy: reviewed"
    ]
