"""Who gets in from outside, as the account and its perimeter say together."""

from typing import Any

import pytest
from drawing import Estate, account, drawn, the, to

from scanner.analysis.exposure import Exposed, exposure

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
        (None, {"defaultAction": "deny"}, None, "private"),
        ("Enabled", DENY, None, "private"),
        ("Enabled", TRUSTED, None, "trusted"),
        ("Enabled", RULES, None, "selected"),
        ("Enabled", SUBNETS, None, "selected"),
        ("Enabled", {**RULES, "bypass": "AzureServices"}, None, "selected"),
        ("Disabled", None, None, "private"),
        ("disabled", ALLOW, None, "private"),
        ("Disabled", RULES, None, "private"),
        ("Disabled", TRUSTED, None, "trusted"),
        ("Disabled", {"bypass": "None"}, None, "private"),
        ("SecuredByPerimeter", ALLOW, None, "private"),
        ("SecuredByPerimeter", TRUSTED, None, "private"),
        # A Learning perimeter: its rules, and then the account's own.
        ("Enabled", ALLOW, "Learning", "public"),
        ("Enabled", RULES, "Learning", "selected"),
        ("Enabled", DENY, "Learning", "perimeter"),
        ("Enabled", TRUSTED, "Learning", "perimeter"),
        ("Disabled", ALLOW, "Learning", "perimeter"),
        ("SecuredByPerimeter", ALLOW, "Learning", "perimeter"),
        (None, None, "", "public"),
        # An Enforced perimeter decides alone.
        ("Enabled", ALLOW, "Enforced", "perimeter"),
        ("Enabled", RULES, "enforced", "perimeter"),
        ("Disabled", ALLOW, "Enforced", "perimeter"),
        ("SecuredByPerimeter", None, "Enforced", "perimeter"),
        # What is not described is not known.
        ("Enabled", ALLOW, "Audit", "unknown"),
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
    assert governed(associated("Learning", WIDE), **closed).name == "public"


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
        ("Disabled", ALLOW, ["perimeter"], ["public"], ["perimeter", "public"]),
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


@pytest.mark.parametrize("mode", ["Enforced", "Learning"])
def test_a_perimeter_with_provisioning_issues_may_not_govern_yet(mode: str) -> None:
    perimeter = associated(mode, NARROW, hasProvisioningIssues="yes")
    said = governed(perimeter, publicNetworkAccess="Disabled", networkAcls=TRUSTED)
    assert sorted(said.possible) == ["perimeter", "trusted"]
    assert said.unread
    assert ("/properties/hasProvisioningIssues", "yes") in [
        (e.pointer, e.value) for e in said.because
    ]


def test_an_enforced_perimeter_with_provisioning_issues_leaves_a_public_account_open() -> None:
    perimeter = associated("Enforced", NARROW, hasProvisioningIssues="yes")
    said = governed(perimeter, publicNetworkAccess="Enabled")
    assert sorted(said.possible) == ["perimeter", "public"]


@pytest.mark.parametrize(
    ("access", "acls"), [("Disabled", None), ("Disabled", ALLOW), ("Enabled", DENY)]
)
def test_an_absent_bypass_may_admit_trusted_services_and_is_called_private(
    access: str, acls: Any
) -> None:
    said = asked(publicNetworkAccess=access, networkAcls=acls)
    assert sorted(said.possible) == ["private", "trusted"]
    assert said.name == "private"
    assert "bypass" in said.unread
    assert said.because[-1].pointer == "/properties/networkAcls/bypass"
    named = asked(publicNetworkAccess=access, networkAcls={**(acls or {}), "bypass": "None"})
    assert (sorted(named.possible), named.unread) == (["private"], "")


def test_a_perimeter_without_any_association_was_not_read_whole() -> None:
    bare: Estate = {"nsp": {"type": PERIMETERS, "properties": {}}}
    said = governed(bare, publicNetworkAccess="Enabled")
    assert sorted(said.possible) == ["perimeter", "public"]
    assert said.unread


def test_a_perimeter_that_was_not_read_may_have_associations_that_were_not_given() -> None:
    assert asked(publicNetworkAccess="Enabled", gaps=(PERIMETERS,)).name == "unknown"


def test_the_evidence_of_a_wide_perimeter_is_its_rule() -> None:
    said = governed(associated("Enforced", NARROW, WIDE), publicNetworkAccess="Enabled")
    assert [(e.resource.path, e.pointer, e.value) for e in said.because[-2:]] == [
        ("nsp/p/0", "/properties/addressPrefixes", ("198.51.100.0/24",)),
        ("nsp/p/1", "/properties/addressPrefixes", ("0.0.0.0/0",)),
    ]
