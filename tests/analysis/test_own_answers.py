"""What a firewall is answered that connects on behalf of others."""

from typing import Any

import pytest

from scanner.analysis.dns.hostnames import hostnames
from scanner.analysis.dns.own_answers import resolves_privately
from scanner.analysis.endpoints import accounts
from scanner.resources import parse
from scanner.resources.azure_firewall import AzureFirewall
from scanner.rules import estates, home
from scanner.topology import Topology

UNLINKED: dict[str, Any] = {"privatelink.openai.azure.com/hub": None}


def answered(patch: dict[str, Any], *unread: str) -> bool | None:
    whole = estates.load(home() / "estates" / "hub-firewall.yaml")
    snapshot = estates.snapshot(estates.merge_patch(whole, patch), unread)
    topology = Topology(parse(snapshot))
    (account,) = accounts(topology)
    (hostname,) = hostnames(account, topology.inventory.cloud)
    (firewall,) = topology.all(AzureFirewall)
    return resolves_privately(topology, firewall.id, account, hostname)


def asking(*servers: str, proxy: bool = True) -> dict[str, Any]:
    settings = {"enableProxy": proxy, "servers": list(servers)}
    return {"fwp-hub": {"properties": {"dnsSettings": settings}}}


def test_it_asks_in_its_own_vnet() -> None:
    assert answered({}) is True
    assert answered(UNLINKED) is False


def test_it_asks_whether_or_not_it_answers_others() -> None:
    assert answered(asking(proxy=False)) is True


@pytest.mark.parametrize(
    ("server", "expected"),
    [("168.63.129.16", True), ("8.8.8.8", False), ("192.168.10.4", None)],
)
def test_it_asks_the_servers_of_its_settings(server: str, expected: bool | None) -> None:  # noqa: FBT001
    assert answered(asking(server)) is expected


def test_a_name_that_does_not_exist_is_not_private() -> None:
    assert answered({"privatelink.openai.azure.com/aoai-prod": None}) is False


def test_a_firewall_of_a_virtual_hub_is_not_followed() -> None:
    hub = {"type": "Microsoft.Network/virtualHubs", "properties": {}}
    secured = {"ipConfigurations": None, "virtualHub": {"id": "/subscriptions/a/virtualHubs/v"}}
    assert answered({"vhub": hub, "fw-hub": {"properties": secured}}) is None


@pytest.mark.parametrize(
    "unread",
    [
        "Microsoft.Network/firewallPolicies",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    ],
)
def test_what_was_not_read_may_answer_otherwise(unread: str) -> None:
    assert answered(UNLINKED, unread) is None
