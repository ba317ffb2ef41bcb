"""Reports made by hand for the tests of the formats, of real rules, findings and resources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from scanner.findings import Affected, Evidence, Finding, Judgement, Severity, Tally, Verdict
from scanner.report.scan_report import Account, Report
from scanner.resources import AnyResource, Inventory, ResourceId, parse
from scanner.rules.rule import Rule
from scanner.snapshot import Gap, GapReason, Row, Snapshot, Subscription
from scanner.topology import Topology

SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-Ai"
TAKEN_AT = "2026-11-01T03:00:00Z"

ACCOUNT = "Microsoft.CognitiveServices/accounts"
NETWORK = "Microsoft.Network/virtualNetworks"
ENDPOINT = "Microsoft.Network/privateEndpoints"
ZONES = "microsoft.network/privatednszones"


def resource_id(kind: str, name: str) -> ResourceId:
    provider, *types = kind.split("/")
    parts = zip(types, name.split("/"), strict=True)
    return ResourceId(f"{GROUP}/providers/{provider}/" + "/".join(f"{t}/{n}" for t, n in parts))


PROD = resource_id(ACCOUNT, "aoai-Prod")
HUB = resource_id(NETWORK, "hub")
SUBNET = resource_id(f"{NETWORK}/subnets", "hub/workloads")
PRIVATE = resource_id(ENDPOINT, "pe-aoai")


def row(arm_type: str, name: str, properties: Any = None, **envelope: Any) -> Row:
    raw = msgspec.Raw(json.dumps(properties or {}).encode())
    fields: dict[str, Any] = {"location": "westeurope", **envelope}
    return Row(
        id=str(resource_id(arm_type, name)), type=arm_type, name=name, properties=raw, **fields
    )


def resources(*rows: Row) -> tuple[AnyResource, ...]:
    return tuple(parse(Snapshot(rows=rows)).resources.values())


ESTATE = resources(
    row(NETWORK, "hub", {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}),
    row(ACCOUNT, "aoai-Prod", {"endpoint": "https://aoai-prod.openai.azure.com/"}, kind="OpenAI"),
    row(ENDPOINT, "pe-aoai", {"subnet": {"id": str(SUBNET)}}),
)


def rule(number: int, severity: Severity = Severity.HIGH, **changes: Any) -> Rule:
    fields: dict[str, Any] = {
        "id": f"AOAI{number}",
        "name": "public-network-access",
        "summary": "The account takes requests from the internet.",
        "severity": severity,
        "subject": ACCOUNT.lower(),
        "when": None,
        "condition": lambda _topology, _subject: Judgement(Verdict.PASS),
        "message": "{subject.name} has publicNetworkAccess {value}",
        "rationale": "A key that leaks works\nfrom anywhere.\n\nAzure's default is *Enabled*.",
        "remediation": "Set publicNetworkAccess to Disabled. Clients come by private endpoint.",
        "commands": ("az resource update --ids {subject.id}",),
        "looks": (),
        "references": (
            "https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks",
        ),
        "maps": {"mcsb": ("NS-2",), "azurePolicy": ("0725b4dd-7e76-479c-a735-68e7ee23d5ca",)},
        "examples": (),
        "path": Path("rules/exposure/public-network-access.yaml"),
    }
    return Rule(**fields | changes)


def finding(of: Rule, resource: ResourceId, **changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "rule": of.id,
        "name": of.name,
        "severity": of.severity,
        "verdict": Verdict.FAIL,
        "resource": resource,
        "message": f"{resource.name} has publicNetworkAccess 'Enabled'",
        "evidence": (Evidence(resource, "", "/properties/publicNetworkAccess", "Enabled"),),
        "affected": (),
        "remediation": of.remediation,
        "commands": (
            f"az resource update --ids {resource} --set properties.publicNetworkAccess=x",
        ),
        "looks": (),
        "maps": of.maps,
        "fingerprint": sha256(
            f"{of.id}\n{resource.lower()}".encode("utf-8", "surrogatepass")
        ).hexdigest(),
    }
    return Finding(**fields | changes)


def report(findings: Iterable[Finding] = (), **changes: Any) -> Report:
    findings = tuple(findings)
    verdicts = [finding.verdict for finding in findings]
    counts = {verdict: verdicts.count(verdict) for verdict in Verdict} | {Verdict.PASS: 12}
    fields: dict[str, Any] = {
        "taken_at": TAKEN_AT,
        "subscriptions": (Subscription(id=SUBSCRIPTION, name="AI production"),),
        "gaps": (),
        "rules": RULES,
        "tally": Tally(subjects=9, counts=counts),
        "findings": findings,
        "accounts": (Account(PROD, "public", {"reachable": 3, "broken": 1}),),
        "estate": ESTATE,
    }
    fields |= changes
    return Report(**{"topology": _drawn(fields), **fields})


def _drawn(fields: Mapping[str, Any]) -> Topology:
    found = {resource.id: resource for resource in fields["estate"]}
    return Topology(Inventory(found, fields["gaps"], "AzurePublic", fields["subscriptions"]))


PUBLIC = rule(101, Severity.CRITICAL)
UNLINKED = rule(
    201,
    name="zone-not-linked",
    summary="A VNet that asks for the account has no link to its zone",
    message="'{zone}' is not linked to {network}; {zone} is private",
    references=(),
)
SUBNETLESS = rule(307, Severity.MEDIUM, name="subnet-policies", maps={"cis": ("9.1",)})
RULES = (PUBLIC, UNLINKED, SUBNETLESS)

GAPS = (
    Gap(scope="/", type=ZONES, reason=GapReason.NOT_READ, detail="not in the snapshot"),
    Gap(scope=f"/subscriptions/{SUBSCRIPTION}", type="*", reason=GapReason.DENIED),
)


def rich() -> Report:
    """Return a report with something of everything."""
    because = (
        Evidence(PROD, "", "/properties/endpoint", "https://aoai-prod.openai.azure.com/"),
        Evidence(PRIVATE, "servedBy", "/properties/privateLinkServiceConnections/0/state", None),
        Evidence(SUBNET, "placedIn"),
        Evidence(HUB, "partOf", "/properties/dhcpOptions", {"dnsServers": ["10.0.0.4"]}),
    )
    affected = (Affected(HUB, PROD, "aoai-prod.openai.azure.com"),)
    unread = f"{ZONES} was not read"
    return report(
        (
            finding(PUBLIC, PROD),
            finding(UNLINKED, HUB, evidence=because, affected=affected, message="hub lacks a link"),
            finding(SUBNETLESS, SUBNET, commands=(), message="workloads filters nothing"),
            finding(UNLINKED, PRIVATE, verdict=Verdict.OPEN, message=unread, evidence=()),
            finding(UNLINKED, PROD, verdict=Verdict.OPEN, message=unread, evidence=()),
        ),
        gaps=GAPS,
    )


HOSTILE_NAMES = (
    "\x1b[2J\x1b]8;;https://evil.example\x07click",
    "one\ntwo\r\nthree\ttab\x00nul\x7fdel\x9bcsi",
    "\u202eright-to-left\u2066\u200b\ufeff\u2028",
    "](javascript:alert(1))[x](1) \\ {0} {{1}}",
    "<script>alert(1)</script>&amp;`rm -rf`$(id)",
    "=cmd()|' /C calc'!A0",
    "long" * 2_500,
    "\u540d\u524d" * 60,
    "\U0001f600\u0301 name",
    "..",
    "%2e%2e%0a",
    "\ud800 half of a pair \udfff",
    '"><img src=x onerror=alert(1)> ]]> --> </details></textarea></script>',
    "::error::x ##vso[task.complete] ${{ secrets.X }} @team #1",
)


def hostile() -> Report:
    """Return a report whose every name from Azure wants to be something else."""
    findings: list[Finding] = []
    rows: list[Row] = []
    for name in HOSTILE_NAMES:
        account = resource_id(ACCOUNT, "x")
        victim = ResourceId(f"{account.text[:-1]}{name}")
        rows.append(
            Row(id=str(victim), type=ACCOUNT, name=name, properties=msgspec.Raw(b"{}"), kind=name)
        )
        because = tuple(Evidence(victim, name, f"/{name}", {name: [name]}) for _ in "ab")
        affected = (Affected(PROD, victim, name), Affected(victim, PROD, name))
        for verdict, number in ((Verdict.FAIL, PUBLIC), (Verdict.OPEN, UNLINKED)):
            findings.append(
                finding(
                    number,
                    victim,
                    verdict=verdict,
                    message=f"{name} is public",
                    evidence=because,
                    affected=affected,
                    commands=(f"az resource show --ids '{name}'",),
                )
            )
    gaps = tuple(
        Gap(scope=f"{GROUP}/{n}", type=n, reason=GapReason.UNPARSABLE, detail=n)
        for n in HOSTILE_NAMES
    )
    return report(
        findings,
        estate=(*ESTATE, *resources(*rows)),
        gaps=gaps,
        accounts=tuple(Account(f.resource, "public") for f in findings[::2]),
        subscriptions=tuple(Subscription(id=n, name=n) for n in HOSTILE_NAMES),
    )


def crowded(count: int) -> Report:
    """Return a report of `count` violations, one a network."""
    networks = [row(NETWORK, f"spoke-{number:05}") for number in range(count)]
    estate = resources(*networks)
    return report([finding(UNLINKED, r.id) for r in estate], estate=estate)
