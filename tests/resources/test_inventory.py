"""From rows to an inventory: duplicates, damage, completeness, order."""

from __future__ import annotations

import random
from itertools import permutations

import msgspec
import pytest
from azure_ids import RULESET, SUBNET, VNET, ZONE
from azure_rows import net, raw_row, read, row
from full_rows import FULL

from scanner.resources import Inventory, ResourceId, parse
from scanner.resources.subnet import Subnet
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot
from scanner.topology import Topology

LINKS = "microsoft.network/privatednszones/virtualnetworklinks"
LINK = net("privateDnsZones/virtualNetworkLinks", "privatelink.openai.azure.com", "to-hub")
EMBEDDED = {"id": SUBNET.upper(), "name": "apps", "properties": {"addressPrefix": "10.0.0.0/24"}}
RECORD = net("privateDnsZones/A", "privatelink.openai.azure.com", "aoai")


def gap(kind: str, scope: str, detail: str, reason: GapReason = GapReason.UNPARSABLE) -> Gap:
    return Gap(scope=scope, type=kind, reason=reason, detail=detail)


def told(inventory: Inventory) -> tuple[object, ...]:
    """Return everything an inventory says, order included."""
    rows = [(str(key), made.row.document()) for key, made in inventory.resources.items()]
    return (
        rows,
        [msgspec.json.encode(made.properties) for made in inventory.resources.values()],
        inventory.gaps,
    )


def test_a_child_with_a_row_of_its_own_counts_before_what_its_parent_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = (
        row(VNET, {"subnets": [EMBEDDED]}),
        row(SUBNET, {"addressPrefix": "10.0.7.0/24"}),
    )
    for order in permutations(rows):
        inventory = read(*order)
        subnet = inventory.resources[ResourceId(SUBNET)]
        assert subnet.properties.address_prefix == "10.0.7.0/24"
        assert [str(key) for key in inventory.resources] == [VNET, SUBNET]
    assert caplog.messages == []


def test_a_broken_child_of_a_parent_does_not_matter_when_it_has_a_row_of_its_own() -> None:
    broken = {"id": SUBNET, "properties": {"addressPrefix": 7}}
    inventory = read(
        row(SUBNET, {"addressPrefix": "10.0.7.0/24"}), row(VNET, {"subnets": [broken]})
    )
    assert inventory.gaps == ()


@pytest.mark.parametrize("times", [2, 3])
def test_of_rows_with_one_id_the_later_counts_and_one_warning_says_so(
    times: int, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row(SUBNET, {"addressPrefix": f"10.0.{n}.0/24"}) for n in range(times)]
    inventory = read(*rows)
    (subnet,) = inventory.resources.values()
    assert subnet.properties.address_prefix == f"10.0.{times - 1}.0/24"
    assert caplog.messages == [f"{SUBNET}: twice in the snapshot; the later row counts"]


def test_the_children_of_an_overtaken_row_go_with_it() -> None:
    inventory = read(row(VNET, {"subnets": [EMBEDDED]}), row(VNET, {"subnets": []}))
    assert list(inventory.resources) == [ResourceId(VNET)]


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [row(full.id, full.properties) for full in FULL]
    rows += [row(net("virtualNetworks", "other"), {"subnets": [EMBEDDED, {"id": "x"}]})]
    expected = told(read(*rows))
    for seed in range(5):
        random.Random(seed).shuffle(rows)  # noqa: S311 - a fixed order, not a secret
        assert told(read(*rows)) == expected


def test_a_zone_with_more_links_than_were_read_has_a_gap() -> None:
    link = row(LINK, {"virtualNetwork": {"id": VNET}})
    inventory = read(row(ZONE, {"numberOfVirtualNetworkLinks": 3}), link)
    assert inventory.gaps == (gap(LINKS, ZONE, "1 of 3 links were read", GapReason.NOT_READ),)


@pytest.mark.parametrize("number", [None, 0, 1, -1])
def test_a_zone_with_no_more_links_than_were_read_has_no_gap(number: int | None) -> None:
    link = row(LINK.upper(), {"virtualNetwork": {"id": VNET}})
    assert read(row(ZONE, {"numberOfVirtualNetworkLinks": number}), link).gaps == ()


def test_a_missing_link_is_not_told_twice_where_links_were_not_read_at_all() -> None:
    unread = gap(LINKS, EVERYWHERE, "not in the snapshot", GapReason.NOT_READ)
    zone = row(ZONE, {"numberOfVirtualNetworkLinks": 3})
    assert read(zone, gaps=(unread,)).gaps == (unread,)


