from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from scanner.report import FORMATS, Format, Options
from scanner.report.estate import render_estate

from .report_builder import HOSTILE_NAMES, hostile, report, rich

EVERY = pytest.mark.parametrize("known", FORMATS.values(), ids=lambda known: known.name)
STEERING = {*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x200E, 0x200F, 0xFEFF, 0x2028, 0x2029}
STEERING |= {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
STEERING -= {ord("\n")}


@EVERY
def test_a_format_is_its_module_by_name(known: Format) -> None:
    assert FORMATS[known.name] is known
    assert known.render(report(), Options()).endswith("\n")


@EVERY
def test_the_same_report_gives_the_same_bytes(known: Format) -> None:
    shuffled = replace(rich(), estate=rich().estate[::-1], gaps=rich().gaps[::-1])
    assert known.render(rich(), Options()) == known.render(shuffled, Options())


@EVERY
def test_no_name_steers_the_terminal(known: Format) -> None:
    assert not {ord(c) for c in known.render(hostile(), Options())} & STEERING


@EVERY
def test_no_name_starts_a_line_of_its_own(known: Format) -> None:
    lines = known.render(hostile(), Options()).split("\n")
    assert not [line for line in lines if line.startswith(("two", "three", "=cmd()|two"))]


def test_the_estate_file_does_not_steer_the_terminal() -> None:
    assert not {ord(c) for c in render_estate(hostile())} & STEERING


def test_hostile_names_come_through_json_unchanged() -> None:
    findings = json.loads(FORMATS["json"].render(hostile(), Options()))["findings"]
    shown = [finding["message"] for finding in findings if finding["verdict"] == "fail"]
    assert shown == [f"{name} is public" for name in HOSTILE_NAMES]


def test_listing_the_formats_imports_none() -> None:
    code = "import sys, scanner.report; print([*sys.modules])"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    heavy = ("tabulate", "networkx", "msgspec", "scanner.rules", "scanner.report.table")
    assert not [name for name in heavy if f"'{name}'" in loaded]


@pytest.mark.parametrize("name", ["csv", "json", "junit", "markdown", "sarif"])
def test_only_the_table_needs_tabulate(name: str) -> None:
    code = f"import sys, scanner.report.{name}; print('tabulate' in sys.modules)"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert loaded == "False\n"
