"""Words for what only a part of the estate settles."""

import pytest
from rule_files import asked, said

VNET = "microsoft.network/virtualnetworks"
NIC = "microsoft.network/networkinterfaces"

ESTATE = f"""
    vnet:
      type: {VNET}
      properties:
        used: 8
        whole: 10
        none: 0
        word: eight
        near: !id vnet
        subnets:
          - {{id: !id vnet#subnets/tiny, properties: {{addressPrefix: 10.0.0.0/29}}}}
          - {{id: !id vnet#subnets/two, properties:
              {{addressPrefixes: [10.0.1.0/29, 10.0.2.0/29]}}}}
          - {{id: !id vnet#subnets/listed, properties:
              {{addressPrefix: 10.0.3.0/29, ipConfigurations: [{{id: a}}]}}}}
          - {{id: !id vnet#subnets/dual, properties:
              {{addressPrefixes: [10.0.4.0/29, 'fd00::/64'], ipConfigurations: [{{id: a}}]}}}}
          - {{id: !id vnet#subnets/six, properties: {{addressPrefix: 'fd00:1::/64'}}}}
    nic:
      type: {NIC}
      properties: {{ipConfigurations: [
        {{properties: {{privateIPAddress: 10.0.0.4, subnet: {{id: !id vnet#subnets/tiny}}}}}},
        {{properties: {{privateIPAddress: 10.0.4.4, subnet: {{id: !id vnet#subnets/dual}}}}}},
        {{properties: {{privateIPAddress: 'fd00::4', subnet: {{id: !id vnet#subnets/dual}}}}}}]}}
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{field: name, equals: vnet}", "open"),
        ("{field: name, equals: other}", "pass"),
        ("{related: has, every: {field: kind, widerThan: 8}}", "open"),
        ("{related: peersWith, every: {field: name, equals: x}}", "pass"),
    ],
)
def test_undecided(condition: str, expected: str) -> None:
    assert said(f"{{undecided: {condition}, because: nobody knows}}", ESTATE, "vnet") == expected


def test_undecided_says_why() -> None:
    condition = "{undecided: {field: name, equals: vnet}, because: nobody knows}"
    assert asked(condition, ESTATE, "vnet").unread == "nobody knows"


@pytest.mark.parametrize(
    ("part", "whole", "most", "expected"),
    [
        ("used", "whole", 80, "pass"),
        ("used", "whole", 79, "fail"),
        ("whole", "used", 100, "fail"),
        ("none", "whole", 0, "pass"),
        ("used", "none", 80, "notApplicable"),
        ("used", "absent", 80, "notApplicable"),
        ("word", "whole", 80, "notApplicable"),
    ],
)
def test_percent(part: str, whole: str, most: int, expected: str) -> None:
    paths = f"{{field: properties.{part}, of: properties.{whole}}}"
    assert said(f"{{percent: {paths}, atMost: {most}}}", ESTATE, "vnet") == expected


@pytest.mark.parametrize(
    ("subnet", "room", "expected"),
    [
        # Of eight addresses Azure keeps five, and one is taken.
        ("tiny", 2, "pass"),
        ("tiny", 3, "fail"),
        # Five of each prefix.
        ("two", 6, "pass"),
        ("two", 7, "fail"),
        ("listed", 2, "pass"),
        ("listed", 3, "fail"),
        # What it lists may be IPv6; what the snapshot holds is one of each.
        ("dual", 2, "pass"),
        ("dual", 3, "fail"),
        ("six", 1, "open"),
    ],
)
def test_room(subnet: str, room: int, expected: str) -> None:
    assert said(f"{{roomFor: {room}}}", ESTATE, f"vnet/{subnet}") == expected


@pytest.mark.parametrize(
    ("subnet", "room", "expected"),
    [("tiny", 1, "open"), ("tiny", 4, "fail"), ("listed", 2, "pass")],
)
def test_room_where_interfaces_were_not_read(subnet: str, room: int, expected: str) -> None:
    gaps = ((NIC, "/"),)
    assert said(f"{{roomFor: {room}}}", ESTATE, f"vnet/{subnet}", gaps) == expected


def test_room_is_a_question_about_subnets() -> None:
    assert said("{roomFor: 1}", ESTATE, "nic") == "notApplicable"


@pytest.mark.parametrize(
    ("path", "expected"), [("near", "pass"), ("absent", "notApplicable"), ("used", "notApplicable")]
)
def test_of_own_tenant(path: str, expected: str) -> None:
    assert said(f"{{ofOwnTenant: properties.{path}}}", ESTATE, "vnet") == expected
