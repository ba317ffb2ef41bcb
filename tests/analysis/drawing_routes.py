"""VNets, peerings, routes and appliances drawn by hand. VNet number N is 10.N.0.0/16."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drawing import (
    ENDPOINTS,
    HUB_CONNECTIONS,
    HUB_ROUTE_TABLES,
    NICS,
    VHUBS,
    VNETS,
    Estate,
    drawn,
    the,
    to,
)

from scanner.analysis.consumers import consumers
from scanner.analysis.endpoints import addresses
from scanner.analysis.routing.route import Route, Way, route
from scanner.rules.nodes import Reference

TABLES = "microsoft.network/routetables"
FIREWALLS = "microsoft.network/azurefirewalls"
POLICIES = "microsoft.network/firewallpolicies"
GROUPS = f"{POLICIES}/rulecollectiongroups"
BALANCERS = "microsoft.network/loadbalancers"
GATEWAYS = "microsoft.network/virtualnetworkgateways"
CONNECTIONS = "microsoft.network/connections"
SITES = "microsoft.network/localnetworkgateways"
MANAGERS = "microsoft.network/networkmanagers"
MACHINES = "microsoft.compute/virtualmachines"
WANS = "microsoft.network/virtualwans"
PEERINGS = f"{VNETS}/virtualnetworkpeerings"
SUBNETS = f"{VNETS}/subnets"

SUBNET_NUMBERS = {"AzureFirewallSubnet": 0, "work": 1, "pe": 2, "nva": 3, "GatewaySubnet": 4}


def network(
    name: str,
    number: int,
    *,
    peers: Mapping[str, Mapping[str, Any]] | None = None,
    space: str = "",
    **subnets: Mapping[str, Any],
) -> Estate:
    """Draw a VNet with every subnet of `SUBNET_NUMBERS`, and its sides of peerings."""
    placed = [
        {
            "id": Reference(f"{name}#subnets/{subnet}"),
            "properties": {
                "addressPrefix": f"10.{number}.{third}.0/24",
                **subnets.get(subnet, {}),
            },
        }
        for subnet, third in SUBNET_NUMBERS.items()
        if not subnet.endswith("Subnet") or subnet in subnets or number == 0
    ]
    sides = [
        {
            "id": Reference(f"{name}#virtualNetworkPeerings/to-{far.rpartition('/')[2]}"),
            "properties": {"peeringState": "Connected", "remoteVirtualNetwork": to(far), **said},
        }
        for far, said in (peers or {}).items()
    ]
    properties = {
        "addressSpace": {"addressPrefixes": [space or f"10.{number}.0.0/16"]},
        "subnets": placed,
        "virtualNetworkPeerings": sides,
    }
    return {name: {"type": VNETS, "properties": properties}}


def machine(name: str, *places: tuple[str, str], forwards: bool | None = False) -> Estate:
    """Draw a virtual machine with an interface at each (subnet, address): `app/work`."""
    estate: Estate = {f"vm-{name}": {"type": MACHINES, "properties": {}}}
    for index, (place, address) in enumerate(places):
        told = {} if forwards is None else {"enableIPForwarding": forwards}
        properties = {
            "virtualMachine": to(f"vm-{name}"),
            "ipConfigurations": [at(place, address)],
            **told,
        }
        estate[f"nic-{name}" + (f"-{index}" if index else "")] = {
            "type": NICS,
            "properties": properties,
        }
    return estate


def at(place: str, address: str = "") -> dict[str, Any]:
    """Return an IP configuration: `hub/AzureFirewallSubnet`, `10.0.0.4`."""
    held, _, subnet = place.partition("/")
    told = {"privateIPAddress": address} if address else {}
    return {"properties": {"subnet": to(f"{held}#subnets/{subnet}"), **told}}


def private_endpoint(network: str, address: str) -> Estate:
    """Draw a private endpoint in the subnet `pe` of a VNet."""
    placed = at(f"{network}/pe", address)
    interface = {
        "privateEndpoint": to("pe"),
        "ipConfigurations": [placed],
        "enableIPForwarding": False,
    }
    return {
        "pe": {"type": ENDPOINTS, "properties": {"subnet": placed["properties"]["subnet"]}},
        "nic-pe": {"type": NICS, "properties": interface},
    }


def table(*routes: tuple[str, str] | tuple[str, str, str], name: str = "rt", **more: Any) -> Estate:
    """Draw a route table: (prefix, kind) or (prefix, kind, next hop)."""
    rows = []
    for index, (prefix, kind, *hop) in enumerate(routes):
        told = {"nextHopIpAddress": hop[0]} if hop else {}
        properties = {"addressPrefix": prefix, "nextHopType": kind, **told}
        rows.append({"name": f"r{index}", "properties": properties})
    return {name: {"type": TABLES, "properties": {"routes": rows, **more}}}


def by(name: str = "rt") -> dict[str, Any]:
    """Return what a subnet says of its route table."""
    return {"routeTable": to(name)}


def firewall(address: str = "10.0.0.4", *, name: str = "fw", **more: Any) -> Estate:
    """Draw an Azure Firewall in the VNet `hub`."""
    placed = [at("hub/AzureFirewallSubnet", address)]
    return {name: {"type": FIREWALLS, "properties": {"ipConfigurations": placed, **more}}}


def gateway(network: str = "hub", *pool: str, **more: Any) -> Estate:
    """Draw a VPN gateway, perhaps with a pool for clients."""
    clients = {"vpnClientConfiguration": {"vpnClientAddressPool": {"addressPrefixes": [*pool]}}}
    properties = {
        "gatewayType": "Vpn",
        "ipConfigurations": [at(f"{network}/GatewaySubnet")],
        **(clients if pool else {}),
        **more,
    }
    return {"gw": {"type": GATEWAYS, "properties": properties}}


def hub_connection(hub: str, joined: str, **routing: Any) -> Estate:
    """Draw a VNet's connection to a virtual hub."""
    configured = {"routingConfiguration": routing} if routing else {}
    properties = {"remoteVirtualNetwork": to(joined), **configured}
    return {f"{hub}/{joined}": {"type": HUB_CONNECTIONS, "properties": properties}}


