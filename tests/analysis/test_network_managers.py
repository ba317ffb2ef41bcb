"""A network manager acts within its scope, and as far as its accesses go."""

from typing import Any

import pytest
from drawing import NICS, Estate, account, drawn, endpoint, the, to, verdict, vnet, workload
from drawing_filters import MANAGERS, Drawing, arriving, nsg, outcome, rule

from scanner.analysis.addresses import NOBODY, PUBLIC
from scanner.analysis.checks.questions import let_through
from scanner.analysis.connections import intended
from scanner.analysis.dns.vacancy import may_meet
from scanner.analysis.filtering.admitted import admitted
from scanner.analysis.filtering.ways import Ingress, addresses_of
from scanner.analysis.routing.peering import may_lead_to_accounts


def subscription(name: str) -> str:
    drawing = {"x": {"type": "microsoft.network/virtualnetworks", "subscription": name}}
    return f"/subscriptions/{the(drawn(drawing), 'x').id.subscription}"


def manager(*subscriptions: str, groups: Any = (), accesses: Any = None, **more: Any) -> Estate:
    scopes = {"subscriptions": [*subscriptions], "managementGroups": [*groups], **more}
    told = {} if accesses is None else {"networkManagerScopeAccesses": [*accesses]}
    return {"avnm": {"type": MANAGERS, "properties": {"networkManagerScopes": scopes, **told}}}


HERE = subscription("main")
FAR = "/subscriptions/far"
GROUP = "/providers/Microsoft.Management/managementGroups/corp"
CONNECTS = manager(HERE, accesses=["Connectivity"])
RULES = manager(HERE, accesses=["SecurityAdmin"])
EXCLUDED = [
    manager(FAR),
    manager(HERE[:-1]),
    manager(HERE, accesses=[]),
    manager(groups=[GROUP], accesses=["Routing"]),
]
INCLUDED = [
    manager(HERE.upper()),
    manager(FAR, HERE, accesses=["connectivity", "securityadmin"]),
    manager(FAR, groups=[GROUP], accesses=["SecurityAdmin", "Connectivity"]),
    manager(FAR, crossTenantScopes=[{"tenantId": "t", "subscriptions": [HERE]}]),
    {"avnm": {"type": MANAGERS, "properties": {}}},
]
GUARDED = {"networkSecurityGroup": to("nsg")}
SHUT = nsg("nsg", rule(100, "Deny"), arriving(100, "Deny"))


@pytest.mark.parametrize("avnm", [*EXCLUDED, CONNECTS])
def test_a_network_manager_that_may_not_act_here_leaves_no_filter_open(avnm: Estate) -> None:
    assert outcome(Drawing(), avnm) == "allow"
    assert outcome(Drawing(app=GUARDED), SHUT, avnm) == "deny"


@pytest.mark.parametrize("avnm", [*INCLUDED, RULES])
def test_a_network_manager_that_may_act_here_leaves_every_filter_open(avnm: Estate) -> None:
    assert outcome(Drawing(), avnm) == "unknown"
    assert outcome(Drawing(app=GUARDED), SHUT, avnm) == "unknown"


@pytest.mark.parametrize(("apart", "at_caller", "at_endpoint"), [
    ("app", "unknown", "deny"),
    ("hub", "deny", "unknown"),
])  # fmt: skip
def test_a_network_manager_at_one_end_has_no_word_at_the_other(
    apart: str, at_caller: str, at_endpoint: str
) -> None:
    avnm = manager(subscription("apart"))
    enforced = {**GUARDED, "privateEndpointNetworkPolicies": "Enabled"}
    assert outcome(Drawing(app=GUARDED, apart=apart), SHUT, avnm) == at_caller
    assert outcome(Drawing(hub=enforced, apart=apart), SHUT, avnm) == at_endpoint
    assert outcome(Drawing(apart=apart), avnm) == "unknown"


def questions(avnm: Estate) -> str:
    """Return what becomes of questions to a server that a group denies."""
    network = vnet("app", dns=["10.0.0.9"])
    network["app"]["properties"]["subnets"][0]["properties"] |= GUARDED
    estates = (network, workload("app"), account(by=["pe"]), endpoint("app", "10.0.0.4"))
    topology = drawn(*estates, nsg("nsg", rule(100, "Deny")), avnm)
    (connection,) = intended(topology)
    return verdict(let_through(topology, connection))


def jump_box(avnm: Estate) -> str:
    """Return whether it is known that nobody gets to SSH on a machine without a group."""
    placed = {"properties": {"privateIPAddress": "10.0.0.4", "subnet": to("app#subnets/subnet")}}
    nic = {"nic": {"type": NICS, "properties": {"ipConfigurations": [placed]}}}
    topology = drawn(vnet("app"), nic, avnm)
    interface = the(topology, "nic")
    way = Ingress(to=addresses_of(interface)[0], by="pip", kind="standard", callers=PUBLIC)
    said = admitted(topology, interface, 22, way)
    assert bool(said.unread) == bool(said.because) == (said.sources != said.certain)
    return "fail" if said.sources == NOBODY else "open"


@pytest.mark.parametrize("asked", [questions, jump_box])
def test_a_network_manager_that_may_not_act_here_leaves_no_group_open(asked: Any) -> None:
    assert {asked(avnm) for avnm in (*EXCLUDED, CONNECTS)} == {"fail"}
    assert {asked(avnm) for avnm in (*INCLUDED, RULES)} == {"open"}


def lonely(avnm: Estate, apart: str = "main") -> tuple[bool, bool]:
    """Return whether a VNet that nothing connects may lead to an account, and meet the hub."""
    alone = vnet("app")
    alone["app"]["subscription"] = apart
    wanted = (vnet("hub"), account(by=["pe"]), endpoint("hub", "10.0.0.4"))
    topology = drawn(alone, *wanted, avnm)
    app, hub = the(topology, "app").id, the(topology, "hub").id
    return bool(may_lead_to_accounts(topology, app)), bool(may_meet(topology, app, hub))


def test_a_network_manager_that_may_not_connect_here_joins_no_networks() -> None:
    assert {lonely(avnm) for avnm in (*EXCLUDED, RULES)} == {(False, False)}
    assert {lonely(avnm) for avnm in (*INCLUDED, CONNECTS)} == {(True, True)}


def test_a_network_manager_that_reaches_no_endpoint_leads_to_no_account() -> None:
    apart = subscription("apart")
    assert lonely(manager(apart), "apart") == (False, True)
    assert lonely(manager(HERE), "apart") == (False, False)
    assert lonely(manager(HERE, apart), "apart") == (True, True)


def test_network_managers_that_were_not_read_may_connect_anything() -> None:
    topology = drawn(vnet("app"), gaps=[MANAGERS])
    assert MANAGERS in may_lead_to_accounts(topology, the(topology, "app").id)
