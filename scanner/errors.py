"""
What can go wrong, and whose move it is.

* ScanError
  - CollectionError   Azure could not be asked, or did not answer in full   exit 3
  - UploadError       GitHub could not be told, or refuses the report       exit 3
  - SnapshotError     a saved snapshot cannot be read                       exit 2
  - RuleError         a rule file or the configuration is none              exit 2
  - RequestError      the command line asks for something impossible        exit 2

"The rule is wrong" is an error; "the rule is violated" is a finding.
"""

from __future__ import annotations

from typing import ClassVar


class ScanError(Exception):
    """The scan cannot be completed; the message says what happened, where, and what to do."""

    exit_code: ClassVar[int] = 2


class CollectionError(ScanError):
    """Azure could not be asked, or did not answer in full."""

    exit_code: ClassVar[int] = 3


class UploadError(ScanError):
    """GitHub could not be told, or refuses what it was told."""

    exit_code: ClassVar[int] = 3


class SnapshotError(ScanError):
    """A saved snapshot cannot be read."""


class RuleError(ScanError):
    """A rule file, or the configuration, does not say what it must say."""


class RequestError(ScanError):
    """The command line asks for something that cannot be done."""
