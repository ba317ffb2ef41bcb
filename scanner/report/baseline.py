"""What has come and gone since an earlier report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from scanner.findings import BaselineState, Finding, Verdict
from scanner.report.scan_report import Comparison, Kept, KeptBecause, Report
from scanner.resources import Resource, ResourceId
from scanner.rules import judgements
from scanner.rules.rule import Rule
from scanner.snapshot import EVERYWHERE, Gap


def compared(report: Report, before: Sequence[Finding]) -> Report:
    """
    Return the report with what is new, unchanged, and gone.

    What this scan could not have seen is not gone: it is kept. (SARIF 2.1.0 §3.27.24)
    """
    open_before = {one.fingerprint for one in before if one.verdict is Verdict.OPEN}
    before = [one for one in before if one.verdict is Verdict.FAIL]
    counted = {one.fingerprint for one in before if one.suppression is None}
    known = {one.fingerprint for one in before}

    def state(finding: Finding) -> BaselineState:
        if finding.verdict is Verdict.OPEN and finding.fingerprint in known:
            return BaselineState.UPDATED
        if finding.verdict is Verdict.OPEN:
            was_open = finding.fingerprint in open_before
            return BaselineState.UNCHANGED if was_open else BaselineState.NEW
        there = known if finding.suppression else counted
        return BaselineState.UNCHANGED if finding.fingerprint in there else BaselineState.NEW

    findings = tuple(replace(one, baseline=state(one)) for one in report.findings)
    failing = {one.fingerprint for one in findings if one.verdict is Verdict.FAIL}
    now = _Now(report)
    absent: list[Finding] = []
    kept: list[Kept] = []
    for one in (_completed(one, now.rules) for one in before if one.fingerprint not in failing):
        because = now.hides(one)
        if because is None:
            absent.append(replace(one, baseline=BaselineState.ABSENT))
        else:
            kept.append(Kept(replace(one, baseline=BaselineState.UNCHANGED), because))
    return replace(report, findings=findings, since=Comparison(tuple(absent), tuple(kept)))


@dataclass(frozen=True)
class _Now:
    """What this scan could have seen."""

    report: Report

    def hides(self, past: Finding) -> KeptBecause | None:
        """Return why it could not have seen an old violation; None when it would have."""
        if past.rule not in self.rules:
            return KeptBecause.NOT_JUDGED
        if self.scope and past.resource.subscription not in self.scope:
            return KeptBecause.OUT_OF_SCOPE
        if self.report.gaps and not self._is_gone(past):
            return KeptBecause.NOT_READ
        if any(_are_near(past.resource, one) for one in self.questions[past.rule]):
            return KeptBecause.NOT_KNOWN
        return None

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules that were judged, by ID."""
        return {rule.id: rule for rule in self.report.rules}

    @cached_property
    def scope(self) -> frozenset[str]:
        """The subscriptions that were asked for; empty where nobody says which."""
        return frozenset(one.id.lower() for one in self.report.subscriptions)

    @cached_property
    def questions(self) -> Mapping[str, Sequence[ResourceId]]:
        """Of which resources a rule left it open."""
        found: defaultdict[str, list[ResourceId]] = defaultdict(list)
        for finding in self.report.findings:
            if finding.verdict is Verdict.OPEN:
                found[finding.rule].append(finding.resource)
        return found

    @cached_property
    def _passed(self) -> dict[str, frozenset[ResourceId]]:
        """For which resources a rule passed, as far as somebody asked."""
        return {}

    def _passes(self, rule: Rule, resource: ResourceId) -> bool:
        if rule.id not in self._passed:
            judged = judgements(self.report.topology, rule)
            self._passed[rule.id] = frozenset(
                subject.id
                for subject, judgement in judged
                if isinstance(subject, Resource) and judgement.verdict is Verdict.PASS
            )
        return resource in self._passed[rule.id]

    def _is_gone(self, past: Finding) -> bool:
        """
        Tell whether a violation is gone for certain although part of the estate was not read.

        Of a call, what was not read may hide that it is wanted at all. Of a resource,
        the rule that passes has seen enough, and one that does not exist fails nothing.
        """
        rule = self.rules[past.rule]
        if rule.is_about_connections:
            return False
        if past.resource in self.report.topology.inventory.resources:
            return self._passes(rule, past.resource)
        return not any(_may_hide(gap, past.resource) for gap in self.report.gaps)


def _may_hide(gap: Gap, resource: ResourceId) -> bool:
    return gap.hides(resource.type) and (gap.scope == EVERYWHERE or resource.lies_in(gap.scope))


def _are_near(one: ResourceId, other: ResourceId) -> bool:
    """Tell whether one resource is the other, or in it: an open question may be what failed."""
    return one.lies_in(other) or other.lies_in(one)


def _completed(past: Finding, rules: Mapping[str, Rule]) -> Finding:
    """Return an old finding with what its rule says today."""
    rule = rules.get(past.rule)
    if rule is None:
        return past
    return replace(past, name=rule.name, remediation=rule.remediation, maps=rule.maps)
