"""From rows to an inventory: duplicates, damage, completeness, order."""

from __future__ import annotations

import random
from itertools import permutations

import msgspec
import pytest
from azure_ids import ACCOUNT, RULESET, SUBNET, VNET, ZONE, Full
from azure_rows import net, raw_row, read, row
from full_rows import FULL

from scanner.resources import Inventory, ResourceId, declared, parse
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


CONTRADICTION = (
    "it is twice in the snapshot, and the rows contradict each other; keep the one that holds"
)


@pytest.mark.parametrize("times", [2, 3])
def test_rows_with_one_id_that_contradict_each_other_are_a_gap(
    times: int, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row(SUBNET, {"addressPrefix": f"10.0.{n}.0/24"}) for n in range(times)]
    for order in permutations(rows):
        inventory = read(*order)
        assert not inventory.resources
        assert [(g.scope, g.detail) for g in inventory.gaps] == [(SUBNET, CONTRADICTION)]
        assert [garbled.resource.id for garbled in inventory.garbled] == [ResourceId(SUBNET)]
    assert set(caplog.messages) == {f"{SUBNET}: not read: {CONTRADICTION}"}


@pytest.mark.parametrize("other", [{"etag": "2"}, {"provisioningState": "Updating"}])
def test_rows_with_one_id_that_differ_in_nothing_relied_on_are_one(other: dict[str, str]) -> None:
    told = {"addressPrefix": "10.0.1.0/24"}
    inventory = read(row(SUBNET, told), row(SUBNET.upper(), told | other))
    assert (list(inventory.resources), inventory.gaps) == ([ResourceId(SUBNET)], ())


def test_the_children_of_a_contradicted_row_go_with_it() -> None:
    holding = row(VNET, {"subnets": [EMBEDDED]})
    assert len(read(holding, holding).resources) == len({VNET, SUBNET})
    assert not read(holding, row(VNET, {"subnets": []})).resources


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


ACCOUNTS = "microsoft.cognitiveservices/accounts"
CONNECTIONS = f"{ACCOUNTS}/privateendpointconnections"


@pytest.mark.parametrize("kind", ["foo/bar", "microsoft.network/virtualnetworks ", f"{ACCOUNTS}/"])
@pytest.mark.parametrize("full", FULL, ids=lambda full: ResourceId(full.id).type)
def test_a_row_of_an_unknown_type_whose_id_is_of_a_known_one_is_a_gap(
    full: Full, kind: str
) -> None:
    inventory = read(row(full.id, full.properties, type=kind))
    assert inventory.resources == {}
    detail = f"{full.id}: its type is {kind!r}, its id is of another"
    assert inventory.gaps == (gap(ResourceId(full.id).type, full.id, detail),)


def test_a_row_of_an_unknown_type_with_a_broken_id_may_be_anywhere() -> None:
    inventory = read(row(f"/{VNET}", {}, type="foo/bar"))
    assert [(found.scope, found.type) for found in inventory.gaps] == [
        (EVERYWHERE, "microsoft.network/virtualnetworks")
    ]


@pytest.mark.parametrize("text", ["/a/b", "/subscriptions/s", f"{VNET}/providers/x.y/z/w"])
def test_a_row_of_an_unknown_type_is_left_out(text: str) -> None:
    assert read(row(text, {}, type="foo/bar")).gaps == ()


BROKEN_IDS = {
    "two slashes at the beginning": f"/{SUBNET}",
    "two slashes before the group": SUBNET.replace("/resourceGroups", "//resourceGroups"),
    "two slashes for a group": SUBNET.replace("/contoso/", "//"),
    "two slashes for a name": SUBNET.replace("/hub/", "//"),
    "two slashes in the middle": SUBNET.replace("/subnets/", "//subnets/"),
    "no provider": SUBNET.replace("/providers/Microsoft.Network", ""),
    "no word for the provider": SUBNET.replace("/providers", ""),
    "no group": SUBNET.replace("/resourceGroups/contoso", ""),
    "no name": SUBNET.rpartition("/")[0],
    "no parent": SUBNET.replace("/hub", ""),
    "one part too many": f"{SUBNET}/x",
    "no slash before it": SUBNET[1:],
    "something before it": f"/x{SUBNET}",
}


