"""One call as the page tells it: its name, its way, its filters, and where it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scanner.analysis.connections import Connection
from scanner.analysis.dns.resolution import Answer, Resolution
from scanner.analysis.endpoints import serving_at
from scanner.analysis.filtering.passage import Filtering, Passage
from scanner.analysis.routing.route import Route, Way
from scanner.analysis.steps import Step
from scanner.printable import printable
from scanner.report.encode import names
from scanner.report.page.numbers import Numbers
from scanner.topology import Topology

_ANSWERS = {
    Answer.PRIVATE_WRONG: "a private address that is no endpoint's",
    Answer.PUBLIC: "the public address",
    Answer.NXDOMAIN: "no such name",
    Answer.NONE: "no answer",
    Answer.UNKNOWN: "not known",
}
_WAYS = {Way.DIRECT: "direct", Way.NONE: "no way", Way.UNKNOWN: "not known"}
_FILTERS = {
    Filtering.ALLOW: "let through",
    Filtering.DENY: "held back",
    Filtering.UNKNOWN: "not known",
}
_GOOD = {Answer.PRIVATE, Way.DIRECT, Way.VIA, Filtering.ALLOW}
_OPEN = {Answer.UNKNOWN, Way.UNKNOWN, Filtering.UNKNOWN}


def told(topology: Topology, one: Connection, number: Numbers) -> dict[str, Any]:
    """
    Return a call: who makes it, each stage with its answer and its steps, and what breaks it.

    A stage that it did not come to is not there.
    """
    endpoints = (serving_at(topology, one.account, a) for a in one.resolution.addresses)
    return {
        "from": number(one.consumer.id),
        "host": printable(one.hostname.name),
        "endpoints": [number(each.id) for each in endpoints if each],
        "cause": one.broken.cause.said if one.broken else printable(one.unread),
        "see": one.broken.cause.source if one.broken else "",
        "blame": number(one.broken.blame) if one.broken else -1,
        "stages": [_name(one.resolution, number), *_beyond(one, number)],
    }


def _name(found: Resolution, number: Numbers) -> dict[str, Any]:
    answer = ", ".join(map(printable, found.addresses)) or _ANSWERS.get(found.outcome, "")
    return _stage("nslookup", found.outcome, answer, found.steps, number)


def _beyond(one: Connection, number: Numbers) -> Iterator[dict[str, Any]]:
    route, passage = one.ends
    if route:
        others = [_steps(way.steps, number) for way in route.others]
        yield {
            **_stage("route", route.outcome, _way(route), route.steps, number),
            **({"others": others} if others else {}),
        }
    if passage:
        yield _filters(passage, number)


def _way(route: Route) -> str:
    if route.outcome is not Way.VIA:
        return _WAYS[route.outcome]
    stages = (" or ".join(names(each) for each in stage) for stage in route.through)
    return f"by {', then '.join(stages)}"


def _filters(passage: Passage, number: Numbers) -> dict[str, Any]:
    said = _FILTERS[passage.outcome] if passage.steps else "none on the way"
    return _stage("NSG and firewall", passage.outcome, said, passage.steps, number)


def _stage(
    name: str, outcome: Answer | Way | Filtering, said: str, steps: Iterable[Step], number: Numbers
) -> dict[str, Any]:
    mark = "good" if outcome in _GOOD else "open" if outcome in _OPEN else "bad"
    return {
        "name": name,
        "mark": mark,
        "said": said,
        "steps": _steps(steps, number),
    }


def _steps(steps: Iterable[Step], number: Numbers) -> list[list[Any]]:
    """Return each step as what is said, and the resources it is about."""
    return [[printable(s.said), [number(e.resource) for e in s.evidence]] for s in steps]
