"""What breaks a connection names for messages and commands what some rule says, and no more."""

from functools import cache

from scanner.analysis.connections import intended
from scanner.rules import load_all
from scanner.rules.examples import drawn
from scanner.rules.templates import BLANK, EACH
from scanner.rules.words.connection import FOUND, OWN

RULES = [rule for rule in load_all() if rule.is_about_connections]


@cache
def carried() -> frozenset[str]:
    estates = (drawn(example) for rule in RULES for example in rule.examples)
    found = (item.broken for estate in estates for item in intended(estate))
    return frozenset(name for broken in found if broken for name in broken.case)


def test_every_name_that_a_message_may_use_is_carried_by_some_cause() -> None:
    assert set(FOUND) - carried() == set()


def test_every_name_that_a_cause_carries_can_be_used_by_a_message() -> None:
    assert carried() - {*FOUND, *OWN} == set()


def test_every_name_is_used_by_a_rule() -> None:
    texts = (text for rule in RULES for text in (rule.message, *rule.commands))
    used = {path.removeprefix(EACH) for text in texts for path, _ in BLANK.findall(text)}
    assert {*FOUND, *OWN} - used == set()
