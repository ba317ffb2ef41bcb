"""
Messages and commands with blanks: `{name}`, `{properties.kind}`, `{id:resourceGroup}`.

A blank names a path of the subject (as `field` does), its parent (`{parent:name}`)
or, as `{each.NAME}`, something that the rule's words found. After a colon stands
the part of an ARM ID that is wanted. Nothing else: no code, no conditions.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping

import yaml

from scanner.findings import Judgement
from scanner.resources import AnyResource, ResourceId
from scanner.rules.document import Source
from scanner.rules.words.fields import PATH, lookup

BLANK = re.compile(r"\{([^{}:]+)(?::([A-Za-z]+))?\}")

PARTS: Mapping[str, Callable[[ResourceId], str]] = {
    "name": lambda i: i.name,
    "path": lambda i: i.path,
    "resourceGroup": lambda i: i.resource_group,
    "subscription": lambda i: i.subscription,
    "parent": lambda i: str(i.parent),
}

EACH = "each."
FREE_PRIORITY = f"{{{EACH}freePriority}}"


def check(node: yaml.Node, text: str, source: Source) -> None:
    """Raise RuleError for a blank that nothing could fill."""
    for path, part in BLANK.findall(text):
        if part and part not in PARTS:
            source.unknown(node, "part of an ARM ID", part, PARTS)
        if path.startswith(EACH):
            if path.removeprefix(EACH) not in source.names:
                known = [EACH + name for name in source.names]
                source.unknown(node, "name bound by this rule's words", path, known)
        elif path != "parent" and not re.fullmatch(PATH.pattern or "", path):
            source.error(node, f"`{{{path}}}` is no path of the subject, nor `each.NAME`")
    if re.search(r"[{}]", BLANK.sub("", text)):
        source.error(node, "a brace that opens or closes no blank")


def sentence(template: str, subject: AnyResource, judgement: Judgement) -> str:
    """Fill a message: what several defects say is listed, what is absent says so."""

    def filled(match: re.Match[str]) -> str:
        values = _values(match, subject, judgement.cases)
        return ", ".join(dict.fromkeys(values)) or "absent"

    return BLANK.sub(filled, template)


def commands(templates: Iterable[str], subject: AnyResource, judgement: Judgement) -> Iterator[str]:
    """
    Yield commands with real values, quoted for a POSIX shell.

    A template that names `{each.…}` is given once for each defect. One with a
    blank that stays empty is left out: half a command is worse than none. So
    commands that are of use together only are one template, joined by `&&`.
    `{each.freePriority}` is a list, of which each command gets another one: Azure
    refuses the same priority twice.
    """
    for template in templates:
        cases = judgement.cases if f"{{{EACH}" in template else ({},)
        given: dict[tuple[str, ...], str] = {}
        for case in cases:
            values = {
                match.group(): next(iter(_values(match, subject, (case,))), "")
                for match in BLANK.finditer(template)
            }
            if FREE_PRIORITY in values:
                listed = values.pop(FREE_PRIORITY)
                values[FREE_PRIORITY] = _in_turn(listed, tuple(values.values()), given)
            if all(values.values()):
                yield BLANK.sub(lambda match: shlex.quote(values[match.group()]), template)  # noqa: B023


def _in_turn(listed: str, rest: tuple[str, ...], given: dict[tuple[str, ...], str]) -> str:
    """Return the first of the list that no command has but one which is the same otherwise."""
    if rest not in given:
        taken = set(given.values())
        given[rest] = next((one for one in listed.split() if one not in taken), "")
    return given[rest]


def _values(
    match: re.Match[str], subject: AnyResource, cases: Iterable[Mapping[str, str]]
) -> Iterator[str]:
    path, part = match.groups()
    for value in _raw(path, subject, cases):
        text = PARTS[part](ResourceId(value)) if part else value
        if text:
            yield text


def _raw(path: str, subject: AnyResource, cases: Iterable[Mapping[str, str]]) -> Iterator[str]:
    if path.startswith(EACH):
        name = path.removeprefix(EACH)
        yield from (case[name] for case in cases if case.get(name))
    elif path == "parent":
        yield str(subject.id.parent)
    elif path in {"id", "name"}:
        yield str(subject.id) if path == "id" else subject.name
    else:
        yield from (_said(value) for _, value in lookup(subject, path) if value is not None)


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
