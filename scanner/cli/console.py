"""What goes to standard error: errors, warnings and progress, each harmless to the terminal."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Self

import click

from scanner.printable import printable

_CLEAR = "\r\x1b[K"


def error(message: str) -> None:
    """Print one line that says what went wrong."""
    click.echo(f"aoai-scan: {printable(message)}", err=True)


def note(message: str) -> None:
    """Print one line that the user may want to know."""
    click.echo(printable(message), err=True)


def set_up_logging(verbosity: int) -> None:
    """Send our own warnings (at 1 also what was asked, at 2 everything) to standard error."""
    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Printable("%(levelname)s: %(message)s"))
    logger = logging.getLogger("scanner")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False


class _Printable(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the line, in lower case where it is ours."""
        said = super().format(record)
        return printable(said.replace(record.levelname, record.levelname.lower(), 1))


class Progress:
    """One line on a terminal's standard error that is rewritten, and gone at the end."""

    def __init__(self, *, shown: bool) -> None:
        """Show lines only on a terminal, and only if wanted."""
        self.shown = shown and sys.stderr.isatty()

    def __call__(self, message: str) -> None:
        """Show what is being done now."""
        if self.shown:
            click.echo(f"{_CLEAR}{printable(message)}", err=True, nl=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.shown:
            click.echo(_CLEAR, err=True, nl=False)
