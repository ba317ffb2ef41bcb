"""A SARIF file on its way to GitHub: what of it may go, and how it is packed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.errors import RequestError

MOST_RUNS = 20
MOST_RESULTS = 25_000
MOST_BYTES = 10 * 2**20
"""
Of a file: of a run the results, and of all of it the bytes once it is compressed.

Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""


@dataclass(frozen=True, slots=True)
class Log:
    """The runs of a file that may be uploaded."""

    path: Path
    document: Mapping[str, Any]
    """Without the runs that may not."""
    left_out: tuple[str, ...]
    """The categories of those that saw too little, and would close alerts."""

    @property
    def categories(self) -> tuple[str, ...]:
        """What is replaced on GitHub."""
        return tuple(map(_category, self.document["runs"]))

    @property
    def results(self) -> int:
        """How many alerts it tells of."""
        return sum(len(run["results"]) for run in self.document["runs"])

    def packed(self) -> str:
        """
        Return it as GitHub wants it: compressed, then in Base64.

        The same file gives the same text. Raises RequestError for what is too large.
        """
        compressed = gzip.compress(json.dumps(self.document).encode(), mtime=0)
        if len(compressed) > MOST_BYTES:
            said = f"{len(compressed) / 2**20:.1f} MB compressed; GitHub takes 10"
            raise RequestError(f"{self.path}: {said}: scan with -o FOLDER/, which divides it")
        return base64.b64encode(compressed).decode("ascii")

    def emptied(self, categories: Iterable[str]) -> Log:
        """Return a log that tells of nothing in some categories, so that their alerts close."""
        run = self.document["runs"][0]
        runs = [
            {**run, "automationDetails": {"id": f"{name}/"}, "results": []} for name in categories
        ]
        return Log(self.path, {**self.document, "runs": runs}, ())


def load(path: Path, *, with_incomplete: bool) -> Log:
    """
    Read a file that a scan wrote for GitHub.

    A run that is incomplete and carries nothing forward from a baseline would close
    the alerts that it could not see. It is left out, unless it is wanted all the
    same. Raises RequestError for a file that GitHub would refuse or misread.
    """
    try:
        document = json.loads(path.read_bytes())
        runs = document["runs"]
        left_out = tuple(_category(run) for run in runs if not _is_sound(run))
        for run in runs:
            _check(path, run)
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise RequestError(f"{path}: not SARIF of aoai-scan, as -f sarif writes it") from error
    if with_incomplete:
        left_out = ()
    sent = [run for run in runs if _category(run) not in left_out]
    if len(sent) > MOST_RUNS:
        raise RequestError(
            f"{path}: {len(sent)} runs; GitHub takes {MOST_RUNS}: "
            "scan with -o FOLDER/, which divides them"
        )
    return Log(path, {**document, "runs": sent}, left_out)


def _category(run: Mapping[str, Any]) -> str:
    """Return what GitHub keeps a run under: its id up to the last slash."""
    category: str = run["automationDetails"]["id"].rpartition("/")[0]
    return category


def _is_sound(run: Mapping[str, Any]) -> bool:
    said = run["invocations"][0]["properties"]
    return bool(said["complete"] or said["comparedWithBaseline"])


def _check(path: Path, run: Mapping[str, Any]) -> None:
    if run["tool"]["driver"]["name"] != "aoai-scan":
        raise RequestError(f"{path}: the SARIF of another tool; upload it with its own")
    if len(run["results"]) > MOST_RESULTS:
        raise RequestError(f"{path}: more than {MOST_RESULTS:,} results in a run")
    told = {"suppressions", "baselineState"}
    if any(one.get("kind", "fail") != "fail" or told & one.keys() for one in run["results"]):
        raise RequestError(
            f"{path}: the full profile, all of which GitHub would show as open alerts; "
            "scan with --sarif-profile github"
        )
