"""
Whatever befalls a scan: it equals the one that nothing befell, or it says that it is not whole.

The command line, the real SDK and a real credential talk to the stand-in; time is not spent.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from azure_stand_in import ONE, TWO, Azure, Reply, resource, stand_in
from faults import FAULTS

from scanner.cli import main

GRAPH = ("resourcecontainers", "resources", "dnsresources", "networkresources")
MIXES = 200


def estate(azure: Azure) -> None:
    """Fill two subscriptions with a row or more of whatever is read in a way of its own."""
    azure.subscriptions = {ONE: "production", TWO: "test"}
    azure.rows_a_page = 4
    zone = resource("Microsoft.Network/privateDnsZones", "z", numberOfVirtualNetworkLinks=0)
    zone["properties"]["numberOfRecordSets"] = 3
    account = resource("Microsoft.CognitiveServices/accounts", "aoai") | {"kind": "OpenAI"}
    azure.tables["resources"] = [
        account,
        resource("Microsoft.Network/dnsForwardingRulesets", "ruleset"),
        *(resource("Microsoft.Network/privateEndpoints", f"pe-{n}", TWO) for n in range(3)),
        zone,
        *(resource("Microsoft.Network/routeTables", f"rt-{n}") for n in range(4)),
        resource("Microsoft.Network/virtualHubs", "hub"),
    ]
    azure.tables["dnsresources"] = [
        resource("Microsoft.Network/privateDnsZones", f"z/a/{name}", records=[])
        | {"type": "microsoft.network/privatednszones/a"}
        for name in ("one", "two")
    ]
    for table, rows in azure.tables.items():
        azure.tables[table] = sorted(rows, key=lambda row: str(row["id"]))
    for row in azure.tables["resources"]:
        if "privateEndpoints" in row["id"]:
            group = {"name": "default", "properties": {"privateDnsZoneConfigs": []}}
            azure.children[f"{row['id']}/privateDnsZoneGroups".lower()] = Reply({"value": [group]})


@dataclass
class Script:
    """Faults by where they strike and how often; `*` is anywhere but at the sign-in."""

    strikes: list[tuple[str, str, int]]
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


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", azure.url)
        monkeypatch.setattr("scanner.collect.collection.SYSTEM", azure.clock)
        monkeypatch.setattr("scanner.collect.transport.LONGEST", 0.05)
        monkeypatch.setattr("scanner.collect.arm.MOST_THREADS", 3)  # a connection each takes time
        monkeypatch.chdir(tmp_path)
        estate(azure)
        yield azure


def collected(azure: Azure, monkeypatch: pytest.MonkeyPatch, *strikes: tuple[str, str, int]) -> Any:
    """Collect through the faults, by the command line."""
    azure.spoil = Script(list(strikes))
    azure.waits.clear()
    kept = Path("kept.json")
    kept.unlink(missing_ok=True)
    arguments = ["collect", "--cloud", azure.url, "-s", ONE, "-s", TWO, "-o", str(kept)]
    monkeypatch.setattr(sys, "argv", ["aoai-scan", *arguments])
    logger = logging.getLogger("scanner")
    before = logger.handlers, logger.level, logger.propagate
    said = io.StringIO()
    try:
        with redirect_stderr(said), pytest.raises(SystemExit) as ended:
            main()
    finally:
        logger.handlers, logger.level, logger.propagate = before
    code = ended.value.code
    snapshot = json.loads(kept.read_bytes()) if kept.exists() else None
    assert not Path("kept.json.part").exists()
    return Outcome(code if isinstance(code, int) else 0, said.getvalue(), snapshot)


def is_honest(outcome: Outcome, whole: Outcome) -> bool:
    """Tell whether an outcome is the whole one, or says that it is not."""
    assert "Traceback" not in outcome.said
    assert "bug" not in outcome.said
    assert "stand-in-token" not in outcome.said
    if outcome.snapshot is None:
        (line,) = outcome.said.splitlines()
        return outcome.code == 3 or (outcome.code == 2 and "more than 10,000" in line)
    if outcome.code == 0:
        return bool(outcome.content == whole.content)
    return outcome.code == 3 and bool(outcome.snapshot["gaps"])


@pytest.fixture
def whole(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    outcome: Outcome = collected(azure, monkeypatch)
    assert (outcome.code, outcome.snapshot["gaps"]) == (0, [])
    assert len(outcome.snapshot["rows"]) == 16
    return outcome


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 25


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_nothing_or_is_told(
    azure: Azure, whole: Outcome, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("resourcecontainers", "resources", "dnsresources", "/accounts/aoai"):
        for times in (1, 99):
            outcome = collected(azure, monkeypatch, (fault, place, times))
            assert is_honest(outcome, whole), (place, times, outcome.said)


PASSING = [
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
]


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_leaves_no_trace(
    azure: Azure, whole: Outcome, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("resources", "/privateDnsZoneGroups"):
        outcome = collected(azure, monkeypatch, (fault, place, 1))
        assert (outcome.code, outcome.content) == (0, whole.content), (place, outcome.said)


def test_of_any_mix_of_faults_none_passes_for_nothing(
    azure: Azure, whole: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = []
    for seed in range(MIXES):
        chance = Random(seed)  # noqa: S311 - a seed makes it the same again
        places = ("*", *GRAPH, "/privateDnsZoneGroups", "/routingIntent", "/accounts/aoai")
        strikes = [
            (chance.choice(list(FAULTS)), chance.choice(places), chance.choice((1, 1, 1, 2, 5)))
            for _ in range(chance.randint(1, 4))
        ]
        outcome = collected(azure, monkeypatch, *strikes)
        assert is_honest(outcome, whole), (seed, strikes, outcome.said)
        codes.append(outcome.code)
    assert {0, 3} <= set(codes)
