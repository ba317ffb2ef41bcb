"""A page of thousands of resources: what a browser needs for it, and what a reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import msgspec
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from scanner import snapshot
from scanner.report import FORMATS, Options
from scanner.report.scan_report import Report
from scanner.rules import load_all
from scanner.scan import scan

from .conftest import Opened, complaints

ESTATE = Path(__file__).parents[2] / "benchmarks" / "big_estate.py"
NODES = 5_000
MOST_BYTES = 5_000_000
MOST_SECONDS = 2.0
PAINTED = """
const done = arguments[0];
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() / 1000)));
"""


def spoiled(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield an estate in which every fifth account is open and some peerings are cut."""
    for number, row in enumerate(rows):
        if row["type"].endswith("/accounts") and number % 5 == 0:
            row["properties"] |= {"publicNetworkAccess": "Enabled", "networkAcls": None}
        if row["type"].endswith("/virtualnetworks") and number % 11 == 0:
            row["properties"]["virtualNetworkPeerings"][0]["properties"]["peeringState"] = (
                "Initiated"
            )
        yield row


@pytest.fixture(scope="session")
def large() -> Report:
    estate = run_path(str(ESTATE))["snapshot"](NODES, is_central=False)
    estate["rows"] = list(spoiled(estate["rows"]))
    chosen = [r for r in load_all(proved=False) if r.id in {"AOAI101", "AOAI307", "AOAI509"}]
    return scan(snapshot.parse(msgspec.json.encode(estate), "large"), chosen)


def test_a_large_page_is_painted_at_once(opened: Opened, large: Report) -> None:
    assert len(large.estate) > NODES
    assert len(FORMATS["html"].render(large, Options()).encode()) < MOST_BYTES
    took = min(painted(opened(large)) for _ in range(3))
    assert took < MOST_SECONDS


def painted(browser: Chrome) -> float:
    """Return the seconds from the request of the page to its picture on the screen."""
    seconds: float = browser.execute_async_script(PAINTED)
    assert complaints(browser) == []
    return seconds


def test_a_large_picture_sums_up_what_is_harmless(opened: Opened, large: Report) -> None:
    browser = opened(large)
    titles = [t.text for t in browser.find_elements(By.CSS_SELECTOR, "#picture .k-clean > text")]
    assert titles
    assert all(title.endswith("networks, nothing grave") for title in titles)
    assert browser.find_elements(By.CSS_SELECTOR, "#picture .k-account .e")
