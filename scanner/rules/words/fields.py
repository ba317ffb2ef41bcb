"""`field` and `count`: what a resource says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

import msgspec

from scanner.errors import SnapshotError
from scanner.findings import Evidence, Judgement, Verdict, every
from scanner.resources import AnyResource
from scanner.rules.rule import Condition
from scanner.rules.shapes import Record, Text
from scanner.rules.words.comparisons import COMPARISONS, COUNTS, Comparison
from scanner.rules.words.logic import until_failed
from scanner.rules.words.word import CONDITION, Word
from scanner.topology import Topology

EACH = "[*]"

PATH = Text(
    r"^(?:id|name|type|kind|location|managedBy|(?:sku|identity|tags|zones|properties)"
    r"(?:\.[A-Za-z0-9_$@-]+|\[\*\]|\['[^']+'\])*)$",
    "a path such as `kind`, `identity.type`, `tags['owner']` or `properties.ipRules[*].value`",
)

Found: TypeAlias = tuple[str, Any]
"""A JSON pointer, and the value there; None when it is absent or null."""


def field(values: Mapping[str, Any]) -> Condition:
    """
    Compare the value at a path. With `[*]`, every item must compare; of no items, it holds.

    A condition with `not...` is true of an absent value, any other false, as in
    Azure Policy. An answer that cannot be given (the prefix length of what is no
    address) is `open`.
    """
    path = values["field"]
    name = next(key for key in COMPARISONS if key in values)
    comparison, operand = COMPARISONS[name][1], values[name]

    def judge(_topology: Topology, subject: AnyResource) -> Judgement:
        found = list(lookup(subject, path))
        answers = [_answer(subject, item, comparison, operand) for item in found]
        return every(answers) if answers else Judgement(Verdict.PASS, (_empty(subject, path),))

    return judge


def count(values: Mapping[str, Any]) -> Condition:
    """
    Compare how many items of an array hold a condition.

    Inside `where`, paths are written in full and mean the item at hand, as in
    Azure Policy: `properties.ipRules[*].value`. What `where` names of the items
    counted, messages and commands can use.
    """
    path, asked = values["count"]["field"], values["count"].get("where")
    where = until_failed(asked) if asked else None
    name = next(key for key in COUNTS if key in values)
    comparison, operand = COUNTS[name][1], values[name]

    def judge(topology: Topology, subject: AnyResource) -> Judgement:
        items = [_item(topology, subject, found, where) for found in lookup(subject, path)]
        counted = [item for item in items if item.verdict in {Verdict.PASS, Verdict.OPEN}]
        sure = sum(item.verdict is Verdict.PASS for item in counted)
        because = tuple(evidence for item in counted for evidence in item.because)
        cases = tuple(case for item in counted for case in item.cases)
        return compared(comparison, operand, range(sure, len(counted) + 1), because, cases)

    return judge


def compared(
    comparison: Comparison,
    operand: int,
    possible: range,
    because: tuple[Evidence, ...],
    cases: tuple[Mapping[str, str], ...],
) -> Judgement:
    """Judge a count that is somewhere in a range: only what holds for all of it is known."""
    answers = {comparison(number, operand) for number in (possible[0], possible[-1])}
    # Between the ends a comparison with one number can only differ at that number.
    answers |= {comparison(operand, operand)} if operand in possible else set()
    if answers == {True}:
        return Judgement(Verdict.PASS, because, cases)
    return Judgement(Verdict.OPEN if len(answers) > 1 else Verdict.FAIL, because, cases)


def lookup(subject: AnyResource, path: str) -> Iterator[Found]:
    """
    Yield what stands at a path of the resource's row: one value, or one for each `[*]`.

    Raises SnapshotError for what JSON can write and nobody can hold: 1e999.
    """
    first, *rest = segments(path)
    yield from _descend(f"/{first}", _part(subject, first), rest)


@cache
def segments(path: str) -> tuple[str, ...]:
    """Split a path: `a.b[*]['c d']` is a, b, [*], c d."""
    parts = re.findall(r"\[\*\]|\['[^']+'\]|[^.\[\]]+", path)
    return tuple(part[2:-2] if part.startswith("['") else part for part in parts)


def _part(subject: AnyResource, name: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return one of the parts of a row, decoded."""
    value = getattr(subject.row, "managed_by" if name == "managedBy" else name)
    if not isinstance(value, msgspec.Raw):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SnapshotError(f"{subject.id}: {name} cannot be read: {error}; mend it") from error


