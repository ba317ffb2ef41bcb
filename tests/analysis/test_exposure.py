"""Who gets in from outside, as the account and its perimeter say together."""

from typing import Any

import pytest
from drawing import Estate, account, drawn, the, to

from scanner.analysis.exposure import Exposed, exposure

ASSOCIATIONS = "microsoft.network/networksecurityperimeters/resourceassociations"

ALLOW = {"defaultAction": "Allow"}
DENY = {"defaultAction": "Deny"}
TRUSTED = {"defaultAction": "Deny", "bypass": "AzureServices"}
RULES = {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.7"}]}
SUBNETS = {"defaultAction": "Deny", "virtualNetworkRules": [{"id": "/subscriptions/s/x"}]}


def associated(mode: str | None) -> Estate:
    if mode is None:
        return {}
    said = {"accessMode": mode} if mode else {}
    return {
        "nsp": {"type": "microsoft.network/networksecurityperimeters", "properties": {}},
        "nsp/a": {"type": ASSOCIATIONS, "properties": {"privateLinkResource": to("aoai"), **said}},
    }


def asked(mode: str | None = None, *, gaps: tuple[str, ...] = (), **properties: Any) -> Exposed:
    topology = drawn(account(**properties), associated(mode), gaps=gaps)
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
