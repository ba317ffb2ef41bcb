"""Who reaches which account, for the matrix and the accounts' own pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from scanner.analysis.calls import Reach
from scanner.analysis.connections import Connection, intended
from scanner.analysis.intents import Intent
from scanner.findings import Finding
from scanner.printable import printable
from scanner.report.page.numbers import Numbers
from scanner.report.page.told import told
from scanner.resources import ResourceId
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology

MOST_ROWS = 60
"""With more consumers, the matrix has a row for each network instead."""
MOST_APART = 50
"""How many networks are named that should not reach an account, as far as anything shows."""
MOST_TOLD = 800
"""Of how many calls the page tells every step."""

_ORDER = (Reach.BROKEN, Reach.PUBLIC, Reach.UNKNOWN, Reach.REACHABLE)

Cells: TypeAlias = dict[tuple[ResourceId, ResourceId], list[Connection]]
"""By row and account, the gravest call first."""


def calls(
    topology: Topology, accounts: Sequence[ResourceId], findings: Iterable[Finding], number: Numbers
) -> dict[str, Any]:
    """
    Return the matrix: rows of callers, in each a cell for every account it should reach.

    A cell is the account's place, the worst outcome, why, how many calls come out as
    which, and the places of those that are told step by step: the gravest of each cell,
    one for each finding, then as many of the others as there is room for. `apart` are, for
    each account, the networks of which nothing shows that they should reach it.
    """
    found = intended(topology)
    places = {account: place for place, account in enumerate(accounts)}
    is_wide = len({c.consumer.id for c in found}) > MOST_ROWS
    cells: Cells = {}
    for one in found:
        row = one.consumer.network if is_wide else one.consumer.id
        cells.setdefault((row, one.account.id), []).append(one)
    for those in cells.values():
        those.sort(key=_gravity)
    chosen = _chosen(cells, found, findings)
    told_at = {key: place for place, key in enumerate(chosen)}
    rows: dict[ResourceId, list[list[Any]]] = {}
    for (row, account), those in cells.items():
        cell = [places[account], outcome(those[0]), _why(those[0]), _counted(those)]
        cell.append([told_at[one.key] for one in those if one.key in told_at])
        rows.setdefault(row, []).append(cell)
    return {
        "byNetwork": is_wide,
        "rows": [[number(row), those] for row, those in sorted(rows.items())],
        "apart": _apart(topology, places, found, number),
        "told": [
            {"to": places[one.account.id], "outcome": outcome(one), **told(topology, one, number)}
            for one in chosen.values()
        ],
    }


def _apart(
    topology: Topology,
    places: Mapping[ResourceId, int],
    found: Iterable[Connection],
    number: Numbers,
) -> list[list[Any]]:
    """Return by place how many networks have no wanted call to an account, and the first few."""
    wanted: dict[ResourceId, set[ResourceId]] = {account: set() for account in places}
    for one in found:
        wanted[one.account.id].add(one.consumer.network)
    networks = [network.id for network in topology.all(VirtualNetwork)]
    others = ([n for n in networks if n not in wanted[account]] for account in places)
    return [[len(those), [number(n) for n in those[:MOST_APART]]] for those in others]


def outcome(one: Connection) -> str:
    """Return the verdict; one that must never be has words of its own."""
    if one.intended is not Intent.NEVER:
        return one.verdict.value
    return "barred" if one.verdict is Reach.BROKEN else "breach"


def _chosen(
    cells: Cells, found: Iterable[Connection], findings: Iterable[Finding]
) -> Mapping[str, Connection]:
    """Return the calls that are told, by key."""
    by_pair = {(one.consumer.id, one.hostname.name): one for one in found}
    first = sorted((those[0] for those in cells.values()), key=_gravity)
    named = [
        by_pair[pair]
        for finding in findings
        for pair in [(a.consumer, a.hostname) for a in finding.affected[:1]]
        if pair in by_pair
    ]
    others = sorted((one for those in cells.values() for one in those[1:]), key=_gravity)
    # By far most findings share their calls with a cell: there is room for both.
    wanted = {one.key: one for one in (*first[: MOST_TOLD // 2], *named, *first, *others)}
    return dict(list(wanted.items())[:MOST_TOLD])


def _counted(those: Iterable[Connection]) -> dict[str, int]:
    return dict(Counter(outcome(one) for one in those))


def _gravity(one: Connection) -> tuple[int, str]:
    return (-1 if outcome(one) == "breach" else _ORDER.index(one.verdict), one.key)


def _why(one: Connection) -> str:
    return one.broken.cause.value if one.broken else printable(one.unread)