def _descend(pointer: str, value: Any, path: Sequence[str]) -> Iterator[Found]:  # noqa: ANN401
    for position, step in enumerate(path):
        if step == EACH:
            for index, item in enumerate(value if isinstance(value, list) else ()):
                yield from _descend(f"{pointer}/{index}", item, path[position + 1 :])
            return
        key, value = _member(value, step)
        pointer = f"{pointer}/{_escaped(key)}"
    yield pointer, value


def _member(value: Any, name: str) -> Found:  # noqa: ANN401 - any JSON value
    """Return the key as Azure spells it and what it holds."""
    if not isinstance(value, dict):
        return name, None
    if name in value:
        return name, value[name]
    folded = name.lower()
    return next(((key, item) for key, item in value.items() if key.lower() == folded), (name, None))


def _answer(
    subject: AnyResource,
    found: Found,
    comparison: Comparison,
    operand: Any,  # noqa: ANN401 - any JSON value
) -> Judgement:
    pointer, value = found
    because = (Evidence(subject.id, "", pointer, _short(value)),)
    match comparison(value, operand):
        case None:
            unread = f"{pointer} of {subject.id.path} is not an address prefix"
            return Judgement(Verdict.OPEN, because, unread=unread)
        case answer:
            verdict = Verdict.PASS if answer else Verdict.FAIL
            return Judgement(verdict, because, _told(value))


def _item(
    topology: Topology, subject: AnyResource, found: Found, where: Condition | None
) -> Judgement:
    """Judge whether an item counts. It is told by what `where` found there, else by itself."""
    pointer, value = found
    said = where(topology, _only(subject, pointer, value)) if where else Judgement(Verdict.PASS)
    because = (Evidence(subject.id, "", pointer, _short(value)),)
    return replace(said, because=because, cases=said.cases or _told(value))


def _told(value: Any) -> tuple[Mapping[str, str], ...]:  # noqa: ANN401 - any JSON value
    return ({"value": "" if value is None else str(_short(value))},)


def _only(subject: AnyResource, pointer: str, value: Any) -> AnyResource:  # noqa: ANN401
    """Return the subject with an array cut down to one item, so that `[*]` means that item."""
    first, *steps = pointer.removeprefix("/").split("/")
    cut: Any = _cut(_part(subject, first), steps, value)
    # Decoded as it is: `_part` takes it so.
    return replace(subject, row=msgspec.structs.replace(subject.row, **{first: cut}))


def _cut(document: Any, steps: list[str], value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the document with the arrays on the way to the value cut down to that item."""
    if not steps:
        return value
    step, *rest = steps
    if isinstance(document, list):
        return [_cut(document[int(step)], rest, value)]
    key = _unescaped(step)
    return {**document, key: _cut(document[key], rest, value)}


def _empty(subject: AnyResource, path: str) -> Evidence:
    before = path.partition(EACH)[0]
    return Evidence(subject.id, "", "/" + "/".join(map(_escaped, segments(before))), [])


def _short(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value, or what kind of structure it is: evidence is read by people."""
    if isinstance(value, list):
        return (
            value if all(not isinstance(v, list | dict) for v in value) else f"{len(value)} items"
        )
    return f"{len(value)} keys" if isinstance(value, dict) else value


def _escaped(key: str) -> str:
    return key if key.isalnum() else key.replace("~", "~0").replace("/", "~1")


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


ARRAY = Text(
    r"^properties(?:\.[A-Za-z0-9_$@-]+|\[\*\]|\['[^']+'\])*\[\*\]$", "a path that ends in [*]"
)

WORDS = (
    Word(
        name="field",
        takes=PATH,
        one_of={name: shape for name, (shape, _) in COMPARISONS.items()},
        binds=("value",),
        make=field,
    ),
    Word(
        name="count",
        takes=Record("count", {"field": ARRAY}, {"where": CONDITION}),
        one_of={name: shape for name, (shape, _) in COUNTS.items()},
        binds=("value",),
        make=count,
    ),
)
