"""For people in a meeting: one file with the picture, the findings, the matrix and the accounts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files

from scanner import __version__
from scanner.report import summary
from scanner.report.encode import dump
from scanner.report.markup import escaped
from scanner.report.options import Options
from scanner.report.page.content import content
from scanner.report.page.numbers import Numbers
from scanner.report.picture.blocks import blocks, peerings
from scanner.report.picture.layout import layout
from scanner.report.picture.marks import marks, owned
from scanner.report.picture.svg import draw
from scanner.report.scan_report import Report

_MOST_GAPS = 200


def render(report: Report, _options: Options) -> str:
    """
    Write the page. It asks the network for nothing, and its policy forbids that it could.

    Every name from Azure is escaped here, or stands in JSON that the script shows
    as text only: there is no way from a name to markup.

    Source: https://www.w3.org/TR/CSP3/
    """
    style, script = _asset("page.css"), _asset("page.js")
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
        gaps=len(report.gaps),
        picture=picture,
        content=known,
    )


def _picture(report: Report, number: Numbers) -> str:
    topology, failed = report.topology, summary.failed(report)
    marked = marks(topology, failed)
    exposures = {account.id: account.exposure for account in report.accounts}
    placed = layout(blocks(topology, marked, exposures))
    marked = owned(topology, marked, failed, {node.id for node in placed.nodes})
    return draw(placed, marked, peerings(topology), number)


def _asset(name: str) -> str:
    return files("scanner.report.page").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _result(report: Report) -> Iterator[str]:
    """Yield the result in sentences; what takes from its worth stands out."""
    first, *others = summary.sentences(report)
    yield f'<p id="result">{escaped(first)}</p>'
    for said in others:
        yield f'<p class="warning" role="note">{escaped(said)}</p>'


def _unread(report: Report) -> Iterator[str]:
    """Yield what was not read, or that nothing was left out."""
    lines = summary.unread(report)
    if not lines:
        yield "<p>Everything in scope was read.</p>"
        return
    yield "<p>Violations may hide behind each of these. What rests on them is open.</p><ul>"
    yield from (f"<li>{escaped(line)}</li>" for line in lines[:_MOST_GAPS])
    yield "</ul>"
    if len(lines) > _MOST_GAPS:
        yield f"<p>and {len(lines) - _MOST_GAPS} more kinds of gap</p>"


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
<a href="#unread" data-view="unread">Not read ({gaps})</a>
</nav>
</header>
<aside aria-label="Findings">
<form id="filters" role="search">
<label>Search <input id="search" type="search" placeholder="rule, resource, text"></label>
<label>Severity <select id="severity"></select></label>
<label>Family <select id="family"></select></label>
<label>Account <select id="account"></select></label>
<label>Subscription <select id="subscription"></select></label>
<label>Verdict <select id="verdict"></select></label>
</form>
<p id="count" role="status"></p>
<ol id="findings"></ol>
</aside>
<main>
<noscript><p class="warning">Findings, matrix and accounts need the script of this page.\
</p></noscript>
<section id="view-picture" aria-label="Picture">
{picture}
<div id="below"><div id="legend"></div>
<div id="tools"><button type="button" id="zoom-in" aria-label="Zoom in">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out">\u2212</button>
<button type="button" id="fit">Show all</button></div></div>
</section>
<section id="view-matrix" aria-label="Matrix" hidden></section>
<section id="view-accounts" aria-label="Accounts" hidden></section>
<section id="view-unread" aria-label="Not read" hidden><h2>What was not read</h2>{unread}</section>
</main>
<section id="detail" aria-label="Detail" hidden></section>
<script type="application/json" id="content">{content}</script>
<script>{script}</script>
</body>
</html>
"""
