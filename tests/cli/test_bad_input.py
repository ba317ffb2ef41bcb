"""Whatever comes in: one line that says what is wrong, and never a traceback."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.report import FORMATS

from .command_line import run
from .estate import ACCOUNT, HOSTILE, NETWORK, PUBLIC, STEERING, row, rules, saved, snapshot

GOOD = snapshot(PUBLIC).encode()

WRONG: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \n\t ",
    "truncated": GOOD[:-20],
    "cut in a name": GOOD[:75],
    "not JSON": b"hello",
    "half JSON": b"{hello}",
    "a number": b"42",
    "null": b"null",
    "text": b'"rows"',
    "another object": b"{}",
    "another format": snapshot(PUBLIC, format="aoai-scan/snapshot/99").encode(),
    "no gaps": json.dumps({"format": "aoai-scan/snapshot/1", "rows": []}).encode(),
    "wrong gaps": snapshot(PUBLIC, gaps=[{"scope": 1}]).encode(),
    "a gap of a wrong reason": snapshot(
        gaps=[{"scope": HOSTILE, "type": HOSTILE, "reason": HOSTILE}]
    ).encode(),
    "rows that are none": snapshot(rows={"a": 1}).encode(),
    "deep": b"[" * 200_000,
    "deep properties": json.dumps([{**PUBLIC, "properties": 0}]).encode()[:-3] + b'{"a":' * 100_000,
    "HTML": b"<html><body>Sign in</body></html>",
    "a byte that is not UTF-8": GOOD.replace(b"prod", b"\xff"),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "damaged gzip": gzip.compress(GOOD)[:-9],
    "half a gzip header": b"\x1f\x8b\x08",
    "a gzip bomb": gzip.compress(b"[" + b" " * (65 << 20), 1),
    "half a surrogate": snapshot(PUBLIC).replace("prod", "\\ud800").encode(),
    "trailing text": GOOD + b"}",
    "steering": HOSTILE.encode(),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_snapshot_is_one_line(content: bytes) -> None:
    Path("bad.json").write_bytes(content)
    ran = run("--snapshot", "bad.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: bad.json")
    assert not {ord(c) for c in ran.complaint} & STEERING


@pytest.mark.parametrize("content", [b"", b"hello", GOOD[:-20]])
def test_typed_nonsense_is_one_line(content: bytes) -> None:
    ran = run("--snapshot", "-", stdin=content)
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: standard input")


@pytest.mark.parametrize(
    "name", ["none.json", ".", "none/there.json", "", "\x1b[2J\n", "x" * 5_000], ids=lambda n: n[:9]
)
def test_a_file_that_cannot_be_read_is_one_line(name: str) -> None:
    ran = run("--snapshot", name)
    assert (ran.code, ran.out) == (2, "")
    assert not {ord(c) for c in ran.complaint} & STEERING


def test_a_name_that_is_not_unicode_is_one_line() -> None:
    ran = run("--snapshot", os.fsdecode(b"\xff\xfe.json"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith(r"aoai-scan: \udcff\udcfe.json: cannot be read")


PROPERTIES: tuple[object, ...] = (
    None,
    5,
    "x",
    [],
    [1],
    {"subnets": 5},
    {"addressSpace": {"addressPrefixes": ["x"]}},
)


@pytest.mark.parametrize("properties", PROPERTIES, ids=json.dumps)
@pytest.mark.parametrize("kind", [ACCOUNT, NETWORK])
def test_a_row_of_a_wrong_shape_is_a_gap_or_goes_through(kind: str, properties: object) -> None:
    odd = {**row(kind, "odd"), "properties": properties}
    ran = run("--snapshot", saved("s.json", PUBLIC, odd), "--only", "AOAI101")
    assert ran.code == 1
    assert "Traceback" not in ran.err


ROWS: tuple[object, ...] = (
    {},
    [],
    5,
    None,
    {"id": 5, "type": ACCOUNT},
    {"id": "x", "type": ACCOUNT, "properties": {}},
    {"id": "", "type": ""},
    {"id": "/subscriptions/", "type": HOSTILE},
)


@pytest.mark.parametrize("odd", ROWS, ids=ascii)
def test_a_row_that_is_none_is_a_gap(odd: object) -> None:
    ran = run("--snapshot", saved("s.json", odd), "--only", "AOAI101", "-f", "json")
    assert "Traceback" not in ran.err
    assert ran.code == (0 if odd == ROWS[-1] else 3)


WRONG_OPTIONS: dict[str, Callable[[], tuple[str, ...]]] = {
    "an option nobody knows": lambda: ("--demo", "--frobnicate"),
    "an option near one": lambda: ("--demo", "--fial-on", "high"),
    "a severity nobody knows": lambda: ("--demo", "--fail-on", "severe"),
    "an option without its value": lambda: ("--demo", "-o"),
    "an argument": lambda: ("--demo", "s.json"),
    "an argument that steers": lambda: ("--demo", HOSTILE.replace("\x00", "")),
    "a folder of rules that is none": lambda: ("--demo", "--rules", "none"),
    "a file as folder of rules": lambda: ("--demo", "--rules", f"{rules()}/in-sweden.yaml"),
    "a folder of rules that steers": lambda: ("--demo", "--rules", "\x1b[2J\n"),
    "a rule that steers": lambda: ("--demo", "--only", HOSTILE),
    "a folder to keep a snapshot in": lambda: ("--demo", "--save-snapshot", "."),
    "a name too long": lambda: ("--demo", "-o", "x" * 5_000),
    "a name too long to keep": lambda: ("--demo", "--save-snapshot", "x" * 5_000),
    "a folder of rules whose name is too long": lambda: ("--demo", "--rules", "x" * 5_000),
    "a place for pages whose name is too long": lambda: ("rules", "docs", "-o", "x" * 5_000),
    "a rule to check whose name is too long": lambda: ("rules", "check", "x" * 5_000),
    "a private cloud without authority": lambda: ("-s", "X", "--cloud", "https://arm.local"),
}


@pytest.mark.parametrize("arguments", WRONG_OPTIONS.values(), ids=WRONG_OPTIONS)
def test_a_wrong_request_is_one_line(arguments: Callable[[], tuple[str, ...]]) -> None:
    ran = run(*arguments())
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: ")
    assert not {ord(c) for c in ran.complaint} & STEERING


# --- names that want to be something else


def hostile(**changes: object) -> str:
    """Save an estate in which everything that Azure lets people name, and more, is hostile."""
    victim, odd = row(ACCOUNT, HOSTILE, PUBLIC["properties"]), row(NETWORK, HOSTILE, 5)
    gap = {"scope": f"/{HOSTILE}", "type": HOSTILE, "reason": "denied", "detail": HOSTILE}
    subscriptions = [{"id": HOSTILE, "name": HOSTILE}]
    filled = {"gaps": [gap], "subscriptions": subscriptions, "takenAt": HOSTILE, "cloud": HOSTILE}
    rows = ({**victim, "kind": HOSTILE, "location": HOSTILE}, victim, odd, {"id": HOSTILE})
    return saved("hostile.json", *rows, **filled | changes)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("said", ["-q", "-v", "-vv"])
def test_no_name_steers_the_terminal(form: str, said: str) -> None:
    ran = run("--snapshot", hostile(), "-f", form, said, "--fail-on", "never")
    assert ran.code == 3
    assert not {ord(c) for c in ran.out + ran.err} & STEERING


def test_no_name_starts_a_line_of_its_own() -> None:
    ran = run("--snapshot", hostile(), "-vv")
    assert ran.err
    assert not [line for line in f"{ran.out}\n{ran.err}".split("\n") if line.startswith("two")]


def test_no_name_of_a_file_steers_the_terminal() -> None:
    name = HOSTILE.replace("\x00", "").replace("/", "")
    ran = run("--demo", "-f", "sarif", "-o", f"{name}/", "--fail-on", "never")
    assert ran.code == 0
    assert not {ord(c) for c in ran.err} & STEERING


@pytest.mark.parametrize("arguments", [("--demo", "--config"), ("rules", "check")])
def test_a_file_without_an_end_was_read_for_ever(arguments: tuple[str, ...]) -> None:
    ran = run(*arguments, "/dev/zero")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "aoai-scan: /dev/zero: larger than 1 MiB: not a file of ours\n"
