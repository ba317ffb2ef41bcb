"""What GitHub refuses or hides in a SARIF file, as its documentation and its users tell."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

PRECISIONS = {"very-high", "high", "medium", "low"}
REGION = {"startLine", "startColumn", "endLine", "endColumn"}


def complaints(text: str) -> list[str]:
    """Return everything GitHub would hold against a file, in words."""
    log = json.loads(text)
    found = list(_file(text, log))
    for run in log["runs"]:
        found += _run(run)
        for rule in run["tool"]["driver"]["rules"]:
            found += (f"{rule['id']}: {complaint}" for complaint in _rule(rule))
        for number, result in enumerate(run["results"]):
            found += (f"results[{number}]: {complaint}" for complaint in _result(result, run))
        found += _identities(run["results"])
    return found


def _file(text: str, log: dict[str, Any]) -> Iterator[str]:
    if len(gzip.compress(text.encode())) > 10 * 2**20:
        yield "more than 10 MB compressed"
    if not log["$schema"].endswith("/sarif-2.1.0.json") or log["version"] != "2.1.0":
        yield "not SARIF 2.1.0"
    categories = [run["automationDetails"]["id"].rpartition("/")[0] for run in log["runs"]]
    if not all(categories) or len(set(categories)) < len(categories):
        yield f"categories {categories}"
    if not 1 <= len(log["runs"]) <= 20:
        yield "number of runs"


def _run(run: dict[str, Any]) -> Iterator[str]:
    if not all(invocation["executionSuccessful"] for invocation in run["invocations"]):
        yield "an unsuccessful run is not ingested"
    if len(run["results"]) > 25_000 or len(run["tool"]["driver"]["rules"]) > 25_000:
        yield "too many results or rules"


def _rule(rule: dict[str, Any]) -> Iterator[str]:
    for key in ("shortDescription", "fullDescription", "help"):
        if not rule[key]["text"]:
            yield f"no {key}"
    if max(len(rule[key]["text"]) for key in ("shortDescription", "fullDescription")) > 1024:
        yield "a description is too long"
    if len(rule["name"]) > 255:
        yield "the name is too long"
    properties = rule["properties"]
    if len(properties["tags"]) > 10 or "security" not in properties["tags"]:
        yield f"tags {properties['tags']}"
    severity = properties["security-severity"]
    if not isinstance(severity, str) or not 0 < float(severity) <= 10:
        yield f"security-severity {severity!r}"
    if properties["precision"] not in PRECISIONS:
        yield f"precision {properties['precision']}"


def _result(result: dict[str, Any], run: dict[str, Any]) -> Iterator[str]:
    if run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "ruleIndex is another rule's"
    if result.get("kind", "fail") != "fail" or result.keys() & {"suppressions", "baselineState"}:
        yield "GitHub opens an alert for it all the same"
    if not result["message"]["text"]:
        yield "no message"
    if not 1 <= len(result["locations"]) <= 1_000:
        yield "expected at least one location"
    steps = list(_steps(result))
    if len(steps) > 1_000:
        yield "more steps than are shown"
    if any("index" in step for step in steps):
        yield "a step by reference"
    related = result.get("relatedLocations", [])
    for location in (*result["locations"], *related, *(step["location"] for step in steps)):
        yield from _location(location)
    links = re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"])
    if not {int(link) for link in links} <= {location["id"] for location in related}:
        yield "a link to nowhere"


def _steps(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for flow in result.get("codeFlows", []):
        for thread in flow["threadFlows"]:
            yield from thread["locations"]


def _location(location: dict[str, Any]) -> Iterator[str]:
    physical = location["physicalLocation"]
    uri = physical["artifactLocation"]["uri"]
    if not re.fullmatch(r"[A-Za-z0-9._~%-]+(/[A-Za-z0-9._~%-]+)*", uri) or ".." in uri.split("/"):
        yield f"not a path in the repository: {uri}"
    region = physical["region"]
    if region.keys() < REGION or not _whole(region):
        yield f"region {region}"


def _whole(region: dict[str, int]) -> bool:
    one_line = region["startLine"] == region["endLine"]
    return one_line and min(region.values()) >= 1 and region["startColumn"] <= region["endColumn"]


def _identities(results: list[dict[str, Any]]) -> Iterator[str]:
    seen = set()
    for result in results:
        line_hash = result["partialFingerprints"]["primaryLocationLineHash"]
        if not re.fullmatch(r"[0-9a-f]{16}:1", line_hash):
            yield f"primaryLocationLineHash {line_hash}"
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        identity = (result["ruleId"], uri, line_hash)
        if identity in seen:
            yield f"two alerts with one identity: {identity}"
        seen.add(identity)
