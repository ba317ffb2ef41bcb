"""What security groups let in from the Internet, by priority and at both groups."""

from typing import Any

import pytest
from drawing import NICS, Estate, drawn, the, to, vnet

from scanner.analysis.addresses import PUBLIC, AddressSet
from scanner.analysis.filtering.admitted import Admitted, admitted
from scanner.analysis.filtering.ways import Ingress, addresses_of

NSGS = "microsoft.network/networksecuritygroups"
FAR = "/subscriptions/far/resourceGroups/g/providers/Microsoft.Network/"
EVERYBODY = len(PUBLIC)


def rule(priority: int, access: str, source: Any = "*", **more: Any) -> dict[str, Any]:
    properties = {
        "priority": priority,
        "direction": "Inbound",
        "access": access,
        "protocol": "*",
        "sourceAddressPrefix": source,
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    }
    return {"name": f"{access}-{priority}", "properties": {**properties, **more}}


def group(name: str, *rules: dict[str, Any]) -> Estate:
    return {name: {"type": NSGS, "properties": {"securityRules": list(rules)}}}


def asked(
    *estates: Estate,
    own: str = "",
    subnets: str = "",
    subnet: str = "",
    **address: Any,
) -> Admitted:
    asg = address.get("asg")
    network = vnet("vnet")
    if "routes" in address:
        placed_in = network["vnet"]["properties"]["subnets"][0]["properties"]
        placed_in["routeTable"] = to(address["routes"])
    if subnets:
        network["vnet"]["properties"]["subnets"][0]["properties"]["networkSecurityGroup"] = to(
            subnets
        )
    placed = [
        {
            "properties": {
                "privateIPAddress": private,
                "subnet": to(subnet or "vnet#subnets/subnet"),
                **({"applicationSecurityGroups": [{"id": asg}]} if asg else {}),
            }
        }
        for private in address.get("addresses", ["10.0.0.4"])
    ]
    guarded = {"networkSecurityGroup": to(own)} if own else {}
    nic: Estate = {"nic": {"type": NICS, "properties": {"ipConfigurations": placed, **guarded}}}
    topology = drawn(network, nic, *estates, gaps=address.get("gaps", ()))
    interface = the(topology, "nic")
    here = addresses_of(interface)[address.get("at", 0)]
    kind, callers = address.get("kind", "standard"), address.get("callers", PUBLIC)
    way = Ingress(to=here, by="pip", kind=kind, callers=callers)
    return admitted(topology, interface, 22, way)


def let_in(*rules: dict[str, Any], **more: Any) -> int:
    said = asked(group("nsg", *rules), own="nsg", **more)
    assert not said.unread
    assert said.certain == said.sources
    return len(said.sources)


def test_without_a_group_the_kind_of_the_way_decides() -> None:
    assert len(asked(kind="standard").sources) == 0
    assert len(asked(kind="standardv2").sources) == 0
    assert len(asked(kind="basic").certain) == EVERYBODY
    unknown = asked(kind="")
    assert (len(unknown.sources), len(unknown.certain)) == (EVERYBODY, 0)
    assert unknown.unread == "the kind of pip was not read"


def test_the_defaults_let_nobody_in_from_the_internet() -> None:
    assert let_in() == 0


@pytest.mark.parametrize("source", ["*", "Any", "Internet", "INTERNET", "0.0.0.0/0"])
def test_everybody_has_many_names(source: str) -> None:
    assert let_in(rule(100, "Allow", source)) == EVERYBODY
    assert let_in(rule(100, "Deny", source), rule(200, "Allow")) == 0


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(100, "Deny"), rule(200, "Allow")], 0),
        ([rule(200, "Deny"), rule(100, "Allow")], EVERYBODY),
        ([rule(100, "allow", "8.8.8.8")], 1),
        ([rule(100, "Allow", None, sourceAddressPrefixes=["8.8.8.8", "9.9.9.0/24"])], 257),
        ([rule(100, "Deny", "8.0.0.0/8"), rule(200, "Allow", "8.8.8.8")], 0),
        ([rule(100, "Allow", "10.0.0.0/8")], 0),
        ([rule(100, "Allow", "VirtualNetwork")], 0),
        ([rule(100, "Allow", "AzureCloud")], 0),
        ([rule(100, "Allow", protocol="Tcp")], EVERYBODY),
        ([rule(100, "Allow", protocol="Udp")], 0),
        ([rule(100, "Allow", direction="Outbound")], 0),
        ([rule(100, "Allow", destinationPortRange="22")], EVERYBODY),
        ([rule(100, "Allow", destinationPortRange="20-25")], EVERYBODY),
        ([rule(100, "Allow", destinationPortRange="23-25")], 0),
        (
            [rule(100, "Allow", destinationPortRange=None, destinationPortRanges=["80", "22"])],
            EVERYBODY,
        ),
        ([rule(100, "Allow", destinationPortRange=None, destinationPortRanges=["80"])], 0),
        ([rule(100, "Allow", destinationAddressPrefix="10.0.0.0/24")], EVERYBODY),
        ([rule(100, "Allow", destinationAddressPrefix="10.0.9.0/24")], 0),
        ([rule(100, "Allow", destinationAddressPrefix="VirtualNetwork")], EVERYBODY),
        ([rule(100, "Deny", protocol="Udp"), rule(200, "Allow")], EVERYBODY),
        ([rule(100, "Deny", destinationPortRange="3389"), rule(200, "Allow")], EVERYBODY),
    ],
)
def test_by_priority_the_first_rule_that_matches_decides(rules: Any, expected: int) -> None:
    assert let_in(*rules) == expected


