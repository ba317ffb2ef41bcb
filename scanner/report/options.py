"""What a format is told about the place its text goes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ESTATE_URI = "reports/estate.jsonl"
"""Where the estate file lies unless someone says otherwise."""


class Profile(StrEnum):
    """Who reads the SARIF."""

    GITHUB = "github"
    """Code scanning: whatever is in the file becomes an open alert."""
    FULL = "full"
    """An archive, or a tool that knows SARIF: suppressions, baseline, open questions, graphs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The reader's side of a report; what it finds does not depend on any of this."""

    color: bool = False
    width: int = 100
    """Columns of the terminal."""
    estate_uri: str = ESTATE_URI
    """Path of the estate file in the repository, with forward slashes."""
    profile: Profile = Profile.GITHUB
    """Of SARIF."""
    category: str | None = None
    """What tells this scan from others of the same repository; None for its scope."""
