"""
The `if` of Azure Policy, read by its own documentation and by none of our words.

Source: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule,
https://learn.microsoft.com/azure/governance/policy/how-to/author-policies-for-arrays
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Condition = Mapping[str, Any]
Values = Mapping[str, Any]
"""A resource as ARM returns it."""

ENVELOPE = {"id", "name", "type", "kind", "location", "identity", "sku", "tags", "zones"}
"""What a field names without an alias."""


def holds(condition: Condition, resource: Values) -> bool:
    """Tell whether a condition is true of a resource."""
    match condition:
        case {"allOf": parts}:
            return all(holds(part, resource) for part in parts)
        case {"anyOf": parts}:
            return any(holds(part, resource) for part in parts)
        case {"not": part}:
            return not holds(part, resource)
        case {"count": counted}:
            (name, operand) = next(item for item in condition.items() if item[0] != "count")
            return _compares(name, _counted(counted, resource), operand)
        case {"field": field}:
            (name, operand) = next(item for item in condition.items() if item[0] != "field")
            # Of an array's members all must compare; of none, all do.
            return all(_compares(name, value, operand) for value in _values(field, resource))
    raise AssertionError(condition)


def _counted(counted: Condition, resource: Values) -> int:
    """Count members; inside `where`, a field under the counted one means that member."""
    array, where = counted["field"], counted.get("where")
    members = [value for value in _values(array, resource) if value is not None]
    return sum(where is None or holds(_of_member(where, array), {"": each}) for each in members)


def _of_member(where: Condition, array: str) -> Condition:
    """Return the condition with its fields read from the member."""
    if "field" not in where:
        return {key: [_of_member(part, array) for part in parts] for key, parts in where.items()}
    assert where["field"].startswith(array)
    return {**where, "field": where["field"].removeprefix(array).strip(".")}


def _values(field: str, resource: Values) -> Iterator[Any]:
    """Yield what a field names; None when it is absent, or null, which is the same."""
    if "" in resource:  # a member of an array
        yield from _down(resource[""], field.split(".") if field else [])
        return
    if field.partition(".")[0] in ENVELOPE:
        yield from _down(resource, field.split("."))
        return
    kind = str(resource["type"])
    assert field.lower().startswith(f"{kind.lower()}/"), field
    path = field[len(kind) + 1 :].replace("[*]", ".[*]")
    yield from _down(resource.get("properties"), path.split("."))


def _down(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
        return
    step, *rest = path
    if step == "[*]":
        for member in value if isinstance(value, list) else ():
            yield from _down(member, rest)
        return
    yield from _down(_named(value, step), rest)


def _named(value: Any, name: str) -> Any:
    """Return a property, in any letter case; an alias leaves out the `properties` on its way."""
    if not isinstance(value, Mapping):
        return None
    folded = {key.lower(): item for key, item in value.items()}
    if name.lower() in folded:
        return folded[name.lower()]
    return _named(folded["properties"], name) if "properties" in folded else None


def _compares(name: str, value: Any, operand: Any) -> bool:
    """Compare; `notEquals` is true where `equals` is not, so also of an absent value."""
    if name.startswith("not"):
        return not COMPARISONS[name[3].lower() + name[4:]](value, operand)
    return bool(COMPARISONS[name](value, operand))


def _same(value: Any, operand: Any) -> bool:
    """Compare without regard to letter case; nothing equals an absent value."""
    return value is not None and str(value).lower() == str(operand).lower()


def _like(value: Any, operand: str) -> bool:
    return value is not None and fnmatch.fnmatch(str(value).lower(), operand.lower())


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": _same,
    "in": lambda value, operand: any(_same(value, item) for item in operand),
    "like": _like,
    "exists": lambda value, operand: (value is not None) is operand,
    "less": lambda value, operand: value < operand,
    "greater": lambda value, operand: value > operand,
}
