"""The wheel holds what it should and runs where no checkout is."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
LOCKS = {"requirements.lock": "build", "requirements-dev.lock": "dev"}
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[0-9.]+(?:post[0-9]+)?)(?: ; .+?)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=CHECKOUT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the wheel is unpacked in, as an installer does, and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(*arguments: str, cwd: Path) -> str:
    """Run Python in a folder; what `cwd` holds goes before what is installed."""
    ran = subprocess.run(  # noqa: S603 - this Python, our arguments
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def files_in(folder: str) -> Iterator[str]:
    for path in (CHECKOUT / folder).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(CHECKOUT / folder).as_posix()


def pinned(lock: str) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for line in (CHECKOUT / lock).read_text().splitlines():
        if found := PIN.match(line):
            pins.setdefault(found["name"], set()).add(found["version"])
    return pins


def group(name: str) -> Iterator[str]:
    for entry in PROJECT["dependency-groups"][name]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from group(entry["include-group"])


def test_the_wheel_holds_the_package_the_rules_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {f"scanner/{path}" for path in files_in("scanner")}
    rules = {f"scanner/_rules/{path}" for path in files_in("rules")}
    assert names >= {"scanner/py.typed"}
    assert any(rule.endswith(".yaml") for rule in rules)
    assert names == package | rules


def test_the_wheel_carries_its_licence_and_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {
            name.partition(".dist-info/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info/" in name
        }
    assert files["licenses/LICENSE"] == (CHECKOUT / "LICENSE").read_text()
    assert files["entry_points.txt"] == "[console_scripts]\naoai-scan = scanner.cli:main\n"
    assert "License-Expression: MIT\n" in files["METADATA"]


def test_the_wheel_is_imported_where_no_checkout_is(site: Path) -> None:
    where = run("-c", "import scanner; print(scanner.__file__)", cwd=site)
    assert where == f"{site / 'scanner' / '__init__.py'}\n"


def test_the_command_says_its_version_where_no_checkout_is(site: Path) -> None:
    version = run("-c", "import scanner; print(scanner.__version__)", cwd=site).strip()
    assert version in run("-m", "scanner", "--version", cwd=site)


def test_the_command_finds_its_rules_where_no_checkout_is(site: Path) -> None:
    rules = {
        found.group(1)
        for path in (CHECKOUT / "rules").rglob("*.yaml")
        if (found := re.search(r"^id: (AOAI[0-9]+)", path.read_text(), re.MULTILINE))
    }
    listed = run("-m", "scanner", "rules", "list", cwd=site)
    assert set(re.findall(r"AOAI[0-9]+", listed)) >= rules


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_no_address(lock: str) -> None:
    strange = [
        line
        for line in (CHECKOUT / lock).read_text().splitlines()
        if not PIN.match(line) and not HASH.match(line)
    ]
    assert strange == []


@pytest.mark.parametrize(("lock", "extra"), LOCKS.items())
def test_a_lock_satisfies_the_project(lock: str, extra: str) -> None:
    pins = pinned(lock)
    wanted = map(Requirement, [*PROJECT["project"]["dependencies"], *group(extra)])
    unmet = [
        str(requirement)
        for requirement in wanted
        if not pins.get(canonicalize_name(requirement.name))
        or not all(map(requirement.specifier.contains, pins[canonicalize_name(requirement.name)]))
    ]
    assert unmet == []


def test_both_locks_pin_the_same_versions() -> None:
    runtime, dev = map(pinned, LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime
