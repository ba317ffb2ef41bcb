"""The configuration: what it says, and what is wrong with it, in one line with the place."""

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from rule_files import RULE, composed, written

from scanner.errors import RuleError
from scanner.findings import Severity, Suppression
from scanner.rules import config, load
from scanner.rules.document import Source
from scanner.rules.nodes import plain
from scanner.rules.settings import Setting, Waiver
from scanner.topology.expectations import ANY, Demand, Expectation, Selector

GOOD = """\
expect:
  - from: {name: vnet-app}
    to: any
    reach: private
  - {from: any, to: any, reach: never}
"""
VALIDATOR = jsonschema_rs.Draft202012Validator(config.schema(), validate_formats=True)
SCHEMA = Path(__file__).parents[2] / "docs" / "aoai-scan.schema.json"


def read(folder: Path, text: str | bytes) -> tuple[Expectation, ...]:
    return config.load(written(folder, text, "config.yaml")).expectations


def entry(folder: Path, text: str) -> Expectation:
    (found,) = read(folder, f"expect: [{text}]")
    return found


def test_an_expectation_says_who_whom_how_and_why(tmp_path: Path) -> None:
    text = """\
expect:
  - from:
      id: /subscriptions/1
      name: vnet-*
      resourceGroup: rg
      subscription: prod
      tag: {env: prod, Team: ""web""}
    to: any
    reach: never
    reason: |
      Two
      lines.
""".replace('""', '"')
    assert read(tmp_path, text) == (
        Expectation(
            source=Selector(
                id="/subscriptions/1",
                name="vnet-*",
                resource_group="rg",
                subscription="prod",
                tags=(("env", "prod"), ("Team", "web")),
            ),
            target=ANY,
            reach=Demand.NEVER,
            reason="Two lines.",
            place=f"{tmp_path}/config.yaml:2:5",
        ),
    )


def test_a_suppression_says_what_why_who_and_until_when(tmp_path: Path) -> None:
    text = """\
suppressions:
  - rule: AOAI101
    resource: "*/accounts/sandbox-*"
    reason: "  It is\n  a sandbox. "
    owner: ana
    expires: 2026-12-31
"""
    path = written(tmp_path, text, "config.yaml")
    (found,) = config.load(path).settings.waivers
    assert found == Waiver(
        rule="AOAI101",
        resource="*/accounts/sandbox-*",
        suppression=Suppression(
            reason="It is a sandbox.",
            owner="ana",
            expires=date(2026, 12, 31),
            place=f"{path}:2:5",
        ),
    )
    assert found.suppression.said == "until 2026-12-31 by ana: It is a sandbox."


def test_a_setting_says_which_rules_where_and_what(tmp_path: Path) -> None:
    text = "rules: [{rule: dns, resources: {name: x}, enabled: false, severity: low}]"
    path = written(tmp_path, text, "config.yaml")
    (found,) = config.load(path).settings.rules
    assert found == Setting(
        rule="dns",
        resources=Selector(name="x"),
        enabled=False,
        severity=Severity.LOW,
        place=f"{path}:1:9",
    )


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("rules: [{rule: dns}]", "1:9", "a setting of rules lacks `enabled` or `severity`"),
        ("rules: [{rule: dns, severity: hihg}]", "1:31", "no severity `hihg`.*`high`"),
        ("rules: [{rule: dns, enable: true}]", "1:21", "of a setting of rules `enable`.*`enabled`"),
        ("suppressions: [{rule: a, resource: '*'}]", "1:36", "`\\*` is not a glob on an ARM ID"),
        ("suppressions: [{expires: 2026-02-30}]", "1:26", "`2026-02-30` is no day"),
        ("suppressions: [{expires: tomorrow}]", "1:26", "`tomorrow` is not a day such as"),
        ("suppressions: [{rule: a}]", "1:16", "a suppression lacks `resource`"),
    ],
)
def test_a_wrong_setting_or_suppression_is_one_line_with_its_place(
    text: str, place: str, message: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text, "config.yaml")
    with pytest.raises(RuleError) as caught:
        config.load(path)
    assert str(caught.value).startswith(f"{path}:{place}: ")
    assert re.search(message, str(caught.value))


