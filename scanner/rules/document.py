"""YAML with places: every value knows its line and column, and no file can drown the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import yaml

from scanner.errors import RuleError
from scanner.near import near
from scanner.printable import printable

MOST_BYTES = 1 << 20
MOST_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Source:
    """The file a node came from, for errors that say where."""

    path: Path
    names: set[str] = field(default_factory=set)
    """The names that the words of this rule bind for its templates."""
    words: dict[str, yaml.Node] = field(default_factory=dict)
    """The words of this rule, each where it stands first."""

    def error(self, node: yaml.Node | yaml.Event | None, message: str) -> NoReturn:
        """Raise a RuleError that begins with file:line:column."""
        mark = node.start_mark if node is not None else None
        place = f"{self.path}:{mark.line + 1}:{mark.column + 1}" if mark else str(self.path)
        raise RuleError(f"{place}: {printable(message)}")

    def unknown(self, node: yaml.Node, what: str, said: str, known: Iterable[str]) -> NoReturn:
        """Raise a RuleError that suggests the near name, or else tells every known one."""
        names = sorted(known)
        hint = near(said, names) or f" (known: {', '.join(names) or 'none'})"
        self.error(node, f"no {what} `{said}`{hint}")


def read(path: Path, before: str = "") -> yaml.Node:
    """
    Read one YAML document; with `before`, as far as that key, if it is the last one.

    Aliases are refused: ten lines of them can stand for a billion values.
    Raises RuleError when the file is not readable, not YAML, too big or too deep.
    """
    source = Source(path)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        source.error(None, f"larger than {MOST_BYTES >> 20} MiB: not a file of ours")
    try:
        text = _head(content.decode("utf-8"), before)
        for event, depth in _events(text):
            if isinstance(event, yaml.AliasEvent):
                source.error(event, "YAML aliases are not read here; write the value out")
            if depth > MOST_DEPTH:
                source.error(event, f"nested deeper than {MOST_DEPTH} levels")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: not UTF-8: byte {error.start}; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise RuleError(f"{place}: not YAML: {printable(error.problem or 'malformed')}") from error
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0]
        raise RuleError(f"{path}: not YAML: {printable(first)}") from error
    if node is None:
        source.error(None, "empty")
    return node


def _head(text: str, before: str) -> str:
    """Return a document without its last key; whole, when that key is not the last."""
    head, found, rest = text.partition(f"\n{before}:\n") if before else (text, "", "")
    return f"{head}\n" if found and not re.search(r"^[A-Za-z]", rest, re.MULTILINE) else text


def _events(text: str) -> Iterator[tuple[yaml.Event, int]]:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        yield event, depth
