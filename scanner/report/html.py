"""For people in a meeting: one file with the picture, the findings, the matrix and the accounts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files

from scanner import __version__
from scanner.report import summary
from scanner.report.coverage import lines as covered
from scanner.report.encode import dump, names
from scanner.report.markup import escaped
from scanner.report.options import Options
from scanner.report.page.content import content
from scanner.report.page.numbers import Numbers
from scanner.report.picture.blocks import blocks, peerings
from scanner.report.picture.gaps import unread
from scanner.report.picture.layout import layout
from scanner.report.picture.marks import marks, owned
from scanner.report.picture.svg import draw
from scanner.report.scan_report import Report

_MOST_LINES = 200
_SCRIPTS = (
    "page.js",
    "findings.js",
    "picture.js",
    "detail.js",
    "matrix.js",
    "accounts.js",
    "views.js",
)
"""Parts of one script, in the order in which they need each other."""


def render(report: Report, _options: Options) -> str:
    """
    Write the page. It asks the network for nothing, and its policy forbids that it could.

    Every name from Azure is escaped here, or stands in JSON that the script shows
    as text only: there is no way from a name to markup.

    Source: https://www.w3.org/TR/CSP3/
    """
    style, script = _asset("page.css"), "".join(map(_asset, _SCRIPTS))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    number = Numbers()
    picture = _picture(report, number)
    known = dump(content(report, number), indent=None).replace("<", "\\u003c")
    return _TEMPLATE.format(
        policy=policy,
        style=style,
        script=script,
        version=escaped(__version__),
        taken=escaped(report.taken_at or "at an unknown time"),
        result="".join(_result(report)),
        unread="".join(_unread(report)),
        read="".join((*_past(report), "<h2>What was read</h2>", *_read(report))),
        alarm=' class="alarm"' if report.gaps else "",
        gaps=len(report.gaps),
        picture=picture,
        content=known,
    )


def _picture(report: Report, number: Numbers) -> str:
    topology, failed = report.topology, summary.failed(report)
    marked = marks(topology, failed, summary.undecided(report))
    exposures = {account.id: account.exposure for account in report.accounts}
    placed = layout((*unread(report.gaps), *blocks(topology, marked, exposures)))
    marked = owned(topology, marked, failed, {node.id for node in placed.nodes})
    return draw(placed, marked, peerings(topology), number)


def _asset(name: str) -> str:
    return files("scanner.report.page").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _result(report: Report) -> Iterator[str]:
    """Yield the result in a sentence; what takes from its worth stands out."""
    yield f'<p id="result">{escaped(summary.result(report))}</p>'
    if report.since is not None:
        yield f"<p>{escaped(summary.since(report, report.since))}</p>"
    for said in summary.warnings(report):
        yield f'<p class="warning" role="note">{escaped(said)}</p>'


def _unread(report: Report) -> Iterator[str]:
    """Yield what was not read, or that nothing was left out."""
    lines = summary.unread(report)
    if not lines:
        yield "<p>Everything in scope was read.</p>"
        return
    yield "<p>Violations may hide behind each of these. What rests on them is open.</p>"
    yield from _listed(lines, "kinds of gap")


def _past(report: Report) -> Iterator[str]:
    """Yield what of an earlier report was not found again: what is gone, and what is not."""
    if report.since is None:
        return
    kept = [one.finding for one in report.since.kept if one.is_open]
    for title, past in (("Not checked, and kept", kept), ("Gone", report.since.absent)):
        if past:
            yield f"<h2>{title} since the baseline ({len(past)})</h2>"
            said = [f"{f.severity} {f.rule} {f.name}: {names(f.resource)}" for f in past]
            yield from _listed(said, "violations")


def _read(report: Report) -> Iterator[str]:
    """Yield how the reading went, and which subscriptions it was about."""
    if report.coverage is None:
        yield "<p>The rows came without a word of how they were read.</p>"
    else:
        yield from _listed(list(covered(report.coverage)), "tables")
    named = [f"{s.name} {s.id}" if s.name else s.id for s in report.subscriptions]
    if named:
        yield f"<h3>Subscriptions ({len(named)})</h3>"
        yield from _listed(named, "subscriptions")
    if report.remarks:
        yield "<h3>The configuration</h3>"
        yield from _listed(report.remarks, "remarks")


def _listed(lines: Sequence[str], what: str) -> Iterator[str]:
    shown = "".join(f"<li>{escaped(line)}</li>" for line in lines[:_MOST_LINES])
    yield f"<ul>{shown}</ul>"
    if len(lines) > _MOST_LINES:
        yield f"<p>and {len(lines) - _MOST_LINES} more {what}</p>"


_TEMPLATE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>aoai-scan: who reaches which Azure OpenAI account</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header>
<h1>aoai-scan</h1>
{result}
<p class="small">Estate as of {taken} · aoai-scan {version}</p>
<nav aria-label="Views">
<a href="#picture" data-view="picture">Picture</a>
<a href="#matrix" data-view="matrix">Matrix</a>
<a href="#accounts" data-view="accounts">Accounts</a>
<a href="#unread" data-view="unread"{alarm}>Not read ({gaps})</a>
</nav>
</header>
<aside aria-label="Findings">
<form id="filters" role="search">
<label>Search <input id="search" type="search" placeholder="rule, resource, text"></label>
</form>
<p id="count" role="status"></p>
<ol id="findings"></ol>
</aside>
<main>
<noscript><p class="warning">Findings, matrix and accounts need the script of this page.\
</p></noscript>
<section id="view-picture" aria-label="Picture">
<div id="stage">{picture}
<div id="tools"><button type="button" id="zoom-in" aria-label="Zoom in">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out">\u2212</button>
<button type="button" id="fit">Show all</button></div></div>
<div id="below"><div id="legend"></div></div>
</section>
<section id="view-matrix" aria-label="Matrix" hidden></section>
<section id="view-accounts" aria-label="Accounts" hidden></section>
<section id="view-unread" aria-label="Not read" hidden>\
<h2>What was not read</h2>{unread}{read}</section>
</main>
<section id="detail" aria-label="Detail" hidden></section>
<script type="application/json" id="content">{content}</script>
<script>{script}</script>
</body>
</html>
"""
