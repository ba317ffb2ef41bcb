"""SARIF brought to GitHub: the only room that talks to it."""

from __future__ import annotations

from scanner.upload.destination import Destination, found
from scanner.upload.github import GitHub, Outcome
from scanner.upload.log import Log, load

__all__ = ["Destination", "GitHub", "Log", "Outcome", "found", "load"]