def virtual_hub(name: str = "vhub", wan: str = "wan", **more: Any) -> Estate:
    """Draw a virtual hub of a WAN, and three route tables into which nobody wrote."""
    properties = {"virtualWan": to(wan), "routingState": "Provisioned", **more}
    tables = ("defaultRouteTable", "noneRouteTable", "isolated")
    return {name: {"type": VHUBS, "properties": properties}} | {
        f"{name}/{table}": hub_routes() for table in tables
    }


def hub_routes(*routes: Mapping[str, Any]) -> dict[str, Any]:
    """Draw a route table of a virtual hub."""
    return {"type": HUB_ROUTE_TABLES, "properties": {"routes": [*routes]}}


def virtual_wan(name: str = "wan", kind: str = "Standard") -> Estate:
    """Draw a virtual WAN."""
    return {name: {"type": WANS, "properties": {"type": kind}}}


def way(
    *estates: Estate, caller: str = "app/work", gaps: Iterable[tuple[str, str] | str] = ()
) -> Route:
    """Follow a packet from a consumer to the private endpoint of the estates."""
    topology = drawn(*estates, gaps=gaps)
    (consumer,) = (c for c in consumers(topology) if c.id.path == caller)
    endpoint = the(topology, "pe")
    (address,) = addresses(topology, endpoint)
    return route(topology, consumer, endpoint, address)


def passed(found: Route) -> str:
    """Return the stages of a way; members behind one load balancer as `one|two`."""
    return " ".join("|".join(hop.path for hop in stage) for stage in found.through)


def outcome(*estates: Estate, **asked: Any) -> str:
    """Return how it comes out: `direct`, `via fw`, a cause with the one to blame, or `unknown`."""
    found = way(*estates, **asked)
    assert found.steps or found.unread
    match found.outcome:
        case Way.NONE:
            assert found.broken
            assert not found.unread
            return f"{found.broken.cause.value}: {found.broken.blame.path}"
        case Way.UNKNOWN:
            assert found.unread
            assert found.broken is None
            return "unknown"
        case Way.VIA:
            return " or ".join(f"via {passed(one)}" for one in (found, *found.others))
        case _:
            assert not found.through
            return "direct"
