"""Take docs/page.png anew: the demo's page, a finding chosen."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.webdriver import Chrome

from page.conftest import chromium
from scanner.report import FORMATS, Options
from scanner.rules import load_all
from scanner.rules.estates import demo
from scanner.scan import scan

PICTURE = Path(__file__).parents[2] / "docs" / "page.png"
CHOSEN = "AOAI306"
SIZE = (1360, 1240)


def take(browser: Chrome, folder: str) -> None:
    report = scan(demo(), load_all(proved=False))
    page = Path(folder) / "report.html"
    page.write_text(FORMATS["html"].render(report, Options()), "utf-8")
    chosen = next(finding for finding in report.findings if finding.rule == CHOSEN)
    browser.set_window_size(*SIZE)
    browser.get(f"{page.as_uri()}#finding={chosen.fingerprint[:12]}")
    browser.save_screenshot(str(PICTURE))


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        browser = chromium()
        try:
            take(browser, folder)
        finally:
            browser.quit()
