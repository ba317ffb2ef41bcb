"""
A headless Chromium, and pages in it.

Without one these tests are skipped; in CI, where nobody reads the reason, they fail.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from scanner.report import FORMATS, Options
from scanner.report.scan_report import Report
from scanner.rules import load_all
from scanner.rules.estates import demo, home, load, snapshot
from scanner.scan import scan

Opened: TypeAlias = Callable[..., Chrome]

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1500,950",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    if CHROMIUM is None or DRIVER is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: `make browser` installs it, and CI tests the page")
        pytest.skip("Chromium and its driver are not installed: see `make browser`")
    driver = chromium()
    driver.set_page_load_timeout(30)
    driver.set_script_timeout(30)
    yield driver
    driver.quit()


def chromium() -> Chrome:
    """Start a browser."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Chrome(options=options, service=Service(DRIVER))


@pytest.fixture(scope="session")
def judged() -> Report:
    return scan(demo(), load_all(proved=False))


@pytest.fixture(scope="session")
def incomplete() -> Report:
    unread = ("Microsoft.Network/privateDnsZones", "Microsoft.Network/networkSecurityGroups")
    return scan(snapshot(load(home() / "demo.yaml"), unread), load_all(proved=False))


@pytest.fixture(scope="session")
def virtual_wan() -> Report:
    estate = load(home() / "estates" / "virtual-wan.yaml")
    return scan(snapshot(estate), load_all(proved=False))


@pytest.fixture
def opened(browser: Chrome, tmp_path: Path) -> Opened:
    """Open a report's page, as a file, at the place a link names."""

    def open_(report: Report, link: str = "") -> Chrome:
        page = tmp_path / "report.html"
        page.write_text(FORMATS["html"].render(report, Options()), "utf-8")
        browser.get("about:blank")
        logged(browser, "browser")
        logged(browser, "performance")
        browser.get(f"{page.as_uri()}{link}")
        return browser

    return open_


def logged(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    """Return what was logged since this was last asked."""
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def requests(browser: Chrome) -> list[str]:
    """Return what the page asked the network for, itself left out."""
    said = [json.loads(entry["message"])["message"] for entry in logged(browser, "performance")]
    asked: list[dict[str, Any]] = [
        each["params"] for each in said if each["method"] == "Network.requestWillBeSent"
    ]
    urls = [each["request"]["url"] for each in asked]
    return [url for url in urls if not url.endswith("/report.html") and url != "data:,"]


def complaints(browser: Chrome) -> list[str]:
    """Return what the page left in the console."""
    return [str(entry["message"]) for entry in logged(browser, "browser")]
