"""The configuration as the command line finds it, and what it changes."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from scanner.rules import home

from .command_line import run

NEVER = """\
expect:
  - from: {name: vnet-web}
    to: {name: aoai-chat}
    reach: never
    reason: web is test only
"""
OWN = home() / "network"  # asked before the tests' own home is set
WEB = "vnet-web/snet-web"


def configured(text: str | bytes = NEVER, name: str = ".aoai-scan.yaml") -> str:
    """Write a configuration into the current folder; return its name."""
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    return name


@pytest.fixture(autouse=True)
def _never_rule() -> None:
    """Lay the rule about what must never be beside the few that are there."""
    Path("more").mkdir()
    rule = (OWN / "reachable-despite-never.yaml").read_text("utf-8")
    Path("more", "reachable-despite-never.yaml").write_text(rule, "utf-8")


def judged(*options: str, source: tuple[str, ...] = ("--demo",)) -> tuple[int, list[str]]:
    ran = run(*source, "--rules", "more", "--only", "AOAI327", "-f", "json", *options)
    return ran.code, [finding["message"] for finding in ran.document["findings"]]


FOUND = (1, [f"{WEB} reaches aoai-chat privately, and must never: web is test only."])
NOTHING: tuple[int, list[str]] = (0, [])


def test_without_a_configuration_nothing_is_expected() -> None:
    assert judged() == NOTHING


def test_the_one_in_the_current_folder_is_read() -> None:
    configured()
    assert judged() == FOUND


def test_the_one_that_is_named_is_read_instead() -> None:
    configured("{}")
    assert judged("--config", configured(name="other.yaml")) == FOUND
    assert judged() == NOTHING


def test_the_one_that_the_environment_names_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AOAI_SCAN_CONFIG", configured(name="other.yaml"))
    assert judged() == FOUND
    assert judged("--config", configured("{}", name="none.yaml")) == NOTHING


@pytest.mark.parametrize(
    "command",
    [(), ("matrix",), ("trace", "--from", "vnet-web", "--to", "aoai-chat")],
    ids=["scan", "matrix", "trace"],
)
def test_one_that_is_named_and_not_there_is_an_error(command: tuple[str, ...]) -> None:
    ran = run(*command, "--demo", "--config", "none.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: none.yaml: cannot be read")


@pytest.mark.parametrize("name", [".", "", "x" * 5_000], ids=["folder", "empty", "long"])
def test_one_that_cannot_be_read_is_an_error(name: str) -> None:
    ran = run("--demo", "--config", name)
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be read" in ran.complaint


def test_a_link_that_leads_nowhere_is_not_taken_for_none() -> None:
    Path(".aoai-scan.yaml").symlink_to("gone.yaml")
    ran = run("--demo")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: .aoai-scan.yaml: cannot be read")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("expects: []", ".aoai-scan.yaml:1:1: no key of the configuration `expects`"),
        (NEVER.replace("never", "nevr"), ".aoai-scan.yaml:4:12: no reach `nevr`"),
        (NEVER.replace("{name: aoai-chat}", "*a"), ".aoai-scan.yaml:3:9: YAML aliases"),
        ("", ".aoai-scan.yaml: empty"),
        ("expect: [", ".aoai-scan.yaml:2:1: not YAML"),
        (b"\xff\xfe", ".aoai-scan.yaml: not UTF-8"),
    ],
)
def test_a_wrong_one_is_one_line_whatever_is_asked(text: str | bytes, complaint: str) -> None:
    configured(text)
    for command in (), ("matrix",), ("trace", "--from", "vnet-web", "--to", "aoai-chat"):
        ran = run(*command, "--demo")
        assert (ran.code, ran.out) == (2, "")
        assert ran.complaint.startswith(f"aoai-scan: {complaint}")


def test_rules_are_listed_whatever_the_configuration_says() -> None:
    configured("expects: []")
    assert run("rules", "list").code == 0


def test_a_selector_that_matches_nothing_is_a_warning() -> None:
    configured(NEVER.replace("vnet-web", "vnet-wbe"))
    warning = "warning: .aoai-scan.yaml:2:5: `from` matches nothing in this estate"
    for command in ("--fail-on", "never"), ("matrix",):
        ran = run(*command, "--demo")
        assert ran.code == 0
        assert ran.complaint.startswith(warning)
    assert run("--demo", "-q").err == ""


def test_the_matrix_marks_what_must_never_be() -> None:
    configured()
    lines = run("matrix", "--demo").out.splitlines()
    (line,) = (line for line in lines if line.startswith(WEB) and "aoai-chat" in line)
    assert "reachable (never)" in line
    assert lines[-1].endswith("; 1 that must never be: 1 reachable.")
    found = run("matrix", "--demo", "-f", "json", "--config", configured(NEVER, "other.yaml"))
    assert {
        c["consumer"].rpartition("/")[2]
        for c in found.document["connections"]
        if c["intended"] == "never"
    } == {"snet-web"}


def test_the_matrix_shows_what_is_declared() -> None:
    before = run("matrix", "--demo", "-f", "json").document["connections"]
    assert "declared" not in {connection["intended"] for connection in before}
    configured("expect: [{from: any, to: any, reach: private}]")
    found = run("matrix", "--demo", "-f", "json").document["connections"]
    assert {connection["intended"] for connection in found} == {"declared"}
    assert len(found) == len(before)


def test_a_trace_tells_that_it_must_never_be() -> None:
    configured()
    ran = run("trace", "--demo", "--from", "vnet-web", "--to", "aoai-chat")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("reachable, privately, and must never be (web is test only)\n")


def test_the_schema_of_the_configuration_is_printed() -> None:
    schema = run("rules", "schema", "--config").document
    assert schema["title"] == "The configuration of aoai-scan"
    assert jsonschema_rs.meta.is_valid(schema)
    assert run("rules", "schema").document["title"] == "A rule of aoai-scan"
