"""For a pull request, an issue or a job's summary: GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanner.findings import BaselineState, Finding
from scanner.printable import printable
from scanner.report import summary
from scanner.report.encode import hop, names
from scanner.report.markup import escaped
from scanner.report.mermaid import diagram, left_out
from scanner.report.options import Options
from scanner.report.scan_report import Report
from scanner.report.wrap import elided

_MOST_ROWS = 200
_MOST_DETAILS = 50
_MOST_CALLS = 10
_LONGEST = 1_000
MOST_BYTES = 900_000
"""
Of a summary beyond 1 MiB GitHub shows nothing at all. The rest is for what a job adds of its own.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

_SPECIAL = re.compile(r"[\\`*_\[\]<>~|&$]|:(?! |$)|^[#+=-]")
_LISTED = re.compile(r"^(\d+)([.)])")
_NOTHING = "&#8203;"
_BACKTICKS = re.compile(r"`+")


def render(report: Report, _options: Options) -> str:
    """Write the report: the result, what was not read, the accounts, the findings, each fix."""
    failed, unknown = summary.failed(report), summary.undecided(report)
    waived = summary.suppressed(report)
    sections = (
        ["# aoai-scan"],
        [text(said) for said in summary.sentences(report)],
        _unread(summary.unread(report)),
        _accounts(report),
        _overview("Violations", failed),
        _picture(report),
        ["\n\n".join(_details(finding)) for finding in failed[:_MOST_DETAILS]],
        _overview("Not known", unknown),
        _suppressed(waived),
        *_past(report),
    )
    return "\n\n".join(_fitting(block for section in sections for block in section)) + "\n"


def _fitting(blocks: Iterable[str]) -> Iterator[str]:
    """Yield blocks until there is no room for the next: half of one would mean another thing."""
    room = MOST_BYTES
    for block in blocks:
        room -= len(block.encode("utf-8", "surrogatepass")) + 2
        if room < 0:
            yield "The rest is left out: GitHub shows no more. It is in `-f json` and `-f html`."
            return
        yield block


def _picture(report: Report) -> Iterator[str]:
    drawn = diagram(report)
    if drawn:
        yield f"```mermaid\n{drawn}\n```"
    if drawn and left_out(report):
        yield f"{left_out(report)} more networks and accounts are not drawn."


def text(said: str) -> str:
    r"""
    Return `said` as text that does nothing: no markup, no link, no mention, on one line.

    Every character that may mean something stands escaped; after an `@`, where
    GitHub looks for a person to tell, an entity that shows nothing.

    Source: https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    plain = _SPECIAL.sub(r"\\\g<0>", printable(elided(said, _LONGEST)))
    listed = _LISTED.sub(r"\1\\\2", plain)
    return listed.replace("@", f"@{_NOTHING}").replace("www.", "www\\.")


def code(said: str) -> str:
    """Return `said` as a code span, which may stand in a table."""
    said = printable(elided(said, _LONGEST))
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(said)), default=0))
    room = " " if said.startswith("`") or said.endswith("`") or not said.strip() else ""
    return f"{fence}{room}{said}{room}{fence}".replace("|", "\\|")


def _unread(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        shown = (f"> * {text(line)}" for line in lines[:_MOST_ROWS])
        yield "\n".join(("> [!WARNING]", "> **Not read**", ">", *shown, *_more(lines, "> * ")))


def _accounts(report: Report) -> Iterator[str]:
    counted = summary.accounts(report)
    rows = [
        (code(names(a.id)), text(a.exposure), text(summary.callers(a)), summary.counted(count))
        for a, count in counted[:_MOST_ROWS]
    ]
    if rows:
        yield "## Accounts"
        yield _table(("Account", "Exposure", "Callers", "Violations"), rows)
        yield from _more(counted)


def _overview(title: str, findings: Sequence[Finding]) -> Iterator[str]:
    rows = [
        (f.severity.value, f"{f.rule} {f.name}{_new(f)}", code(names(f.resource)), text(f.message))
        for f in findings[:_MOST_ROWS]
    ]
    if rows:
        yield f"## {title}"
        yield _table(("Severity", "Rule", "Resource", "What"), rows)
        yield from _more(findings)


def _new(finding: Finding) -> str:
    return " **new**" if finding.baseline is BaselineState.NEW else ""


def _suppressed(findings: Sequence[Finding]) -> Iterator[str]:
    rows = [
        (f"{f.rule} {f.name}", code(names(f.resource)), text(f.suppression.said))
        for f in findings[:_MOST_ROWS]
        if f.suppression
    ]
    if rows:
        yield "## Suppressed"
        yield _table(("Rule", "Resource", "Suppressed"), rows)
        yield from _more(findings)


def _past(report: Report) -> Iterator[Iterable[str]]:
    since = report.since
    if since is not None:
        yield _overview("Gone since the baseline", since.absent)
        yield _overview("Not checked, and kept", [k.finding for k in since.kept if k.is_open])


def _details(finding: Finding) -> Iterator[str]:
    """Yield what folds out below the overview: why, for whom, and the fix to copy."""
    title = f"{finding.severity} {finding.rule} {finding.name}"
    yield f"<details><summary>{title}: {_html(names(finding.resource))}</summary>"
    yield text(finding.message)
    if finding.lapsed:
        yield text(f"Its suppression has ended: {finding.lapsed.said}")
    if finding.evidence:
        yield "\n".join(f"1. {code(hop(e))}" for e in finding.evidence[:_MOST_ROWS])
    calls = [f"{names(a.consumer)} -> {a.hostname}" for a in finding.affected]
    if calls:
        shown = (f"* {code(call)}" for call in calls[:_MOST_CALLS])
        yield "\n".join(("For:", "", *shown, *_more(calls, "* ", _MOST_CALLS)))
    if finding.remediation:
        yield text(" ".join(finding.remediation.split()))
    if finding.looks:
        yield "A look first, which changes nothing:"
        yield _fenced(map(printable, finding.looks))
    if finding.commands:
        yield "The fix, all of it in this order:" if len(finding.commands) > 1 else "The fix:"
        yield _fenced(map(printable, finding.commands))
    yield "</details>"


def _html(said: str) -> str:
    """Return text inside an element of HTML, where no Markdown is read."""
    return escaped(elided(said, _LONGEST)).replace("@", f"@{_NOTHING}")


def _fenced(lines: Iterable[str]) -> str:
    told = "\n".join(lines)
    longest = max(map(len, _BACKTICKS.findall(told)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{told}\n{fence}"


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (headers, ["---"] * len(headers), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _more(things: Sequence[object], mark: str = "", most: int = _MOST_ROWS) -> Iterator[str]:
    if len(things) > most:
        yield f"{mark}and {len(things) - most} more"
