"""The configuration, `.aoai-scan.yaml`: what its owner expects, and will put up with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from scanner.findings import Severity, Suppression
from scanner.rules.document import Source, read
from scanner.rules.settings import UNCHANGED, Setting, Settings, Waiver
from scanner.rules.shapes import Choice, Flag, ListOf, MapOf, Record, Schema, Shape, Text
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
        return Expectation(
            source=values["from"],
            target=values["to"],
            reach=Demand(values["reach"]),
            reason=_line(values.get("reason", "")),
            place=_place(node, source),
        )

    def schema(self) -> Schema:
        """Return the schema."""
        return _ENTRY.schema()


class Day:
    """A day of the calendar, as in RFC 3339."""

    def read(self, node: yaml.Node, source: Source) -> date:
        """Return the day."""
        said = _DAY.read(node, source)
        try:
            return date.fromisoformat(said)
        except ValueError:
            source.error(node, f"`{said}` is no day of the calendar")

    def schema(self) -> Schema:
        """Return the schema."""
        return {**_DAY.schema(), "format": "date"}


class Set:
    """Whether rules are judged, and how much they matter."""

    def read(self, node: yaml.Node, source: Source) -> Setting:
        """Return the setting, with its place."""
        values = _SETTING.read(node, source)
        if not values.keys() & {"enabled", "severity"}:
            source.error(node, "a setting of rules lacks `enabled` or `severity`")
        severity = values.get("severity")
        return Setting(
            rule=values["rule"],
            resources=values.get("resources", ANY),
            enabled=values.get("enabled"),
            severity=Severity(severity) if severity else None,
            place=_place(node, source),
        )

    def schema(self) -> Schema:
        """Return the schema."""
        some = [{"required": [key]} for key in ("enabled", "severity")]
        return {**_SETTING.schema(), "anyOf": some}


class Waive:
    """One suppression."""

    def read(self, node: yaml.Node, source: Source) -> Waiver:
        """Return it, with its place."""
        values = _WAIVER.read(node, source)
        return Waiver(
            rule=values["rule"],
            resource=values["resource"],
            suppression=Suppression(
                reason=_line(values["reason"]),
                owner=_line(values["owner"]),
                expires=values["expires"],
                place=_place(node, source),
            ),
        )

    def schema(self) -> Schema:
        """Return the schema."""
        return _WAIVER.schema()


EVERY = Choice("selector", ("any",))

_DAY = Text(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a day such as 2026-12-31")

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

_SETTING = Record(
    "a setting of rules",
    {"rule": Text()},
    {
        "resources": Select(),
        "enabled": Flag(),
        "severity": Choice("severity", tuple(Severity)),
    },
)
_WAIVER = Record(
    "a suppression",
    {
        "rule": Text(),
        # A glob of nothing but stars would turn the rule off without saying so.
        "resource": Text(r"^[/*].*[^*/?].*$", "a glob on an ARM ID, such as */accounts/sandbox-*"),
        "reason": Text(),
        "owner": Text(),
        "expires": Day(),
    },
)

EXPECTATIONS = ListOf(Expect())

CONFIG = Record(
    "the configuration",
    {},
    {"rules": ListOf(Set()), "expect": EXPECTATIONS, "suppressions": ListOf(Waive())},
)


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration says."""

    expectations: tuple[Expectation, ...] = ()
    settings: Settings = UNCHANGED

    @property
    def counted(self) -> str:
        """How much it says."""
        said = (
            (self.expectations, "expectations"),
            (self.settings.rules, "settings of rules"),
            (self.settings.waivers, "suppressions"),
        )
        return ", ".join(f"{len(those)} {name}" for those, name in said)


def load(path: Path) -> Config:
    """Read a configuration. Raises RuleError with file, line and column."""
    values = CONFIG.read(read(path), Source(path))
    return Config(
        values.get("expect", ()),
        Settings(values.get("rules", ()), values.get("suppressions", ())),
    )


def schema() -> Schema:
    """Return the JSON Schema of a configuration, for editors: the grammar that `load` reads."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of aoai-scan",
        **CONFIG.schema(),
    }


def _line(text: str) -> str:
    return " ".join(text.split())


def _place(node: yaml.Node, source: Source) -> str:
    return f"{source.path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _selector(values: Mapping[str, Any]) -> Selector:
    return Selector(
        id=values.get("id", ""),
        name=values.get("name", ""),
        resource_group=values.get("resourceGroup", ""),
        subscription=values.get("subscription", ""),
        tags=tuple(values.get("tag", {}).items()),
    )
