"""Conditions combine by Kleene's three values, and what does not apply stays out of it."""

from itertools import product

import pytest
from rule_files import said

ESTATE = """
    vnet: {type: microsoft.network/virtualnetworks, tags: {owner: me},
           properties: {addressSpace: {addressPrefixes: [x]}}}
"""
OPERANDS = {
    "pass": "{field: name, equals: vnet}",
    "fail": "{field: name, equals: other}",
    "open": "{field: 'properties.addressSpace.addressPrefixes[*]', widerThan: 8}",
    "notApplicable": "{exposure: private}",
}
RANK = {"fail": 0, "open": 1, "pass": 2}

pairs = pytest.mark.parametrize(("one", "other"), list(product(OPERANDS, repeat=2)))


def conjunction(*verdicts: str) -> str:
    ranks = [verdict for verdict in verdicts if verdict in RANK]
    return min(ranks, key=RANK.__getitem__) if ranks else "notApplicable"


def disjunction(*verdicts: str) -> str:
    ranks = [verdict for verdict in verdicts if verdict in RANK]
    return max(ranks, key=RANK.__getitem__) if ranks else "notApplicable"


@pytest.mark.parametrize("verdict", OPERANDS)
def test_the_operands_are_what_they_are_called(verdict: str) -> None:
    assert said(OPERANDS[verdict], ESTATE, "vnet") == verdict


@pairs
def test_all_of_is_the_gravest_of_those_that_apply(one: str, other: str) -> None:
    condition = f"{{allOf: [{OPERANDS[one]}, {OPERANDS[other]}]}}"
    assert said(condition, ESTATE, "vnet") == conjunction(one, other)


@pairs
def test_any_of_is_the_happiest_of_those_that_apply(one: str, other: str) -> None:
    condition = f"{{anyOf: [{OPERANDS[one]}, {OPERANDS[other]}]}}"
    assert said(condition, ESTATE, "vnet") == disjunction(one, other)


@pairs
def test_de_morgan_holds(one: str, other: str) -> None:
    left = f"{{not: {{allOf: [{OPERANDS[one]}, {OPERANDS[other]}]}}}}"
    right = f"{{anyOf: [{{not: {OPERANDS[one]}}}, {{not: {OPERANDS[other]}}}]}}"
    assert said(left, ESTATE, "vnet") == said(right, ESTATE, "vnet")


@pytest.mark.parametrize(
    ("verdict", "opposite"),
    [
        ("pass", "fail"),
        ("fail", "pass"),
        ("open", "open"),
        ("notApplicable", "notApplicable"),
    ],
)
def test_not_turns_what_is_known(verdict: str, opposite: str) -> None:
    assert said(f"{{not: {OPERANDS[verdict]}}}", ESTATE, "vnet") == opposite
