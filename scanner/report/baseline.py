"""What has come and gone since an earlier report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.findings import BaselineState, Finding, Verdict
from scanner.report.scan_report import Comparison, Kept, KeptBecause, Report
from scanner.resources import ResourceId
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
    rules = {rule.id: rule for rule in report.rules}
    absent: list[Finding] = []
    kept: list[Kept] = []
    for one in (_completed(one, rules) for one in before if one.fingerprint not in failing):
        because = _hidden(report, rules, one)
        if because is None:
            absent.append(replace(one, baseline=BaselineState.ABSENT))
        else:
            kept.append(Kept(replace(one, baseline=BaselineState.UNCHANGED), because))
    return replace(report, findings=findings, since=Comparison(tuple(absent), tuple(kept)))


def _hidden(report: Report, rules: Mapping[str, Rule], past: Finding) -> KeptBecause | None:
    """Return why this scan could not have seen an old violation; None when it would have."""
    if past.rule not in rules:
        return KeptBecause.NOT_JUDGED
    scope = {subscription.id.lower() for subscription in report.subscriptions}
    if scope and past.resource.subscription not in scope:
        return KeptBecause.OUT_OF_SCOPE
    rule = rules[past.rule]
    if report.gaps and not _is_gone(report, rule, past.resource):
        return KeptBecause.NOT_READ
    if any(_is_akin(finding, past) for finding in report.findings):
        return KeptBecause.NOT_KNOWN
    return None


def _is_gone(report: Report, rule: Rule, resource: ResourceId) -> bool:
    """
    Tell whether a violation is gone for certain although part of the estate was not read.

    Of a call, what was not read may hide that it is wanted at all. Of a resource,
    the rule that passes has seen enough, and one that does not exist fails nothing.
    """
    if rule.is_about_connections:
        return False
    if resource not in report.topology.inventory.resources:
        return not any(_may_hide(gap, resource) for gap in report.gaps)
    judged = (
        judgement.verdict
        for subject, judgement in judgements(report.topology, rule)
        if getattr(subject, "id", None) == resource
    )
    return next(judged, None) is Verdict.PASS


def _may_hide(gap: Gap, resource: ResourceId) -> bool:
    return gap.hides(resource.type) and (gap.scope == EVERYWHERE or resource.lies_in(gap.scope))


def _is_akin(finding: Finding, past: Finding) -> bool:
    """Tell whether a question that is open now may be what failed before."""
    is_open = finding.verdict is Verdict.OPEN and finding.rule == past.rule
    near = finding.resource.lies_in(past.resource) or past.resource.lies_in(finding.resource)
    return is_open and near


def _completed(past: Finding, rules: Mapping[str, Rule]) -> Finding:
    """Return an old finding with what its rule says today."""
    rule = rules.get(past.rule)
    if rule is None:
        return past
    return replace(past, name=rule.name, remediation=rule.remediation, maps=rule.maps)