def test_records_are_not_counted_because_a_zone_counts_its_soa_too() -> None:
    assert read(row(ZONE, {"numberOfRecordSets": 25})).gaps == ()


def test_the_type_of_a_gap_is_lower_case() -> None:
    stated = gap("Microsoft.Network/privateDnsZones", "/subscriptions/s", "", GapReason.DENIED)
    inventory = read(gaps=(stated,))
    assert [item.type for item in inventory.gaps] == ["microsoft.network/privatednszones"]


def test_types_that_were_asked_for_are_known_in_any_case() -> None:
    snapshot = Snapshot(rows=(), types=("Microsoft.Network/virtualNetworks",))
    unread = {item.type for item in parse(snapshot).gaps}
    assert "microsoft.network/virtualnetworks" not in unread
    assert "microsoft.network/privatednszones" in unread


@pytest.mark.parametrize(
    "text", ["", "/", "subnet", "/subscriptions/s", "\ud800", "é" * 99, VNET], ids=ascii
)
def test_a_row_whose_id_is_of_another_type_is_a_gap_that_may_hide_it_anywhere(text: str) -> None:
    odd = Row(id=text, type="Microsoft.Network/virtualNetworks/subnets")
    inventory = read(odd)
    assert inventory.resources == {}
    (found,) = inventory.gaps
    assert (found.scope, found.type) == (EVERYWHERE, "microsoft.network/virtualnetworks/subnets")
    assert found.detail.startswith(f"{text or 'no id'}: its id is of type ")


@pytest.mark.parametrize("text", ["", "subnet", ZONE])
def test_a_child_whose_id_is_of_another_type_is_a_gap_in_its_parent(text: str) -> None:
    inventory = read(row(VNET, {"subnets": [{"id": text}]}))
    assert [(found.scope, found.type) for found in inventory.gaps] == [
        (VNET, "microsoft.network/virtualnetworks/subnets")
    ]


def test_a_parent_whose_child_has_no_id_is_a_gap_and_so_are_its_children() -> None:
    inventory = read(row(VNET, {"subnets": [{"name": "apps"}]}))
    assert Topology(inventory).unread(Subnet, ResourceId(SUBNET)) == inventory.gaps != ()


DEEP = b"[" * 100_000 + b"]" * 100_000
DAMAGE = {
    "bad utf-8": b'{"fqdn": "\xff", "aRecords": []}',
    "a lone surrogate": b'{"fqdn": "\\ud800", "aRecords": []}',
    "a lone low surrogate": b'{"fqdn": "\\udc00!", "aRecords": []}',
    "a number beyond floats": b'{"ttl": 1e999, "aRecords": []}',
    "a number of many digits": b'{"ttl": ' + b"9" * 5000 + b', "aRecords": []}',
    "not a number": b'{"ttl": NaN, "aRecords": []}',
    "text for a list": b'{"aRecords": "10.0.0.4"}',
    "a list for properties": b"[]",
    "nested too deeply": b'{"aRecords": [], "x": ' + DEEP + b"}",
    "cut off": b'{"aRecords": [',
    "nothing": b"",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_properties_are_a_gap_and_never_an_error(damage: str) -> None:
    inventory = read(raw_row(RECORD, DAMAGE[damage]))
    assert inventory.resources == {}
    assert [(found.scope, found.type, found.reason) for found in inventory.gaps] == [
        (RECORD, "microsoft.network/privatednszones/a", GapReason.UNPARSABLE)
    ]


def test_an_enormous_number_that_fits_is_read() -> None:
    record = raw_row(RECORD, b'{"ttl": ' + b"9" * 40 + b', "aRecords": []}')
    assert read(record).gaps == ()


def test_damage_in_a_part_nobody_relies_on_harms_nobody() -> None:
    assert read(raw_row(RECORD, b'{"aRecords": [], "x": "\xff"}')).gaps == ()


@pytest.mark.parametrize("text", ["", "/", "no id", "\x00", "é" * 999, "//", "/providers/"])
def test_references_to_odd_ids_never_fail(text: str) -> None:
    rows = [row(full.id, _with_ids(full.properties, text)) for full in FULL]
    topology = Topology(read(*rows))
    assert ResourceId(RULESET) in topology.graph


def _with_ids(value: object, text: str) -> object:
    """Return a JSON value, every `id` in it replaced."""
    match value:
        case dict():
            return {k: text if k == "id" else _with_ids(v, text) for k, v in value.items()}
        case list():
            return [_with_ids(item, text) for item in value]
        case _:
            return value
