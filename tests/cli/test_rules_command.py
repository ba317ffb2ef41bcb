"""`aoai-scan rules`: what is judged, why, and with what proof."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .command_line import Ran, run
from .estate import HOSTILE, STEERING, rules


def refused(ran: Ran) -> str:
    assert (ran.code, ran.out) == (2, "")
    return ran.complaint


def test_list_has_a_line_for_each_rule() -> None:
    ran = run("rules", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[:3] for line in ran.out.splitlines()] == [
        ["AOAI101", "critical", "public-network-access"],
        ["AOAI106", "medium", "keys-enabled"],
    ]


def test_list_is_json_for_programs() -> None:
    entries = run("rules", "list", "-f", "json", "--rules", rules()).document
    assert [entry["id"] for entry in entries] == ["AOAI101", "AOAI106", "AOAI190"]
    assert entries[2]["name"] == "in-sweden"


@pytest.mark.parametrize("name", ["AOAI101", "aoai101", "public-network-access"])
def test_show_explains_a_rule_by_id_or_name(name: str) -> None:
    ran = run("rules", "show", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# AOAI101: public-network-access\n")


def test_show_explains_a_rule_of_a_folder() -> None:
    assert run("rules", "show", "AOAI190", "--rules", rules()).out.startswith("# AOAI190: in-")


def test_show_suggests_the_near_name() -> None:
    said = refused(run("rules", "show", "key-enabled"))
    assert "no rule `key-enabled` (did you mean `keys-enabled`?)" in said


def test_check_counts_what_is_right(few_rules: Path) -> None:
    assert run("rules", "check", rules()) == Ran(0, "1 files are rules\n", "")
    assert run("rules", "check", "mine/in-sweden.yaml") == Ran(0, "1 files are rules\n", "")
    assert run("rules", "check", str(few_rules)) == Ran(0, "2 files are rules\n", "")


def test_check_has_a_line_for_each_wrong_file() -> None:
    rules()
    for name in ("bad", "worse"):
        Path("mine", f"{name}.yaml").write_text("id: AOAI191\nzzz: 1\n")
    ran = run("rules", "check", "mine")
    assert (ran.code, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    assert first.startswith("aoai-scan: mine/bad.yaml:2:1: no key of a rule `zzz` (known: ")
    assert second.startswith("aoai-scan: mine/worse.yaml:2:1: ")


def test_check_says_one_line_of_one_wrong_file() -> None:
    Path(rules(), "bad.yaml").write_text("id: AOAI191\nzzz: 1\n")
    assert refused(run("rules", "check", "mine")).startswith("aoai-scan: mine/bad.yaml:2:1: ")


@pytest.mark.parametrize("paths", [("mine",), ("mine/one.yaml", "mine/two.yaml", "mine/ours.yaml")])
def test_check_has_a_line_for_each_id_used_twice_in_folders_and_in_files(
    paths: tuple[str, ...],
) -> None:
    rules(file="one.yaml")
    rules(file="two.yaml", name="other")
    rules(file="ours.yaml", id="AOAI101", name="third")
    ran = run("rules", "check", *paths)
    assert (ran.code, ran.out) == (2, "")
    assert {line.partition(" is already")[0] for line in ran.err.splitlines()} == {
        "aoai-scan: mine/two.yaml: `AOAI190`",
        "aoai-scan: mine/ours.yaml: `AOAI101`",
    }


# --- which files are rules


def copied(few_rules: Path) -> str:
    shutil.copytree(few_rules, "copy")
    return "copy"


@pytest.mark.parametrize("copy", [False, True], ids=["itself", "a copy"])
def test_the_shipped_folder_may_be_named_as_a_folder_of_rules(
    few_rules: Path, *, copy: bool
) -> None:
    folder = copied(few_rules) if copy else str(few_rules)
    assert run("--demo", "--rules", folder) == run("--demo")
    assert run("rules", "list", "--rules", folder) == run("rules", "list")
    assert run("rules", "check", folder) == Ran(0, "2 files are rules\n", "")
    assert run("rules", "test", folder).code == 0


def test_a_copy_of_the_shipped_folder_in_which_a_rule_was_changed_is_refused(
    few_rules: Path,
) -> None:
    folder = copied(few_rules)
    changed = Path(folder, "exposure/keys-enabled.yaml")
    changed.write_text(changed.read_text("utf-8").replace("severity: medium", "severity: low"))
    said = refused(run("--demo", "--rules", folder))
    assert said.startswith("aoai-scan: copy/exposure/keys-enabled.yaml: `AOAI106` is already the")


@pytest.mark.parametrize("file", ["in-sweden.yml", "in-sweden.YAML", "deep/in-sweden.yml"])
def test_a_rule_may_be_a_yml_file(file: str) -> None:
    Path("mine/deep").mkdir(parents=True)
    rules(file=file)
    assert "AOAI190" in run("--demo", "--rules", "mine", "-f", "json").rules_found
    assert run("rules", "check", "mine").out == "1 files are rules\n"
    assert run("rules", "test", "mine").out == "1 examples of 1 rules come out as they say\n"


def test_a_yml_file_that_is_no_rule_is_not_left_out_in_silence() -> None:
    Path(rules(), "bad.yml").write_text("id: AOAI191\nzzz: 1\n")
    assert refused(run("--demo", "--rules", "mine")).startswith("aoai-scan: mine/bad.yml:2:1: ")


def test_a_file_named_twice_is_checked_once() -> None:
    assert run("rules", "check", rules(), "mine/in-sweden.yaml").out == "1 files are rules\n"


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

WRONG = {
    "empty": "",
    "a comment": "# nothing\n",
    "text": "rule\n",
    "a list": "- id: AOAI191\n",
    "cut off": "id: [AOAI191\n",
    "two documents": "id: AOAI191\n---\nid: AOAI192\n",
    "a tab": "id:\n\t- x\n",
    "a bomb": BOMB,
    "deep": "[" * 10_000,
    "deep flow": "a: " + "{a: " * 5_000,
    "a tag that builds objects": "!!python/object/apply:os.system [id]\n",
    "large": "# " + "x" * (1 << 20),
    "a control character": "id: \x07\n",
    "steering the terminal": 'id: "\\e[2J\\n\\u202E"\n',
    "an unknown word": "assert: {relatd: serves}\n",
    "no text": "id: null\nname: 3\n",
    "a key that is a list": "[a, b]: c\n",
    "a key twice": "id: AOAI191\nid: AOAI192\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize(
    "command", [("--demo", "--rules"), ("rules", "list", "--rules"), ("rules", "test")]
)
def test_a_file_that_is_no_rule_is_one_line(text: str, command: tuple[str, ...]) -> None:
    Path(rules(), "bad.yaml").write_text(text)
    said = refused(run(*command, "mine"))
    assert said.startswith("aoai-scan: mine/bad.yaml")
    assert not {ord(c) for c in said} & STEERING


@pytest.mark.parametrize("content", [b"id: \xff\n", b"\xff\xfei\0d\0", b"\x00", b"\x1f\x8b"])
def test_bytes_that_are_no_text_are_one_line(content: bytes) -> None:
    Path(rules(), "bad.yaml").write_bytes(content)
    assert refused(run("rules", "list", "--rules", "mine")).startswith("aoai-scan: mine/bad.yaml")


def test_an_unknown_word_is_told_with_place_and_near_name() -> None:
    good = Path(rules(), "in-sweden.yaml")
    good.write_text(good.read_text().replace("{field:", "{feild:"))
    said = refused(run("--demo", "--rules", "mine"))
    assert said.startswith("aoai-scan: mine/in-sweden.yaml:6:")
    assert "`feild`" in said
    assert "did you mean `field`?" in said


@pytest.mark.parametrize("command", [("list", "--rules"), ("check",), ("test",)], ids=" ".join)
def test_a_folder_that_is_none_is_one_line(command: tuple[str, ...]) -> None:
    assert run("rules", *command, "none").code == 2
    Path("bare").mkdir()
    assert "bare: holds no rules (*.yaml, *.yml)" in refused(run("rules", *command, "bare"))


def test_a_folder_in_place_of_a_rule_is_one_line() -> None:
    Path("mine/odd.yaml").mkdir(parents=True)
    assert "mine/odd.yaml" in refused(run("rules", "list", "--rules", "mine"))


def test_an_id_used_twice_is_one_line() -> None:
    rules(file="one.yaml")
    rules(file="two.yaml", name="other")
    assert "mine/two.yaml: `AOAI190` is already the rule in mine/one.yaml" in refused(
        run("rules", "check", "mine")
    )


def test_test_runs_the_examples(few_rules: Path) -> None:
    assert run("rules", "test", rules()).out == "1 examples of 1 rules come out as they say\n"
    ours = run("rules", "test")
    assert (ours.code, ours.err) == (0, "")
    assert run("rules", "test", "mine", "--estates", str(few_rules / "estates")).code == 0


def test_test_tells_the_example_that_comes_out_otherwise() -> None:
    ran = run("rules", "test", rules(expected="pass"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint == (
        "aoai-scan: mine/in-sweden.yaml: it does: aoai-prod: expected pass, is fail"
    )


def test_test_tells_the_estate_that_is_none() -> None:
    good = Path(rules(), "in-sweden.yaml")
    good.write_text(good.read_text().replace("hub-and-spoke", "hub-and-spook"))
    assert "hub-and-spook" in refused(run("rules", "test", "mine"))


def test_schema_is_a_json_schema() -> None:
    ran = run("rules", "schema")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document["title"] == "A rule of aoai-scan"


def test_docs_writes_a_page_for_each_rule_the_words_and_an_index() -> None:
    ran = run("rules", "docs", "-o", "pages", "--rules", rules())
    assert (ran.code, ran.out, ran.complaint) == (0, "", "wrote 6 pages to pages")
    names = {"AOAI101.md", "AOAI106.md", "AOAI190.md", "README.md", "coverage.md", "words.md"}
    assert {path.name for path in Path("pages").iterdir()} == names
    assert Path("pages/AOAI101.md").read_text("utf-8") == run("rules", "show", "AOAI101").out


def test_docs_go_into_docs_rules_unless_told_otherwise() -> None:
    assert run("rules", "docs").complaint == "wrote 5 pages to docs/rules"


@pytest.mark.parametrize("output", ["taken", "taken/deep"])
def test_docs_want_a_folder(output: str) -> None:
    Path("taken").write_text("mine")
    assert "taken" in refused(run("rules", "docs", "-o", output))


@pytest.mark.parametrize(
    "command", [("list",), ("list", "-f", "json"), ("show", "AOAI190")], ids=" ".join
)
def test_a_rule_cannot_steer_the_terminal(command: tuple[str, ...]) -> None:
    good = Path(rules(), "in-sweden.yaml")
    text = good.read_text().replace("The account lies in Sweden.", json.dumps(HOSTILE))
    good.write_text(text.replace("Move it.", json.dumps(HOSTILE)))
    ran = run("rules", *command, "--rules", "mine")
    assert ran.code == 0
    assert not {ord(c) for c in ran.out} & STEERING
    if "json" in command:
        assert "\x00\x7f\x9b\u202eexe" in ran.document[2]["summary"]


OF_THE_SCAN = {
    "--rules": ("--rules", "mine"),
    "--format": ("-f", "json"),
    "--subscription": ("-s", "X"),
    "--demo": ("--demo",),
    "--fail-on": ("--fail-on", "low"),
    "--no-color": ("--no-color",),
}


@pytest.mark.parametrize(("name", "typed"), OF_THE_SCAN.items(), ids=OF_THE_SCAN)
def test_an_option_of_the_scan_does_not_go_unheard(name: str, typed: tuple[str, ...]) -> None:
    said = refused(run(*typed, "rules", "list"))
    assert f"{name} is an option of the scan; give those of rules after its name" in said


@pytest.mark.parametrize("option", ["-q", "-v", "-vv"])
def test_how_much_is_said_may_stand_before_a_command(option: str) -> None:
    assert run(option, "rules", "list").code == 0


def test_a_command_nobody_knows_is_one_line() -> None:
    assert "No such command 'rulez'" in refused(run("rulez"))


def test_rules_alone_shows_its_help() -> None:
    ran = run("rules")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: aoai-scan rules [OPTIONS] COMMAND")
