"""The frameworks whose controls rules stand for, as SARIF's taxonomies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from scanner.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Framework:
    """A list of controls that somebody else keeps."""

    name: str
    version: str
    """Empty for one that has none as a whole."""
    organization: str
    uri: str


FRAMEWORKS: Mapping[str, Framework] = {
    "mcsb": Framework(
        "Microsoft cloud security benchmark",
        "1.0",
        "Microsoft",
        "https://learn.microsoft.com/security/benchmark/azure/overview",
    ),
    "azurePolicy": Framework(
        "Azure Policy built-in definitions",
        "",
        "Microsoft",
        "https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies",
    ),
    "nist80053r5": Framework(
        "NIST SP 800-53",
        "5",
        "National Institute of Standards and Technology",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    ),
    "cis": Framework(
        "CIS Microsoft Azure Foundations Benchmark",
        "4.0",
        "Center for Internet Security",
        "https://www.cisecurity.org/benchmark/azure",
    ),
}


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """The controls that some rules stand for. (SARIF 2.1.0 §3.14.8)."""

    controls: Mapping[str, tuple[str, ...]]
    """By framework, in the order of `FRAMEWORKS`; a framework without controls is not here."""

    def components(self) -> list[dict[str, Any]]:
        """Return the run's `taxonomies`: of each, only the taxa that a rule names."""
        return [_component(key, controls) for key, controls in self.controls.items()]

    def references(self) -> list[dict[str, Any]]:
        """Return the driver's `supportedTaxonomies`."""
        return [_reference(key, index) for index, key in enumerate(self.controls)]

    def relationships(self, rule: Rule) -> list[dict[str, Any]]:
        """
        Return what a rule's descriptor says of its controls.

        A control asks for more than one rule looks at, and the other way round: they
        are relevant to one another, and neither is the other. (SARIF 2.1.0 §3.53.3)
        """
        return [
            {
                "target": {
                    "id": control,
                    "index": controls.index(control),
                    "toolComponent": _reference(key, place),
                },
                "kinds": ["relevant"],
            }
            for place, (key, controls) in enumerate(self.controls.items())
            for control in rule.maps.get(key, ())
        ]


def taxonomies(rules: Iterable[Rule]) -> Taxonomies:
    """Return the controls that rules stand for."""
    rules = tuple(rules)
    named = {
        key: tuple(sorted({control for rule in rules for control in rule.maps.get(key, ())}))
        for key in FRAMEWORKS
    }
    return Taxonomies({key: controls for key, controls in named.items() if controls})


def _component(key: str, controls: tuple[str, ...]) -> dict[str, Any]:
    framework = FRAMEWORKS[key]
    said = f"The controls of {framework.name} that a rule of this run stands for."
    return {
        "name": framework.name,
        **({"version": framework.version} if framework.version else {}),
        "guid": _guid(key),
        "organization": framework.organization,
        "informationUri": framework.uri,
        "shortDescription": {"text": said},
        "isComprehensive": False,
        "taxa": [{"id": control} for control in controls],
    }


def _reference(key: str, index: int) -> dict[str, Any]:
    return {"name": FRAMEWORKS[key].name, "index": index, "guid": _guid(key)}


def _guid(key: str) -> str:
    """Return what a taxonomy is known by, in every run the same."""
    framework = FRAMEWORKS[key]
    return str(uuid5(NAMESPACE_URL, f"{framework.uri}#{framework.version}"))