@pytest.mark.parametrize("broken", BROKEN_IDS.values(), ids=BROKEN_IDS)
def test_a_row_with_a_broken_id_is_a_gap_and_has_no_strange_parent(broken: str) -> None:
    kind = "microsoft.network/virtualnetworks/subnets"
    inventory = read(row(broken, {"addressPrefix": "10.0.0.0/24"}, type=kind))
    assert inventory.resources == {}
    ((scope, found, reason),) = [(g.scope, g.type, g.reason) for g in inventory.gaps]
    assert (scope, found, reason) == (EVERYWHERE, kind, GapReason.UNPARSABLE)
    assert inventory.gaps[0].detail.startswith(f"{broken}: its id is ")


@pytest.mark.parametrize("end", ["/", "//"])
def test_slashes_at_the_end_of_an_id_do_no_harm(end: str) -> None:
    inventory = read(row(VNET + end, {}, type="Microsoft.Network/virtualNetworks"))
    assert list(inventory.resources) == [ResourceId(VNET)]


@pytest.mark.parametrize("kind", ["OpenAI", "AIServices", "openai", None, ""])
@pytest.mark.parametrize("properties", [{}, {"privateEndpointConnections": None}], ids=str)
def test_an_account_that_does_not_say_which_endpoints_it_knows_has_a_gap(
    properties: dict[str, None], kind: str | None
) -> None:
    inventory = read(row(ACCOUNT, properties, kind=kind))
    detail = "its `privateEndpointConnections` are not in the row"
    assert inventory.gaps == (gap(CONNECTIONS, ACCOUNT, detail, GapReason.NOT_READ),)


@pytest.mark.parametrize("kind", ["OpenAI", "FormRecognizer"])
def test_an_account_that_says_it_knows_no_endpoint_has_no_gap(kind: str) -> None:
    assert read(row(ACCOUNT, {"privateEndpointConnections": []}, kind=kind)).gaps == ()


def test_an_account_without_models_need_not_say_which_endpoints_it_knows() -> None:
    assert read(row(ACCOUNT, {}, kind="FormRecognizer")).gaps == ()


@pytest.mark.parametrize("kind", [CONNECTIONS, ACCOUNTS, "*", "microsoft.cognitiveservices/*"])
def test_a_silent_account_is_not_told_twice_where_connections_were_not_read(kind: str) -> None:
    unread = gap(kind, EVERYWHERE, "no Reader", GapReason.DENIED)
    assert read(row(ACCOUNT, {}, kind="OpenAI"), gaps=(unread,)).gaps == (unread,)


def test_a_gap_is_placed_where_resources_can_be_compared_with_it() -> None:
    stated = gap("", "/providers/Microsoft.Management/managementGroups/root", "no Reader")
    said = "providers/Microsoft.Management/managementGroups/root: no Reader"
    assert read(gaps=(stated,)).gaps == (gap("*", EVERYWHERE, said),)


def test_a_gap_whose_type_may_be_mistyped_hides_nothing_and_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kinds = ("microsoft.network/virtualnetwork", "microsoft.storage/storageaccounts", LINKS, "*")
    read(gaps=tuple(gap(kind, EVERYWHERE, "") for kind in kinds))
    assert caplog.messages == [
        f"a gap of type {kinds[0]} hides nothing: no such type is judged",
    ]


DOUBT = gap("*", EVERYWHERE, "one page", GapReason.TRUNCATED)
BARE = Snapshot(rows=(row(VNET, {}),), vouches=False, doubts=(DOUBT,))


def test_a_doubt_about_bare_rows_is_a_gap() -> None:
    assert DOUBT in parse(BARE).gaps
    assert DOUBT in declared(BARE).gaps
    assert parse(declared(BARE)).gaps == parse(BARE).gaps


def test_a_doubt_about_bare_rows_is_gone_once_someone_vouches_for_them() -> None:
    assert parse(msgspec.structs.replace(BARE, vouches=True)).gaps == ()


def test_a_record_set_without_addresses_stays_and_answers_nothing() -> None:
    for key in ("aRecords", "records"):
        inventory = read(row(RECORD, {key: []}))
        assert inventory.gaps == ()
        assert [made.addresses for made in inventory.resources.values()] == [()]  # type: ignore[attr-defined]


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
