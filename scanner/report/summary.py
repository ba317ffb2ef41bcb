"""The result in a few lines: each account with its violations, what was not read, a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from scanner.findings import BaselineState, Finding, Severity, Verdict
from scanner.printable import printable
from scanner.report.coverage import lines as covered
from scanner.report.scan_report import REACHES, Account, Comparison, KeptBecause, Report
from scanner.report.wrap import elided, listed
from scanner.resources import ResourceId
from scanner.snapshot import ANY_TYPE, EVERYWHERE, Gap


def failed(report: Report) -> tuple[Finding, ...]:
    """Return the violations that count, gravest first."""
    return tuple(f for f in report.findings if f.is_violation)


def suppressed(report: Report) -> tuple[Finding, ...]:
    """Return the violations that somebody answers for, gravest first."""
    return tuple(f for f in report.findings if f.suppression)


def undecided(report: Report) -> tuple[Finding, ...]:
    """Return the open questions, gravest first."""
    return tuple(f for f in report.findings if f.verdict is Verdict.OPEN)


def accounts(report: Report) -> Sequence[tuple[Account, Counter[Severity]]]:
    """Return each account with the number of its violations, those with the gravest first."""
    counts: dict[ResourceId, Counter[Severity]] = {a.id: Counter() for a in report.accounts}
    for finding in failed(report):
        for account in set(_concerned(finding)) & counts.keys():
            counts[account][finding.severity] += 1
    counted = ((account, counts[account.id]) for account in report.accounts)
    return sorted(counted, key=lambda pair: _gravity(pair[1]))


def callers(account: Account) -> str:
    """Return how those come out who should reach an account: `3 reachable, 1 broken`."""
    told = [f"{account.reach[reach]} {reach}" for reach in REACHES if account.reach.get(reach)]
    if not account.are_callers_read:
        told.append("others unread")
    return ", ".join(told) or "none"


def counted(count: Mapping[Severity, int]) -> str:
    """Return how many of each severity: `1 critical, 2 low`."""
    parts = [f"{count[severity]} {severity}" for severity in Severity if count.get(severity)]
    return ", ".join(parts) or "none"


def unread(report: Report) -> Sequence[str]:
    """Return what was not read, a line for each type and reason."""
    gaps = sorted(report.gaps, key=_alike)
    return [_unread(list(group), report) for _, group in groupby(gaps, _alike)]


def sentences(report: Report) -> Iterator[str]:
    """Yield the result in a sentence, how much was read, then what takes from its worth."""
    yield result(report)
    if report.since is not None:
        yield since(report, report.since)
    if report.coverage is not None:
        yield f"Read: {'; '.join(covered(report.coverage))}."
    yield from warnings(report)


def result(report: Report) -> str:
    """Return the result in a sentence."""
    rules = _number(len(report.rules), "rule")
    if not report.tally.subjects:
        return f"Nothing was judged: no resource is of a kind that {rules} could judge."
    count = Counter(f.severity for f in failed(report))
    found = counted(count) if count else "No violation"
    resources, counts = _number(report.tally.subjects, "resource"), report.tally.counts
    passed, unknown = counts.get(Verdict.PASS, 0), counts.get(Verdict.OPEN, 0)
    waived = len(suppressed(report))
    also = f", {waived} suppressed" if waived else ""
    return f"{found} in {resources} judged by {rules}; {passed} passed, {unknown} not known{also}."


def warnings(report: Report) -> Iterator[str]:
    """Yield what takes from the result's worth."""
    if not report.accounts:
        yield _NO_ACCOUNT
    if not report.complete:
        yield "Incomplete: what was not read may hide violations."


_NO_ACCOUNT = (
    "Warning: no Azure OpenAI account was found, so nothing here says that one is safe. "
    "Check the scope, and that the identity may read it."
)


def since(report: Report, past: Comparison) -> str:
    """Return what came and went since an earlier report, in a sentence."""
    states = Counter(finding.baseline for finding in failed(report))
    parts = [f"{states[state]} {state}" for state in (BaselineState.NEW, BaselineState.UNCHANGED)]
    kept = Counter(_KEPT[one.because] for one in past.kept)
    parts += [f"{len(past.absent)} gone", *(f"{count} {said}" for said, count in kept.items())]
    return f"Since the baseline: {', '.join(parts)}."


_KEPT = {
    KeptBecause.NOT_READ: "kept, for what was not read may hide them",
    KeptBecause.NOT_KNOWN: "kept, for they are not known now",
    KeptBecause.NOT_JUDGED: "of rules that were left out",
    KeptBecause.OUT_OF_SCOPE: "of other subscriptions",
}


def _concerned(finding: Finding) -> Iterator[ResourceId]:
    yield from (affected.account for affected in finding.affected)
    for resource in (finding.resource, *(evidence.resource for evidence in finding.evidence)):
        yield from _lineage(resource)


def _lineage(resource: ResourceId) -> Iterator[ResourceId]:
    """Yield a resource and all that it is part of."""
    while resource:
        yield resource
        resource = resource.parent


def _gravity(count: Counter[Severity]) -> tuple[int, ...]:
    return tuple(-count[severity] for severity in Severity)


def _alike(gap: Gap) -> tuple[str, str]:
    return gap.type, gap.reason.value


def _unread(gaps: list[Gap], report: Report) -> str:
    kind = "any type" if gaps[0].type == ANY_TYPE else gaps[0].type
    scopes = list(dict.fromkeys(_scope(gap.scope, report) for gap in gaps))
    details = {gap.detail for gap in gaps}
    detail = f": {elided(details.pop())}" if len(details) == 1 and "" not in details else ""
    return f"{printable(kind)} ({gaps[0].reason.value}) {listed(scopes, 2)}{detail}"


def _scope(scope: str, report: Report) -> str:
    if scope == EVERYWHERE:
        return "anywhere"
    resource = ResourceId(scope)
    called = {s.id.lower(): s.name or s.id for s in report.subscriptions}
    if resource == f"/subscriptions/{resource.subscription}":
        return f"in subscription {called.get(resource.subscription, resource.name)}"
    return f"in {resource.path if resource.type else scope}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