def test_a_caller_chooses_the_port_it_calls_from() -> None:
    assert let_in(rule(100, "Deny", sourcePortRange="1024"), rule(200, "Allow")) == EVERYBODY
    assert let_in(rule(100, "Deny", sourcePortRange="0-65535"), rule(200, "Allow")) == 0
    assert let_in(rule(100, "Allow", sourcePortRange="1024")) == EVERYBODY


def test_what_guards_one_of_two_addresses_leaves_the_other_open() -> None:
    rules = (rule(100, "Deny", destinationAddressPrefix="10.0.0.4"), rule(200, "Allow"))
    both = ("10.0.0.4", "10.0.0.5")
    assert let_in(*rules) == 0
    assert let_in(*rules, addresses=both, at=0) == 0
    assert let_in(*rules, addresses=both, at=1) == EVERYBODY


def test_a_rule_for_a_group_of_applications_is_for_its_members() -> None:
    asg = f"{FAR}applicationSecurityGroups/asg"
    to_group = rule(
        100,
        "Allow",
        destinationAddressPrefix=None,
        destinationApplicationSecurityGroups=[{"id": asg.upper()}],
    )
    assert let_in(to_group) == 0
    assert let_in(to_group, asg=asg) == EVERYBODY
    from_group = rule(100, "Allow", None, sourceApplicationSecurityGroups=[{"id": asg}])
    assert let_in(from_group, asg=asg) == 0


def test_both_groups_must_let_a_caller_in() -> None:
    wide, shut = group("wide", rule(100, "Allow")), group("shut")
    one = group("one", rule(100, "Allow", "8.8.8.8"))
    assert len(asked(wide, shut, own="wide", subnets="shut").sources) == 0
    assert len(asked(wide, shut, own="shut", subnets="wide").sources) == 0
    assert asked(wide, one, own="wide", subnets="one").sources == AddressSet.parse("8.8.8.8")
    assert len(asked(wide, own="wide", subnets="wide").sources) == EVERYBODY


def test_an_unread_group_may_deny_what_the_other_allows() -> None:
    unread = f"{FAR}networkSecurityGroups/far"
    wide, shut = group("wide", rule(100, "Allow")), group("shut")
    assert asked(wide, own="wide", subnets=unread).unread
    assert not asked(wide, own="wide", subnets=unread).certain
    assert asked(wide, own=unread, subnets="wide").unread
    assert len(asked(shut, own="shut", subnets=unread).sources) == 0
    assert len(asked(shut, own=unread, subnets="shut").sources) == 0


def test_the_group_of_a_subnet_that_was_not_read_may_deny() -> None:
    far = f"{FAR}virtualNetworks/far/subnets/s"
    wide = group("wide", rule(100, "Allow"))
    assert asked(wide, own="wide", subnet=far).unread
    assert asked(subnet=far).unread
    denied = group("shut", rule(4096, "Deny"))
    assert len(asked(denied, own="shut", subnet=far).sources) == 0


def test_the_routes_of_a_subnet_that_was_not_read_may_widen_virtual_network() -> None:
    far = f"{FAR}virtualNetworks/far/subnets/s"
    said = asked(group("nsg"), own="nsg", subnet=far)
    assert (len(said.sources), len(said.certain), bool(said.unread)) == (EVERYBODY, 0, True)


