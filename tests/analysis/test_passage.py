"""What security groups, appliances and administrators let through to an endpoint."""

from typing import Any

import pytest
from drawing import NICS, VHUBS, Estate, drawn, the, to
from drawing_filters import (
    ADDRESS,
    CALLER,
    FOREIGN,
    MANAGERS,
    TABLES,
    Drawing,
    arriving,
    asked,
    held_back,
    machine,
    nsg,
    outcome,
    rule,
)

from scanner.analysis.causes import Cause
from scanner.analysis.consumers import Kind, consumers
from scanner.analysis.filtering.passage import Passage, passes
from scanner.analysis.routing.route import Route, Way

ALL = "*"
GUARDED = {"networkSecurityGroup": to("nsg")}
ENFORCED = {**GUARDED, "privateEndpointNetworkPolicies": "Enabled"}


def leaving(*rules: dict[str, Any], **more: Any) -> str:
    """Return what the group of the caller's subnet does."""
    return outcome(Drawing(app=GUARDED, **more), nsg("nsg", *rules))


def entering(*rules: dict[str, Any], **more: Any) -> str:
    """Return what the group of the endpoint's subnet does."""
    return outcome(Drawing(hub={**ENFORCED, **more}), nsg("nsg", *rules))


def test_without_a_group_everything_passes() -> None:
    assert outcome() == "allow"


def test_the_defaults_let_a_caller_out_to_a_peered_vnet() -> None:
    assert leaving() == "allow"


def test_the_defaults_let_nobody_out_to_a_vnet_that_is_not_peered() -> None:
    assert leaving(app_peers={}, hub_peers={}) == "deny"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(100, "Deny")], "deny"),
        ([rule(100, "deny", protocol="TCP")], "deny"),
        ([rule(100, "Deny", protocol="Udp")], "allow"),
        ([rule(200, "Deny"), rule(100, "Allow")], "allow"),
        ([rule(200, "Allow"), rule(100, "Deny")], "deny"),
        ([rule(100, "Deny", direction="Inbound")], "allow"),
        ([rule(100, "Deny", destinationPortRange="443")], "deny"),
        ([rule(100, "Deny", destinationPortRange="400-500")], "deny"),
        ([rule(100, "Deny", destinationPortRange="80")], "allow"),
        (
            [rule(100, "Deny", destinationPortRange=None, destinationPortRanges=["80", "443"])],
            "deny",
        ),
        ([rule(100, "Deny", destinationPortRange="https")], "unknown"),
        ([rule(100, "Deny", destinationPortRange=None)], "unknown"),
        ([rule(100, "Deny", protocol="Sctp")], "unknown"),
        ([rule(100, "Deny", sourceAddressPrefix=CALLER)], "deny"),
        ([rule(100, "Deny", sourceAddressPrefix="10.1.2.0/24")], "allow"),
        (
            [rule(100, "Deny", sourceAddressPrefix=None, sourceAddressPrefixes=["10.1.1.0/24"])],
            "deny",
        ),
        ([rule(100, "Deny", destinationAddressPrefix=ADDRESS)], "deny"),
        ([rule(100, "Deny", destinationAddressPrefix="0.0.0.0/0")], "deny"),
        ([rule(100, "Deny", destinationAddressPrefix="Any")], "deny"),
        ([rule(100, "Deny", destinationAddressPrefix="10.0.2.0/24")], "allow"),
        ([rule(100, "Deny", destinationAddressPrefix="::/0")], "allow"),
        ([rule(100, "Deny", destinationAddressPrefix="virtualnetwork")], "deny"),
        ([rule(100, "Deny", destinationAddressPrefix="Internet")], "allow"),
        ([rule(100, "Deny", destinationAddressPrefix="AzureCloud.SwedenCentral")], "allow"),
        ([rule(100, "Deny", destinationAddressPrefix="10.0.0.1-10.0.2.0")], "unknown"),
        ([rule(100, "Deny", destinationAddressPrefix=None)], "unknown"),
        ([rule(100, "Deny", sourcePortRange="1024-65535")], "unknown"),
        ([rule(100, "Deny", sourcePortRange="0-65535")], "deny"),
        (
            [rule(100, "Deny", sourcePortRange=None, sourcePortRanges=["0-1023", "1024-65535"])],
            "deny",
        ),
    ],
)
def test_by_priority_the_first_rule_that_matches_decides(rules: Any, expected: str) -> None:
    assert leaving(*rules) == expected


