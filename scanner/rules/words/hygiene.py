"""Words for what only a part of the estate, or of Azure's pages, can settle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.analysis.checks.room import has_room
from scanner.analysis.checks.tenancy import lies_in_own_tenant
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict, every
from scanner.resources import AnyResource, ResourceId
from scanner.resources.subnet import Subnet
from scanner.rules.rule import Condition
from scanner.rules.shapes import Record, Text, Whole
from scanner.rules.words.fields import PATH, lookup
from scanner.rules.words.word import CONDITION, Word, of_kind
from scanner.topology import Topology


def undecided(values: Mapping[str, Any]) -> Condition:
    """
    Leave open what the condition holds of; hold of everything else.

    For values that Azure may leave out or does not describe, and for cases a
    rule does not look into. `because` says why, in the finding.
    """
    condition: Condition = values["undecided"]
    why = values["because"]

    def judge(topology: Topology, subject: AnyResource) -> Judgement:
        said = condition(topology, subject)
        match said.verdict:
            case Verdict.PASS:
                return Judgement(Verdict.OPEN, said.because, unread=why)
            case Verdict.OPEN:
                return said
            case _:
                return Judgement(Verdict.PASS, said.because)

    return judge


def percent(values: Mapping[str, Any]) -> Condition:
    """
    Hold when a number is at most so many percent of another: how full something is.

    Where one of the two is not told, it does not apply.
    """
    part, whole, most = values["percent"]["field"], values["percent"]["of"], values["atMost"]

    def judge(_topology: Topology, subject: AnyResource) -> Judgement:
        told = [found for path in (part, whole) for found in lookup(subject, path)]
        numbers = [value for _, value in told if _is_number(value)]
        if len(numbers) != len((part, whole)) or numbers[1] <= 0:
            return NOT_APPLICABLE
        because = tuple(Evidence(subject.id, "", pointer, value) for pointer, value in told)
        is_within = numbers[0] * 100 <= most * numbers[1]
        return Judgement(Verdict.PASS if is_within else Verdict.FAIL, because)

    return judge


def own_tenant(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the resource that an ID names is of the same tenant.

    What lies in a subscription that the scan was asked for is, unless rows of
    that subscription name another tenant. Of what lies elsewhere, nobody can say
    whose it is: it may be yours, a stranger's, or one that Azure manages for a
    service. No ID at the path: it does not apply.
    """
    path = values["ofOwnTenant"]

    def judge(topology: Topology, subject: AnyResource) -> Judgement:
        named = [value for _, value in lookup(subject, path) if isinstance(value, str) and value]
        return every(lies_in_own_tenant(topology, subject, ResourceId(item)) for item in named)

    return judge


def room_for(values: Mapping[str, Any]) -> Condition:
    """
    Hold when a subnet has at least so many IPv4 addresses left.

    Azure keeps five of each prefix; those of the interfaces in the snapshot, and
    those that the subnet itself lists, are taken. Others may be, so that it may
    have less room than is told, never more.
    """
    least: int = values["roomFor"]
    return of_kind(Subnet, lambda topology, subnet: has_room(topology, subnet, least))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


WORDS = (
    Word(name="undecided", takes=CONDITION, one_of={"because": Text()}, make=undecided),
    Word(
        name="percent",
        takes=Record("percent", {"field": PATH, "of": PATH}, {}),
        one_of={"atMost": Whole(most=100)},
        make=percent,
    ),
    Word(name="ofOwnTenant", takes=PATH, binds=("other", "subscription"), make=own_tenant),
    Word(name="roomFor", takes=Whole(1, 1 << 16), binds=("free",), make=room_for),
)
