"""`field` and `count` look where they are told, item by item."""

import msgspec
import pytest
from rule_files import asked, judged, said

from scanner.errors import SnapshotError
from scanner.resources import ResourceId, parse
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkProperties
from scanner.snapshot import Row, Snapshot
from scanner.topology import Topology

ESTATE = """
    account:
      type: Microsoft.CognitiveServices/accounts
      kind: OpenAI
      location: swedencentral
      tags: {a.b: dotted, Owner: me, 'a/b~c': odd}
      sku: {name: S0}
      zones: ['1', '2']
      identity: {type: SystemAssigned}
      properties:
        publicNetworkAccess: Enabled
        none: null
        empty: []
        text: some
        networkAcls:
          ipRules: [{value: 1.0.0.0/8}, {value: 2.0.0.0/24}, {value: 3.3.3.3}]
        groups:
          - {name: one, on: true, rules: [{port: 1}, {port: 2}]}
          - {name: two, on: false, rules: [{port: 3}]}
          - {name: three, rules: []}
"""
RULES = "properties.networkAcls.ipRules[*].value"


def verdict(condition: str) -> str:
    return said(condition, ESTATE, "account")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{field: kind, equals: openai}", "pass"),
        ("{field: name, equals: account}", "pass"),
        ("{field: type, equals: microsoft.cognitiveservices/ACCOUNTS}", "pass"),
        ("{field: id, like: '*/accounts/account'}", "pass"),
        ("{field: location, in: [westeurope, swedencentral]}", "pass"),
        ("{field: managedBy, exists: false}", "pass"),
        ("{field: sku.name, equals: s0}", "pass"),
        ("{field: identity.type, contains: Assigned}", "pass"),
        ("{field: 'zones[*]', in: ['1', '2']}", "pass"),
        ("{field: tags, containsKey: owner}", "pass"),
        ("{field: \"tags['a.b']\", equals: dotted}", "pass"),
        ("{field: tags.a.b, exists: true}", "fail"),
        ("{field: \"tags['owner']\", equals: me}", "pass"),
        ("{field: PROPERTIES, exists: true}", "error"),
        ("{field: properties.PUBLICnetworkaccess, equals: enabled}", "pass"),
        ("{field: properties.none, exists: true}", "fail"),
        ("{field: properties.none.deeper, exists: false}", "pass"),
        ("{field: properties.text.deeper, exists: false}", "pass"),
        (f"{{field: '{RULES}', like: '*.*'}}", "pass"),
        (f"{{field: '{RULES}', narrowerThan: 20}}", "fail"),
        (f"{{field: '{RULES}', notEquals: 3.3.3.3}}", "fail"),
        ("{field: 'properties.empty[*]', equals: x}", "pass"),
        ("{field: 'properties.none[*]', equals: x}", "pass"),
        ("{field: 'properties.groups[*].rules[*].port', less: 4}", "pass"),
        ("{field: 'properties.groups[*].rules[*].port', less: 3}", "fail"),
        ("{field: 'properties.groups[*].on', exists: true}", "fail"),
    ],
)
def test_field(condition: str, expected: str) -> None:
    if expected == "error":
        with pytest.raises(Exception, match="is not a path"):
            verdict(condition)
    else:
        assert verdict(condition) == expected


@pytest.mark.parametrize(
    ("count", "comparison", "expected"),
    [
        (f"{{field: '{RULES[:-6]}'}}", "equals: 3", "pass"),
        ("{field: 'properties.empty[*]'}", "equals: 0", "pass"),
        ("{field: 'properties.none[*]'}", "greater: 0", "fail"),
        ("{field: 'properties.groups[*].rules[*]'}", "equals: 3", "pass"),
        (
            f"{{field: '{RULES[:-6]}', where: {{field: '{RULES}', narrowerThan: 8}}}}",
            "equals: 2",
            "pass",
        ),
        # Both conditions are about the same item.
        (
            (
                "{field: 'properties.groups[*]', where: {allOf: ["
                "{field: 'properties.groups[*].name', equals: one}, "
                "{field: 'properties.groups[*].on', equals: false}]}}"
            ),
            "equals: 0",
            "pass",
        ),
        (
            (
                "{field: 'properties.groups[*].rules[*]', where: {allOf: ["
                "{field: 'properties.groups[*].name', equals: one}, "
                "{field: 'properties.groups[*].rules[*].port', greater: 1}]}}"
            ),
            "equals: 1",
            "pass",
        ),
        ("{field: 'zones[*]'}", "equals: 2", "error"),
    ],
)
def test_count(count: str, comparison: str, expected: str) -> None:
    condition = f"{{count: {count}, {comparison}}}"
    if expected == "error":
        with pytest.raises(Exception, match=r"path that ends in"):
            verdict(condition)
    else:
        assert verdict(condition) == expected


