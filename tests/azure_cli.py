"""
What the commands that rules propose would do to an estate, as far as our rules can see it.

Each function is one command of the Azure CLI with the options that our rules give it; an
option it does not know is an error, as it is to the CLI.

Source: https://learn.microsoft.com/cli/azure/reference-index
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scanner.resources import declared
from scanner.snapshot import Row, Snapshot

Document = dict[str, Any]
Rows = dict[str, Document]
"""Resources as ARM returns them, by lower-case ID."""
Options = Mapping[str, str]
Command = Callable[[Rows, Options], None]

NETWORK = "Microsoft.Network"
ACCOUNTS = "Microsoft.CognitiveServices/accounts"
FLAGS = {"-y", "--allow-vnet-access"}
"""Options that take no value."""


def after(snapshot: Snapshot, commands: Iterable[str]) -> Snapshot:
    """Return the snapshot that Azure would give once the commands have run."""
    rows: Rows = {row.id.lower(): dict(row.document()) for row in snapshot.rows}
    for command in commands:
        name, options = parsed(command)
        COMMANDS[name](rows, options)
    changed = tuple(
        msgspec.json.decode(msgspec.json.encode(row), type=Row) for row in rows.values()
    )
    return declared(msgspec.structs.replace(snapshot, rows=changed))


def parsed(command: str) -> tuple[str, Options]:
    """Split a command into its name and its options; the values of one option stay one text."""
    program, *words = shlex.split(command)
    assert program == "az", command
    first = next(place for place, word in enumerate(words) if word.startswith("-"))
    options: dict[str, str] = {}
    key = ""
    for word in words[first:]:
        if word.startswith("-"):
            key = word
            assert key not in options, command
            options[key] = "true" if word in FLAGS else ""
        else:
            options[key] = f"{options[key]} {word}".strip()
    return " ".join(words[:first]), options


# --- finding what a command means


def named(options: Options, kind: str, *parents: str) -> str:
    """Return the ID of what -n names, in its group and below the parents that options name."""
    provider, *types = kind.split("/")
    names = [*(options[parent] for parent in parents), options.get("-n") or options["--name"]]
    path = "/".join(part for pair in zip(types, names, strict=True) for part in pair)
    scope = f"/subscriptions/{options['--subscription']}/resourceGroups/{options['-g']}"
    return f"{scope}/providers/{provider}/{path}"


def found(rows: Rows, arm_id: str) -> Document:
    """Return a resource, on its own or inside its parent."""
    if arm_id.lower() in rows:
        return rows[arm_id.lower()]
    parent, kind, name = arm_id.rsplit("/", 2)
    return next(c for c in children(rows, parent, kind) if c["name"].lower() == name.lower())


def children(rows: Rows, parent: str, kind: str) -> list[Document]:
    """Return the list of a parent's properties that holds its children of a kind."""
    properties = found(rows, parent).setdefault("properties", {})
    held: list[Document] = properties.setdefault(kind, [])
    return held


def properties(rows: Rows, arm_id: str) -> Document:
    said: Document = found(rows, arm_id).setdefault("properties", {})
    return said


def put(rows: Rows, arm_id: str, kind: str, said: Document) -> None:
    """Make a resource of its own."""
    name = arm_id.rpartition("/")[2]
    rows[arm_id.lower()] = {"id": arm_id, "name": name, "type": kind, "properties": said}


def put_child(rows: Rows, parent: str, kind: str, name: str, said: Document) -> None:
    """Make a child inside its parent, in place of one of that name."""
    held = children(rows, parent, kind)
    held[:] = [child for child in held if child["name"].lower() != name.lower()]
    held.append({"name": name, "id": f"{parent}/{kind}/{name}", "properties": said})


def drop_child(rows: Rows, arm_id: str) -> None:
    parent, kind, name = arm_id.rsplit("/", 2)
    held = children(rows, parent, kind)
    held[:] = [child for child in held if child["name"].lower() != name.lower()]


