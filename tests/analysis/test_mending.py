"""What is in doubt where a filter was not read, and what a rule would say that lets callers in."""

from typing import Any

import pytest
from drawing import to
from drawing_filters import CALLER, FOREIGN, Drawing, arriving, asked, nsg, rule

from scanner.analysis.causes import Cause
from scanner.analysis.filtering.mending import free_priorities
from scanner.analysis.filtering.passage import Passage

UNREAD = {"networkSecurityGroup": to(f"{FOREIGN}networkSecurityGroups/far")}
GUARDED = {"networkSecurityGroup": to("nsg")}
ENFORCED = {**GUARDED, "privateEndpointNetworkPolicies": "Enabled"}


def doubted(found: Passage) -> tuple[str, set[Cause]]:
    return str(found.outcome), set(found.doubts)


def case(found: Passage, *names: str) -> list[str]:
    assert found.broken is not None
    return [found.broken.case[name] for name in names]


def test_nothing_is_in_doubt_where_everything_was_read() -> None:
    assert doubted(asked()) == ("allow", set())
    assert doubted(asked(Drawing(app=GUARDED), nsg("nsg", rule(100, "Deny")))) == ("deny", set())


def test_a_group_that_was_not_read_is_in_doubt_where_it_stands() -> None:
    assert doubted(asked(Drawing(app=UNREAD))) == ("unknown", {Cause.OUTBOUND_DENIED})
    ends = {**UNREAD, "privateEndpointNetworkPolicies": "Enabled"}
    assert doubted(asked(Drawing(hub=ends))) == ("unknown", {Cause.INBOUND_DENIED})


def test_what_denies_later_leaves_in_doubt_what_was_not_read_before() -> None:
    found = asked(Drawing(app=UNREAD, hub=ENFORCED), nsg("nsg", arriving(100, "Deny")))
    assert doubted(found) == ("deny", {Cause.OUTBOUND_DENIED})
    assert found.broken is not None
    assert found.broken.cause is Cause.INBOUND_DENIED


@pytest.mark.parametrize(
    ("taken", "below", "expected"),
    [
        ({4096}, 4096, "4095"),
        ({4095, 4096}, 4096, "4094"),
        (set[int](), 65500, "4096"),
        ({101}, 102, "100"),
        ({100}, 101, ""),
        (set[int](), 100, ""),
    ],
)
def test_a_free_priority_comes_before_the_rule_that_denies(
    taken: set[int], below: int, expected: str
) -> None:
    assert free_priorities(taken, below).partition(" ")[0] == expected


def test_the_new_rule_comes_before_the_first_that_denies() -> None:
    rules = (rule(300, "Deny"), rule(299, "Allow", destinationPortRange="80"))
    found = asked(Drawing(app=GUARDED), nsg("nsg", *rules))
    assert case(found, "ruleName", "priority") == ["Deny-300", "300"]
    assert case(found, "freePriority")[0].split()[:2] == ["298", "297"]


def test_it_lets_in_the_callers_or_their_whole_subnet() -> None:
    shut = nsg("nsg", arriving(100, "Deny"))
    one = asked(Drawing(hub=ENFORCED), shut)
    assert case(one, "sources", "source") == [CALLER, CALLER]
    several = asked(Drawing(hub=ENFORCED, addresses=("10.1.1.4", "10.1.1.9")), shut)
    assert case(several, "sources", "source") == ["10.1.1.4, 10.1.1.9", "10.1.1.0/24"]


def test_behind_a_firewall_that_translates_it_lets_in_the_firewall() -> None:
    placed: dict[str, Any] = {"properties": {"subnet": to("hub#subnets/AzureFirewallSubnet")}}
    translates = {"privateRanges": ["255.255.255.255/32"]}
    allows = {
        "name": "allows",
        "ruleType": "NetworkRule",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "destinationAddresses": ["*"],
        "destinationPorts": ["443"],
    }
    collection = {"priority": 100, "action": {"type": "Allow"}, "rules": [allows]}
    kind = "microsoft.network/firewallpolicies"
    estate = {
        "fw": {
            "type": "microsoft.network/azurefirewalls",
            "properties": {"ipConfigurations": [placed], "firewallPolicy": to("fwp")},
        },
        "fwp": {"type": kind, "properties": {"snat": translates}},
        "fwp/all": {
            "type": f"{kind}/rulecollectiongroups",
            "properties": {"priority": 100, "ruleCollections": [collection]},
        },
    }
    subnets = {"AzureFirewallSubnet": {"addressPrefix": "10.0.0.0/26"}}
    drawing = Drawing(hub=ENFORCED, hub_subnets=subnets)
    known = arriving(100, "Allow", CALLER)
    found = asked(drawing, nsg("nsg", known, arriving(200, "Deny")), estate, through=["fw"])
    assert case(found, "sources", "source") == ["10.0.0.0/26", "10.0.0.0/26"]
