"""`aoai-scan upload`: SARIF to GitHub code scanning."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import console
from scanner.cli.collect import INCOMPLETE
from scanner.errors import RequestError

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.upload import Destination, GitHub, Log

TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE...",
)
@click.option(
    "--repository", default="", metavar="OWNER/NAME", help="[default: the CI's, else origin's]"
)
@click.option(
    "--ref", default="", help="Such as refs/heads/main.  [default: the CI's, else HEAD's]"
)
@click.option("--commit", default="", metavar="SHA", help="[default: the CI's, else HEAD]")
@click.option(
    "--api",
    default="",
    metavar="URL",
    help="Of the GitHub.  [default: the CI's, else that of origin's host]",
)
@click.option(
    "--allow-incomplete",
    is_flag=True,
    help="Upload what an incomplete scan found, and close what it could not see.",
)
@click.option("--no-wait", is_flag=True, help="Do not wait until GitHub has read it.")
@click.option("--dry-run", is_flag=True, help="Say what would be uploaded, and send nothing.")
def upload(  # noqa: PLR0913 - one parameter an option
    *,
    files: tuple[Path, ...],
    repository: str,
    ref: str,
    commit: str,
    api: str,
    allow_incomplete: bool,
    no_wait: bool,
    dry_run: bool,
) -> None:
    """
    Upload SARIF to GitHub code scanning.

    The token is in GITHUB_TOKEN or GH_TOKEN and needs the permission
    security-events: write. What an incomplete scan found without a baseline is
    left out: it would close alerts that the scan could not see. Then the exit
    code is 3.
    """
    from scanner.upload import GitHub, found, load  # noqa: PLC0415 - `--help` needs none of it

    logs = [load(path, with_incomplete=allow_incomplete) for path in files]
    place = found(os.environ, api=api, repository=repository, ref=ref, commit=commit)
    for log in logs:
        for category in log.left_out:
            console.note(
                f"{log.path}: {category} is left out: an incomplete scan without --baseline "
                "would close what it could not see"
            )
    sent = [log for log in logs if log.categories]
    if dry_run:
        for log in sent:
            console.say(_planned(log, place))
    else:
        github = GitHub(place, _token())
        for log in sent:
            _uploaded(github, log, wait=not no_wait)
        _closed(github, sent, wait=not no_wait)
    sys.exit(INCOMPLETE if any(log.left_out for log in logs) else 0)


def _planned(log: Log, place: Destination) -> str:
    size = len(log.packed()) * 3 // 4
    names = "".join(f"  {category}\n" for category in log.categories)
    return (
        f"{log.path}: {log.results} results, {size:,} bytes compressed, would go to "
        f"{place.repository} at {place.api} as {place.ref} {place.commit}, categories\n{names}"
    )


def _token() -> str:
    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), "")
    if not token:
        raise RequestError(f"no token: set {' or '.join(TOKENS)}")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RequestError("the token holds a character that none has: a line break?")
    return token


def _uploaded(github: GitHub, log: Log, *, wait: bool) -> None:
    upload = github.upload(log)
    said = f"{log.path}: {log.results} results in {len(log.categories)} categories"
    if not wait:
        console.note(f"{said}: GitHub took it as {upload}")
        return
    console.note(f"{said}: {github.outcome(upload).value}")


def _closed(github: GitHub, logs: list[Log], *, wait: bool) -> None:
    """Empty the parts that a smaller number of violations leaves behind."""
    if not logs:
        return
    stale = github.stale(category for log in logs for category in log.categories)
    if stale:
        _uploaded(github, logs[0].emptied(stale), wait=wait)
        console.note(f"closed what {', '.join(stale)} told: these parts are no more")
