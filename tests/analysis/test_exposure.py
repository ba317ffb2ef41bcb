"""Who gets in from outside, as the account and its perimeter say together."""

from typing import Any

import pytest
from drawing import Estate, account, drawn, the, to

from scanner.analysis.exposure import Exposed, exposure, own_exposure

PERIMETERS = "microsoft.network/networksecurityperimeters"
ASSOCIATIONS = f"{PERIMETERS}/resourceassociations"
PROFILES = f"{PERIMETERS}/profiles"
ACCESS_RULES = f"{PERIMETERS}/profiles/accessrules"

ALLOW = {"defaultAction": "Allow"}
DENY = {"defaultAction": "Deny"}
TRUSTED = {"defaultAction": "Deny", "bypass": "AzureServices"}
RULES = {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.7"}]}
SUBNETS = {"defaultAction": "Deny", "virtualNetworkRules": [{"id": "/subscriptions/s/x"}]}


def associated(mode: str | None, *rules: dict[str, Any], **more: Any) -> Estate:
    """Draw a perimeter around the account, with a profile that holds the rules."""
    if mode is None:
        return {}
    said = {"accessMode": mode} if mode else {}
    properties = {"privateLinkResource": to("aoai"), "profile": to("nsp/p"), **said, **more}
    return {
        "nsp": {"type": PERIMETERS, "properties": {}},
        "nsp/p": {"type": PROFILES, "properties": {}},
        "nsp/a": {"type": ASSOCIATIONS, "properties": properties},
        **{f"nsp/p/{n}": rule for n, rule in enumerate(rules)},
    }


def access_rule(*prefixes: str, direction: str = "Inbound", **more: Any) -> dict[str, Any]:
    properties = {"direction": direction, "addressPrefixes": list(prefixes), **more}
    return {"type": ACCESS_RULES, "properties": properties}


NARROW = access_rule("198.51.100.0/24")
WIDE = access_rule("0.0.0.0/0")


def asked(mode: str | None = None, *, gaps: tuple[str, ...] = (), **properties: Any) -> Exposed:
    return governed(associated(mode), gaps=gaps, **properties)


def governed(perimeter: Estate, *, gaps: tuple[str, ...] = (), **properties: Any) -> Exposed:
    topology = drawn(account(**properties), perimeter, gaps=gaps)
    return exposure(topology, the(topology, "aoai"))


@pytest.mark.parametrize(
    ("access", "acls", "mode", "expected"),
    [
        # The account alone.
        (None, None, None, "public"),
        ("Enabled", None, None, "public"),
        ("ENABLED", ALLOW, None, "public"),
        ("Enabled", {}, None, "public"),
        ("Enabled", {"ipRules": [{"value": "198.51.100.7"}]}, None, "public"),
        (None, {"defaultAction": "deny"}, None, "trusted"),
        ("Enabled", DENY, None, "trusted"),
        ("Enabled", {**DENY, "bypass": "None"}, None, "private"),
        ("Enabled", TRUSTED, None, "trusted"),
        ("Enabled", RULES, None, "selected"),
        ("Enabled", SUBNETS, None, "selected"),
        ("Enabled", {**RULES, "bypass": "AzureServices"}, None, "selected"),
        ("Disabled", None, None, "trusted"),
        ("disabled", ALLOW, None, "trusted"),
        ("Disabled", RULES, None, "trusted"),
        ("Disabled", TRUSTED, None, "trusted"),
        ("Disabled", {"bypass": "None"}, None, "private"),
        ("SecuredByPerimeter", ALLOW, None, "private"),
        ("SecuredByPerimeter", TRUSTED, None, "private"),
        # A Learning perimeter: its rules, and then the account's own.
        ("Enabled", ALLOW, "Learning", "public"),
        ("Enabled", RULES, "Learning", "selected"),
        ("Enabled", DENY, "Learning", "perimeter"),
        ("Enabled", TRUSTED, "Learning", "perimeter"),
        ("Disabled", ALLOW, "Learning", "unknown"),
        ("SecuredByPerimeter", ALLOW, "Learning", "perimeter"),
        (None, None, "", "public"),
        # An Enforced perimeter decides alone.
        ("Enabled", ALLOW, "Enforced", "perimeter"),
        ("Enabled", RULES, "enforced", "perimeter"),
        ("Disabled", ALLOW, "Enforced", "perimeter"),
        ("SecuredByPerimeter", None, "Enforced", "perimeter"),
        # What is not described is not known.
        ("Enabled", ALLOW, "Audit", "unknown"),
        ("Enabled", ALLOW, "Transition", "unknown"),
        ("Sometimes", DENY, None, "unknown"),
    ],
)
def test_exposure(access: str | None, acls: Any, mode: str | None, expected: str) -> None:
    assert asked(mode, publicNetworkAccess=access, networkAcls=acls).name == expected


def test_an_unread_association_may_be_a_perimeter() -> None:
    said = asked(publicNetworkAccess="Enabled", gaps=(ASSOCIATIONS,))
    assert sorted(said.possible) == ["perimeter", "public"]
    assert said.name == "unknown"
    assert said.unread


def test_a_perimeter_that_was_not_read_may_open_an_account_that_is_disabled() -> None:
    closed: dict[str, Any] = {"publicNetworkAccess": "Disabled", "networkAcls": {"bypass": "None"}}
    said = asked(gaps=(ASSOCIATIONS,), **closed)
    assert sorted(said.possible) == ["perimeter", "private", "public"]
    assert governed(associated("Enforced", WIDE), **closed).name == "public"


def test_whether_a_learning_perimeter_opens_a_disabled_account_is_not_settled() -> None:
    closed: dict[str, Any] = {"publicNetworkAccess": "Disabled", "networkAcls": {"bypass": "None"}}
    said = governed(associated("Learning", WIDE), **closed)
    assert (sorted(said.possible), said.name) == (["private", "public"], "unknown")
    assert "not settled" in said.unread


def test_an_association_that_was_read_is_known_whatever_else_was_not() -> None:
    said = asked("Enforced", publicNetworkAccess="Enabled", gaps=(ASSOCIATIONS,))
    assert said.name == "perimeter"


def test_a_perimeter_of_another_account_is_nothing_to_this_one() -> None:
    other = account("other", publicNetworkAccess="Enabled")
    topology = drawn(account(publicNetworkAccess="Enabled"), associated("Enforced"), other)
    assert exposure(topology, the(topology, "other")).name == "public"


def test_the_evidence_is_what_the_account_says() -> None:
    said = asked("Enforced", publicNetworkAccess="Enabled", networkAcls=DENY)
    assert [(e.resource.path, e.pointer, e.value) for e in said.because] == [
        ("aoai", "/properties/publicNetworkAccess", "Enabled"),
        ("aoai", "/properties/networkAcls/defaultAction", "Deny"),
        ("nsp/a", "/properties/accessMode", "Enforced"),
    ]


@pytest.mark.parametrize(
    "prefixes", [("0.0.0.0/0",), ("0.0.0.0/1", "128.0.0.0/1"), ("20.0.0.0/16", "8.8.8.8")]
)
def test_an_enforced_perimeter_that_admits_the_internet_is_public(prefixes: Any) -> None:
    together = associated("Enforced", access_rule(*prefixes))
    apart = associated("Enforced", *(access_rule(prefix) for prefix in prefixes))
    for perimeter in (together, apart):
        assert governed(perimeter, publicNetworkAccess="SecuredByPerimeter").name == "public"


@pytest.mark.parametrize(
    "rule",
    [
        NARROW,
        access_rule("20.0.0.0/16"),
        access_rule("10.0.0.0/8"),
        access_rule(subscriptions=[{"id": "/subscriptions/s"}]),
        access_rule("0.0.0.0/0", direction="Outbound"),
    ],
)
def test_an_enforced_perimeter_that_admits_few_is_a_perimeter(rule: dict[str, Any]) -> None:
    said = governed(associated("Enforced", rule), publicNetworkAccess="Enabled")
    assert (said.name, said.unread) == ("perimeter", "")


def test_the_rules_of_another_profile_are_nothing_to_this_account() -> None:
    other = {"nsp/q": {"type": PROFILES, "properties": {}}, "nsp/q/0": WIDE}
    said = governed({**associated("Enforced", NARROW), **other})
    assert said.name == "perimeter"


def test_an_enforced_perimeter_whose_rules_were_not_read_may_be_public() -> None:
    far = to("/subscriptions/f/resourceGroups/g/providers/Microsoft.Network"
             "/networkSecurityPerimeters/far/profiles/p")  # fmt: skip
    unknown = (
        governed(associated("Enforced"), gaps=(ACCESS_RULES,)),
        governed(associated("Enforced"), gaps=(PROFILES,)),
        governed(associated("Enforced", profile=None)),
        governed(associated("Enforced", profile=far)),
    )
    for said in unknown:
        assert sorted(said.possible) == ["perimeter", "public"]
        assert said.unread


def test_a_rule_that_was_read_opens_a_perimeter_whatever_else_was_not() -> None:
    said = governed(associated("Enforced", WIDE), gaps=(ACCESS_RULES, PROFILES))
    assert (said.name, said.unread) == ("public", "")


@pytest.mark.parametrize(
    ("access", "acls", "narrow", "wide", "unread"),
    [
        ("Enabled", ALLOW, ["public"], ["public"], ["public"]),
        ("Enabled", RULES, ["selected"], ["public"], ["public", "selected"]),
        ("Enabled", DENY, ["perimeter"], ["public"], ["perimeter", "public"]),
        (
            "Disabled",
            TRUSTED,
            ["perimeter", "trusted"],
            ["public", "trusted"],
            ["perimeter", "public", "trusted"],
        ),
        ("SecuredByPerimeter", DENY, ["perimeter"], ["public"], ["perimeter", "public"]),
    ],
)
def test_a_learning_perimeter_adds_its_rules_to_the_accounts_own(
    access: str, acls: Any, narrow: list[str], wide: list[str], unread: list[str]
) -> None:
    own = {"publicNetworkAccess": access, "networkAcls": acls}
    assert sorted(governed(associated("Learning", NARROW), **own).possible) == narrow
    assert sorted(governed(associated("Learning", WIDE), **own).possible) == wide
    unsure = governed(associated("Learning"), gaps=(ACCESS_RULES,), **own)
    assert sorted(unsure.possible) == unread


HALF_MADE = (
    {"hasProvisioningIssues": "yes"},
    {"hasProvisioningIssues": True},
    {"hasProvisioningIssues": "who knows"},
    {"provisioningState": "Failed"},
    {"provisioningState": "Creating"},
    {"provisioningState": "Updating", "hasProvisioningIssues": "no"},
)
MADE = (
    {"hasProvisioningIssues": "No"},
    {"hasProvisioningIssues": False, "provisioningState": "succeeded"},
)


@pytest.mark.parametrize("mode", ["Enforced", "Learning"])
@pytest.mark.parametrize("state", HALF_MADE)
def test_a_perimeter_that_failed_to_be_made_is_not_trusted(mode: str, state: Any) -> None:
    perimeter = associated(mode, NARROW, **state)
    said = governed(perimeter, publicNetworkAccess="Disabled", networkAcls=TRUSTED)
    assert sorted(said.possible) == ["perimeter", "public", "trusted"]
    assert said.unread
    because = [(e.pointer.rpartition("/")[2], e.value) for e in said.because]
    assert set(state.items()) <= set(because)


@pytest.mark.parametrize("state", HALF_MADE)
@pytest.mark.parametrize("access", ["Enabled", "Disabled", "SecuredByPerimeter"])
def test_what_an_account_obeys_until_it_takes_over_its_perimeters_rules_is_not_known(
    access: str, state: Any
) -> None:
    own: dict[str, Any] = {"publicNetworkAccess": access, "networkAcls": {"bypass": "None"}}
    said = governed(associated("Enforced", NARROW, **state), **own)
    assert {"perimeter", "public"} <= said.possible
    assert said.name == "unknown"
    for made in MADE:
        assert governed(associated("Enforced", NARROW, **made), **own).name == "perimeter"


def test_an_enforced_perimeter_with_provisioning_issues_leaves_a_public_account_open() -> None:
    perimeter = associated("Enforced", NARROW, hasProvisioningIssues="yes")
    said = governed(perimeter, publicNetworkAccess="Enabled")
    assert sorted(said.possible) == ["perimeter", "public"]


@pytest.mark.parametrize(
    ("access", "acls"), [("Disabled", None), ("Disabled", ALLOW), ("Enabled", DENY)]
)
def test_an_absent_bypass_may_admit_trusted_services_and_is_never_called_private(
    access: str, acls: Any
) -> None:
    said = asked(publicNetworkAccess=access, networkAcls=acls)
    assert sorted(said.possible) == ["private", "trusted"]
    assert said.name == "trusted"
    assert "bypass" in said.unread
    assert said.because[-1].pointer == "/properties/networkAcls/bypass"
    named = asked(publicNetworkAccess=access, networkAcls={**(acls or {}), "bypass": "None"})
    assert (sorted(named.possible), named.unread) == (["private"], "")


def test_a_perimeter_with_nothing_in_it_leaves_a_public_account_public() -> None:
    bare: Estate = {"nsp": {"type": PERIMETERS, "properties": {}}}
    said = governed(bare, publicNetworkAccess="Enabled")
    assert (said.name, said.unread) == ("public", "")
    unsure = governed(bare, publicNetworkAccess="Enabled", gaps=(ASSOCIATIONS,))
    assert sorted(unsure.possible) == ["perimeter", "public"]


def test_a_perimeter_that_was_not_read_may_have_associations_that_were_not_given() -> None:
    assert asked(publicNetworkAccess="Enabled", gaps=(PERIMETERS,)).name == "unknown"


def test_the_evidence_of_a_wide_perimeter_is_its_rule() -> None:
    said = governed(associated("Enforced", NARROW, WIDE), publicNetworkAccess="Enabled")
    assert [(e.resource.path, e.pointer, e.value) for e in said.because[-2:]] == [
        ("nsp/p/0", "/properties/addressPrefixes", ("198.51.100.0/24",)),
        ("nsp/p/1", "/properties/addressPrefixes", ("0.0.0.0/0",)),
    ]


# --- network rules that together are the Internet ---

DENIED_BUT = {
    "nobody": ((), "trusted"),
    "one address": (("198.51.100.7",), "selected"),
    "a /16": (("20.1.0.0/16",), "selected"),
    "a /16 in many parts": (tuple(f"20.1.{n}.0/24" for n in range(256)), "selected"),
    "private addresses alone": (("10.0.0.0/8", "172.16.0.0/12"), "selected"),
    "everybody": (("0.0.0.0/0",), "public"),
    "everybody in two halves": (("0.0.0.0/1", "128.0.0.0/1"), "public"),
    "everybody but a /8": (("0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"), "public"),
    "a /16 and one more": (("20.1.0.0/16", "8.8.8.8"), "public"),
    "many that are narrow": (tuple(f"20.{n}.0.0/17" for n in range(100)), "public"),
    "one address twice": (("198.51.100.7", "198.51.100.7/32"), "selected"),
}


@pytest.mark.parametrize("case", DENIED_BUT)
@pytest.mark.parametrize("access", ["Enabled", None, "enabled"])
def test_rules_that_together_admit_the_internet_are_public_however_cut(
    case: str, access: str | None
) -> None:
    prefixes, expected = DENIED_BUT[case]
    rules = [{"value": prefix} for prefix in prefixes]
    said = asked(publicNetworkAccess=access, networkAcls={**DENY, "ipRules": rules})
    assert said.name == expected


def test_the_evidence_of_rules_that_admit_the_internet_is_the_rules() -> None:
    acls = {**DENY, "ipRules": [{"value": "0.0.0.0/1"}, {"value": "128.0.0.0/1"}]}
    said = asked(publicNetworkAccess="Enabled", networkAcls=acls)
    assert [(e.pointer, e.value) for e in said.because] == [
        ("/properties/publicNetworkAccess", "Enabled"),
        ("/properties/networkAcls/defaultAction", "Deny"),
        ("/properties/networkAcls/ipRules", ("0.0.0.0/1", "128.0.0.0/1")),
    ]


@pytest.mark.parametrize("odd", ["::/0", "20.0.0.0-30.0.0.0", "Internet", "", "1.2.3.4/33"])
def test_a_rule_that_is_no_ipv4_prefix_may_admit_anybody(odd: str) -> None:
    acls = {**DENY, "ipRules": [{"value": "198.51.100.7"}, {"value": odd}]}
    said = asked(publicNetworkAccess="Enabled", networkAcls=acls)
    assert (sorted(said.possible), bool(said.unread)) == (["public", "selected"], True)
    perimeter = governed(associated("Enforced", access_rule("198.51.100.7", odd)))
    assert (sorted(perimeter.possible), bool(perimeter.unread)) == (["perimeter", "public"], True)


def test_wide_rules_behind_a_closed_door_admit_nobody() -> None:
    acls = {**DENY, "bypass": "None", "ipRules": [{"value": "0.0.0.0/0"}]}
    assert asked(publicNetworkAccess="Disabled", networkAcls=acls).name == "private"
    assert asked("Enforced", publicNetworkAccess="Enabled", networkAcls=acls).name == "perimeter"
    assert asked("Learning", publicNetworkAccess="Enabled", networkAcls=acls).name == "public"


@pytest.mark.parametrize("access", ["Enabled", "Disabled", "SecuredByPerimeter", None, "Sometimes"])
@pytest.mark.parametrize("acls", [None, ALLOW, DENY, TRUSTED, RULES, {"bypass": "None"}])
@pytest.mark.parametrize("mode", [None, "Learning", "Enforced", "Audit"])
@pytest.mark.parametrize("gaps", [(), (ASSOCIATIONS,), (ACCESS_RULES,)])
def test_private_is_said_only_where_nothing_wider_is_possible(
    access: str | None, acls: Any, mode: str | None, gaps: tuple[str, ...]
) -> None:
    said = asked(mode, gaps=gaps, publicNetworkAccess=access, networkAcls=acls)
    assert (said.name == "private") == (said.possible == {"private"})
    assert said.name == "unknown" or said.name in said.possible
    assert len(said.possible) == 1 or said.unread


def test_of_two_associations_that_differ_either_may_hold() -> None:
    both = associated("Enforced", NARROW)
    both["nsp/b"] = {
        **both["nsp/a"],
        "properties": {**both["nsp/a"]["properties"], "accessMode": "Learning"},
    }
    said = governed(both, publicNetworkAccess="Enabled")
    assert sorted(said.possible) == ["perimeter", "public"]


# --- the account's own settings ---


def own(perimeter: Estate, *, gaps: tuple[str, ...] = (), **properties: Any) -> list[str]:
    topology = drawn(account(**properties), perimeter, gaps=gaps)
    said = own_exposure(topology, the(topology, "aoai"))
    assert len(said.possible) == 1 or said.unread
    return sorted(said.possible)


@pytest.mark.parametrize(
    ("access", "acls", "expected"),
    [
        ("Enabled", ALLOW, "public"),
        ("Enabled", RULES, "selected"),
        ("SecuredByPerimeter", ALLOW, "private"),
        ("Disabled", TRUSTED, "trusted"),
    ],
)
def test_own_settings_count_unless_an_enforced_perimeter_decides_alone(
    access: str, acls: Any, expected: str
) -> None:
    settings = {"publicNetworkAccess": access, "networkAcls": acls}
    assert own({}, **settings) == [expected]
    assert own(associated("Learning", WIDE), **settings) == [expected]
    assert own(associated("Enforced", WIDE), **settings) == ["perimeter"]
    unsure = sorted({expected, "perimeter"})
    assert own({}, gaps=(ASSOCIATIONS,), **settings) == unsure
    assert own(associated("Audit", WIDE), **settings) == unsure
    delayed = associated("Enforced", WIDE, hasProvisioningIssues="yes")
    assert own(delayed, **settings) == unsure