def test_each_expectation_knows_its_place(tmp_path: Path) -> None:
    places = [found.place.removeprefix(f"{tmp_path}/") for found in read(tmp_path, GOOD)]
    assert places == ["config.yaml:2:5", "config.yaml:5:5"]


def test_a_configuration_may_expect_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "{}") == ()


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())) == 2


WRONG = {
    "an unknown key": ("expect:", "expects:", "1:1", r"`expects` \(did you mean `expect`"),
    "an unknown key of an entry": ("    to: any", "    too: any", "3:5", "`too`.*`to`"),
    "an unknown key of a selector": ("{name:", "{nmae:", "2:12", "of a selector `nmae`.*`name`"),
    "a wrong reach": ("reach: private", "reach: privat", "4:12", "no reach `privat`.*`private`"),
    "a reach that is a flag": ("reach: private", "reach: true", "4:12", "expected a reach, not"),
    "a missing key": ("    reach: private\n", "", "2:5", "an expectation lacks `reach`"),
    "a selector that is a word": ("{name: vnet-app}", "all", "2:11", "no selector `all`.*any"),
    "a selector that is a list": ("{name: vnet-app}", "[a]", "2:11", "a selector, not a list"),
    "a selector of nothing": ("{name: vnet-app}", "{}", "2:11", "at least one key"),
    "a selector left out": ("{name: vnet-app}", "", "2:10", "expected a selector, not nothing"),
    "a tag of nothing": ("{name: vnet-app}", "{tag: {}}", "2:17", "at least one key"),
    "a tag without a value": ("{name: vnet-app}", "{tag: env}", "2:17", "expected a mapping"),
    "a tag that is a flag": ("{name: vnet-app}", "{tag: {a: true}}", "2:21", "expected text"),
    "an id that is none": ("{name: vnet-app}", "{id: vnet-app}", "2:16", "not an ARM ID"),
    "a name that is a number": ("{name: vnet-app}", "{name: 7}", "2:18", "expected text, not `7`"),
    "a name that is empty": ("{name: vnet-app}", "{name: ''}", "2:18", "not empty text"),
    "a key twice": ("    to: any", "    to: any\n    to: any", "4:5", "stands here twice"),
    "no entry": (GOOD.partition("\n")[2], "  []", "2:3", "a list of at least one"),
    "an alias": ("to: any", "to: *a", "3:9", "YAML aliases are not read here"),
    "tabs": ("    to: any", "\tto: any", "3:1", "not YAML"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_says_where_and_what(case: str, tmp_path: Path) -> None:
    line, instead, place, message = WRONG[case]
    assert line in GOOD
    with pytest.raises(RuleError) as caught:
        read(tmp_path, GOOD.replace(line, instead, 1))
    said = str(caught.value)
    assert said.startswith(f"{tmp_path}/config.yaml:{place}: ")
    assert re.search(message, said)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"# expect:\n", "empty"),
        (b"- expect\n", ":1:1: expected a mapping, not a list"),
        (b"expect\n", ":1:1: expected a mapping, not `expect`"),
        (b"expect: {from: any}\n", ":1:9: expected a list of at least one"),
        (b"expect: [\n", "not YAML"),
        (b"a: 1\n---\nb: 2\n", "not YAML"),
        (GOOD.encode("utf-16"), "not UTF-8: byte 0"),
        (b"x: " + b"y" * (1 << 20), "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_in_a_line(
    content: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(RuleError) as caught:
        read(tmp_path, content)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


# --- editors read the same grammar

SELECTORS: tuple[Any, ...] = (
    "any", "Any", "all", "", None, True, 7, [], ["any"], {}, {"x": 1}, {"name": "a"}, {"name": ""},
    {"name": 7}, {"id": "/a"}, {"id": "a"}, {"id": "/a b"}, {"id": "/a\n"}, {"id": "/"},
    {"tag": {}}, {"tag": {"a": "b"}}, {"tag": {"a": ""}}, {"tag": {"a": 1}}, {"tag": "a"},
    {"tag": {"a": "b"}, "name": "x", "resourceGroup": "rg", "subscription": "s"},
    {"resourcegroup": "rg"}, {"tags": {"a": "b"}},
)  # fmt: skip
ENTRIES: tuple[Any, ...] = (
    *({"from": one, "to": "any", "reach": "private"} for one in SELECTORS),
    *({"from": "any", "to": one, "reach": "never"} for one in SELECTORS),
    {"from": "any", "to": "any"},
    {"from": "any", "to": "any", "reach": "Never"},
    {"from": "any", "to": "any", "reach": None},
    {"from": "any", "to": "any", "reach": "never", "reason": "because"},
    {"from": "any", "to": "any", "reach": "never", "reason": " "},
    {"from": "any", "to": "any", "reach": "never", "x": 1},
    "any",
    None,
    [],
)
WAIVER: dict[str, Any] = {
    "rule": "AOAI101",
    "resource": "*/accounts/a-*",
    "reason": "because",
    "owner": "ana",
    "expires": "2026-12-31",
}
WAIVERS: tuple[Any, ...] = (
    WAIVER,
    *({key: value for key, value in WAIVER.items() if key != left} for left in WAIVER),
    *(WAIVER | {"expires": day} for day in ("2026-02-30", "soon", 2026, None, "2026-12-31T00:00Z")),
    *(WAIVER | {"resource": glob} for glob in ("*", "/", "**/*", "/?", "a*", "/subscriptions/*")),
    WAIVER | {"owner": ""},
    WAIVER | {"until": "2026-12-31"},
    "AOAI101",
)
SETTINGS: tuple[Any, ...] = (
    {"rule": "AOAI101"},
    {"rule": "AOAI101", "enabled": False},
    {"rule": "AOAI101", "enabled": "off"},
    {"rule": "dns", "severity": "low"},
    {"rule": "dns", "severity": "Low"},
    {"rule": "any", "resources": {"tag": {"env": "test"}}, "severity": "info", "enabled": True},
    {"rule": "any", "resources": {}, "severity": "info"},
    {"severity": "info"},
    {"rule": 101, "severity": "info"},
)
CONFIGS: tuple[Any, ...] = (
    *({"suppressions": [one]} for one in WAIVERS),
    *({"rules": [one]} for one in SETTINGS),
    {"suppressions": []}, {"rules": {}}, {"rules": [SETTINGS[1]], "suppressions": [WAIVER]},
    {}, [], None, "expect", {"expect": []}, {"expect": None}, {"expect": {}}, {"x": 1},
    *({"expect": [entry]} for entry in ENTRIES),
)  # fmt: skip


def test_the_schema_in_the_documentation_is_the_one_that_is_printed() -> None:
    text = json.dumps(config.schema(), indent=2) + "\n"
    if os.environ.get("UPDATE_SAMPLES"):
        SCHEMA.write_text(text, "utf-8", newline="\n")
    assert SCHEMA.read_text("utf-8") == text, "see `make samples`"


def test_the_schema_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(config.schema())


@pytest.mark.parametrize("document", CONFIGS, ids=json.dumps)
def test_editor_and_loader_judge_a_configuration_alike(document: Any, tmp_path: Path) -> None:
    try:
        read(tmp_path, json.dumps(document))
        taken = True
    except RuleError:
        taken = False
    assert VALIDATOR.is_valid(document) is taken


# --- examples of rules


def test_an_example_of_a_rule_may_expect_something(tmp_path: Path) -> None:
    text = RULE.replace(
        "expect: {", "expectations: [{from: any, to: any, reach: never}], expect: {"
    )
    (example,) = load(written(tmp_path, text)).examples
    (found,) = example.expectations
    assert (found.reach, found.source, found.target) == ("never", ANY, ANY)


def test_an_expectation_of_an_example_is_refused_with_its_place(tmp_path: Path) -> None:
    text = RULE.replace("expect: {", "expectations: [{from: any, to: any, reach: nver}], expect: {")
    with pytest.raises(RuleError, match=r"no reach `nver`.*`never`"):
        load(written(tmp_path, text))


def test_the_shape_says_what_a_selector_of_a_wrong_kind_is(tmp_path: Path) -> None:
    node = composed("expect: [{from: 7, to: any, reach: never}]")
    assert plain(node, Source(tmp_path)) == {"expect": [{"from": 7, "to": "any", "reach": "never"}]}
    with pytest.raises(RuleError, match="expected a selector, not `7`"):
        entry(tmp_path, "{from: 7, to: any, reach: never}")
