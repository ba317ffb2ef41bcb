"""Ways to say what a scan found. A format is a pure function from a report to text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from scanner.report.options import Options, Profile

if TYPE_CHECKING:  # a report draws in the graph library, and `--help` only lists the formats
    from scanner.report.scan_report import Report

__all__ = ["FORMATS", "Format", "Options", "Profile"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a report. Its module is imported when it first renders."""

    name: str
    """Also the name of the module in this package."""
    extension: str
    """Of the file it is usually kept in, with the dot."""

    def render(self, report: Report, options: Options) -> str:
        """Write the report. The same report and options give the same text, byte for byte."""
        text: str = import_module(f"{__name__}.{self.name}").render(report, options)
        return text


FORMATS: Mapping[str, Format] = {
    known.name: known
    for known in (
        Format("table", ".txt"),
        Format("sarif", ".sarif"),
        Format("json", ".json"),
        Format("html", ".html"),
        Format("markdown", ".md"),
        Format("csv", ".csv"),
        Format("junit", ".xml"),
    )
}
