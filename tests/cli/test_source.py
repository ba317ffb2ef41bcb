"""Where the estate comes from: the demo, a file, standard input; which of them is meant."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from scanner.collect import Cloud, Scope
from scanner.snapshot import Coverage, Gap, GapReason, QueryCounts, Snapshot, Subscription, parse

from .command_line import run
from .estate import NETWORK, PRIVATE, PUBLIC, SUBSCRIPTION, row, saved, snapshot

ONLY = ("--only", "AOAI101", "-f", "json")


class StandIn:
    """A `collect` that tells what it was asked, and gives a subscription with one account."""

    def __init__(self, *gaps: Gap) -> None:
        self.gaps = gaps
        self.asked: list[tuple[Scope, str]] = []

    def __call__(self, scope: Scope, *, cloud: Cloud, progress: object) -> Snapshot:
        assert callable(progress)
        progress("reading resources")
        self.asked.append((scope, cloud.name))
        subscription = Subscription(id=SUBSCRIPTION, name="prod")
        query = QueryCounts(table="resources", subscriptions=1, rows=1, pages=1, total_records=1)
        return Snapshot(
            rows=(ROW,),
            subscriptions=(subscription,),
            gaps=self.gaps,
            coverage=Coverage(asked=1, visible=1, queries=(query,)),
        )


(ROW,) = parse(json.dumps([PRIVATE]).encode(), "test").rows
DENIED = Gap(scope="/", type=NETWORK, reason=GapReason.DENIED, detail="403")


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr("scanner.collect.collect", stand_in)
    return stand_in


# --- files and standard input


@pytest.mark.parametrize("name", ["kept.json", "kept.json.gz"])
def test_what_is_kept_is_judged_the_same_byte_for_byte(name: str) -> None:
    live = run("--demo", "-f", "json", "--save-snapshot", name)
    assert (live.code, live.err) == (1, "")
    assert run("--snapshot", name, "-f", "json") == live


def test_what_is_kept_is_kept_again_byte_for_byte() -> None:
    run("--demo", "--save-snapshot", "one.json")
    run("--snapshot", "one.json", "--save-snapshot", "two.json")
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()


@pytest.mark.parametrize("form", ["json", "sarif", "table"])
def test_the_same_snapshot_gives_the_same_bytes(form: str) -> None:
    assert run("--demo", "-f", form) == run("--demo", "-f", form)


def test_standard_input_is_a_dash() -> None:
    piped = run("--snapshot", "-", *ONLY, stdin=snapshot(PUBLIC).encode())
    assert piped == run("--snapshot", saved("s.json", PUBLIC), *ONLY)
    assert piped.code == 1


def test_standard_input_may_be_gzipped() -> None:
    packed = gzip.compress(snapshot(PUBLIC).encode())
    assert run("--snapshot", "-", *ONLY, stdin=packed).rules_found == {"AOAI101"}


def test_bare_rows_are_incomplete() -> None:
    Path("rows.json").write_text(json.dumps([PRIVATE]))
    ran = run("--snapshot", "rows.json", *ONLY)
    assert (ran.code, ran.document["complete"]) == (3, False)
    assert NETWORK in {gap["type"] for gap in ran.document["gaps"]}


def test_a_violation_in_bare_rows_is_one() -> None:
    Path("rows.json").write_text(json.dumps([{**PUBLIC, "properties": PUBLIC["properties"]}]))
    ran = run("--snapshot", "rows.json", "-f", "json", "--only", "AOAI106", "--fail-on", "info")
    assert (ran.code, ran.document["complete"]) == (1, False)


def test_bare_rows_are_complete_if_someone_says_so() -> None:
    Path("rows.json").write_text(json.dumps([PRIVATE]))
    ran = run("--snapshot", "rows.json", *ONLY, "--assume-complete")
    assert (ran.code, ran.document["complete"], ran.document["gaps"]) == (0, True, [])


def test_bare_rows_keep_their_gaps_when_they_are_kept() -> None:
    Path("rows.json").write_text(json.dumps([PRIVATE]))
    bare = run("--snapshot", "rows.json", *ONLY, "--save-snapshot", "kept.json")
    assert run("--snapshot", "kept.json", *ONLY) == bare
    assert run("--snapshot", "kept.json", *ONLY, "--assume-complete") == bare


@pytest.mark.parametrize("cloud", ["azureusgovernment", "AzureUSGovernment"])
def test_bare_rows_lie_in_the_cloud_named_in_any_letter_case(cloud: str) -> None:
    rows = json.dumps([PRIVATE]).encode()
    run("--snapshot", "-", "--cloud", cloud, "--save-snapshot", "kept.json", stdin=rows)
    assert json.loads(Path("kept.json").read_bytes())["cloud"] == "AzureUSGovernment"


def test_a_cloud_nobody_knows_is_refused() -> None:
    ran = run("--snapshot", "-", "--cloud", "AzurePublik", stdin=json.dumps([PRIVATE]).encode())
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `AzurePublic`?" in ran.complaint


@pytest.mark.parametrize("cloud", ["azurepublic", "AZUREPUBLIC", "AzureCloud"])
def test_the_letter_case_of_a_snapshots_cloud_changes_nothing(cloud: str) -> None:
    live = run("--demo", "-f", "json", "--save-snapshot", "kept.json")
    document = json.loads(Path("kept.json").read_bytes())
    Path("other.json").write_text(json.dumps(document | {"cloud": cloud}))
    assert run("--snapshot", "other.json", "-f", "json", "--save-snapshot", "again.json") == live
    assert json.loads(Path("again.json").read_bytes())["cloud"] == "AzurePublic"


def test_a_snapshot_of_a_cloud_nobody_knows_is_judged_with_a_warning() -> None:
    ran = run("--snapshot", saved("s.json", PUBLIC, cloud="AzurePublik"), *ONLY)
    assert (ran.code, ran.rules_found) == (1, {"AOAI101"})
    assert ran.complaint == (
        "warning: no cloud `AzurePublik` is known (did you mean `AzurePublic`?): "
        "what rests on its DNS names is open"
    )


def test_a_cloud_as_long_as_a_file_is_not_quoted_whole() -> None:
    ran = run("--snapshot", saved("s.json", PUBLIC, cloud="x" * 1_000_000), *ONLY)
    assert len(ran.complaint) < 200


@pytest.mark.parametrize("variable", ["AOAI_SCAN_CLOUD", "AOAI_SCAN_RESOURCE_MANAGER"])
@pytest.mark.parametrize("source", ["--demo", "--snapshot=s.json"])
def test_a_wrong_cloud_in_the_environment_is_told_where_no_cloud_is_asked(
    monkeypatch: pytest.MonkeyPatch, variable: str, source: str
) -> None:
    saved("s.json", PUBLIC)
    monkeypatch.setenv(variable, "AzurePublik")
    ran = run(source)
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith(f"aoai-scan: {variable}: no cloud `AzurePublik` (did you mean")


def test_a_private_cloud_needs_no_authority_where_nobody_signs_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AOAI_SCAN_RESOURCE_MANAGER", "https://arm.local/")
    assert run("--demo", *ONLY).code == 1
    rows = json.dumps([PRIVATE]).encode()
    run("--snapshot", "-", "--save-snapshot", "kept.json", stdin=rows)
    assert json.loads(Path("kept.json").read_bytes())["cloud"] == "https://arm.local"


def test_a_snapshot_cannot_be_kept_where_no_folder_is() -> None:
    ran = run("--demo", "--save-snapshot", "none/kept.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("aoai-scan: none/kept.json: cannot be written")


def test_what_is_no_file_is_not_replaced_by_a_snapshot() -> None:
    os.mkfifo("pipe")
    ran = run("--demo", "--save-snapshot", "pipe")
    assert (ran.code, ran.out) == (2, "")
    assert "pipe: is not a file" in ran.complaint
    assert Path("pipe").is_fifo()


# --- which one is meant


@pytest.mark.parametrize(
    "sources",
    [
        ("--demo", "--snapshot", "s.json"),
        ("--demo", "--subscription", "X"),
        ("--snapshot", "s.json", "--all-subscriptions"),
        ("--snapshot", "s.json", "--management-group", "X"),
    ],
)
def test_two_estates_are_one_too_many(sources: tuple[str, ...]) -> None:
    ran = run(*sources)
    assert (ran.code, ran.out) == (2, "")
    assert "name different estates; give one of them" in ran.complaint


def test_azures_own_answer_is_not_asked_for_offline() -> None:
    ran = run("--demo", "--effective")
    assert (ran.code, ran.out) == (2, "")
    assert "--effective asks Azure; give it to the scan that reads Azure" in ran.complaint


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AOAI_SCAN_SNAPSHOT", saved("s.json", PUBLIC))
    monkeypatch.setenv("AOAI_SCAN_FAIL_ON", "never")
    monkeypatch.setenv("AOAI_SCAN_FORMAT", "json")
    monkeypatch.setenv("AOAI_SCAN_ONLY", "AOAI101 AOAI106")
    ran = run()
    assert (ran.code, ran.rules_found) == (0, {"AOAI101", "AOAI106"})


def test_what_is_typed_wins_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, azure: StandIn
) -> None:
    monkeypatch.setenv("AOAI_SCAN_SUBSCRIPTION", "X")
    monkeypatch.setenv("AOAI_SCAN_FAIL_ON", "critical")
    ran = run("--demo", "--only", "AOAI106", "--fail-on", "medium")
    assert (ran.code, azure.asked) == (1, [])


def test_two_estates_in_the_environment_are_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AOAI_SCAN_SUBSCRIPTION", "X")
    monkeypatch.setenv("AOAI_SCAN_SNAPSHOT", "s.json")
    assert "name different estates" in run().complaint


# --- Azure


@pytest.mark.parametrize(
    ("options", "scope"),
    [
        (("--subscription", "X"), Scope(subscriptions=("X",))),
        (("-s", "X", "-s", "my prod"), Scope(subscriptions=("X", "my prod"))),
        (("-m", "root"), Scope(management_groups=("root",))),
        (("-m", "root", "-s", "X"), Scope(subscriptions=("X",), management_groups=("root",))),
        (("--all-subscriptions",), Scope(all_subscriptions=True)),
        (("-s", "X", "--effective"), Scope(subscriptions=("X",), effective=True)),
    ],
)
def test_azure_is_asked_for_what_was_named(
    azure: StandIn, options: tuple[str, ...], scope: Scope
) -> None:
    ran = run(*options, "-f", "json")
    assert (ran.code, ran.err) == (0, "")
    assert azure.asked == [(scope, "AzurePublic")]


def test_azure_is_asked_in_the_cloud_that_was_named(azure: StandIn) -> None:
    run("-s", "X", "--cloud", "azurechina")
    assert azure.asked == [(Scope(subscriptions=("X",)), "AzureChina")]


def test_azure_is_asked_for_what_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, azure: StandIn
) -> None:
    monkeypatch.setenv("AOAI_SCAN_SUBSCRIPTION", "X Y")
    monkeypatch.setenv("AOAI_SCAN_RESOURCE_MANAGER", "AzureUSGovernment")
    run()
    assert azure.asked == [(Scope(subscriptions=("X", "Y")), "AzureUSGovernment")]


def test_a_live_scan_with_gaps_exits_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.collect.collect", StandIn(DENIED))
    assert run("-s", "X").code == 3


def test_azure_is_not_asked_when_the_answer_could_not_be_kept(azure: StandIn) -> None:
    assert run("-s", "X", "--save-snapshot", "none/kept.json").code == 2
    assert run("collect", "-s", "X", "-o", "none/kept.json").code == 2
    assert azure.asked == []


def test_collect_writes_what_was_read(azure: StandIn) -> None:
    ran = run("collect", "-s", "X", "-o", "kept.json")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        "wrote kept.json: 1 rows",
        "read 1 of 1 subscriptions",
        "read resources: 1 of 1 rows in 1 pages",
    ]
    assert azure.asked == [(Scope(subscriptions=("X",)), "AzurePublic")]
    assert run("--snapshot", "kept.json", "-f", "json").document["complete"] is True


def test_collect_with_gaps_writes_and_exits_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.collect.collect", StandIn(DENIED))
    ran = run("collect", "-s", "X", "-o", "kept.json.gz")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines()[-1] == f"not read: {NETWORK} in /: denied: 403"
    assert run("--snapshot", "kept.json.gz", "-f", "json").document["complete"] is False


def test_collect_lists_no_more_gaps_than_people_read(monkeypatch: pytest.MonkeyPatch) -> None:
    scopes = [f"/subscriptions/{number}" for number in range(25)]
    gaps = [Gap(scope=s, type=NETWORK, reason=GapReason.DENIED) for s in scopes]
    monkeypatch.setattr("scanner.collect.collect", StandIn(*gaps))
    lines = run("collect", "-s", "X", "-o", "kept.json").err.splitlines()
    assert (len(lines), lines[-1]) == (14, "not read: 15 more; see its gaps")


@pytest.mark.parametrize(
    "options", [("-o", "kept.json"), ("-s", "X"), ("-s", "X", "-o", "."), ("--demo", "-o", "k")]
)
def test_collect_wants_a_part_of_azure_and_a_file(azure: StandIn, options: tuple[str, ...]) -> None:
    ran = run("collect", *options)
    assert (ran.code, ran.out, azure.asked) == (2, "", [])
    assert ran.complaint


def test_progress_is_on_the_terminal_and_not_among_the_findings(azure: StandIn) -> None:
    ran = run("-s", "X", "-f", "json", terminal=True)
    assert "reading resources" in ran.err
    assert "reading" not in ran.out
    assert ran.err.endswith("\r\x1b[K")
    assert len(azure.asked) == 1


@pytest.mark.parametrize("option", ["--no-progress", "--quiet"])
def test_progress_is_silent_if_told(azure: StandIn, option: str) -> None:
    assert run("-s", "X", "-f", "json", option, terminal=True).err == ""
    assert len(azure.asked) == 1


def test_collect_says_nothing_but_errors_if_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.collect.collect", StandIn(DENIED))
    ran = run("-q", "collect", "-s", "X", "-o", "kept.json", terminal=True)
    assert (ran.code, ran.out, ran.err) == (3, "", "")
    assert Path("kept.json").exists()


def test_progress_is_silent_where_no_terminal_is(azure: StandIn) -> None:
    assert run("-s", "X", "-f", "json").err == ""
    assert len(azure.asked) == 1


def test_what_is_twice_in_a_snapshot_is_warned_of_unless_quiet() -> None:
    source = saved("s.json", PRIVATE, PUBLIC, row(NETWORK, "hub"))
    assert "it is twice in the snapshot, and the rows contradict" in run("--snapshot", source).err
    assert run("--snapshot", source, "-q").err == ""
