"""What commands do to virtual networks, peerings, interfaces and routes."""

from __future__ import annotations

from collections.abc import Iterator

from azure_cli_rows import (
    NETWORK,
    Document,
    Options,
    Rows,
    children,
    drop_child,
    named,
    properties,
    put_child,
    value,
)


def update_network(rows: Rows, options: Options) -> None:
    said = properties(rows, named(options, f"{NETWORK}/virtualNetworks"))
    said["dhcpOptions"] = {"dnsServers": options["--dns-servers"].split()}


def update_subnet(rows: Rows, options: Options) -> None:
    said = properties(rows, options["--ids"])
    if "--default-outbound-access" in options:
        said["defaultOutboundAccess"] = value(options["--default-outbound-access"])
    if "--private-endpoint-network-policies" in options:
        said["privateEndpointNetworkPolicies"] = options["--private-endpoint-network-policies"]
    if "--service-endpoints" in options:
        services = options["--service-endpoints"].split()
        said["serviceEndpoints"] = [
            {"service": name, "provisioningState": "Succeeded"} for name in services
        ]


def create_peering(rows: Rows, options: Options) -> None:
    """Make one side; with the other side waiting for it, both are Connected."""
    kind = f"{NETWORK}/virtualNetworks/virtualNetworkPeerings"
    network, remote = (
        named(options, kind, "--vnet-name").rsplit("/", 2)[0],
        options["--remote-vnet"],
    )
    other = next(sides(rows, remote, network), None)
    waits = other is not None and other["properties"]["peeringState"] == "Initiated"
    if other and waits:
        other["properties"]["peeringState"] = "Connected"
    held = children(rows, network, "virtualNetworkPeerings")
    held[:] = [p for p in held if not is_side(p, remote)]
    said = {
        "peeringState": "Connected" if waits else "Initiated",
        "allowVirtualNetworkAccess": True,
        "remoteVirtualNetwork": {"id": remote},
    }
    put_child(rows, network, "virtualNetworkPeerings", options["-n"], said)
    synchronise(rows, said)


def delete_peering(rows: Rows, options: Options) -> None:
    """Take one side away, which cuts off the other."""
    network = options["--ids"].rsplit("/", 2)[0]
    remote = properties(rows, options["--ids"])["remoteVirtualNetwork"]["id"]
    drop_child(rows, options["--ids"])
    for other in sides(rows, remote, network) if remote.lower() in rows else ():
        other["properties"]["peeringState"] = "Disconnected"


def update_peering(rows: Rows, options: Options) -> None:
    said = properties(rows, options["--ids"])
    if "--set" in options:
        for each in options["--set"].split():
            key, _, text = each.partition("=")
            said[key] = value(text)
    if "--add" in options:
        key, *added = options["--add"].split()
        said[key] = [*(said.get(key) or ()), *added]
    if options.get("--sync-remote") == "true":
        synchronise(rows, said)


def sides(rows: Rows, network: str, remote: str) -> Iterator[Document]:
    """Yield the peerings of a VNet with another."""
    for peering in children(rows, network, "virtualNetworkPeerings"):
        if is_side(peering, remote):
            yield peering


def is_side(peering: Document, remote: str) -> bool:
    said: str = peering["properties"]["remoteVirtualNetwork"]["id"]
    return said.lower() == remote.lower()


def synchronise(rows: Rows, peering: Document) -> None:
    """Copy what the other VNet's addresses are by now."""
    remote = properties(rows, peering["remoteVirtualNetwork"]["id"])
    prefixes = remote.get("addressSpace", {}).get("addressPrefixes", [])
    peering["peeringSyncLevel"] = "FullyInSync"
    for key in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        peering[key] = {"addressPrefixes": list(prefixes)}


def update_interface(rows: Rows, options: Options) -> None:
    arm_id = options.get("--ids") or named(options, f"{NETWORK}/networkInterfaces")
    said = properties(rows, arm_id)
    if "--ip-forwarding" in options:
        said["enableIPForwarding"] = value(options["--ip-forwarding"])
    if "--dns-servers" in options:
        said["dnsSettings"] = {"dnsServers": options["--dns-servers"].split()}


def update_ip_configuration(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/networkInterfaces/ipConfigurations"
    said = properties(rows, named(options, kind, "--nic-name"))
    for key in [key for key in said if key.lower() == options["--remove"].lower()]:
        del said[key]


def create_route(rows: Rows, options: Options) -> None:
    arm_id = named(options, f"{NETWORK}/routeTables/routes", "--route-table-name")
    said = {
        "addressPrefix": options["--address-prefix"],
        "nextHopType": options["--next-hop-type"],
        "nextHopIpAddress": options["--next-hop-ip-address"],
    }
    put_child(rows, arm_id.rsplit("/", 2)[0], "routes", options["-n"], said)


def delete_route(rows: Rows, options: Options) -> None:
    drop_child(rows, named(options, f"{NETWORK}/routeTables/routes", "--route-table-name"))


def update_hub_connection(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/virtualHubs/hubVirtualNetworkConnections"
    said = properties(rows, named(options, kind, "--vhub-name"))
    tables = [{"id": table} for table in options["--propagated-route-tables"].split()]
    routing = said.setdefault("routingConfiguration", {})
    routing["propagatedRouteTables"] = {"ids": tables}
