"""Arguments in, exit code out: the only room that prints or exits."""

from scanner.cli.main import main

__all__ = ["main"]
