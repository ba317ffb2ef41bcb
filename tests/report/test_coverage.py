"""Every report tells how the reading went, when the snapshot says so."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest

from scanner.report import FORMATS, Options
from scanner.report.coverage import lines
from scanner.snapshot import Coverage, QueryCounts

from .report_builder import report

QUERIES = (
    QueryCounts(table="resources", subscriptions=100, rows=2000, pages=3, total_records=2000),
    QueryCounts(table="resources", subscriptions=1, rows=4, pages=1, total_records=5, duplicates=1),
    QueryCounts(table="dnsresources", pages=1, result_truncated=True, rereads=2),
)
COVERAGE = Coverage(asked=102, visible=101, queries=QUERIES, requests=40, refused=3)


def rendered(name: str, coverage: Coverage | None = COVERAGE) -> str:
    return FORMATS[name].render(report(coverage=coverage), Options())


def test_what_was_read_is_said_table_by_table() -> None:
    odd = "1 answers cut short by Azure, 2 rereadings, for it moved"
    assert list(lines(COVERAGE)) == [
        "101 of 102 subscriptions",
        f"dnsresources: 0 of an unknown number of rows in 1 pages, {odd}",
        "resources: 2,004 of 2,005 rows in 4 pages, 1 rows repeated",
        "40 questions to Resource Manager, 3 of them refused",
    ]


def test_the_table_says_it_in_a_sentence() -> None:
    said = " ".join(rendered("table").split())
    assert "Read: 101 of 102 subscriptions; dnsresources: 0 of" in said


def test_json_and_sarif_have_every_count() -> None:
    told = json.loads(rendered("json"))["coverage"]
    assert (told["asked"], told["visible"], told["requests"], told["refused"]) == (102, 101, 40, 3)
    assert told["queries"][1]["totalRecords"] == 5
    (run,) = json.loads(rendered("sarif"))["runs"]
    assert run["invocations"][0]["properties"]["coverage"] == told


@pytest.mark.parametrize("name", FORMATS)
def test_rows_that_came_without_a_word_of_it_leave_it_unsaid(name: str) -> None:
    silent = rendered(name, None)
    assert "coverage" not in silent
    assert "Read:" not in silent


def test_the_list_for_a_spreadsheet_ends_with_what_was_read() -> None:
    header, told = list(csv.reader(io.StringIO(rendered("csv"))))
    assert dict(zip(header, told, strict=True)) == dict.fromkeys(header, "") | {
        "rule": "READ001",
        "name": "what-was-read",
        "message": "; ".join(lines(COVERAGE)),
    }


def test_the_suite_for_a_build_server_ends_with_what_was_read() -> None:
    suites = ET.fromstring(rendered("junit"))  # noqa: S314 - our own text
    suite = suites.findall("testsuite")[-1]
    assert suite[-1].tag == "system-out"
    assert suite[-1].text == "\n".join(lines(COVERAGE))
    silent = rendered("junit", None)
    assert "system-out" not in silent


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_what_was_read(name: str) -> None:
    assert rendered(name) != rendered(name, None)
