"""Read rule files: all of a folder's, or one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from scanner.errors import RuleError
from scanner.findings import Severity, Verdict
from scanner.rules import templates
from scanner.rules.config import EXPECTATIONS
from scanner.rules.document import Source, read
from scanner.rules.estates import home
from scanner.rules.policies import FOLDER as POLICIES
from scanner.rules.policies import GUID
from scanner.rules.rule import CONNECTION, Example, Rule
from scanner.rules.shapes import (
    Choice,
    Folded,
    ListOf,
    MapOf,
    Record,
    Schema,
    Text,
    Tree,
)
from scanner.rules.words import CONDITION, WORDS
from scanner.rules.words.graph import TYPES
from scanner.rules.words.logic import until_failed
from scanner.rules.words.word import About

SUFFIXES = (".yaml", ".yml")

ESTATES = "estates"
"""The folder, among those of rules, of the good estates."""

BESIDE = ("catalogue.yaml", "demo.yaml")
"""Files in the folder of our rules that are none."""

VERDICTS = tuple(verdict.value for verdict in Verdict)

_LOOKING = re.compile(r"\s*az( [a-z0-9-]+)* (show|list)(-[a-z-]+)?(\s|$)")
"""A command of the Azure CLI that changes nothing."""

_TYPE = Folded("type", TYPES)
_SUBJECT = Folded("type", (*TYPES, CONNECTION))

_EXAMPLE = Record(
    "an example",
    {
        "name": Text(),
        "given": Text(r"^[a-z0-9-]+$", "the name of an estate"),
        "expect": MapOf(Choice("verdict", VERDICTS)),
    },
    {"patch": Tree(), "unread": ListOf(_TYPE), "expectations": EXPECTATIONS},
)

_MAPS = Record(
    "maps",
    {},
    {
        "mcsb": ListOf(Text(r"^[A-Z]{2}-[0-9]{1,2}$", "a control such as NS-2")),
        "azurePolicy": ListOf(GUID),
        "nist80053r5": ListOf(
            Text(r"^[A-Z]{2}-[0-9]{1,2}(?:\([0-9]{1,2}\))?$", "a control such as SC-7(3)")
        ),
        "cis": ListOf(Text(r"^[0-9]{1,2}(?:\.[0-9]{1,2}){1,4}$", "a number such as 2.2.1.1")),
    },
)

RULE = Record(
    "a rule",
    {
        "id": Text(r"^AOAI[1-5][0-9]{2}$", "an id: AOAI, the family's digit, two more"),
        "name": Text(r"^[a-z0-9]+(?:-[a-z0-9]+)*$", "a name in kebab-case"),
        "summary": Text(),
        "severity": Choice("severity", tuple(severity.value for severity in Severity)),
        "for": _SUBJECT,
        "assert": CONDITION,
        "message": Text(),
        "rationale": Text(),
        "remediation": Record(
            "remediation", {"text": Text()}, {"look": ListOf(Text()), "az": ListOf(Text())}
        ),
        "references": ListOf(Text(r"^https://[^\s]+$", "an https address")),
        "examples": ListOf(_EXAMPLE),
    },
    {"when": CONDITION, "maps": _MAPS},
)

_STATEMENT = replace(
    RULE,
    required={key: shape for key, shape in RULE.required.items() if key != "examples"},
    optional={**RULE.optional, "examples": RULE.required["examples"]},
)
"""A rule that need not prove itself."""


def load_all(folders: Iterable[Path] = (), *, proved: bool = True) -> tuple[Rule, ...]:
    """
    Read the rules that come with the scanner and those of further folders, by id.

    A folder may be a copy of ours: the same file is the same rule. Unless `proved`,
    our own come without their examples, which a scan has no use for. Raises
    RuleError for a file that is no rule, and for an id or name used twice.
    """
    for folder in folders:
        if not folder.is_dir():
            raise RuleError(f"{folder}: not a folder of rules")
    rules = [load(path, proved=proved) for path in rule_files(home())]
    rules += (load(path) for folder in folders for path in rule_files(folder))
    for wrong in twins(rules):
        raise RuleError(wrong)
    # Of copies the first stays: ours, whose estates lie beside it.
    by_id = {rule.id: rule for rule in reversed(rules)}
    return tuple(by_id[rule_id] for rule_id in sorted(by_id))


def rule_files(folder: Path) -> tuple[Path, ...]:
    """
    Return the rule files of a folder and of the folders in it, by path.

    The good estates that rules are tried on are none, nor are the demo and the catalogue beside
    them, nor Azure's policies. Raises RuleError when there is no rule file.
    """
    files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    found = tuple(sorted(path for path in files if not _is_beside(path)))
    if not found:
        raise RuleError(f"{folder}: holds no rules ({', '.join(f'*{s}' for s in SUFFIXES)})")
    return found


def twins(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield a line for each rule whose id or name another one has, copies of one file left out."""
    known: dict[str, Rule] = {}
    for rule in rules:
        for said in (rule.id, rule.name):
            first = known.setdefault(said, rule)
            if first is not rule and first.path.read_bytes() != rule.path.read_bytes():
                yield f"{rule.path}: `{said}` is already the rule in {first.path}"
                break


