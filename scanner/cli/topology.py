"""The estate as a graph, for the commands that ask it without judging."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import console
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
