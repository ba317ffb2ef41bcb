"""SARIF as files: as many as GitHub takes, and the full profile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.report import sarif

from .command_line import run

DEMO = ("--demo", "-f", "sarif")


def scan(*options: str) -> str:
    return run(*DEMO, *options, "-o", "out/").err


def test_runs_that_do_not_fit_into_one_file_go_into_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "_grouped", lambda runs: [runs, runs, runs])
    said = scan()
    files = {"aoai-scan.sarif", "aoai-scan-2.sarif", "aoai-scan-3.sarif"}
    assert {path.name for path in Path("out").iterdir()} == {*files, "estate.jsonl"}
    assert all(f"wrote out/{name}\n" in said for name in files)


def test_a_file_of_an_earlier_scan_is_told() -> None:
    Path("out").mkdir()
    Path("out/aoai-scan-2.sarif").write_text("{}", "utf-8")
    assert scan().startswith(
        "note: out/aoai-scan-2.sarif is of an earlier scan; do not upload it\n"
    )
    assert Path("out/aoai-scan-2.sarif").read_text("utf-8") == "{}"


def test_the_full_profile_is_asked_for() -> None:
    scan("--sarif-profile", "full")
    (run_,) = json.loads(Path("out/aoai-scan.sarif").read_text("utf-8"))["runs"]
    assert "graphs" not in run_  # nothing in these two rules goes from one place to another
    Path(".aoai-scan.yaml").write_text(
        "suppressions: [{rule: AOAI101, resource: '*/aoai-chat', reason: x, owner: y, "
        "expires: 2999-12-31}]",
        "utf-8",
    )
    scan("--sarif-profile", "full")
    (run_,) = json.loads(Path("out/aoai-scan.sarif").read_text("utf-8"))["runs"]
    assert [bool(result["suppressions"]) for result in run_["results"]] == [True, False]
