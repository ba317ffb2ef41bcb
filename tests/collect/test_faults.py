"""
Whatever befalls a scan: it equals the one that nothing befell, or it says that it is not whole.

The command line, the real SDK and a real credential talk to the stand-in; time is not spent.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from azure_stand_in import ONE, TWO, Azure, Reply, resource, stand_in
from faults import FAULTS

from scanner.cli import main
from scanner.findings import Verdict
from scanner.resources import parse
from scanner.rules import load_all
from scanner.rules.judge import called, judgements
from scanner.snapshot import parse as load
from scanner.topology import Topology

GRAPH = ("resourcecontainers", "resources", "dnsresources", "networkresources")
MIXES = 200

Verdicts = Mapping[tuple[str, str], Verdict]
"""By rule and subject."""


def estate(azure: Azure) -> None:
    """Fill two subscriptions with a row or more of whatever is read in a way of its own."""
    azure.subscriptions = {ONE: "production", TWO: "test"}
    azure.rows_a_page = 4
    zone = resource(
        "Microsoft.Network/privateDnsZones",
        "privatelink.openai.azure.com",
        numberOfVirtualNetworkLinks=0,
        numberOfRecordSets=3,
    )
    place = f"/subscriptions/{TWO}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"
    subnet = {"subnet": {"id": f"{place}/subnets/s"}}
    account = resource(
        "Microsoft.CognitiveServices/accounts",
        "aoai",
        customSubDomainName="aoai",
        publicNetworkAccess="Enabled",
        privateEndpointConnections=[],
    )
    nic = resource("Microsoft.Network/networkInterfaces", "nic", ipConfigurations=[])
    attached = {"networkInterfaces": [{"id": nic["id"]}]}
    azure.tables["resources"] = [
        account | {"kind": "OpenAI"},
        resource("Microsoft.Network/dnsForwardingRulesets", "ruleset"),
        resource("Microsoft.Network/privateEndpoints", "pe", TWO, **subnet),
        zone,
        *(resource("Microsoft.Network/routeTables", f"rt-{n}") for n in range(3)),
        nic,
        resource("Microsoft.Compute/virtualMachines", "vm", networkProfile=attached),
    ]
    for collection in ("effectiveRouteTable", "effectiveNetworkSecurityGroups"):
        azure.computed[f"{nic['id']}/{collection}".lower()] = Reply({"value": []})
    azure.tables["dnsresources"] = [
        resource("Microsoft.Network/privateDnsZones", f"{zone['name']}/a/{name}", aRecords=[])
        | {"type": "microsoft.network/privatednszones/a"}
        for name in ("one", "two")
    ]
    for table, rows in azure.tables.items():
        azure.tables[table] = sorted(rows, key=lambda row: str(row["id"]))
    for row in azure.tables["resources"]:
        if "privateEndpoints" in row["id"]:
            group = {"name": "default", "properties": {"privateDnsZoneConfigs": []}}
            azure.children[f"{row['id']}/privateDnsZoneGroups".lower()] = Reply({"value": [group]})


Strike = tuple[str, str, int]


@dataclass
class Script:
    """Faults by where they strike and how often; `*` is anywhere but at the sign-in."""

    strikes: list[Strike]
    struck: dict[int, int] = field(default_factory=dict)

    def __call__(self, asked: str, reply: Reply) -> Reply:
        is_sign_in = asked.endswith(("/token", "openid-configuration"))
        for number, (fault, place, times) in enumerate(self.strikes):
            is_here = not is_sign_in if place == "*" else asked.lower().endswith(place.lower())
            if is_here and self.struck.get(number, 0) < times:
                self.struck[number] = self.struck.get(number, 0) + 1
                return FAULTS[fault](reply)
        return reply


@dataclass(frozen=True)
class Outcome:
    """What a collection left behind."""

    code: int
    said: str
    snapshot: Any

    @property
    def content(self) -> Any:
        """The snapshot without the account of how it was read."""
        return {key: value for key, value in self.snapshot.items() if key != "coverage"}


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    folder = tmp_path_factory.mktemp("azure")
    with pytest.MonkeyPatch.context() as monkeypatch, stand_in(monkeypatch, folder) as azure:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", azure.url)
        monkeypatch.setattr("scanner.collect.collection.SYSTEM", azure.clock)
        monkeypatch.setattr("scanner.collect.transport.LONGEST", 0.05)
        monkeypatch.setattr("scanner.collect.arm.MOST_THREADS", 3)  # a connection each takes time
        monkeypatch.setattr("scanner.collect.tables.MOST_AT_ONCE", 2)
        monkeypatch.chdir(folder)
        estate(azure)
        yield azure


def collected(azure: Azure, *strikes: Strike, effective: bool = False) -> Outcome:
    """Collect through the faults, by the command line."""
    azure.spoil = Script(list(strikes))
    azure.waits.clear()
    kept = Path("kept.json")
    kept.unlink(missing_ok=True)
    arguments = ["collect", "--cloud", azure.url, "-s", ONE, "-s", TWO, "-o", str(kept)]
    arguments += ["--effective"] if effective else []
    logger = logging.getLogger("scanner")
    before = logger.handlers, logger.level, logger.propagate
    said = io.StringIO()
    try:
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(sys, "argv", ["aoai-scan", *arguments])
            with redirect_stderr(said), pytest.raises(SystemExit) as ended:
                main()
    finally:
        logger.handlers, logger.level, logger.propagate = before
    code = ended.value.code
    snapshot = json.loads(kept.read_bytes()) if kept.exists() else None
    assert not Path("kept.json.part").exists()
    return Outcome(code if isinstance(code, int) else 0, said.getvalue(), snapshot)


def is_honest(outcome: Outcome, whole: Outcome) -> bool:
    """Tell whether an outcome is the whole one, or says that it is not and passes nothing wrong."""
    assert "Traceback" not in outcome.said
    assert "bug" not in outcome.said
    assert "stand-in-token" not in outcome.said
    if outcome.snapshot is None:
        (line,) = outcome.said.splitlines()
        return outcome.code == 3 or (outcome.code == 2 and "more than 10,000" in line)
    if outcome.code == 0:
        return bool(outcome.content == whole.content)
    is_told = outcome.code == 3 and bool(outcome.snapshot["gaps"])
    return is_told and not turned(verdicts(whole), verdicts(outcome))


RULES = load_all()
_judged: dict[str, Verdicts] = {}


def verdicts(outcome: Outcome) -> Verdicts:
    """Return what the rules say of everything that was collected."""
    content = json.dumps(outcome.content, sort_keys=True)
    if content not in _judged:
        topology = Topology(parse(load(content.encode(), "collected")))
        _judged[content] = {
            (rule.id, called(subject)): said.verdict
            for rule in RULES
            for subject, said in judgements(topology, rule)
        }
    return _judged[content]


def turned(before: Verdicts, after: Verdicts) -> list[tuple[str, str]]:
    """Return the verdicts that not knowing turned into what only knowing can tell."""
    certain = {Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE}
    return [
        key
        for key, said in after.items()
        if said != before[key] and said in certain and before[key] is not Verdict.NOT_APPLICABLE
    ]


@pytest.fixture(scope="module")
def wholes(azure: Azure) -> Mapping[bool, Outcome]:
    """What is collected when nothing goes wrong: without and with what Azure computes."""
    found = {wanted: collected(azure, effective=wanted) for wanted in (False, True)}
    for outcome in found.values():
        assert (outcome.code, outcome.snapshot["gaps"]) == (0, [])
        assert {Verdict.FAIL, Verdict.PASS} <= set(verdicts(outcome).values())
    assert [len(found[wanted].snapshot["rows"]) for wanted in (False, True)] == [12, 14]
    return found


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 25


PASSING = {
    "throttled, the quota tells how long",
    "throttled, Retry-After tells how long",
    "throttled without a word",
    "throttled with a nonsensical hint",
    "no quota left",
    "408",
    "500",
    "502 of a proxy",
    "503 with Retry-After",
    "504",
    "expired token",
    "claims challenge",
    "HTML in place of JSON",
    "HTML that is called JSON",
    "half a document",
    "nothing at all",
    "null",
    "a list",
    "no text",
    "gzip that is none",
    "reset",
    "broken off",
    "byte by byte",
    "words for numbers",
    "a row lost",
    "a row twice",
    "rows in another order",
}
"""What leaves no trace when it strikes once."""

COMPUTED = "/effectiveRouteTable/result"

KINDS = ("resourcecontainers", "resources", "/privateDnsZoneGroups", "/accounts/aoai", COMPUTED)
"""A kind of answer each: a page, pages, a list, a resource, and what one has to wait for."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", KINDS)
def test_a_fault_changes_nothing_or_is_told(
    azure: Azure, wholes: Mapping[bool, Outcome], fault: str, place: str
) -> None:
    is_effective = place == COMPUTED
    whole = wholes[is_effective]
    always = collected(azure, (fault, place, 99), effective=is_effective)
    assert is_honest(always, whole), always.said
    if fault in PASSING:
        once = collected(azure, (fault, place, 1), effective=is_effective)
        assert (once.code, once.content) == (0, whole.content), once.said


def test_of_any_mix_of_faults_none_passes_for_nothing(
    azure: Azure, wholes: Mapping[bool, Outcome]
) -> None:
    codes = []
    places = ("*", *GRAPH, *KINDS[2:], "/forwardingRules", "/effectiveNetworkSecurityGroups")
    for seed in range(MIXES):
        chance = Random(seed)  # noqa: S311 - a seed makes it the same again
        strikes = [
            (chance.choice(list(FAULTS)), chance.choice(places), chance.choice((1, 1, 1, 2, 5)))
            for _ in range(chance.randint(1, 4))
        ]
        is_effective = any("/effective" in place for _, place, _ in strikes)
        outcome = collected(azure, *strikes, effective=is_effective)
        assert is_honest(outcome, wholes[is_effective]), (seed, strikes, outcome.said)
        codes.append(outcome.code)
    assert {0, 3} <= set(codes)
