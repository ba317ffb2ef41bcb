"""The longest prefix, held against a slow oracle; and what must not change a way."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from drawing import FAR, VHUBS, VNETS, Estate
from drawing_routes import (
    FIREWALLS,
    GATEWAYS,
    MACHINES,
    MANAGERS,
    TABLES,
    by,
    firewall,
    gateway,
    machine,
    network,
    outcome,
    private_endpoint,
    table,
    way,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.analysis.addresses import AddressSet
from scanner.analysis.consumers import consumers
from scanner.analysis.routing.route import Route, Way, route
from scanner.analysis.routing.routes import PrefixEntry, Prefixes
from scanner.resources import parse
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.rules.estates import TAKEN_AT, snapshot
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot
from scanner.topology import Topology

NOTHING: dict[str, Any] = {}
LEAVE = {"allowForwardedTraffic": True}

prefixes = st.builds(
    lambda address, length: IPv4Network((address, length), strict=False),
    st.integers(0x0A00_0000, 0x0A00_03FF),
    st.sampled_from([0, 8, 16, 22, 23, 24, 25, 28, 30, 31, 32]),
)
addresses = st.integers(0x0A00_0000, 0x0A00_03FF).map(lambda number: str(IPv4Address(number)))


@given(st.lists(prefixes, unique=True, max_size=12), addresses)
def test_the_longest_prefix_is_the_one_a_slow_search_finds(
    held: list[IPv4Network], address: str
) -> None:
    known = Prefixes(
        PrefixEntry(first, last, prefix)
        for prefix in held
        for first, last in AddressSet.parse(str(prefix)).intervals
    )
    holding = [prefix for prefix in held if IPv4Address(address) in prefix]
    expected = max(holding, key=lambda prefix: prefix.prefixlen, default=None)
    found = known.longest(address)
    assert (found.value if found else None) == expected
    assert found is None or expected is None or found.length == expected.prefixlen


@given(addresses)
def test_no_prefix_holds_nothing(address: str) -> None:
    assert Prefixes[str](()).longest(address) is None
    assert Prefixes[str](()).longest("fd00::1") is None


# --- estates of three spokes around a hub, in which anything may be wrong ---

HOPS = [("None",), ("Internet",), ("VirtualAppliance", "10.0.0.4"), ("VirtualNetworkGateway",)]
PREFIXES = ["0.0.0.0/0", "10.0.0.0/8", "10.2.0.0/16", "10.2.2.0/24", "10.2.2.4/32"]
tables = st.lists(
    st.tuples(st.sampled_from(PREFIXES), st.sampled_from(HOPS)),
    unique_by=lambda item: item[0],
    max_size=4,
).map(lambda items: [(prefix, *hop) for prefix, hop in items])
said = st.fixed_dictionaries(
    {
        "allowForwardedTraffic": st.booleans(),
        "useRemoteGateways": st.booleans(),
        "allowGatewayTransit": st.booleans(),
    }
)


@st.composite
def sides(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw the two sides of a peering: Azure keeps both Connected, or neither."""
    state = draw(st.sampled_from(["Connected", "Connected", "Connected", "Disconnected"]))
    near, back = ({"peeringState": state, **draw(said)} for _ in range(2))
    return near, back


@st.composite
def estates(draw: st.DrawFn) -> tuple[list[Estate], list[Any]]:
    """Draw two spokes, joined to a hub and perhaps to each other, and the caller's routes."""
    app, from_app = draw(sides())
    data, from_data = draw(sides())
    near, back = draw(sides())
    is_beside = draw(st.booleans())
    routes = draw(tables)
    policies = draw(st.sampled_from(["Disabled", "Enabled", "RouteTableEnabled"]))
    told = {"privateEndpointNetworkPolicies": policies}
    beside, back_beside = ({"data": near}, {"app": back}) if is_beside else ({}, {})
    drawn_estate: list[Estate] = [
        machine("app", ("app/work", "10.1.1.4")),
        private_endpoint("data", "10.2.2.4"),
        network("app", 1, peers={"hub": app, **beside}, work=by()),
        network("hub", 0, peers={"app": from_app, "data": from_data}),
        network("data", 2, peers={"hub": data, **back_beside}, pe=told),
    ]
    if draw(st.booleans()):
        drawn_estate.append(firewall())
    if draw(st.booleans()):
        drawn_estate.append(gateway())
    return drawn_estate, routes


def rows(drawn_estate: list[Estate]) -> list[Row]:
    joined: Estate = {}
    for part in drawn_estate:
        joined |= part
    return list(snapshot(joined).rows)


def followed(some: list[Row], *unread: str) -> Route:
    kept = tuple(row for row in some if row.type not in unread)
    gaps = tuple(Gap(scope=EVERYWHERE, type=t, reason=GapReason.DENIED) for t in unread)
    topology = Topology(parse(Snapshot(rows=kept, taken_at=TAKEN_AT, gaps=gaps)))
    (consumer,) = (c for c in consumers(topology) if c.id.path.lower() == "app/work")
    (endpoint,) = topology.all(PrivateEndpoint)
    return route(topology, consumer, endpoint, "10.2.2.4")


@settings(max_examples=60, deadline=None)
@given(estates(), st.randoms(use_true_random=False))
def test_the_order_and_case_of_rows_change_nothing(case: Any, random: Any) -> None:
    drawn_estate, routes = case
    plain = rows([*drawn_estate, table(*routes)])
    shuffled = [_loud(row) for row in plain]
    random.shuffle(shuffled)
    one, other = followed(plain), followed(shuffled)
    assert (one.outcome, one.through, _why(one)) == (other.outcome, other.through, _why(other))


