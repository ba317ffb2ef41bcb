"""What is printed: answers to standard output, the rest, harmless, to standard error."""

from __future__ import annotations

import io
import logging
import os
import sys
from types import TracebackType
from typing import Self

import click

from scanner.errors import RequestError
from scanner.printable import printable

_CLEAR = "\r\x1b[K"


def set_up_streams() -> None:
    """Let standard output escape what its encoding has no character for, as errors do already."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def say(text: str, *, color: bool = False) -> None:
    """
    Print what was asked for to standard output.

    Whoever closed it (`| head`) has read enough: that is no error, and changes no
    exit code. Raises RequestError when it cannot be written for another reason.
    """
    try:
        click.echo(text, nl=False, color=color)
    except BrokenPipeError:
        _close_standard_output()
    except OSError as error:
        _close_standard_output()
        raise RequestError(f"standard output: cannot be written: {error.strerror}") from error


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


def _close_standard_output() -> None:
    """Send the rest nowhere: what is still buffered would fail again on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