def test_fw_01_and_06_a_denial_is_blamed_on_the_group() -> None:
    denied = rule(300, "Deny", destinationAddressPrefix="VirtualNetwork")
    found = asked(Drawing(app=GUARDED), nsg("nsg", rule(100, "Allow", protocol="Udp"), denied))
    assert found.broken is not None
    assert found.broken.cause is Cause.OUTBOUND_DENIED
    assert found.broken.blame.path == "nsg"
    case = {"ruleName": "Deny-300", "priority": "300", "nsgName": "nsg", "sources": CALLER}
    assert case.items() <= found.broken.case.items()
    (step,) = found.steps
    assert step.said == "Deny-300 at priority 300 of nsg denies it"
    (evidence,) = step.evidence
    assert (evidence.pointer, evidence.value) == (
        "/properties/securityRules/1",
        "Deny at priority 300",
    )


def test_fw_02_the_group_of_the_interface_and_that_of_the_subnet_must_both_allow() -> None:
    shut, wide = nsg("shut", rule(4096, "Deny")), nsg("nsg", rule(100, "Allow"))
    found = asked(Drawing(app=GUARDED, guard="shut"), shut, wide)
    assert found.broken is not None
    assert found.broken.blame.path == "shut"
    assert (
        outcome(Drawing(app={"networkSecurityGroup": to("shut")}, guard="nsg"), shut, wide)
        == "deny"
    )
    assert outcome(Drawing(app=GUARDED, guard="nsg"), wide) == "allow"


def test_fw_03_the_group_of_the_endpoints_subnet_is_asked_where_policies_say_so() -> None:
    found = asked(Drawing(hub=ENFORCED), nsg("nsg", arriving(4096, "Deny")))
    assert found.broken is not None
    assert found.broken.cause is Cause.INBOUND_DENIED
    assert entering(arriving(4096, "Deny")) == "deny"
    enabled = "NetworkSecurityGroupEnabled"
    assert entering(arriving(4096, "Deny"), privateEndpointNetworkPolicies=enabled) == "deny"


@pytest.mark.parametrize("policies", [None, "Disabled", "RouteTableEnabled"])
def test_t11_elsewhere_it_is_not_asked(policies: str | None) -> None:
    hub = {**GUARDED, "privateEndpointNetworkPolicies": policies}
    found = asked(Drawing(hub=hub), nsg("nsg", arriving(4096, "Deny")))
    assert found.outcome == "allow"
    assert found.steps[-1].said == (
        f"nsg is not asked: the network policies of endpoints are {policies or 'Disabled'}"
    )


def test_policies_that_nobody_knows_leave_it_open() -> None:
    assert entering(privateEndpointNetworkPolicies="Sometimes") == "unknown"


def test_fw_05_and_t10_a_public_tag_opens_no_endpoint() -> None:
    allowed = rule(
        100,
        "Allow",
        destinationAddressPrefix="CognitiveServicesManagement",
        destinationPortRange="443",
    )
    assert leaving(allowed, rule(4000, "Deny")) == "deny"
    internet = rule(100, "Allow", destinationAddressPrefix="Internet")
    assert leaving(internet, rule(4000, "Deny")) == "deny"


def test_fw_07_a_rule_for_an_application_group_is_for_its_members() -> None:
    asg = f"{FOREIGN}applicationSecurityGroups/asg"
    grouped: Any = {"sourceAddressPrefix": None, "sourceApplicationSecurityGroups": [to(asg)]}
    rules = (rule(100, "Allow", **grouped), rule(200, "Deny"))
    assert leaving(*rules) == "deny"
    assert leaving(*rules, asg=asg.upper()) == "allow"


