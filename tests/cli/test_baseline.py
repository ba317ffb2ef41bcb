"""`--baseline` and `--fail-on-new` on the command line."""

from __future__ import annotations

import pytest

from .command_line import run

ONE = ("--demo", "--only", "AOAI101")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_was_there_does_not_fail_when_only_new_ones_do(form: str) -> None:
    run(*ONE, "-f", form, "-o", f"before.{form}")
    assert run(*ONE, "--baseline", f"before.{form}").code == 1
    assert run(*ONE, "--baseline", f"before.{form}", "--fail-on-new").code == 0


def test_what_is_new_fails() -> None:
    run("--demo", "--only", "AOAI106", "-f", "json", "-o", "before.json")
    ran = run(*ONE, "--baseline", "before.json", "--fail-on-new", "-f", "json")
    assert ran.code == 1
    assert [f["baselineState"] for f in ran.document["findings"]] == ["new"]
    assert [(k["rule"], k["because"]) for k in ran.document["kept"]] == [("AOAI106", "notJudged")]


def test_several_baselines_count_together() -> None:
    for rule in ("AOAI101", "AOAI106"):
        run("--demo", "--only", rule, "-f", "json", "-o", f"{rule}.json")
    both = ("--baseline", "AOAI101.json", "--baseline", "AOAI106.json")
    document = run("--demo", *both, "-f", "json").document
    assert {f["baselineState"] for f in document["findings"]} == {"unchanged"}


def test_new_without_a_baseline_is_an_error() -> None:
    ran = run(*ONE, "--fail-on-new")
    assert ran.code == 2
    assert "--fail-on-new needs a --baseline" in ran.complaint


def test_a_baseline_that_is_none_is_an_error() -> None:
    ran = run(*ONE, "--baseline", "none.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint == "aoai-scan: none.json: cannot be read: No such file or directory"