def routed(*prefixes: str) -> Estate:
    routes = [
        {"properties": {"addressPrefix": prefix, "nextHopType": "VirtualAppliance"}}
        for prefix in prefixes
    ]
    return {"rt": {"type": "microsoft.network/routetables", "properties": {"routes": routes}}}


@pytest.mark.parametrize(
    ("prefixes", "may"),
    [
        (["0.0.0.0/0"], EVERYBODY),
        (["0.0.0.0/1", "128.0.0.0/1"], EVERYBODY),
        (["8.8.0.0/16"], 1 << 16),
    ],
)
def test_a_route_to_public_addresses_may_put_them_into_virtual_network(
    prefixes: list[str], may: int
) -> None:
    for rules in ([], [rule(100, "Allow", "VirtualNetwork"), rule(200, "Deny")]):
        said = asked(group("nsg", *rules), routed(*prefixes), own="nsg", routes="rt")
        assert (len(said.sources), len(said.certain)) == (may, 0)
        assert "rt" in said.unread


def test_a_route_to_private_addresses_puts_no_public_one_into_virtual_network() -> None:
    said = asked(group("nsg"), routed("10.0.0.0/8"), own="nsg", routes="rt")
    assert (len(said.sources), said.unread) == (0, "")


def test_a_denial_before_virtual_network_closes_whatever_the_routes_say() -> None:
    rules = (rule(100, "Deny"), rule(200, "Allow", "VirtualNetwork"))
    said = asked(group("nsg", *rules), routed("0.0.0.0/0"), own="nsg", routes="rt")
    assert (len(said.sources), said.unread) == (0, "")


def test_an_allowance_for_all_is_certain_whatever_virtual_network_holds() -> None:
    rules = (rule(100, "Allow", "VirtualNetwork"), rule(200, "Allow"))
    said = asked(group("nsg", *rules), routed("0.0.0.0/0"), own="nsg", routes="rt")
    assert len(said.certain) == EVERYBODY


def test_a_denial_of_virtual_network_may_deny_what_its_routes_hold() -> None:
    rules = (rule(100, "Deny", "VirtualNetwork"), rule(200, "Allow"))
    said = asked(group("nsg", *rules), routed("0.0.0.0/0"), own="nsg", routes="rt")
    assert (len(said.sources), len(said.certain), bool(said.unread)) == (EVERYBODY, 0, True)


def test_a_route_table_outside_the_snapshot_may_widen_virtual_network() -> None:
    said = asked(group("nsg"), own="nsg", routes=f"{FAR}routeTables/far")
    assert (len(said.sources), len(said.certain), bool(said.unread)) == (EVERYBODY, 0, True)


MANAGERS = "microsoft.network/networkmanagers"


@pytest.mark.parametrize("source", ["*", "8.8.8.8"])
def test_security_admin_rules_of_a_network_manager_may_decide_first(source: str) -> None:
    manager: Estate = {"avnm": {"type": MANAGERS, "properties": {}}}
    nsg = group("nsg", rule(100, "Allow", source))
    for said in (asked(nsg, manager, own="nsg"), asked(nsg, own="nsg", gaps=(MANAGERS,))):
        assert (len(said.sources), len(said.certain)) == (EVERYBODY, 0)
        assert "network manager" in said.unread


def test_the_evidence_points_to_the_rule() -> None:
    said = asked(group("nsg", rule(300, "Deny"), rule(100, "Allow", "8.8.8.8")), own="nsg")
    assert [(e.resource.path, e.pointer, e.value) for e in said.because] == [
        ("nsg", "/properties/securityRules/1", "Allow at priority 100")
    ]


# --- what a rule does not say as Azure says it ---

HUGE = "9" * 5000
ODD_PORTS = [HUGE, f"22-{HUGE}", "ssh", "23-22", "70000", "-22", "22-23-24", "0x16", " ", "²²"]


@pytest.mark.parametrize("ports", ODD_PORTS)
def test_a_port_that_is_no_port_may_be_any(ports: str) -> None:
    allowed = asked(group("nsg", rule(100, "Allow", destinationPortRange=ports)), own="nsg")
    assert (len(allowed.sources), len(allowed.certain)) == (EVERYBODY, 0)
    assert "not known" in allowed.unread
    rules = (rule(100, "Deny", destinationPortRange=ports), rule(200, "Allow"))
    denied = asked(group("nsg", *rules), own="nsg")
    assert (len(denied.sources), len(denied.certain)) == (EVERYBODY, 0)
    rules = (rule(100, "Deny"), rule(200, "Allow", destinationPortRange=ports))
    assert let_in(*rules) == 0


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        (" 22 - 23 ", EVERYBODY),
        ("22,3389", EVERYBODY),
        ("443, 20-25", EVERYBODY),
        (f"{HUGE},22", EVERYBODY),
        ("any", EVERYBODY),
        ("00022", EVERYBODY),
        (" 23 - 24 ", 0),
        ("443,3389", 0),
        ("220", 0),
    ],
)
def test_ports_with_blanks_and_commas_are_read(ports: str, expected: int) -> None:
    assert let_in(rule(100, "Allow", destinationPortRange=ports)) == expected


