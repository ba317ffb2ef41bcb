"""The violations that an earlier report of ours tells, in JSON or SARIF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec

from scanner.errors import RequestError
from scanner.findings import (
    BaselineState,
    Finding,
    Severity,
    Suppression,
    Verdict,
)
from scanner.printable import printable
from scanner.report.fixes import without_fix
from scanner.report.json import FORMAT
from scanner.report.sarif_rules import DRIVER
from scanner.resources import ResourceId

_ESCAPED = re.compile(r"\\([\\\[\]])")
Digest: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]

_SUPPRESSED = Suppression(reason="suppressed in the baseline")


class _Commands(msgspec.Struct):
    az: list[str] = []


class _Entry(msgspec.Struct):
    """A finding of a JSON report."""

    rule: str
    severity: Severity
    verdict: Verdict
    resource: str
    message: str
    fingerprint: Digest
    suppressed: Mapping[str, Any] | None = None
    remediation: _Commands = msgspec.field(default_factory=_Commands)


class _Report(msgspec.Struct):
    format: str
    findings: list[_Entry]
    kept: list[_Entry] = []


class _Text(msgspec.Struct):
    text: str


class _Logical(msgspec.Struct, rename="camel"):
    fully_qualified_name: str = ""


class _Location(msgspec.Struct, rename="camel"):
    logical_locations: list[_Logical] = []


class _Bag(msgspec.Struct):
    severity: Severity
    az: list[str] = []


class _Hashes(msgspec.Struct):
    resource_rule: Digest = msgspec.field(name="aoaiScanResourceRule/v1")


class _Result(msgspec.Struct, rename="camel"):
    """A result of our SARIF."""

    rule_id: str
    message: _Text
    locations: list[_Location]
    properties: _Bag
    partial_fingerprints: _Hashes
    kind: Verdict = Verdict.FAIL
    baseline_state: str = ""
    suppressions: list[Any] = []


class _Component(msgspec.Struct):
    name: str


class _Tool(msgspec.Struct):
    driver: _Component


class _Run(msgspec.Struct):
    tool: _Tool
    results: list[msgspec.Raw] = []


class _Log(msgspec.Struct):
    version: str
    runs: list[_Run]


_MOST_BYTES = 256 << 20


def load(paths: Iterable[Path]) -> tuple[Finding, ...]:
    """
    Return the violations and open questions that earlier reports tell, each once.

    One that was kept from a baseline of its own counts as well: it was never seen
    to be gone. Raises RequestError for a file that is no report of ours.
    """
    found = {(one.fingerprint, one.verdict): one for path in paths for one in _loaded(path)}
    return tuple(found.values())


def _loaded(path: Path) -> Iterator[Finding]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise RequestError(f"{path}: larger than {_MOST_BYTES >> 20} MiB: no report of aoai-scan")
    try:
        if "runs" in msgspec.json.decode(content, type=dict[str, msgspec.Raw]):
            yield from _of_log(path, msgspec.json.decode(content, type=_Log))
        else:
            yield from _of_report(path, msgspec.json.decode(content, type=_Report))
    except (ValueError, RecursionError) as error:
        raise RequestError(
            f"{path}: no report of aoai-scan in JSON or SARIF: {printable(str(error))}"
        ) from error


def _of_report(path: Path, report: _Report) -> Iterator[Finding]:
    if report.format != FORMAT:
        raise RequestError(f"{path}: its format is `{printable(report.format)}`, not {FORMAT}")
    for entry in (*report.findings, *report.kept):
        yield _past(
            rule=entry.rule,
            severity=entry.severity,
            verdict=entry.verdict,
            resource=entry.resource,
            message=entry.message,
            commands=entry.remediation.az,
            fingerprint=entry.fingerprint,
            is_suppressed=entry.suppressed is not None,
        )


def _of_log(path: Path, log: _Log) -> Iterator[Finding]:
    if any(run.tool.driver.name != DRIVER for run in log.runs):
        raise RequestError(f"{path}: the SARIF of another tool; name one of {DRIVER}")
    for raw in (raw for run in log.runs for raw in run.results):
        result = msgspec.json.decode(raw, type=_Result)
        if result.baseline_state != BaselineState.ABSENT:
            yield _of_result(result)


def _of_result(result: _Result) -> Finding:
    placed = (place for where in result.locations for place in where.logical_locations)
    said = _ESCAPED.sub(r"\1", result.message.text)
    return _past(
        rule=result.rule_id,
        severity=result.properties.severity,
        verdict=result.kind,
        resource=next((place.fully_qualified_name for place in placed), ""),
        message=without_fix(said),
        commands=result.properties.az,
        fingerprint=result.partial_fingerprints.resource_rule,
        is_suppressed=bool(result.suppressions),
    )


def _past(  # noqa: PLR0913 - the fields of a finding that outlive its scan
    *,
    rule: str,
    severity: Severity,
    verdict: Verdict,
    resource: str,
    message: str,
    commands: Sequence[str],
    fingerprint: str,
    is_suppressed: bool,
) -> Finding:
    return Finding(
        rule=rule,
        name="",
        severity=severity,
        verdict=verdict,
        resource=ResourceId(resource),
        message=message,
        evidence=(),
        affected=(),
        remediation="",
        commands=tuple(commands),
        looks=(),
        maps={},
        fingerprint=fingerprint,
        suppression=_SUPPRESSED if is_suppressed else None,
    )
