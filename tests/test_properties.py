"""What holds of every scan, whatever the rules: order, case, saving and taking away."""

import json
import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from many_estates import CASES, PATHS, RULES, Case, estate

from scanner import snapshot as snapshots
from scanner.analysis.calls import Reach
from scanner.analysis.connections import Connection, connections, intended
from scanner.analysis.consumers import consumers
from scanner.analysis.intents import Intent
from scanner.resources import ResourceId, parse
from scanner.resources.types import RESOURCE_TYPES
from scanner.rules import Rule, estates, judge, judgements, key, mended
from scanner.rules.judge import TOLD_BY
from scanner.rules.rule import Subject
from scanner.scan import scan
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot
from scanner.topology import Topology

TYPES = sorted(kind.ARM_TYPE for kind in RESOURCE_TYPES)

BY_ID = {rule.id: rule for rule in RULES}

Verdicts: TypeAlias = Mapping[tuple[str, str], str]

every_estate = pytest.mark.parametrize("name", sorted(PATHS))
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
bounded = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

BETTER_OR_WORSE = {
    ("fail", "pass"),
    ("open", "pass"),
    ("pass", "fail"),
    ("open", "fail"),
    ("notApplicable", "fail"),
    ("fail", "notApplicable"),
    ("open", "notApplicable"),
}
"""What not knowing more must never do to a verdict."""


@cache
def read(name: str) -> Snapshot:
    return estates.snapshot(estate(name))


def verdicts(snapshot: Snapshot, rules: tuple[Rule, ...] = RULES) -> Verdicts:
    topology = Topology(parse(snapshot))
    return {
        (rule.id, key(subject)): str(judgement.verdict)
        for rule in rules
        for subject, judgement in judgements(topology, rule)
    }


@cache
def known(name: str) -> Verdicts:
    return verdicts(read(name))


def said(snapshot: Snapshot) -> bytes:
    report = scan(snapshot, RULES)
    return repr((report.findings, report.tally, report.accounts, report.gaps)).encode()


def without(snapshot: Snapshot, kind: str, scope: str = EVERYWHERE) -> Snapshot:
    """Return the snapshot as it is when rows of a type (`*`: of any) could not be read."""
    gap = Gap(scope=scope, type=kind, reason=GapReason.DENIED)
    rows = tuple(row for row in snapshot.rows if not _hidden(row, gap))
    return Snapshot(rows=rows, gaps=(*snapshot.gaps, gap), taken_at=snapshot.taken_at)


def _hidden(row: Row, gap: Gap) -> bool:
    return gap.type in {"*", row.type.lower()} and ResourceId(row.id).lies_in(gap.scope)


def told_less(before: Verdicts, after: Verdicts) -> list[tuple[str, ...]]:
    """Return the verdicts that not knowing changed as it must not."""
    return [
        (rule, subject, before[rule, subject], verdict)
        for (rule, subject), verdict in after.items()
        if (before[rule, subject], verdict) in BETTER_OR_WORSE
    ]


