"""Manners at a terminal: colours, pipes, interruptions, and a start without delay."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import __version__
from scanner.cli.source import SourceOptions

from .command_line import run
from .estate import PUBLIC, account, saved

DEMO = ("--demo", "--only", "AOAI101")
HEAVY = ("networkx", "msgspec", "yaml", "azure", "tabulate")


def test_colours_are_for_terminals() -> None:
    assert "\x1b[1;31mcritical\x1b[0m" in run(*DEMO, terminal=True).out
    assert "\x1b" not in run(*DEMO).out


def test_colours_change_nothing_else() -> None:
    plain = run(*DEMO, terminal=True).out.replace("\x1b[1;31m", "").replace("\x1b[0m", "")
    assert plain == run(*DEMO).out


def test_no_colour_if_told() -> None:
    assert "\x1b" not in run(*DEMO, "--no-color", terminal=True).out


@pytest.mark.parametrize("forced", ["", "1"])
def test_no_colour_if_the_environment_says_so(monkeypatch: pytest.MonkeyPatch, forced: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", forced)
    assert "\x1b" not in run(*DEMO, terminal=True).out


def test_an_empty_no_color_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert "\x1b" in run(*DEMO, terminal=True).out


def test_colours_where_no_terminal_is_if_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31mcritical\x1b[0m" in run(*DEMO).out
    assert "\x1b" not in run(*DEMO, "--no-color").out


def test_a_program_gets_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in run(*DEMO, "-f", "json", terminal=True).out


def test_the_table_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = run(*DEMO).out
    monkeypatch.setenv("COLUMNS", "60")
    assert run(*DEMO).out.count("\n") > wide.count("\n")


@pytest.mark.parametrize("columns", ["0", "-5", "wide", "1", "100000"])
def test_a_width_that_is_none_is_no_error(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert run(*DEMO).code == 1


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_a_terminal_that_lacks_a_character_shows_its_escape(encoding: str) -> None:
    source = saved("s.json", account("aoai-本番", "Enabled"))
    ran = run("--snapshot", source, "--only", "AOAI101", encoding=encoding)
    assert (ran.code, ran.err) == (1, "")
    assert ("本番" if encoding == "utf-8" else r"\u672c\u756a") in ran.out


def test_an_interruption_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SourceOptions, "read", interrupted)
    ran = run("--demo", "-o", "report.txt")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == "\naoai-scan: interrupted; no scan was made\n"  # below the ^C
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", [(), ("collect",), ("rules",), ("rules", "docs")], ids=str)
def test_help_is_an_answer(command: tuple[str, ...], option: str) -> None:
    ran = run(*command, option)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(" ".join(("Usage: aoai-scan", *command)))
    assert max(map(len, ran.out.splitlines())) <= 100


def test_the_version_is_an_answer() -> None:
    assert run("--version").out == f"aoai-scan, version {__version__}\n"


# --- in a process of its own, which knows nothing of the few rules of these tests


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


LOADED = """
import atexit, sys
atexit.register(lambda: print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules})))
from scanner.cli import main
main()
"""


def loaded(*arguments: str) -> set[str]:
    ran = python(LOADED, *arguments)
    assert "Traceback" not in ran.stderr
    (line,) = (line for line in ran.stdout.splitlines() if line.startswith("loaded:"))
    return set(line.split()[1:])


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("rules", "--help")], ids=str)
def test_help_waits_for_nothing(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments).isdisjoint(HEAVY)


def test_a_scan_without_azure_does_not_import_it() -> None:
    found = loaded("--snapshot", saved("s.json", PUBLIC))
    assert "yaml" in found
    assert "azure" not in found


SCAN = "from scanner.cli import main; main()"


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_reader_who_has_read_enough_changes_no_verdict(form: str) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", SCAN, "--snapshot", saved("s.json", PUBLIC), "-f", form],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_disk_that_is_full_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", SCAN, "--snapshot", saved("s.json", PUBLIC)],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    said = b"aoai-scan: standard output: cannot be written: No space left on device\n"
    assert (ran.returncode, ran.stderr) == (2, said)
