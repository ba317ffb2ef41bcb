"""What commands do to private zones and resolvers."""

from __future__ import annotations

from azure_cli_rows import NETWORK, Document, Options, Rows, named, properties, put, value


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


def delete_alias(rows: Rows, options: Options) -> None:
    del rows[named(options, f"{NETWORK}/privateDnsZones/CNAME", "-z").lower()]


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
