"""Rule files to break, and conditions to ask of small estates."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from scanner.findings import Judgement
from scanner.resources import parse
from scanner.rules import estates
from scanner.rules.document import Source
from scanner.rules.shapes import MapOf, Tree
from scanner.rules.words import CONDITION
from scanner.snapshot import Gap, GapReason
from scanner.topology import Topology

RULE = """\
id: AOAI199
name: a-rule
summary: What it is about.
severity: low
for: Microsoft.CognitiveServices/accounts
when: {field: kind, equals: OpenAI}
assert: {exposure: private}
message: "{name} is not private."
rationale: Because.
remediation: {text: Do it., az: ["az resource tag --ids {id}"]}
references: [https://example.org/]
examples:
  - {name: as it is, given: hub-and-spoke, expect: {aoai-prod: pass}}
"""


def composed(text: str) -> yaml.Node:
    """Return the node of a text that is YAML."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert node is not None
    return node


def written(folder: Path, text: str | bytes, name: str = "rule.yaml") -> Path:
    """Write a rule file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def changed(line: str, instead: str) -> str:
    """Return the rule with one line replaced, and prove that the line was there."""
    assert RULE.count(line) == 1
    return RULE.replace(line, instead)


def asked(
    condition: str,
    estate: dict[str, Any] | str,
    subject: str,
    gaps: Iterable[tuple[str, str]] = (),
) -> Judgement:
    """Return what a condition says of the one subject of that path; a gap is (type, scope)."""
    held = tree(estate) if isinstance(estate, str) else estate
    snapshot = estates.snapshot(held)
    declared = tuple(
        Gap(scope=scope, type=kind, reason=GapReason.DENIED, detail="") for kind, scope in gaps
    )
    inventory = parse(type(snapshot)(rows=snapshot.rows, gaps=declared))
    found = [r for r in inventory.resources.values() if r.id.path == subject]
    assert len(found) == 1
    return judged(condition, Topology(inventory), found[0])


def judged(condition: str, topology: Topology, subject: Any) -> Judgement:
    """Return what a condition says of a resource."""
    node = composed(textwrap.dedent(condition))
    return CONDITION.read(node, Source(Path("condition")))(topology, subject)


def said(
    condition: str,
    estate: dict[str, Any] | str,
    subject: str,
    gaps: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the verdict alone."""
    return str(asked(condition, estate, subject, gaps).verdict)


def tree(text: str) -> dict[str, Any]:
    """Read an estate written in a test; `!id` as in an estate file."""
    node = composed(textwrap.dedent(text))
    return dict(MapOf(Tree()).read(node, Source(Path("estate"))))
