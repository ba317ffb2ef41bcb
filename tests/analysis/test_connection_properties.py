"""What holds of connections in every estate: the good ones, the demo, and those drawn at random."""

import json
import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, TypeAlias

import pytest
from drawing import LINKS, RECORDS, Estate, to
from drawing_estates import endpoints, estate, record
from drawing_filters import NSGS, rule
from drawing_routes import TABLES, network
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import snapshot as snapshots
from scanner.analysis.connections import Connection, connections
from scanner.analysis.consumers import consumers
from scanner.resources import parse
from scanner.rules import estates, home
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot
from scanner.topology import Topology

Outcomes: TypeAlias = Mapping[str, tuple[str, str, str]]

WRITTEN = {path.stem: path for path in (*home().glob("estates/*.yaml"), home() / "demo.yaml")}

written = pytest.mark.parametrize("name", sorted(WRITTEN))
drawn_at_random = given(seed=st.integers(0, 1 << 32))
many = settings(max_examples=60, deadline=None)
few = settings(max_examples=25, deadline=None)


@cache
def read(name: str) -> Snapshot:
    return estates.snapshot(estates.load(WRITTEN[name]))


def chance(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311 - the same in every run


def at_random(seed: int) -> Estate:
    return estate(chance(seed))


def all_of(topology: Topology) -> Iterator[Connection]:
    for consumer in consumers(topology):
        yield from connections(topology, consumer)


def outcomes(snapshot: Snapshot) -> Outcomes:
    """Return how each connection comes out, why, and who is to blame."""
    topology = Topology(parse(snapshot))
    return {c.key: _outcome(c) for c in all_of(topology)}


def _outcome(found: Connection) -> tuple[str, str, str]:
    broken = found.broken
    cause, blame = (broken.cause.value, broken.blame.lower()) if broken else ("", "")
    return found.verdict.value, cause, blame


def reachable(snapshot: Snapshot) -> set[str]:
    return {key for key, (verdict, *_) in outcomes(snapshot).items() if verdict == "reachable"}


def shuffled(snapshot: Snapshot, luck: random.Random) -> Snapshot:
    rows = list(snapshot.rows)
    luck.shuffle(rows)
    return Snapshot(rows=tuple(rows), taken_at=snapshot.taken_at)


def recased(snapshot: Snapshot, luck: random.Random) -> Snapshot:
    def cased(value: object) -> object:
        match value:
            case str() if value.startswith("/subscriptions/"):
                return luck.choice((str.upper, str.lower, str.title, str))(value)
            case dict():
                return {key: cased(item) for key, item in value.items()}
            case list():
                return [cased(item) for item in value]
        return value

    rows = [cased(dict(row.document())) for row in snapshot.rows]
    loaded = snapshots.parse(json.dumps(rows).encode(), "test")
    return Snapshot(rows=loaded.rows, taken_at=snapshot.taken_at)


def unread(snapshot: Snapshot) -> Iterator[tuple[str, Snapshot]]:
    """Yield the snapshot without each type, and without each row, and the gap it leaves."""
    for kind in sorted({row.type.lower() for row in snapshot.rows}):
        gap = Gap(scope=EVERYWHERE, type=kind, reason=GapReason.DENIED)
        left = (row for row in snapshot.rows if row.type.lower() != kind)
        yield kind, _without(snapshot, left, gap)
    for row in snapshot.rows:
        gap = Gap(scope=row.id, type=row.type.lower(), reason=GapReason.UNPARSABLE)
        yield row.id, _without(snapshot, (one for one in snapshot.rows if one is not row), gap)


def _without(snapshot: Snapshot, left: Iterator[Row], gap: Gap) -> Snapshot:
    return Snapshot(rows=tuple(left), gaps=(*snapshot.gaps, gap), taken_at=snapshot.taken_at)


def told_less(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """Return what comes out otherwise, and not as unknown, when something is not read."""
    before = outcomes(snapshot)
    return [
        (hidden, key, before[key][0], after[0], after[1])
        for hidden, less in unread(snapshot)
        for key, after in outcomes(less).items()
        if key in before and after[0] not in {before[key][0], "unknown"}
    ]


@written
def test_the_order_and_the_letter_case_of_rows_change_nothing(name: str) -> None:
    before = outcomes(read(name))
    assert outcomes(shuffled(read(name), chance(name))) == before
    assert outcomes(recased(read(name), chance(name))) == before


@few
@drawn_at_random
def test_the_order_and_the_letter_case_of_random_rows_change_nothing(seed: int) -> None:
    whole = estates.snapshot(at_random(seed))
    before = outcomes(whole)
    assert outcomes(shuffled(whole, chance(seed))) == before
    assert outcomes(recased(whole, chance(seed))) == before


@written
def test_an_unrelated_vnet_changes_nothing(name: str) -> None:
    more = {**estates.load(WRITTEN[name]), **network("lonely", 77)}
    assert outcomes(estates.snapshot(more)) == outcomes(read(name))


@few
@drawn_at_random
def test_an_unrelated_vnet_changes_nothing_in_a_random_estate(seed: int) -> None:
    whole = at_random(seed)
    more = {**whole, **network("lonely", 77)}
    assert outcomes(estates.snapshot(more)) == outcomes(estates.snapshot(whole))


@written
def test_what_was_not_read_turns_no_connection_round(name: str) -> None:
    assert told_less(read(name)) == []


@few
@drawn_at_random
def test_what_was_not_read_turns_no_random_connection_round(seed: int) -> None:
    assert told_less(estates.snapshot(at_random(seed))) == []


@many
@drawn_at_random
def test_a_rule_that_denies_makes_nothing_reachable(seed: int) -> None:
    whole, luck = at_random(seed), chance(seed)
    denied = deepcopy(whole)
    for item in denied.values():
        if item["type"] == NSGS:
            where = luck.choice(("Outbound", "Inbound"))
            ahead = rule(luck.choice((50, 150, 250)), "Deny", direction=where)
            item["properties"]["securityRules"].append(ahead)
    assert reachable(estates.snapshot(denied)) <= reachable(estates.snapshot(whole))


@many
@drawn_at_random
def test_a_route_that_drops_makes_nothing_reachable(seed: int) -> None:
    whole, luck = at_random(seed), chance(seed)
    dropped = deepcopy(whole)
    prefix = luck.choice(("10.2.0.0/17", "10.2.2.0/25", "10.2.2.5/32", "10.0.0.0/9"))
    drops: dict[str, Any] = {"addressPrefix": prefix, "nextHopType": "None"}
    for item in dropped.values():
        if item["type"] == TABLES:
            item["properties"]["routes"].append({"name": "drops", "properties": drops})
    assert reachable(estates.snapshot(dropped)) <= reachable(estates.snapshot(whole))


@many
@drawn_at_random
def test_a_link_that_is_removed_makes_nothing_reachable(seed: int) -> None:
    whole = at_random(seed)
    before = reachable(estates.snapshot(whole))
    for name in [name for name, item in whole.items() if item["type"] == LINKS]:
        less = {other: item for other, item in whole.items() if other != name}
        assert reachable(estates.snapshot(less)) <= before


@many
@drawn_at_random
def test_a_record_with_several_addresses_is_reachable_only_if_every_one_is(seed: int) -> None:
    near, far = ("app", "10.1.2.4"), ("data", "10.2.2.4")
    whole = at_random(seed)
    ends = endpoints(*near) | {
        name.replace("pe", "pe2"): item for name, item in endpoints(*far).items()
    }
    ends["nic-pe2"]["properties"]["privateEndpoint"] = to("pe2")
    kept = {name: item for name, item in whole.items() if item["type"] != RECORDS}
    one, other, both = (
        reachable(estates.snapshot({**kept, **ends, **record(*addresses)}))
        for addresses in ((near[1],), (far[1],), (near[1], far[1]))
    )
    assert both == one & other


@many
@drawn_at_random
def test_a_connection_and_its_class_agree(seed: int) -> None:
    whole = parse(estates.snapshot(at_random(seed)))
    together = list(all_of(Topology(whole)))
    chance(seed).shuffle(together)
    shared = Topology(whole)
    for wanted in together:
        alone = _again(Topology(whole), wanted)
        assert _again(shared, wanted) == alone


def _again(topology: Topology, wanted: Connection) -> tuple[Any, ...]:
    """Return all that is said of a connection, asked anew."""
    found = next(c for c in connections(topology, wanted.consumer) if c.key == wanted.key)
    return (*_outcome(found), found.intended, found.unread, tuple(found.steps), found.because)
