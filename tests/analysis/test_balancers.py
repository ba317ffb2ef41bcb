"""Machines without a public address that load balancers and firewalls publish."""

from typing import Any

import pytest
from drawing import NICS, Estate, drawn, the, to, verdict, vnet

from scanner.analysis.checks.internet import reached
from scanner.findings import Judgement

BALANCERS = "microsoft.network/loadbalancers"
NSGS = "microsoft.network/networksecuritygroups"
FAR = "/subscriptions/far/resourceGroups/g/providers/Microsoft.Network/"
HERE = "vnet#subnets/subnet"
CONFIGURATION = to("nic#ipConfigurations/main")
POOL = to("lb#backendAddressPools/pool")
FRONTEND = to("lb#frontendIPConfigurations/front")
PUBLIC = {"publicIPAddress": to("pip-lb")}
INTERNAL = {"subnet": to(HERE), "privateIPAddress": "10.0.0.9"}


def nsg(*rules: tuple[int, str, str, str]) -> Estate:
    """Draw the interface's group: priority, access, source, port."""
    listed = [
        {
            "properties": {
                "priority": priority,
                "direction": "Inbound",
                "access": access,
                "protocol": "Tcp",
                "sourceAddressPrefix": source,
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": port,
            }
        }
        for priority, access, source, port in rules
    ]
    return {"nsg": {"type": NSGS, "properties": {"securityRules": listed}}}


WIDE = nsg((100, "Allow", "Internet", "*"))
SHUT = nsg()


def machine(group: Estate | None = WIDE, **says: Any) -> Estate:
    """Draw an interface without a public address, behind the group."""
    main = {"subnet": to(HERE), "privateIPAddress": "10.0.0.4", **says}
    guarded = {"networkSecurityGroup": to("nsg")} if group else {}
    placed = [{"id": CONFIGURATION["id"], "name": "main", "properties": main}]
    nic = {"type": NICS, "properties": {"ipConfigurations": placed, **guarded}}
    return {"nic": nic, **vnet("vnet"), **(group or {})}


def sending(port: Any = 22, **more: Any) -> dict[str, Any]:
    """Return a load-balancing rule that sends to the pool."""
    said = {
        "frontendIPConfiguration": FRONTEND,
        "backendAddressPool": POOL,
        "protocol": "Tcp",
        "frontendPort": 50022,
        "backendPort": port,
    }
    return {"name": "ssh", "properties": {**said, **more}}


def balancer(
    *rules: dict[str, Any],
    nat: tuple[dict[str, Any], ...] = (),
    pool: dict[str, Any] | None = None,
    **more: Any,
) -> Estate:
    """Draw a load balancer with one frontend and one pool, which holds the interface."""
    members = {"backendIPConfigurations": [CONFIGURATION]} if pool is None else pool
    properties = {
        "frontendIPConfigurations": [
            {"id": FRONTEND["id"], "properties": more.get("frontend", PUBLIC)}
        ],
        "backendAddressPools": [{"id": POOL["id"], "properties": members}],
        "loadBalancingRules": list(rules),
        "inboundNatRules": list(nat),
    }
    pip = {"type": "microsoft.network/publicipaddresses", "properties": {}}
    sku = {"sku": {"name": more["sku"]}} if "sku" in more else {"sku": {"name": "Standard"}}
    drawing = {"type": BALANCERS, **sku, "properties": properties}
    return {"lb": drawing, "pip-lb": pip}


def asked(*estates: Estate, gaps: Any = ()) -> Judgement:
    topology = drawn(*estates, gaps=gaps)
    return reached(topology, the(topology, "nic"), 22)


def said(*estates: Estate, gaps: Any = ()) -> str:
    return verdict(asked(*estates, gaps=gaps))


def test_a_machine_that_nothing_leads_to_is_not_reached() -> None:
    assert said(machine()) == "fail"
    assert said(machine(None)) == "fail"


def test_a_load_balancing_rule_publishes_the_members_of_its_pool() -> None:
    assert said(machine(), balancer(sending())) == "pass"
    assert said(machine(SHUT), balancer(sending())) == "fail"
    plural = sending(backendAddressPool=None, backendAddressPools=[POOL])
    assert said(machine(), balancer(plural)) == "pass"


