"""What a rule's words find fills its `{each.NAME}` blanks, also when `not` turns them round."""

from pathlib import Path

import pytest
from rule_files import RULE, asked, tree, written

from scanner.resources import parse
from scanner.rules import estates, judge, load
from scanner.topology import Topology

ESTATE = """
    vnet:
      type: microsoft.network/virtualnetworks
      properties: {servers: [1.1.1.1, 2.2.2.2], rules: [{ip: 0.0.0.0/0}, {ip: 3.3.3.3}], text: x}
    vnet/a:
      type: microsoft.network/virtualnetworks/subnets
      tags: {owner: me}
      properties: {addressPrefix: 10.0.0.0/24}
    vnet/b:
      type: microsoft.network/virtualnetworks/subnets
      properties:
        addressPrefix: 10.0.1.0/24
        routeTable: {id: /subscriptions/s/resourceGroups/far/providers/m.n/r/outside}
"""

IP = "properties.rules[*].ip"
WIDE = f"{{count: {{field: 'properties.rules[*]', where: {{field: '{IP}', widerThan: 8}}}}, "
SERVERS = "{count: {field: 'properties.servers[*]'}, "
MINE = "{field: tags.owner, equals: me}"
OUTSIDE = "/subscriptions/s/resourceGroups/far/providers/m.n/r/outside"

FAILING = {
    # `field` tells the value it met,
    "{field: properties.text, notEquals: x}": ["x"],
    "{not: {field: properties.text, equals: x}}": ["x"],
    "{not: {field: 'properties.servers[*]', like: '*.*'}}": ["1.1.1.1", "2.2.2.2"],
    "{not: {not: {field: properties.text, equals: y}}}": ["x"],
    "{not: {allOf: [{field: properties.text, equals: x}, {field: name, equals: vnet}]}}": [
        "x",
        "vnet",
    ],
    "{not: {anyOf: [{field: properties.text, equals: x}, {field: name, equals: no}]}}": ["x"],
    # `count` the items it counted, by what `where` met there,
    f"{SERVERS}less: 2}}": ["1.1.1.1", "2.2.2.2"],
    f"{{not: {SERVERS}equals: 2}}}}": ["1.1.1.1", "2.2.2.2"],
    f"{WIDE}equals: 0}}": ["0.0.0.0/0"],
    f"{{not: {WIDE}equals: 1}}}}": ["0.0.0.0/0"],
    # and `related` what a condition met at a neighbour.
    f"{{related: has, none: {MINE}}}": ["me"],
    f"{{not: {{related: has, where: {MINE}, exists: true}}}}": ["me"],
    f"{{not: {{related: has, where: {MINE}, every: {{field: tags.owner, exists: true}}}}}}": ["me"],
}

NEIGHBOURS = {
    ("{related: has, every: {field: tags.owner, exists: true}}", "vnet"): ["b"],
    ("{related: has, exists: false}", "vnet"): ["a", "b"],
    ("{not: {related: has, exists: true}}", "vnet"): ["a", "b"],
    ("{not: {related: has, every: {field: name, notEquals: c}}}", "vnet"): ["a", "b"],
    ("{not: {related: has, none: {field: name, equals: c}}}", "vnet"): ["a", "b"],
    ("{related: has, equals: 0}", "vnet"): ["a", "b"],
    ("{not: {related: has, equals: 2}}", "vnet"): ["a", "b"],
    (f"{{related: has, where: {MINE}, less: 1}}", "vnet"): ["a"],
    # What is named but outside the snapshot has a name as well.
    ("{related: routedBy, exists: false}", "vnet/b"): ["outside"],
    ("{not: {related: routedBy, exists: true}}", "vnet/b"): ["outside"],
}


@pytest.mark.parametrize(("condition", "values"), FAILING.items(), ids=FAILING)
def test_each_value_is_told_whichever_way_round_a_rule_asks(
    condition: str, values: list[str]
) -> None:
    found = asked(condition, ESTATE, "vnet")
    assert found.verdict == "fail"
    assert [case["value"] for case in found.cases] == values


@pytest.mark.parametrize(("asks", "names"), NEIGHBOURS.items(), ids=map(str, NEIGHBOURS))
def test_each_neighbour_is_told_whichever_way_round_a_rule_asks(
    asks: tuple[str, str], names: list[str]
) -> None:
    found = asked(asks[0], ESTATE, asks[1])
    assert found.verdict == "fail"
    assert [case["name"] for case in found.cases] == names


def test_a_neighbour_outside_the_snapshot_is_told_whole() -> None:
    found = asked("{related: routedBy, exists: false}", ESTATE, "vnet/b")
    assert found.cases == (
        {"id": OUTSIDE, "name": "outside", "resourceGroup": "far", "subscription": "s"},
    )


def test_a_rule_that_says_not_fills_its_blanks(tmp_path: Path) -> None:
    lines = {
        "for: Microsoft.CognitiveServices/accounts": "for: Microsoft.Network/virtualNetworks",
        "when: {field: kind, equals: OpenAI}\n": "",
        "{exposure: private}": f"{{not: {WIDE}greater: 0}}}}",
        "{name} is not private.": "{name} admits {each.value}.",
        "az resource tag --ids {id}": "az remove {each.value}",
    }
    text = RULE
    for line, instead in lines.items():
        assert text.count(line) == 1
        text = text.replace(line, instead)
    topology = Topology(parse(estates.snapshot(tree(ESTATE))))
    ((finding,), _) = judge(topology, [load(written(tmp_path, text))])
    assert finding.message == "vnet admits 0.0.0.0/0."
    assert finding.commands == ("az remove 0.0.0.0/0",)
