"""Requests that ended badly, or in something nobody asked for, one test each."""

from pathlib import Path

import pytest

from scanner.rules import estates
from scanner.snapshot import save

from .command_line import run
from .estate import PRIVATE, saved


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-f", "json", "-o", "estate.json"), "would overwrite what --snapshot reads"),
        (("-f", "json", "-o", "./estate.json"), "would overwrite what --snapshot reads"),
        (("--save-snapshot", "kept.json", "-o", "kept.json"), "would overwrite the saved snapshot"),
        (("--save-snapshot", "-"), "`-` is no file"),
        (("--save-snapshot", ""), "`.` is no file"),
        (("-o", ""), "-o is empty"),
    ],
)
def test_a_report_was_written_where_it_must_not_be(words: tuple[str, ...], said: str) -> None:
    name = saved("estate.json", PRIVATE)
    before = Path(name).read_bytes()
    ran = run("--snapshot", name, *words)
    assert ran.code == 2
    assert said in ran.complaint
    assert Path(name).read_bytes() == before
    assert not Path("-").exists()


def test_of_two_snapshots_one_went_unheard() -> None:
    names = saved("one.json", PRIVATE), saved("two.json", PRIVATE)
    ran = run("--snapshot", names[0], "--snapshot", names[1])
    assert (ran.code, ran.out) == (2, "")
    assert "--snapshot is given twice" in ran.complaint


@pytest.mark.parametrize("option", ["--subscription", "--management-group"])
def test_an_empty_name_was_asked_of_azure(option: str) -> None:
    ran = run(option, "")
    assert (ran.code, ran.complaint) == (2, f"aoai-scan: {option} is empty: give an ID or a name")


def test_one_format_was_told_to_want_a_folder_as_if_it_were_several() -> None:
    saved("estate.json", PRIVATE)
    assert "1 format wants a folder" in run("--demo", "-f", "csv", "-o", "estate.json/").complaint


def test_a_dumb_terminal_got_escape_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" in run("--demo", terminal=True).out
    monkeypatch.setenv("TERM", "dumb")
    ran = run("--demo", terminal=True)
    assert "\x1b" not in ran.out + ran.err


def test_a_matrix_was_wider_than_its_terminal_for_one_long_reason() -> None:
    estate = estates.load(estates.home() / "estates/single-vnet.yaml")
    zone = "privatelink.openai.azure.com"
    far = (
        f"/subscriptions/far/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/{zone}"
    )
    config = {"name": "openai", "properties": {"privateDnsZoneId": far}}
    patch = {
        **dict.fromkeys((zone, f"{zone}/ai", f"{zone}/aoai-prod")),
        "pe-aoai-prod/default": {"properties": {"privateDnsZoneConfigs": [config]}},
    }
    save(estates.snapshot(estates.merge_patch(estate, patch)), Path("estate.json"))
    lines = run("matrix", "--snapshot", "estate.json").out.splitlines()
    assert "…" in lines[2]
    assert max(map(len, lines)) <= 120
    whole = run("matrix", "--snapshot", "estate.json", "-f", "csv").out
    assert "…" not in whole
