"""Every rule keeps its promises: its examples, its form, its silence where all is well."""

import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from scanner.findings import Verdict
from scanner.resources import parse
from scanner.rules import Example, Rule, called, estates, home, judge, judgements, load_all
from scanner.rules.examples import drawn, failures
from scanner.rules.rule import FAMILIES
from scanner.topology import Topology

RULES = load_all()
GOOD = sorted(path.stem for path in (home() / "estates").glob("*.yaml"))

Document = dict[str, Any]

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id} {rule.name}")
every_example = pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, example, id=f"{rule.id}: {example.name}")
        for rule in RULES
        for example in rule.examples
    ],
)


@cache
def good(name: str) -> Topology:
    estate = estates.load(home() / "estates" / f"{name}.yaml")
    return Topology(parse(estates.snapshot(estate)))


def removals(patch: Mapping[str, Any], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the ways to everything that a merge patch takes away."""
    for key, value in patch.items():
        if value is None:
            yield (*way, key)
        elif isinstance(value, Mapping):
            yield from removals(value, (*way, key))


def holds(estate: Any, way: tuple[str, ...]) -> bool:
    for key in way:
        if not isinstance(estate, Mapping) or key not in estate:
            return False
        estate = estate[key]
    return True


@every_rule
def test_examples_come_out_as_they_say(rule: Rule) -> None:
    assert list(failures(rule)) == []


@every_example
def test_an_example_takes_away_only_what_is_there(rule: Rule, example: Example) -> None:
    estate = estates.load(home() / "estates" / f"{example.given}.yaml")
    missing = [way for way in removals(example.patch) if not holds(estate, way)]
    assert missing == [], f"{rule.path}: {example.name}"


@every_example
def test_a_finding_of_an_example_can_be_acted_on(rule: Rule, example: Example) -> None:
    findings, _ = judge(drawn(example), (rule,))
    for finding in findings:
        assert finding.message.strip()
        assert not re.search(r"[{}]|None|ResourceId\(", finding.message)
        assert finding.evidence or finding.verdict is Verdict.OPEN
        for command in finding.commands:
            assert not re.search(r"[{}]", re.sub(r"'[^']*'", "", command)), command
            assert shlex.split(command)[0] in {"az", "aoai-scan"}
        if finding.verdict is Verdict.OPEN:
            assert finding.commands == ()


@every_rule
def test_a_rule_with_commands_gives_one_for_some_failing_example(rule: Rule) -> None:
    if not rule.commands:
        return
    given = [finding for e in rule.examples for finding in judge(drawn(e), (rule,))[0]]
    assert any(finding.commands for finding in given if finding.verdict is Verdict.FAIL)


@every_rule
@pytest.mark.parametrize("name", GOOD)
def test_a_rule_is_silent_on_a_good_estate(rule: Rule, name: str) -> None:
    said = {called(s): j for s, j in judgements(good(name), rule)}
    loud = {p: j for p, j in said.items() if j.verdict in {Verdict.FAIL, Verdict.OPEN}}
    assert loud == {}


@every_rule
def test_a_rule_proves_that_it_can_pass_and_fail(rule: Rule) -> None:
    proved = {verdict for example in rule.examples for verdict in example.expect.values()}
    assert proved >= {Verdict.PASS, Verdict.FAIL}


NEVER_OPEN = {
    "AOAI106": "disableLocalAuth is in the account's own row, and absent means that keys work",
    "AOAI117": "the identity is in the account's own row, and absent means that there is none",
    "AOAI118": "encryption is in the account's own row, and absent means Microsoft's key",
    "AOAI224": "the states are in the link's own row",
    "AOAI227": "the subdomain is in the account's own row, and absent means that there is none",
    "AOAI504": "both numbers are in the zone's own row; where one is not, nothing is judged",
}
"""Rules that ask one row alone: without it there is no subject, and with it there is an answer."""


@every_rule
def test_a_rule_proves_that_it_leaves_open_what_was_not_read(rule: Rule) -> None:
    proved = {verdict for example in rule.examples for verdict in example.expect.values()}
    assert (Verdict.OPEN in proved) != (rule.id in NEVER_OPEN), "an example, or a reason"


@every_rule
def test_an_example_has_a_name_of_its_own(rule: Rule) -> None:
    names = [example.name for example in rule.examples]
    assert len(set(names)) == len(names)


@every_rule
def test_id_family_folder_and_file_agree(rule: Rule) -> None:
    assert FAMILIES[int(rule.id[4]) - 1] == rule.family == rule.path.parent.name
    assert rule.path.stem == rule.name


def test_ids_and_names_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@every_rule
def test_references_are_https_and_each_stands_once(rule: Rule) -> None:
    assert rule.references
    assert len(set(rule.references)) == len(rule.references)
    assert all(address.startswith("https://") for address in rule.references)
