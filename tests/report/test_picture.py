"""Where the estate stands in the picture, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Any

import pytest

from scanner.findings import Severity, Verdict
from scanner.report.picture.blocks import Block, blocks
from scanner.report.picture.cards import Marks
from scanner.report.picture.layout import Box, Placed, layout
from scanner.report.picture.marks import marks, owned
from scanner.report.scan_report import Report
from scanner.rules import load_all
from scanner.rules.estates import demo, home, load, merge_patch, snapshot
from scanner.scan import scan

GOOD = sorted(path.stem for path in (home() / "estates").glob("*.yaml"))


def judged(name: str, patch: Mapping[str, Any] | None = None) -> Report:
    estate = load(home() / "estates" / f"{name}.yaml")
    return scan(snapshot(merge_patch(estate, patch or {})), load_all(proved=False))


def drawn(report: Report) -> tuple[Block, ...]:
    exposures = {account.id: account.exposure for account in report.accounts}
    failed = [f for f in report.findings if f.verdict is Verdict.FAIL]
    return blocks(report.topology, marks(report.topology, failed), exposures)


def titles(block: Block) -> list[str]:
    return [spoke.card.title.label for spoke in block.spokes]


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@pytest.fixture(scope="module")
def broken() -> Report:
    return scan(demo(), load_all(proved=False))


def test_a_block_is_a_hub_and_its_spokes(broken: Report) -> None:
    hub, alone = drawn(broken)
    assert [card.title.label for card in hub.hub] == [
        "vnet-hub",
        "Private DNS zones",
        "On the premises",
    ]
    assert titles(hub) == ["vnet-web", "vnet-search"]
    assert (alone.title, titles(alone)) == ("Networks that nothing connects (1)", ["vnet-lab"])


def test_the_networks_of_a_virtual_hub_stand_beside_it() -> None:
    (block,) = drawn(judged("virtual-wan"))
    assert block.hub[0].title.label.startswith("virtual hub ")
    assert len(block.spokes) > 1
    assert {spoke.trunk for spoke in block.spokes} == {"connected"}


def test_an_account_without_endpoint_stands_first_and_apart() -> None:
    account = {"type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI", "properties": {}}
    first, *_ = drawn(judged("hub-and-spoke", {"aoai-new": account}))
    assert (first.kind, titles(first)) == ("loose", ["aoai-new"])
    assert first.spokes[0].card.title.badge == "PUBLIC"


def test_an_open_account_wears_its_exposure(broken: Report) -> None:
    nodes = {n.label: n.badge for b in drawn(broken) for c in b.hub for n in c.nodes}
    assert (nodes["aoai-chat"], nodes["aoai-search"]) == ("PUBLIC", "")


def test_a_violation_is_its_own_and_marks_what_holds_it(broken: Report) -> None:
    failed = [f for f in broken.findings if f.rule == "AOAI302"]
    found = marks(broken.topology, failed)
    ids = {n.id: n.label for b in drawn(broken) for c in b.hub for n in c.nodes}
    own = owned(broken.topology, found, failed, ids).own
    assert {ids[one]: severity for one, severity in own.items()} == {
        "pe-aoai-batch": Severity.CRITICAL
    }
    assert {"vnet-hub", "snet-endpoints", "pe-aoai-batch"} == {
        label for one, label in ids.items() if one in found.worst
    }


@pytest.mark.parametrize("name", [*GOOD, "demo"])
def test_nothing_overlaps_and_all_lies_in_the_picture(broken: Report, name: str) -> None:
    found = layout(drawn(broken if name == "demo" else judged(name)))
    cards: list[Placed] = [placed for frame in found.frames for placed in frame.cards]
    for boxes in ([f.box for f in found.frames], [p.box for p in cards]):
        assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
        assert all(b.x >= 0 and b.x + b.width <= found.width for b in boxes)
        assert all(b.y >= 0 and b.y + b.height <= found.height for b in boxes)


@pytest.mark.parametrize("name", [*GOOD, "demo"])
def test_every_network_and_every_account_is_drawn(broken: Report, name: str) -> None:
    report = broken if name == "demo" else judged(name)
    cards = [c for b in drawn(report) for c in (*b.hub, *(s.card for s in b.spokes))]
    shown = {node.id for card in cards for node in card.nodes}
    networks = {r.id for r in report.estate if r.ARM_TYPE == "microsoft.network/virtualnetworks"}
    accounts = {account.id for account in report.accounts}
    assert networks | accounts <= shown


def test_spokes_stand_gravest_first(broken: Report) -> None:
    hub, _ = drawn(broken)
    failed = [f for f in broken.findings if f.verdict is Verdict.FAIL]
    found: Marks = marks(broken.topology, failed)
    ranks = [found.of(spoke.card) for spoke in hub.spokes]
    assert all(one <= other for one, other in pairwise(ranks))
