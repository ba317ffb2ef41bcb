"""The configuration: `--config FILE`, or `.aoai-scan.yaml` in the current folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:  # `--help` needs none of it
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
        help="Who should reach what, and who must not.  [default: .aoai-scan.yaml, if there]",
    )(command)


def expectations(named: Path | None) -> tuple[Expectation, ...]:
    """
    Return what the configuration expects; nothing where there is none.

    Raises RuleError for one that is named and not there, or says what it cannot.
    """
    if named is None and not os.path.lexists(CONFIG):
        return ()
    from scanner.rules import config  # noqa: PLC0415 - `--help` needs none of it

    path = CONFIG if named is None else named
    found = config.load(path)
    logger.info("%s: %d expectations", path, len(found))
    return found
