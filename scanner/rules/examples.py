"""Rules that prove themselves on their own examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner import resources
from scanner.rules.estates import given, home
from scanner.rules.judge import called, judgements
from scanner.rules.rule import Example, Rule
from scanner.topology import Topology


def failures(rule: Rule, estates: Path | None = None) -> Iterator[str]:
    """Yield a line for each example that does not come out as it says."""
    for example in rule.examples:
        said = outcome(rule, example, estates)
        wanted = {path: str(verdict) for path, verdict in example.expect.items()}
        for path in sorted(wanted.keys() | said.keys()):
            if wanted.get(path) != said.get(path):
                expected, found = wanted.get(path, "nothing"), said.get(path, "nothing")
                yield f"{rule.path}: {example.name}: {path}: expected {expected}, is {found}"


def outcome(rule: Rule, example: Example, estates: Path | None = None) -> dict[str, str]:
    """Return what the rule says of each subject of the example, by path."""
    judged = judgements(drawn(example, estates), rule)
    return {called(subject): str(judgement.verdict) for subject, judgement in judged}


def drawn(example: Example, estates: Path | None = None) -> Topology:
    """Return the topology that an example is about."""
    snapshot = given(example, estates or home() / "estates")
    return Topology(resources.parse(snapshot), example.expectations)
