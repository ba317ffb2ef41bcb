"""What the owner of an estate changes about rules: which, how grave, where they may fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase

from scanner.analysis.selection import selects_resource
from scanner.errors import RuleError
from scanner.findings import Finding, Severity, Suppression, Verdict, gravest_first
from scanner.near import near
from scanner.rules.rule import FAMILIES, Rule
from scanner.topology import Topology
from scanner.topology.expectations import ANY, Selector

EVERY_RULE = "any"

NOTICE = timedelta(days=14)
"""A suppression that ends within so many days is told beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Whether rules are judged and how much they matter, everywhere or for some resources."""

    rule: str
    """An ID, a name, a family, or `any`."""
    resources: Selector = ANY
    enabled: bool | None = None
    severity: Severity | None = None
    place: str = ""

    def is_about(self, rule: Rule) -> bool:
        """Tell whether a rule is meant."""
        return self.rule.lower() in {EVERY_RULE, rule.id.lower(), rule.name.lower(), rule.family}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A suppression, and what it is for."""

    rule: str
    """An ID or a name."""
    resource: str
    """A glob on the whole ARM ID, in any letter case; a star stands for slashes as well."""
    suppression: Suppression

    def is_about(self, finding: Finding) -> bool:
        """Tell whether a finding is meant."""
        named = self.rule.lower() in {finding.rule.lower(), finding.name.lower()}
        return named and fnmatchcase(finding.resource.lower(), self.resource.lower())


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is changed. Of several settings that mean one finding, the last counts."""

    rules: tuple[Setting, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    exemptions: tuple[Waiver, ...] = ()
    """Those that Azure Policy holds; one of the configuration's own counts before them."""
    honors_exemptions: bool = False

    def check(self, rules: Iterable[Rule]) -> None:
        """Raise RuleError, with its place, for a rule that is named and does not exist."""
        rules = tuple(rules)
        one = {said for rule in rules for said in (rule.id, rule.name)}
        known = {name.lower() for name in one}
        for waiver in self.waivers:
            if waiver.rule.lower() not in known:
                raise _unknown(waiver.suppression.place, waiver.rule, one)
        for setting in self.rules:
            if setting.rule.lower() not in {*known, *FAMILIES, EVERY_RULE}:
                raise _unknown(setting.place, setting.rule, {*one, *FAMILIES, EVERY_RULE})

    def forced(self) -> Settings:
        """Return the settings for rules that somebody asks for by name: none is off everywhere."""
        kept = (replace(s, enabled=None) if s.resources == ANY else s for s in self.rules)
        return replace(self, rules=tuple(kept))

    def is_enabled(self, rule: Rule) -> bool:
        """Tell whether a rule is judged at all: everywhere, or for some resources."""
        enabled = True
        for setting in self.rules:
            if setting.enabled is not None and setting.is_about(rule):
                enabled = setting.enabled or (enabled and setting.resources != ANY)
        return enabled

    def weighed(self, rule: Rule) -> Rule:
        """Return a rule with the severity that it has everywhere."""
        for setting in reversed(self.rules):
            if setting.severity and setting.resources == ANY and setting.is_about(rule):
                return replace(rule, severity=setting.severity)
        return rule

    def settled(
        self, topology: Topology, rules: Iterable[Rule], findings: Iterable[Finding], today: date
    ) -> tuple[Finding, ...]:
        """Return the findings, gravest first, as the settings have them on a day (UTC)."""
        by_id = {rule.id: rule for rule in rules}
        found = (self._settled(topology, by_id[one.rule], one, today) for one in findings)
        return tuple(sorted(found, key=gravest_first))

    def remarks(
        self,
        rules: Iterable[Rule],
        findings: Sequence[Finding],
        today: date,
        *,
        is_complete: bool,
    ) -> Iterator[str]:
        """Yield what their owners should know of suppressions: ended, about to, or for nothing."""
        judged = {name.lower() for rule in rules for name in (rule.id, rule.name)}
        for waiver in self.waivers:
            if waiver.rule.lower() in judged:
                meant = [finding for finding in findings if waiver.is_about(finding)]
                yield from _remarks(waiver, meant, today, is_complete=is_complete)

    def _settled(self, topology: Topology, rule: Rule, finding: Finding, today: date) -> Finding:
        about = [
            setting
            for setting in reversed(self.rules)
            if setting.is_about(rule)
            and selects_resource(topology, setting.resources, finding.resource)
        ]
        severity = next((each.severity for each in about if each.severity), finding.severity)
        finding = replace(finding, severity=severity)
        if finding.verdict is not Verdict.FAIL:
            return finding
        switch = next((each for each in about if each.enabled is not None), None)
        if switch is not None and not switch.enabled:
            off = Suppression(reason="the rule is off for this resource", place=switch.place)
            return replace(finding, suppression=off)
        return self._waived(finding, today)

    def _waived(self, finding: Finding, today: date) -> Finding:
        every = (*self.exemptions, *self.waivers)
        said = [waiver.suppression for waiver in every if waiver.is_about(finding)]
        held = [one for one in said if not has_ended(one, today)]
        if held:
            return replace(finding, suppression=held[-1])
        return replace(finding, lapsed=said[-1]) if said else finding


UNCHANGED = Settings()


def has_ended(suppression: Suppression, today: date) -> bool:
    """Tell whether the last day of a suppression has passed."""
    return suppression.expires is not None and suppression.expires < today


def _unknown(place: str, said: str, known: Iterable[str]) -> RuleError:
    return RuleError(f"{place}: no rule `{said}`{near(said, known)}; see aoai-scan rules list")


def _remarks(
    waiver: Waiver, meant: Sequence[Finding], today: date, *, is_complete: bool
) -> Iterator[str]:
    suppression, ends = waiver.suppression, waiver.suppression.expires
    called = f"{suppression.place}: the suppression of {waiver.rule}"
    if not meant:
        doubt = "" if is_complete else "; what was not read may hide it"
        yield f"{called} matches nothing that was found{doubt}"
    elif has_ended(suppression, today):
        yield f"{called} ended on {ends} ({suppression.owner}): what it covered counts again"
    elif ends is not None and ends - today <= NOTICE:
        yield f"{called} ends on {ends} ({suppression.owner}): renew it or mend what it covers"
