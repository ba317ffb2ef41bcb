"""The pages under docs/rules are what the rules say of themselves, to the byte."""

from dataclasses import replace
from pathlib import Path

from scanner.findings import Verdict
from scanner.rules import load_all
from scanner.rules.before_after import before_and_after
from scanner.rules.documentation import pages

FOLDER = Path(__file__).parents[1] / "docs" / "rules"


def test_every_page_is_the_one_that_make_docs_writes() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert written == dict(pages(load_all()))


RULE = next(rule for rule in load_all() if rule.id == "AOAI106")
ON = next(example for example in RULE.examples if example.name == "keys are on")


def shown(**changes: object) -> str:
    example = replace(ON, **changes)  # type: ignore[arg-type]
    return before_and_after(replace(RULE, examples=(example,)))


def test_a_page_shows_what_fails_and_the_same_places_where_it_passes() -> None:
    fails, _, passes = shown().partition("\n\nPasses: ")
    assert "  properties: {disableLocalAuth: false}\n" in fails
    assert passes.startswith("the estate as it is.\n")
    assert "  properties: {disableLocalAuth: true}\n" in passes


def test_a_page_says_that_what_was_added_is_not_there() -> None:
    added = {"aoai-new": {"type": "Microsoft.CognitiveServices/accounts"}}
    assert shown(patch=added).endswith("Passes: the estate as it is; none of this is there.")


def test_a_page_shows_what_was_taken_away() -> None:
    assert "aoai-prod: null  # not there\n" in shown(patch={"aoai-prod": None})


def test_a_rule_without_a_failing_change_shows_none() -> None:
    assert shown(patch={}) == shown(expect={"aoai-prod": Verdict.PASS}) == ""
    assert shown(unread=("microsoft.cognitiveservices/accounts",)) == ""
