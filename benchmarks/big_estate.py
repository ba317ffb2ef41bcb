"""
A hub-and-spoke estate of about as many rows as wanted, as Resource Graph would give it.

A region is 1,000 rows: a hub with a firewall and shared endpoints, and twenty
spokes of fifty rows. Every hundred rows have an account, so the pairs of callers
and accounts grow with the square of the rows in one zone for all, and with the
rows where each region has its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.resources.types import RESOURCE_TYPES

Row: TypeAlias = dict[str, Any]

REGION = 1000
"""Rows of a region, about."""

SPOKES = 20
MACHINES = 21
"""Virtual machines of a spoke; the last has a security group of its own."""
SUBNETS = ("web", "work", "data")
ZONE = "privatelink.openai.azure.com"
CENTRAL = "region999999"
"""Where the one zone for all lies."""


def snapshot(rows: int, *, is_central: bool) -> dict[str, Any]:
    """Return a snapshot with one zone for all regions, or with one for each."""
    regions = range(max(1, rows // REGION))
    found = [row for number in regions for row in _region(number, is_central=is_central)]
    zones = [CENTRAL] if is_central else [f"region{number}" for number in regions]
    found += [_row(zone, "Network", f"privateDnsZones/{ZONE}") for zone in zones]
    return {
        "format": "aoai-scan/snapshot/1",
        "takenAt": "2026-11-01T03:00:00Z",
        "types": sorted(kind.ARM_TYPE for kind in RESOURCE_TYPES),
        "rows": found,
        "gaps": [],
    }


def _id(group: str, provider: str, path: str) -> str:
    subscription = f"00000000-0000-0000-0000-{int(group.removeprefix('region') or 0):012d}"
    where = f"/subscriptions/{subscription}/resourceGroups/{group}"
    return f"{where}/providers/Microsoft.{provider}/{path}"


def _row(group: str, provider: str, path: str, **properties: object) -> Row:
    parts = path.split("/")
    return {
        "id": _id(group, provider, path),
        "type": f"microsoft.{provider}/{'/'.join(parts[::2])}".lower(),
        "name": parts[-1],
        "location": "swedencentral",
        "properties": properties,
    }


def _to(group: str, path: str, provider: str = "Network") -> dict[str, str]:
    return {"id": _id(group, provider, path)}


def _region(number: int, *, is_central: bool) -> Iterator[Row]:
    group = f"region{number}"
    yield from _hub(group, number)
    for spoke in range(SPOKES):
        yield from _spoke(group, number, spoke)
    zone_group = CENTRAL if is_central else group
    for name in ("hub", *(f"spoke{spoke}" for spoke in range(SPOKES))):
        link = f"privateDnsZones/{ZONE}/virtualNetworkLinks/{group}-{name}"
        linked = _to(group, f"virtualNetworks/{name}")
        yield _row(zone_group, "Network", link, virtualNetwork=linked, registrationEnabled=False)
    for index in range(0, SPOKES, 2):
        # Half of the endpoints are shared, in the hub; half are the spoke's own.
        place, net = ("hub", 0) if index % 4 else (f"spoke{index}", index + 1)
        address = f"{_space(number, net)}.3.{4 + index}"
        yield from _account(group, f"aoai{number}x{index}", place, address, zone_group)


def _space(region: int, net: int) -> str:
    """Return the first half of the addresses of a VNet; those of far regions overlap."""
    return f"10.{(region * (SPOKES + 1) + net) % 256}"


def _peering(group: str, name: str, far: str, space: str, far_group: str = "") -> Row:
    return {
        "id": _id(group, "Network", f"virtualNetworks/{name}/virtualNetworkPeerings/to-{far}"),
        "name": f"to-{far}",
        "properties": {
            "peeringState": "Connected",
            "peeringSyncLevel": "FullyInSync",
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": True,
            "remoteVirtualNetwork": _to(far_group or group, f"virtualNetworks/{far}"),
            "remoteAddressSpace": {"addressPrefixes": [f"{space}.0.0/16"]},
        },
    }


def _subnet(group: str, network: str, name: str, prefix: str, **more: object) -> Row:
    path = f"virtualNetworks/{network}/subnets/{name}"
    properties = {"addressPrefix": prefix, "privateEndpointNetworkPolicies": "Disabled", **more}
    return {"id": _id(group, "Network", path), "name": name, "properties": properties}


def _hub(group: str, number: int) -> Iterator[Row]:
    space = _space(number, 0)
    peerings = [_peering(group, "hub", f"spoke{s}", _space(number, s + 1)) for s in range(SPOKES)]
    yield _row(
        group,
        "Network",
        "virtualNetworks/hub",
        addressSpace={"addressPrefixes": [f"{space}.0.0/16"]},
        subnets=[
            _subnet(group, "hub", "AzureFirewallSubnet", f"{space}.0.0/26"),
            _subnet(group, "hub", "endpoints", f"{space}.3.0/24"),
        ],
        virtualNetworkPeerings=peerings,
    )
    placed = {
        "privateIPAddress": f"{space}.0.4",
        "subnet": _to(group, "virtualNetworks/hub/subnets/AzureFirewallSubnet"),
    }
    yield _row(
        group,
        "Network",
        "azureFirewalls/fw",
        ipConfigurations=[{"properties": placed}],
        firewallPolicy=_to(group, "firewallPolicies/policy"),
    )
    yield _row(group, "Network", "firewallPolicies/policy")
    rules = [
        {
            "ruleType": "NetworkRule",
            "name": f"rule{index}",
            "ipProtocols": ["TCP"],
            "sourceAddresses": [f"{_space(number, index + 1)}.0.0/16"],
            "destinationAddresses": ["10.0.0.0/8"],
            "destinationPorts": ["443"],
        }
        for index in range(SPOKES)
    ]
    collection = {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "priority": 100,
        "action": {"type": "Allow"},
        "rules": rules,
    }
    path = "firewallPolicies/policy/ruleCollectionGroups/rules"
    yield _row(group, "Network", path, priority=100, ruleCollections=[collection])


def _spoke(group: str, number: int, spoke: int) -> Iterator[Row]:
    name, space = f"spoke{spoke}", _space(number, spoke + 1)
    common = {
        "networkSecurityGroup": _to(group, f"networkSecurityGroups/{name}"),
        "routeTable": _to(group, f"routeTables/{name}"),
    }
    yield _row(
        group,
        "Network",
        f"virtualNetworks/{name}",
        addressSpace={"addressPrefixes": [f"{space}.0.0/16"]},
        subnets=[
            *(
                _subnet(group, name, subnet, f"{space}.{index}.0/24", **common)
                for index, subnet in enumerate(SUBNETS)
            ),
            _subnet(group, name, "endpoints", f"{space}.3.0/24"),
        ],
        virtualNetworkPeerings=[_peering(group, name, "hub", _space(number, 0))],
    )
    yield from _groups(group, name)
    to_firewall = {
        "addressPrefix": "0.0.0.0/0",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": f"{_space(number, 0)}.0.4",
    }
    routes = [{"name": "default", "properties": to_firewall}]
    yield _row(group, "Network", f"routeTables/{name}", routes=routes)
    for index in range(MACHINES):
        machine = f"vm-{name}-{index}"
        subnet = index % len(SUBNETS)
        placed = {
            "privateIPAddress": f"{space}.{subnet}.{4 + index}",
            "subnet": _to(group, f"virtualNetworks/{name}/subnets/{SUBNETS[subnet]}"),
        }
        own = {"networkSecurityGroup": _to(group, f"networkSecurityGroups/{name}-own")}
        yield _row(group, "Compute", f"virtualMachines/{machine}")
        yield _row(
            group,
            "Network",
            f"networkInterfaces/{machine}",
            virtualMachine=_to(group, f"virtualMachines/{machine}", "Compute"),
            ipConfigurations=[{"name": "ip", "properties": placed}],
            enableIPForwarding=False,
            **(own if index == MACHINES - 1 else {}),
        )


def _groups(group: str, name: str) -> Iterator[Row]:
    for suffix, last in (("", "Allow"), ("-own", "Deny")):
        rules = [
            _rule(100, "Allow", destinationAddressPrefix="VirtualNetwork"),
            _rule(200, "Allow", destinationAddressPrefix="AzureMonitor"),
            _rule(300, "Deny", destinationAddressPrefix="10.255.0.0/16"),
            _rule(400, "Deny", destinationPortRange="22"),
            _rule(4096, last, destinationAddressPrefix="Internet"),
        ]
        yield _row(group, "Network", f"networkSecurityGroups/{name}{suffix}", securityRules=rules)


def _rule(priority: int, access: str, **more: object) -> Row:
    base = {
        "priority": priority,
        "direction": "Outbound",
        "access": access,
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    }
    return {"name": f"{access}{priority}", "properties": {**base, **more}}


def _account(group: str, name: str, place: str, address: str, zone_group: str) -> Iterator[Row]:
    account = f"accounts/{name}"
    approved = {
        "id": _id(group, "CognitiveServices", f"{account}/privateEndpointConnections/pe"),
        "properties": {
            "privateEndpoint": _to(group, f"privateEndpoints/pe-{name}"),
            "privateLinkServiceConnectionState": {"status": "Approved"},
        },
    }
    yield {
        **_row(
            group,
            "CognitiveServices",
            account,
            customSubDomainName=name,
            publicNetworkAccess="Disabled",
            disableLocalAuth=True,
            networkAcls={"defaultAction": "Deny", "bypass": "None"},
            privateEndpointConnections=[approved],
        ),
        "kind": "OpenAI",
    }
    subnet = _to(group, f"virtualNetworks/{place}/subnets/endpoints")
    asked = {
        "privateLinkServiceId": _id(group, "CognitiveServices", account),
        "groupIds": ["account"],
        "privateLinkServiceConnectionState": {"status": "Approved"},
    }
    endpoint = _to(group, f"privateEndpoints/pe-{name}")
    yield _row(
        group,
        "Network",
        f"privateEndpoints/pe-{name}",
        subnet=subnet,
        privateLinkServiceConnections=[{"properties": asked}],
        networkInterfaces=[_to(group, f"networkInterfaces/pe-{name}")],
    )
    placed = {"privateIPAddress": address, "subnet": subnet}
    yield _row(
        group,
        "Network",
        f"networkInterfaces/pe-{name}",
        privateEndpoint=endpoint,
        ipConfigurations=[{"name": "ip", "properties": placed}],
        enableIPForwarding=False,
    )
    record = f"privateDnsZones/{ZONE}/A/{name}"
    yield _row(zone_group, "Network", record, aRecords=[{"ipv4Address": address}], ttl=10)
