"""What is not known of a connection is open under many rules, and told by one."""

from typing import Any

from scanner.findings import Verdict
from scanner.resources import parse
from scanner.rules import estates, home, judge, judgements, load_all
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Snapshot
from scanner.topology import Topology

RULES = tuple(rule for rule in load_all() if rule.is_about_connections)
RECORDS = "microsoft.network/privatednszones/a"


def without_records() -> Topology:
    whole = estates.snapshot(estates.load(home() / "estates" / "single-vnet.yaml"))
    rows = tuple(row for row in whole.rows if row.type.lower() != RECORDS)
    gap = Gap(scope=EVERYWHERE, type=RECORDS, reason=GapReason.DENIED)
    return Topology(parse(Snapshot(rows=rows, gaps=(gap,), taken_at=whole.taken_at)))


def test_every_rule_about_names_is_open_where_records_were_not_read() -> None:
    about_names = [rule for rule in RULES if rule.family == "dns"]
    said = {j.verdict for rule in about_names for _, j in judgements(without_records(), rule)}
    assert said == {Verdict.OPEN}


def test_one_rule_tells_of_it_under_the_likeliest_cause() -> None:
    findings, tally = judge(without_records(), RULES)
    assert [(found.rule, found.verdict) for found in findings] == [("AOAI203", Verdict.OPEN)]
    assert tally.counts[Verdict.OPEN] == 1


def test_a_group_that_was_not_read_is_no_group_that_lets_through() -> None:
    whole = estates.load(home() / "estates" / "single-vnet.yaml")
    shut: Any = {"nsg-endpoints": {"properties": {"securityRules": []}}}
    snapshot = estates.snapshot(estates.merge_patch(whole, shut))
    rows = tuple(row for row in snapshot.rows if row.name != "nsg-workload")
    (lost,) = (row for row in snapshot.rows if row.name == "nsg-workload")
    gap = Gap(scope=lost.id, type=lost.type.lower(), reason=GapReason.UNPARSABLE)
    less = Snapshot(rows=rows, gaps=(gap,), taken_at=snapshot.taken_at)
    topology = Topology(parse(less))
    verdicts = {
        rule.name: {judgement.verdict for _, judgement in judgements(topology, rule)}
        for rule in RULES
        if rule.family == "firewall"
    }
    assert verdicts["outbound-denied"] == {Verdict.OPEN}
    assert verdicts["endpoint-inbound-denied"] == {Verdict.PASS}
