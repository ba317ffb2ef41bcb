from __future__ import annotations

import csv
import io

from scanner.report import FORMATS, Options
from scanner.report.scan_report import Report
from scanner.report.spreadsheet import harmless

from .report_builder import hostile, report, rich


def rows(of: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FORMATS["csv"].render(of, Options()))))


def test_every_finding_and_every_gap_is_a_row() -> None:
    told = [(row["severity"], row["verdict"], row["rule"], row["resource"]) for row in rows(rich())]
    assert told == [
        ("critical", "fail", "AOAI101", "aoai-Prod"),
        ("high", "fail", "AOAI201", "hub"),
        ("medium", "fail", "AOAI307", "hub/workloads"),
        ("high", "open", "AOAI201", "pe-aoai"),
        ("high", "open", "AOAI201", "aoai-Prod"),
        ("", "open", "GAP001", ""),
        ("", "open", "GAP001", "0a1b2c3d-0000-4000-8000-000000000001"),
    ]


def test_a_row_says_why_for_whom_and_how_to_mend_it() -> None:
    row = rows(rich())[1]
    assert row["why"].startswith('aoai-Prod /properties/endpoint="https://aoai-prod')
    assert row["affected"] == "hub -> aoai-prod.openai.azure.com"
    assert row["command"].startswith("az resource update --ids ")
    assert row["resourceGroup"] == "rg-Ai"


def test_a_clean_scan_is_a_header() -> None:
    assert rows(report()) == []


def test_no_cell_is_a_formula() -> None:
    lines = csv.reader(io.StringIO(FORMATS["csv"].render(hostile(), Options())))
    assert not [cell for line in lines for cell in line if cell[:1] in set("=+-@\t\r")]


def test_a_formula_behind_blanks_or_in_full_width_is_text_too() -> None:
    assert harmless(("  =1", "\uff1d1", "a=1", "")) == ("'  =1", "'\uff1d1", "a=1", "")
