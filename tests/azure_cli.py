"""
What the commands that rules propose would do to an estate, as far as our rules can see it.

Each function is one command of the Azure CLI with the options that our rules give it; an
option it does not know is an error, as it is to the CLI.

Source: https://learn.microsoft.com/cli/azure/reference-index
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping

import azure_cli_dns as dns
import azure_cli_endpoints as endpoints
import azure_cli_filters as filters
import azure_cli_networks as networks
import msgspec
from azure_cli_rows import Command, Options, Rows, found, value

from scanner.resources import declared
from scanner.snapshot import Row, Snapshot

FLAGS = {"-y", "--allow-vnet-access"}
"""Options that take no value."""


def after(snapshot: Snapshot, commands: Iterable[str]) -> Snapshot:
    """Return the snapshot that Azure would give once the commands have run."""
    rows: Rows = {row.id.lower(): dict(row.document()) for row in snapshot.rows}
    for command in commands:
        for name, options in parsed(command):
            COMMANDS[name](rows, options)
    changed = tuple(
        msgspec.json.decode(msgspec.json.encode(row), type=Row) for row in rows.values()
    )
    return declared(msgspec.structs.replace(snapshot, rows=changed))


def parsed(command: str) -> Iterator[tuple[str, Options]]:
    """Split a line into commands, each with its options; an option's values stay one text."""
    words = shlex.split(command)
    while words:
        end = words.index("&&") if "&&" in words else len(words)
        (program, *one), words = words[:end], words[end + 1 :]
        assert program == "az", command
        first = next(place for place, word in enumerate(one) if word.startswith("-"))
        yield " ".join(one[:first]), _options(one[first:])


def _options(words: Iterable[str]) -> Options:
    options: dict[str, str] = {}
    key = ""
    for word in words:
        if word.startswith("-"):
            key = word
            assert key not in options, key
            options[key] = "true" if word in FLAGS else ""
        else:
            options[key] = f"{options[key]} {word}".strip()
    return options


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


COMMANDS: Mapping[str, Command] = {
    "cognitiveservices account identity assign": endpoints.assign_identity,
    "cognitiveservices account network-rule remove": endpoints.remove_network_rule,
    "cognitiveservices account update": endpoints.update_account,
    "dns-resolver forwarding-rule update": dns.update_forwarding_rule,
    "dns-resolver vnet-link delete": dns.delete_ruleset_link,
    "network bastion update": filters.update_bastion,
    "network firewall policy rule-collection-group collection add-filter-collection": (
        filters.add_filter_collection
    ),
    "network firewall policy update": filters.update_firewall_policy,
    "network firewall update": filters.update_firewall,
    "network nic ip-config update": networks.update_ip_configuration,
    "network nic update": networks.update_interface,
    "network nsg rule create": filters.create_security_rule,
    "network perimeter association update": filters.update_association,
    "network private-dns link vnet create": dns.create_link,
    "network private-dns link vnet delete": dns.delete_link,
    "network private-dns record-set a add-record": dns.add_record,
    "network private-dns record-set a remove-record": dns.remove_record,
    "network private-dns record-set cname delete": dns.delete_alias,
    "network private-dns zone create": dns.create_zone,
    "network private-endpoint create": endpoints.create_endpoint,
    "network private-endpoint delete": endpoints.delete_endpoint,
    "network private-endpoint dns-zone-group add": endpoints.add_to_zone_group,
    "network private-endpoint dns-zone-group create": endpoints.create_zone_group,
    "network private-endpoint dns-zone-group delete": endpoints.delete_zone_group,
    "network private-endpoint dns-zone-group remove": endpoints.remove_from_zone_group,
    "network private-endpoint-connection approve": endpoints.approve,
    "network private-endpoint-connection reject": endpoints.reject,
    "network route-table route create": networks.create_route,
    "network route-table route delete": networks.delete_route,
    "network vhub connection update": networks.update_hub_connection,
    "network vnet peering create": networks.create_peering,
    "network vnet peering delete": networks.delete_peering,
    "network vnet peering update": networks.update_peering,
    "network vnet subnet update": networks.update_subnet,
    "network vnet update": networks.update_network,
    "resource update": update_resource,
}
