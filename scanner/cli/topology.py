"""The estate as a graph, for the commands that ask it without judging."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from scanner.cli import console
from scanner.cli.collect import INCOMPLETE, MOST_GAPS
from scanner.cli.config import expectations
from scanner.cli.source import SourceOptions

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.topology import Topology


def drawn(context: click.Context, config: Path | None, *, no_progress: bool) -> Topology:
    """Read the estate that the options name, and draw it."""
    source = SourceOptions.of(context)
    if not source:
        raise click.UsageError("name an estate: --subscription ID, --snapshot FILE or --demo")
    expected = expectations(config)
    from scanner import resources  # noqa: PLC0415 - `--help` needs none of it
    from scanner.analysis.intents import warn_of_idle  # noqa: PLC0415 - as above
    from scanner.topology import Topology as Drawn  # noqa: PLC0415 - as above

    with console.Progress(shown=not no_progress) as progress:
        topology = Drawn(resources.parse(source.read(progress)), expected)
    warn_of_idle(topology)
    return topology


def leave(topology: Topology) -> NoReturn:
    """Exit as a scan would: with 3 and what was not read, where answers may hide behind it."""
    from scanner.report.gaps import unread  # noqa: PLC0415 - `--help` needs none of it

    gaps = sorted(topology.inventory.gaps)
    for gap in gaps[:MOST_GAPS]:
        console.note(unread(gap))
    if len(gaps) > MOST_GAPS:
        console.note(f"Not read: {len(gaps) - MOST_GAPS} more")
    sys.exit(INCOMPLETE if gaps else 0)
