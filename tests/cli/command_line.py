"""The command line, run in this process as its entry point runs it."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from scanner.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that an error is."""
        (line,) = self.err.splitlines()
        return line

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def rules_found(self) -> set[str]:
        return {finding["rule"] for finding in self.document["findings"]}


class Stream(io.TextIOWrapper):
    """A standard stream that is a terminal, or not."""

    def __init__(self, *, terminal: bool, encoding: str, errors: str) -> None:
        super().__init__(io.BytesIO(), encoding, errors, newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


def run(
    *arguments: str, stdin: bytes = b"", terminal: bool = False, encoding: str = "utf-8"
) -> Ran:
    """Run `aoai-scan` with these arguments; what is typed is `stdin`."""
    out = Stream(terminal=terminal, encoding=encoding, errors="strict")
    err = Stream(terminal=terminal, encoding=encoding, errors="backslashreplace")
    streams = {"stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8"), "stdout": out, "stderr": err}
    changed = _standard(**streams, argv=["aoai-scan", *arguments])
    with changed, _own_logging(), pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    return Ran(code if isinstance(code, int) else 0, out.text(), err.text())


def forget_settings(patched: pytest.MonkeyPatch) -> None:
    """Take away what the user of this machine has set, and fix the width."""
    for name in os.environ:
        if name.startswith(("AOAI_SCAN_", "AZURE_")):
            patched.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        patched.delenv(name, raising=False)
    patched.setenv("COLUMNS", "100")


@contextmanager
def _standard(**attributes: Any) -> Iterator[None]:
    before = {name: getattr(sys, name) for name in attributes}
    try:
        for name, value in attributes.items():
            setattr(sys, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(sys, name, value)


@contextmanager
def _own_logging() -> Iterator[None]:
    """Leave the logger as it was: other tests listen to it."""
    logger = logging.getLogger("scanner")
    before = logger.handlers, logger.level, logger.propagate
    try:
        yield
    finally:
        logger.handlers, logger.level, logger.propagate = before
