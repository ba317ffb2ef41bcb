"""The policies of Azure that our rules are mapped to: what they ask, and where we differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scanner.rules import estates
from scanner.rules.document import Source, read
from scanner.rules.shapes import MapOf, Record, Text, Tree

FOLDER = "policies"
"""The folder, among those of rules, of Azure's policies."""

GUID = Text(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "a policy definition's GUID")

_POLICY = Record("a policy", {"id": GUID, "name": Text(), "if": Tree(), "differs": MapOf(Text())})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A built-in definition of Azure Policy."""

    id: str
    name: str
    """Its display name, by which the portal lists it."""
    condition: Mapping[str, Any]
    """Its `if`, in Azure's own words and aliases: true of a resource that does not comply."""
    differs: Mapping[str, str]
    """For each of our rules that is mapped to it: where the two differ, and why."""


@cache
def policies() -> Mapping[str, Policy]:
    """Return the policies that come with the scanner, by GUID."""
    known = map(_load, sorted((estates.home() / FOLDER).glob("*.yaml")))
    return {policy.id: policy for policy in known}


def _load(path: Path) -> Policy:
    values = _POLICY.read(read(path), Source(path))
    return Policy(
        id=values["id"],
        name=values["name"],
        condition=values["if"],
        differs={rule: text.strip() for rule, text in values["differs"].items()},
    )