def test_an_inbound_nat_rule_publishes_the_machine_it_names() -> None:
    own = sending(backendAddressPool=None, backendIPConfiguration=CONFIGURATION)
    assert said(machine(), balancer(nat=(own,), pool={})) == "pass"
    other = to("nic#ipConfigurations/other")
    own = sending(backendAddressPool=None, backendIPConfiguration=other)
    assert said(machine(), balancer(nat=(own,), pool={})) == "fail"


def test_an_inbound_nat_rule_for_a_pool_publishes_its_members() -> None:
    assert said(machine(), balancer(nat=(sending(),))) == "pass"
    assert said(machine(), balancer(nat=(sending(),), pool={})) == "fail"


def test_the_interface_knows_what_it_is_behind() -> None:
    pools: dict[str, Any] = {"loadBalancerBackendAddressPools": [POOL]}
    assert said(machine(**pools), balancer(sending(), pool={})) == "pass"
    rule = {**sending(backendAddressPool=None), "id": to("lb#inboundNatRules/ssh")["id"]}
    rules: dict[str, Any] = {"loadBalancerInboundNatRules": [to("lb#inboundNatRules/ssh")]}
    assert said(machine(**rules), balancer(nat=(rule,), pool={})) == "pass"


def members(**named: Any) -> dict[str, Any]:
    return {"loadBalancerBackendAddresses": [{"properties": {"ipAddress": "10.0.0.4", **named}}]}


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"virtualNetwork": to("vnet")}, "pass"),
        ({"subnet": to(HERE)}, "pass"),
        ({"virtualNetwork": to(f"{FAR}virtualNetworks/other")}, "fail"),
        ({"virtualNetwork": to("vnet"), "ipAddress": "10.0.0.5"}, "fail"),
        ({}, "open"),
        ({"networkInterfaceIPConfiguration": CONFIGURATION, "ipAddress": None}, "pass"),
        ({"networkInterfaceIPConfiguration": to(f"{FAR}networkInterfaces/n")}, "fail"),
    ],
)
def test_a_pool_may_know_a_machine_by_its_address(named: dict[str, Any], expected: str) -> None:
    assert said(machine(), balancer(sending(), pool=members(**named))) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (sending(3389), "fail"),
        (sending("22"), "pass"),
        (sending(0, protocol="All"), "pass"),
        (sending(protocol="all"), "pass"),
        (sending(protocol="Udp"), "fail"),
        (sending(protocol="Sctp"), "open"),
        (sending(None), "open"),
        (sending(enableFloatingIP=True), "open"),
        (sending(frontendIPConfiguration=None), "open"),
        (sending(frontendIPConfiguration=to("lb#frontendIPConfigurations/lost")), "open"),
        (sending(backendAddressPool=to("lb#backendAddressPools/lost")), "open"),
    ],
)
def test_a_rule_sends_to_the_port_at_the_machine(rule: dict[str, Any], expected: str) -> None:
    assert said(machine(), balancer(rule)) == expected
    assert said(machine(SHUT), balancer(rule)) == "fail"


def test_the_groups_look_at_the_port_at_the_machine_and_at_the_caller() -> None:
    for port, expected in (("22", "pass"), ("50022", "fail")):
        assert said(machine(nsg((100, "Allow", "*", port))), balancer(sending())) == expected
    few = nsg((100, "Allow", "198.51.100.0/24", "22"))
    assert said(machine(few), balancer(sending())) == "fail"
    probes = nsg((100, "Allow", "AzureLoadBalancer", "*"))
    assert said(machine(probes), balancer(sending())) == "fail"


def test_an_internal_load_balancer_publishes_nothing() -> None:
    assert said(machine(), balancer(sending(), frontend=INTERNAL)) == "fail"
    prefix = {"publicIPPrefix": to(f"{FAR}publicIPPrefixes/p")}
    assert said(machine(), balancer(sending(), frontend=prefix)) == "pass"


