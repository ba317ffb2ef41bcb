"""
The rules and Azure Policy, side by side, on every good estate and every example.

A policy and the rule that asks the same agree when both report a subject, or neither
does. Where they do not, `parity.yaml` says why, case by case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from azure_policy import holds
from many_estates import CASES, RULES, Case

from scanner.resources import AnyResource, parse
from scanner.rules import called, judgements
from scanner.rules.policies import policies
from scanner.topology import Topology

PAIRS = {
    "037eea7a-bd0a-46c5-9a66-03aea78705d3": "AOAI101",
    "d6759c02-b87f-42b7-892e-71b3f471d782": "AOAI301",
    "71ef260a-8f18-47b7-abcb-62d0673d94dc": "AOAI106",
    "67121cc7-ff39-4ab8-b7e3-95b84dab487d": "AOAI118",
    "fe3fd216-4f83-4fc1-8984-2bbec80a3418": "AOAI117",
    "83a86a26-fd1f-447c-b59d-e51f44264114": "AOAI113",
    "35f9c03a-cc27-418e-9c0c-539ff999d010": "AOAI507",
}
"""
Each policy, and the rule that asks the same of the same resources.

Left out are 7bca8353, which condemns every subnet that is written without the property, as
those of the examples are, and 3f84c9b0, which asks of policies what AOAI217 asks of calls.
"""

BY_ID = {rule.id: rule for rule in RULES}
LISTED: list[Mapping[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("parity.yaml").read_text("utf-8")
)

Key = tuple[str, str, str, str]
"""The policy, the rule, and what each says."""


@cache
def found() -> Mapping[Key, frozenset[str]]:
    """Return where the two come out otherwise: the cases by what is said."""
    cases: dict[Key, set[str]] = {}
    for case in CASES:
        for key, subject in _differences(case):
            cases.setdefault(key, set()).add(f"{case.name}: {subject}")
    return {key: frozenset(names) for key, names in cases.items()}


def _differences(case: Case) -> Iterator[tuple[Key, str]]:
    inventory = parse(case.snapshot())
    topology = Topology(inventory)
    for guid, rule in PAIRS.items():
        judged = {called(s): str(j.verdict) for s, j in judgements(topology, BY_ID[rule])}
        for subject in inventory.resources.values():
            if subject.row.type.lower() != BY_ID[rule].subject:
                continue
            ours = judged.get(subject.id.path, "nothing")
            is_reported = holds(policies()[guid].condition, values(subject))
            if ours == "open" or is_reported != (ours == "fail"):
                yield (guid, rule, "fails" if is_reported else "complies", ours), subject.id.path


def values(resource: AnyResource) -> Mapping[str, Any]:
    """Return a resource as ARM does."""
    decoded: Mapping[str, Any] = msgspec.json.decode(msgspec.json.encode(resource.row))
    return decoded


def listed() -> Mapping[Key, frozenset[str]]:
    cases: dict[Key, frozenset[str]] = {}
    for entry in LISTED:
        said = entry["says"]
        key = (entry["policy"], entry["rule"], said["policy"], said["rule"])
        cases[key] = cases.get(key, frozenset()) | set(entry["cases"])
    return cases


@pytest.mark.parametrize("rule", PAIRS.values())
def test_every_difference_is_listed_and_every_one_that_is_listed_is_there(rule: str) -> None:
    ours = {key: sorted(cases) for key, cases in found().items() if key[1] == rule}
    said = {key: sorted(cases) for key, cases in listed().items() if key[1] == rule}
    assert ours == said, "say why in tests/parity.yaml, or strike out what is gone"


def test_every_difference_stands_once_and_has_a_reason() -> None:
    cases = Counter((e["policy"], str(e["says"]), case) for e in LISTED for case in e["cases"])
    assert [case for case, count in cases.items() if count > 1] == []
    assert all(entry["because"].endswith(".") for entry in LISTED)


# --- what Azure Policy's documentation says of conditions

OPEN = {"type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI", "properties": {}}
ALIAS = "Microsoft.CognitiveServices/accounts"


def account(**properties: Any) -> Mapping[str, Any]:
    return {**OPEN, "properties": properties}


@pytest.mark.parametrize("value", [{}, {"publicNetworkAccess": None}])
def test_a_negated_condition_is_true_of_what_is_absent_or_null(value: Mapping[str, Any]) -> None:
    asked = {"field": f"{ALIAS}/publicNetworkAccess", "notEquals": "Disabled"}
    assert holds(asked, account(**value))
    assert not holds({**asked, "notEquals": "Disabled"}, account(publicNetworkAccess="disabled"))
    assert not holds({"field": asked["field"], "equals": "Disabled"}, account(**value))
    assert holds({"field": asked["field"], "exists": False}, account(**value))


def test_a_truth_value_equals_its_name() -> None:
    asked = {"field": f"{ALIAS}/disableLocalAuth", "notEquals": True}
    assert not holds(asked, account(disableLocalAuth=True))
    assert not holds({**asked, "notEquals": "true"}, account(disableLocalAuth=True))
    assert holds(asked, account(disableLocalAuth=False))


def test_of_an_array_all_members_must_compare_and_of_none_all_do() -> None:
    asked = {"field": f"{ALIAS}/networkAcls.ipRules[*].value", "notEquals": "0.0.0.0/0"}
    assert holds(asked, account())
    assert holds(asked, account(networkAcls={"ipRules": []}))
    assert holds(asked, account(networkAcls={"ipRules": [{"value": "203.0.113.7"}]}))
    rules = [{"value": "203.0.113.7"}, {"value": "0.0.0.0/0"}]
    assert not holds(asked, account(networkAcls={"ipRules": rules}))


def test_an_absent_array_counts_for_none_and_an_alias_leaves_out_properties() -> None:
    condition = policies()["d6759c02-b87f-42b7-892e-71b3f471d782"].condition
    states = ["Pending", "APPROVED"]
    connections = [
        {"properties": {"privateLinkServiceConnectionState": {"status": status}}}
        for status in states
    ]
    assert holds(condition, account())
    assert holds(condition, account(privateEndpointConnections=None))
    assert holds(condition, account(privateEndpointConnections=connections[:1]))
    assert not holds(condition, account(privateEndpointConnections=connections))


def test_an_identity_is_missing_when_it_is_absent_or_none() -> None:
    condition = policies()["fe3fd216-4f83-4fc1-8984-2bbec80a3418"].condition
    assert holds(condition, account())
    assert holds(condition, {**OPEN, "identity": {"type": "None"}})
    assert not holds(condition, {**OPEN, "identity": {"type": "SystemAssigned"}})
