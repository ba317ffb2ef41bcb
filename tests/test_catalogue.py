"""The catalogue is whole: every entry has a rule or a reason, and every rule an entry."""

import re
from itertools import groupby

import pytest

from scanner.findings import Verdict
from scanner.rules import load_all
from scanner.rules.catalogue import Entry, catalogue
from scanner.rules.documentation import FRAMEWORKS, page
from scanner.rules.policies import policies
from scanner.rules.rule import Rule

RULES = {rule.id: rule for rule in load_all()}
ENTRIES = catalogue().entries
DIGITS = {"EXP": "1", "DNS": "2", "NET": "3", "FW": "4", "HYG": "5"}

every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


def own_number(entry: Entry) -> str:
    family, _, number = entry.id.partition("-")
    return f"AOAI{DIGITS[family]}{number}"


def test_the_catalogue_has_every_number_of_every_family() -> None:
    families = groupby((entry.id for entry in ENTRIES), lambda name: name.partition("-")[0])
    counted = {family: list(names) for family, names in families}
    assert {family: len(names) for family, names in counted.items()} == {
        "EXP": 17,
        "DNS": 30,
        "NET": 25,
        "FW": 23,
        "HYG": 10,
    }
    for family, names in counted.items():
        assert names == [f"{family}-{number:02}" for number in range(1, len(names) + 1)]


@every_entry
def test_an_entry_has_a_rule_or_a_reason(entry: Entry) -> None:
    assert entry.rules or entry.left_out
    assert set(entry.rules) <= RULES.keys()


@every_entry
def test_an_entry_is_told_by_the_rule_of_its_number_or_by_an_example(entry: Entry) -> None:
    if not entry.rules:
        assert own_number(entry) not in RULES
        return
    shown = [
        example
        for rule in entry.rules
        for example in RULES[rule].examples
        if example.name == entry.shown
    ]
    assert bool(shown) == bool(entry.shown), entry.shown
    assert own_number(entry) in entry.rules or shown or len(entry.rules) > 1
    for example in shown:
        assert Verdict.FAIL in example.expect.values()


@every_rule
def test_a_rule_is_in_the_catalogue_or_beyond_it(rule: Rule) -> None:
    told = [entry for entry in ENTRIES if rule.id in entry.rules]
    assert bool(told) != (rule.id in catalogue().beyond), "say what it tells in catalogue.yaml"


@every_rule
def test_a_rule_with_the_number_of_an_entry_tells_that_entry(rule: Rule) -> None:
    for entry in ENTRIES:
        if own_number(entry) == rule.id:
            assert rule.id in entry.rules


# --- maps


@every_rule
def test_every_policy_a_rule_is_mapped_to_is_known(rule: Rule) -> None:
    assert set(rule.maps) <= set(FRAMEWORKS)
    assert set(rule.maps.get("azurePolicy", ())) <= policies().keys()


def test_every_policy_says_where_it_differs_from_each_rule_mapped_to_it() -> None:
    mapped = {
        guid: {rule.id for rule in RULES.values() if guid in rule.maps.get("azurePolicy", ())}
        for guid in policies()
    }
    assert {guid: set(policy.differs) for guid, policy in policies().items()} == mapped


def test_a_page_tells_a_policy_by_name_and_where_we_differ() -> None:
    for rule in RULES.values():
        text = page(rule)
        for guid in rule.maps.get("azurePolicy", ()):
            policy = policies()[guid]
            assert f"{guid} {policy.name}\n" in text
            assert re.sub(r"\s+", " ", policy.differs[rule.id]) in re.sub(r"\s+", " ", text)
