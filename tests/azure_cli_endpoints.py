"""What commands do to accounts and to their private endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from azure_cli_rows import (
    ACCOUNTS,
    NETWORK,
    Document,
    Options,
    Rows,
    found,
    named,
    properties,
    put,
    put_child,
)


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


def delete_zone_group(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/privateEndpoints/privateDnsZoneGroups"
    del rows[named(options, kind, "--endpoint-name").lower()]


def remove_from_zone_group(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/privateEndpoints/privateDnsZoneGroups"
    said = properties(rows, named(options, kind, "--endpoint-name"))
    gone = options["--zone-name"].lower()
    kept = [each for each in said["privateDnsZoneConfigs"] if each["name"].lower() != gone]
    assert len(kept) == len(said["privateDnsZoneConfigs"]) - 1
    said["privateDnsZoneConfigs"] = kept


def create_zone_group(rows: Rows, options: Options) -> None:
    """Make the group, with the one zone: one of that name loses what it had."""
    kind = f"{NETWORK}/privateEndpoints/privateDnsZoneGroups"
    put(rows, named(options, kind, "--endpoint-name"), kind, {"privateDnsZoneConfigs": []})
    add_to_zone_group(rows, options)


def add_to_zone_group(rows: Rows, options: Options) -> None:
    """Have the group write the endpoint's records into the zone."""
    kind = f"{NETWORK}/privateEndpoints/privateDnsZoneGroups"
    arm_id = named(options, kind, "--endpoint-name")
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
