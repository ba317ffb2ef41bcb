"""A caller, an endpoint and what stands between them, drawn by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drawing import Estate, account, drawn, id_of, the, to
from drawing import endpoint as drawn_endpoint

from scanner.analysis.addresses import AddressSet
from scanner.analysis.consumers import Consumer, consumers
from scanner.analysis.filtering.passage import Passage, passes
from scanner.analysis.routing.route import Route, Way
from scanner.resources import ResourceId
from scanner.rules.nodes import Reference
from scanner.topology import Topology

NSGS = "microsoft.network/networksecuritygroups"
TABLES = "microsoft.network/routetables"
MACHINES = "microsoft.compute/virtualmachines"
FIREWALLS = "microsoft.network/azurefirewalls"
POLICIES = "microsoft.network/firewallpolicies"
GROUPS = f"{POLICIES}/rulecollectiongroups"
MANAGERS = "microsoft.network/networkmanagers"
HOST = "aoai.openai.azure.com"
ADDRESS = "10.0.1.4"
CALLER = "10.1.1.4"
FOREIGN = "/subscriptions/far/resourceGroups/g/providers/Microsoft.Network/"


def rule(priority: int, access: str, **more: Any) -> dict[str, Any]:
    """Return a security rule about everything that leaves, but for what is told."""
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
    return {"name": f"{access}-{priority}", "properties": {**base, **more}}


def arriving(priority: int, access: str, source: str = "*", **more: Any) -> dict[str, Any]:
    """Return a security rule about what arrives."""
    return rule(priority, access, direction="Inbound", sourceAddressPrefix=source, **more)


def nsg(name: str, *rules: dict[str, Any]) -> Estate:
    """Draw a network security group."""
    return {name: {"type": NSGS, "properties": {"securityRules": list(rules)}}}


def network(name: str, space: str, peers: Mapping[str, str], **subnets: Any) -> Estate:
    """Draw a VNet, its subnets by name, and its connected peerings, by remote address space."""
    sides = [
        {
            "id": Reference(f"{name}#virtualNetworkPeerings/{far}"),
            "properties": {
                "peeringState": "Connected",
                "remoteVirtualNetwork": to(far),
                "remoteAddressSpace": {"addressPrefixes": [prefix]},
            },
        }
        for far, prefix in peers.items()
    ]
    drawn_subnets = [
        {"id": Reference(f"{name}#subnets/{key}"), "name": key, "properties": properties}
        for key, properties in subnets.items()
    ]
    properties = {
        "addressSpace": {"addressPrefixes": [space]},
        "subnets": drawn_subnets,
        "virtualNetworkPeerings": sides,
    }
    return {name: {"type": "microsoft.network/virtualnetworks", "properties": properties}}


def machine(name: str, subnet: str, *addresses: str, guard: str = "", asg: str = "") -> Estate:
    """Draw a virtual machine and its interface."""
    groups = {"applicationSecurityGroups": [to(asg)]} if asg else {}
    placed = [
        {"properties": {"privateIPAddress": one, "subnet": to(subnet), **groups}}
        for one in addresses
    ]
    guarded = {"networkSecurityGroup": to(guard)} if guard else {}
    interface = {"virtualMachine": to(name), "ipConfigurations": placed, **guarded}
    return {
        name: {"type": MACHINES, "properties": {}},
        f"nic-{name}": {
            "type": "microsoft.network/networkinterfaces",
            "properties": interface,
        },
    }


@dataclass
class Drawing:
    """Two peered VNets: `app` with a machine, `hub` with the endpoint. Change what differs."""

    app: dict[str, Any] = field(default_factory=dict)
    """More of the subnet `snet`."""
    hub: dict[str, Any] = field(default_factory=dict)
    """More of the subnet `endpoints`."""
    addresses: tuple[str, ...] = (CALLER,)
    guard: str = ""
    """The group of the machine's own interface."""
    asg: str = ""
    endpoint_asg: str = ""
    app_peers: Mapping[str, str] = field(default_factory=lambda: {"hub": "10.0.0.0/16"})
    hub_peers: Mapping[str, str] = field(default_factory=lambda: {"app": "10.1.0.0/16"})
    hub_subnets: Mapping[str, Any] = field(default_factory=dict)
    access: bool | None = None
    """What `app` says of virtual network access on its side."""
    apart: str = ""
    """The VNet that lies in a subscription by itself."""

    def estate(self) -> Estate:
        """Return the estate."""
        snet = {"addressPrefix": "10.1.1.0/24", **self.app}
        ends = {"addressPrefix": "10.0.1.0/27", **self.hub}
        app = network("app", "10.1.0.0/16", self.app_peers, snet=snet)
        if self.access is not None:
            (side,) = app["app"]["properties"]["virtualNetworkPeerings"]
            side["properties"]["allowVirtualNetworkAccess"] = self.access
        hub = network("hub", "10.0.0.0/16", self.hub_peers, endpoints=ends, **self.hub_subnets)
        pe = drawn_endpoint("hub", ADDRESS)
        for item in (pe["pe"], pe["nic-pe"]["properties"]["ipConfigurations"][0]):
            item["properties"]["subnet"] = to("hub#subnets/endpoints")
        if self.endpoint_asg:
            pe["pe"]["properties"]["applicationSecurityGroups"] = [to(self.endpoint_asg)]
        if self.apart:
            (app | hub)[self.apart]["subscription"] = "apart"
        vm = machine("vm", "app#subnets/snet", *self.addresses, guard=self.guard, asg=self.asg)
        return {**app, **hub, **pe, **vm, **account()}


def caller(topology: Topology) -> Consumer:
    """Return the one consumer."""
    (found,) = consumers(topology)
    return found


def asked(
    drawing: Drawing | None = None,
    *estates: Estate,
    through: Iterable[str] = (),
    hostname: str = HOST,
    **more: Any,
) -> Passage:
    """Ask whether the machine's packets get to the endpoint, by one way or, perhaps, another."""
    resolves = more.pop("resolves", None)
    beside = more.pop("or_through", ())
    topology = drawn((drawing or Drawing()).estate(), *estates, **more)
    others = (_by(topology, beside),) if beside else ()
    route = replace(_by(topology, through), others=others)
    endpoint = the(topology, "pe")
    return passes(
        topology,
        caller(topology),
        endpoint,
        ADDRESS,
        route,
        hostname,
        (lambda _: resolves),
    )


def _by(topology: Topology, through: Iterable[str]) -> Route:
    """Return a way through some stages; `one|two` are members behind a load balancer."""
    stages = tuple(
        tuple(
            ResourceId(one) if one.startswith("/") else id_of(topology, one)
            for one in stage.split("|")
        )
        for stage in through
    )
    return Route(Way.VIA if stages else Way.DIRECT, (), stages)


def outcome(*args: Any, **more: Any) -> str:
    """Return only what becomes of it; what is unknown says why, what is denied has a cause."""
    found = asked(*args, **more)
    assert (found.outcome == "unknown") == bool(found.unread)
    assert (found.outcome == "deny") == (found.broken is not None)
    assert found.steps or found.unread
    return str(found.outcome)


def held_back(*prefixes: str) -> AddressSet:
    """Return addresses."""
    return AddressSet.parse(*prefixes)
