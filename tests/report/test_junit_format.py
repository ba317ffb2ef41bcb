from __future__ import annotations

from xml.etree import ElementTree as ET

from scanner.findings import Tally
from scanner.report import FORMATS, Options
from scanner.report.scan_report import Report

from .report_builder import HOSTILE_NAMES, hostile, report, rich


def suites(of: Report) -> ET.Element:
    return ET.fromstring(FORMATS["junit"].render(of, Options()))  # noqa: S314 - our own text


def test_a_suite_per_rule_and_one_for_what_was_not_read() -> None:
    counts = ("tests", "failures", "errors", "skipped")
    told = [(s.get("name"), *(s.get(count) for count in counts)) for s in suites(rich())]
    assert told == [
        ("AOAI101 public-network-access", "1", "1", "0", "0"),
        ("AOAI201 zone-not-linked", "3", "1", "0", "2"),
        ("AOAI307 subnet-policies", "1", "1", "0", "0"),
        ("GAP001 part-not-read", "2", "0", "2", "0"),
    ]
    assert [suites(rich()).get(count) for count in counts] == ["7", "3", "2", "2"]


def test_a_rule_that_is_kept_is_a_test_that_passed() -> None:
    spoken = Tally(subjects=1, rules=frozenset({"AOAI101", "AOAI201", "AOAI307"}))
    cases = suites(report(tally=spoken)).iter("testcase")
    assert [len(case) for case in cases] == [0] * 4


def test_a_rule_that_spoke_of_nothing_passed() -> None:
    spoken = Tally(subjects=1, rules=frozenset({"AOAI101"}))
    cases = list(suites(report(tally=spoken)).iter("testcase"))
    assert [child.tag for case in cases for child in case] == ["skipped", "skipped"]
    assert cases[1][0].attrib["message"] == "nothing here that it speaks of"


def test_an_estate_without_an_account_is_no_success() -> None:
    root = suites(report(accounts=()))
    assert root.get("errors") == "1"
    assert "No Azure OpenAI account" in root.findall(".//error")[0].attrib["message"]


def test_a_failure_says_why_for_whom_and_how_to_mend_it() -> None:
    failure = suites(rich()).findall(".//failure")[1]
    lines = (failure.text or "").split("\n")
    assert failure.get("message") == "high: hub lacks a link"
    labels = [line.partition(": ")[0] for line in lines[1:]]
    assert labels == ["why"] * 4 + ["for", "fix", "fix"]


def test_hostile_names_are_text() -> None:
    root = suites(hostile())
    kinds = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    assert {element.tag for element in root.iter()} == kinds
    messages = [failure.get("message") for failure in root.iter("failure")]
    assert f"critical: {HOSTILE_NAMES[4]} is public" in messages
