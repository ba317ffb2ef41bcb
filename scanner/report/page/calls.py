"""Who reaches which account, for the matrix and the accounts' own pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.analysis.calls import Reach
from scanner.analysis.connections import Connection, intended
from scanner.analysis.intents import Intent
from scanner.printable import printable
from scanner.report.page.numbers import Numbers
from scanner.resources import ResourceId
from scanner.topology import Topology

MOST_ROWS = 60
"""With more consumers, the matrix has a row for each network instead."""
MOST_TOLD = 600
"""Of how many calls the page tells every step."""

_ORDER = (Reach.BROKEN, Reach.PUBLIC, Reach.UNKNOWN, Reach.REACHABLE)


def calls(topology: Topology, accounts: Sequence[ResourceId], number: Numbers) -> dict[str, Any]:
    """
    Return the matrix: rows of callers, in each a cell for every account it should reach.

    A cell is the account's place, the worst outcome, why, how many calls come out so,
    of how many, and the place of the one that is told step by step.
    """
    found = intended(topology)
    places = {account: place for place, account in enumerate(accounts)}
    is_wide = len({c.consumer.id for c in found}) > MOST_ROWS
    cells: dict[tuple[ResourceId, ResourceId], list[Connection]] = {}
    for one in found:
        row = one.consumer.network if is_wide else one.consumer.id
        cells.setdefault((row, one.account.id), []).append(one)
    for those in cells.values():
        those.sort(key=_gravity)
    chosen = sorted((those[0] for those in cells.values()), key=_gravity)[:MOST_TOLD]
    told = {one.key: place for place, one in enumerate(chosen)}
    rows: dict[ResourceId, list[list[Any]]] = {}
    for (row, account), those in cells.items():
        worst = those[0]
        alike = sum(_outcome(one) == _outcome(worst) for one in those)
        said = (_outcome(worst), _why(worst), alike, len(those), told.get(worst.key, -1))
        cell = [places[account], *said]
        rows.setdefault(row, []).append(cell)
    return {
        "byNetwork": is_wide,
        "rows": [[number(row), those] for row, those in sorted(rows.items())],
        "told": [_told(one, places, number) for one in chosen],
    }


def _gravity(one: Connection) -> tuple[int, str]:
    is_breach = one.intended is Intent.NEVER and one.verdict is not Reach.BROKEN
    return (-1 if is_breach else _ORDER.index(one.verdict), one.key)


def _outcome(one: Connection) -> str:
    """Return the verdict; one that must never be has words of its own."""
    if one.intended is not Intent.NEVER:
        return one.verdict.value
    return "barred" if one.verdict is Reach.BROKEN else "breach"


def _why(one: Connection) -> str:
    return one.broken.cause.value if one.broken else printable(one.unread)


def _told(one: Connection, places: Mapping[ResourceId, int], number: Numbers) -> dict[str, Any]:
    return {
        "from": number(one.consumer.id),
        "to": places[one.account.id],
        "host": printable(one.hostname.name),
        "outcome": _outcome(one),
        "cause": one.broken.cause.said if one.broken else printable(one.unread),
        "blame": number(one.broken.blame) if one.broken else -1,
        "steps": [list(step) for step in _steps(one, number)],
    }


def _steps(one: Connection, number: Numbers) -> Iterator[tuple[str, str, list[int]]]:
    """Yield each hop: the test that shows it, what happens, and where."""
    labels = ("nslookup", "route", "NSG and firewall")
    for label, part in zip(labels, (one.resolution, one.route, one.passage), strict=True):
        for step in part.steps if part else ():
            where = [number(evidence.resource) for evidence in step.evidence]
            yield label, printable(step.said), where or [number(one.consumer.id)]
