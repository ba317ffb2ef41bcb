"""Rows as CSV (RFC 4180) that a spreadsheet shows and does not run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The full-width forms too: a spreadsheet may fold them."""


def comma_separated(rows: Iterable[Sequence[str]]) -> str:
    """Return a line for each row."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(map(harmless, rows))
    return lines.getvalue()


def harmless(row: Iterable[str]) -> tuple[str, ...]:
    """
    Return cells of which no spreadsheet takes one for a formula.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return tuple(f"'{cell}" if _is_formula(cell) else cell for cell in row)


def _is_formula(cell: str) -> bool:
    return cell.lstrip(" ").startswith(_STARTS_FORMULA)
