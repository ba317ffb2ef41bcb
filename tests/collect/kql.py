"""As much of KQL as our queries are written in; the rest is refused, as Azure would refuse it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

Row = dict[str, Any]

_AMONG = re.compile(r"where type in~ \(('[^']+'(?:, '[^']+')*)\)")
_EQUAL = re.compile(r"where type =~ '([^']+)'")
_SHARD = re.compile(r"where hash\(tolower\(id\)\) % (\d+) == (\d+)")
_PROJECT = re.compile(r"project (\w+(?:, \w+)*)")
_ORDER = "order by id asc"


class ParserFailureError(Exception):
    """What Azure would call by that name."""


def run(query: str, tables: Mapping[str, Iterable[Row]]) -> list[Row]:
    """Return what a query gives. Its operators are applied one after the other, as in KQL."""
    table, *operators = query.split(" | ")
    if table not in tables:
        raise ParserFailureError(table)
    rows = list(tables[table])
    for operator in operators:
        rows = _applied(operator, rows)
    return rows


def _applied(operator: str, rows: list[Row]) -> list[Row]:
    if found := _AMONG.fullmatch(operator):
        types = {text.strip("' ").lower() for text in found[1].split(",")}
        return [row for row in rows if str(row["type"]).lower() in types]
    if found := _EQUAL.fullmatch(operator):
        return [row for row in rows if str(row["type"]).lower() == found[1].lower()]
    if found := _SHARD.fullmatch(operator):
        shards, shard = int(found[1]), int(found[2])
        return [row for row in rows if crc32(str(row["id"]).lower().encode()) % shards == shard]
    if found := _PROJECT.fullmatch(operator):
        columns = found[1].split(", ")
        return [{column: row.get(column) for column in columns} for row in rows]
    if operator == _ORDER:
        return sorted(rows, key=lambda row: str(row["id"]))
    raise ParserFailureError(operator)
