"""`aoai-scan trace` and `aoai-scan matrix`: connections, one by one and all together."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import console
from scanner.cli.config import config_option
from scanner.cli.source import live_options, offline_options
from scanner.cli.topology import drawn, leave
from scanner.errors import RequestError
from scanner.near import near

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.analysis.connections import Connection
    from scanner.findings import Finding
    from scanner.resources import AnyResource
    from scanner.topology import Topology

MOST_NAMED = 5


@click.command()
@live_options
@offline_options
@config_option
@click.option(
    "--from",
    "source_name",
    required=True,
    metavar="NAME|ID",
    help="Where the call starts: a VNet, subnet, interface, machine or VPN gateway.",
)
@click.option(
    "--to", "target_name", required=True, metavar="NAME|ID", help="The account that is called."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How to say it.",
)
@click.option("--no-progress", is_flag=True, envvar="AOAI_SCAN_NO_PROGRESS", help="No progress.")
@click.pass_context
def trace(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    /,
    *,
    source_name: str,
    target_name: str,
    form: str,
    config: Path | None,
    no_progress: bool,
    **_source: object,
) -> None:
    """
    Follow one call to an account, hop by hop, as nslookup and a TCP test would meet it.

    A name must be unique in the estate; an ARM ID always is. A VNet stands for
    every place in it where traffic starts.
    """
    topology = drawn(context, config, no_progress=no_progress)
    from scanner.analysis.connections import connections  # noqa: PLC0415 - `--help` needs none
    from scanner.analysis.consumers import consumers_at  # noqa: PLC0415 - as above
    from scanner.report import trace as written  # noqa: PLC0415 - as above
    from scanner.resources.cognitive_services_account import (  # noqa: PLC0415 - as above
        CognitiveServicesAccount,
    )

    source = _named(topology, source_name, _STARTS)
    target = _named(topology, target_name, _ACCOUNTS)
    account = topology.get(CognitiveServicesAccount, target.id)
    found = [
        connection
        for consumer in consumers_at(topology, source.id)
        for connection in connections(topology, consumer, (account,) if account else ())
    ]
    if form == "json":
        console.say(written.document(topology, (source.id, target.id), found))
        leave(topology)
    width = shutil.get_terminal_size((100, 24)).columns
    console.say(written.text(source.id.path, target.id.path, found, _fixes(topology, found), width))
    leave(topology)


@click.command()
@live_options
@offline_options
@config_option
@click.option("--all", "everything", is_flag=True, help="Also what nothing shows to be wanted.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv")),
    default="table",
    show_default=True,
    help="How to say it.",
)
@click.option("--no-progress", is_flag=True, envvar="AOAI_SCAN_NO_PROGRESS", help="No progress.")
@click.pass_context
def matrix(
    context: click.Context,
    /,
    *,
    config: Path | None,
    everything: bool,
    form: str,
    no_progress: bool,
    **_source: object,
) -> None:
    """Show every consumer against every account it should reach: verdict, cause and blame."""
    topology = drawn(context, config, no_progress=no_progress)
    from scanner.analysis.connections import connections, intended  # noqa: PLC0415 - as above
    from scanner.analysis.consumers import consumers  # noqa: PLC0415 - as above
    from scanner.report import matrix as written  # noqa: PLC0415 - as above

    found = (
        tuple(c for consumer in consumers(topology) for c in connections(topology, consumer))
        if everything
        else intended(topology)
    )
    match form:
        case "json":
            console.say(written.document(topology, found))
        case "csv":
            console.say(written.comma_separated(found))
        case _:
            width = shutil.get_terminal_size((100, 24)).columns
            console.say(written.table(found, width))
    leave(topology)


_ACCOUNTS = frozenset({"microsoft.cognitiveservices/accounts"})
_STARTS = frozenset(
    {
        "microsoft.compute/virtualmachines",
        "microsoft.network/networkinterfaces",
        "microsoft.network/virtualnetworkgateways",
        "microsoft.network/virtualnetworks",
        "microsoft.network/virtualnetworks/subnets",
    }
)


def _named(topology: Topology, said: str, types: frozenset[str]) -> AnyResource:
    """Return the one resource that a name or ID means. Raises RequestError for none or several."""
    folded = said.strip().rstrip("/").lower()
    known = [r for r in topology.inventory.resources.values() if r.ARM_TYPE in types]
    found = [r for r in known if folded in {r.id.lower(), r.id.path.lower(), r.name.lower()}]
    if len(found) == 1:
        return found[0]
    if not found:
        names = sorted({resource.id.path for resource in known})
        hint = near(said, names) or f"; known: {_listed(names)}"
        raise RequestError(f"no `{said}` in this estate{hint}")
    raise RequestError(f"`{said}` is {_listed(sorted(str(r.id) for r in found))}; give the ID")


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (", ".join(names[:MOST_NAMED]) or "none") + more


def _fixes(topology: Topology, found: Iterable[Connection]) -> Mapping[str, Finding]:
    """Return, for each broken connection by its key, what mends it."""
    from scanner.rules import load_all, mended  # noqa: PLC0415 - as above

    rules = load_all(proved=False)
    fixes = {connection.key: mended(topology, rules, connection) for connection in found}
    return {key: fix for key, fix in fixes.items() if fix is not None}
