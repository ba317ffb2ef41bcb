"""`related` follows edges, and says `open` where a gap may hide the rest."""

import pytest
from rule_files import asked, said

VNET = "microsoft.network/virtualnetworks"
NIC = "microsoft.network/networkinterfaces"
SIDE = f"{VNET}/virtualnetworkpeerings"

ESTATE = f"""
    vnet:
      type: {VNET}
      properties:
        addressSpace: {{addressPrefixes: [10.0.0.0/16]}}
        subnets:
          - {{id: !id vnet#subnets/a, properties: {{addressPrefix: 10.0.0.0/24}}}}
          - {{id: !id vnet#subnets/b, properties: {{addressPrefix: 10.0.1.0/26,
                                                   routeTable: {{id: /elsewhere/rt}}}}}}
          - {{id: !id vnet#subnets/empty, properties: {{addressPrefix: 10.0.2.0/24}}}}
        virtualNetworkPeerings:
          - id: !id vnet#virtualNetworkPeerings/out
            properties:
              peeringState: Connected
              remoteVirtualNetwork: {{id: /subscriptions/s/resourceGroups/g/providers/{VNET}/far}}
    one:
      type: {NIC}
      tags: {{owner: me, tier: gold}}
      properties: {{virtualMachine: {{id: !id vm}}, ipConfigurations: [{{properties: {{
        subnet: {{id: !id vnet#subnets/a}}}}}}]}}
    two:
      type: {NIC}
      tags: {{owner: you, tier: tin}}
      properties: {{ipConfigurations: [{{properties: {{subnet: {{id: !id vnet#subnets/a}}}}}}]}}
    vm: {{type: microsoft.compute/virtualmachines, properties: {{}}}}
"""
EVERYWHERE = "/"
ELSEWHERE = "/subscriptions/other"


def verdict(condition: str, subject: str, *gaps: tuple[str, str]) -> str:
    return said(condition, ESTATE, subject, gaps)


@pytest.mark.parametrize(
    ("condition", "subject", "expected"),
    [
        ("{related: attachedTo, exists: true}", "one", "pass"),
        ("{related: attachedTo, exists: true}", "two", "fail"),
        ("{related: attachedTo, exists: false}", "two", "pass"),
        ("{related: holds, exists: true}", "vnet/a", "pass"),
        ("{related: holds, exists: true}", "vnet/empty", "fail"),
        ("{related: holds, equals: 2}", "vnet/a", "pass"),
        ("{related: holds, greater: 2}", "vnet/a", "fail"),
        (
            "{related: holds, type: Microsoft.Network/privateEndpoints, exists: true}",
            "vnet/a",
            "fail",
        ),
        ("{related: [has, holds], equals: 2}", "vnet", "pass"),
        ("{related: [placedIn, partOf], every: {field: name, equals: vnet}}", "one", "pass"),
        ("{related: [placedIn, holds], equals: 2}", "one", "pass"),
        (
            "{related: has, type: microsoft.network/virtualNetworks/SUBNETS, equals: 3}",
            "vnet",
            "pass",
        ),
        ("{related: has, equals: 4}", "vnet", "pass"),
        # Every and none of none do not apply.
        ("{related: holds, every: {field: name, equals: x}}", "vnet/empty", "notApplicable"),
        ("{related: holds, none: {field: name, equals: x}}", "vnet/empty", "notApplicable"),
        ("{related: holds, every: {field: tags, containsKey: owner}}", "vnet/a", "pass"),
        ("{related: holds, every: {field: tags.owner, equals: me}}", "vnet/a", "fail"),
        ("{related: holds, none: {field: tags.owner, equals: me}}", "vnet/a", "fail"),
        ("{related: holds, none: {field: tags.owner, equals: us}}", "vnet/a", "pass"),
        # `where` sees one neighbour at a time.
        (
            (
                "{related: holds, where: {allOf: [{field: tags.owner, equals: me}, "
                "{field: tags.tier, equals: tin}]}, exists: true}"
            ),
            "vnet/a",
            "fail",
        ),
        (
            (
                "{related: holds, where: {field: tags.owner, equals: me}, "
                "every: {field: tags.tier, equals: gold}}"
            ),
            "vnet/a",
            "pass",
        ),
        ("{related: holds, where: {field: tags.owner, equals: me}, equals: 1}", "vnet/a", "pass"),
        # What is named but outside the snapshot is there, and nothing else is known of it.
        ("{related: routedBy, exists: true}", "vnet/b", "pass"),
        ("{related: routedBy, exists: false}", "vnet/b", "fail"),
        ("{related: routedBy, where: {field: name, equals: rt}, exists: true}", "vnet/b", "open"),
        ("{related: routedBy, where: {field: name, equals: rt}, exists: false}", "vnet/b", "open"),
        ("{related: routedBy, every: {field: name, equals: rt}}", "vnet/b", "open"),
        ("{related: routedBy, none: {field: name, equals: rt}}", "vnet/b", "open"),
        ("{related: routedBy, equals: 1}", "vnet/b", "open"),
        ("{related: [peersWith, has], exists: true}", "vnet/out", "open"),
        ("{related: [peersWith, has], exists: false}", "vnet/out", "open"),
        ("{related: [peersWith, partOf], exists: false}", "vnet/out", "open"),
    ],
)
def test_related(condition: str, subject: str, expected: str) -> None:
    assert verdict(condition, subject) == expected


