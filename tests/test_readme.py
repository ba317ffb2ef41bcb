"""
README tells the truth: its outputs are outputs, its options, links and exit codes exist.

`<!-- output of: aoai-scan ... -->` stands before a block that is what the command prints.
UPDATE_SAMPLES=1 rewrites these blocks.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

import click
import pytest
from cli.command_line import forget_settings, run

from scanner.cli.main import FOUND, INTERRUPTED, cli
from scanner.errors import CollectionError, ScanError
from scanner.rules.catalogue import catalogue, left_out

CHECKOUT = Path(__file__).parents[1]
README = CHECKOUT / "README.md"
TEXT = README.read_text("utf-8")

OUTPUT = re.compile(
    r"(?P<before><!-- output of: (?P<command>[^\n]+?) -->\n+```text\n)"
    r"(?P<text>.*?)(?P<after>^```$)",
    re.DOTALL | re.MULTILINE,
)
COMMANDS = [found["command"] for found in OUTPUT.finditer(TEXT)]

FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`(?P<text>[^`\n]+(?:\n[^`\n]+)?)`")
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)\s]*)?\)")
SEPARATORS = {"|", "||", "&&", ";", ">", ">>", "<", "&"}


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(CHECKOUT)


def test_readme_shows_outputs_and_every_marker_has_its_block() -> None:
    assert COMMANDS
    assert TEXT.count("<!-- output of:") == len(COMMANDS)


@pytest.mark.parametrize("command", dict.fromkeys(COMMANDS))
def test_an_output_is_what_the_command_prints(command: str) -> None:
    printed = _trimmed(run(*shlex.split(command)[1:]).out)
    if os.environ.get("UPDATE_SAMPLES"):
        _rewrite(command, printed)
    shown = [
        found["text"]
        for found in OUTPUT.finditer(README.read_text("utf-8"))
        if found["command"] == command
    ]
    assert [_trimmed(text) for text in shown] == [printed] * len(shown), "see `make samples`"


def _rewrite(command: str, printed: str) -> None:
    def replaced(found: re.Match[str]) -> str:
        text = printed if found["command"] == command else found["text"]
        return f"{found['before']}{text}{found['after']}"

    README.write_text(OUTPUT.sub(replaced, README.read_text("utf-8")), "utf-8", newline="\n")


def test_readme_lists_what_no_rule_tells() -> None:
    before, after = "<!-- left out -->\n", "<!-- end -->"
    wanted = "".join(
        f"{fill(line, 100, subsequent_indent='  ', break_on_hyphens=False)}\n"
        for line in left_out()
    )
    if os.environ.get("UPDATE_SAMPLES"):
        text = README.read_text("utf-8")
        rest = text.partition(before)[2].partition(after)[2]
        README.write_text(f"{text.partition(before)[0]}{before}{wanted}{after}{rest}", "utf-8")
    shown = README.read_text("utf-8").partition(before)[2].partition(after)[0]
    assert shown == wanted, "see `make samples`"
    assert f"lists {len(catalogue().entries)} things" in TEXT


def _trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


# --- what is said in passing

PAGES = [README, CHECKOUT / "CHANGELOG.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_link_into_the_repository_leads_somewhere(page: Path) -> None:
    prose = FENCE.sub("", page.read_text("utf-8"))
    targets = [found["target"] for found in LINK.finditer(prose)]
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def _said() -> Iterator[str]:
    """Yield each command line of a shell block, and each `span` of the prose."""
    for found in FENCE.finditer(TEXT):
        if found["kind"] in {"sh", "bash", "shell", "console"}:
            yield from found["text"].replace("\\\n", " ").splitlines()
    for found in SPAN.finditer(FENCE.sub("", TEXT)):
        yield found["text"].replace("\n", " ")


def _words(said: str) -> Iterator[list[str]]:
    """Yield the words of each `aoai-scan ...` in a line."""
    lexer = shlex.shlex(said, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    current: list[str] | None = None
    for word in (*lexer, ";"):
        if word in SEPARATORS:
            if current is not None:
                yield current
            current = None
        elif current is not None:
            current.append(word)
        elif word.rpartition("/")[2] == "aoai-scan":
            current = []


MENTIONED = list(
    dict.fromkeys(
        tuple(words)
        for said in _said()
        if "aoai-scan" in said and "'" not in said
        for words in _words(said)
    )
)


@pytest.mark.parametrize("words", MENTIONED, ids=" ".join)
def test_every_command_and_option_mentioned_exists(words: tuple[str, ...]) -> None:
    command: click.Command = cli
    known = _options(cli)
    for word in words:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
            known = _options(command)
        elif word.startswith("-") and word != "-":
            assert word.partition("=")[0] in known
    if isinstance(command, click.Group) and command is not cli:
        assert set(words) & {"-h", "--help"} or words[-1] == command.name


def test_every_option_mentioned_alone_exists() -> None:
    alone = {said.split()[0] for said in _said() if re.match(r"--[a-z]", said)}
    every = {name for command in _commands(cli) for name in _options(command)}
    assert alone <= every


def test_every_option_is_also_a_variable() -> None:
    unset = [
        param.name
        for param in cli.params
        if isinstance(param, click.Option)
        and not param.envvar
        and param.name not in {"help", "version", "demo"}
    ]
    assert unset == []


def test_every_variable_mentioned_exists() -> None:
    known = "".join(path.read_text("utf-8") for path in (CHECKOUT / "scanner").rglob("*.py"))
    mentioned = set(re.findall(r"AOAI_SCAN_[A-Z_]+[A-Z]", TEXT))
    assert [name for name in sorted(mentioned) if f'"{name}"' not in known] == []


def _commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _commands(below)


def _options(command: click.Command) -> set[str]:
    return {"-h", "--help", *(name for param in command.params for name in param.opts)}


def test_the_exit_codes_are_those_of_the_code() -> None:
    table = TEXT.partition("## Exit codes")[2].partition("\n## ")[0]
    codes = {int(code) for code in re.findall(r"^\| *(\d+) *\|", table, re.MULTILINE)}
    wanted = {0, FOUND, ScanError.exit_code, CollectionError.exit_code}
    assert codes - {INTERRUPTED} == wanted


def test_the_rule_that_readme_writes_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for found in FENCE.finditer(TEXT):
        if found["kind"] == "yaml" and found["text"].startswith("id: "):
            Path("my-rules").mkdir(exist_ok=True)
            Path("my-rules/rule.yaml").write_text(found["text"], "utf-8")
            assert run("rules", "check", "my-rules").code == 0
            assert run("rules", "test", "my-rules").err == ""
            assert run("rules", "list", "--rules", "my-rules").code == 0
    assert Path("my-rules").is_dir()
