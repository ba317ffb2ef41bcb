"""Plain values from YAML nodes: text stays text unless it plainly is a number or a truth value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from scanner.rules.document import Source


def pairs(node: yaml.Node, source: Source) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    """Return the keys and values of a mapping node; a key twice is an error."""
    if not isinstance(node, yaml.MappingNode):
        source.error(node, f"expected a mapping, not {said(plain(node, source))}")
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            source.error(key, "a key is text")
        if key.value in seen:
            source.error(key, f"`{key.value}` stands here twice")
        seen.add(key.value)
    return list(node.value)


def plain(node: yaml.Node, source: Source) -> Any:  # noqa: ANN401 - any YAML value
    """Return the value a node stands for, `!id` left as the loader's own type."""
    match node:
        case yaml.MappingNode():
            return {key.value: plain(value, source) for key, value in pairs(node, source)}
        case yaml.SequenceNode():
            return [plain(item, source) for item in node.value]
        case _:
            return _SCALARS.get(node.tag, _text)(node)


def said(value: object) -> str:
    """Describe a value for an error."""
    match value:
        case None:
            return "nothing"
        case Mapping():
            return "a mapping"
        case list():
            return "a list"
        case str() if not value.strip():
            return "empty text"
        case _:
            return f"`{str(value)[:40]}`"


class Reference(str):
    """`!id NAME`: a name still to be replaced by the ID of the resource that bears it."""

    __slots__ = ()


def _text(node: yaml.Node) -> str:
    return str(node.value)


def _number(node: yaml.Node) -> int | str:
    text = str(node.value)
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,99}", text) else text


def _real(node: yaml.Node) -> float | str:
    try:
        return float(node.value)
    except ValueError:
        return str(node.value)


_SCALARS: Mapping[str, Callable[[yaml.Node], Any]] = {
    "tag:yaml.org,2002:null": lambda _: None,
    # `on`, `yes` and `no` are words, as in YAML 1.2, not truth values.
    "tag:yaml.org,2002:bool": lambda node: {"true": True, "false": False}.get(
        node.value.lower(), node.value
    ),
    "tag:yaml.org,2002:int": _number,
    "tag:yaml.org,2002:float": _real,
    "!id": lambda node: Reference(node.value),
}
