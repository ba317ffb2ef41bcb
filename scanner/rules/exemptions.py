"""Exemptions of Azure Policy: what somebody answers for in Azure itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from glob import escape
from typing import Any, TypeVar

import msgspec

from scanner.findings import Suppression
from scanner.resources import ResourceId
from scanner.resources.resource import Properties
from scanner.rules.rule import Rule
from scanner.rules.settings import Settings, Waiver
from scanner.snapshot import Row

EXEMPTION = "microsoft.authorization/policyexemptions"
ASSIGNMENT = "microsoft.authorization/policyassignments"
INITIATIVE = "microsoft.authorization/policysetdefinitions"

_BUILT_IN = "/providers/microsoft.authorization/policydefinitions/"
_NOTHING = "--honor-exemptions: the snapshot holds no exemption of Azure Policy"

P = TypeVar("P", bound=Properties)


class _Exemption(Properties):
    """
    An exemption, as Azure keeps it.

    Source: https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure
    """

    policy_assignment_id: str
    policy_definition_reference_ids: tuple[str, ...] | None = None
    exemption_category: str = ""
    expires_on: str | None = None
    display_name: str | None = None
    resource_selectors: tuple[Any, ...] | None = None


class _Assignment(Properties):
    """What is assigned: a definition, or an initiative of several."""

    policy_definition_id: str


class _Member(Properties):
    """A definition in an initiative, and the name it has there."""

    policy_definition_id: str
    policy_definition_reference_id: str | None = None


class _Initiative(Properties):
    """Several definitions."""

    policy_definitions: tuple[_Member, ...] = ()


class _NotHonoredError(Exception):
    """Why an exemption changes nothing here."""


@dataclass(frozen=True, slots=True)
class _Policies:
    """What the snapshot holds of Azure Policy, by ID."""

    rows: Mapping[ResourceId, Row]

    def definitions(self, exemption: _Exemption) -> frozenset[str]:
        """Return the GUIDs of the built-in definitions that an exemption is from."""
        assigned = self._read(exemption.policy_assignment_id, _Assignment, "its assignment")
        definition = assigned.policy_definition_id.lower()
        if "/policysetdefinitions/" not in definition:
            return frozenset(_guid(definition))
        initiative = self._read(definition, _Initiative, "the initiative that is assigned")
        wanted = {name.lower() for name in exemption.policy_definition_reference_ids or ()}
        return frozenset(
            guid
            for member in initiative.policy_definitions
            if not wanted or (member.policy_definition_reference_id or "").lower() in wanted
            for guid in _guid(member.policy_definition_id.lower())
        )

    def _read(self, id_: str, kind: type[P], called: str) -> P:
        row = self.rows.get(ResourceId(id_))
        if row is None:
            raise _NotHonoredError(f"{called} is not in the snapshot")
        return _decoded(row, kind)


def honoring(
    settings: Settings, rows: Iterable[Row], rules: Iterable[Rule]
) -> tuple[Settings, tuple[str, ...]]:
    """
    Return the settings with the exemptions that the rows hold, and what is wrong with these.

    An exemption from a built-in definition is one from every rule that maps to it, for
    whatever lies in its scope. One that cannot be understood in full changes nothing.
    """
    rules = tuple(rules)
    held = _Policies({ResourceId(row.id): row for row in rows if row.type.lower() in _TYPES})
    waivers: list[Waiver] = []
    told: list[str] = []
    exemptions = [row for row in held.rows.values() if row.type.lower() == EXEMPTION]
    for row in exemptions:
        try:
            waivers += _waivers(row, held, rules)
        except _NotHonoredError as error:
            told.append(f"{row.id}: the exemption is not honored: {error}")
    told = sorted(told) if exemptions else [_NOTHING]
    return replace(settings, exemptions=tuple(waivers)), tuple(told)


_TYPES = frozenset({EXEMPTION, ASSIGNMENT, INITIATIVE})


def _waivers(row: Row, held: _Policies, rules: Iterable[Rule]) -> Iterator[Waiver]:
    exemption = _decoded(row, _Exemption)
    if exemption.resource_selectors:
        raise _NotHonoredError("its resource selectors are not read here")
    scope = row.id.lower().rpartition("/providers/" + EXEMPTION)[0]
    if not scope.startswith("/subscriptions/"):
        raise _NotHonoredError("which subscriptions its management group holds is not known here")
    said = Suppression(
        reason=" ".join(_said(row, exemption).split()),
        expires=_last_day(exemption.expires_on),
        place=row.id,
    )
    definitions = held.definitions(exemption)
    for rule in rules:
        if definitions & {guid.lower() for guid in rule.maps.get("azurePolicy", ())}:
            for glob in (escape(scope), f"{escape(scope)}/*"):
                yield Waiver(rule=rule.id, resource=glob, suppression=said)


def _said(row: Row, exemption: _Exemption) -> str:
    name = exemption.display_name or row.name or ResourceId(row.id).name
    kind = f" ({exemption.exemption_category})" if exemption.exemption_category else ""
    return f"exempted in Azure Policy{kind}: {name}"


def _last_day(expires_on: str | None) -> date | None:
    """
    Return the last day that an exemption lasts through, in UTC; None for one without an end.

    The day on which it ends is not among them: by the evening it may be over.
    """
    if not expires_on:
        return None
    try:
        end = datetime.fromisoformat(expires_on)
        return (end.astimezone(UTC) if end.tzinfo else end).date() - timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise _NotHonoredError(f"`{expires_on}` is no time at which it ends") from error


def _guid(definition: str) -> Iterator[str]:
    if definition.startswith(_BUILT_IN):
        yield definition.removeprefix(_BUILT_IN)


def _decoded(row: Row, kind: type[P]) -> P:
    try:
        return msgspec.json.decode(row.properties, type=kind)
    except (ValueError, RecursionError) as error:
        raise _NotHonoredError(f"{row.id} cannot be read: {error}") from error