@pytest.mark.parametrize(
    "absent", ["destinationPortRange", "sourcePortRange", "destinationAddressPrefix"]
)
def test_what_a_rule_leaves_out_may_be_anything(absent: str) -> None:
    allowed = asked(group("nsg", rule(100, "Allow", **{absent: None})), own="nsg")
    assert (len(allowed.sources), len(allowed.certain)) == (EVERYBODY, 0)
    rules = (rule(100, "Deny", **{absent: None}), rule(200, "Allow"))
    denied = asked(group("nsg", *rules), own="nsg")
    assert (len(denied.sources), len(denied.certain)) == (EVERYBODY, 0)


@pytest.mark.parametrize("source", [None, "8.8.0.0-9.9.0.0", "8.8.8.8/40"])
def test_a_source_that_is_no_source_may_be_anybody(source: str | None) -> None:
    allowed = asked(group("nsg", rule(100, "Allow", source)), own="nsg")
    assert (len(allowed.sources), len(allowed.certain)) == (EVERYBODY, 0)
    denied = asked(group("nsg", rule(100, "Deny", source), rule(200, "Allow")), own="nsg")
    assert (len(denied.sources), len(denied.certain)) == (EVERYBODY, 0)


@pytest.mark.parametrize(
    ("ports", "expected"),
    [(["0-1023", "1024-65535"], 0), ([" 1 - 65535 "], 0), (["0-1023"], EVERYBODY)],
)
def test_a_denial_counts_that_names_every_port_a_caller_can_call_from(
    ports: list[str], expected: int
) -> None:
    rules = (rule(100, "Deny", sourcePortRange=None, sourcePortRanges=ports), rule(200, "Allow"))
    assert let_in(*rules) == expected


def test_a_protocol_that_nobody_knows_may_be_tcp() -> None:
    said = asked(group("nsg", rule(100, "Allow", protocol="Quic")), own="nsg")
    assert (len(said.sources), len(said.certain)) == (EVERYBODY, 0)


def test_a_rule_for_an_address_may_be_for_one_that_azure_did_not_tell() -> None:
    to_one = rule(100, "Allow", destinationAddressPrefix="10.0.0.4")
    said = asked(group("nsg", to_one), own="nsg", addresses=[None])
    assert (len(said.sources), len(said.certain)) == (EVERYBODY, 0)


def test_callers_by_ipv6_are_for_addresses_of_ipv6() -> None:
    nsg = group("nsg", rule(100, "Allow", "::/0"))
    assert len(asked(nsg, own="nsg").sources) == 0
    said = asked(nsg, own="nsg", addresses=["fd00::4"])
    assert (len(said.sources), len(said.certain)) == (EVERYBODY, 0)


def test_a_route_to_a_service_tag_may_put_public_addresses_into_virtual_network() -> None:
    said = asked(group("nsg"), routed("AzureCloud"), own="nsg", routes="rt")
    assert (len(said.sources), len(said.certain)) == (EVERYBODY, 0)
    assert len(asked(group("nsg"), routed("::/0"), own="nsg", routes="rt").sources) == 0


# --- callers that a firewall stands before ---

FIREWALL = AddressSet.parse("10.0.9.0/26")


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ([], 64),
        ([rule(100, "Allow", "10.0.3.0/26"), rule(4096, "Deny")], 0),
        ([rule(100, "Allow", "10.0.9.4"), rule(4096, "Deny")], 1),
        ([rule(100, "Allow", "Internet"), rule(4096, "Deny")], 0),
    ],
)
def test_the_groups_see_the_firewall_as_the_caller(rules: Any, may: int) -> None:
    said = asked(group("nsg", *rules), own="nsg", kind="private", callers=FIREWALL)
    assert len(said.sources) == may


def test_without_a_group_a_firewall_comes_in() -> None:
    assert len(asked(kind="private", callers=FIREWALL).certain) == 64
