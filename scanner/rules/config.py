"""The configuration, `.aoai-scan.yaml`: what its owner expects of the estate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scanner.rules.document import Source, read
from scanner.rules.shapes import Choice, ListOf, MapOf, Record, Schema, Shape, Text
from scanner.topology.expectations import ANY, Demand, Expectation, Selector


@dataclass(frozen=True, slots=True)
class Filled:
    """A mapping that holds something: an empty one would quietly mean everything."""

    shape: Shape

    def read(self, node: yaml.Node, source: Source) -> Any:  # noqa: ANN401 - any YAML value
        """Return what the shape reads."""
        if isinstance(node, yaml.MappingNode) and not node.value:
            source.error(node, "expected at least one key, not an empty mapping")
        return self.shape.read(node, source)

    def schema(self) -> Schema:
        """Return the schema."""
        return {**self.shape.schema(), "minProperties": 1}


class Select:
    """A selector: the word `any`, or keys all of which must match."""

    def read(self, node: yaml.Node, source: Source) -> Selector:
        """Return the selector."""
        if isinstance(node, yaml.MappingNode):
            return _selector(_KEYS.read(node, source))
        EVERY.read(node, source)
        return ANY

    def schema(self) -> Schema:
        """Return the schema."""
        return {"anyOf": [EVERY.schema(), _KEYS.schema()]}


class Expect:
    """One expectation."""

    def read(self, node: yaml.Node, source: Source) -> Expectation:
        """Return it, with its place."""
        values = _ENTRY.read(node, source)
        mark = node.start_mark
        return Expectation(
            source=values["from"],
            target=values["to"],
            reach=Demand(values["reach"]),
            reason=" ".join(values.get("reason", "").split()),
            place=f"{source.path}:{mark.line + 1}:{mark.column + 1}",
        )

    def schema(self) -> Schema:
        """Return the schema."""
        return _ENTRY.schema()


EVERY = Choice("selector", ("any",))

_KEYS = Filled(
    Record(
        "a selector",
        {},
        {
            "id": Text(r"^/\S+$", "an ARM ID, such as /subscriptions/..."),
            "name": Text(),
            "resourceGroup": Text(),
            "subscription": Text(),
            "tag": Filled(MapOf(Text())),
        },
    )
)
_ENTRY = Record(
    "an expectation",
    {
        "from": Select(),
        "to": Select(),
        "reach": Choice("reach", tuple(demand.value for demand in Demand)),
    },
    {"reason": Text()},
)

EXPECTATIONS = ListOf(Expect())

CONFIG = Record("the configuration", {}, {"expect": EXPECTATIONS})


def load(path: Path) -> tuple[Expectation, ...]:
    """Read what a configuration expects. Raises RuleError with file, line and column."""
    values = CONFIG.read(read(path), Source(path))
    expected: tuple[Expectation, ...] = values.get("expect", ())
    return expected


def schema() -> Schema:
    """Return the JSON Schema of a configuration, for editors: the grammar that `load` reads."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of aoai-scan",
        **CONFIG.schema(),
    }


def _selector(values: Mapping[str, Any]) -> Selector:
    return Selector(
        id=values.get("id", ""),
        name=values.get("name", ""),
        resource_group=values.get("resourceGroup", ""),
        subscription=values.get("subscription", ""),
        tags=tuple(values.get("tag", {}).items()),
    )