def test_an_endpoint_belongs_to_application_groups_as_well() -> None:
    asg = f"{FOREIGN}applicationSecurityGroups/asg"
    grouped: Any = {
        "destinationAddressPrefix": None,
        "destinationApplicationSecurityGroups": [to(asg)],
    }
    rules = (arriving(100, "Allow", **grouped), arriving(200, "Deny"))
    estate = nsg("nsg", *rules)
    assert outcome(Drawing(hub=ENFORCED), estate) == "deny"
    assert outcome(Drawing(hub=ENFORCED, endpoint_asg=asg), estate) == "allow"
    # In another VNet than the endpoint's, whether its group counts is not described.
    leaves = nsg("nsg", rule(100, "Allow", **grouped), rule(200, "Deny"))
    assert outcome(Drawing(app=GUARDED, endpoint_asg=asg), leaves) == "unknown"


def test_fw_08_near_misses_open_nothing() -> None:
    for miss in ({"protocol": "Udp"}, {"destinationPortRange": "80"}):
        assert leaving(rule(100, "Allow", **miss), rule(200, "Deny")) == "deny"
    # Nobody knows the port a caller calls from.
    assert leaving(rule(100, "Allow", sourcePortRange="443"), rule(200, "Deny")) == "unknown"


def test_fw_09_a_lower_number_shadows_the_allowance() -> None:
    allowed = rule(200, "Allow", destinationAddressPrefix=ADDRESS)
    assert leaving(allowed, rule(100, "Deny", destinationAddressPrefix="10.0.0.0/8")) == "deny"
    assert leaving(allowed, rule(300, "Deny", destinationAddressPrefix="10.0.0.0/8")) == "allow"


@pytest.mark.parametrize("rules", [(), (rule(100, "Deny"),)])
def test_fw_10_security_admin_rules_may_decide_first(rules: Any) -> None:
    manager: Estate = {"avnm": {"type": MANAGERS, "properties": {}}}
    estate = nsg("nsg", *rules)
    assert outcome(Drawing(app=GUARDED), estate, manager) == "unknown"
    assert outcome(Drawing(app=GUARDED), estate, gaps=(MANAGERS,)) == "unknown"
    assert outcome(Drawing(), manager) == "unknown"


def test_two_rules_of_one_priority_leave_it_open() -> None:
    assert leaving(rule(100, "Allow"), rule(100, "Deny")) == "unknown"
    assert leaving(rule(100, "Deny"), rule(100, "Allow")) == "unknown"


def test_where_only_some_addresses_are_denied_those_are_told() -> None:
    drawing = Drawing(app=GUARDED, addresses=("10.1.1.4", "10.1.1.5", "10.1.1.8"))
    found = asked(drawing, nsg("nsg", rule(100, "Deny", sourceAddressPrefix="10.1.1.4/31")))
    assert found.outcome == "deny"
    assert found.denied == held_back("10.1.1.4/31")
    assert found.steps[0].said == "Deny-100 at priority 100 of nsg denies it from 10.1.1.4/31"
    assert found.steps[-1].said == "of app/snet, 10.1.1.4/31 are held back"


def test_of_a_whole_subnet_only_what_all_share_is_certain() -> None:
    half = nsg("nsg", rule(100, "Deny", sourceAddressPrefix="10.1.1.0/25"))
    whole = nsg("nsg", rule(100, "Deny", sourceAddressPrefix="10.1.0.0/16"))
    for subnet in (
        {"delegations": [{"properties": {"serviceName": "Microsoft.Web/serverFarms"}}]},
        {},
    ):
        addresses = () if not subnet else (CALLER,)
        drawing = Drawing(app={**GUARDED, **subnet}, addresses=addresses)
        if not subnet:
            drawing = Drawing(app=GUARDED, addresses=("fe80::1",))
        assert outcome(drawing, half) == "unknown"
        assert outcome(drawing, whole) == "deny"
        assert outcome(drawing, nsg("nsg")) == "allow"


def test_a_machine_whose_address_is_not_told_is_not_taken_for_absent_beside_another() -> None:
    estate = Drawing(app=GUARDED)
    beside = machine("other", "app#subnets/snet", "10.1.1.9")
    (untold,) = beside["nic-other"]["properties"]["ipConfigurations"]
    only = nsg("nsg", rule(100, "Allow", sourceAddressPrefix=CALLER), rule(200, "Deny"))
    assert outcome(estate, only) == "allow"
    assert outcome(estate, only, beside) == "deny"
    del untold["properties"]["privateIPAddress"]
    assert outcome(estate, only, beside) == "unknown"


