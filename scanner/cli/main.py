"""`aoai-scan`: the scan itself, and the group of its sub-commands."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner import __version__
from scanner.cli import console
from scanner.cli.collect import INCOMPLETE, collect
from scanner.cli.config import as_of_option, config_option, configured, exemptions_option, today
from scanner.cli.connections import matrix, trace
from scanner.cli.graph import graph
from scanner.cli.output import destinations, keep_apart, savable, write
from scanner.cli.rules import folders_option, rules, selected
from scanner.cli.source import SourceOptions, live_options, offline_options
from scanner.cli.upload import upload
from scanner.errors import ScanError
from scanner.report import FORMATS, Profile

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.findings import Finding
    from scanner.report.scan_report import Report

logger = logging.getLogger(__name__)

SEVERITIES = ("critical", "high", "medium", "low", "info")

FOUND, INTERRUPTED = 1, 130

NO_ACCOUNT = (
    "no Azure OpenAI account in this estate: nothing here says that one is safe; "
    "check the scope, and that whoever is signed in may read it"
)

HELP = """\
Judge the networking of Azure OpenAI accounts: can every network that should
reach an account reach it privately, and can nobody else?

\b
  aoai-scan --demo
  aoai-scan --subscription ID
  aoai-scan --snapshot FILE -f sarif -o reports/
"""

EPILOG = """\b
Exit codes:
  0  complete, nothing at or above --fail-on
  1  at least one finding at or above --fail-on
  2  the request was wrong: usage, configuration, rules, snapshot
  3  incomplete: part could not be read, and no finding gave 1
