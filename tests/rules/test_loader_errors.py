"""What is wrong with a rule file is said in one line, with the place and the near name."""

import re
import time
from pathlib import Path

import pytest
from rule_files import RULE, changed, written

from scanner.errors import RuleError
from scanner.rules import load, load_all

ASSERT = "assert: {exposure: private}"
FOR = "for: Microsoft.CognitiveServices/accounts"
MESSAGE = 'message: "{name} is not private."'
AZ = "az resource tag --ids {id}"
EXAMPLE = "expect: {aoai-prod: pass}"

WRONG = {
    "a fix that changes nothing": (
        AZ,
        "az resource show --ids {id}",
        "10:34",
        "changes nothing, so it is no fix: put it under `look`",
    ),
    "a look that changes something": (
        f'az: ["{AZ}"]',
        f'look: ["{AZ}"]',
        "10:36",
        "a look changes nothing",
    ),
    "an unknown word": (ASSERT, "assert: {exposre: private}", "7:10", "no word `exposre`.*`expos"),
    "an unknown companion": (
        ASSERT,
        "assert: {field: kind, equal: x}",
        "7:23",
        "no companion of `field` `equal`.*`equals`",
    ),
    "an unknown relation": (
        ASSERT,
        "assert: {related: servedby, exists: true}",
        "7:19",
        "no relation `servedby`.*`servedBy`",
    ),
    "an unknown type": (
        FOR,
        "for: Microsoft.CognitiveServices/account",
        "5:6",
        "no type.*accounts",
    ),
    "an unknown key": ("rationale: Because.", "rational: Because.", "9:1", "`rationale`"),
    "a missing key": ("rationale: Because.\n", "", "1:1", "a rule lacks `rationale`"),
    "a key twice": ("severity: low", "severity: low\nseverity: low", "5:1", "stands here twice"),
    "two words in one condition": (
        ASSERT,
        "assert: {exposure: private, field: kind, equals: x}",
        "7:29",
        "one condition holds one word, not `exposure` and `field`",
    ),
    "no operator": (ASSERT, "assert: {field: kind}", "7:9", "exactly one of .*; here is none"),
    "two operators": (
        ASSERT,
        "assert: {field: kind, equals: a, like: b}",
        "7:9",
        "here is `equals` and `like`",
    ),
    "no word": (ASSERT, "assert: {}", "7:9", "not an empty mapping"),
    "a condition that is text": (ASSERT, "assert: private", "7:9", "expected a condition"),
    "a bad severity": ("severity: low", "severity: lo", "4:11", "no severity `lo`.*`low`"),
    "a severity in capitals": ("severity: low", "severity: LOW", "4:11", "`low`"),
    "a bad id": ("AOAI199", "AOAI999", "1:5", "`AOAI999` is not an id"),
    "an id with a line break": ("AOAI199", '"AOAI199\\n"', "1:5", "is not an id"),
    "a bad name": ("name: a-rule", "name: A_Rule", "2:7", "kebab-case"),
    "a bad verdict": (EXAMPLE, "expect: {aoai-prod: passed}", "13:64", "no verdict.*`pass`"),
    "an address without https": ("https://example", "http://example", "11:14", "https address"),
    "a blank that names nothing": (MESSAGE, 'message: "{nam}"', "8:10", "no path of the subject"),
    "a blank with a line break": (MESSAGE, 'message: "{name\\n}"', "8:10", "no path"),
    "an unbound name": (MESSAGE, 'message: "{each.x}"', "8:10", "no name bound .*`each.x`"),
    "a loose brace": (MESSAGE, 'message: "{name} }"', "8:10", "opens or closes no blank"),
    "a blank that names nothing in a command": (AZ, "az {nam}", "10:34", "no path"),
    "a wrong part after the colon": (AZ, "az {id:resourcegroup}", "10:34", "`resourceGroup`"),
    "no list": ("references: [https://example.org/]", "references: x", "11:13", "a list of at le"),
    "an empty list": ("[https://example.org/]", "[]", "11:13", "a list of at least one"),
    "a key that is no text": ("severity: low", "? [a]\n: b\nseverity: low", "4:3", "a key is text"),
    "tabs": ("rationale: Because.", "rationale:\n\tBecause.", "10:1", "not YAML"),
    "an alias": ("summary: What", "summary: &a What", "", ""),
    "empty text": ("rationale: Because.", "rationale: ' '", "9:12", "text, not empty text"),
    "a number for text": ("rationale: Because.", "rationale: 7", "9:12", "expected text, not `7`"),
    "nothing for text": ("rationale: Because.", "rationale:", "9:11", "text, not nothing"),
    "a word for a flag": (
        ASSERT,
        "assert: {field: kind, exists: yes}",
        "7:31",
        "true or false, not `yes`",
    ),
    "a fraction for a whole number": (
        ASSERT,
        "assert: {openToInternet: [1.5]}",
        "7:27",
        "a whole number, not `1.5`",
    ),
    "a number out of bounds": (
        ASSERT,
        "assert: {openToInternet: [65536]}",
        "7:27",
        "between 1 and 65535",
    ),
    "a number of a thousand digits": (
        ASSERT,
        f"assert: {{openToInternet: [{'9' * 5000}]}}",
        "7:27",
        "a whole number",
    ),
    "a where without a word": (
        ASSERT,
        "assert: {count: {field: 'properties.a[*]', where: {}}, equals: 0}",
        "7:51",
        "empty mapping",
    ),
    "a count of no array": (
        ASSERT,
        "assert: {count: {field: properties.a}, equals: 0}",
        "7:25",
        "a path that ends in",
    ),
    "a path outside the row": (ASSERT, "assert: {field: sku_x, exists: true}", "7:17", "a path"),
}
del WRONG["an alias"]