def test_instances_of_a_scale_set_may_have_a_group_of_their_own() -> None:
    nic = f"{FOREIGN.replace('Network', 'Compute')}virtualMachineScaleSets/s/virtualMachines/0/nic"
    instances = {"ipConfigurations": [{"id": nic}]}
    assert outcome(Drawing(app=instances)) == "unknown"
    assert leaving() == "allow"
    shut = nsg("nsg", rule(100, "Deny"))
    assert outcome(Drawing(app={**GUARDED, **instances}), shut) == "deny"


# --- the tag VirtualNetwork ----------------------------------------------------------------------


def routed(prefix: str, hop: str = "VirtualAppliance") -> Estate:
    route = {"name": "r", "properties": {"addressPrefix": prefix, "nextHopType": hop}}
    return {"rt": {"type": TABLES, "properties": {"routes": [route]}}}


ROUTED = {**GUARDED, "routeTable": to("rt")}
APART: Any = {"app_peers": {}, "hub_peers": {}}


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.0.0.0/8"])
def test_the_prefixes_of_a_subnets_own_routes_are_in_the_tag(prefix: str) -> None:
    assert outcome(Drawing(app=ROUTED, **APART), nsg("nsg"), routed(prefix)) == "allow"


def test_a_route_elsewhere_widens_nothing() -> None:
    assert outcome(Drawing(app=ROUTED, **APART), nsg("nsg"), routed("10.9.0.0/16")) == "deny"
    assert outcome(Drawing(app=ROUTED, **APART), nsg("nsg"), routed("AzureCloud")) == "deny"


def test_whether_a_route_that_goes_nowhere_widens_the_tag_is_not_told() -> None:
    estate = nsg("nsg")
    assert outcome(Drawing(app=ROUTED, **APART), estate, routed("10.0.0.0/8", "None")) == "unknown"


def test_an_unread_route_table_may_widen_the_tag() -> None:
    far = {**GUARDED, "routeTable": to(f"{FOREIGN}routeTables/far")}
    assert outcome(Drawing(app=far, **APART), nsg("nsg")) == "unknown"
    assert outcome(Drawing(app=far, **APART), nsg("nsg", rule(100, "Deny"))) == "deny"
    # What is certainly in the tag stays there.
    assert outcome(Drawing(app=far), nsg("nsg")) == "allow"


def test_only_the_peered_address_space_is_in_the_tag() -> None:
    assert leaving(app_peers={"hub": "10.0.0.0/24"}) == "deny"


def test_a_peering_without_access_is_not_in_the_tag() -> None:
    found = asked(Drawing(app=GUARDED, access=False), nsg("nsg"))
    assert found.broken is not None
    assert found.broken.case["ruleName"] == "DenyAllOutBound"
    explicit = nsg("nsg", rule(100, "Allow", destinationAddressPrefix="10.0.0.0/16"))
    assert outcome(Drawing(app=GUARDED, access=False), explicit) == "allow"


def test_without_a_group_nobody_says_what_a_peering_without_access_lets_through() -> None:
    found = asked(Drawing(access=False))
    assert found.outcome == "unknown"
    assert found.steps[-1].said == ("app/hub does not allow virtual network access")


def test_a_gateway_may_have_learned_any_prefix() -> None:
    gateway: Estate = {
        "gw": {
            "type": "microsoft.network/virtualnetworkgateways",
            "properties": {
                "gatewayType": "ExpressRoute",
                "ipConfigurations": [{"properties": {"subnet": to("hub#subnets/GatewaySubnet")}}],
            },
        }
    }
    hub = {"GatewaySubnet": {"addressPrefix": "10.0.255.0/27"}}
    rules = nsg("nsg", arriving(4096, "Deny", "VirtualNetwork"), arriving(100, "Allow", CALLER))
    only_learned = Drawing(hub=ENFORCED, hub_subnets=hub, app_peers={}, hub_peers={})
    assert outcome(only_learned, nsg("nsg"), gateway) == "unknown"
    assert outcome(only_learned, rules, gateway) == "allow"
    assert outcome(Drawing(hub=ENFORCED, app_peers={}, hub_peers={}), nsg("nsg")) == "deny"