def value(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


# --- any resource


def update_resource(rows: Rows, options: Options) -> None:
    target = found(rows, options["--ids"])
    path, _, text = (options.get("--set") or options["--remove"]).partition("=")
    *way, last = path.split(".")
    for step in way:
        target = target.setdefault(step, {})
    if "--set" in options:
        target[last] = value(text)
    else:
        del target[last]


def show(rows: Rows, options: Options) -> None:
    """Change nothing: a person decides by what it prints."""


# --- accounts


def assign_identity(rows: Rows, options: Options) -> None:
    found(rows, named(options, ACCOUNTS))["identity"] = {"type": "SystemAssigned"}


def update_account(rows: Rows, options: Options) -> None:
    said, name = properties(rows, named(options, ACCOUNTS)), options["--custom-domain"]
    said |= {"customSubDomainName": name, "endpoint": f"https://{name}.openai.azure.com/"}


def remove_network_rule(rows: Rows, options: Options) -> None:
    rules = properties(rows, named(options, ACCOUNTS))["networkAcls"]
    if "--ip-address" in options:
        kept = [r for r in rules["ipRules"] if r["value"] != options["--ip-address"]]
        rules["ipRules"] = kept
    else:
        wanted = options["--subnet"].lower()
        rules["virtualNetworkRules"] = [
            rule for rule in rules["virtualNetworkRules"] if rule["id"].lower() != wanted
        ]


# --- private endpoints


def approve(rows: Rows, options: Options) -> None:
    decide(rows, options["--id"], "Approved")


def reject(rows: Rows, options: Options) -> None:
    decide(rows, options["--id"], "Rejected")


def decide(rows: Rows, connection: str, status: str) -> None:
    """Change the state on the account's side, and so on the endpoint's."""
    said = found(rows, connection)["properties"]
    said["privateLinkServiceConnectionState"] = {"status": status}
    endpoint = rows.get(said["privateEndpoint"]["id"].lower(), {"properties": {}})
    for asked in connections(endpoint):
        asked["properties"]["privateLinkServiceConnectionState"] = {"status": status}


def connections(endpoint: Document) -> Iterator[Document]:
    for way in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        yield from endpoint["properties"].get(way) or ()


def delete_endpoint(rows: Rows, options: Options) -> None:
    """Take with it its zone groups, its interface, and what its account lists of it."""
    gone = options["--ids"].lower()
    for arm_id, row in list(rows.items()):
        said = row.get("properties") or {}
        is_of_it = (said.get("privateEndpoint") or {}).get("id", "").lower() == gone
        if arm_id == gone or arm_id.startswith(f"{gone}/") or is_of_it:
            del rows[arm_id]
        listed = said.get("privateEndpointConnections") or []
        listed[:] = [
            each
            for each in listed
            if (each["properties"].get("privateEndpoint") or {}).get("id", "").lower() != gone
        ]


def create_endpoint(rows: Rows, options: Options) -> None:
    """Make it, approved at once, as it is for who owns the account; by hand, it waits."""
    subscription = options.get("--subscription") or options["--subnet"].split("/")[2]
    arm_id = named({**options, "--subscription": subscription}, f"{NETWORK}/privateEndpoints")
    by_hand = options.get("--manual-request") == "true"
    state = {"status": "Pending" if by_hand else "Approved"}
    account, name = options["--private-connection-resource-id"], options["--connection-name"]
    asked = {
        "privateLinkServiceId": account,
        "groupIds": [options["--group-id"]],
        "privateLinkServiceConnectionState": state,
    }
    way = "manualPrivateLinkServiceConnections" if by_hand else "privateLinkServiceConnections"
    said = {
        "provisioningState": "Succeeded",
        "subnet": {"id": options["--subnet"]},
        way: [{"name": name, "properties": asked}],
    }
    put(rows, arm_id, f"{NETWORK}/privateEndpoints", said)
    listed = {"privateEndpoint": {"id": arm_id}, "privateLinkServiceConnectionState": state}
    put_child(rows, account, "privateEndpointConnections", name, listed)


def add_to_zone_group(rows: Rows, options: Options) -> None:
    """Have the group write the endpoint's records into the zone."""
    kind = f"{NETWORK}/privateEndpoints/privateDnsZoneGroups"
    arm_id = named(options, kind, "--endpoint-name")
    if arm_id.lower() not in rows:
        put(rows, arm_id, kind, {"privateDnsZoneConfigs": []})
    zone = options["--private-dns-zone"]
    config = {"name": options["--zone-name"], "properties": {"privateDnsZoneId": zone}}
    properties(rows, arm_id)["privateDnsZoneConfigs"].append(config)
    suffix = found(rows, zone)["name"].lower().removeprefix("privatelink")
    for fqdn, address in addresses(rows, arm_id.rsplit("/", 2)[0]):
        if fqdn.lower().endswith(suffix):
            record = fqdn.lower().removesuffix(suffix)
            said = {"aRecords": [{"ipv4Address": address}], "metadata": {"creator": "created by"}}
            put(rows, f"{zone}/A/{record}", f"{NETWORK}/privateDnsZones/A", said)


def addresses(rows: Rows, endpoint: str) -> Iterator[tuple[str, str]]:
    """Yield each name of an endpoint with its address."""
    for interface in properties(rows, endpoint).get("networkInterfaces", ()):
        for configuration in properties(rows, interface["id"])["ipConfigurations"]:
            said = configuration["properties"]
            for fqdn in said.get("privateLinkConnectionProperties", {}).get("fqdns", ()):
                yield fqdn, said["privateIPAddress"]


# --- private DNS


def create_zone(rows: Rows, options: Options) -> None:
    put(rows, named(options, f"{NETWORK}/privateDnsZones"), f"{NETWORK}/privateDnsZones", {})


def create_link(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/privateDnsZones/virtualNetworkLinks"
    said = {
        "provisioningState": "Succeeded",
        "virtualNetworkLinkState": "Completed",
        "virtualNetwork": {"id": options["-v"]},
        "registrationEnabled": value(options["-e"]),
        "resolutionPolicy": options.get("--resolution-policy", "Default"),
    }
    arm_id = named(options, kind, "-z")
    put(rows, arm_id, kind, said)
    count_links(rows, arm_id, 1)


def delete_link(rows: Rows, options: Options) -> None:
    arm_id = named(options, f"{NETWORK}/privateDnsZones/virtualNetworkLinks", "-z")
    del rows[arm_id.lower()]
    count_links(rows, arm_id, -1)


def count_links(rows: Rows, link: str, more: int) -> None:
    said = properties(rows, link.rsplit("/", 2)[0])
    said["numberOfVirtualNetworkLinks"] = said.get("numberOfVirtualNetworkLinks", 0) + more


def add_record(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/privateDnsZones/A"
    arm_id = named(options, kind, "-z")
    if arm_id.lower() not in rows:
        put(rows, arm_id, kind, {"aRecords": []})
    said = properties(rows, arm_id)
    said[records(said)].append({"ipv4Address": options["-a"]})


def remove_record(rows: Rows, options: Options) -> None:
    """Take an address away; a set of which none is left goes too."""
    arm_id = named(options, f"{NETWORK}/privateDnsZones/A", "-z")
    said = properties(rows, arm_id)
    kept = [record for record in said[records(said)] if record["ipv4Address"] != options["-a"]]
    said[records(said)] = kept
    if not kept:
        del rows[arm_id.lower()]


def records(said: Document) -> str:
    """Return the key of the addresses; Resource Graph has another than ARM."""
    return "records" if "records" in said else "aRecords"


def update_forwarding_rule(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/dnsForwardingRulesets/forwardingRules"
    said = properties(rows, named(options, kind, "--ruleset-name"))
    said["forwardingRuleState"] = options["--forwarding-rule-state"]


def delete_ruleset_link(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/dnsForwardingRulesets/virtualNetworkLinks"
    del rows[named(options, kind, "--ruleset-name").lower()]


# --- virtual networks


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
        key, _, text = options["--set"].partition("=")
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


# --- interfaces, routes, filters


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


RANGES = {
    "--source-address-prefixes": "sourceAddressPrefix",
    "--source-port-ranges": "sourcePortRange",
    "--destination-address-prefixes": "destinationAddressPrefix",
    "--destination-port-ranges": "destinationPortRange",
}


def create_security_rule(rows: Rows, options: Options) -> None:
    group = named(options, f"{NETWORK}/networkSecurityGroups/x", "--nsg-name").rsplit("/", 2)[0]
    taken = {
        (rule["properties"]["priority"], rule["properties"]["direction"])
        for rule in children(rows, group, "securityRules")
        if rule["name"] != options["-n"]
    }
    priority, direction = int(options["--priority"]), options["--direction"]
    assert (priority, direction) not in taken, "Azure refuses a priority twice"
    said: Document = {
        "priority": priority,
        "direction": direction,
        "access": options["--access"],
        "protocol": options["--protocol"],
    }
    for option, key in RANGES.items():
        one, *more = options.get(option, "*").split()
        # One value stands in the singular key, as the CLI writes it.
        plural = f"{key}es" if key.endswith("x") else f"{key}s"
        said |= {plural: [one, *more]} if more else {key: one}
    put_child(rows, group, "securityRules", options["-n"], said)


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


def update_firewall(rows: Rows, options: Options) -> None:
    said = properties(rows, named(options, f"{NETWORK}/azureFirewalls"))
    additional = said.setdefault("additionalProperties", {})
    additional["Network.DNS.EnableProxy"] = options["--enable-dns-proxy"]


def update_firewall_policy(rows: Rows, options: Options) -> None:
    said = properties(rows, named(options, f"{NETWORK}/firewallPolicies"))
    said.setdefault("dnsSettings", {})["enableProxy"] = value(options["--enable-dns-proxy"])


def add_filter_collection(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/firewallPolicies/ruleCollectionGroups"
    group = {**options, "-n": options["--rule-collection-group-name"]}
    rule = {
        "name": options["--rule-name"],
        "ruleType": options["--rule-type"],
        "ipProtocols": options["--ip-protocols"].split(),
        "sourceAddresses": options["--source-addresses"].split(),
        "destinationAddresses": options["--destination-addresses"].split(),
        "destinationPorts": options["--destination-ports"].split(),
    }
    added = {
        "name": options["--name"],
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "priority": int(options["--collection-priority"]),
        "action": {"type": options["--action"]},
        "rules": [rule],
    }
    held = children(rows, named(group, kind, "--policy-name"), "ruleCollections")
    assert added["priority"] not in {each["priority"] for each in held}, "a priority twice"
    held.append(added)


# --- the rest


def update_bastion(rows: Rows, options: Options) -> None:
    said = properties(rows, named(options, f"{NETWORK}/bastionHosts"))
    said["enableShareableLink"] = value(options["--enable-shareable-link"])


def update_association(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/networkSecurityPerimeters/resourceAssociations"
    said = properties(rows, named(options, kind, "--perimeter-name"))
    said["accessMode"] = options["--access-mode"]


def update_hub_connection(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/virtualHubs/hubVirtualNetworkConnections"
    said = properties(rows, named(options, kind, "--vhub-name"))
    tables = [{"id": table} for table in options["--propagated-route-tables"].split()]
    routing = said.setdefault("routingConfiguration", {})
    routing["propagatedRouteTables"] = {"ids": tables}


COMMANDS: Mapping[str, Command] = {
    "cognitiveservices account identity assign": assign_identity,
    "cognitiveservices account network-rule remove": remove_network_rule,
    "cognitiveservices account update": update_account,
    "dns-resolver forwarding-rule update": update_forwarding_rule,
    "dns-resolver vnet-link delete": delete_ruleset_link,
    "network bastion update": update_bastion,
    "network firewall policy rule-collection-group collection add-filter-collection": (
        add_filter_collection
    ),
    "network firewall policy update": update_firewall_policy,
    "network firewall update": update_firewall,
    "network nic ip-config update": update_ip_configuration,
    "network nic update": update_interface,
    "network nsg rule create": create_security_rule,
    "network perimeter association update": update_association,
    "network private-dns link vnet create": create_link,
    "network private-dns link vnet delete": delete_link,
    "network private-dns record-set a add-record": add_record,
    "network private-dns record-set a remove-record": remove_record,
    "network private-dns zone create": create_zone,
    "network private-endpoint create": create_endpoint,
    "network private-endpoint delete": delete_endpoint,
    "network private-endpoint dns-zone-group add": add_to_zone_group,
    "network private-endpoint dns-zone-group create": add_to_zone_group,
    "network private-endpoint-connection approve": approve,
    "network private-endpoint-connection reject": reject,
    "network route-table route create": create_route,
    "network route-table route delete": delete_route,
    "network route-table route show": show,
    "network vhub connection update": update_hub_connection,
    "network vnet peering create": create_peering,
    "network vnet peering delete": delete_peering,
    "network vnet peering show": show,
    "network vnet peering update": update_peering,
    "network vnet subnet update": update_subnet,
    "network vnet update": update_network,
    "resource update": update_resource,
}
