"""For a person at a terminal: how exposed each account is, what is wrong, why, and the fix."""

from __future__ import annotations

from tabulate import tabulate

from scanner.report import summary
from scanner.report.encode import names
from scanner.report.options import Options
from scanner.report.scan_report import Report
from scanner.report.table_findings import known, past, unknown
from scanner.report.wrap import NARROWEST, elided, prose

_HEADERS = ("Account", "Exposure", "Callers", "Violations")
_MOST_GAPS = 10
_MOST_ACCOUNTS = 40
_NARROW = 12


def render(report: Report, options: Options) -> str:
    """Write the report, the summary last: there the eye is when the scan ends."""
    width = max(options.width, NARROWEST)
    sections = (
        _accounts(report, width),
        known(summary.failed(report), width, color=options.color),
        unknown(summary.undecided(report), width),
        past(report.since, width) if report.since else "",
        _gaps(report, width),
        "\n".join(line for said in summary.sentences(report) for line in prose(said, width)),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _accounts(report: Report, width: int) -> str:
    """Return a line per account, those with the gravest findings first."""
    if not report.accounts:
        return ""
    rows = [
        (
            elided(names(account.id), width // 2),
            account.exposure,
            summary.callers(account),
            summary.counted(count),
        )
        for account, count in summary.accounts(report)[:_MOST_ACCOUNTS]
    ]
    room = max(width - max(len(row[0]) for row in rows) - len("perimeter") - 3 * 2, 2 * _NARROW)
    table = tabulate(
        rows,
        headers=_HEADERS,
        tablefmt="simple",
        disable_numparse=True,
        maxcolwidths=[None, None, room // 2, room // 2],
    )
    more = len(report.accounts) - _MOST_ACCOUNTS
    return f"{table}\nand {more} more accounts" if more > 0 else table


def _gaps(report: Report, width: int) -> str:
    """Return what was not read, by type and reason."""
    said = summary.unread(report)
    lines = [line for one in said[:_MOST_GAPS] for line in prose(f"Not read: {one}", width)]
    more = len(said) - _MOST_GAPS
    return "\n".join([*lines, f"and {more} more kinds of gap"] if more > 0 else lines)
