from __future__ import annotations

import json
from hashlib import sha256

from scanner.report.estate import lines_of, render_estate

from .report_builder import (
    ACCOUNT,
    ESTATE,
    HUB,
    NETWORK,
    PRIVATE,
    PROD,
    hostile,
    report,
    resources,
    row,
)


def test_there_is_a_line_per_resource_by_id() -> None:
    lines = [json.loads(line) for line in render_estate(report()).splitlines()]
    assert [line["id"] for line in lines] == sorted(r.id.lower() for r in ESTATE)
    assert lines[0] == {
        "digest": sha256(PROD.lower().encode()).hexdigest(),
        "id": PROD.lower(),
        "type": ACCOUNT.lower(),
        "name": "aoai-Prod",
        "kind": "OpenAI",
        "location": "westeurope",
    }


def test_a_line_is_found_by_the_resource() -> None:
    assert list(lines_of(report())) == [PROD, PRIVATE, HUB]


def test_a_line_begins_with_nothing_but_the_identity() -> None:
    before = resources(row(NETWORK, "hub", {"subnets": []}))
    after = resources(row(NETWORK.upper(), "HUB", {}, location="northeurope", kind="other"))
    starts = {render_estate(report(estate=estate))[:100] for estate in (before, after)}
    assert len(starts) == 1
    assert " " not in starts.pop()


def test_a_line_does_not_depend_on_its_neighbours() -> None:
    alone = render_estate(report(estate=ESTATE[:1]))
    assert alone in render_estate(report())


def test_properties_stay_out_of_git() -> None:
    assert "openai.azure.com" not in render_estate(report())


def test_every_line_is_json_in_ascii_whatever_the_names() -> None:
    made = hostile()
    text = render_estate(made)
    assert text.isascii()
    assert [json.loads(line)["id"] for line in text.splitlines()] == [
        key.lower() for key in lines_of(made)
    ]


def test_of_no_resource_there_is_no_line() -> None:
    assert render_estate(report(estate=())) == ""
