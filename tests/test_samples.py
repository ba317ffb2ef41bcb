"""
What a scan of the demo looks like, kept where people can see it: `reports/sample`.

A fixed choice of rules, so that a new rule changes no sample. `make samples` rewrites them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest
from report.github_rules import complaints

from scanner.findings import Suppression
from scanner.report import FORMATS, Options, Profile
from scanner.report.estate import render_estate
from scanner.report.scan_report import Report
from scanner.rules import load_all
from scanner.rules.estates import demo
from scanner.scan import scan
from scanner.snapshot import Snapshot

CHOSEN = ("AOAI101", "AOAI201", "AOAI204", "AOAI307", "AOAI508")

CHECKOUT = Path(__file__).parents[1]
FOLDER = CHECKOUT / "reports" / "sample"
OPTIONS = Options(color=False, width=100, estate_uri="reports/sample/estate.jsonl")
FILES = {
    "table": "report.txt",
    "html": "report.html",
    "json": "report.json",
    "sarif": "report.sarif",
    "markdown": "report.md",
    "csv": "report.csv",
    "junit": "report.xml",
}
ESTATE = "estate.jsonl"
FULL = "report.full.sarif"
"""The other profile of SARIF, with one of the violations suppressed."""

SCHEMA = Path(__file__).parent / "report" / "sarif-schema-2.1.0.json"


@pytest.fixture(scope="module")
def judged() -> Report:
    return scan(demo(), [rule for rule in load_all() if rule.id in CHOSEN])


@pytest.fixture(scope="module")
def samples(judged: Report) -> Mapping[str, str]:
    made = {file: FORMATS[name].render(judged, OPTIONS) for name, file in FILES.items()}
    return made | {ESTATE: render_estate(judged), FULL: _full(judged)}


def _full(judged: Report) -> str:
    said = Suppression(
        reason="a sandbox, reviewed",
        owner="ana@example.com",
        expires=date(2026, 12, 31),
        place=".aoai-scan.yaml:2:5",
    )
    first, *others = judged.findings
    waived = replace(judged, findings=(replace(first, suppression=said), *others))
    return FORMATS["sarif"].render(waived, replace(OPTIONS, profile=Profile.FULL))


@pytest.mark.parametrize("file", [*FILES.values(), ESTATE, FULL])
def test_a_sample_is_what_its_format_writes(samples: Mapping[str, str], file: str) -> None:
    if os.environ.get("UPDATE_SAMPLES"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / file).write_text(samples[file], "utf-8", newline="\n")
    assert (FOLDER / file).read_bytes().decode() == samples[file], "see `make samples`"


def test_every_format_has_a_sample_and_every_sample_a_format() -> None:
    assert set(FILES) == set(FORMATS)
    assert {path.name for path in FOLDER.iterdir()} == {*FILES.values(), ESTATE, FULL}


def test_every_chosen_rule_is_violated_in_the_demo(judged: Report) -> None:
    failed = {finding.rule for finding in judged.findings if finding.verdict == "fail"}
    assert failed == set(CHOSEN)


def test_the_oasis_schema_and_github_accept_the_sample(judged: Report) -> None:
    assert objections(judged) == []


def test_the_oasis_schema_and_github_accept_a_scan_that_finds_nothing(judged: Report) -> None:
    nothing = scan(Snapshot(rows=()), judged.rules)
    assert json.loads(FORMATS["sarif"].render(nothing, OPTIONS))["runs"][0]["results"] == []
    assert objections(nothing) == []


def objections(report: Report) -> list[str]:
    text = FORMATS["sarif"].render(report, OPTIONS)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    oasis = jsonschema_rs.Draft4Validator(schema, validate_formats=True)
    return [error.message for error in oasis.iter_errors(json.loads(text))] + complaints(text)
