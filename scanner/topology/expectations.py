"""What its owner says of an estate: who must reach which account privately, and who never."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Demand(StrEnum):
    """What is said of a consumer and an account."""

    PRIVATE = "private"
    """The one must reach the other, privately."""
    NEVER = "never"
    """The one must not reach the other, neither privately nor over the Internet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which consumers or accounts are meant: those that all it gives match; else every one."""

    id: str = ""
    """An ARM ID: the resource's, or one above it."""
    name: str = ""
    """A glob in any letter case; `*`, `?` and `[...]` as in a shell."""
    resource_group: str = ""
    subscription: str = ""
    """A GUID, or a name that the snapshot knows."""
    tags: tuple[tuple[str, str], ...] = ()


ANY = Selector()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One declaration."""

    source: Selector
    """The consumers it speaks of: its `from`."""
    target: Selector
    """The accounts it speaks of: its `to`."""
    reach: Demand
    reason: str = ""
    place: str = ""
    """Where it stands: file, line and column."""

    @property
    def said(self) -> str:
        """How a report names it: by its reason, else by its place."""
        return self.reason or f"declared in {self.place}"
