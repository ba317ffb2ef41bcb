"""`related`: the resources that stand some edges away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.findings import Evidence, Judgement, Verdict, every, negated, not_read, some
from scanner.resources import BY_TYPE, AnyResource, Relation, ResourceId
from scanner.resources.resource import Table
from scanner.resources.virtual_wan import VirtualHub, VirtualWan
from scanner.rules.rule import Condition
from scanner.rules.shapes import Choice, Flag, Folded, OneOrMore
from scanner.rules.words.comparisons import COUNTS
from scanner.rules.words.fields import compared
from scanner.rules.words.logic import until_failed
from scanner.rules.words.word import CONDITION, Word
from scanner.topology import STEPS, Topology
from scanner.topology import related as step

TYPES = (
    "Microsoft.CognitiveServices/accounts",
    *sorted(kind for kind in BY_TYPE if kind != "microsoft.cognitiveservices/accounts"),
)

UNSEEN = 1 << 32
"""How many neighbours a gap may hide, for counting: more than any rule asks for."""


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """What is there, what is named but outside the snapshot, and what may be hidden."""

    known: tuple[tuple[AnyResource, tuple[Evidence, ...]], ...]
    outside: tuple[ResourceId, ...]
    hidden: str
    """What was not read, behind which there may be more; empty when nothing."""


def neighbours(values: Mapping[str, Any]) -> Condition:
    """
    Judge the resources that a chain of relations leads to.

    A step is a relation (`placedIn`) or its inverse (`holds`); several steps are
    followed one after the other. `type` keeps resources of one type, `where`
    those for which a condition holds: all conditions see the same neighbour.
    `exists` asks whether there is one, `every` and `none` ask a condition of
    each, a comparison counts them. Every one of none does not apply: existence
    is a question of its own. What may be hidden behind a gap makes an answer
    that rests on absence `open`.
    """
    ask = next(key for key in _ASKS if key in values) if any(k in values for k in _ASKS) else ""
    where = until_failed(values["where"]) if "where" in values else None
    kind = BY_TYPE[values["type"].lower()].ARM_TYPE if "type" in values else None

    def judge(topology: Topology, subject: AnyResource) -> Judgement:
        found = _neighbours(topology, subject, values["related"], kind)
        asked = ((n, path, _asked(topology, n, where)) for n, path in found.known)
        chosen = [one for one in asked if one[2].verdict in {Verdict.PASS, Verdict.OPEN}]
        match ask:
            case "exists":
                answer = _exists(subject, chosen, found, bool(where))
                return answer if values["exists"] else negated(answer)
            case "every":
                return _each(topology, subject, chosen, found, values["every"])
            case "none":
                return _each(topology, subject, chosen, found, _none(values["none"]))
            case _:
                return _counted(subject, chosen, found, values)

    return judge


def _asked(topology: Topology, neighbour: AnyResource, where: Condition | None) -> Judgement:
    """Judge a neighbour once for all subjects that have it."""
    if where is None:
        return _PLAIN
    answers = topology.answers_each[where]
    if neighbour not in answers:
        answers[neighbour] = where(topology, neighbour)
    answer: Judgement = answers[neighbour]
    return answer


_PLAIN = Judgement(Verdict.PASS)

_ASKS = ("exists", "every", "none")
_Chosen = list[tuple[AnyResource, tuple[Evidence, ...], Judgement]]


def _neighbours(
    topology: Topology, subject: AnyResource, steps: tuple[str, ...], kind: str | None
) -> _Neighbours:
    frontier: dict[ResourceId, tuple[Evidence, ...]] = {subject.id: (Evidence(subject.id),)}
    hidden: list[str] = []
    for position, name in enumerate(steps):
        last = position == len(steps) - 1
        reached: dict[ResourceId, tuple[Evidence, ...]] = {}
        for here, path in frontier.items():
            if here not in topology.inventory.resources:
                hidden.append(f"{here.path} is outside the snapshot")
            elif not STEPS[name][1]:
                hidden.extend(_hidden(topology, here, name, kind if last else None))
            for _, target in step(topology, here, name):
                reached.setdefault(target, (*path, Evidence(target, name)))
        frontier = reached
    resources = topology.inventory.resources
    typed = [(i, p) for i, p in frontier.items() if kind is None or i.type == kind]
    return _Neighbours(
        known=tuple((resources[i], path) for i, path in typed if i in resources),
        outside=tuple(i for i, _ in typed if i not in resources),
        hidden="; ".join(dict.fromkeys(hidden)),
    )


def _hidden(topology: Topology, here: ResourceId, name: str, kind: str | None) -> Iterator[str]:
    """Yield what was not read that may stand in an incoming relation to `here`."""
    for known in BY_TYPE.values():
        if kind is not None and kind != known.ARM_TYPE:
            continue
        # A child lives below its parent's id, so a gap elsewhere cannot hide it. Only a
        # virtual hub is part of something, its WAN, without living below it.
        is_child = known.ARM_TYPE.rpartition("/")[0] == here.type
        is_part = is_child or (known is VirtualHub and here.type == VirtualWan.ARM_TYPE)
        has = name == Relation.PART_OF.inverse
        if has and not is_part:
            continue
        if known.TABLE is Table.ON_REQUEST and not is_child:  # it names nothing but its parent
            continue
        for gap in topology.unread(known, here if has and is_child else None):
            yield not_read(known, gap)


def _exists(
    subject: AnyResource,
    chosen: _Chosen,
    found: _Neighbours,
    is_asked: bool,  # noqa: FBT001
) -> Judgement:
    """Answer whether there is a neighbour. One that is merely named is there, unless asked of."""
    present = [_along(path, _named(neighbour.id, said)) for neighbour, path, said in chosen]
    if not is_asked:
        present += [_named(i, Judgement(Verdict.PASS, (Evidence(i),))) for i in found.outside]
    elif found.outside:
        present.append(_not_known(subject, _outside(found)))
    if found.hidden:
        present.append(_not_known(subject, found.hidden))
    return some(present) if present else Judgement(Verdict.FAIL, (Evidence(subject.id),))


def _each(
    topology: Topology,
    subject: AnyResource,
    chosen: _Chosen,
    found: _Neighbours,
    condition: Condition,
) -> Judgement:
    answers = []
    for neighbour, path, said in chosen:
        is_chosen = said.verdict is Verdict.PASS
        asked = _named(neighbour.id, condition(topology, neighbour)) if is_chosen else said
        answers.append(_along(path, asked))
    if found.outside:
        answers.append(_not_known(subject, _outside(found)))
    if found.hidden:
        answers.append(_not_known(subject, found.hidden))
    return every(answers)


def _counted(
    subject: AnyResource, chosen: _Chosen, found: _Neighbours, values: Mapping[str, Any]
) -> Judgement:
    name = next(key for key in COUNTS if key in values)
    sure = [item for item in chosen if item[2].verdict is Verdict.PASS]
    maybe = sum(said.verdict is Verdict.OPEN for _, _, said in chosen) + len(found.outside)
    most = UNSEEN if found.hidden else len(sure) + maybe
    because = (Evidence(subject.id), *(path[-1] for _, path, _ in sure))
    cases = tuple(case for n, _, said in sure for case in _named(n.id, said).cases)
    possible = range(len(sure), most + 1)
    answer = compared(COUNTS[name][1], values[name], possible, because, cases)
    if answer.verdict is not Verdict.OPEN:
        return answer
    return replace(answer, unread=found.hidden or _outside(found))


def _none(condition: Condition) -> Condition:
    return lambda topology, subject: negated(condition(topology, subject))


def _along(path: tuple[Evidence, ...], said: Judgement) -> Judgement:
    """Return the judgement with the way to the neighbour before what was found there."""
    here = path[-1].resource
    told = [e for e in said.because if e.resource != here or e.pointer]
    if told and told[0].resource == here:
        told[0] = replace(told[0], relation=path[-1].relation)
        return replace(said, because=(*path[:-1], *told))
    return replace(said, because=(*path, *told))


def _named(resource: ResourceId, said: Judgement) -> Judgement:
    """Return a judgement with the neighbour's names for messages and commands."""
    names = {
        "id": str(resource),
        "name": resource.name,
        "resourceGroup": resource.resource_group,
        "subscription": resource.subscription,
    }
    return replace(said, cases=tuple({**names, **case} for case in said.cases) or (names,))


def _not_known(subject: AnyResource, unread: str) -> Judgement:
    return Judgement(Verdict.OPEN, (Evidence(subject.id),), unread=unread)


def _outside(found: _Neighbours) -> str:
    return "; ".join(f"{i.path} is outside the snapshot" for i in found.outside)


WORDS = (
    Word(
        name="related",
        takes=OneOrMore(Choice("relation", tuple(STEPS))),
        beside={"type": Folded("type", TYPES), "where": CONDITION},
        one_of={
            "exists": Flag(),
            "every": CONDITION,
            "none": CONDITION,
            **{name: shape for name, (shape, _) in COUNTS.items()},
        },
        binds=("id", "name", "resourceGroup", "subscription"),
        make=neighbours,
    ),
)
