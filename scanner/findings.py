"""What a scan concludes, in SARIF's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from scanner.resources import AnyResource, ResourceId
from scanner.snapshot import Gap


class Verdict(StrEnum):
    """
    How a rule came out for one subject.

    Source: SARIF 2.1.0 §3.27.9 (kind)
    """

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    OPEN = "open"
    """The snapshot does not hold enough to decide."""
    NOT_APPLICABLE = "notApplicable"
    """The rule speaks of something this subject does not have."""


class Severity(StrEnum):
    """How much a violation matters, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing the verdict rests on: a value of a resource, or how it stands to the next."""

    resource: ResourceId
    relation: str = ""
    """How this resource was reached from the one before: `partOf`, `linkedBy`, ..."""
    pointer: str = ""
    """A JSON pointer into the resource's row (RFC 6901); empty for the resource as a whole."""
    value: Any = field(default=None, hash=False)
    """What stands there, a list as well as a scalar; None for absent."""
    said: str = ""
    """What happens here, in a sentence without a full stop; empty where the value says it all."""


@dataclass(frozen=True, slots=True)
class Affected:
    """A pair the finding is about: who asks, and what for."""

    consumer: ResourceId
    account: ResourceId
    hostname: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A condition's answer about one subject, and what it rests on."""

    verdict: Verdict
    because: tuple[Evidence, ...] = ()
    """In the order they were met."""
    cases: tuple[Mapping[str, str], ...] = ()
    """
    The single things behind the answer, each with names that messages and
    commands can use as `{each.NAME}`: what is right here is a defect under `not`.
    """
    affected: tuple[Affected, ...] = ()
    unread: str = ""
    """For `open`: what was not read."""
    blame: ResourceId | None = None
    """The resource whose change would turn it round; None for the subject itself."""
    is_told: bool = False
    """For `open`: another rule tells of it, so this one need not."""


NOT_APPLICABLE = Judgement(Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Somebody's word that a violation is to be told, and not to count."""

    reason: str
    owner: str = ""
    """Who answers for it; empty where the configuration turns a rule off."""
    expires: date | None = None
    """The last day on which it holds, in UTC; None for as long as it stands there."""
    place: str = ""
    """Where it stands: file, line and column, or an ARM ID."""

    @property
    def said(self) -> str:
        """The whole of it in a line, without a full stop."""
        until = f"until {self.expires}" if self.expires else ""
        owner = f"by {self.owner}" if self.owner else ""
        head = " ".join(part for part in (until, owner) if part)
        return f"{head}: {self.reason}" if head else self.reason


class BaselineState(StrEnum):
    """
    How a violation stands to an earlier report.

    Source: SARIF 2.1.0 §3.27.24 (baselineState)
    """

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    """It failed, and is open now."""
    ABSENT = "absent"
    """It was there, and this scan would have seen it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A `fail` or `open` under a rule. Same rule and same blame is the same finding."""

    rule: str
    name: str
    severity: Severity
    verdict: Verdict
    resource: ResourceId
    """The one to blame: the resource whose change makes the rule hold."""
    message: str
    evidence: tuple[Evidence, ...]
    affected: tuple[Affected, ...]
    remediation: str
    commands: tuple[str, ...]
    """`az` commands with real ids, shell-quoted: all of them, in this order, are the fix."""
    looks: tuple[str, ...]
    """Commands to run before, which change nothing: a person decides by what they show."""
    maps: Mapping[str, tuple[str, ...]]
    fingerprint: str
    """Stable as long as rule and resource are: 64 hexadecimal digits."""
    suppression: Suppression | None = None
    """Why it does not count, although it is a violation."""
    lapsed: Suppression | None = None
    """What kept it from counting until its day passed."""
    baseline: BaselineState | None = None
    """None where it is compared with nothing."""

    @property
    def is_violation(self) -> bool:
        """Whether it fails and nobody has said that it may."""
        return self.verdict is Verdict.FAIL and self.suppression is None


def gravest_first(finding: Finding) -> tuple[bool, int, str, str]:
    """Return what findings are ordered by: violations first, then severity, rule and resource."""
    return (
        finding.verdict is not Verdict.FAIL,
        finding.severity.rank,
        finding.rule,
        finding.resource,
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many judgements came out which way."""

    subjects: int = 0
    """Distinct subjects that at least one rule spoke of."""
    counts: Mapping[Verdict, int] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    """The rules that spoke of anything: of the others, nothing passed."""


WORST_FIRST = (Verdict.FAIL, Verdict.OPEN, Verdict.PASS, Verdict.NOT_APPLICABLE)
BEST_FIRST = (Verdict.PASS, Verdict.OPEN, Verdict.FAIL, Verdict.NOT_APPLICABLE)
_OPPOSITE = {Verdict.PASS: Verdict.FAIL, Verdict.FAIL: Verdict.PASS}


def every(judgements: Iterable[Judgement]) -> Judgement:
    """
    Return Kleene's conjunction: the gravest answer, resting on all that gave it.

    Of none at all, and of those that do not apply, nothing can be said.
    """
    return _decided(tuple(judgements), WORST_FIRST)


def some(judgements: Iterable[Judgement]) -> Judgement:
    """Return Kleene's disjunction: the happiest answer, resting on all that gave it."""
    return _decided(tuple(judgements), BEST_FIRST)


def negated(judgement: Judgement) -> Judgement:
    """Return Kleene's negation, resting on the same; what is not known stays unknown."""
    verdict = _OPPOSITE.get(judgement.verdict, judgement.verdict)
    return replace(judgement, verdict=verdict)


def not_read(kind: type[AnyResource], gap: Gap) -> str:
    """Say what was not read, for a judgement that a gap leaves open."""
    return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"


def _decided(judgements: tuple[Judgement, ...], order: tuple[Verdict, ...]) -> Judgement:
    if len(judgements) == 1:
        return judgements[0]
    for verdict in order:
        deciding = [judgement for judgement in judgements if judgement.verdict is verdict]
        if deciding:
            return Judgement(
                verdict,
                because=tuple(dict.fromkeys(e for j in deciding for e in j.because)),
                cases=tuple(case for j in deciding for case in j.cases),
                affected=tuple(dict.fromkeys(a for j in deciding for a in j.affected)),
                unread="; ".join(dict.fromkeys(j.unread for j in deciding if j.unread)),
                is_told=all(j.is_told for j in deciding),
                blame=next((j.blame for j in deciding if j.blame), None),
            )
    return NOT_APPLICABLE
