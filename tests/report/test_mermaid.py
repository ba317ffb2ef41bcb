from __future__ import annotations

import re

import pytest

from scanner.report import mermaid
from scanner.report.mermaid import MOST_NODES, diagram, left_out
from scanner.report.scan_report import Account
from scanner.rules import load_all
from scanner.rules.estates import demo
from scanner.scan import scan
from scanner.snapshot import Snapshot

from .report_builder import ACCOUNT, crowded, hostile, report, resources, row

NODE = re.compile(r"  (n\d+)(?:\[\"|\(\[\")")


def nodes(text: str) -> list[str]:
    return NODE.findall(text)


@pytest.fixture(scope="module")
def drawn() -> list[str]:
    judged = scan(demo(), load_all(proved=False))
    lines = [line.strip() for line in diagram(judged).splitlines()]
    return lines[: lines.index("class n0,n1,n2,n4 critical")]


def test_the_demo_is_drawn_as_it_is(drawn: list[str]) -> None:
    assert drawn == [
        "flowchart LR",
        'n0["vnet-hub (critical)"]',
        'n1["vnet-web (critical)"]',
        'n2["vnet-lab (critical)"]',
        'n3["vnet-search (high)"]',
        'n4(["aoai-chat (critical)"])',
        'n5(["aoai-search"])',
        'n6(["aoai-batch"])',
        'n0 -.->|"pe-aoai-batch"| n6',  # it waits for approval
        'n0 -->|"pe-aoai-chat"| n4',
        'n0 -->|"pe-aoai-search"| n5',
        "n0 --- n3",
        "n0 --- n1",
        "n1 -.- n3",  # one half of the peering was never made
        'inet(("Internet"))',
        'inet -->|"public"| n4',
    ]


def test_an_empty_estate_has_no_picture() -> None:
    empty = scan(Snapshot(rows=()), ())
    assert diagram(empty) == ""
    assert left_out(empty) == 0


def test_a_large_estate_is_cut_to_what_can_be_read() -> None:
    text = diagram(crowded(300))
    assert len(nodes(text)) < MOST_NODES
    assert left_out(crowded(300)) == 301 - len(nodes(text))


def test_many_accounts_leave_room_for_networks() -> None:
    rows = [row(ACCOUNT, f"aoai-{number:03}") for number in range(200)]
    many = tuple(Account(one.id, "private") for one in resources(*rows))
    made = report(accounts=many, estate=crowded(100).estate)
    assert len(nodes(diagram(made))) == MOST_NODES - 1
    assert left_out(made) == 300 - (MOST_NODES - 1)


def test_the_gravest_are_drawn_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mermaid, "MOST_NODES", 5)
    text = diagram(scan(demo(), load_all(proved=False)))
    assert '["vnet-hub (critical)"]' in text
    assert "vnet-search" not in text


def test_no_name_means_anything_to_mermaid_or_markdown() -> None:
    text = diagram(hostile())
    for label in re.findall(r'"(.*)"', text):
        assert re.fullmatch(r"(?:[A-Za-z0-9 _./()-]|#\d+;)*", label)
    assert len(text) < 50_000
    assert "```" not in text
