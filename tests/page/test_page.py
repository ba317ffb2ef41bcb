from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import axe_core_python
import pytest
from report.report_builder import HOSTILE_NAMES, crowded, hostile, report, rich
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from scanner.findings import Finding, Severity, Suppression
from scanner.report.baseline import compared
from scanner.report.scan_report import Report

from .conftest import Opened, complaints, requests


def all_of(browser: Chrome, selector: str) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, selector)


def one(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def listed(browser: Chrome) -> list[str]:
    """Return the rules of the findings in the list."""
    rows = all_of(browser, "#findings button span:first-child")
    return [next(w for w in row.text.split() if w.startswith("AOAI")) for row in rows]


def found(report: Report, rule: str) -> Finding:
    return next(finding for finding in report.findings if finding.rule == rule)


def link(finding: Finding) -> str:
    return f"#finding={finding.fingerprint[:12]}"


def test_a_page_asks_nobody_and_complains_of_nothing(
    opened: Opened, judged: Report, virtual_wan: Report
) -> None:
    for of in (judged, virtual_wan, rich(), hostile()):
        browser = opened(of)
        for view in ("matrix", "accounts", "unread", "picture"):
            one(browser, f"nav [data-view={view}]").click()
            assert one(browser, f"#view-{view}").is_displayed()
        assert complaints(browser) == []
        assert requests(browser) == []


def test_the_list_has_every_finding_gravest_first(opened: Opened, judged: Report) -> None:
    assert listed(opened(judged)) == [finding.rule for finding in judged.findings]


def test_filters_and_search_narrow_the_list(opened: Opened, judged: Report) -> None:
    browser = opened(judged)
    Select(one(browser, "#severity")).select_by_value("high")
    assert listed(browser) == ["AOAI102", "AOAI103", "AOAI201"]
    Select(one(browser, "#family")).select_by_value("dns")
    assert listed(browser) == ["AOAI201"]
    assert one(browser, "#count").text == "1 of 11 findings"
    assert not all_of(browser, "#subscription, #verdict"), "by these the findings do not differ"
    for name in ("severity", "family"):
        Select(one(browser, f"#{name}")).select_by_value("")
    Select(one(browser, "#account")).select_by_visible_text("aoai-batch (1)")
    assert listed(browser) == ["AOAI302"]
    Select(one(browser, "#account")).select_by_value("")
    one(browser, "#search").send_keys("stale 10.0.1.20")
    assert listed(browser) == ["AOAI204"]


def test_a_finding_lights_its_way_and_tells_it_hop_by_hop(opened: Opened, judged: Report) -> None:
    browser = opened(judged)
    next(row for row in all_of(browser, "#findings button") if "AOAI306" in row.text).click()
    detail = one(browser, "#detail")
    assert detail.is_displayed()
    hops = [hop.text.split("\n") for hop in all_of(browser, "#hops li")]
    assert [hop[:2] for hop in hops] == [
        ["from", "vnet-lab/snet-lab"],
        ["nslookup", "✓ 10.0.1.4"],
        ["route", "✕ no way"],
        ["NSG and firewall", "not reached"],
        ["aoai-chat", "✕ not reached"],
    ]
    assert "privatelink.openai.azure.com is linked to vnet-lab by lab" in "\n".join(hops[1])
    finding = found(judged, "AOAI306")
    for said in (finding.message, *finding.commands, "aoai-scan rules show AOAI306"):
        assert said in detail.text
    assert "null" not in detail.text.split()
    lit = [lit.get_attribute("textContent") for lit in all_of(browser, "#picture .lit > title")]
    assert {"snet-lab, 1 machine, worst: critical", "pe-aoai-chat"} <= set(lit)
    assert len(all_of(browser, "#way .w-name")) == len(all_of(browser, "#way .w-cross")) == 1
    hrefs = [str(a.get_attribute("href")) for a in all_of(browser, "#detail a")]
    assert any(href.startswith("https://learn.microsoft.com/") for href in hrefs)
    assert any(href.startswith("https://portal.azure.com/#resource/sub") for href in hrefs)


def test_the_whole_way_is_brought_into_view(opened: Opened, judged: Report) -> None:
    for rule in ("AOAI101", "AOAI201", "AOAI204", "AOAI306"):
        browser = opened(judged, link(found(judged, rule)))
        pane = one(browser, "#picture").rect
        for shape in all_of(browser, "#picture .lit:not(#internet) > rect, #way path"):
            box = shape.rect
            assert box["x"] >= pane["x"]
            assert box["y"] >= pane["y"]
            assert box["x"] + box["width"] <= pane["x"] + pane["width"]
            assert box["y"] + box["height"] <= pane["y"] + pane["height"]


def test_a_call_over_the_internet_goes_by_it(opened: Opened, judged: Report) -> None:
    browser = opened(judged, "#matrix")
    next(c for c in all_of(browser, "#view-matrix td button") if "Internet" in c.text).click()
    assert one(browser, "#internet.lit")
    assert len(all_of(browser, "#way .w-packet")) == 2
    assert all_of(browser, "#way .w-cross") == []
    assert "to the Internet, past the endpoint" in one(browser, "#hops").text
    browser = opened(judged, link(found(judged, "AOAI201")))
    assert "aoai-search\n✕ not reached" in one(browser, "#hops").text
    assert all_of(browser, "#way .w-cross"), "the account is closed to the Internet"


def test_a_finding_about_whole_networks_tells_a_call_of_one(opened: Opened, judged: Report) -> None:
    browser = opened(judged, link(found(judged, "AOAI204")))
    assert "nslookup\n✕ 10.0.1.20" in one(browser, "#hops").text
    assert "It concerns 3 calls" in one(browser, "#detail").text
    assert '/properties/aRecords=["10.0.1.20"]' in one(browser, "#detail").text


def test_a_group_drawn_twice_lights_up_where_the_way_passes(opened: Opened, judged: Report) -> None:
    browser = opened(judged, "#matrix")
    next(c for c in all_of(browser, "#view-matrix td button") if c.text == "✓ private").click()
    lit = all_of(browser, "#picture .lit > title")
    names = [str(title.get_attribute("textContent")) for title in lit]
    assert sorted(n for n in names if n.startswith("nsg")) == ["nsg-endpoints", "nsg-spokes"]


def test_a_finding_has_a_link_of_its_own(opened: Opened, judged: Report) -> None:
    finding = found(judged, "AOAI204")
    browser = opened(judged, link(finding))
    assert one(browser, "#detail h2").text.startswith("critical AOAI204 stale-record")
    assert one(browser, "#findings [aria-current]").text.startswith("critical AOAI204")


def test_a_link_to_a_finding_that_is_gone_shows_the_picture(opened: Opened, judged: Report) -> None:
    browser = opened(judged, "#finding=000000000000")
    assert not one(browser, "#detail").is_displayed()
    assert one(browser, "#view-picture").is_displayed()


def test_a_cell_of_the_matrix_leads_to_the_call(opened: Opened, judged: Report) -> None:
    browser = opened(judged, "#matrix")
    cells = {cell.text: cell for cell in all_of(browser, "#view-matrix td button")}
    assert set(cells) == {
        "✓ private",
        "! Internet: zone not linked",
        "✕ broken: zone not linked",
        "✕ broken: no endpoint",
        "✕ broken: not connected",
        "✕ broken: record stale",
    }
    cells["✓ private"].click()
    assert one(browser, "#detail h2").text == (
        "vnet-web/snet-web to aoai-chat.openai.azure.com: ✓ private"
    )
    assert "NSG and firewall" in one(browser, "#hops").text


def test_an_account_page_says_who_can_call_it(opened: Opened, judged: Report) -> None:
    browser = opened(judged, "#accounts")
    page = one(browser, "#view-accounts").text
    for said in (
        "aoai-chat: public",
        "Its network rules name: 16,777,216 public addresses in all",
        "20.0.0.0/8 16,777,216 addresses",
        "They keep nobody out: networkAcls.defaultAction is not Deny.",
        "pe-aoai-chat in vnet-hub: approved",
        "whoever holds one of its keys",
        "Reach it privately (1)\nvnet-web/snet-web",
        "Reach it over the Internet only (1)\nvnet-search/snet-search zone not linked",
        "Cannot reach it, and should (1)\nvnet-lab/snet-lab not connected",
    ):
        assert said in page
    one(browser, "#accounts-list li:nth-child(2) a").click()
    assert "aoai-search: private" in one(browser, "#view-accounts").text


def test_a_node_tells_its_findings(opened: Opened, judged: Report) -> None:
    browser = opened(judged)
    node = one(browser, '#picture .n.k-account[aria-label^="aoai-chat"] rect')
    ActionChains(browser).click(node).perform()
    assert one(browser, "#detail h2").text == "aoai-chat"
    assert "AOAI101" in one(browser, "#detail").text


def test_everything_goes_by_keyboard(opened: Opened, judged: Report) -> None:
    browser = opened(judged)
    keys = ActionChains(browser)
    keys.send_keys("/").send_keys("unpeered").perform()
    assert listed(browser) == ["AOAI306"]
    one(browser, "#findings button").send_keys(Keys.ENTER)
    assert one(browser, "#detail").is_displayed()
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    assert not one(browser, "#detail").is_displayed()
    assert browser.execute_script("return location.hash") == "#picture"
    picture = one(browser, "#picture")
    before = picture.get_dom_attribute("viewBox")
    picture.send_keys("+", Keys.ARROW_RIGHT)
    assert picture.get_dom_attribute("viewBox") != before
    picture.send_keys("0")
    after = [float(part) for part in str(picture.get_dom_attribute("viewBox")).split()]
    assert after == pytest.approx([float(part) for part in str(before).split()], abs=0.1)
    one(browser, "#picture .n.k-account").send_keys(Keys.ENTER)
    assert one(browser, "#detail").is_displayed()


def test_the_keys_lead_to_the_detail_and_back(opened: Opened, judged: Report) -> None:
    browser = opened(judged)
    keys = ActionChains(browser)
    keys.send_keys("/").perform()
    for _ in range(20):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        if "AOAI101" in browser.switch_to.active_element.text:
            break
    ActionChains(browser).send_keys(Keys.ARROW_DOWN, Keys.ENTER).perform()
    assert browser.switch_to.active_element.text.startswith("critical AOAI113")
    ActionChains(browser).send_keys(Keys.TAB).perform()
    assert browser.switch_to.active_element.text == "Close"
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    assert not one(browser, "#detail").is_displayed()
    assert "AOAI113" in browser.switch_to.active_element.text


def test_closing_leads_back_to_where_one_came_from(opened: Opened, judged: Report) -> None:
    browser = opened(judged, "#matrix")
    one(browser, "#view-matrix td button").click()
    assert one(browser, "#view-picture").is_displayed()
    one(browser, "#detail .close").click()
    assert one(browser, "#view-matrix").is_displayed()
    assert not one(browser, "#detail").is_displayed()


def test_a_suppressed_finding_is_set_aside_and_can_be_chosen(
    opened: Opened, judged: Report
) -> None:
    first, *others = judged.findings
    waived = replace(first, suppression=Suppression(reason="<b>sandbox</b>", owner="ana"))
    lapsed = replace(others[0], lapsed=Suppression(reason="until the move"))
    browser = opened(replace(judged, findings=(lapsed, *others[1:], waived)))
    Select(one(browser, "#verdict")).select_by_value("suppressed")
    one(browser, "#findings button").click()
    assert one(browser, "#detail h2").text.startswith("suppressed AOAI101")
    assert "Suppressed by ana: <b>sandbox</b>" in one(browser, "#detail").text
    browser = opened(replace(judged, findings=(lapsed, *others[1:], waived)), link(lapsed))
    assert one(browser, "#detail .warning").text == "Its suppression has ended: until the move"


def test_what_is_new_since_a_baseline_can_be_chosen(opened: Opened, judged: Report) -> None:
    first, second, *others = judged.findings
    gone = replace(second, severity=Severity.LOW)
    browser = opened(compared(replace(judged, findings=(first, *others)), (*others, gone)))
    assert "Since the baseline: 1 new, 9 unchanged, 1 gone." in one(browser, "header").text
    Select(one(browser, "#baseline")).select_by_value("new")
    assert listed(browser) == [first.rule]
    assert one(browser, "#findings .pill").text == "new"
    one(browser, "nav [data-view=unread]").click()
    assert f"low {gone.rule} {gone.name}" in one(browser, "#view-unread").text


def test_ten_thousand_findings_are_paged_and_none_is_dropped_quietly(opened: Opened) -> None:
    browser = opened(crowded(10_000))
    assert len(all_of(browser, "#findings li")) == 201
    assert "of 10,000 findings; the 5000 least grave" in one(browser, "#count").text
    all_of(browser, "#findings button")[-1].click()
    assert len(all_of(browser, "#findings li")) == 401
    one(browser, "#search").send_keys("spoke-04999")
    assert len(all_of(browser, "#findings li")) == 1
    one(browser, "#findings button").click()
    assert one(browser, "#picture .lit.k-clean"), "summed up, and lit there"


def test_an_incomplete_scan_looks_incomplete(opened: Opened, judged: Report) -> None:
    browser = opened(rich())
    assert [note.text for note in all_of(browser, "header .warning")] == [
        "Incomplete: what was not read may hide violations."
    ]
    assert one(browser, "nav [data-view=unread]").text == "Not read (2)"
    cards = [c.text for c in all_of(browser, "#picture .k-gap > text:nth-of-type(1)")]
    assert cards == ["resources of any type", "privatednszones"]
    one(browser, "nav [data-view=unread]").click()
    assert "privatednszones (notRead) anywhere" in one(browser, "#view-unread").text
    assert all_of(opened(judged), "header .warning") == []


def test_hostile_names_are_text(opened: Opened) -> None:
    report = hostile()
    for where in ("", link(report.findings[0]), "#matrix", "#accounts", "#unread"):
        browser = opened(report, where)
        assert len(all_of(browser, "script")) == 2
        assert all_of(browser, "img, iframe, object, embed, base, body style, [style]") == []
        hrefs = [str(a.get_attribute("href")) for a in all_of(browser, "a")]
        assert not [h for h in hrefs if not h.startswith(("file:", "https://"))]
        assert complaints(browser) == []
        assert requests(browser) == []
    browser = opened(report)
    one(browser, "#search").send_keys("<script")
    assert f"{HOSTILE_NAMES[4]} is public" in one(browser, "#findings").text
    one(browser, "#findings button").click()
    assert " is public" in one(browser, "#detail").text


def test_on_paper_is_everything_that_is_behind_a_tab(opened: Opened, judged: Report) -> None:
    browser = opened(judged)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    text = one(browser, "body").text
    for said in ("Who reaches which account", "Who can call this model?", "What was not read"):
        assert said in text
    for command in found(judged, "AOAI306").commands:
        assert f"Fix: {command}" in text
    for account in ("aoai-chat: public", "aoai-search: private", "aoai-batch: private"):
        assert account in text
    assert not one(browser, "#filters").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(
    opened: Opened, judged: Report, incomplete: Report, scheme: str
) -> None:
    ways = ("", link(found(judged, "AOAI306")), "#matrix", "#accounts", "#unread")
    pages = [
        *((judged, way) for way in ways),
        *((incomplete, way) for way in ("", "#matrix", "#accounts", "#unread")),
        (report(accounts=(), estate=()), ""),
        (hostile(), ""),
    ]
    for of, where in pages:
        browser = opened(of, where)
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        assert faults(browser) == [], where


def faults(browser: Chrome) -> list[tuple[str, str]]:
    axe = Path(axe_core_python.__file__).parent / "axe.min.js"
    browser.execute_script(axe.read_text("utf-8"))
    ran = browser.execute_async_script(
        "const done = arguments[0]; axe.run({resultTypes: ['violations']}).then(done)"
    )
    return [
        (fault["id"], node["html"])
        for fault in ran["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]
