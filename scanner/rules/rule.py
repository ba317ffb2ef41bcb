"""What a rule file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from scanner.analysis.connections import Connection
from scanner.findings import Judgement, Severity, Verdict
from scanner.resources import AnyResource
from scanner.topology import Topology
from scanner.topology.expectations import Expectation

Subject: TypeAlias = AnyResource | Connection
"""What a rule speaks of."""

Condition: TypeAlias = Callable[[Topology, Any], Judgement]
"""
What every word makes: a question about one subject in its topology. Of which
kind, its word says; the loader lets no word ask of another.
"""

CONNECTION = "connection"
"""What a rule is `for` when it speaks of connections."""

FAMILIES = ("exposure", "dns", "network", "firewall", "hygiene")
"""Folders of the rules; the first digit of a rule's number is the place here, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A change to a good estate, and what the rule then says of each subject in it."""

    name: str
    given: str
    """The name of an estate under `rules/estates`."""
    expect: Mapping[str, Verdict]
    """By the subject's path: `hub`, `hub/endpoints`, `app/apps -> aoai.openai.azure.com`."""
    patch: Mapping[str, Any]
    """A JSON merge patch of the estate (RFC 7396)."""
    unread: tuple[str, ...]
    """ARM types that could not be read, in this example."""
    expectations: tuple[Expectation, ...] = ()
    """What the configuration expects, in this example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A policy statement about one kind of resource, with its reasons and its proof."""

    id: str
    name: str
    summary: str
    severity: Severity
    subject: str
    """The ARM type it speaks of, lower case, or `connection`."""
    when: Condition | None
    """Subjects for which this does not hold are none of its business."""
    condition: Condition
    """What must hold."""
    message: str
    """A template; what it may name is checked when the rule is loaded."""
    rationale: str
    remediation: str
    """Prose."""
    commands: tuple[str, ...]
    """Templates of `az` commands which together, in this order, are the fix."""
    looks: tuple[str, ...]
    """Templates of commands that show what to decide by, and change nothing."""
    references: tuple[str, ...]
    maps: Mapping[str, tuple[str, ...]]
    """Framework (`mcsb`, `azurePolicy`, `nist80053r5`, `cis`) to its controls."""
    examples: tuple[Example, ...]
    path: Path
    is_of_outcome: bool = False
    """Whether it judges all connections alike that come out alike."""

    @property
    def is_about_connections(self) -> bool:
        """Whether it speaks of connections, not of resources."""
        return self.subject == CONNECTION

    @property
    def family(self) -> str:
        """The first digit of the number, by name."""
        return FAMILIES[int(self.id.removeprefix("AOAI")[0]) - 1]
