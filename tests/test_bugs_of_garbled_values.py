"""
Values that a property cannot hold: what Azure adds tomorrow, what an editor broke.

They once changed verdicts quietly. Each property here is garbled in turn, in a good estate and in
a broken one: a verdict may become `open`, and must not turn round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
import pytest

from scanner.analysis.connections import intended
from scanner.resources import parse
from scanner.rules import called, estates, home, judgements, load_all
from scanner.scan import scan
from scanner.snapshot import Row, Snapshot
from scanner.topology import Topology

RULES = load_all()

WORDS = {
    "access",
    "addressPrefix",
    "bypass",
    "defaultAction",
    "destinationPortRange",
    "direction",
    "disableLocalAuth",
    "forwardingRuleState",
    "ipAddress",
    "ipv4Address",
    "nextHopIpAddress",
    "nextHopType",
    "peeringState",
    "peeringSyncLevel",
    "priority",
    "privateEndpointNetworkPolicies",
    "privateIPAddress",
    "protocol",
    "provisioningState",
    "publicNetworkAccess",
    "resolutionPolicy",
    "ruleType",
    "status",
    "threatIntelMode",
    "virtualNetworkLinkState",
}
"""Keys whose values have a syntax, or are one of few words."""

LISTS = {"addressPrefixes", "dnsServers", "ipProtocols", "servers"}
"""Keys of which each item has."""

Way = tuple[str | int, ...]


@cache
def estate(name: str) -> Snapshot:
    file = "demo.yaml" if name == "demo" else f"estates/{name}.yaml"
    return estates.snapshot(estates.load(home() / file))


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """Yield the way to each value that is to be garbled."""
    pairs = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else pairs
    for key, held in items:
        here = (*way, key)
        if key in WORDS or (way and way[-1] in LISTS):
            yield here
        else:
            yield from ways(held, here)


def places(name: str) -> Iterator[tuple[str, str, Way]]:
    """Yield one place of each kind: the type of a row, and the keys on the way."""
    met = set()
    for row in estate(name).rows:
        for way in ways(msgspec.json.decode(row.properties)):
            kind = (row.type.lower(), *(step for step in way if isinstance(step, str)))
            if kind not in met:
                met.add(kind)
                yield name, row.id, way


def garbled(row: Row, way: Way, value: Any) -> Row:
    document = held = msgspec.json.decode(row.properties)
    for step in way[:-1]:
        held = held[step]
    held[way[-1]] = value
    return msgspec.structs.replace(row, properties=msgspec.Raw(msgspec.json.encode(document)))


def verdicts(snapshot: Snapshot) -> Mapping[tuple[str, str], str]:
    topology = Topology(parse(snapshot))
    told = {
        (rule.id, called(subject)): str(judgement.verdict)
        for rule in RULES
        for subject, judgement in judgements(topology, rule)
    }
    return told | {("call", one.path): str(one.verdict) for one in intended(topology)}


@cache
def before(name: str) -> Mapping[tuple[str, str], str]:
    return verdicts(estate(name))


TURNS = {
    frozenset(("pass", "fail")),
    frozenset(("reachable", "broken")),
    frozenset(("reachable", "public")),
    frozenset(("broken", "public")),
}
PLACES = [*places("demo"), *places("hub-firewall"), *places("private-resolver")]


@pytest.mark.parametrize("value", ["Sometimes", "10.0.0.4/33", {"odd": 1}], ids=str)
@pytest.mark.parametrize(
    ("name", "row_id", "way"),
    [pytest.param(*one, id=f"{one[0]}-{one[1].rpartition('/')[2]}-{one[2][-1]}") for one in PLACES],
)
def test_a_garbled_value_turns_no_verdict_round(
    name: str, row_id: str, way: Way, value: object
) -> None:
    sound = estate(name)
    rows = tuple(garbled(r, way, value) if r.id == row_id else r for r in sound.rows)
    after = verdicts(msgspec.structs.replace(sound, rows=rows))
    turned = {
        key: (was, after[key])
        for key, was in before(name).items()
        if frozenset((was, after.get(key, was))) in TURNS
    }
    assert not turned


ACCOUNT = "aoai-prod"


@pytest.mark.parametrize("value", ["Sometimes", [5], {"odd": 1}, 7], ids=str)
@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("AOAI107", "networkAcls.bypass"),
        ("AOAI101", "networkAcls.defaultAction"),
        ("AOAI110", "restrictOutboundNetworkAccess"),
        ("AOAI118", "encryption.keySource"),
        ("AOAI117", "identity.type"),
    ],
)
def test_a_garbled_account_is_there_and_nothing_of_it_is_known(
    rule: str, key: str, value: object
) -> None:
    """It once dropped out of the report, or was said to be public."""
    head, _, rest = key.partition(".")
    part = {head: {rest: value} if rest else value}
    patch = {ACCOUNT: part if head == "identity" else {"properties": part}}
    file = estates.load(home() / "estates/single-vnet.yaml")
    garbled_estate = estates.snapshot(estates.merge_patch(file, patch))
    assert verdicts(garbled_estate)[rule, ACCOUNT] == "open"
    report = scan(garbled_estate, RULES)
    assert [(one.id.name, one.exposure) for one in report.accounts] == [(ACCOUNT, "unknown")]
    assert not report.complete


def test_a_gap_names_the_value_that_is_not_understood() -> None:
    patch = {ACCOUNT: {"properties": {"networkAcls": {"bypass": "Some\x1b[2Jtimes"}}}}
    file = estates.load(home() / "estates/single-vnet.yaml")
    (gap,) = parse(estates.snapshot(estates.merge_patch(file, patch))).gaps
    said = '"Some\\u001b[2Jtimes" at /properties/networkAcls/bypass means nothing that is known'
    assert gap.detail == said
