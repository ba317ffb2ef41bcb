"""The configuration: `--config FILE`, or `.aoai-scan.yaml` in the current folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.rules.config import Config
    from scanner.topology.expectations import Expectation

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

CONFIG = Path(".aoai-scan.yaml")


def config_option(command: F) -> F:
    """Add the option that names the configuration."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        envvar="AOAI_SCAN_CONFIG",
        help="Who should reach what, rules, suppressions.  [default: .aoai-scan.yaml, if there]",
    )(command)


def as_of_option(command: F) -> F:
    """Add the option that sets the clock of suppressions."""
    return click.option(
        "--as-of",
        type=click.DateTime(("%Y-%m-%d",)),
        metavar="DAY",
        envvar="AOAI_SCAN_AS_OF",
        help="Take suppressions as they stand on this day (UTC).  [default: today]",
    )(command)


def exemptions_option(command: F) -> F:
    """Add the option that takes Azure Policy's exemptions for suppressions."""
    return click.option(
        "--honor-exemptions",
        is_flag=True,
        envvar="AOAI_SCAN_HONOR_EXEMPTIONS",
        help="Suppress what the snapshot's exemptions of Azure Policy exempt.",
    )(command)


def today(as_of: datetime | None) -> date:
    """Return the day that was asked for, or that it is, in UTC."""
    return (as_of or datetime.now(UTC)).date()


def configured(named: Path | None) -> Config:
    """
    Return what the configuration says; where there is none, nothing.

    Raises RuleError for one that is named and not there, or says what it cannot.
    """
    from scanner.rules import config  # noqa: PLC0415 - `--help` needs none of it

    if named is None and not os.path.lexists(CONFIG):
        return config.Config()
    path = CONFIG if named is None else named
    found = config.load(path)
    logger.info("%s: %s", path, found.counted)
    return found


def expectations(named: Path | None) -> tuple[Expectation, ...]:
    """Return what the configuration expects. Raises RuleError as `configured` does."""
    return configured(named).expectations
