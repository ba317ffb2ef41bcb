from __future__ import annotations

import re
from base64 import b64decode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from scanner.report import FORMATS, Options
from scanner.report.scan_report import Report

from .report_builder import hostile, report, rich


def page(of: Report) -> str:
    return FORMATS["html"].render(of, Options())


class Page(HTMLParser):
    """What of a page could act: its elements, its attributes, where it points."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


def test_the_policy_admits_the_style_and_the_script_of_the_page_alone() -> None:
    text = page(rich())
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)[0]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (held,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        (digest,) = re.findall(rf"{tag}-src 'sha256-([^']*)'", policy)
        assert b64decode(digest) == sha256(held.encode()).digest()


@pytest.mark.parametrize("of", [report, rich, hostile], ids=lambda of: of.__name__)
def test_no_element_acts_by_itself_and_no_link_leaves(of: object) -> None:
    assert callable(of)
    held = Page(page(of()))
    assert not {"iframe", "img", "object", "embed", "base", "use", "image"} & held.tags
    assert not [name for name in held.attributes if name.startswith("on") or name == "style"]
    assert held.links == {"data:,", "#picture", "#matrix", "#accounts", "#unread"}


def test_an_incomplete_scan_and_one_without_accounts_say_so_in_the_head() -> None:
    head = page(report(accounts=())).partition("</header>")[0]
    assert "no Azure OpenAI account was found" in head
    head = page(rich()).partition("</header>")[0]
    assert "Incomplete: what was not read may hide violations." in head
    assert "Not read (2)" in head


def test_a_name_cannot_end_the_data() -> None:
    text = page(hostile())
    assert text.count("<script") == text.count("</script") == 2
