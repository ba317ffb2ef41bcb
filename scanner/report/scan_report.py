"""Everything that a format may say about one scan."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.findings import Finding, Tally
from scanner.resources import AnyResource, ResourceId
from scanner.rules.rule import Rule
from scanner.snapshot import Gap, Subscription


@dataclass(frozen=True, slots=True)
class Account:
    """An account and how far it is exposed."""

    id: ResourceId
    exposure: str
    """`private`, `trusted`, `perimeter`, `selected`, `public` or `unknown`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A judged estate."""

    taken_at: str | None
    """When the snapshot was taken, as it says itself: ISO 8601, UTC."""
    subscriptions: tuple[Subscription, ...]
    gaps: tuple[Gap, ...]
    rules: tuple[Rule, ...]
    """Every rule that was evaluated, by id."""
    tally: Tally
    findings: tuple[Finding, ...]
    """Every `fail` and `open`: gravest first, `fail` before `open`, then by rule and resource."""
    accounts: tuple[Account, ...]
    """By ID."""
    estate: tuple[AnyResource, ...]
    """Every resource of the snapshot, by ID."""
    cloud: str = "AzurePublic"

    @property
    def complete(self) -> bool:
        """Whether everything in scope was read."""
        return not self.gaps