def dialled_in(*rules: dict[str, Any], bgp: bool = False) -> Passage:
    """Ask whether VPN clients of the endpoint's VNet get past its group."""
    placed = [{"properties": {"subnet": to("hub#subnets/GatewaySubnet")}}]
    pool = {"vpnClientAddressPool": {"addressPrefixes": ["172.16.0.0/24"]}}
    gateway: Estate = {
        "gw": {
            "type": "microsoft.network/virtualnetworkgateways",
            "properties": {
                "gatewayType": "Vpn",
                "enableBgp": bgp,
                "ipConfigurations": placed,
                "vpnClientConfiguration": pool,
            },
        }
    }
    hub = {"GatewaySubnet": {"addressPrefix": "10.0.255.0/27"}}
    drawing = Drawing(hub=ENFORCED, hub_subnets=hub)
    topology = drawn(drawing.estate(), gateway, nsg("nsg", *rules))
    (clients,) = (one for one in consumers(topology) if one.kind is Kind.CLIENTS)
    return passes(topology, clients, the(topology, "pe"), ADDRESS, Route(Way.VIA, ()))


def test_the_clients_of_a_gateway_are_in_the_tag() -> None:
    assert dialled_in().outcome == "allow"
    assert dialled_in(bgp=True).outcome == "allow"
    assert dialled_in(arriving(100, "Deny", "VirtualNetwork")).outcome == "deny"


def test_of_a_pool_every_address_is_somebodys() -> None:
    found = dialled_in(arriving(100, "Deny", "172.16.0.0/25"))
    assert (found.outcome, found.denied) == ("deny", held_back("172.16.0.0/25"))


def test_a_virtual_hub_may_teach_any_prefix() -> None:
    joined: Estate = {
        "vhub": {"type": VHUBS, "properties": {}},
        "vhub/app": {
            "type": f"{VHUBS}/hubvirtualnetworkconnections",
            "properties": {"remoteVirtualNetwork": to("app")},
        },
    }
    drawing = Drawing(app=GUARDED, **APART)
    assert outcome(drawing, nsg("nsg"), joined, through=["vhub"]) == "unknown"
    explicit = nsg("nsg", rule(100, "Allow", destinationAddressPrefix=ADDRESS))
    assert outcome(drawing, explicit, joined, through=["vhub"]) == "allow"


# --- what was not read ---------------------------------------------------------------------------


def test_an_unread_group_may_deny_what_others_allow() -> None:
    far = f"{FOREIGN}networkSecurityGroups/far"
    assert outcome(Drawing(app={"networkSecurityGroup": to(far)})) == "unknown"
    assert outcome(Drawing(app=GUARDED, guard=far), nsg("nsg", rule(100, "Deny"))) == "deny"
    assert outcome(Drawing(app=GUARDED, guard=far), nsg("nsg")) == "unknown"
    found = asked(Drawing(app={"networkSecurityGroup": to(far)}))
    assert found.unread == "the network security group far was not read"


def test_a_group_at_an_endpoint_may_not_count_in_other_clouds() -> None:
    for cloud in ("AzureChina", "AzureUSGovernment"):
        shut = nsg("nsg", arriving(100, "Deny"))
        assert outcome(Drawing(hub=ENFORCED), shut, cloud=cloud) == "unknown"
        assert outcome(Drawing(hub=ENFORCED), nsg("nsg"), cloud=cloud) == "allow"


def test_an_unread_address_leaves_it_open() -> None:
    assert outcome(Drawing(app={"addressPrefix": "fd00::/64"}, addresses=("fd00::4",))) == "unknown"


# --- appliances ----------------------------------------------------------------------------------


def appliance(guard: str = "") -> Estate:
    guarded = {"networkSecurityGroup": to(guard)} if guard else {}
    placed = {"privateIPAddress": "10.0.2.4", "subnet": to("hub#subnets/nva")}
    properties = {"ipConfigurations": [{"properties": placed}], **guarded}
    return {"nva": {"type": NICS, "properties": properties}}


WITH_NVA = {"nva": {"addressPrefix": "10.0.2.0/28"}}


def test_what_an_appliance_lets_through_is_not_in_azure() -> None:
    found = asked(Drawing(hub_subnets=WITH_NVA), appliance(), through=["nva"])
    assert found.unread == "the rules of the appliance nva are not in Azure"


