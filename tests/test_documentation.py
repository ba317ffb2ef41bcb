"""The pages under docs/rules are what the rules say of themselves, to the byte."""

from pathlib import Path

from scanner.rules import load_all
from scanner.rules.documentation import pages

FOLDER = Path(__file__).parents[1] / "docs" / "rules"


def test_every_page_is_the_one_that_make_docs_writes() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert written == dict(pages(load_all()))
