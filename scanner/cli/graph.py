"""`aoai-scan graph`: the topology itself, for other tools."""

from __future__ import annotations

import click

from scanner.cli import console
from scanner.cli.source import live_options, offline_options
from scanner.cli.topology import drawn


@click.command()
@live_options
@offline_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("graphml", "dot")),
    default="graphml",
    show_default=True,
    help="How to write it.",
)
@click.option("--no-progress", is_flag=True, envvar="AOAI_SCAN_NO_PROGRESS", help="No progress.")
@click.pass_context
def graph(context: click.Context, /, *, form: str, no_progress: bool, **_source: object) -> None:
    """
    Print the graph of the estate: every resource, and every reference by its meaning.

    GraphML is read by yEd, Gephi and networkx, DOT by Graphviz.
    """
    topology = drawn(context, None, no_progress=no_progress)
    from scanner.report import graph as written  # noqa: PLC0415 - `--help` needs none of it

    console.say(written.dot(topology) if form == "dot" else written.graphml(topology))
