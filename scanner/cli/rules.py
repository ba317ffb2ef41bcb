"""`aoai-scan rules`: what is judged, why, and with what proof."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scanner.cli import console
from scanner.errors import RequestError, RuleError
from scanner.near import near
from scanner.printable import printable

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.rules import Rule
    from scanner.rules.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def folders_option(command: F) -> F:
    """Add the option that names further folders of rules."""
    return click.option(
        "--rules",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        envvar="AOAI_SCAN_RULES",
        help="Take the rules of this folder as well. Repeatable.",
    )(command)


@click.group()
def rules() -> None:
    """List, explain, check and document the rules."""


@rules.command("list")
@folders_option
@click.option("-f", "--format", "form", type=click.Choice(("table", "json")), default="table")
def list_(folders: tuple[Path, ...], form: str) -> None:
    """List every rule: id, severity, name, what it flags."""
    from scanner.rules.documentation import listed  # noqa: PLC0415 - `--help` needs none of it

    text = listed(_loaded(folders), as_json=form == "json")
    console.say(text.replace("\x7f", "\\u007f") if form == "json" else _harmless(text))


@rules.command()
@click.argument("rule", metavar="ID|NAME")
@folders_option
def show(rule: str, folders: tuple[Path, ...]) -> None:
    """Explain one rule: what it flags, why that matters, what to do."""
    from scanner.rules.documentation import page  # noqa: PLC0415 - as above

    console.say(_harmless(page(_named(_loaded(folders), rule))))


@rules.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check rule files, or folders of them, without judging anything."""
    from scanner.rules import load, load_all, twins  # noqa: PLC0415 - as above

    files = _files(paths)
    found, wrong = [], []
    for path in files:
        try:
            found.append(load(path))
        except RuleError as error:
            wrong.append(str(error))
    _refuse(wrong or list(twins((*load_all(), *found))))
    console.say(f"{len(files)} files are rules\n")


@rules.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--estates",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the good estates are.  [default: those that ship with the tool]",
)
def test(paths: tuple[Path, ...], estates: Path | None) -> None:
    """Run the examples of rules: those that ship with the tool, or those named."""
    from scanner.rules import load, load_all  # noqa: PLC0415 - as above
    from scanner.rules.examples import failures  # noqa: PLC0415 - as above

    chosen = [load(path) for path in _files(paths)] if paths else load_all()
    _refuse([line for rule in chosen for line in failures(rule, estates)])
    examples = sum(len(rule.examples) for rule in chosen)
    console.say(f"{examples} examples of {len(chosen)} rules come out as they say\n")


@rules.command()
@click.option("--config", "of_config", is_flag=True, help="That of .aoai-scan.yaml instead.")
def schema(*, of_config: bool) -> None:
    """Print the JSON Schema of a rule file, for editors."""
    from scanner.rules import config  # noqa: PLC0415 - as above
    from scanner.rules import schema as rule_schema  # noqa: PLC0415 - as above

    wanted = config.schema() if of_config else rule_schema()
    console.say(json.dumps(wanted, indent=2) + "\n")


@rules.command()
@folders_option
@click.option(
    "-o",
    "--output",
    default="docs/rules",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
def docs(folders: tuple[Path, ...], output: Path) -> None:
    """Write a Markdown page for each rule, one for the words, and an index."""
    from scanner.rules.documentation import pages  # noqa: PLC0415 - as above

    written = pages(_loaded(folders))
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (output / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise RequestError(f"{error.filename}: cannot be written: {error.strerror}") from error
    console.note(f"wrote {len(written)} pages to {output}")


def selected(
    folders: tuple[Path, ...], only: tuple[str, ...], skip: tuple[str, ...], settings: Settings
) -> tuple[Rule, ...]:
    """
    Return the rules to judge by.

    Raises RequestError for a name that is none, RuleError for one in the settings.
    """
    known = _loaded(folders, proved=False)
    settings.check(known)
    wanted = {_named(known, name).id for name in only} or {rule.id for rule in known}
    unwanted = {_named(known, name).id for name in skip}
    unwanted |= {rule.id for rule in known if not settings.is_enabled(rule)}
    chosen = tuple(rule for rule in known if rule.id in wanted - unwanted)
    if not chosen:
        raise RequestError("--only, --skip and the configuration leave no rule to judge by")
    return chosen


def _loaded(folders: tuple[Path, ...], *, proved: bool = True) -> tuple[Rule, ...]:
    from scanner.rules import load_all  # noqa: PLC0415 - `--help` needs none of it

    return load_all(folders, proved=proved)


def _named(known: Iterable[Rule], name: str) -> Rule:
    by_name = {said: rule for rule in known for said in (rule.id, rule.name)}
    folded = {said.lower(): rule for said, rule in by_name.items()}
    if name.lower() not in folded:
        raise RequestError(f"no rule `{name}`{near(name, by_name)}; see aoai-scan rules list")
    return folded[name.lower()]


def _harmless(text: str) -> str:
    """Return the text with its lines; a rule from elsewhere may hold what steers a terminal."""
    return "\n".join(map(printable, text.split("\n")))


def _files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files named, and the rule files of the folders named, each once."""
    from scanner.rules import rule_files  # noqa: PLC0415 - as above

    named = (rule_files(path) if path.is_dir() else (path,) for path in paths)
    return tuple(dict.fromkeys(file for files in named for file in files))


def _refuse(wrong: Sequence[str]) -> None:
    """Say each thing that is wrong on a line of its own, and end; do nothing when all is right."""
    for line in wrong:
        console.error(line)
    if wrong:
        sys.exit(RuleError.exit_code)