def test_a_group_may_deny_the_way_to_an_appliance() -> None:
    shut = nsg("shut", arriving(100, "Deny", "10.1.0.0/16"))
    found = asked(Drawing(hub_subnets=WITH_NVA), shut, appliance("shut"), through=["nva"])
    assert found.broken is not None
    assert found.broken.cause is Cause.APPLIANCE_DENIED
    # Two interfaces may stand for the members of one load balancer.
    second = {"nva2": appliance("shut")["nva"]}
    both = (shut, appliance("shut"), second)
    assert outcome(Drawing(hub_subnets=WITH_NVA), *both, through=["nva|nva2"]) == "unknown"


def test_two_appliances_in_a_row_are_no_load_balancers_pool() -> None:
    drawing = Drawing(hub_subnets=WITH_NVA)
    shut, second = nsg("shut", arriving(100, "Deny")), {"nva2": appliance("shut")["nva"]}
    estates = (shut, appliance(), second)
    for through in (["nva", "nva2"], ["nva2", "nva"]):
        found = asked(drawing, *estates, through=through)
        assert found.broken is not None
        assert (found.broken.cause, found.broken.blame.path) == (Cause.APPLIANCE_DENIED, "shut")
    assert outcome(drawing, *estates, through=["nva|nva2"]) == "unknown"


def test_in_which_of_its_subnets_an_appliance_takes_packets_is_not_told() -> None:
    drawing, shut = Drawing(hub_subnets=WITH_NVA), nsg("shut", arriving(100, "Deny"))
    wide = appliance("shut")
    second = {"privateIPAddress": "10.0.1.9", "subnet": to("hub#subnets/endpoints")}
    wide["nva"]["properties"]["ipConfigurations"].append({"properties": second})
    assert outcome(drawing, shut, wide, through=["nva"]) == "unknown"


def test_what_one_of_two_ways_denies_may_pass_by_the_other() -> None:
    drawing, shut = Drawing(hub_subnets=WITH_NVA), nsg("shut", arriving(100, "Deny"))
    estates = (shut, appliance(), {"nva2": appliance("shut")["nva"]})
    found = asked(drawing, *estates, through=["nva2"], or_through=["nva"])
    assert found.outcome == "unknown"
    assert found.doubts == {Cause.APPLIANCE_DENIED}
    assert outcome(drawing, *estates, through=["nva", "nva2"], or_through=["nva2"]) == "deny"


def test_behind_an_appliance_nobody_knows_the_callers_address() -> None:
    drawing = Drawing(hub=ENFORCED, hub_subnets=WITH_NVA)
    denied = nsg("nsg", arriving(100, "Deny", CALLER))
    assert outcome(drawing, denied, appliance(), through=["nva"]) == "unknown"
    shut = nsg("nsg", arriving(100, "Deny"))
    assert outcome(drawing, shut, appliance(), through=["nva"]) == "deny"


# --- properties ----------------------------------------------------------------------------------


def test_the_order_of_rules_and_the_case_of_ids_change_nothing() -> None:
    rules = [rule(100, "Allow", destinationAddressPrefix="Internet"), rule(200, "Deny")]
    there = asked(Drawing(app=GUARDED), nsg("nsg", *rules))
    back = asked(Drawing(app=GUARDED), nsg("nsg", *reversed(rules)))
    assert (there.outcome, there.broken) == (back.outcome, back.broken)
    upper = f"{FOREIGN}networkSecurityGroups/FAR"
    lower = asked(Drawing(app={"networkSecurityGroup": to(upper.lower())}))
    assert asked(Drawing(app={"networkSecurityGroup": to(upper)})).outcome == lower.outcome


def test_machines_of_a_subnet_that_were_not_read_may_be_held_back() -> None:
    drawing, group = Drawing(app=GUARDED), nsg("nsg", rule(100, "Deny", sourceAddressPrefix=OTHER))
    assert outcome(drawing, group) == "allow"
    assert outcome(drawing, group, gaps=[NICS]) == "unknown"
    assert (
        outcome(drawing, group, gaps=[(NICS, FOREIGN.partition("/resourceGroups")[0])]) == "allow"
    )


OTHER = "10.1.1.9"
