"""Every test of the command line runs in an empty folder, with nothing set and few rules."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path

import pytest

from .command_line import forget_settings

CHECKOUT = Path(__file__).parents[2]
KEPT = ("exposure/public-network-access.yaml", "exposure/keys-enabled.yaml")


@pytest.fixture(scope="session")
def few_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with all that goes with rules, and two of the rules."""
    home = tmp_path_factory.mktemp("home") / "rules"
    shutil.copytree(CHECKOUT / "rules" / "estates", home / "estates")
    shutil.copytree(CHECKOUT / "rules" / "policies", home / "policies")
    for beside in ("catalogue.yaml", "demo.yaml"):
        shutil.copy(CHECKOUT / "rules" / beside, home)
    for rule in KEPT:
        (home / rule).parent.mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / "rules" / rule, home / rule)
    return home


@pytest.fixture(autouse=True)
def _alone(few_rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for room in ("", ".estates", ".examples", ".load"):
        monkeypatch.setattr(import_module(f"scanner.rules{room}"), "home", lambda: few_rules)
