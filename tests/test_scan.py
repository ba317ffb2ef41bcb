"""A scan is a pure function of its snapshot."""

import gc

from scanner.findings import Verdict
from scanner.rules import estates, home, load_all
from scanner.scan import scan
from scanner.snapshot import Snapshot

RULES = load_all()
DEMO = estates.demo()


def test_the_gravest_finding_comes_first_and_what_is_open_last() -> None:
    findings = scan(DEMO, RULES).findings
    places = [(f.verdict is Verdict.OPEN, f.severity.rank, f.rule) for f in findings]
    assert places == sorted(places)
    assert findings[0].verdict is Verdict.FAIL


def test_each_finding_has_a_fingerprint_of_its_own() -> None:
    prints = [finding.fingerprint for finding in scan(DEMO, RULES).findings]
    assert len(set(prints)) == len(prints)
    assert all(len(found) == 64 for found in prints)


def test_the_tally_counts_what_the_findings_show() -> None:
    report = scan(DEMO, RULES)
    for verdict in (Verdict.FAIL, Verdict.OPEN):
        shown = sum(finding.verdict is verdict for finding in report.findings)
        assert report.tally.counts.get(verdict, 0) == shown


def test_nothing_scanned_is_nothing_found() -> None:
    report = scan(Snapshot(rows=()), RULES)
    assert (report.findings, report.accounts, report.estate) == ((), (), ())


def test_rows_that_vouch_for_nothing_leave_gaps() -> None:
    bare = Snapshot(rows=DEMO.rows, vouches=False)
    assert {gap.type for gap in scan(bare, RULES).gaps} >= {"microsoft.network/networkmanagers"}


def test_every_account_is_told_with_its_exposure() -> None:
    estate = estates.load(home() / "estates" / "hub-and-spoke.yaml")
    (account,) = scan(estates.snapshot(estate), RULES).accounts
    assert (account.id.path, account.exposure) == ("aoai-prod", "private")


def test_a_scan_leaves_the_garbage_collector_on() -> None:
    scan(Snapshot(rows=()), ())
    assert gc.isenabled()


def test_callers_that_were_not_read_are_not_nobody() -> None:
    snapshot = estates.snapshot(
        estates.load(home() / "estates" / "single-vnet.yaml"),
        unread=("Microsoft.Network/networkInterfaces",),
    )
    (account,) = scan(snapshot, RULES).accounts
    assert (dict(account.reach), account.are_callers_read) == ({}, False)
