"""
What may stand where in a rule file.

A shape reads a YAML node, with an error that says where, and describes itself
in JSON Schema: the loader and the editor's schema are the same grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import yaml

from scanner.rules.document import Source
from scanner.rules.nodes import pairs, plain, said

Schema = dict[str, Any]


class Shape(Protocol):
    """A reader of nodes that can describe what it reads."""

    def read(self, node: yaml.Node, source: Source) -> Any:  # noqa: ANN401 - any YAML value
        """Return the value; raise RuleError when the node is not of this shape."""

    def schema(self) -> Schema:
        """Return the JSON Schema of the same."""


@dataclass(frozen=True, slots=True)
class Text:
    """A non-empty string, of a pattern if one is given."""

    pattern: str | None = None
    form: str = ""

    def read(self, node: yaml.Node, source: Source) -> str:
        """Return the text."""
        value = plain(node, source)
        if not isinstance(value, str) or not value.strip():
            source.error(node, f"expected text, not {said(value)}")
        # `$` alone would let a final line break pass, here but not in JSON Schema.
        if self.pattern and not re.fullmatch(self.pattern, value):
            source.error(node, f"`{value}` is not {self.form}")
        return value

    def schema(self) -> Schema:
        """Return the schema."""
        # \S refuses what `strip` empties.
        return {"type": "string", "pattern": self.pattern or r"\S"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    what: str
    words: tuple[str, ...]

    def read(self, node: yaml.Node, source: Source) -> str:
        """Return the word."""
        value = plain(node, source)
        if not isinstance(value, str):
            source.error(node, f"expected a {self.what}, not {said(value)}")
        if value not in self.words:
            source.unknown(node, self.what, value, self.words)
        return value

    def schema(self) -> Schema:
        """Return the schema."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Folded:
    """One of a few words, in any letter case; read as it is listed."""

    what: str
    words: tuple[str, ...]

    def read(self, node: yaml.Node, source: Source) -> str:
        """Return the word as it is listed."""
        value = Text().read(node, source)
        known = {word.lower(): word for word in self.words}
        if value.lower() not in known:
            source.unknown(node, self.what, value, self.words)
        return known[value.lower()]

    def schema(self) -> Schema:
        """Return the schema, which offers the words as Azure writes them."""
        cases = "|".join(_any_case(word) for word in self.words)
        return {"type": "string", "pattern": f"^(?:{cases})$"}


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""

    def read(self, node: yaml.Node, source: Source) -> bool:
        """Return it."""
        value = plain(node, source)
        if not isinstance(value, bool):
            source.error(node, f"expected true or false, not {said(value)}")
        return value

    def schema(self) -> Schema:
        """Return the schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int = 0
    most: int = 1 << 32

    def read(self, node: yaml.Node, source: Source) -> int:
        """Return it."""
        value = plain(node, source)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            source.error(node, f"expected a whole number, not {said(value)}")
        if not self.least <= value <= self.most:
            source.error(node, f"{value} is not between {self.least} and {self.most}")
        return value

    def schema(self) -> Schema:
        """Return the schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, a number or a truth value."""

    def read(self, node: yaml.Node, source: Source) -> str | float | bool:
        """Return it."""
        value = plain(node, source)
        if not isinstance(value, str | int | float):
            source.error(node, f"expected text, a number, true or false, not {said(value)}")
        return value

    def schema(self) -> Schema:
        """Return the schema."""
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class Tree:
    """Any YAML mapping, as plain values."""

    def read(self, node: yaml.Node, source: Source) -> Mapping[str, Any]:
        """Return it."""
        if not isinstance(node, yaml.MappingNode):
            source.error(node, f"expected a mapping, not {said(plain(node, source))}")
        value = plain(node, source)
        assert isinstance(value, Mapping)  # noqa: S101 - a mapping node is a mapping
        return value

    def schema(self) -> Schema:
        """Return the schema."""
        return {"type": "object"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at least one."""

    item: Shape

    def read(self, node: yaml.Node, source: Source) -> tuple[Any, ...]:
        """Return the items."""
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            source.error(node, "expected a list of at least one")
        return tuple(self.item.read(item, source) for item in node.value)

    def schema(self) -> Schema:
        """Return the schema."""
        return {"type": "array", "minItems": 1, "items": self.item.schema()}


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """One value, or a list of them."""

    item: Shape

    def read(self, node: yaml.Node, source: Source) -> tuple[Any, ...]:
        """Return the values."""
        if isinstance(node, yaml.SequenceNode):
            return ListOf(self.item).read(node, source)
        return (self.item.read(node, source),)

    def schema(self) -> Schema:
        """Return the schema."""
        return {"anyOf": [self.item.schema(), ListOf(self.item).schema()]}


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from any text to one shape."""

    item: Shape

    def read(self, node: yaml.Node, source: Source) -> Mapping[str, Any]:
        """Return the mapping."""
        return {key.value: self.item.read(value, source) for key, value in pairs(node, source)}

    def schema(self) -> Schema:
        """Return the schema."""
        return {"type": "object", "additionalProperties": self.item.schema()}


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys, some of which must be there."""

    what: str
    required: Mapping[str, Shape]
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def read(self, node: yaml.Node, source: Source) -> dict[str, Any]:
        """Return the values by key."""
        shapes = {**self.required, **self.optional}
        values: dict[str, Any] = {}
        for key, value in pairs(node, source):
            if key.value not in shapes:
                source.unknown(key, f"key of {self.what}", key.value, shapes)
            values[key.value] = shapes[key.value].read(value, source)
        missing = [key for key in self.required if key not in values]
        if missing:
            source.error(node, f"{self.what} lacks `{missing[0]}`")
        return values

    def schema(self) -> Schema:
        """Return the schema."""
        shapes = {**self.required, **self.optional}
        return {
            "type": "object",
            "required": list(self.required),
            "additionalProperties": False,
            "properties": {key: shape.schema() for key, shape in shapes.items()},
        }


def _any_case(word: str) -> str:
    letters = (f"[{c.lower()}{c.upper()}]" if c.isalpha() else re.escape(c) for c in word)
    return "".join(letters)
