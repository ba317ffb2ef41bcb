"""One connection, hop by hop, as nslookup and a TCP test would meet it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanner.analysis.calls import Followed, Reach
from scanner.analysis.connections import Connection
from scanner.analysis.dns.resolution import Resolution
from scanner.analysis.intents import Intent
from scanner.analysis.routing.route import Route
from scanner.analysis.steps import Step
from scanner.findings import Finding
from scanner.report.encode import dump, evidence_entry, gap_entry, names
from scanner.report.table_findings import mending
from scanner.report.wrap import NARROWEST, indented, prose
from scanner.resources import ResourceId
from scanner.topology import Topology

_VERDICTS = {
    Reach.REACHABLE: "reachable, privately",
    Reach.PUBLIC: "works, over the Internet",
    Reach.BROKEN: "broken",
    Reach.UNKNOWN: "not known",
}
_MARGIN = len("filter   ")
_MOST_WAYS = 4


def text(
    source: str,
    target: str,
    connections: Iterable[Connection],
    fixes: Mapping[str, Finding],
    width: int,
) -> str:
    """Return each connection as a paragraph that explains it; `fixes` is by key."""
    width = max(width, NARROWEST)
    told = ["\n".join(_told(c, fixes.get(c.key), width)) for c in connections]
    return "\n\n".join(told or [f"Nothing in {source} could call {target}."]) + "\n"


def document(
    topology: Topology, ends: tuple[ResourceId, ResourceId], connections: Iterable[Connection]
) -> str:
    """Return the same as JSON."""
    told = [entry(connection) for connection in connections]
    source, target = map(str, ends)
    known = {"from": source, "to": target, "connections": told, **completeness(topology)}
    return dump(known, sort_keys=True) + "\n"


def completeness(topology: Topology) -> dict[str, Any]:
    """Return whether everything was read, and what was not, as reports have it."""
    gaps = sorted(topology.inventory.gaps)
    return {"complete": not gaps, "gaps": [gap_entry(gap) for gap in gaps]}


def entry(connection: Connection) -> dict[str, Any]:
    """Return one connection as JSON has it."""
    broken = connection.broken
    return {
        "consumer": str(connection.consumer.id),
        "account": str(connection.account.id),
        "hostname": connection.hostname.name,
        "intended": connection.intended.value or None,
        "resolution": _resolution(connection.resolution),
        "route": _route(connection.route),
        "filter": _filter(connection),
        "verdict": connection.verdict.value,
        "cause": broken.cause.value if broken else None,
        "causeFamily": broken.cause.family.value if broken else None,
        "blame": str(broken.blame) if broken else None,
        "unread": connection.unread or None,
        "further": [
            {"address": address, "verdict": followed.verdict.value}
            for address, followed in connection.further
        ],
        "because": [evidence_entry(evidence) for evidence in connection.because],
    }


def _told(connection: Connection, fix: Finding | None, width: int) -> Iterator[str]:
    yield from prose(f"{names(connection.consumer.id)} -> {connection.hostname.name}", width)
    room = width - _MARGIN
    past_dns = (connection.past_dns,) if connection.past_dns else ()
    for label, steps in (
        ("name", (*connection.resolution.steps, *past_dns)),
        ("way", connection.route.steps if connection.route else ()),
        ("filter", connection.passage.steps if connection.passage else ()),
    ):
        said = [line for step in steps for line in _line(step, room)]
        yield from indented(label.ljust(_MARGIN), said)
    yield from indented("verdict".ljust(_MARGIN), prose(_verdict(connection), room))
    others = [line for way in connection.further[:_MOST_WAYS] for line in _further(*way, room)]
    if len(connection.further) > _MOST_WAYS:
        others.append(f"and {len(connection.further) - _MOST_WAYS} more addresses")
    yield from indented("also".ljust(_MARGIN), others)
    if connection.broken:
        yield f"{'blame'.ljust(_MARGIN)}{names(connection.broken.blame)}"
    if fix:
        text = " ".join(fix.remediation.split())
        yield from mending(fix, ("look".ljust(_MARGIN), "fix".ljust(_MARGIN)), text, room)
    if connection.broken:
        yield f"{'see'.ljust(_MARGIN)}{connection.broken.cause.source}"


def _line(step: Step, room: int) -> Iterator[str]:
    first, *rest = prose(step.said, room - 2)
    yield first
    yield from (f"  {line}" for line in rest)


def _further(address: str, followed: Followed, room: int) -> Iterator[str]:
    """Yield how the call comes out at another address behind the name: a client takes any."""
    said = _VERDICTS[followed.verdict]
    last = followed.last
    why = last.broken.cause.said if last and last.broken else last.unread if last else ""
    yield from prose(f"by {address} {said}{f': {why}' if why else ''}", room)
    for part in followed.ends():
        for step in part.steps if part else ():
            yield from (f"  {line}" for line in prose(step.said, room - 2))


def _verdict(connection: Connection) -> str:
    said = _VERDICTS[connection.verdict]
    if connection.intended is Intent.NEVER and connection.declared:
        said = f"{said}, and must never be ({connection.declared.said})"
    if connection.broken:
        return f"{said}: {connection.broken.cause.said}"
    return f"{said}: {connection.unread}" if connection.unread else said


def _resolution(resolution: Resolution) -> dict[str, Any]:
    return {
        "outcome": resolution.outcome.value,
        "addresses": list(resolution.addresses),
        "hops": [step.said for step in resolution.steps],
    }


def _route(route: Route | None) -> dict[str, Any] | None:
    if route is None:
        return None
    return {"outcome": route.outcome.value, "hops": [step.said for step in route.steps]}


def _filter(connection: Connection) -> dict[str, Any] | None:
    """Return what filters do; `rule` is the one that denies, by its name."""
    passage = connection.passage
    if passage is None:
        return None
    said = passage.broken.case.get("ruleName") if passage.broken else None
    hops = [step.said for step in passage.steps]
    return {"outcome": passage.outcome.value, "rule": said or None, "hops": hops}
