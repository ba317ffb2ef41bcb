"""Policy: what must hold, read from YAML and judged against the topology."""

from __future__ import annotations

from scanner.rules.estates import home
from scanner.rules.judge import called, judge, judgements, key, mended
from scanner.rules.load import load, load_all, rule_files, schema, twins
from scanner.rules.rule import Example, Rule

__all__ = [
    "Example",
    "Rule",
    "called",
    "home",
    "judge",
    "judgements",
    "key",
    "load",
    "load_all",
    "mended",
    "rule_files",
    "schema",
    "twins",
]
