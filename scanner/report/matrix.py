"""Every consumer against every account: how it comes out, and what breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tabulate import tabulate

from scanner.analysis.calls import Reach
from scanner.analysis.connections import Connection
from scanner.analysis.intents import Intent
from scanner.analysis.selection import members
from scanner.printable import printable
from scanner.report import spreadsheet
from scanner.report.encode import dump, names
from scanner.report.trace import completeness, entry
from scanner.topology import Topology

_HEADERS = ("Consumer", "Host name", "Verdict", "Cause", "Blame")
_CAUSE = _HEADERS.index("Cause")
_SHORTEST = 40
_GAP = "  "


def table(connections: Sequence[Connection], width: int) -> str:
    """
    Return a line for each connection, and a sentence that counts them.

    Names stand whole; a reason that makes a line too long is cut short.
    """
    rows = [tuple(_cells(connection)) for connection in connections]
    others = [max(map(len, column)) for column in zip(_HEADERS, *rows, strict=True)]
    room = max(_SHORTEST, width - sum(others) + others[_CAUSE] - len(_GAP) * (len(others) - 1))
    rows = [(*r[:_CAUSE], _cut(r[_CAUSE], room), *r[_CAUSE + 1 :]) for r in rows]
    drawn = tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True)
    return f"{drawn}\n\n{_counted(connections)}\n" if rows else "No connection to show.\n"


def _cut(said: str, room: int) -> str:
    return said if len(said) <= room else f"{said[: room - 1].rstrip()}…"


def comma_separated(connections: Iterable[Connection]) -> str:
    """Return the same as CSV."""
    return spreadsheet.comma_separated((_HEADERS, *map(tuple, map(_cells, connections))))


def document(topology: Topology, connections: Iterable[Connection]) -> str:
    """Return the same as JSON, each with all that is known of it and for whom it stands."""
    told = [
        entry(c) | {"members": [str(one) for one in members(topology, c.consumer)]}
        for c in connections
    ]
    return dump({"connections": told, **completeness(topology)}, sort_keys=True) + "\n"


def _cells(connection: Connection) -> Iterator[str]:
    broken = connection.broken
    yield names(connection.consumer.id)
    yield printable(connection.hostname.name)
    is_never = connection.intended is Intent.NEVER
    yield f"{connection.verdict} (never)" if is_never else connection.verdict.value
    yield broken.cause.value if broken else printable(connection.unread)
    yield names(broken.blame) if broken else ""


def _counted(connections: Sequence[Connection]) -> str:
    never = [c for c in connections if c.intended is Intent.NEVER]
    others = [c for c in connections if c.intended is not Intent.NEVER]
    counted = "1 connection" if len(others) == 1 else f"{len(others)} connections"
    said = f"{counted}: {_verdicts(others)}" if others else ""
    shut = f"{len(never)} that must never be: {_verdicts(never)}" if never else ""
    return "; ".join(filter(None, (said, shut))) + "."


def _verdicts(connections: Sequence[Connection]) -> str:
    counts = {reach: sum(c.verdict is reach for c in connections) for reach in Reach}
    return ", ".join(f"{count} {reach}" for reach, count in counts.items() if count)
