"""Small estates drawn by hand: one line a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.findings import Judgement
from scanner.resources import Inventory, ResourceId, parse
from scanner.rules.estates import TAKEN_AT, snapshot
from scanner.rules.nodes import Reference
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Snapshot
from scanner.topology import Topology

Estate = dict[str, dict[str, Any]]

OPENAI = "privatelink.openai.azure.com"
FAR = "/subscriptions/far/resourceGroups/far/providers/Microsoft.Network/virtualNetworks/far"

LINKS = "microsoft.network/privatednszones/virtualnetworklinks"
RECORDS = "microsoft.network/privatednszones/a"
VNETS = "microsoft.network/virtualnetworks"
VHUBS = "microsoft.network/virtualhubs"
HUB_CONNECTIONS = f"{VHUBS}/hubvirtualnetworkconnections"
HUB_ROUTE_TABLES = "microsoft.network/virtualhubs/hubroutetables"
NICS = "microsoft.network/networkinterfaces"
ENDPOINTS = "microsoft.network/privateendpoints"
ACCOUNTS = "microsoft.cognitiveservices/accounts"


def to(name: str) -> dict[str, str]:
    """Return a reference to a resource of the estate, or, for an ID, to that."""
    return {"id": name if name.startswith("/") else Reference(name)}


def account(
    name: str = "aoai", kind: str = "OpenAI", by: Iterable[str] = (), **properties: Any
) -> Estate:
    """Draw an account, and the private endpoints whose connections it approved."""
    base = {
        "customSubDomainName": name,
        "privateEndpointConnections": [approval(endpoint, name) for endpoint in by],
    }
    return {name: {"type": ACCOUNTS, "kind": kind, "properties": {**base, **properties}}}


def approval(endpoint: str, name: str = "aoai", status: str = "Approved") -> dict[str, Any]:
    """Return what an account says of a private endpoint."""
    return {
        "id": Reference(f"{name}#privateEndpointConnections/{endpoint.rpartition('/')[2]}"),
        "properties": {
            "privateEndpoint": to(endpoint),
            "privateLinkServiceConnectionState": {"status": status},
        },
    }


def vnet(
    name: str, *, dns: Iterable[str] = (), peers: Mapping[str, str] | None = None, **more: Any
) -> Estate:
    """Draw a VNet with one subnet, `subnet`, and its side of peerings, by state."""
    sides = [
        {
            "id": Reference(f"{name}#virtualNetworkPeerings/{far.rpartition('/')[2]}"),
            "properties": {"peeringState": state, "remoteVirtualNetwork": to(far), **more},
        }
        for far, state in (peers or {}).items()
    ]
    subnet = {
        "id": Reference(f"{name}#subnets/subnet"),
        "properties": {"addressPrefix": "10.0.0.0/24"},
    }
    properties = {
        "dhcpOptions": {"dnsServers": list(dns)},
        "subnets": [subnet],
        "virtualNetworkPeerings": sides,
    }
    return {name: {"type": VNETS, "properties": properties}}


def workload(network: str) -> Estate:
    """Draw a virtual machine in a VNet."""
    placed = {"properties": {"subnet": to(f"{network}#subnets/subnet")}}
    machine = {"type": "microsoft.compute/virtualmachines", "properties": {}}
    interface = {"virtualMachine": to(f"vm-{network}"), "ipConfigurations": [placed]}
    return {
        f"vm-{network}": machine,
        f"nic-{network}": {"type": NICS, "properties": interface},
    }


def endpoint(
    network: str, *addresses: str, name: str = "pe", account: str = "aoai", status: str = "Approved"
) -> Estate:
    """Draw a private endpoint in a VNet, with an interface that has the addresses."""
    subnet = to(f"{network}#subnets/subnet")
    connection = {
        "privateLinkServiceId": to(account)["id"],
        "privateLinkServiceConnectionState": {"status": status},
    }
    drawn: Estate = {
        name: {
            "type": ENDPOINTS,
            "properties": {
                "subnet": subnet,
                "privateLinkServiceConnections": [{"properties": connection}],
            },
        }
    }
    if addresses:
        placed = [{"properties": {"privateIPAddress": a, "subnet": subnet}} for a in addresses]
        interface = {"privateEndpoint": to(name), "ipConfigurations": placed}
        drawn[f"nic-{name}"] = {"type": NICS, "properties": interface}
    return drawn


def wan_hub(name: str, *networks: str) -> Estate:
    """Draw a virtual hub, and its connections to VNets."""
    drawn_hub: Estate = {
        name: {"type": VHUBS, "properties": {}},
        f"{name}/defaultRouteTable": {"type": HUB_ROUTE_TABLES, "properties": {}},
    }
    for network in networks:
        joined = {"type": HUB_CONNECTIONS, "properties": {"remoteVirtualNetwork": to(network)}}
        drawn_hub[f"{name}/{network}"] = joined
    return drawn_hub


def zone(
    *networks: str, name: str = OPENAI, group: str = "", policy: str = "", **records: str
) -> Estate:
    """Draw a private zone, linked to VNets and holding A records by name."""
    common = {"resourceGroup": group} if group else {}
    resolution = {"resolutionPolicy": policy} if policy else {}
    drawn: Estate = {name: {"type": "microsoft.network/privatednszones", **common}}
    for network in networks:
        linked = {"virtualNetwork": to(network), **resolution}
        key = f"{name}/{network.rpartition('/')[2]}"
        drawn[key] = {"type": LINKS, "properties": linked, **common}
    for record, address in records.items():
        answer = {"aRecords": [{"ipv4Address": address}]}
        drawn[f"{name}/{record}"] = {"type": RECORDS, "properties": answer, **common}
    return drawn


def drawn(*estates: Estate, gaps: Iterable[tuple[str, str] | str] = (), **made: Any) -> Topology:
    """Return the topology of estates laid side by side; a gap is a type, or (type, scope)."""
    rows = [row for estate in _joined(estates) for row in snapshot(estate).rows]
    stated = ((gap, EVERYWHERE) if isinstance(gap, str) else gap for gap in gaps)
    declared = tuple(Gap(scope=s, type=t, reason=GapReason.DENIED) for t, s in stated)
    inventory: Inventory = parse(
        Snapshot(rows=tuple(rows), taken_at=TAKEN_AT, gaps=declared, **made)
    )
    return Topology(inventory)


def _joined(estates: Iterable[Estate]) -> list[Estate]:
    joined: Estate = {}
    for estate in estates:
        assert not joined.keys() & estate.keys()
        joined |= estate
    return [joined]


def the(topology: Topology, path: str) -> Any:
    """Return the one resource of that path."""
    (found,) = (r for r in topology.inventory.resources.values() if r.id.path == path)
    return found


def id_of(topology: Topology, path: str) -> ResourceId:
    """Return the ID of the one resource of that path."""
    found: ResourceId = the(topology, path).id
    return found


def verdict(judgement: Judgement) -> str:
    """Return the verdict; an open one must say why, a failed one what is affected or found."""
    said = str(judgement.verdict)
    assert said != "open" or judgement.unread
    assert said != "fail" or judgement.because
    return said
