"""What commands do to security groups, firewalls, perimeters and Bastion."""

from __future__ import annotations

from azure_cli_rows import (
    NETWORK,
    Document,
    Options,
    Rows,
    children,
    named,
    properties,
    put_child,
    value,
)

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


def update_bastion(rows: Rows, options: Options) -> None:
    said = properties(rows, named(options, f"{NETWORK}/bastionHosts"))
    said["enableShareableLink"] = value(options["--enable-shareable-link"])


def update_association(rows: Rows, options: Options) -> None:
    kind = f"{NETWORK}/networkSecurityPerimeters/resourceAssociations"
    said = properties(rows, named(options, kind, "--perimeter-name"))
    said["accessMode"] = options["--access-mode"]
