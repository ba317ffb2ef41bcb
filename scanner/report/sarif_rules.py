"""A rule as SARIF's reporting descriptor: what code scanning shows beside every alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.findings import Severity
from scanner.report.sarif_text import block, numbered, paragraph, sentence, shortened
from scanner.rules.rule import Rule

DRIVER = "aoai-scan"
HOME = "https://pypi.org/project/aoai-scan/"

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}

SECURITY_SEVERITIES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
    Severity.INFO: "0.5",
}
"""
Within GitHub's bands: critical from 9.0, high from 7.0, medium from 4.0, low above 0.

Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""

_LONGEST_DESCRIPTION = 1024
_LONGEST_NAME = 255
_MOST_TAGS = 10
_FRAMEWORKS = ("mcsb", "cis", "nist80053r5")
"""Those whose controls people search by. The GUIDs of Azure policies stay in the JSON report."""


def descriptor(rule: Rule, relationships: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the rule's descriptor. (SARIF 2.1.0 §3.49)."""
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.name.split("-"))[:_LONGEST_NAME],
        "shortDescription": {"text": shortened(sentence(rule.summary), _LONGEST_DESCRIPTION)},
        "fullDescription": {"text": shortened(paragraph(_full(rule)), _LONGEST_DESCRIPTION)},
        "help": {"text": _help(rule, "{}:"), "markdown": _help(rule, "## {}")},
        "helpUri": rule.references[0] if rule.references else HOME,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "messageStrings": {"default": {"text": numbered(rule.message)}},
        **({"relationships": relationships} if relationships else {}),
        "properties": {
            "tags": list(_tags(rule))[:_MOST_TAGS],
            "precision": "high",
            "security-severity": SECURITY_SEVERITIES[rule.severity],
        },
    }


def _full(rule: Rule) -> str:
    return rule.rationale.strip() or rule.summary


def _help(rule: Rule, heading: str) -> str:
    """Return the reasons and the fix; `heading` is how a heading is written."""
    marked = heading.startswith("#")
    parts = [block(rule.summary), heading.format("Why"), block(_full(rule))]
    parts += [heading.format("Fix"), block(rule.remediation)] if rule.remediation.strip() else []
    for told, commands in (("Look first:", rule.looks), ("", rule.commands)):
        lines = "\n".join(block(command) for command in commands)
        if commands:
            parts += [told] if told else []
            parts.append(f"```sh\n{lines}\n```" if marked else lines)
    if rule.references:
        links = (f"- <{link}>" if marked else link for link in map(paragraph, rule.references))
        parts += [heading.format("References"), "\n".join(links)]
    return "\n\n".join(parts)


def _tags(rule: Rule) -> Iterator[str]:
    yield "security"
    yield rule.family
    for framework in _FRAMEWORKS:
        for control in rule.maps.get(framework, ()):
            yield f"{framework}/{control}"
