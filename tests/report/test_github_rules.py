from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from scanner.report import FORMATS, Options

from .github_rules import complaints
from .report_builder import rich


def no_line(log: Any) -> None:
    del log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]


def another_rule(log: Any) -> None:
    log["runs"][0]["results"][0]["ruleIndex"] = 2


def twice(log: Any) -> None:
    log["runs"][0]["results"] += log["runs"][0]["results"][:1]


def suppressed(log: Any) -> None:
    log["runs"][0]["results"][0]["suppressions"] = []


def portal_as_place(log: Any) -> None:
    physical = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    physical["artifactLocation"]["uri"] = "https://portal.azure.com/"


def unsuccessful(log: Any) -> None:
    log["runs"][0]["invocations"][0]["executionSuccessful"] = False


def no_category(log: Any) -> None:
    log["runs"][0]["automationDetails"]["id"] = "aoai-scan"


def a_word_for_a_score(log: Any) -> None:
    log["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["security-severity"] = 9.5


@pytest.mark.parametrize(
    "spoiled",
    [
        no_line,
        another_rule,
        twice,
        suppressed,
        portal_as_place,
        unsuccessful,
        no_category,
        a_word_for_a_score,
    ],
)
def test_what_github_refuses_is_noticed(spoiled: Callable[[Any], None]) -> None:
    log = json.loads(FORMATS["sarif"].render(rich(), Options()))
    spoiled(log)
    assert complaints(json.dumps(log))
