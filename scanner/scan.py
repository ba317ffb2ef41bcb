"""The whole scan on one screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from datetime import date

from scanner import resources
from scanner.analysis.connections import reach
from scanner.analysis.consumers import are_all_read
from scanner.analysis.endpoints import accounts
from scanner.analysis.exposure import exposure
from scanner.analysis.intents import warn_of_idle
from scanner.report.scan_report import Account, Report
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.rules import Rule, judge
from scanner.rules.exemptions import honoring
from scanner.rules.settings import UNCHANGED, Settings
from scanner.snapshot import Snapshot
from scanner.topology import Topology
from scanner.topology.expectations import Expectation


def scan(
    snapshot: Snapshot,
    rules: Iterable[Rule],
    expectations: Iterable[Expectation] = (),
    *,
    settings: Settings = UNCHANGED,
    today: date = date.max,
) -> Report:
    """
    Rows to resources, resources to graph, graph to findings.

    `today` is the day (UTC) on which suppressions must hold: without one, none does.
    """
    rules = tuple(settings.weighed(rule) for rule in rules)
    told: tuple[str, ...] = ()
    if settings.honors_exemptions:
        settings, told = honoring(settings, snapshot.rows, rules)
    # Nothing made here is garbage before the end: looking for it costs more than the scan.
    gc.disable()
    try:
        inventory = resources.parse(snapshot)
        topology = Topology(inventory, expectations)
        warn_of_idle(topology)
        judged, tally = judge(topology, rules)
        findings = settings.settled(topology, rules, judged, today)
        return Report(
            taken_at=snapshot.taken_at,
            cloud=inventory.cloud,
            subscriptions=inventory.subscriptions,
            gaps=inventory.gaps,
            coverage=snapshot.coverage,
            rules=rules,
            tally=tally,
            findings=findings,
            accounts=tuple(_accounts(topology)),
            estate=tuple(sorted(inventory.resources.values(), key=lambda each: each.id)),
            topology=topology,
            remarks=(
                *told,
                *settings.remarks(rules, findings, today, is_complete=not inventory.gaps),
            ),
        )
    finally:
        gc.enable()


def _accounts(topology: Topology) -> Iterator[Account]:
    reached, are_read = reach(topology), are_all_read(topology)
    for one in accounts(topology):
        yield Account(one.id, exposure(topology, one).name, reached.get(one.id, {}), are_read)
    for garbled in topology.inventory.garbled:
        account = garbled.resource
        if isinstance(account, CognitiveServicesAccount) and account.is_subject:
            yield Account(account.id, "unknown", are_callers_read=False)