@pytest.mark.parametrize(
    ("condition", "subject", "gap", "expected"),
    [
        ("{related: holds, exists: true}", "vnet/empty", (NIC, EVERYWHERE), "open"),
        ("{related: holds, exists: false}", "vnet/empty", (NIC, EVERYWHERE), "open"),
        ("{related: holds, exists: true}", "vnet/a", (NIC, EVERYWHERE), "pass"),
        ("{related: holds, exists: false}", "vnet/a", (NIC, EVERYWHERE), "fail"),
        (
            "{related: holds, every: {field: name, exists: true}}",
            "vnet/a",
            (NIC, ELSEWHERE),
            "open",
        ),
        ("{related: holds, every: {field: name, equals: x}}", "vnet/a", (NIC, ELSEWHERE), "fail"),
        ("{related: holds, none: {field: name, equals: x}}", "vnet/a", (NIC, ELSEWHERE), "open"),
        ("{related: holds, every: {field: name, equals: x}}", "vnet/empty", ("*", "/"), "open"),
        ("{related: holds, greaterOrEquals: 2}", "vnet/a", (NIC, EVERYWHERE), "pass"),
        ("{related: holds, equals: 2}", "vnet/a", (NIC, EVERYWHERE), "open"),
        ("{related: holds, less: 2}", "vnet/a", (NIC, EVERYWHERE), "fail"),
        ("{related: holds, less: 3}", "vnet/a", (NIC, EVERYWHERE), "open"),
        # With a type, gaps of other types hide nothing.
        (
            f"{{related: holds, type: {NIC}, equals: 2}}",
            "vnet/a",
            ("microsoft.network/natgateways", "/"),
            "pass",
        ),
        # What a resource itself names is all there.
        ("{related: attachedTo, exists: false}", "two", ("*", EVERYWHERE), "pass"),
        # A child lives below its parent: a gap elsewhere hides none of it.
        ("{related: has, equals: 4}", "vnet", (VNET, ELSEWHERE), "pass"),
        ("{related: has, equals: 4}", "vnet", (VNET, EVERYWHERE), "open"),
        # But what names a VNet from elsewhere may be there.
        ("{related: peeredBy, exists: false}", "vnet", (VNET, ELSEWHERE), "open"),
        ("{related: peeredBy, exists: true}", "vnet", (SIDE, ELSEWHERE), "open"),
    ],
)
def test_a_gap_makes_open_what_rests_on_absence(
    condition: str, subject: str, gap: tuple[str, str], expected: str
) -> None:
    assert verdict(condition, subject, gap) == expected


def test_a_gap_of_hubs_may_hide_a_part_of_a_virtual_wan() -> None:
    estate = "wan: {type: microsoft.network/virtualwans, properties: {}}"
    condition = "{related: has, exists: false}"
    assert said(condition, estate, "wan") == "pass"
    assert said(condition, estate, "wan", [("microsoft.network/virtualhubs", "/")]) == "open"


def test_an_open_answer_says_what_was_not_read() -> None:
    found = asked("{related: holds, exists: true}", ESTATE, "vnet/empty", [(NIC, ELSEWHERE)])
    assert found.unread == f"{NIC} in {ELSEWHERE}: denied"


def test_what_should_not_exist_is_named_for_messages_and_commands() -> None:
    found = asked("{related: attachedTo, exists: false}", ESTATE, "one")
    assert [case["name"] for case in found.cases] == ["vm"]


def test_the_evidence_is_the_way_to_the_neighbour_and_what_was_found_there() -> None:
    condition = "{related: [placedIn, partOf], every: {field: tags.owner, exists: true}}"
    found = asked(condition, ESTATE, "one")
    assert [(e.resource.path, e.relation, e.pointer) for e in found.because] == [
        ("one", "", ""),
        ("vnet/a", "placedIn", ""),
        ("vnet", "partOf", "/tags/owner"),
    ]
