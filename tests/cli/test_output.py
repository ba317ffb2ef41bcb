"""Reports land where they were asked for, whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .command_line import Ran, run

DEMO = ("--demo", "--only", "AOAI101")


def tree(folder: str = ".") -> set[str]:
    return {path.as_posix() for path in Path(folder).rglob("*") if path.is_file()}


def refused(ran: Ran, because: str) -> None:
    assert (ran.code, ran.out) == (2, "")
    assert because in ran.complaint


def test_a_report_goes_to_standard_output_and_nothing_else_does() -> None:
    ran = run(*DEMO)
    assert ran.out.startswith("Account ")
    assert (ran.code, ran.err, tree()) == (1, "", set())


@pytest.mark.parametrize("output", ["-o", "--output"])
def test_a_dash_is_standard_output(output: str) -> None:
    assert run(*DEMO, output, "-") == run(*DEMO)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_format_for_programs_is_json(form: str) -> None:
    assert run(*DEMO, "-f", form).document


def test_a_format_named_twice_is_one() -> None:
    assert run(*DEMO, "-f", "json", "-f", "json") == run(*DEMO, "-f", "json")


def test_a_format_nobody_knows_is_refused() -> None:
    refused(run(*DEMO, "-f", "yaml"), "'yaml' is not one of 'table', 'sarif', 'json'")


def test_a_report_goes_to_a_file_as_to_standard_output() -> None:
    ran = run(*DEMO, "-f", "json", "-o", "deep/er/report.json")
    assert ran == Ran(1, "", "wrote deep/er/report.json\n")
    assert Path("deep/er/report.json").read_text("utf-8") == run(*DEMO, "-f", "json").out
    assert tree() == {"deep/er/report.json"}


@pytest.mark.parametrize("output", ["there", "there/", "new/"])
def test_a_report_goes_into_a_folder_under_its_own_name(output: str) -> None:
    Path("there").mkdir()
    assert run(*DEMO, "-o", output).code == 1
    assert tree() == {f"{output.rstrip('/')}/aoai-scan.txt"}


def test_several_formats_go_into_reports() -> None:
    ran = run(*DEMO, "-f", "table", "-f", "json", "-f", "sarif")
    assert (ran.code, ran.out) == (1, "")
    names = ("aoai-scan.txt", "aoai-scan.json", "aoai-scan.sarif", "estate.jsonl")
    assert tree() == {f"reports/{name}" for name in names}
    assert set(ran.err.splitlines()) == {f"wrote reports/{name}" for name in names}


def test_several_formats_go_into_the_folder_named() -> None:
    assert run(*DEMO, "-f", "table", "-f", "json", "-o", "mine").code == 1
    assert tree() == {"mine/aoai-scan.txt", "mine/aoai-scan.json"}


def test_several_formats_cannot_share_standard_output() -> None:
    refused(run(*DEMO, "-f", "table", "-f", "json", "-o", "-"), "use -o FOLDER")


def test_several_formats_cannot_share_a_file() -> None:
    Path("taken").write_text("mine")
    refused(run(*DEMO, "-f", "table", "-f", "json", "-o", "taken"), "taken is a file")
    assert Path("taken").read_text() == "mine"


@pytest.mark.parametrize("output", ["taken/report.txt", "taken/deep/report.txt"])
def test_a_file_is_no_folder(output: str) -> None:
    Path("taken").write_text("mine")
    refused(run(*DEMO, "-o", output), "cannot be written")
    assert (tree(), Path("taken").read_text()) == ({"taken"}, "mine")


def test_a_folder_that_cannot_be_written_to_is_told() -> None:
    refused(run(*DEMO, "-o", "/proc/aoai-scan/report.txt"), "cannot be written")


@pytest.mark.parametrize("in_the_way", ["aoai-scan.sarif", "estate.jsonl"])
def test_of_several_files_all_are_written_or_none(in_the_way: str) -> None:
    Path("reports", in_the_way).mkdir(parents=True)
    ran = run(*DEMO, "-f", "json", "-f", "sarif")
    refused(ran, f"reports/{in_the_way}: cannot be written: it is a folder")
    assert tree() == set()


def test_a_disk_that_is_full_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def full(path: Path, text: str, *more: str, **other: str) -> int:
        write(path, text[:10], *more, **other)
        if "json" in path.name:
            raise OSError(28, "No space left on device")
        return 10

    monkeypatch.setattr(Path, "write_text", full)
    refused(run(*DEMO, "-f", "table", "-f", "json"), "cannot be written: No space left on device")
    assert tree() == set()


def test_an_interruption_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    assert run(*DEMO, "-f", "table", "-f", "json").code == 130
    assert tree() == set()


@pytest.mark.parametrize("options", [("-o", "out/"), ("-f", "sarif"), ("-f", "sarif", "-o", "a")])
def test_nothing_is_said_of_files_written_if_told_to_be_quiet(options: tuple[str, ...]) -> None:
    ran = run(*DEMO, *options, "--quiet")
    assert (ran.code, ran.err) == (1, "")


def test_an_error_is_said_even_if_told_to_be_quiet() -> None:
    refused(run(*DEMO, "-q", "-o", "/proc/aoai-scan/report.txt"), "cannot be written")


def test_a_report_is_written_anew() -> None:
    run(*DEMO, "-o", "report.txt")
    before = Path("report.txt").read_bytes()
    Path("report.txt").write_text("longer than any report" * 1_000)
    run(*DEMO, "-o", "report.txt")
    assert Path("report.txt").read_bytes() == before


def test_a_link_is_followed() -> None:
    Path("real").mkdir()
    Path("link.txt").symlink_to("real/report.txt")
    assert run(*DEMO, "-o", "link.txt").code == 1
    assert Path("link.txt").is_symlink()
    assert Path("real/report.txt").read_text("utf-8") == run(*DEMO).out


def test_what_is_no_file_on_a_disk_is_written_to_and_not_replaced() -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run(*DEMO, "-o", "pipe").err == "wrote pipe\n"
    assert os.read(reader, 1 << 16).decode() == run(*DEMO).out
    os.close(reader)
    assert Path("pipe").is_fifo()


def test_nothing_lies_beside_a_pipe() -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run(*DEMO, "-f", "sarif", "-o", "pipe").err.startswith("note: the results point into")
    assert json.loads(os.read(reader, 1 << 20)) == run(*DEMO, "-f", "sarif").document
    os.close(reader)
    assert os.listdir() == ["pipe"]  # noqa: PTH208 - a pipe is no file


def test_sarif_in_a_folder_points_at_the_estate_file_beside_it() -> None:
    assert run(*DEMO, "-f", "sarif", "-o", "out/").code == 1
    log = json.loads(Path("out/aoai-scan.sarif").read_text("utf-8"))
    (result,) = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "out/estate.jsonl"
    lines = Path(place["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
    assert json.loads(lines[place["region"]["startLine"] - 1])["name"] == "aoai-chat"


def test_a_sarif_file_has_the_estate_file_beside_it() -> None:
    assert run(*DEMO, "-f", "sarif", "-o", "a b/mine.sarif").code == 1
    assert tree() == {"a b/mine.sarif", "a b/estate.jsonl"}
    assert '"uri": "a%20b/estate.jsonl"' in Path("a b/mine.sarif").read_text("utf-8")


def test_outside_the_repository_sarif_points_where_the_estate_file_should_lie(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    assert run(*DEMO, "-f", "sarif", "-o", str(folder)).code == 1
    assert '"uri": "reports/estate.jsonl"' in (folder / "aoai-scan.sarif").read_text("utf-8")


def test_sarif_on_standard_output_says_where_its_results_point() -> None:
    ran = run(*DEMO, "-f", "sarif")
    assert ran.document["version"] == "2.1.0"
    assert ran.complaint.startswith("note: the results point into reports/estate.jsonl")


def test_the_estate_file_does_not_overwrite_the_sarif() -> None:
    refused(run(*DEMO, "-f", "sarif", "-o", "out/estate.jsonl"), "name another")
    assert tree() == set()


def test_a_file_holds_no_colours_even_when_the_terminal_shows_them() -> None:
    run(*DEMO, "-f", "table", "-f", "json", terminal=True)
    assert "\x1b" not in Path("reports/aoai-scan.txt").read_text("utf-8")