def _why(found: Route) -> Any:
    return (found.broken.cause, found.broken.blame) if found.broken else bool(found.unread)


def _loud(row: Row) -> Row:
    fields = {name: getattr(row, name) for name in ("name", "properties", "kind")}
    return Row(id=row.id.upper(), type=row.type.upper(), **fields)


@settings(max_examples=60, deadline=None)
@given(estates())
def test_a_vnet_that_nothing_names_changes_nothing(case: Any) -> None:
    drawn_estate, routes = case
    known = [*drawn_estate, table(*routes)]
    more = [network("alone", 9), machine("alone", ("alone/nva", "10.9.3.4"), forwards=True)]
    assert followed(rows(known)) == followed(rows([*known, *more]))


@settings(max_examples=150, deadline=None)
@given(estates(), st.sampled_from(PREFIXES))
def test_a_route_that_drops_never_makes_anything_reachable(case: Any, prefix: str) -> None:
    drawn_estate, routes = case
    more = [item for item in routes if item[0] != prefix] + [(prefix, "None")]
    before = followed(rows([*drawn_estate, table(*routes)]))
    after = followed(rows([*drawn_estate, table(*more)]))
    replaced = len(more) == len(routes)
    if before.outcome is Way.NONE and not replaced:
        assert after.outcome is Way.NONE
    if after.outcome in {Way.DIRECT, Way.VIA} and not replaced:
        assert before == after or before.outcome is after.outcome


@settings(max_examples=150, deadline=None)
@given(estates(), st.sampled_from([TABLES, FIREWALLS, GATEWAYS, MANAGERS, VHUBS, MACHINES]))
def test_what_is_unread_never_turns_an_answer_into_its_opposite(case: Any, kind: str) -> None:
    drawn_estate, routes = case
    every = rows([*drawn_estate, table(*routes)])
    before, after = followed(every), followed(every, kind)
    assert after.outcome in {before.outcome, Way.UNKNOWN}


@settings(max_examples=100, deadline=None)
@given(estates(), st.sampled_from(["hub", "data"]))
def test_an_unread_vnet_never_turns_an_answer_into_its_opposite(case: Any, name: str) -> None:
    drawn_estate, routes = case
    every = rows([*drawn_estate, table(*routes)])
    (held,) = (row for row in every if row.name == name)
    gap = Gap(scope=held.id, type=VNETS, reason=GapReason.DENIED)
    kept = tuple(row for row in every if row is not held)
    topology = Topology(parse(Snapshot(rows=kept, taken_at=TAKEN_AT, gaps=(gap,))))
    (consumer,) = consumers(topology)
    (endpoint,) = topology.all(PrivateEndpoint)
    before, after = followed(every), route(topology, consumer, endpoint, "10.2.2.4")
    if Way.UNKNOWN not in {before.outcome, after.outcome}:
        assert (before.outcome is Way.NONE) == (after.outcome is Way.NONE)


@settings(max_examples=100, deadline=None)
@given(estates())
def test_a_way_says_what_its_outcome_needs(case: Any) -> None:
    drawn_estate, routes = case
    found = followed(rows([*drawn_estate, table(*routes)]))
    assert (found.broken is not None) == (found.outcome is Way.NONE)
    assert bool(found.unread) == (found.outcome is Way.UNKNOWN)
    assert bool(found.through) or found.outcome is not Way.VIA
    assert all(step.said and not step.said.endswith(".") for step in found.steps)


# --- SEMANTICS 12: the vectors about ways ---

CALLER = machine("app", ("app/work", "10.1.1.4"))
IN_DATA = private_endpoint("data", "10.2.2.4")
EVERYTHING = ("0.0.0.0/0", "VirtualAppliance", "10.0.0.4")


def spokes(*routes: Any, **data: Any) -> list[Estate]:
    return [
        CALLER,
        IN_DATA,
        network("app", 1, peers={"hub": LEAVE}, work=by()),
        network("hub", 0, peers={"app": NOTHING, "data": NOTHING}),
        network("data", 2, peers={"hub": LEAVE | data}),
        table(*routes),
    ]


@pytest.mark.parametrize(
    ("vector", "estate", "expected"),
    [
        ("T7 no route", spokes(), "notTransitive: app"),
        ("T7 leave", [*spokes(EVERYTHING), firewall()], "via fw"),
        (
            "T7 no leave",
            [*spokes(EVERYTHING, allowForwardedTraffic=False), firewall()],
            "forwardedTrafficRefused: data/to-hub",
        ),
        (
            "T8",
            [
                CALLER,
                private_endpoint("app", "10.1.2.4"),
                network("app", 1, work=by()),
                table(("0.0.0.0/0", "None")),
            ],
            "direct",
        ),
        ("T9", spokes(("0.0.0.0/0", "None")), "routeDrops: rt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_vectors_come_out(vector: str, estate: list[Estate], expected: str) -> None:
    assert outcome(*estate) == expected, vector


def test_a_vnet_outside_the_snapshot_beside_a_caller_changes_nothing() -> None:
    estate = spokes(EVERYTHING)
    estate[2] = network("app", 1, peers={"hub": LEAVE, FAR: NOTHING}, work=by())
    assert outcome(*estate, firewall()) == "via fw"


def test_every_step_of_a_way_names_what_it_rests_on() -> None:
    for step in way(*spokes(EVERYTHING), firewall()).steps:
        assert step.evidence
        assert all(item.resource for item in step.evidence)
