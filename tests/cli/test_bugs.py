"""What nobody foresaw is one line as well, and says that it is a bug."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.cli.source import SourceOptions
from scanner.errors import SnapshotError

from .command_line import run
from .estate import HOSTILE, PRIVATE, PUBLIC, STEERING, rules, saved, snapshot

SAID = ": this is a bug in aoai-scan; run with -vv for the traceback"

Raise = Callable[[BaseException], None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Raise:
    """Return how to make the scan raise."""

    def breaks(error: BaseException) -> None:
        def raising(*_: object) -> None:
            raise error

        monkeypatch.setattr(SourceOptions, "read", raising)

    return breaks


BUGS = {
    "KeyError: 'x'": KeyError("x"),
    "ValueError: two lines": ValueError("two\nlines"),
    "AssertionError": AssertionError(),
    "RecursionError: deep": RecursionError("deep"),
    "ExceptionGroup: several (1 sub-exception)": ExceptionGroup("several", [ValueError("x")]),
}


@pytest.mark.parametrize(("what", "error"), BUGS.items(), ids=BUGS)
@pytest.mark.parametrize("option", ["-q", "-v", "--no-color"])
def test_a_bug_is_one_line_without_a_traceback(
    broken: Raise, what: str, error: Exception, option: str
) -> None:
    broken(error)
    ran = run("--demo", option)
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint == f"aoai-scan: {what}{SAID}"


def test_a_bug_shows_its_traceback_to_who_wants_all(broken: Raise) -> None:
    broken(ValueError(HOSTILE))
    ran = run("--demo", "-vv")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Traceback (most recent call last):\n")
    assert ran.err.splitlines()[-1].endswith(SAID)
    assert not {ord(c) for c in ran.err} & STEERING


def test_a_bug_does_not_quote_a_whole_file(broken: Raise) -> None:
    broken(ValueError("x" * 100_000))
    assert len(run("--demo").complaint) < 400


def test_too_little_memory_is_one_line_that_says_what_to_do(broken: Raise) -> None:
    broken(MemoryError())
    ran = run("--demo")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: out of memory; no scan was made: ")


def test_a_snapshot_that_turns_out_wrong_while_it_is_judged_is_no_bug(broken: Raise) -> None:
    broken(SnapshotError("x: cannot be read: number out of range; mend it"))
    ran = run("--demo", "-vv")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint == "aoai-scan: x: cannot be read: number out of range; mend it"


@pytest.mark.parametrize("form", ["table", "json", "sarif"])
def test_a_number_that_nobody_can_hold_ends_in_no_traceback(form: str) -> None:
    rule = Path(rules(), "in-sweden.yaml")
    rule.write_text(rule.read_text().replace("field: location", "field: properties.odd"))
    text = snapshot(PUBLIC, PRIVATE | {"id": PRIVATE["id"] + "2"})
    Path("s.json").write_text(text.replace('"properties": {', '"properties": {"odd": 1e999, ', 1))
    ran = run("--snapshot", "s.json", "--rules", "mine", "-f", form, "-o", "report")
    assert ran.code in {2, 3}
    assert "1e999" in Path("s.json").read_text()
    assert "Traceback" not in ran.err
    assert "bug" not in ran.err


# --- streams that are gone

SCAN = "from scanner.cli import main; main()"


def shell(script: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", SCAN, *arguments]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        ["/bin/bash", "-c", script, "bash", *command], capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "script",
    [
        '"$@" >/dev/null 2>&-',
        '"$@" 2>/dev/null >&-',
        'set -o pipefail; "$@" 2>&1 >/dev/null | true',
        'set -o pipefail; "$@" 2>/dev/null | true',
        '"$@" >/dev/null 2>/dev/full',
    ],
)
@pytest.mark.parametrize(("name", "code"), [("s.json", 1), ("none.json", 2)])
def test_who_does_not_listen_changes_no_exit_code(script: str, name: str, code: int) -> None:
    saved("s.json", PUBLIC, PUBLIC, cloud="Nowhere")
    assert shell(script, "--snapshot", name, "-f", "sarif") == (code, "")


def test_a_listener_who_stays_hears_everything() -> None:
    saved("s.json", PUBLIC, PUBLIC, cloud="Nowhere")
    code, said = shell('"$@" -f json 2>/dev/null', "--snapshot", "s.json", "--only", "AOAI101")
    assert (code, len(json.loads(said)["findings"])) == (1, 1)
