"""
Azure Policy's comparisons, meaning what they mean there, and three for address prefixes.

Source: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from scanner.rules.shapes import Flag, OneOrMore, Scalar, Shape, Text, Whole

Comparison: TypeAlias = Callable[[Any, Any], bool | None]
"""From a value (None when absent) and the rule's operand to the answer; None is not known."""

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def equals(value: Any, operand: Any) -> bool:  # noqa: ANN401 - any JSON value
    """
    Hold when they are equal; text in any letter case. Absent equals nothing.

    A truth value equals its name, as built-in policies rely on: `notEquals: "true"`.
    """
    return bool(_folded(value) == _folded(operand))


def within(value: Any, operand: tuple[Any, ...]) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the value equals one of the list."""
    return any(equals(value, item) for item in operand)


def like(value: Any, operand: str) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the text matches a pattern in which `*` stands for anything."""
    if not isinstance(value, str):
        return False
    position, text = 0, value.lower()
    first, *others = operand.lower().split("*")
    if not others:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for part in others[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(others[-1]) and len(text) - len(others[-1]) >= position


def contains(value: Any, operand: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the text contains the operand, or the array an item equal to it."""
    if isinstance(value, list):
        return any(equals(item, operand) for item in value)
    return isinstance(value, str) and str(operand).lower() in value.lower()


def contains_key(value: Any, operand: str) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the object has the key, in any letter case."""
    return isinstance(value, Mapping) and operand.lower() in {key.lower() for key in value}


def exists(value: Any, operand: bool) -> bool:  # noqa: ANN401, FBT001 - any JSON value
    """Hold when the value is there (or, with `false`, is not). Null is not there."""
    return (value is not None) is operand


def less(value: Any, operand: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the value is less: numbers as numbers, text as text."""
    return _comparable(value, operand) and bool(_folded(value) < _folded(operand))


def less_or_equals(value: Any, operand: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the value is less or equal."""
    return _comparable(value, operand) and bool(_folded(value) <= _folded(operand))


def greater(value: Any, operand: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the value is greater."""
    return _comparable(value, operand) and bool(_folded(value) > _folded(operand))


def greater_or_equals(value: Any, operand: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Hold when the value is greater or equal."""
    return _comparable(value, operand) and bool(_folded(value) >= _folded(operand))


def wider_than(value: Any, operand: int) -> bool | None:  # noqa: ANN401 - any JSON value
    """Hold when the address prefix is shorter than /operand, so holds more addresses."""
    length = _prefix_length(value)
    return None if length is None else length < operand


def narrower_than(value: Any, operand: int) -> bool | None:  # noqa: ANN401 - any JSON value
    """Hold when the address prefix is longer than /operand; an address alone is the longest."""
    length = _prefix_length(value)
    return None if length is None else length > operand


def inside(value: Any, operand: tuple[str, ...]) -> bool | None:  # noqa: ANN401 - any JSON value
    """Hold when all addresses of the address prefix are in one of those listed."""
    network = _network(value)
    if network is None:
        return None
    return any(_holds(_network(prefix), network) for prefix in operand)


def opposite(comparison: Comparison) -> Comparison:
    """Return the comparison that holds when this one does not: of the absent, it holds."""

    def answer(value: Any, operand: Any) -> bool | None:  # noqa: ANN401 - any JSON value
        said = comparison(value, operand)
        return None if said is None else not said

    answer.__doc__ = f"The opposite of: {comparison.__doc__}"
    return answer


PREFIX = Text(r"^[0-9a-fA-F.:]+/[0-9]+$", "an address prefix such as 10.0.0.0/8")

COMPARISONS: Mapping[str, tuple[Shape, Comparison]] = {
    "equals": (Scalar(), equals),
    "notEquals": (Scalar(), opposite(equals)),
    "in": (OneOrMore(Scalar()), within),
    "notIn": (OneOrMore(Scalar()), opposite(within)),
    "like": (Text(), like),
    "notLike": (Text(), opposite(like)),
    "contains": (Scalar(), contains),
    "notContains": (Scalar(), opposite(contains)),
    "containsKey": (Text(), contains_key),
    "exists": (Flag(), exists),
    "less": (Scalar(), less),
    "lessOrEquals": (Scalar(), less_or_equals),
    "greater": (Scalar(), greater),
    "greaterOrEquals": (Scalar(), greater_or_equals),
    "widerThan": (Whole(most=128), wider_than),
    "narrowerThan": (Whole(most=128), narrower_than),
    "inside": (OneOrMore(PREFIX), inside),
}

COUNTS: Mapping[str, tuple[Shape, Comparison]] = {
    name: (Whole(), COMPARISONS[name][1])
    for name in ("equals", "notEquals", "less", "lessOrEquals", "greater", "greaterOrEquals")
}


def _folded(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return str(value).lower() if isinstance(value, str | bool) else value


def _comparable(value: object, operand: object) -> bool:
    if isinstance(value, bool) or isinstance(operand, bool):
        return False
    numbers = isinstance(value, int | float) and isinstance(operand, int | float)
    return numbers or (isinstance(value, str) and isinstance(operand, str))


def _prefix_length(value: object) -> int | None:
    network = _network(value)
    return None if network is None else network.prefixlen


def _holds(outer: Network | None, inner: Network) -> bool:
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _network(value: object) -> Network | None:
    """Return an IPv4 or IPv6 prefix, or None for what is not one."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F.:]+(/[0-9]+)?", value):
        return None
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
