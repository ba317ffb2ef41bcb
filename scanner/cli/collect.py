"""`aoai-scan collect`: read Azure, write a snapshot."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from scanner.cli import console
from scanner.cli.output import savable
from scanner.cli.source import SourceOptions, live_options

INCOMPLETE = 3

MOST_GAPS = 10


@click.command()
@live_options
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    envvar="AOAI_SCAN_OUTPUT",
    help="Where to save it; .gz is compressed.",
)
@click.option("--no-progress", is_flag=True, envvar="AOAI_SCAN_NO_PROGRESS", help="No progress.")
@click.pass_context
def collect(
    context: click.Context,
    /,
    *,
    output: Path,
    no_progress: bool,
    **_source: object,
) -> None:
    """
    Read Azure and save a snapshot, to be judged later or elsewhere.

    The snapshot holds no secrets. It says how much was read of how much; what could
    not be read is in it as gaps, and then the exit code is 3.
    """
    source = SourceOptions.of(context)
    if not source.is_live:
        raise click.UsageError(
            "name what to read: --subscription ID, --management-group ID or --all-subscriptions"
        )
    from scanner.report.coverage import lines  # noqa: PLC0415 - `--help` needs none of it
    from scanner.snapshot import save  # noqa: PLC0415 - as above

    place = savable(output)
    with console.Progress(shown=not no_progress) as progress:
        snapshot = source.read(progress)
        save(snapshot, place)
    console.note(f"wrote {output}: {len(snapshot.rows):,} rows")
    if snapshot.coverage is not None:
        for line in lines(snapshot.coverage):
            console.note(f"read {line}")
    for gap in snapshot.gaps[:MOST_GAPS]:
        console.note(f"not read: {gap.type} in {gap.scope}: {gap.reason}: {gap.detail}")
    if len(snapshot.gaps) > MOST_GAPS:
        console.note(f"not read: {len(snapshot.gaps) - MOST_GAPS} more; see its gaps")
    sys.exit(INCOMPLETE if snapshot.gaps else 0)
