"""What a word is: its grammar, and the condition it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from scanner.findings import NOT_APPLICABLE, Judgement
from scanner.resources import AnyResource
from scanner.rules.document import Source
from scanner.rules.nodes import pairs, plain, said
from scanner.rules.rule import Condition
from scanner.rules.shapes import Schema, Shape
from scanner.topology import Topology

R = TypeVar("R", bound=AnyResource)


class About(StrEnum):
    """What a word can be asked of."""

    RESOURCES = "resources"
    CONNECTIONS = "connections"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """
    A word of the language: what may follow it, what may stand beside it, what it means.

    `beside` are companions a rule may add; of `one_of`, a rule must give exactly one.
    """

    name: str
    takes: Shape
    beside: Mapping[str, Shape] = field(default_factory=dict)
    one_of: Mapping[str, Shape] = field(default_factory=dict)
    binds: tuple[str, ...] = ()
    """Names its defects carry for messages and commands: `{each.NAME}`."""
    about: About = About.RESOURCES
    is_of_outcome: bool = False
    """Whether it answers alike of all connections that come out alike."""
    make: Callable[[Mapping[str, Any]], Condition]
    """From the values by key (the word's own under its name) to the condition."""

    @property
    def meaning(self) -> str:
        """What it means: the docstring of its maker."""
        return (self.make.__doc__ or "").strip()

    def read(self, node: yaml.Node, source: Source) -> Condition:
        """Read one condition that is known to hold this word."""
        shapes = {self.name: self.takes, **self.beside, **self.one_of}
        values: dict[str, Any] = {}
        for key, value in pairs(node, source):
            if key.value not in shapes:
                known = [name for name in shapes if name != self.name]
                source.unknown(key, f"companion of `{self.name}`", key.value, known)
            values[key.value] = shapes[key.value].read(value, source)
        given = [name for name in self.one_of if name in values]
        if self.one_of and len(given) != 1:
            counted = "none" if not given else " and ".join(f"`{name}`" for name in given)
            choices = ", ".join(self.one_of)
            source.error(node, f"`{self.name}` takes exactly one of {choices}; here is {counted}")
        source.names.update(self.binds)
        source.words.setdefault(self.name, node)
        return self.make(values)

    def schema(self) -> Schema:
        """Return the JSON Schema of a condition with this word."""
        shapes = {self.name: self.takes, **self.beside, **self.one_of}
        schema: Schema = {
            "type": "object",
            "description": " ".join(self.meaning.split()),
            "required": [self.name],
            "additionalProperties": False,
            "properties": {key: shape.schema() for key, shape in shapes.items()},
        }
        if self.one_of:
            schema["oneOf"] = [{"required": [name]} for name in self.one_of]
        return schema


def of_kind(kind: type[R], question: Callable[[Topology, R], Judgement]) -> Condition:
    """Ask a question of resources of its kind; of any other it does not apply."""

    def judge(topology: Topology, subject: AnyResource) -> Judgement:
        return question(topology, subject) if isinstance(subject, kind) else NOT_APPLICABLE

    return judge


class Nested:
    """The place of a condition inside another. `WORDS` is asked when a rule is read."""

    def read(self, node: yaml.Node, source: Source) -> Condition:
        """Read a condition; it must contain exactly one word."""
        from scanner.rules.words import WORDS  # noqa: PLC0415 - words contain conditions

        if not isinstance(node, yaml.MappingNode):
            source.error(node, f"expected a condition, not {said(plain(node, source))}")
        keys = [key for key, _ in pairs(node, source)]
        heads = [key.value for key in keys if key.value in WORDS]
        if not heads:
            if not keys:
                source.error(node, "expected a condition, not an empty mapping")
            source.unknown(keys[0], "word", keys[0].value, WORDS)
        # A word may be another's companion (`count` in `where` is not: it nests).
        if len(heads) > 1:
            source.error(keys[1], f"one condition holds one word, not `{'` and `'.join(heads)}`")
        return WORDS[heads[0]].read(node, source)

    def schema(self) -> Schema:
        """Return a reference to the schema of all conditions."""
        return {"$ref": "#/$defs/condition"}


CONDITION = Nested()
