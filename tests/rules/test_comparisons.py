"""Comparisons mean what they mean in Azure Policy."""

from typing import Any

import pytest

from scanner.rules.words.comparisons import COMPARISONS

ABSENT = None
T, F, OPEN = True, False, None

TABLE: list[tuple[Any, str, Any, bool | None]] = [
    # A condition with `not` is true of an absent field, any other false.
    *((ABSENT, name, "x", F) for name in ("equals", "like", "contains", "containsKey")),
    *((ABSENT, name, "x", T) for name in ("notEquals", "notLike", "notContains")),
    (ABSENT, "in", ("x",), F),
    (ABSENT, "notIn", ("x",), T),
    *((ABSENT, name, 1, F) for name in ("less", "lessOrEquals", "greater", "greaterOrEquals")),
    (ABSENT, "exists", True, F),
    (ABSENT, "exists", False, T),
    ("", "exists", True, T),
    (0, "exists", True, T),
    (False, "exists", True, T),
    ([], "exists", True, T),
    # Text is compared in any letter case.
    ("Disabled", "equals", "disabled", T),
    ("Disabled", "notEquals", "DISABLED", F),
    ("Disabled", "equals", "Disabled ", F),
    ("AzureServices", "in", ("None", "azureservices"), T),
    ("AzureServices", "notIn", ("None", "azureservices"), F),
    # A truth value equals its name, as built-in policies rely on; it is no number.
    (True, "equals", True, T),
    (True, "equals", "true", T),
    ("True", "equals", True, T),
    (False, "notEquals", "true", T),
    (True, "equals", 1, F),
    (False, "equals", 0, F),
    (1, "equals", True, F),
    (True, "in", (1, "yes"), F),
    (True, "greater", 0, F),
    # A number is no text.
    (443, "equals", 443, T),
    (443, "equals", 443.0, T),
    (443, "equals", "443", F),
    ("443", "less", 500, F),
    ("443", "greater", 1, F),
    (2, "less", 10, T),
    ("2", "less", "10", F),
    ("a", "less", "B", T),
    (2, "lessOrEquals", 2, T),
    (2, "greaterOrEquals", 2, T),
    (2, "greater", 2, F),
    (1.5, "greater", 1, T),
    # A structure equals nothing.
    (["a"], "equals", "a", F),
    ({"a": 1}, "equals", "a", F),
    # `like`: `*` stands for anything, anywhere.
    ("abc", "like", "abc", T),
    ("ABC", "like", "a*", T),
    ("abc", "like", "*C", T),
    ("abc", "like", "a*c", T),
    ("abc", "like", "*b*", T),
    ("abc", "like", "*", T),
    ("", "like", "*", T),
    ("abc", "like", "**", T),
    ("abc", "like", "b*", F),
    ("abc", "like", "*b", F),
    ("ab", "like", "ab*b", F),
    ("aba", "like", "ab*ba", F),
    ("abcbc", "like", "a*bc", T),
    ("a.c", "like", "a?c", F),
    ("a+c", "like", "a+*", T),
    ("abc", "notLike", "a*", F),
    (5, "like", "5", F),
    # `contains`: a piece of text, or an item of an array.
    ("10.0.0.0/8", "contains", "0.0/8", T),
    ("Abc", "contains", "aB", T),
    ("443", "contains", 44, T),
    (["Abc", 7], "contains", "aBC", T),
    (["abc"], "contains", "ab", F),
    (["abc"], "notContains", "ab", T),
    ([7], "contains", 7, T),
    ([], "contains", "a", F),
    (443, "contains", 44, F),
    ({"Owner": "me"}, "containsKey", "owner", T),
    ({"owner": None}, "containsKey", "owner", T),
    ({}, "containsKey", "owner", F),
    ("owner", "containsKey", "owner", F),
    # Prefix lengths: an address alone is the longest; what is no prefix is not known.
    ("10.0.0.0/8", "widerThan", 16, T),
    ("10.0.0.0/16", "widerThan", 16, F),
    ("10.0.0.0/24", "widerThan", 16, F),
    ("10.0.0.0/24", "narrowerThan", 16, T),
    ("10.0.0.0/16", "narrowerThan", 16, F),
    ("0.0.0.0/0", "widerThan", 1, T),
    ("10.0.0.4", "narrowerThan", 31, T),
    ("10.0.0.4", "widerThan", 32, F),
    ("10.0.0.5/8", "widerThan", 9, T),
    ("fd00::/8", "widerThan", 64, T),
    ("fd00::1", "narrowerThan", 127, T),
    ("::/0", "widerThan", 1, T),
    *((junk, "widerThan", 8, OPEN) for junk in ("Internet", "*", "", "10.0.0.0/33", "1.2.3", "10")),
    *((junk, "narrowerThan", 8, OPEN) for junk in (ABSENT, 10, True, "10.0.0.0/-1", "fd00::/129")),
    ("10.0.0.0/" + "9" * 5000, "widerThan", 8, OPEN),
    ("10.0.0.4", "inside", ("192.168.0.0/16", "10.0.0.0/8"), T),
    ("10.0.0.0/8", "inside", ("10.0.0.0/8",), T),
    ("10.0.0.0/7", "inside", ("10.0.0.0/8",), F),
    ("10.255.255.255/8", "inside", ("10.0.0.1/8",), T),
    ("fd00::1", "inside", ("10.0.0.0/8", "fd00::/8"), T),
    ("10.0.0.4", "inside", ("::/0",), F),
    ("10.0.0.4", "inside", ("10.0.0.0/99",), F),
    *((junk, "inside", ("0.0.0.0/0",), OPEN) for junk in (ABSENT, 10, "", "Internet")),
]


@pytest.mark.parametrize(("value", "name", "operand", "answer"), TABLE)
def test_comparison(value: Any, name: str, operand: Any, answer: Any) -> None:
    assert COMPARISONS[name][1](value, operand) is answer


@pytest.mark.parametrize("name", [name for name in COMPARISONS if name.startswith("not")])
def test_a_comparison_with_not_is_the_opposite_of_the_other(name: str) -> None:
    plain = name.removeprefix("not")
    other = plain[0].lower() + plain[1:]
    operand = ("a",) if other == "in" else "a"
    values: tuple[Any, ...] = (None, "a", "b", ["a"], 1, True, {})
    for value in values:
        assert COMPARISONS[name][1](value, operand) is not COMPARISONS[other][1](value, operand)
