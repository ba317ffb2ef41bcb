"""What runs the scan every night is right: the action does as it says, and names what exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from cli.github_stand_in import COMMIT, REPOSITORY, TOKEN, StandIn, github

from scanner.cli.main import cli

CHECKOUT = Path(__file__).parents[1]
DEPLOY = CHECKOUT / "deploy"
ACTION = yaml.safe_load((CHECKOUT / "action.yml").read_text("utf-8"))
STEPS = {step.get("id") or step["name"]: step for step in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{\s*(?:inputs\.(?P<input>[a-z-]+)|(?P<other>[^}]+?))\s*\}\}")

BASH = shutil.which("bash")


@dataclass
class Runner:
    """A machine that a job runs on."""

    home: Path

    def __post_init__(self) -> None:
        bin_ = self.home / "temp" / "aoai-scan" / "bin"
        bin_.mkdir(parents=True)
        for name, what in (("aoai-scan", "-m scanner"), ("python", "")):
            (bin_ / name).write_text(f'#!/bin/sh\nexec {sys.executable} {what} "$@"\n', "utf-8")
            (bin_ / name).chmod(0o755)

    def run(self, step: str, inputs: Mapping[str, str], **more: str) -> tuple[int, str]:
        """Run a step as GitHub does; return its exit code and what it says."""
        values = {name: known["default"] for name, known in ACTION["inputs"].items()}
        values |= inputs

        def filled(said: str) -> str:
            return EXPRESSION.sub(lambda found: values[found["input"]], said)

        assert BASH is not None
        ran = subprocess.run(  # noqa: S603 - of this checkout
            (BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[step]["run"]),
            cwd=self.home,
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(CHECKOUT),
                "RUNNER_TEMP": str(self.home / "temp"),
                "GITHUB_OUTPUT": str(self.home / "output"),
                "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
                **{name: filled(said) for name, said in STEPS[step]["env"].items()},
                **more,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout + ran.stderr

    def outputs(self) -> dict[str, str]:
        lines = (self.home / "output").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


DEMO = {"args": "--demo\n--only\nAOAI101\n"}


def test_the_action_scans_and_tells_how_it_went(runner: Runner) -> None:
    code, said = runner.run("scan", {**DEMO, "formats": "html csv", "fail-on": "high"})
    assert (code, "wrote reports/aoai-scan.html" in said) == (0, True)
    assert runner.outputs() == {
        "exit-code": "1",
        "sarif-file": "reports/aoai-scan.sarif",
        "violations": "1",
        "complete": "true",
    }
    assert "AOAI101 public-network-access" in (runner.home / "summary").read_text("utf-8")
    names = {path.name for path in (runner.home / "reports").iterdir()}
    assert names == {
        *(f"aoai-scan.{end}" for end in ("sarif", "json", "md", "html", "csv")),
        "estate.jsonl",
    }


def test_what_lies_in_the_reports_is_the_baseline(runner: Runner) -> None:
    new = {"fail-on": "high", "fail-on-new": "true"}
    runner.run("scan", DEMO | new)
    assert runner.outputs()["exit-code"] == "1"  # nothing to compare with: all of it counts
    (runner.home / "output").unlink()
    runner.run("scan", DEMO | new)
    assert runner.outputs()["exit-code"] == "0"
    report = json.loads((runner.home / "reports" / "aoai-scan.json").read_text("utf-8"))
    assert [finding["baselineState"] for finding in report["findings"]] == ["unchanged"]


def test_a_sarif_file_of_last_time_is_not_left_to_be_uploaded_again(runner: Runner) -> None:
    runner.run("scan", DEMO)
    old = runner.home / "reports" / "aoai-scan-2.sarif"
    old.write_bytes((runner.home / "reports" / "aoai-scan.sarif").read_bytes())
    assert runner.run("scan", DEMO)[0] == 0
    assert not old.exists()


def test_a_request_that_is_wrong_fails_at_once(runner: Runner) -> None:
    code, said = runner.run("scan", {"args": "--demo\n--only\nNONE\n"})
    assert (code, "no rule `NONE`" in said) == (2, True)
    assert runner.outputs() == {"exit-code": "2"}


def test_an_argument_is_one_whatever_is_in_it(runner: Runner) -> None:
    code, said = runner.run("scan", {"args": "--demo\n--only\n$(touch x) `touch x`; *\n"})
    assert (code, "no rule `$(touch x) `touch x`; *`" in said) == (2, True)
    assert not (runner.home / "x").exists()


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with github() as stand_in:
        yield stand_in


def test_the_action_uploads(runner: Runner, hub: StandIn) -> None:
    runner.run("scan", DEMO)
    code, said = runner.run(
        "Upload to code scanning",
        {"token": TOKEN},
        GITHUB_API_URL=hub.api,
        GITHUB_REPOSITORY=REPOSITORY,
        GITHUB_REF="refs/heads/main",
        GITHUB_SHA=COMMIT,
    )
    assert (code, said) == (0, "reports/aoai-scan.sarif: 1 results in 1 categories: complete\n")
    assert [run["results"][0]["ruleId"] for run in hub.runs] == ["AOAI101"]


@pytest.mark.parametrize("code", ["0", "1", "3"])
def test_the_last_step_ends_as_the_scan_did(code: str) -> None:
    step = STEPS["Verdict"]
    assert step["env"] == {"CODE": "${{ steps.scan.outputs.exit-code }}"}
    assert BASH is not None
    ran = subprocess.run((BASH, "-c", step["run"]), env={"CODE": code}, check=False)  # noqa: S603 - as above
    assert ran.returncode == int(code)


def test_every_input_is_used_and_nothing_is_pasted_into_a_script() -> None:
    env = [said for step in STEPS.values() for said in step.get("env", {}).values()]
    conditions = [step["if"] for step in STEPS.values() if "if" in step]
    used = set(re.findall(r"inputs\.([a-z-]+)", " ".join([*env, *conditions])))
    assert used == set(ACTION["inputs"])
    assert not any("${{" in step["run"] for step in STEPS.values())


# --- the files that are copied


def options() -> set[str]:
    return {
        name for param in cli.params if isinstance(param, click.Option) for name in param.opts
    } | {"--help"}


def variables() -> set[str]:
    named = (param.envvar for param in cli.params if param.envvar)
    return {v for one in named for v in ([one] if isinstance(one, str) else one)}


COPIED = [CHECKOUT / "action.yml", *sorted(DEPLOY.iterdir())]


@pytest.mark.parametrize("path", COPIED, ids=lambda path: path.name)
def test_every_option_and_variable_of_ours_exists(path: Path) -> None:
    text = re.sub(r"(?m)^\s*(?:#|//|RUN|\$?\"?\$?\{?pip|&&).*$", "", path.read_text("utf-8"))
    text = re.sub(r"pip=\(.*\)|python3? -m venv.*|pip=.*", "", text)
    said = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    others = {"--create-home", "--uid", "--system", "--from", "--require-hashes"}
    assert said - others <= options()
    ours = set(re.findall(r"AOAI_SCAN_[A-Z_]+[A-Z]", text))
    assert ours - {"AOAI_SCAN_ADVANCED_SECURITY"} <= variables()


def test_readme_shows_the_workflow_as_it_is() -> None:
    workflow = (DEPLOY / "github-workflow.yml").read_text("utf-8")
    assert f"```yaml\n{workflow}```\n" in (CHECKOUT / "README.md").read_text("utf-8")


def test_the_workflow_gives_the_action_what_it_takes_and_pins_the_rest() -> None:
    workflow: Any = yaml.safe_load((DEPLOY / "github-workflow.yml").read_text("utf-8"))
    assert workflow["permissions"] == {}
    steps = workflow["jobs"]["scan"]["steps"]
    (ours,) = (step for step in steps if "/aoai-scan@" in step["uses"])
    assert set(ours["with"]) <= set(ACTION["inputs"])
    for step in steps:
        assert re.fullmatch(r"[A-Za-z0-9./-]+@[0-9a-f]{40}", step["uses"])


def test_the_container_is_nobody_and_copies_what_is_there() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in {"0", "root"}
    copied = [line.split()[1:-1] for line in lines if re.match(r"COPY (?!--from)", line)]
    assert copied
    assert all((CHECKOUT / source).exists() for sources in copied for source in sources)
