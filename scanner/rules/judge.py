"""Rules applied to an estate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from scanner.findings import NOT_APPLICABLE, Finding, Judgement, Tally, Verdict
from scanner.resources import BY_TYPE, AnyResource, ResourceId
from scanner.rules import templates
from scanner.rules.rule import Rule
from scanner.topology import Topology


def judge(topology: Topology, rules: Iterable[Rule]) -> tuple[tuple[Finding, ...], Tally]:
    """
    Apply each rule to each resource it speaks of.

    Returns the findings, gravest first, and how many judgements came out which way.
    """
    counts: Counter[Verdict] = Counter()
    spoken_of: set[ResourceId] = set()
    findings = []
    for rule in rules:
        for subject, judgement in judgements(topology, rule):
            counts[judgement.verdict] += 1
            if judgement.verdict is not Verdict.NOT_APPLICABLE:
                spoken_of.add(subject.id)
            if judgement.verdict in {Verdict.FAIL, Verdict.OPEN}:
                findings.append(_finding(rule, subject, judgement))
    findings.sort(key=_gravest_first)
    return tuple(findings), Tally(len(spoken_of), dict(counts))


def judgements(topology: Topology, rule: Rule) -> Iterator[tuple[AnyResource, Judgement]]:
    """Yield what a rule says of each of its subjects, by ID."""
    for subject in topology.all(BY_TYPE[rule.subject]):
        if subject.is_subject:
            yield subject, _judged(topology, rule, subject)


def _judged(topology: Topology, rule: Rule, subject: AnyResource) -> Judgement:
    """
    Judge one subject.

    Whether a rule applies may itself not be known. Then a rule that would hold
    anyway passes; one that would not is open.
    """
    if rule.when is None:
        return rule.condition(topology, subject)
    applies = rule.when(topology, subject)
    if applies.verdict in {Verdict.FAIL, Verdict.NOT_APPLICABLE}:
        return NOT_APPLICABLE
    judgement = rule.condition(topology, subject)
    if applies.verdict is Verdict.PASS or judgement.verdict is not Verdict.FAIL:
        return judgement
    return applies


def _finding(rule: Rule, subject: AnyResource, judgement: Judgement) -> Finding:
    failed = judgement.verdict is Verdict.FAIL
    said = templates.sentence(rule.message, subject, judgement)
    unread = judgement.unread or "the snapshot does not hold enough"
    commands = templates.commands(rule.commands, subject, judgement) if failed else ()
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        verdict=judgement.verdict,
        resource=subject.id,
        message=said if failed else f"Not known: {unread}.",
        evidence=judgement.because,
        affected=tuple(sorted(judgement.affected, key=lambda a: (a.consumer, a.account))),
        remediation=rule.remediation,
        # Several accounts may be mended by the same command.
        commands=tuple(dict.fromkeys(commands)),
        maps=rule.maps,
        fingerprint=hashlib.sha256(f"{rule.id}\n{str.__str__(subject.id)}".encode()).hexdigest(),
    )


def _gravest_first(finding: Finding) -> tuple[bool, int, str, str]:
    return (
        finding.verdict is not Verdict.FAIL,
        finding.severity.rank,
        finding.rule,
        finding.resource,
    )