@pytest.mark.parametrize(
    ("sku", "expected"), [("Standard", "fail"), ("Basic", "pass"), (None, "open")]
)
def test_without_a_group_the_kind_of_the_load_balancer_decides(
    sku: str | None, expected: str
) -> None:
    assert said(machine(None), balancer(sending(), sku=sku)) == expected


def test_a_load_balancer_that_was_not_read_may_publish_what_the_groups_let_in() -> None:
    assert said(machine(), gaps=[BALANCERS]) == "open"
    assert said(machine(SHUT), gaps=[BALANCERS]) == "fail"
    assert said(machine(), balancer(sending()), gaps=[BALANCERS]) == "pass"


def test_a_load_balancer_outside_the_snapshot_may_publish_those_who_name_it() -> None:
    pool = to(f"{FAR}loadBalancers/far/backendAddressPools/p")
    behind = machine(loadBalancerBackendAddressPools=[pool])
    assert said(behind) == "open"
    assert "load balancer far was not read" in asked(behind).unread
    shut = machine(SHUT, loadBalancerBackendAddressPools=[pool])
    assert said(shut) == "fail"


def test_what_cannot_be_read_of_rules_and_interfaces_is_open_not_a_traceback() -> None:
    assert said(machine(), balancer(sending("twenty-two"))) == "open"
    assert said(machine(loadBalancerBackendAddressPools=["pool"])) == "open"
    assert said(machine(SHUT, loadBalancerBackendAddressPools=["pool"])) == "fail"


def test_the_finding_names_the_load_balancer_and_no_public_address() -> None:
    judged = asked(machine(), balancer(sending(), nat=(sending(3389),)))
    assert judged.cases == ({"port": "22", "by": "lb"},)
    assert [(e.resource.path, e.pointer, e.value) for e in judged.because] == [
        ("nic", "", None),
        ("lb", "/properties/loadBalancingRules/0", "ssh"),
        ("nsg", "/properties/securityRules/0", "Allow at priority 100"),
    ]


def test_the_finding_names_the_configuration_that_has_a_public_address() -> None:
    pip: Estate = {
        "pip": {
            "type": "microsoft.network/publicipaddresses",
            "sku": {"name": "Standard"},
            "properties": {},
        }
    }
    judged = asked(machine(publicIPAddress=to("pip")), pip)
    assert judged.cases == ({"port": "22", "by": "pip", "ipConfiguration": "main"},)
    assert [e.resource.path for e in judged.because] == ["nic", "pip", "nsg"]
    assert [e.value for e in judged.because] == [None, "standard", "Allow at priority 100"]


@pytest.mark.parametrize(("sku", "expected"), [("Standard", "fail"), ("Basic", "pass")])
def test_without_a_group_the_kind_of_the_public_address_decides(sku: str, expected: str) -> None:
    pip: Estate = {
        "pip": {
            "type": "microsoft.network/publicipaddresses",
            "sku": {"name": sku},
            "properties": {},
        }
    }
    assert said(machine(None, publicIPAddress=to("pip")), pip) == expected
    assert said(machine(None, publicIPAddress=to(f"{FAR}publicIPAddresses/far"))) == "open"


@pytest.mark.parametrize("named", [None, "other"])
def test_a_public_address_of_another_configuration_opens_that_one_alone(named: str | None) -> None:
    drawing = machine(nsg((100, "Deny", "*", "*")))
    guarded = {**drawing["nsg"]["properties"]["securityRules"][0]["properties"]}
    guarded["destinationAddressPrefix"] = "10.0.0.4"
    allowed = {**guarded, "priority": 200, "access": "Allow", "destinationAddressPrefix": "*"}
    rules = [{"properties": guarded}, {"properties": allowed}]
    drawing["nsg"]["properties"]["securityRules"] = rules
    address = {"publicIPAddress": to(f"{FAR}publicIPAddresses/p")} if named else {}
    other = {"subnet": to(HERE), "privateIPAddress": "10.0.0.5", **address}
    placed = drawing["nic"]["properties"]["ipConfigurations"]
    placed.append({"name": "other", "properties": other})
    placed[0]["properties"]["publicIPAddress"] = to(f"{FAR}publicIPAddresses/q")
    assert said(drawing) == ("pass" if named else "fail")
