"""Which results go into which run: code scanning closes alerts by category, and shows so many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from scanner.findings import Finding
from scanner.report.options import Options
from scanner.report.scan_report import Report
from scanner.snapshot import Gap

MOST_RESULTS = 5_000
"""
Of a category with more, GitHub shows the gravest, and takes the rest for mended.

Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Category:
    """A run: what GitHub keeps together, and replaces as one."""

    id: str
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    """Those that are told in full."""
    others: int = 0
    """How many gaps there are in other subscriptions: they may hide violations here as well."""

    @property
    def is_large(self) -> bool:
        """Whether GitHub would not show all of it."""
        return len(self.findings) > MOST_RESULTS

    def parts(self, count: int) -> Iterator[Category]:
        """
        Yield the category in parts, the first under its own name.

        A violation is in the same part whatever else is found, as long as there are as
        many parts. One that moves keeps its alert: that closes when no part tells it.
        """
        for part in range(count):
            yield Category(
                f"{self.id}/{part + 1}" if part else self.id,
                tuple(f for f in self.findings if int(f.fingerprint[:8], 16) % count == part),
                self.gaps,
                self.others,
            )


def whole(report: Report, options: Options, findings: Sequence[Finding]) -> Category:
    """Return everything as one category, that of the scope."""
    return Category(scope(report, options), tuple(findings), tuple(sorted(report.gaps)))


def categories(
    report: Report, options: Options, findings: Sequence[Finding]
) -> tuple[Category, ...]:
    """
    Return a category for each subscription, whether something was found in it or not.

    An empty one closes alerts; one that is not sent, because nobody may read the
    subscription today, leaves them alone. A violation goes with the resource to
    blame; where that is elsewhere, with the first account it concerns.
    """
    names = [one.id.lower() for one in report.subscriptions if _GUID.fullmatch(one.id.lower())]
    if options.category or len(names) != len(report.subscriptions) or len(names) < 2:  # noqa: PLR2004
        return (whole(report, options, findings),)
    by_name: dict[str, list[Finding]] = {name: [] for name in sorted(names)}
    for finding in findings:
        by_name[_home(finding, by_name)].append(finding)
    return tuple(_of(report, name, found) for name, found in by_name.items())


def scope(report: Report, options: Options) -> str:
    """
    Return what GitHub keeps this scan's alerts under; it closes those a later scan leaves out.

    So it names the scope alone: nothing that changes from run to run.
    """
    if options.category:
        return options.category.rstrip("/")
    ids = {subscription.id.lower() for subscription in report.subscriptions}
    ids = ids or {resource.id.subscription for resource in report.estate} - {""}
    if len(ids) == 1 and _GUID.fullmatch(only := next(iter(ids))):
        return f"aoai-scan/{only}"
    digest = sha256("\n".join(sorted(ids)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"aoai-scan/scope-{digest[:12]}"


def _of(report: Report, name: str, findings: Iterable[Finding]) -> Category:
    own = tuple(gap for gap in sorted(report.gaps) if _is_told(gap, name))
    return Category(f"aoai-scan/{name}", tuple(findings), own, len(report.gaps) - len(own))


def _is_told(gap: Gap, name: str) -> bool:
    scope = gap.scope.lower()
    return f"{scope}/".startswith(f"/subscriptions/{name}/") or "/subscriptions/" not in scope


def _home(finding: Finding, known: Mapping[str, object]) -> str:
    concerned = (
        finding.resource,
        *(affected.account for affected in finding.affected),
        *(evidence.resource for evidence in finding.evidence),
    )
    found = (one.subscription for one in concerned if one.subscription in known)
    return next(found, next(iter(known)))
