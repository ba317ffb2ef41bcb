"""`allOf`, `anyOf`, `not`: Kleene's three-valued logic, so that not knowing stays visible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.findings import Judgement, Verdict, every, negated, some
from scanner.rules.rule import Condition, Subject
from scanner.rules.shapes import ListOf
from scanner.rules.words.word import CONDITION, About, Word
from scanner.topology import Topology


def all_of(values: Mapping[str, Any]) -> Condition:
    """Hold when every condition holds. What does not apply is left out."""
    return AllOf(values["allOf"])


@dataclass(frozen=True, slots=True)
class AllOf:
    """Conditions that must all hold."""

    conditions: tuple[Condition, ...]

    def __call__(self, topology: Topology, subject: Subject) -> Judgement:
        """Ask them all: what fails is told with all its reasons."""
        return every(condition(topology, subject) for condition in self.conditions)


def until_failed(condition: Condition) -> Condition:
    """Return a condition that asks no more once a part has failed: for where nobody asks why."""
    if not isinstance(condition, AllOf):
        return condition
    parts = tuple(until_failed(part) for part in condition.conditions)

    def judge(topology: Topology, subject: Subject) -> Judgement:
        found = []
        for part in parts:
            found.append(part(topology, subject))
            if found[-1].verdict is Verdict.FAIL:
                return found[-1]
        return every(found)

    return judge


def any_of(values: Mapping[str, Any]) -> Condition:
    """Hold when at least one condition holds. What does not apply is left out."""
    conditions: tuple[Condition, ...] = values["anyOf"]

    def judge(topology: Topology, subject: Subject) -> Judgement:
        return some(condition(topology, subject) for condition in conditions)

    return judge


def negation(values: Mapping[str, Any]) -> Condition:
    """Hold when the condition does not. What is not known stays unknown."""
    condition: Condition = values["not"]

    def judge(topology: Topology, subject: Subject) -> Judgement:
        return negated(condition(topology, subject))

    return judge


WORDS = (
    Word(name="allOf", about=About.ANYTHING, takes=ListOf(CONDITION), make=all_of),
    Word(name="anyOf", about=About.ANYTHING, takes=ListOf(CONDITION), make=any_of),
    Word(name="not", about=About.ANYTHING, takes=CONDITION, make=negation),
)
