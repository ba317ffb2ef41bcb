from __future__ import annotations

import json
from typing import Any

import msgspec

from scanner import __version__
from scanner.findings import Evidence
from scanner.report import FORMATS, Options
from scanner.report.scan_report import Report

from .report_builder import (
    GAPS,
    HUB,
    PROD,
    PUBLIC,
    SUBSCRIPTION,
    TAKEN_AT,
    ZONES,
    finding,
    report,
    rich,
)


def document(of: Report) -> Any:
    return json.loads(FORMATS["json"].render(of, Options()))


def test_a_report_says_what_it_is_and_what_it_found() -> None:
    said = document(rich())
    del said["findings"]
    assert said == {
        "format": "aoai-scan/report/1",
        "tool": {"name": "aoai-scan", "version": __version__},
        "takenAt": TAKEN_AT,
        "complete": False,
        "gaps": [
            {
                "scope": "/",
                "type": ZONES,
                "reason": "notRead",
                "detail": "not in the snapshot",
            },
            {
                "scope": f"/subscriptions/{SUBSCRIPTION}",
                "type": "*",
                "reason": "denied",
                "detail": "",
            },
        ],
        "summary": {
            "subjects": 9,
            "pass": 12,
            "fail": 3,
            "open": 2,
            "notApplicable": 0,
            "bySeverity": {"critical": 1, "high": 1, "medium": 1, "low": 0, "info": 0},
            "suppressed": 0,
        },
        "remarks": [],
        "accounts": [
            {
                "id": str(PROD),
                "exposure": "public",
                "reachableFrom": 3,
                "brokenFrom": 1,
                "publicFrom": 0,
                "unknownFrom": 0,
                "callersRead": True,
            }
        ],
    }


def test_a_finding_carries_its_reasons_and_its_fix() -> None:
    said = document(rich())["findings"][1]
    assert said == {
        "rule": "AOAI201",
        "name": "zone-not-linked",
        "severity": "high",
        "verdict": "fail",
        "resource": str(HUB),
        "message": "hub lacks a link",
        "evidence": said["evidence"],
        "affected": [
            {
                "consumer": str(HUB),
                "account": str(PROD),
                "hostname": "aoai-prod.openai.azure.com",
            }
        ],
        "remediation": {
            "text": PUBLIC.remediation,
            "look": [],
            "az": [f"az resource update --ids {HUB} --set properties.publicNetworkAccess=x"],
        },
        "maps": {"mcsb": ["NS-2"], "azurePolicy": ["0725b4dd-7e76-479c-a735-68e7ee23d5ca"]},
        "fingerprint": said["fingerprint"],
        "suppressed": None,
        "suppressionEnded": None,
    }
    assert said["evidence"][-1] == {
        "resource": str(HUB),
        "relation": "partOf",
        "pointer": "/properties/dhcpOptions",
        "value": {"dnsServers": ["10.0.0.4"]},
        "said": None,
    }


def test_findings_keep_their_order() -> None:
    said = [(f["rule"], f["verdict"]) for f in document(rich())["findings"]]
    assert said[:3] == [("AOAI101", "fail"), ("AOAI201", "fail"), ("AOAI307", "fail")]
    assert said[3:] == [("AOAI201", "open"), ("AOAI201", "open")]


def test_a_report_without_gaps_is_complete() -> None:
    assert document(report())["complete"] is True
    assert document(report(gaps=GAPS))["complete"] is False


def test_an_id_among_values_prints_as_azure_wrote_it() -> None:
    values = {"id": PROD, "pair": (1, None), "odd": msgspec.UNSET}
    evidence = (Evidence(PROD, "", "/properties", values),)
    said = document(report([finding(PUBLIC, PROD, evidence=evidence)]))
    value = said["findings"][0]["evidence"][0]["value"]
    assert value == {"id": str(PROD), "pair": [1, None], "odd": "UNSET"}


def test_keys_are_in_alphabetical_order() -> None:
    text = FORMATS["json"].render(rich(), Options())
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
