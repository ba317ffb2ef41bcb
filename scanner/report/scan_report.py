"""Everything that a format may say about one scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scanner.findings import Finding, Tally
from scanner.resources import AnyResource, ResourceId
from scanner.rules.rule import Rule
from scanner.snapshot import Coverage, Gap, Subscription
from scanner.topology import Topology

REACHES = ("reachable", "broken", "public", "unknown")
"""How a consumer comes out at an account: by the worst of the account's names."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account, how far it is exposed, and how those come out who should reach it."""

    id: ResourceId
    exposure: str
    """`private`, `trusted` (at most), `perimeter`, `selected`, `public` or `unknown`."""
    reach: Mapping[str, int] = field(default_factory=dict)
    """How many of those who should reach it come out which way, by `REACHES`."""
    are_callers_read: bool = True
    """Whether nobody else may call it from where nothing was read."""


class KeptBecause(StrEnum):
    """Why an old violation that was not found again is not gone."""

    NOT_READ = "notRead"
    """A part of the estate was not read that may hide it."""
    NOT_KNOWN = "notKnown"
    """The same question is open now."""
    NOT_JUDGED = "notJudged"
    """Its rule was left out of this scan."""
    OUT_OF_SCOPE = "outOfScope"
    """Its subscription was not asked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An old violation that this scan could not have seen."""

    finding: Finding
    because: KeptBecause

    @property
    def is_open(self) -> bool:
        """Whether it may well be there still, of all that was to be looked at."""
        return self.because in {KeptBecause.NOT_READ, KeptBecause.NOT_KNOWN}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the violations of an earlier report that were not found again."""

    absent: tuple[Finding, ...] = ()
    kept: tuple[Kept, ...] = ()


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
    topology: Topology
    """How they hang together."""
    cloud: str = "AzurePublic"
    remarks: tuple[str, ...] = ()
    """What whoever wrote the configuration should know of its suppressions, each with its place."""
    since: Comparison | None = None
    """What came and went since a baseline; None where there is none."""
    coverage: Coverage | None = None
    """How the reading went; None for rows that came without a word of it."""

    @property
    def complete(self) -> bool:
        """Whether everything in scope was read."""
        return not self.gaps