def test_inside_where_the_rest_of_the_resource_is_still_there() -> None:
    where = "{field: properties.publicNetworkAccess, equals: Enabled}"
    path = RULES.removesuffix(".value")
    assert verdict(f"{{count: {{field: '{path}', where: {where}}}, equals: 3}}") == "pass"


def test_where_finds_its_item_below_a_key_that_is_a_number() -> None:
    estate = """
        vnet: {type: microsoft.network/virtualnetworks, properties: {'5': {a: [{b: 1}, {b: 2}]}}}
    """
    condition = (
        "{count: {field: 'properties.5.a[*]', where: {field: 'properties.5.a[*].b', equals: 2}}, "
        "equals: 1}"
    )
    assert said(condition, estate, "vnet") == "pass"


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("equals: 0", "fail"),
        ("equals: 1", "open"),
        ("equals: 2", "open"),
        ("equals: 3", "open"),
        ("equals: 4", "fail"),
        ("notEquals: 2", "open"),
        ("notEquals: 4", "pass"),
        ("notEquals: 0", "pass"),
        ("greaterOrEquals: 1", "pass"),
        ("greater: 1", "open"),
        ("greater: 3", "fail"),
        ("less: 1", "fail"),
        ("less: 4", "pass"),
        ("lessOrEquals: 3", "pass"),
        ("lessOrEquals: 2", "open"),
    ],
)
def test_a_count_of_one_to_three_is_known_only_where_all_agree(
    comparison: str, expected: str
) -> None:
    estate = """
        vnet: {type: microsoft.network/virtualnetworks, properties: {a: [1.0.0.0/8, x, Internet]}}
    """
    where = "{field: 'properties.a[*]', widerThan: 9}"
    condition = f"{{count: {{field: 'properties.a[*]', where: {where}}}, {comparison}}}"
    assert said(condition, estate, "vnet") == expected


def test_evidence_points_into_the_row_as_rfc_6901_says() -> None:
    found = asked("{field: \"tags['A/b~C']\", equals: odd}", ESTATE, "account")
    assert [(e.pointer, e.value) for e in found.because] == [("/tags/a~1b~0c", "odd")]
    found = asked(f"{{field: '{RULES}', narrowerThan: 20}}", ESTATE, "account")
    pointers = [(e.pointer, e.value) for e in found.because]
    assert pointers == [("/properties/networkAcls/ipRules/0/value", "1.0.0.0/8")]
    found = asked("{field: properties.networkacls, exists: true}", ESTATE, "account")
    assert [(e.pointer, e.value) for e in found.because] == [("/properties/networkAcls", "1 keys")]
    found = asked("{field: 'properties.empty[*].x', equals: 1}", ESTATE, "account")
    assert [(e.pointer, e.value) for e in found.because] == [("/properties/empty", [])]


@pytest.mark.parametrize("number", [b"1e999", b"-1e999"])
@pytest.mark.parametrize(
    "condition",
    [
        "{field: properties.odd, exists: true}",
        "{count: {field: 'properties.list[*]'}, equals: 0}",
    ],
)
def test_a_number_that_nobody_can_hold_is_an_error_of_the_snapshot(
    condition: str, number: bytes
) -> None:
    content = b'{"addressSpace": {}, "odd": %b, "list": []}' % number
    row = Row(id="/a/vnet", type=VirtualNetwork.ARM_TYPE, properties=msgspec.Raw(content))
    properties = VirtualNetworkProperties()
    vnet = VirtualNetwork(id=ResourceId(row.id), name="vnet", row=row, properties=properties)
    with pytest.raises(SnapshotError, match=r"^/a/vnet: properties cannot be read: .*; mend it$"):
        judged(condition, Topology(parse(Snapshot(rows=()))), vnet)
