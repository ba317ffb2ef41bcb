"""Where the estate stands in the picture, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Any

import msgspec
import pytest

from scanner.findings import Severity, Verdict
from scanner.report.picture.blocks import MOST_GRAVE, Block, blocks
from scanner.report.picture.cards import Card, Marks
from scanner.report.picture.gaps import unread
from scanner.report.picture.layout import Box, Placed, layout
from scanner.report.picture.marks import marks, owned
from scanner.report.scan_report import Report
from scanner.rules import load_all
from scanner.rules.estates import demo, home, load, merge_patch, snapshot
from scanner.scan import scan
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row

from .report_builder import crowded

ZONES = "Microsoft.Network/privateDnsZones"
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
    assert (alone.title, titles(alone)) == ("Peered with nothing: 1 network", ["vnet-lab"])


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
def test_every_network_every_zone_and_every_account_is_drawn(broken: Report, name: str) -> None:
    report = broken if name == "demo" else judged(name)
    kinds = {"microsoft.network/virtualnetworks", "microsoft.network/privatednszones"}
    told = {r.id for r in report.estate if r.ARM_TYPE in kinds}
    accounts = {account.id for account in report.accounts}
    assert told | accounts <= {node.id for card in all_cards(report) for node in card.nodes}


def all_cards(report: Report) -> list[Card]:
    return [c for b in drawn(report) for c in (*b.hub, *(s.card for s in b.spokes))]


def test_a_zone_that_nobody_is_linked_to_is_drawn_too() -> None:
    forgotten = {"privatelink.forgotten.example": {"type": ZONES, "properties": {}}}
    last = drawn(judged("hub-and-spoke", forgotten))[-1]
    (card,) = (spoke.card for spoke in last.spokes)
    assert [(node.label, node.note) for node in card.nodes] == [
        ("Zones linked to nothing here", ""),
        ("privatelink.forgotten.example", "0 links"),
    ]


def test_of_two_peers_the_one_with_the_endpoints_is_the_hub() -> None:
    hub, *_ = drawn(judged("aiservices-three-zones"))
    assert hub.hub[0].title.label == "vnet-hub"


def test_spokes_stand_gravest_first(broken: Report) -> None:
    hub, _ = drawn(broken)
    failed = [f for f in broken.findings if f.verdict is Verdict.FAIL]
    found: Marks = marks(broken.topology, failed)
    ranks = [found.of(spoke.card) for spoke in hub.spokes]
    assert all(one <= other for one, other in pairwise(ranks))


def test_what_was_not_read_stands_in_the_picture() -> None:
    zones = "microsoft.network/privatednszones"
    told = [Gap(scope=EVERYWHERE, type=zones, reason=GapReason.DENIED)]
    many = [
        Gap(scope=f"/subscriptions/{number}", type=f"a/{number}", reason=GapReason.NOT_READ)
        for number in range(20)
    ]
    assert list(unread(())) == []
    (block,) = unread(told)
    assert (block.title, titles(block)) == ("Not read (1)", ["privatednszones"])
    assert block.spokes[0].card.title.note == "denied"
    (block,) = unread((*told, *many))
    assert titles(block)[-1] == "and 13 more"


def test_what_could_not_be_decided_is_marked_and_what_holds_it_too() -> None:
    estate = load(home() / "demo.yaml")
    report = scan(
        snapshot(estate, unread=("Microsoft.Network/networkSecurityGroups",)),
        load_all(proved=False),
    )
    undecided = [f for f in report.findings if f.verdict is Verdict.OPEN]
    found = marks(report.topology, (), undecided)
    assert found.worst == {}
    assert {"vnet-web", "vnet-web/snet-web"} <= {one.path for one in found.unknown}


def test_of_very_many_grave_networks_those_beyond_are_summed_up() -> None:
    (block,) = drawn(crowded(2_000))
    assert len(block.spokes) == MOST_GRAVE + 1
    assert titles(block)[-1] == f"+ {2_000 - MOST_GRAVE} networks, grave as well"
    assert len(block.spokes[-1].card.stands_for) >= 2_000 - MOST_GRAVE


def test_hubs_of_one_name_are_told_apart_by_their_resource_group() -> None:
    once = snapshot(load(home() / "estates" / "hub-and-spoke.yaml"))
    text = msgspec.json.encode(once.rows).decode()
    moved = text.replace("/resourceGroups/rg/", "/resourceGroups/rg-2/")
    again = msgspec.json.decode(moved, type=tuple[Row, ...])
    twice = msgspec.structs.replace(once, rows=(*once.rows, *again))
    report = scan(twice, load_all(proved=False))
    heads = [block.title.partition(":")[0] for block in drawn(report) if block.kind == "hub"]
    assert sorted(heads) == ["rg", "rg-2"]
