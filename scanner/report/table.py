"""For a person at a terminal: how exposed each account is, what is wrong, why, and the fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from tabulate import tabulate

from scanner.findings import Finding, Severity, Verdict
from scanner.printable import printable
from scanner.report.encode import names
from scanner.report.options import Options
from scanner.report.scan_report import REACHES, Account, Report
from scanner.report.table_findings import known, unknown
from scanner.report.wrap import NARROWEST, elided, listed, prose
from scanner.resources import ResourceId
from scanner.snapshot import ANY_TYPE, EVERYWHERE, Gap

_HEADERS = ("Account", "Exposure", "Callers", "Violations")
_MOST_GAPS = 10
_MOST_ACCOUNTS = 40
_NARROW = 12


def render(report: Report, options: Options) -> str:
    """Write the report, the summary last: there the eye is when the scan ends."""
    width = max(options.width, NARROWEST)
    failed = [finding for finding in report.findings if finding.verdict is Verdict.FAIL]
    undecided = [finding for finding in report.findings if finding.verdict is Verdict.OPEN]
    sections = (
        _accounts(report, failed, width),
        known(failed, width, color=options.color),
        unknown(undecided, width),
        _gaps(report, width),
        "\n".join(line for said in _summary(report, failed) for line in prose(said, width)),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _accounts(report: Report, failed: list[Finding], width: int) -> str:
    """Return a line per account, those with the gravest findings first."""
    if not report.accounts:
        return ""
    counts = _counts(report, failed)
    gravest = sorted(report.accounts, key=lambda account: _gravity(counts[account.id]))
    rows = [
        (
            elided(names(account.id), width // 2),
            account.exposure,
            _callers(account),
            _counted(counts[account.id]),
        )
        for account in gravest[:_MOST_ACCOUNTS]
    ]
    room = max(width - max(len(row[0]) for row in rows) - len("perimeter") - 3 * 2, 2 * _NARROW)
    table = tabulate(
        rows,
        headers=_HEADERS,
        tablefmt="simple",
        disable_numparse=True,
        maxcolwidths=[None, None, room // 2, room // 2],
    )
    more = len(report.accounts) - _MOST_ACCOUNTS
    return f"{table}\nand {more} more accounts" if more > 0 else table


def _callers(account: Account) -> str:
    counted = [f"{account.reach[reach]} {reach}" for reach in REACHES if account.reach.get(reach)]
    if not account.are_callers_read:
        counted.append("others unread")
    return ", ".join(counted) or "none"


def _counts(report: Report, failed: list[Finding]) -> Mapping[ResourceId, Counter[Severity]]:
    """Return how many violations are an account's own, or rest on it."""
    counts: dict[ResourceId, Counter[Severity]] = {a.id: Counter() for a in report.accounts}
    for finding in failed:
        for account in set(_concerned(finding)) & counts.keys():
            counts[account][finding.severity] += 1
    return counts


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


def _counted(count: Mapping[Severity, int]) -> str:
    parts = [f"{count[severity]} {severity}" for severity in Severity if count.get(severity)]
    return ", ".join(parts) or "none"


def _gaps(report: Report, width: int) -> str:
    """Return what was not read, by type and reason."""
    gaps = sorted(report.gaps, key=_alike)
    said = [_unread(list(group), report) for _, group in groupby(gaps, _alike)]
    lines = [line for one in said[:_MOST_GAPS] for line in prose(f"Not read: {one}", width)]
    more = len(said) - _MOST_GAPS
    return "\n".join([*lines, f"and {more} more kinds of gap"] if more > 0 else lines)


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


def _summary(report: Report, failed: list[Finding]) -> Iterator[str]:
    """Yield the result in a sentence, then what takes from its worth."""
    rules = _number(len(report.rules), "rule")
    if report.tally.subjects:
        found = _counted(Counter(f.severity for f in failed)) if failed else "No violation"
        resources, counts = _number(report.tally.subjects, "resource"), report.tally.counts
        passed, undecided = counts.get(Verdict.PASS, 0), counts.get(Verdict.OPEN, 0)
        yield f"{found} in {resources} judged by {rules}; {passed} passed, {undecided} not known."
    else:
        yield f"Nothing was judged: no resource is of a kind that {rules} could judge."
    if not report.accounts:
        yield _NO_ACCOUNT
    if not report.complete:
        yield "Incomplete: what was not read may hide violations."


_NO_ACCOUNT = (
    "Warning: no Azure OpenAI account was found, so nothing here says that one is safe. "
    "Check the scope, and that the identity may read it."
)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
