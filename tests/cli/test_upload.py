"""`aoai-scan upload`: what goes, where to, and what becomes of it."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import RequestError
from scanner.upload import Destination, GitHub, found
from scanner.upload.destination import api_of

from .command_line import Ran, run
from .estate import PUBLIC, saved
from .github_stand_in import COMMIT, REPOSITORY, TOKEN, StandIn, github

FILE = "reports/aoai-scan.sarif"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Be in a job of GitHub Actions, where nobody waits."""
    with github() as stand_in:
        for name, value in {
            "GITHUB_API_URL": stand_in.api,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_SHA": COMMIT,
            "GITHUB_TOKEN": TOKEN,
            "no_proxy": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(GitHub.__init__, "__defaults__", (lambda _: None,))
        yield stand_in


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the job that these tests may run in."""
    for name in ("API_URL", "REPOSITORY", "REF", "SHA", "TOKEN"):
        monkeypatch.delenv(f"GITHUB_{name}", raising=False)
    monkeypatch.delenv("GH_TOKEN", raising=False)
    monkeypatch.delenv("BUILD_REPOSITORY_PROVIDER", raising=False)


def scanned(*options: str, source: tuple[str, ...] = ("--demo",)) -> str:
    run(*source, "-f", "sarif", "-o", "reports/", *options)
    return FILE


def incomplete() -> str:
    gaps = [{"scope": "/", "type": "*", "reason": "denied", "detail": ""}]
    return scanned(source=("--snapshot", saved("half.json", PUBLIC, gaps=gaps)))


def fault(status: int, message: str = "", **headers: str) -> tuple[int, dict[str, str], Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, {"message": message}


def test_what_was_found_goes_to_github_and_is_read(hub: StandIn) -> None:
    ran = run("upload", scanned())
    assert ran.code == 0
    assert ran.err == f"{FILE}: 2 results in 1 categories: complete\n"
    assert hub.uploads == [json.loads(Path(FILE).read_text("utf-8"))]
    assert hub.asked == [
        f"POST /repos/{REPOSITORY}/code-scanning/sarifs",
        f"GET /repos/{REPOSITORY}/code-scanning/sarifs/00000001-dead-beef",
        f"GET /repos/{REPOSITORY}/code-scanning/analyses",
    ]


def test_several_files_go_one_by_one(hub: StandIn) -> None:
    Path("other.sarif").write_bytes(Path(scanned()).read_bytes())
    assert run("upload", FILE, "other.sarif").code == 0
    assert len(hub.uploads) == 2


def test_a_clean_scan_is_uploaded_for_it_closes_what_was_open(hub: StandIn) -> None:
    assert run("upload", scanned("--only", "AOAI106", "--as-of", "2026-01-01")).code == 0
    run("--snapshot", saved("none.json"), "-f", "sarif", "-o", "clean.sarif")
    assert run("upload", "clean.sarif").code == 0
    assert hub.runs[-1]["results"] == []


def test_a_dry_run_sends_nothing_and_needs_no_token(
    hub: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    ran = run("upload", "--dry-run", scanned())
    assert (ran.code, hub.asked) == (0, [])
    assert ran.out.startswith(f"{FILE}: 2 results, ")
    assert f"would go to {REPOSITORY} at {hub.api} as refs/heads/main {COMMIT}" in ran.out
    assert "\n  aoai-scan/" in ran.out


def test_without_a_token_nothing_is_sent(hub: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    ran = run("upload", scanned())
    assert (ran.code, hub.asked) == (2, [])
    assert ran.complaint == "aoai-scan: no token: set GITHUB_TOKEN or GH_TOKEN"


def test_a_token_with_a_line_break_is_refused_and_not_shown(
    hub: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", f"{TOKEN}\n")
    ran = run("upload", scanned())
    assert (ran.code, hub.asked) == (2, [])
    assert TOKEN not in ran.complaint


# --- an incomplete scan closes nothing


def test_what_an_incomplete_scan_found_is_left_out(hub: StandIn) -> None:
    ran = run("upload", incomplete())
    assert (ran.code, hub.asked) == (3, [])
    assert "is left out: an incomplete scan without --baseline would close" in ran.err


def test_with_a_baseline_it_carries_forward_and_goes(hub: StandIn) -> None:
    run("--snapshot", saved("whole.json", PUBLIC), "-f", "sarif", "-o", "before.sarif")
    gaps = [{"scope": "/", "type": "*", "reason": "denied", "detail": ""}]
    run(
        *("--snapshot", saved("half.json", gaps=gaps), "--baseline", "before.sarif"),
        *("-f", "sarif", "-o", "now.sarif"),
    )
    assert run("upload", "now.sarif").code == 0
    told = [result["ruleId"] for result in hub.runs[0]["results"]]
    before = json.loads(Path("before.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert told == [result["ruleId"] for result in before]


def test_it_goes_when_that_is_wanted(hub: StandIn) -> None:
    assert run("upload", "--allow-incomplete", incomplete()).code == 0
    assert len(hub.uploads) == 1


# --- GitHub refuses


def refused(status: int, message: str, hub: StandIn) -> Ran:
    hub.faults = [fault(status, message)] * 10
    ran = run("upload", scanned())
    assert ran.code == 3
    assert TOKEN not in ran.err
    return ran


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "GitHub cannot read the file or the request (because)"),
        (401, "the token is wrong or has expired (because)"),
        (403, "the token may not write code scanning alerts"),
        (404, "there is no such repository, or the token may not see it (because)"),
        (413, "the file is too large (because)"),
        (422, "GitHub does not know this commit or ref: push it first (because)"),
        (418, "refused (because)"),
    ],
)
def test_each_refusal_is_explained_and_not_repeated(status: int, said: str, hub: StandIn) -> None:
    ran = refused(status, "because", hub)
    assert ran.complaint.startswith(f"aoai-scan: {REPOSITORY}: HTTP {status}: {said}")
    assert len(hub.asked) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(status: int, hub: StandIn) -> None:
    hub.faults = [fault(status), fault(status)]
    assert run("upload", scanned()).code == 0
    assert len(hub.uploads) == 1


def test_what_does_not_pass_is_given_up(hub: StandIn) -> None:
    assert "HTTP 503: GitHub does not answer" in refused(503, "", hub).complaint
    assert len(hub.asked) == 5


@pytest.mark.parametrize("headers", [{"retry_after": "7"}, {"x_ratelimit_remaining": "0"}])
def test_a_403_that_is_about_the_rate_is_asked_again(
    headers: dict[str, str], hub: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(GitHub.__init__, "__defaults__", (slept.append,))
    hub.faults = [fault(403, "", **headers)]
    assert run("upload", scanned()).code == 0
    assert slept == [7.0 if "retry_after" in headers else 1.0]


def test_a_redirection_is_not_followed_with_the_token(hub: StandIn) -> None:
    hub.faults = [fault(307, "", location=f"{hub.api}/repos/{REPOSITORY}/code-scanning/sarifs")]
    ran = run("upload", scanned())
    assert (ran.code, len(hub.asked)) == (3, 1)
    assert "HTTP 307: it has moved" in ran.complaint


def test_nobody_there_is_one_line(hub: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{closed}")
    ran = run("upload", scanned())
    assert (ran.code, hub.asked) == (3, [])
    assert ran.complaint.startswith(f"aoai-scan: http://127.0.0.1:{closed}: no answer: ")


# --- GitHub takes its time


def test_an_upload_is_waited_for(hub: StandIn) -> None:
    hub.pending = 3
    assert run("upload", scanned()).err.endswith(": complete\n")


def test_patience_ends_without_an_error(hub: StandIn) -> None:
    hub.pending = 1_000
    ran = run("upload", scanned())
    assert ran.code == 0
    assert ran.err.endswith(": pending\n")


def test_nobody_waits_who_does_not_want_to(hub: StandIn) -> None:
    hub.pending = 1_000
    assert run("upload", "--no-wait", scanned()).code == 0
    assert hub.pending == 1_000


def test_what_github_finds_wrong_afterwards_is_told(hub: StandIn) -> None:
    hub.refused = ["expected a physical location", "another"]
    ran = run("upload", scanned())
    assert ran.code == 3
    assert ran.complaint.endswith("refused what is in it: expected a physical location; another")


# --- parts that are no more


def test_the_parts_of_a_category_that_are_no_more_are_closed(hub: StandIn) -> None:
    category = json.loads(Path(scanned()).read_text("utf-8"))["runs"][0]["automationDetails"]["id"]
    hub.analyses = [
        {"category": f"{category}2", "results_count": 7},
        {"category": f"{category}3", "results_count": 0},
        {"category": f"{category}3", "results_count": 9},
        {"category": f"{category}nightly", "results_count": 7},
        {"category": "aoai-scan/other", "results_count": 7},
        {"category": category, "results_count": 7},
    ]
    ran = run("upload", FILE)
    assert ran.code == 0
    _, closed = hub.uploads
    assert [run["automationDetails"]["id"] for run in closed["runs"]] == [f"{category}2/"]
    assert closed["runs"][0]["results"] == []
    assert f"closed what {category}2 told" in ran.err


# --- files that are not for GitHub


def test_the_full_profile_is_refused(hub: StandIn) -> None:
    Path(".aoai-scan.yaml").write_text(
        "suppressions: [{rule: AOAI101, resource: '*/aoai-chat', reason: x, owner: y, "
        "expires: 2999-12-31}]",
        "utf-8",
    )
    ran = run("upload", scanned("--sarif-profile", "full"))
    assert (ran.code, hub.asked) == (2, [])
    assert "the full profile, all of which GitHub would show" in ran.complaint


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"runs": 7}', '{"runs": [{}]}', '{"runs": [7]}', "\ud800" * 3]
)
def test_a_file_that_is_no_sarif_of_ours_is_refused(text: str, hub: StandIn) -> None:
    Path("x.sarif").write_text(text, "utf-8", errors="surrogatepass")
    ran = run("upload", "x.sarif")
    assert (ran.code, hub.asked) == (2, [])
    assert ran.complaint.startswith("aoai-scan: x.sarif: not SARIF of aoai-scan")


def test_a_file_of_another_tool_is_refused(hub: StandIn) -> None:
    log = json.loads(Path(scanned()).read_text("utf-8"))
    log["runs"][0]["tool"]["driver"]["name"] = "other"
    Path(FILE).write_text(json.dumps(log), "utf-8")
    assert "the SARIF of another tool" in run("upload", FILE).complaint
    assert hub.asked == []


# --- where to


def said(**answers: str) -> Any:
    """Return a git that answers by its first argument."""
    return lambda *arguments: answers.get(arguments[0].replace("-", "_"), "")


GIT = said(
    remote="git@github.com:octo-org/estate.git",
    symbolic_ref="refs/heads/main",
    rev_parse=COMMIT,
)


def test_git_says_where_to_when_no_ci_does() -> None:
    assert found({}, git=GIT) == Destination(
        api="https://api.github.com", repository=REPOSITORY, ref="refs/heads/main", commit=COMMIT
    )


def test_what_is_named_wins_over_the_ci_and_that_over_git() -> None:
    environment = {"GITHUB_REPOSITORY": "ci/ci", "GITHUB_REF": "refs/heads/ci"}
    place = found(environment, repository="a/b", git=GIT)
    assert (place.repository, place.ref, place.commit) == ("a/b", "refs/heads/ci", COMMIT)


def test_azure_pipelines_say_so_for_a_repository_of_github() -> None:
    pipeline = {
        "BUILD_REPOSITORY_PROVIDER": "GitHub",
        "BUILD_REPOSITORY_NAME": "ado/hub",
        "BUILD_SOURCEBRANCH": "refs/heads/x",
        "BUILD_SOURCEVERSION": "f" * 40,
    }
    place = found(pipeline, git=GIT)
    assert (place.repository, place.ref, place.commit) == ("ado/hub", "refs/heads/x", "f" * 40)
    elsewhere = pipeline | {"BUILD_REPOSITORY_PROVIDER": "TfsGit"}
    assert found(elsewhere, git=GIT).repository == REPOSITORY


@pytest.mark.parametrize(
    ("remote", "host", "repository"),
    [
        ("https://github.com/octo-org/estate", "https://api.github.com", REPOSITORY),
        ("https://user@github.com/octo-org/estate.git", "https://api.github.com", REPOSITORY),
        ("ssh://git@ssh.github.com:443/octo-org/estate.git", "https://api.github.com", REPOSITORY),
        ("git@corp.ghe.com:octo-org/estate.git", "https://api.corp.ghe.com", REPOSITORY),
        ("https://git.corp.example/octo-org/estate", "https://git.corp.example/api/v3", REPOSITORY),
        ("git@git.corp.example:o/a.b-c.git", "https://git.corp.example/api/v3", "o/a.b-c"),
    ],
)
def test_a_remote_says_which_github_and_which_repository(
    remote: str, host: str, repository: str
) -> None:
    place = found({}, ref="refs/heads/main", commit=COMMIT, git=said(remote=remote))
    assert (place.api, place.repository) == (host, repository)


def test_a_host_that_nobody_names_is_github_com() -> None:
    assert api_of("") == "https://api.github.com"


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"repository": "estate"}, "`estate` is no repository such as"),
        ({"repository": "a/b/c"}, "is no repository"),
        ({"repository": "a/b?x"}, "is no repository"),
        ({"commit": "abc"}, "`abc` is no full commit"),
        ({"ref": "main"}, "`main` is no full ref such as refs/heads/main"),
        ({"api": "http://git.corp.example/api/v3"}, "is no https address of a GitHub API"),
        ({"api": "https://"}, "is no https address"),
        ({"api": "ftp://x"}, "is no https address"),
    ],
)
def test_what_github_would_not_take_is_refused(named: dict[str, str], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        found({}, git=GIT, **named)


def test_what_nobody_says_is_asked_for_by_its_option() -> None:
    with pytest.raises(RequestError, match="which repository; give --repository"):
        found({}, git=said())
    with pytest.raises(RequestError, match="which ref; give --ref"):
        found({}, repository=REPOSITORY, git=said(rev_parse=COMMIT))


def test_the_git_of_this_machine_is_asked(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        ran = subprocess.run(  # noqa: S603 - of this test
            ("git", *settings, *arguments),  # noqa: S607 - as above
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", "https://github.com/octo-org/estate.git")
    git("commit", "-q", "--allow-empty", "-m", "x")
    place = found({})
    assert (place.repository, place.ref) == (REPOSITORY, "refs/heads/main")
    assert place.commit == git("rev-parse", "HEAD")
