"""Editors and the loader read the same grammar: what one accepts, the other does."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from rule_files import RULE, composed, written

from scanner.errors import RuleError
from scanner.rules import load, load_all, schema
from scanner.rules.document import Source
from scanner.rules.nodes import plain
from scanner.rules.words import WORDS

VALIDATOR = jsonschema_rs.Draft202012Validator(schema())
PATHS = [rule.path for rule in load_all()]

ONLY_THE_LOADER_KNOWS = (
    "is no path of the subject",  # a blank of a template
    "name bound by this rule's words",  # the same, against the rule's own words
    "part of an ARM ID",  # the same, after the colon
    "opens or closes no blank",
    "; this rule is for ",  # a word that asks of what the rule does not speak of
)
"""Errors that JSON Schema cannot express; keys that stand twice it never sees."""

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2.0, 65536, 1 << 40, "", " ", "x", "x\n", [], {}, [[]], [None],
    ["x"], {"x": 1}, [1, "a", True], {"field": "kind", "equals": "x"}, {"exposure": "private"},
)  # fmt: skip

KEYS = (
    *WORDS, "equals", "in", "exists", "where", "type", "every", "none", "less", "widerThan", "x",
    "az", "patch", "unread", "when", "maps", "",
)  # fmt: skip

CONDITIONS: tuple[Any, ...] = (
    {"field": "kind", "equals": ["a"]},
    {"field": "kind", "in": []},
    {"field": "kind", "in": "a"},
    {"field": "kind", "in": ["a", ["b"]]},
    {"field": "kind", "exists": "true"},
    {"field": "kind", "exists": True, "equals": 1},
    {"field": "kinds", "exists": True},
    {"field": "tags['a.b']", "exists": True},
    {"field": "properties.a[*].b", "widerThan": 128},
    {"field": "properties.a[*].b", "widerThan": 129},
    {"field": "properties.a\n", "exists": True},
    {"count": {"field": "properties.a[*]"}, "equals": 1.0},
    {"count": {"field": "properties.a[*]"}, "equals": "1"},
    {"count": {"field": "properties.a"}, "equals": 1},
    {"count": {"field": "properties.a[*]", "where": {"not": {"field": "kind"}}}, "equals": 1},
    {"count": {"field": "properties.a[*]", "x": 1}, "equals": 1},
    {"count": {"field": "properties.a[*]"}, "like": "x"},
    {"related": "serves", "exists": True},
    {"related": [], "exists": True},
    {"related": ["serves", "x"], "exists": True},
    {"related": ["servedBy", "placedIn"], "type": "MICROSOFT.NETWORK/subnets", "exists": True},
    {"related": "servedBy", "type": "MICROSOFT.network/privateENDPOINTS", "exists": False},
    {"related": "servedBy", "every": {"field": "kind"}},
    {"related": "servedBy", "every": {}, "none": {}},
    {"related": "servedBy"},
    {"related": "servedBy", "where": {"exposure": []}, "exists": True},
    {"allOf": []},
    {"allOf": {"field": "kind", "equals": 1}},
    {"anyOf": [{"allOf": [{"not": {"exposure": ["private", "selected"]}}]}]},
    {"not": [{"exposure": "private"}]},
    {"exposure": "Private"},
    {"exposure": "private", "requiredZones": "exist"},
    {"requiredZones": ["exist"]},
    {"openToInternet": [22, 3389.0]},
    {"openToInternet": [0]},
    {"openToInternet": 22},
    {},
    [],
    "exposure",
)


def document(path: Path) -> Any:
    return json.loads(json.dumps(plain(composed(path.read_text("utf-8")), Source(path))))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place a value stands in: its container, and its key or index there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def mutated(rule: Any, chance: random.Random) -> Any:
    rule = json.loads(json.dumps(rule))
    container, key = chance.choice(list(places(rule)))
    match chance.randrange(5):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            container[chance.choice(KEYS)] = container.pop(key)
        case 2 if isinstance(container, dict):
            container[chance.choice(KEYS)] = chance.choice(JUNK)
        case 3 if isinstance(container[key], str):
            container[key] = chance.choice((str.upper, str.title, str.strip, spoilt))(
                container[key]
            )
        case _:
            container[key] = chance.choice(JUNK)
    return rule


def spoilt(text: str) -> str:
    return f"{text}\n"


def refusal(rule: Any, folder: Path) -> str:
    """Return why the loader refuses a rule; empty when it takes it."""
    try:
        load(written(folder, json.dumps(rule)))
    except RuleError as error:
        return str(error)
    return ""


def agrees(rule: Any, folder: Path) -> bool:
    why = refusal(rule, folder)
    if any(known in why for known in ONLY_THE_LOADER_KNOWS):
        return True
    return VALIDATOR.is_valid(rule) is (why == "")


def test_the_schema_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(schema())


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_shipped_rule_is_valid_by_the_schema(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document(path))] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_shipped_rule_changed_somewhere_is_judged_alike(path: Path, tmp_path: Path) -> None:
    chance = random.Random(path.stem)  # noqa: S311 - no secret
    rule = document(path)
    rule["examples"] = rule["examples"][:1]
    changed = [mutated(rule, chance) for _ in range(25)]
    assert [rule for rule in changed if not agrees(rule, tmp_path)] == []


def test_a_small_rule_changed_twice_anywhere_is_judged_alike(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    rule = document(written(tmp_path, RULE, "plain.yaml"))
    changed = [mutated(mutated(rule, chance), chance) for _ in range(300)]
    assert [rule for rule in changed if not agrees(rule, tmp_path)] == []


@pytest.mark.parametrize("key", ["when", "assert"])
@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
def test_a_condition_is_judged_alike(key: str, condition: Any, tmp_path: Path) -> None:
    rule = document(written(tmp_path, RULE, "plain.yaml")) | {key: condition}
    assert agrees(rule, tmp_path), refusal(rule, tmp_path) or "taken"