@every_estate
@bounded
@given(chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(name: str, chance: random.Random) -> None:
    rows = list(read(name).rows)
    chance.shuffle(rows)
    shuffled = Snapshot(rows=tuple(rows), taken_at=read(name).taken_at)
    assert verdicts(shuffled) == known(name)


@every_estate
@bounded
@given(chance=st.randoms(use_true_random=False))
def test_the_letter_case_of_ids_changes_no_verdict(name: str, chance: random.Random) -> None:
    def cased(value: object) -> object:
        match value:
            case str() if value.startswith("/subscriptions/"):
                return chance.choice((str.upper, str.lower, str.title, str))(value)
            case dict():
                return {key: cased(item) for key, item in value.items()}
            case list():
                return [cased(item) for item in value]
        return value

    rows = [cased(dict(row.document())) for row in read(name).rows]
    loaded = snapshots.parse(json.dumps(rows).encode(), "test")
    vouched = Snapshot(rows=loaded.rows, taken_at=read(name).taken_at)
    assert verdicts(vouched) == known(name)


@every_estate
def test_saved_and_loaded_says_the_same_byte_for_byte(name: str) -> None:
    saved = snapshots.encode(read(name))
    assert said(snapshots.parse(saved, "test")) == said(read(name))


@every_estate
def test_a_second_scan_says_the_same_byte_for_byte(name: str) -> None:
    assert said(read(name)) == said(read(name))


@every_case
def test_a_type_that_was_not_read_turns_no_verdict_round(case: Case) -> None:
    whole = case.snapshot()
    before = verdicts(whole, case.rules)
    for kind in TYPES if case.rules == RULES else {row.type.lower() for row in whole.rows}:
        after = verdicts(without(whole, kind), case.rules)
        assert told_less(before, after) == [], kind


@every_estate
def test_a_single_row_that_cannot_be_read_turns_no_verdict_round(name: str) -> None:
    rows = read(name).rows
    for row in rows:
        gap = Gap(scope=row.id, type=row.type.lower(), reason=GapReason.UNPARSABLE)
        left = tuple(other for other in rows if other is not row)
        less = Snapshot(rows=left, gaps=(gap,), taken_at=read(name).taken_at)
        assert told_less(known(name), verdicts(less)) == [], row.id


@every_case
def test_a_subscription_that_was_not_read_turns_no_verdict_round(case: Case) -> None:
    for whole in case.in_subscriptions():
        before = verdicts(whole, case.rules)
        scopes = {"/".join(row.id.split("/")[:3]) for row in whole.rows}
        assert len(scopes) > 1
        for scope in scopes:
            after = verdicts(without(whole, "*", scope), case.rules)
            assert told_less(before, after) == [], scope


@every_estate
def test_an_unrelated_vnet_changes_nothing(name: str) -> None:
    text = """{"id": "/subscriptions/00000000-0000-0000-0000-00000000c070/resourceGroups/other/
providers/Microsoft.Network/virtualNetworks/lonely", "properties": {"addressSpace":
{"addressPrefixes": ["192.168.0.0/24"]}, "subnets": []}, "name": "lonely",
"type": "microsoft.network/virtualnetworks"}""".replace("\n", "")
    row = snapshots.parse(f"[{text}]".encode(), "test").rows[0]
    more = Snapshot(rows=(*read(name).rows, row), taken_at=read(name).taken_at)
    after = {key: v for key, v in verdicts(more).items() if not key[1].endswith("/lonely")}
    assert after == known(name)
    lonely = {v for key, v in verdicts(more).items() if key[1].endswith("/lonely")}
    assert lonely <= {"pass", "notApplicable"}


@every_case
def test_a_single_row_of_an_example_that_cannot_be_read_turns_no_verdict_round(case: Case) -> None:
    whole = case.snapshot()
    before = verdicts(whole, case.rules)
    for row in whole.rows:
        gap = Gap(scope=row.id, type=row.type.lower(), reason=GapReason.UNPARSABLE)
        left = tuple(other for other in whole.rows if other is not row)
        less = Snapshot(rows=left, gaps=(*whole.gaps, gap), taken_at=whole.taken_at)
        assert told_less(before, verdicts(less, case.rules)) == [], row.id


@every_case
def test_a_type_that_was_not_read_in_one_subscription_turns_no_verdict_round(case: Case) -> None:
    for whole in case.in_subscriptions():
        before = verdicts(whole, case.rules)
        places = {("/".join(row.id.split("/")[:3]), row.type.lower()) for row in whole.rows}
        for scope, kind in sorted(places):
            after = verdicts(without(whole, kind, scope), case.rules)
            assert told_less(before, after) == [], (scope, kind)


@every_case
def test_no_intended_connection_is_left_out_of_the_candidates(case: Case) -> None:
    found = [connection.key for connection in intended(Topology(parse(case.snapshot())))]
    plain = Topology(parse(case.snapshot()))
    every = (c for consumer in consumers(plain) for c in connections(plain, consumer))
    assert found == [connection.key for connection in every if connection.intended]


@every_case
def test_findings_tell_of_just_the_subjects_that_fail_or_are_open(case: Case) -> None:
    topology = Topology(parse(case.snapshot()))
    told = set()
    for finding in judge(topology, RULES)[0]:
        whose = {(finding.resource, "")}
        if BY_ID[finding.rule].is_about_connections:
            whose = {(pair.consumer, pair.hostname) for pair in finding.affected}
        told |= {(finding.rule, finding.verdict, *one) for one in whose}
    assert told == {
        (rule.id, judgement.verdict, *_whose(subject))
        for rule in RULES
        for subject, judgement in judgements(topology, rule)
        if judgement.verdict in {"fail", "open"} and not judgement.is_told
    }


@every_case
def test_every_intended_connection_that_may_not_work_is_told_by_some_finding(case: Case) -> None:
    assert untold(case.snapshot()) == []


@every_case
def test_every_broken_connection_has_a_finding_that_mends_it(case: Case) -> None:
    topology = Topology(parse(case.snapshot()))
    for found in intended(topology):
        if found.broken is not None and found.intended is not Intent.NEVER:
            assert mended(topology, RULES, found) is not None, found.key


@every_estate
def test_not_knowing_more_leaves_no_intended_connection_untold(name: str) -> None:
    for kind in sorted({row.type.lower() for row in read(name).rows}):
        assert untold(without(read(name), kind)) == [], kind


def untold(snapshot: Snapshot) -> list[str]:
    """Return the connections that break, or may, and of which no finding tells."""
    topology = Topology(parse(snapshot))
    findings = judge(topology, RULES)[0]
    ends = {(a.consumer, a.account, a.hostname) for one in findings for a in one.affected}
    told = {(one.rule, one.resource) for one in findings}
    return [
        found.key
        for found in intended(topology)
        if found.intended is not Intent.NEVER
        and found.verdict in {Reach.BROKEN, Reach.UNKNOWN}
        and (found.consumer.id, found.account.id, found.hostname.name) not in ends
        and told.isdisjoint(_tellers(found))
    ]


def _tellers(connection: Connection) -> Iterator[tuple[str, ResourceId]]:
    """Yield the rules that tell of a connection by a resource, with each that they may speak of."""
    broken = connection.broken
    cause = broken.cause if broken else connection.suspect
    places = {evidence.resource for evidence in connection.because}
    for rule in TOLD_BY.get(cause, ()) if cause else ():
        yield from ((rule, place) for place in places | ({broken.blame} if broken else set()))


def _whose(subject: Subject) -> tuple[ResourceId, str]:
    if isinstance(subject, Connection):
        return subject.consumer.id, subject.hostname.name
    return subject.id, ""
