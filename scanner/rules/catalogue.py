"""What can be wrong and be seen in Azure's data, and which rule tells it, or why none does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.rules import estates
from scanner.rules.document import Source, read
from scanner.rules.rule import Example, Rule
from scanner.rules.shapes import ListOf, MapOf, Record, Text

_RULE = Text(r"^AOAI[1-5][0-9]{2}$", "a rule's id")

_CATALOGUE = Record(
    "the catalogue",
    {
        "entries": MapOf(
            Record(
                "an entry",
                {"title": Text()},
                {"rules": ListOf(_RULE), "shown": Text(), "left_out": Text()},
            )
        ),
        "beyond": MapOf(Text()),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that can be wrong."""

    id: str
    """The family and a number: `DNS-03`."""
    title: str
    rules: tuple[str, ...]
    """Those that tell it."""
    shown: str
    """The name of an example that shows it, when its rule has another number; else empty."""
    left_out: str
    """What of it no rule tells, and why; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every entry, and the rules that go beyond them."""

    entries: tuple[Entry, ...]
    beyond: Mapping[str, str]
    """Rules that tell none of the entries: what they are for."""


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that comes with the scanner."""
    path = estates.home() / "catalogue.yaml"
    values = _CATALOGUE.read(read(path), Source(path))
    entries = (_entry(name, said) for name, said in values["entries"].items())
    return Catalogue(entries=tuple(entries), beyond=values["beyond"])


def coverage(rules: Mapping[str, Rule]) -> str:
    """Return the page that says of every entry who tells it, by which proof, or why nobody does."""
    known = catalogue()
    parts = [
        "# Coverage",
        "What can be wrong with the networking of an account and be seen in Azure's data.",
        "Each entry has a rule that tells it, or the reason why none does.",
        "A rule without maps tells what does not work, which no framework asks for.",
        _table(known.entries, rules),
        "## Left out",
        "\n".join(left_out()),
        "## Beyond the catalogue",
        "\n".join(f"* {_link(rule)}: {why}" for rule, why in known.beyond.items()),
    ]
    return "\n\n".join(parts) + "\n"


def left_out() -> Iterator[str]:
    """Yield a line for each entry that no rule tells, or not in full, with the reason."""
    for entry in catalogue().entries:
        if entry.left_out:
            part = " In part:" if entry.rules else ""
            yield f"* **{entry.id}** {entry.title}{part} {entry.left_out}"


def _entry(name: str, said: Mapping[str, Any]) -> Entry:
    return Entry(
        id=name,
        title=said["title"],
        rules=said.get("rules", ()),
        shown=said.get("shown", ""),
        left_out=said.get("left_out", ""),
    )


def _table(entries: tuple[Entry, ...], rules: Mapping[str, Rule]) -> str:
    rows = ["| entry | what is wrong | rule | subject | maps | verdicts proved | shown by |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- |")
    for entry in entries:
        own = [rules[rule] for rule in entry.rules if rule in rules]
        if not own:
            rows.append(f"| {entry.id} | {entry.title} | none, see below | | | | |")
        for rule in own:
            cells = (entry.id, entry.title, _link(rule.id), f"`{rule.subject}`", _maps(rule))
            rows.append(f"| {' | '.join((*cells, _proved(rule), _shown(entry, rule)))} |")
    return "\n".join(rows)


def _shown(entry: Entry, rule: Rule) -> str:
    return entry.shown if any(e.name == entry.shown for e in rule.examples) else ""


def _maps(rule: Rule) -> str:
    return "; ".join(f"{name} {', '.join(controls)}" for name, controls in rule.maps.items())


def _proved(rule: Rule) -> str:
    return ", ".join(sorted(verdicts(rule.examples)))


def verdicts(examples: tuple[Example, ...]) -> frozenset[str]:
    """Return the verdicts that examples come out with."""
    return frozenset(str(said) for example in examples for said in example.expect.values())


def _link(rule: str) -> str:
    return f"[{rule}]({rule}.md)"
