"""What is printed: answers to standard output, the rest, harmless, to standard error."""

from __future__ import annotations

import io
import logging
import os
import sys
import traceback
from types import TracebackType
from typing import Self, TextIO

import click

from scanner.errors import RequestError
from scanner.printable import printable

_CLEAR = "\r\x1b[K"

_LONGEST = 300
"""A line about a bug quotes no more than this: what raised may have met a whole file."""

logger = logging.getLogger("scanner")


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
        _close(sys.stdout)
    except OSError as error:
        _close(sys.stdout)
        raise RequestError(f"standard output: cannot be written: {error.strerror}") from error


def error(message: str) -> None:
    """Print one line that says what went wrong."""
    _tell(f"aoai-scan: {printable(message)}\n")


def note(message: str) -> None:
    """Print one line that the user may want to know, unless nothing but errors is wanted."""
    if not _is_quiet():
        _tell(f"{printable(message)}\n")


def bug(raised: Exception) -> None:
    """Print one line about an error that nobody foresaw; its traceback only to who wants all."""
    if logger.isEnabledFor(logging.DEBUG):
        lines = "".join(traceback.format_exception(raised)).splitlines()
        _tell("".join(f"{printable(line)}\n" for line in lines))
    said = " ".join(f"{type(raised).__name__}: {raised}".split()).rstrip(":")[:_LONGEST]
    error(f"{said}: this is a bug in aoai-scan; run with -vv for the traceback")


def set_up_logging(verbosity: int) -> None:
    """Send our own warnings (at 1 also what was asked, at 2 everything) to standard error."""
    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    handler = _ToStandardError()
    handler.setFormatter(_Printable("%(levelname)s: %(message)s"))
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; one that was closed before we began is None."""
    return stream is not None and stream.isatty()


def is_dumb() -> bool:
    """
    Tell whether the terminal says that it knows no escape sequences.

    Source: https://invisible-island.net/ncurses/man/term.7.html
    """
    return os.environ.get("TERM", "") == "dumb"


def _is_quiet() -> bool:
    return not logger.isEnabledFor(logging.WARNING)


def _tell(text: str) -> None:
    """Print to standard error. Where that is gone nobody can be told, and no verdict changes."""
    try:
        click.echo(text, err=True, nl=False)
    except OSError:
        _close(sys.stderr)


def _close(stream: TextIO) -> None:
    """Send the rest nowhere: what is still buffered would fail again on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _ToStandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Print the line."""
        _tell(f"{self.format(record)}\n")


class _Printable(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the line, in lower case where it is ours."""
        said = super().format(record)
        return printable(said.replace(record.levelname, record.levelname.lower(), 1))


class Progress:
    """One line on a terminal's standard error that is rewritten, and gone at the end."""

    def __init__(self, *, shown: bool) -> None:
        """Show lines only on a terminal, and only if wanted."""
        self.shown = shown and not (_is_quiet() or is_dumb()) and is_terminal(sys.stderr)

    def __call__(self, message: str) -> None:
        """Show what is being done now."""
        if self.shown:
            _tell(f"{_CLEAR}{printable(message)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.shown:
            _tell(_CLEAR)
