"""A violation and its opposite, out of a rule's own examples, as they would stand in YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from scanner.findings import Verdict
from scanner.rules import estates
from scanner.rules.nodes import Reference
from scanner.rules.rule import Example, Rule


def before_and_after(rule: Rule) -> str:
    """
    Return, in Markdown, what a failing example changes in its estate, and what passes.

    What passes is a change as well, or the same places as they are in the estate.
    Empty for a rule that has no such examples.
    """
    failing = next(_plain(rule, Verdict.FAIL), None)
    if failing is None:
        return ""
    passing = next((e for e in _plain(rule, Verdict.PASS) if e.given == failing.given), None)
    name = passing.name if passing else "the estate as it is"
    right = passing.patch if passing else {}
    right = right or _same_places(_estate(failing.given), failing.patch)
    shown = [f"Passes: {name}.", _fenced(right)]
    parts = [f"Fails: {failing.name} (in `{failing.given}`).", _fenced(failing.patch)]
    parts += shown if right else [f"Passes: {name}; none of this is there."]
    return "\n\n".join(parts)


def _plain(rule: Rule, verdict: Verdict) -> Iterator[Example]:
    """Yield the examples of a verdict in which all was read; failing ones change something."""
    for example in rule.examples:
        is_changed = bool(example.patch) or verdict is not Verdict.FAIL
        if verdict in example.expect.values() and is_changed and not example.unread:
            yield example


@cache
def _estate(name: str) -> Mapping[str, Any]:
    path = estates.home() / "estates" / f"{name}.yaml"
    return estates.load(path) if path.is_file() else {}


def _same_places(estate: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return what stands in the estate where the patch changes it."""
    if not isinstance(patch, Mapping) or not isinstance(estate, Mapping):
        return estate
    return {key: _same_places(estate[key], value) for key, value in patch.items() if key in estate}


class _Dumper(yaml.SafeDumper):
    """Writes references as rules do, and every value out."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as in the base
        """Return that there are none."""
        return True


_Dumper.add_representer(
    Reference, lambda dumper, name: dumper.represent_scalar("!id", str(name), style="")
)


def _fenced(patch: Mapping[str, Any]) -> str:
    text = "".join(_written(name, said) for name, said in patch.items())
    return f"```yaml\n{text}```"


def _written(name: str, said: Any) -> str:  # noqa: ANN401 - any JSON value
    if said is None:
        return f"{name}: null  # not there\n"
    return yaml.dump(
        {name: said},
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None,  # only what holds no other collection stands on one line
        allow_unicode=True,
        width=100,
    )