def load(path: Path, *, proved: bool = True) -> Rule:
    """Read one rule file. Raises RuleError with file, line and column."""
    source = Source(path)
    node = read(path, "" if proved else "examples")
    values = (RULE if proved else _STATEMENT).read(node, source)
    subject = values["for"].lower()
    _check_words(subject, source)
    _check_templates(node, source)
    remediation: Mapping[str, Any] = values["remediation"]
    return Rule(
        id=values["id"],
        name=values["name"],
        summary=" ".join(values["summary"].split()),
        severity=Severity(values["severity"]),
        subject=subject,
        when=until_failed(values["when"]) if "when" in values else None,
        condition=values["assert"],
        message=" ".join(values["message"].split()),
        rationale=values["rationale"].strip(),
        remediation=remediation["text"].strip(),
        commands=remediation.get("az", ()),
        looks=remediation.get("look", ()),
        references=values["references"],
        maps=values.get("maps", {}),
        examples=tuple(_example(example) for example in values.get("examples", ())),
        path=path,
        is_of_outcome=all(
            WORDS[word].is_of_outcome or WORDS[word].about is About.ANYTHING
            for word in source.words
        ),
    )


def schema() -> Schema:
    """Return the JSON Schema of a rule file, for editors: the grammar that `load` reads."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule of aoai-scan",
        **RULE.schema(),
        "$defs": {"condition": {"anyOf": [word.schema() for word in WORDS.values()]}},
    }


def _example(values: Mapping[str, Any]) -> Example:
    return Example(
        name=values["name"],
        given=values["given"],
        expect={path: Verdict(verdict) for path, verdict in values["expect"].items()},
        patch=values.get("patch", {}),
        unread=values.get("unread", ()),
        expectations=values.get("expectations", ()),
    )


def _check_words(subject: str, source: Source) -> None:
    """Check that each word can be asked of the rule's subject."""
    asked = About.CONNECTIONS if subject == CONNECTION else About.RESOURCES
    for name, node in source.words.items():
        if WORDS[name].about not in {asked, About.ANYTHING}:
            source.error(node, f"`{name}` asks of {WORDS[name].about}; this rule is for {asked}")


def _check_templates(node: yaml.Node, source: Source) -> None:
    """Check blanks when all words are read: a message may stand above the words it quotes."""
    keys = {key.value: value for key, value in node.value}
    templates.check(keys["message"], keys["message"].value, source)
    for key, value in keys["remediation"].value:
        for item in value.value if key.value in {"look", "az"} else ():
            templates.check(item, item.value, source)
            _check_purpose(key.value, item, source)


def _check_purpose(part: str, item: yaml.Node, source: Source) -> None:
    """Check that a fix changes something, and that a look does not."""
    only_looks = all(map(_LOOKING.match, item.value.split("&&")))
    if part == "az" and only_looks:
        source.error(item, "this command changes nothing, so it is no fix: put it under `look`")
    if part == "look" and not only_looks:
        source.error(item, "a look changes nothing: `az ... show` or `az ... list`")


def _is_beside(path: Path) -> bool:
    """Tell whether a file goes with the rules and is none."""
    is_of_ours = path.name in BESIDE and path.with_name(ESTATES).is_dir()
    return is_of_ours or path.parent.name in {ESTATES, POLICIES}
