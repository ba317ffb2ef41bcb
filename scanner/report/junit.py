"""For a build server: a test case for every violation, for every rule kept, and for every gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from scanner.findings import Finding, Verdict
from scanner.report.coverage import lines as covered
from scanner.report.encode import hop, names
from scanner.report.gaps import GAP, unread
from scanner.report.markup import attribute, escaped
from scanner.report.options import Options
from scanner.report.scan_report import Report
from scanner.rules.rule import Rule

_NO_ACCOUNT = "No Azure OpenAI account was found: nothing here says that one is safe."


@dataclass(frozen=True, slots=True)
class _Case:
    """One test case."""

    name: str
    outcome: str = ""
    """`failure`, `error` or `skipped`; empty for one that passed."""
    message: str = ""
    text: str = ""
    """What stands inside, escaped."""


def render(report: Report, _options: Options) -> str:
    """
    Write a suite per rule, then one that fails for whatever was not read.

    An open question is a test that was skipped, and so are a violation that is suppressed
    and a rule that speaks of nothing here.

    Source: https://github.com/testmoapp/junitxml
    """
    found = sorted(report.findings, key=attrgetter("rule"))
    last = (f"{GAP} part-not-read", _read(report))
    by_rule = {rule: tuple(those) for rule, those in groupby(found, attrgetter("rule"))}
    suites = [
        (_title(rule), _judged(report, rule, by_rule.get(rule.id, ()))) for rule in report.rules
    ]
    every = [case for _, cases in (*suites, last) for case in cases]
    lines = [f'<testsuites name="aoai-scan" {_counts(every)}>']
    for title, cases in suites:
        lines += _suite(title, cases, report.taken_at)
    told = "\n".join(map(escaped, covered(report.coverage))) if report.coverage else ""
    lines += _suite(*last, report.taken_at, told)
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', *lines, "</testsuites>")) + "\n"


def _title(rule: Rule) -> str:
    return f"{rule.id} {rule.name}"


def _judged(report: Report, rule: Rule, findings: Iterable[Finding]) -> tuple[_Case, ...]:
    """Return the cases of a rule: its findings, or one that passed; of nothing, nothing passes."""
    cases = tuple(map(_case, findings))
    if cases or rule.id in report.tally.rules:
        return cases or (_Case(rule.summary),)
    return (_Case(rule.summary, "skipped", "nothing here that it speaks of"),)


def _case(finding: Finding) -> _Case:
    if finding.verdict is Verdict.OPEN:
        return _Case(names(finding.resource), "skipped", f"not known: {finding.message}")
    if finding.suppression:
        said = f"suppressed {finding.suppression.said}: {finding.message}"
        return _Case(names(finding.resource), "skipped", said)
    told = [
        str(finding.resource),
        *(f"why: {hop(evidence)}" for evidence in finding.evidence),
        *(f"for: {names(a.consumer)} -> {a.hostname}" for a in finding.affected),
        *(f"look first: {command}" for command in finding.looks),
        *(f"fix: {command}" for command in finding.commands),
        *([f"fix: {' '.join(finding.remediation.split())}"] if finding.remediation else ()),
    ]
    text = "\n".join(map(escaped, told))
    return _Case(names(finding.resource), "failure", f"{finding.severity}: {finding.message}", text)


def _read(report: Report) -> tuple[_Case, ...]:
    cases = [_Case(gap.scope, "error", unread(gap)) for gap in sorted(report.gaps)]
    if not report.accounts:
        cases.append(_Case("accounts", "error", _NO_ACCOUNT))
    return tuple(cases) or (_Case("Everything in scope was read."),)


def _suite(
    title: str, cases: tuple[_Case, ...], taken_at: str | None, told: str = ""
) -> Iterator[str]:
    taken = f" timestamp={attribute(taken_at)}" if taken_at else ""
    yield f"  <testsuite name={attribute(title)} {_counts(cases)}{taken}>"
    for case in cases:
        head = f"    <testcase classname={attribute(title)} name={attribute(case.name)}"
        if not case.outcome:
            yield f"{head}/>"
            continue
        yield f"{head}>"
        text = f"{case.text}</{case.outcome}>"
        yield f"      <{case.outcome} message={attribute(case.message)}>{text}"
        yield "    </testcase>"
    if told:
        yield f"    <system-out>{told}</system-out>"
    yield "  </testsuite>"


def _counts(cases: Iterable[_Case]) -> str:
    outcomes = [case.outcome for case in cases]
    counted = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    counts = (f'{name}="{outcomes.count(outcome)}"' for name, outcome in counted)
    return " ".join((f'tests="{len(outcomes)}"', *counts))