"""


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=HELP,
    epilog=EPILOG,
    subcommand_metavar="[COMMAND]",
)
@live_options
@offline_options
@config_option
@as_of_option
@exemptions_option
@folders_option
@click.option(
    "--only",
    multiple=True,
    metavar="ID|NAME",
    envvar="AOAI_SCAN_ONLY",
    help="Judge by this rule alone. Repeatable.",
)
@click.option(
    "--skip",
    multiple=True,
    metavar="ID|NAME",
    envvar="AOAI_SCAN_SKIP",
    help="Leave this rule out. Repeatable.",
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(tuple(FORMATS)),
    envvar="AOAI_SCAN_FORMAT",
    help="How to say what was found. Repeatable.  [default: table]",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR|-",
    envvar="AOAI_SCAN_OUTPUT",
    help="Where to say it.  [default: standard output; several formats: reports/]",
)
@click.option(
    "--sarif-profile",
    type=click.Choice([profile.value for profile in Profile]),
    default=Profile.GITHUB.value,
    show_default=True,
    envvar="AOAI_SCAN_SARIF_PROFILE",
    help="What SARIF holds: alerts alone, or everything.",
)
@click.option(
    "--fail-on",
    type=click.Choice((*SEVERITIES, "never")),
    default="high",
    show_default=True,
    envvar="AOAI_SCAN_FAIL_ON",
    help="Exit with 1 from this severity on.",
)
@click.option(
    "--baseline",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    envvar="AOAI_SCAN_BASELINE",
    help="Compare with this report of an earlier scan: our JSON or SARIF. Repeatable.",
)
@click.option(
    "--fail-on-new",
    is_flag=True,
    envvar="AOAI_SCAN_FAIL_ON_NEW",
    help="Exit with 1 for what is not in the baseline alone.",
)
@click.option(
    "--save-snapshot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    envvar="AOAI_SCAN_SAVE_SNAPSHOT",
    help="Keep what was read, to judge it again without Azure; .gz is compressed.",
)
@click.option("-q", "--quiet", is_flag=True, envvar="AOAI_SCAN_QUIET", help="No warnings.")
@click.option("-v", "--verbose", count=True, envvar="AOAI_SCAN_VERBOSE", help="Say more; -vv all.")
@click.option("--no-color", is_flag=True, envvar="AOAI_SCAN_NO_COLOR", help="No colours.")
@click.option("--no-progress", is_flag=True, envvar="AOAI_SCAN_NO_PROGRESS", help="No progress.")
@click.version_option(__version__, prog_name="aoai-scan")
@click.pass_context
def cli(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    /,
    *,
    config: Path | None,
    as_of: datetime | None,
    honor_exemptions: bool,
    folders: tuple[Path, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    formats: tuple[str, ...],
    output: str | None,
    sarif_profile: str,
    fail_on: str,
    baseline: tuple[Path, ...],
    fail_on_new: bool,
    save_snapshot: Path | None,
    quiet: bool,
    verbose: int,
    no_color: bool,
    no_progress: bool,
    **_source: object,
) -> None:
    """Judge an estate. Its exit code is the verdict."""
    console.set_up_logging(-1 if quiet else verbose)
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    source = SourceOptions.of(context)
    if not source:
        raise click.UsageError("name an estate: --subscription ID, --snapshot FILE or --demo")
    places = destinations(tuple(dict.fromkeys(formats)) or ("table",), output)
    kept = None if save_snapshot is None else savable(save_snapshot)
    keep_apart(source.snapshot, kept, places.values())
    said = configured(config)
    before = _before(baseline, fail_on_new=fail_on_new)
    settings = said.settings.forced() if only else said.settings
    settings = replace(settings, honors_exemptions=honor_exemptions)
    chosen = selected(folders, only, skip, settings)

    from scanner.resources import declared  # noqa: PLC0415 - `--help` needs none of it
    from scanner.scan import scan  # noqa: PLC0415 - as above
    from scanner.snapshot import save  # noqa: PLC0415 - as above

    with console.Progress(shown=not no_progress) as progress:
        snapshot = source.read(progress)
        if kept is not None:
            save(declared(snapshot), kept)
        progress("judging")
        report = scan(snapshot, chosen, said.expectations, settings=settings, today=today(as_of))
        if before is not None:
            report = _compared(report, before)
    for remark in report.remarks:
        logger.warning("%s", remark)
    if not report.accounts:
        logger.warning(NO_ACCOUNT)
    color = _wants_color(no_color=no_color)
    width = shutil.get_terminal_size((100, 24)).columns
    write(report, places, color=color, width=width, profile=Profile(sarif_profile))
    sys.exit(exit_code(report, fail_on, new_only=fail_on_new))


cli.add_command(collect)
cli.add_command(graph)
cli.add_command(matrix)
cli.add_command(rules)
cli.add_command(trace)
cli.add_command(upload)


def exit_code(report: Report, fail_on: str, *, new_only: bool = False) -> int:
    """Return the documented exit code of a finished scan."""
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != "never" else ()
    counted = (f for f in report.findings if f.is_violation and f.severity in failing)
    if any(f.baseline == "new" or not new_only for f in counted):
        return FOUND
    return 0 if report.complete else INCOMPLETE


def main() -> None:
    """
    Run the command line: every error is one line on standard error, and an exit code.

    One that nobody foresaw is a bug, and says so.
    """
    console.set_up_streams()
    try:
        code = cli.main(prog_name="aoai-scan", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.exceptions.NoArgsIsHelpError as helped:
        click.echo(helped.format_message(), err=True)
        code = helped.exit_code
    except click.ClickException as wrong:
        console.error(f"{' '.join(wrong.format_message().split())} (see aoai-scan --help)")
        code = wrong.exit_code
    except ScanError as error:
        console.error(str(error))
        code = error.exit_code
    except OSError as error:
        console.error(f"{error.filename or 'no scan was made'}: {error.strerror or error}")
        code = ScanError.exit_code
    except (KeyboardInterrupt, click.Abort):
        console.error("interrupted; no scan was made")
        code = INTERRUPTED
    except MemoryError:
        console.error("out of memory; no scan was made: scan fewer subscriptions at once")
        code = ScanError.exit_code
    except Exception as bug:  # noqa: BLE001 - the last resort
        console.bug(bug)
        code = ScanError.exit_code
    sys.exit(code)


def _before(paths: tuple[Path, ...], *, fail_on_new: bool) -> tuple[Finding, ...] | None:
    """Return what the baseline tells, before an hour of reading; None where there is none."""
    if not paths:
        if fail_on_new:
            raise click.UsageError("--fail-on-new needs a --baseline to know what is new")
        return None
    from scanner.report.past import load  # noqa: PLC0415 - `--help` needs none of it

    return load(paths)


def _compared(report: Report, before: tuple[Finding, ...]) -> Report:
    from scanner.report.baseline import compared  # noqa: PLC0415 - as above

    return compared(report, before)


def _refuse_options(context: click.Context) -> None:
    """Refuse options of the scan before a sub-command, which would go unheard."""
    typed = click.core.ParameterSource.COMMANDLINE
    for option in context.command.params:
        name = option.name or ""
        heard = name in {"quiet", "verbose"}
        if context.get_parameter_source(name) is typed and not heard:
            raise click.UsageError(
                f"{max(option.opts, key=len)} is an option of the scan; "
                f"give those of {context.invoked_subcommand} after its name"
            )


def _wants_color(*, no_color: bool) -> bool:
    if no_color or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return console.is_terminal(sys.stdout) and not console.is_dumb()
