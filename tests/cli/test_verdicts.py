"""The exit code is the verdict, of the rules that were chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .command_line import run
from .estate import NETWORK, PRIVATE, PUBLIC, row, rules, saved

PARTLY = {"gaps": [{"scope": "/", "type": NETWORK, "reason": "denied", "detail": "403"}]}


def test_a_complete_scan_without_violation_exits_with_0() -> None:
    assert run("--snapshot", saved("s.json", PRIVATE), "--only", "AOAI101").code == 0


def test_a_violation_exits_with_1() -> None:
    assert run("--snapshot", saved("s.json", PUBLIC), "--only", "AOAI101").code == 1


def test_a_wrong_request_exits_with_2() -> None:
    ran = run()
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: name an estate: ")


def test_an_incomplete_scan_without_violation_exits_with_3() -> None:
    source = saved("s.json", PRIVATE, **PARTLY)
    assert run("--snapshot", source, "--only", "AOAI101").code == 3


def test_a_violation_in_an_incomplete_scan_exits_with_1() -> None:
    source = saved("s.json", PUBLIC, **PARTLY)
    assert run("--snapshot", source, "--only", "AOAI101").code == 1


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("critical", "critical", 1),
        ("high", "critical", 0),
        ("high", "high", 1),
        ("medium", "high", 0),
        ("medium", "medium", 1),
        ("low", "medium", 0),
        ("low", "low", 1),
        ("info", "low", 0),
        ("info", "info", 1),
        ("critical", "never", 0),
    ],
)
def test_only_findings_from_a_severity_on_fail(severity: str, fail_on: str, code: int) -> None:
    folder = rules(severity=severity)
    ran = run("--demo", "--rules", folder, "--only", "in-sweden", "--fail-on", fail_on)
    assert ran.code == code


@pytest.mark.parametrize(("severity", "code"), [("high", 1), ("medium", 0)])
def test_findings_fail_from_high_on_unless_told_otherwise(severity: str, code: int) -> None:
    assert run("--demo", "--rules", rules(severity=severity), "--only", "AOAI190").code == code


@pytest.mark.parametrize("fail_on", ["never", "critical"])
def test_an_incomplete_scan_exits_with_3_whatever_fails(fail_on: str) -> None:
    source = saved("s.json", PRIVATE, **PARTLY)
    assert run("--snapshot", source, "--only", "AOAI101", "--fail-on", fail_on).code == 3


@pytest.mark.parametrize("name", ["AOAI101", "aoai101", "public-network-access"])
def test_a_rule_is_chosen_by_id_or_name(name: str) -> None:
    assert run("--demo", "-f", "json", "--only", name).rules_found == {"AOAI101"}


@pytest.mark.parametrize("name", ["AOAI101", "aoai101", "public-network-access"])
def test_a_rule_is_left_out_by_id_or_name(name: str) -> None:
    assert run("--demo", "-f", "json", "--skip", name).rules_found == {"AOAI106"}


def test_several_rules_are_chosen_and_left_out() -> None:
    chosen = ["--only", "AOAI101", "--only", "keys-enabled", "--skip", "AOAI101"]
    assert run("--demo", "-f", "json", *chosen).rules_found == {"AOAI106"}


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_a_rule_nobody_knows_is_told_with_the_near_name(option: str) -> None:
    ran = run("--demo", option, "public-netwrok-access")
    assert (ran.code, ran.out) == (2, "")
    assert "`public-netwrok-access` (did you mean `public-network-access`?)" in ran.complaint


def test_no_rule_at_all_is_a_wrong_request() -> None:
    ran = run("--demo", "--only", "AOAI101", "--skip", "AOAI101")
    assert (ran.code, ran.out) == (2, "")
    assert "leave no rule to judge by" in ran.complaint


def test_a_folder_of_rules_adds_its_rules() -> None:
    found = run("--demo", "-f", "json", "--rules", rules(), "--fail-on", "never").rules_found
    assert found == {"AOAI101", "AOAI106", "AOAI190"}


def test_an_id_used_twice_is_one_line_that_names_both_files() -> None:
    ran = run("--demo", "--rules", rules(id="AOAI101"))
    assert (ran.code, ran.out) == (2, "")
    assert "`AOAI101`" in ran.complaint
    assert "in-sweden.yaml" in ran.complaint
    assert "public-network-access.yaml" in ran.complaint


NETWORKS = row(NETWORK, "hub", {"addressSpace": {"addressPrefixes": []}})


@pytest.mark.parametrize("form", ["table", "json", "sarif"])
@pytest.mark.parametrize(("gaps", "code"), [({}, 0), (PARTLY, 3)], ids=["complete", "partly read"])
def test_an_estate_without_any_account_is_no_clean_bill(
    form: str, gaps: dict[str, Any], code: int
) -> None:
    ran = run("--snapshot", saved("s.json", NETWORKS, **gaps), "-f", form, "-o", "report")
    assert ran.code == code
    assert ran.err.splitlines()[0].startswith("warning: no Azure OpenAI account in this estate: ")
    assert sum("no Azure OpenAI account" in line for line in ran.err.splitlines()) == 1


def test_no_account_is_told_in_the_table_as_well() -> None:
    ran = run("--snapshot", saved("s.json", NETWORKS))
    assert "no Azure OpenAI account was found" in ran.out.replace("\n", " ")


def test_an_estate_with_an_account_is_not_warned_of() -> None:
    assert run("--snapshot", saved("s.json", PRIVATE)).err == ""


def test_what_is_open_in_a_complete_estate_changes_no_exit_code() -> None:
    folder = rules(severity="critical")
    rule = Path(folder, "in-sweden.yaml")
    open_ = "assert: {field: location, widerThan: 8}"
    rule.write_text(rule.read_text().replace("assert: {field: location, notEqual", f"{open_} #"))
    ran = run("--demo", "--rules", folder, "--only", "AOAI190", "-f", "json")
    assert {finding["verdict"] for finding in ran.document["findings"]} == {"open"}
    assert (ran.code, ran.document["complete"]) == (0, True)
