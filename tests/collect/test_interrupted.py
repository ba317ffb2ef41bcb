"""Ctrl-C in each phase of a collection: it ends, in one line, and leaves nothing half-written."""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure_stand_in import ONE, Azure, Reply, error, resource, stand_in

from scanner.cli import main

NIC = resource("Microsoft.Network/networkInterfaces", "nic")
VM = resource(
    "Microsoft.Compute/virtualMachines",
    "vm",
    networkProfile={"networkInterfaces": [{"id": NIC["id"]}]},
)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", azure.url)
        monkeypatch.setattr("scanner.collect.collection.SYSTEM", azure.clock)
        monkeypatch.chdir(tmp_path)
        endpoint = resource("Microsoft.Network/privateEndpoints", "pe")
        azure.tables["resources"] = [NIC, VM, endpoint]
        for collection in ("effectiveRouteTable", "effectiveNetworkSecurityGroups"):
            azure.computed[f"{NIC['id']}/{collection}".lower()] = Reply({"value": []})
        azure.looks = 100_000
        yield azure


PHASES = [
    "/token",
    "resourcecontainers",
    "resources",
    "dnsresources",
    "networkresources",
    "/privateDnsZoneGroups",
    "/effectiveRouteTable",
    "/effectiveNetworkSecurityGroups/result",
]


@pytest.mark.parametrize("phase", PHASES)
def test_ctrl_c_ends_the_collection_wherever_it_is(
    azure: Azure, phase: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pressed: list[str] = []

    def press(asked: str, reply: Reply) -> Reply:
        if asked.endswith(phase):
            if not pressed:
                _thread.interrupt_main()
            pressed.append(asked)
            return error(503, "Busy", Retry_After="1") if len(pressed) > 1 else reply
        return reply

    azure.spoil = press
    kept = Path("kept.json")
    arguments = ["collect", "--cloud", azure.url, "-s", ONE, "--effective", "-o", str(kept)]
    monkeypatch.setattr(sys, "argv", ["aoai-scan", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert pressed
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip() == "aoai-scan: interrupted; no scan was made"
    assert list(Path().glob("kept*")) == []
    for thread in threading.enumerate():
        if thread.name.startswith("collect"):  # one that was just being started ends soon
            thread.join(timeout=5)
            assert not thread.is_alive()