@pytest.mark.parametrize("case", WRONG)
def test_an_error_says_where_and_what(case: str, tmp_path: Path) -> None:
    line, instead, place, message = WRONG[case]
    path = written(tmp_path, changed(line, instead))
    with pytest.raises(RuleError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}:{place}: ")
    assert re.search(message, said)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"# nothing but a comment\n", "empty"),
        (b"- a\n- b\n", ":1:1: expected a mapping, not a list"),
        (b"just text\n", ":1:1: expected a mapping, not `just text`"),
        (b"a: \xff\xfe\n", "not UTF-8: byte 3"),
        (RULE.encode("utf-16"), "not UTF-8: byte 0"),
        (b"a: 1\n---\nb: 2\n", "not YAML"),
        (b"a: \x00\n", "not YAML"),
        (b"a: [1\n", "not YAML"),
        (b"a: *b\n", ":1:4: YAML aliases are not read here"),
        (b"x: " + b"y" * (1 << 20), "larger than 1 MiB"),
        (b"[" * 10_000 + b"]" * 10_000, ":1:65: nested deeper than 64 levels"),
        (b"".join(b" " * n + b"a:\n" for n in range(999)), "nested deeper than 64 levels"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_in_a_line(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = written(tmp_path, content)
    started = time.process_time()
    with pytest.raises(RuleError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}")
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert time.process_time() - started < 2


def test_a_billion_laughs_are_refused_before_the_first(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = written(tmp_path, "\n".join(lines))
    with pytest.raises(RuleError, match=re.escape(f"{path}:2:10: YAML aliases are not read here")):
        load(path)


def test_what_a_file_says_cannot_break_the_line_of_its_error(tmp_path: Path) -> None:
    path = written(tmp_path, changed("severity: low", 'severity: "lo\\nw\\e[31m"'))
    with pytest.raises(RuleError) as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 1
    assert "\x1b" not in str(caught.value)


def test_an_id_used_twice_names_both_files(tmp_path: Path) -> None:
    one = written(tmp_path, RULE, "a/rule.yaml")
    other = written(tmp_path, RULE.replace("a-rule", "another"), "b/rule.yaml")
    with pytest.raises(RuleError, match="`AOAI199` is already the rule in") as caught:
        load_all([one.parent, other.parent])
    assert str(one) in str(caught.value)
    assert str(other) in str(caught.value)


def test_a_name_used_twice_names_both_files(tmp_path: Path) -> None:
    one = written(tmp_path, RULE, "a.yaml")
    other = written(tmp_path, RULE.replace("AOAI199", "AOAI198"), "b.yaml")
    with pytest.raises(RuleError, match="`a-rule` is already the rule in") as caught:
        load_all([tmp_path])
    assert str(one) in str(caught.value)
    assert str(other) in str(caught.value)


def test_a_folder_that_is_not_there_or_holds_no_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="not a folder of rules"):
        load_all([tmp_path / "nowhere"])
    with pytest.raises(RuleError, match="holds no rules"):
        load_all([tmp_path])


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(RuleError, match=r"folder\.yaml: cannot be read"):
        load_all([tmp_path])
    with pytest.raises(RuleError, match=r"nowhere\.yaml: cannot be read"):
        load(tmp_path / "nowhere.yaml")
