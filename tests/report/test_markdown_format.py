from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from scanner.report import FORMATS, Options
from scanner.report import markdown as module
from scanner.report.markdown import code, text
from scanner.report.scan_report import Report

from .report_builder import HOSTILE_NAMES, crowded, hostile, report, rich

GFM = MarkdownIt("gfm-like")


def markdown(of: Report) -> str:
    return FORMATS["markdown"].render(of, Options())


class Elements(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_report_reads_from_the_result_to_the_fix() -> None:
    lines = markdown(rich()).splitlines()
    heads = [line for line in lines if line.startswith(("#", "<details>", "> **", "1 critical"))]
    assert heads == [
        "# aoai-scan",
        "1 critical, 1 high, 1 medium in 9 resources judged by 3 rules; 12 passed, 2 not known.",
        "> **Not read**",
        "## Accounts",
        "## Violations",
        "<details><summary>critical AOAI101 public-network-access: aoai-Prod</summary>",
        "<details><summary>high AOAI201 zone-not-linked: hub</summary>",
        "<details><summary>medium AOAI307 subnet-policies: hub/workloads</summary>",
        "## Not known",
    ]


def test_an_incomplete_scan_and_one_without_accounts_say_so_before_all_else() -> None:
    incomplete, empty = markdown(rich()), markdown(report(accounts=()))
    assert incomplete.index("Incomplete") < incomplete.index("## ")
    assert "no Azure OpenAI account was found" in empty


def test_a_long_report_stays_below_what_github_shows() -> None:
    long = markdown(crowded(3_000))
    assert len(long.encode()) < 1024 * 1024
    assert "and 2800 more" in long


def test_what_does_not_fit_is_left_out_whole_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 20_000)
    cut = markdown(hostile())
    assert len(cut.encode()) <= 20_200
    assert cut.endswith(
        "The rest is left out: GitHub shows no more. It is in `-f json` and `-f html`.\n"
    )
    assert cut.count("<details>") == cut.count("</details>")
    assert cut.count("```") % 2 == 0


def test_the_estate_is_drawn_between_what_is_wrong_and_how_to_mend_it() -> None:
    told = markdown(rich())
    assert told.index("## Violations") < told.index("```mermaid\n") < told.index("<details>")


def test_hostile_names_make_no_element_and_no_link() -> None:
    page = Elements(GFM.render(markdown(hostile())))
    assert page.tags <= {
        *("h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre"),
        *("ol", "ul", "li", "blockquote", "strong", "details", "summary"),
    }
    assert page.attributes <= {"class"}


@pytest.mark.parametrize(
    "said",
    [
        *HOSTILE_NAMES[3:6],
        "http://evil.example www.evil.example me@evil.example",
        "- item",
        "1. item",
        "> quote",
        "# heading",
        "a\\",
        "![x](http://evil.example/x.png)",
        "<!--",
        "a|b",
        "``` x",
        "_a_ **b** ~~c~~",
        "&lt;b&gt;",
    ],
)
def test_text_and_code_say_what_they_are_given(said: str) -> None:
    for wanted, written in (("p", text(said)), ("code", code(said))):
        page = GFM.render(written)
        assert Elements(page).tags <= {"p", wanted}
        shown = re.sub("<[^>]*>", "", page).strip().replace("\u200b", "").replace("\\|", "|")
        assert shown == text_of(said)


def text_of(said: str) -> str:
    said = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return said.replace('"', "&quot;")


def test_nobody_is_told_and_nothing_is_closed_by_a_name() -> None:
    assert "@octo" not in text("@octo/team")
    assert re.search(r"(?<!`)@octo", code("@octo")) is None


def test_a_command_with_a_fence_in_it_stays_in_its_block() -> None:
    page = GFM.render(markdown(hostile()))
    assert page.count("<pre>") == len(HOSTILE_NAMES) + 1  # the picture
