"""Every type: a full row, then the row without each of its parts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from azure_ids import Full
from azure_rows import edges, read, row, the
from full_rows import FULL

from scanner.resources import BY_TYPE, RESOURCE_TYPES, ResourceId
from scanner.topology import Topology

PEERINGS = "microsoft.network/virtualnetworks/virtualnetworkpeerings"
PARTS = [(full, key) for full in FULL for key in full.properties]
OPTIONAL = [
    pytest.param(full, key, id=f"{ResourceId(full.id).type}-{key}")
    for full, key in PARTS
    if key not in full.required
]
REQUIRED = [
    pytest.param(full, key, id=f"{ResourceId(full.id).type}-{key}")
    for full, key in PARTS
    if key in full.required
]
EVERY = [pytest.param(full, id=ResourceId(full.id).type) for full in FULL]


def told(resource: Any) -> dict[str, Any]:
    """Return what each of a resource's helper properties says."""
    kind = type(resource)
    names = (name for name in dir(kind) if isinstance(getattr(kind, name), property))
    return {name: getattr(resource, name) for name in names}


def test_every_type_has_a_full_row_here() -> None:
    assert sorted(ResourceId(full.id).type for full in FULL) == sorted(BY_TYPE)


def test_types_are_in_alphabetical_order_and_lower_case() -> None:
    names = [kind.__name__ for kind in RESOURCE_TYPES]
    assert names == sorted(names)
    assert all(kind.ARM_TYPE.lower() == kind.ARM_TYPE for kind in RESOURCE_TYPES)


@pytest.mark.parametrize("full", EVERY)
def test_a_full_row_names_what_it_refers_to(full: Full) -> None:
    assert edges(the(full.id, full.properties)) == full.edges


def test_every_field_we_rely_on_stands_in_its_full_row_or_has_another_spelling_there() -> None:
    unread = {
        f"{ResourceId(full.id).type}: {field.encode_name}"
        for full in FULL
        for field in msgspec.structs.fields(BY_TYPE[ResourceId(full.id).type].PROPERTIES)
        if field.encode_name not in full.properties
    }
    assert unread == {
        "microsoft.network/privatednszones/a: records",
        "microsoft.network/privatednszones/cname: records",
        "microsoft.network/virtualnetworks/subnets: addressPrefixes",
        f"{PEERINGS}: peerCompleteVnets",
        f"{PEERINGS}: enableOnlyIPv6Peering",
        f"{PEERINGS}: localSubnetNames",
        f"{PEERINGS}: remoteSubnetNames",
        f"{PEERINGS}: remoteVirtualNetworkAddressSpace",
    }


@pytest.mark.parametrize(("full", "part"), OPTIONAL)
def test_a_row_without_an_optional_part_is_read(full: Full, part: str) -> None:
    rest = {key: value for key, value in full.properties.items() if key != part}
    absent = the(full.id, rest)
    null = the(full.id, full.properties | {part: None})
    assert edges(absent) == edges(null) <= full.edges
    assert told(absent) == told(null)


@pytest.mark.parametrize(("full", "part"), REQUIRED)
def test_a_row_without_a_required_part_is_a_gap(full: Full, part: str) -> None:
    rest = {key: value for key, value in full.properties.items() if key != part}
    inventory = read(row(full.id, rest))
    assert inventory.resources == {}
    assert [(gap.scope, gap.type, gap.reason.value) for gap in inventory.gaps] == [
        (full.id, ResourceId(full.id).type, "unparsable")
    ]
    assert part in inventory.gaps[0].detail


@pytest.mark.parametrize("full", EVERY)
def test_a_row_of_required_parts_alone_answers_every_question(full: Full) -> None:
    kept = {key: value for key, value in full.properties.items() if key in full.required}
    assert told(the(full.id, kept)).keys() >= {"is_subject"}


@pytest.mark.parametrize("full", EVERY)
def test_a_row_without_properties_is_a_gap(full: Full) -> None:
    inventory = read(row(full.id, None))
    assert inventory.resources == {}
    assert [gap.detail for gap in inventory.gaps] == ["it has no properties"]


def test_the_edges_of_the_whole_estate_are_those_of_its_rows() -> None:
    topology = Topology(read(*(row(full.id, full.properties) for full in FULL)))
    drawn = {(str(a), k.value, str(b)) for a, b, k in topology.graph.edges(keys=True)}
    assert drawn == {(full.id, *edge) for full in FULL for edge in full.edges}
