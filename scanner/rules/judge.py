"""Rules applied to an estate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scanner.analysis.causes import Cause
from scanner.analysis.connections import Connection, alike, intended
from scanner.analysis.intents import Intent
from scanner.findings import (
    NOT_APPLICABLE,
    Affected,
    Finding,
    Judgement,
    Tally,
    Verdict,
    every,
    gravest_first,
)
from scanner.resources import BY_TYPE, AnyResource, Properties, Resource, ResourceId
from scanner.rules import templates
from scanner.rules.rule import Rule, Subject
from scanner.snapshot import Row
from scanner.topology import Topology

_REPORTED = frozenset({Verdict.FAIL, Verdict.OPEN})


def judge(topology: Topology, rules: Iterable[Rule]) -> tuple[tuple[Finding, ...], Tally]:
    """
    Apply each rule to each subject it speaks of.

    Returns the findings, gravest first, and how many judgements came out which
    way. What one finding tells of several connections counts once.
    """
    counts: Counter[Verdict] = Counter()
    spoken_of: dict[str, int] = {}
    speaking: set[str] = set()
    findings: list[Finding] = []
    for rule in rules:
        reported: list[tuple[Subject, Judgement]] = list(_garbled(topology, rule))
        spoken_of.update((key(subject), 1) for subject, _ in reported)
        for group in _subjects(topology, rule):
            first = _judged(topology, rule, group[0])
            if first.is_told:
                continue
            if first.verdict in _REPORTED:
                reported.append((group[0], first))
                reported += ((one, _judged(topology, rule, one)) for one in group[1:])
            else:
                counts[first.verdict] += len(group)
            if first.verdict is not Verdict.NOT_APPLICABLE:
                spoken_of[key(group[0])] = len(group)
                speaking.add(rule.id)
        blamed = [_finding(rule, *one) for one in _blamed(topology, reported)]
        counts.update(finding.verdict for finding in blamed)
        findings += blamed
    findings.sort(key=gravest_first)
    return tuple(findings), Tally(sum(spoken_of.values()), dict(counts), frozenset(speaking))


def judgements(topology: Topology, rule: Rule) -> Iterator[tuple[Subject, Judgement]]:
    """Yield what a rule says of each of its subjects: resources by ID, connections that matter."""
    yield from _garbled(topology, rule)
    for group in _subjects(topology, rule):
        yield from ((subject, _judged(topology, rule, subject)) for subject in group)


def mended(topology: Topology, rules: Iterable[Rule], connection: Connection) -> Finding | None:
    """
    Return what mends one broken connection: its own finding, else that about its blame.

    None for one that must never be: what breaks it is wanted.
    """
    broken = connection.broken
    if broken is None or connection.intended is Intent.NEVER:
        return None
    for rule in rules:
        own = _judged(topology, rule, connection) if rule.is_about_connections else NOT_APPLICABLE
        if own.verdict is Verdict.FAIL and rule.is_of_outcome:
            return _finding(rule, _resource(topology, broken.blame), _affecting(connection, own))
    for rule in rules:
        for one in _spoken_of(topology, rule, broken.cause, connection):
            own = _judged(topology, rule, one)
            if own.verdict is Verdict.FAIL:
                return _finding(rule, one, own)
    return None


def _spoken_of(
    topology: Topology, rule: Rule, cause: Cause, connection: Connection
) -> Iterator[AnyResource]:
    """Yield the resources, the one to blame first, by which a rule may tell of a connection."""
    if rule.id not in TOLD_BY.get(cause, ()):
        return
    blame = (connection.broken.blame,) if connection.broken else ()
    places = (*blame, *(evidence.resource for evidence in connection.because))
    found = map(topology.inventory.resources.get, dict.fromkeys(places))
    yield from (one for one in found if isinstance(one, BY_TYPE[rule.subject]))


TOLD_BY: Mapping[Cause, tuple[str, ...]] = {
    Cause.GATEWAY_FLAGS_DISAGREE: ("AOAI316",),
    Cause.NO_ENDPOINT: ("AOAI301", "AOAI302", "AOAI303", "AOAI304"),
    Cause.PEERING_NOT_CONNECTED: ("AOAI307", "AOAI308"),
    Cause.RECORD_STALE: ("AOAI204",),
    Cause.ZONE_MISSING: ("AOAI202",),
}
"""
Causes that no rule about connections names.

Rules about a resource tell of them: the one to blame, or another that the verdict rests on.
"""


def called(subject: Subject) -> str:
    """Return what a subject is called in examples."""
    return subject.path if isinstance(subject, Connection) else subject.id.path


def key(subject: Subject) -> str:
    """Return what tells a subject from all others."""
    return subject.key if isinstance(subject, Connection) else subject.id.lower()


def _subjects(topology: Topology, rule: Rule) -> Iterable[tuple[Subject, ...]]:
    """Yield the subjects of a rule, together those that words cannot tell apart."""
    if rule.is_about_connections:
        return alike(topology) if rule.is_of_outcome else ((one,) for one in intended(topology))
    return ((one,) for one in topology.all(BY_TYPE[rule.subject]) if one.is_subject)


def _garbled(topology: Topology, rule: Rule) -> Iterator[tuple[AnyResource, Judgement]]:
    """Yield the subjects of which nothing is known but that they are there."""
    for one in topology.inventory.garbled:
        if rule.subject == one.resource.ARM_TYPE and one.resource.is_subject:
            yield one.resource, Judgement(Verdict.OPEN, unread=one.gap.detail)


def _blamed(
    topology: Topology, judged: Iterable[tuple[Subject, Judgement]]
) -> Iterator[tuple[AnyResource, Judgement]]:
    """Yield what is to be reported, once for each resource to blame."""
    groups: dict[tuple[ResourceId, Verdict], list[Judgement]] = {}
    for subject, judgement in judged:
        blame = _blame(subject, judgement)
        groups.setdefault((blame, judgement.verdict), []).append(_affecting(subject, judgement))
    for (blame, _), found in groups.items():
        yield _resource(topology, blame), _merged(found)


def _affecting(subject: Subject, judgement: Judgement) -> Judgement:
    """Return what is said of a subject, with whom it affects: a connection its own two ends."""
    if not isinstance(subject, Connection):
        return judgement
    ends = Affected(subject.consumer.id, subject.account.id, subject.hostname.name)
    return replace(judgement, affected=(ends,))


def _blame(subject: Subject, judgement: Judgement) -> ResourceId:
    """Return the resource whose change makes a rule hold, or of which nothing is known."""
    if not isinstance(subject, Connection):
        return subject.id
    failed = judgement.verdict is Verdict.FAIL
    return (judgement.blame if failed else None) or subject.consumer.id


def _merged(found: list[Judgement]) -> Judgement:
    """Return the judgements of one resource as one, with the evidence of the first as example."""
    together = every(replace(judgement, because=()) for judgement in found)
    return replace(together, because=found[0].because)


def _resource(topology: Topology, blame: ResourceId) -> AnyResource:
    """Return a resource; one outside the snapshot has a name and nothing else."""
    outside = Resource(id=blame, name=blame.name, row=Row(id=str(blame)), properties=Properties())
    return topology.inventory.resources.get(blame, outside)


def _judged(topology: Topology, rule: Rule, subject: Subject) -> Judgement:
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
    looks = templates.commands(rule.looks, subject, judgement) if failed else ()
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
        looks=tuple(dict.fromkeys(looks)),
        maps=rule.maps,
        fingerprint=hashlib.sha256(f"{rule.id}\n{str.__str__(subject.id)}".encode()).hexdigest(),
    )
