"""Where an upload goes: which repository of which GitHub, and which commit of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from scanner.errors import RequestError

PUBLIC_API = "https://api.github.com"

_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"refs/(?:heads|tags)/\S+|refs/pull/[0-9]+/(?:merge|head)")
_REMOTE = re.compile(
    r"(?:https?://(?:[^@/]+@)?|ssh://(?:[^@/]+@)?|[^@/\s]+@)(?P<host>[^:/\s]+)(?::[0-9]+(?=/))?[:/]"
    r"(?P<repository>[^/\s]+/[^/\s]+?)(?:\.git)?/?"
)

Git = Callable[..., str]
"""Runs git with arguments and returns what it prints, stripped; empty when it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A commit of a repository, as GitHub's API wants it named."""

    api: str
    """Without a slash at the end."""
    repository: str
    ref: str
    commit: str

    def __post_init__(self) -> None:
        """Raise RequestError for what GitHub would refuse."""
        if not _REPOSITORY.fullmatch(self.repository):
            raise RequestError(f"`{self.repository}` is no repository such as octo-org/estate")
        if not _COMMIT.fullmatch(self.commit):
            raise RequestError(f"`{self.commit}` is no full commit: 40 hexadecimal digits")
        if not _REF.fullmatch(self.ref):
            raise RequestError(f"`{self.ref}` is no full ref such as refs/heads/main")
        _check_api(self.api)

    @property
    def sarifs(self) -> str:
        """
        The address that takes SARIF.

        Source: https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
        """
        return f"{self.api}/repos/{self.repository}/code-scanning/sarifs"

    @property
    def analyses(self) -> str:
        """The address that lists what was uploaded before."""
        return f"{self.api}/repos/{self.repository}/code-scanning/analyses"


def found(  # noqa: PLR0913 - what may be named
    environment: Mapping[str, str],
    *,
    api: str = "",
    repository: str = "",
    ref: str = "",
    commit: str = "",
    git: Git | None = None,
) -> Destination:
    """
    Return where to upload to: as named, else as the CI's variables say, else as git does.

    Raises RequestError for what nobody says, with the option that says it.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
    Source: https://learn.microsoft.com/azure/devops/pipelines/build/variables
    """
    asked = git or run_git
    host, remote = _remote(asked("remote", "get-url", "origin"))
    pipeline = environment.get("BUILD_REPOSITORY_PROVIDER", "").startswith("GitHub")
    built = environment if pipeline else {}
    repository = (
        repository
        or environment.get("GITHUB_REPOSITORY", "")
        or built.get("BUILD_REPOSITORY_NAME", "")
        or remote
    )
    ref = (
        ref
        or environment.get("GITHUB_REF", "")
        or built.get("BUILD_SOURCEBRANCH", "")
        or asked("symbolic-ref", "--quiet", "HEAD")
    )
    commit = (
        commit
        or environment.get("GITHUB_SHA", "")
        or built.get("BUILD_SOURCEVERSION", "")
        or asked("rev-parse", "--verify", "HEAD")
    )
    for name, said in (("repository", repository), ("ref", ref), ("commit", commit)):
        if not said:
            raise RequestError(f"neither the environment nor git says which {name}; give --{name}")
    api = api or environment.get("GITHUB_API_URL", "") or api_of(host)
    return Destination(api=api.rstrip("/"), repository=repository, ref=ref, commit=commit.lower())


def api_of(host: str) -> str:
    """
    Return the address of the API that belongs to a host.

    Source: https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api
    Source: https://docs.github.com/enterprise-cloud@latest/admin/data-residency
    """
    host = host.lower()
    if host in {"", "github.com", "ssh.github.com"}:
        return PUBLIC_API
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"


def run_git(*arguments: str) -> str:
    """Return what git says, stripped; empty where there is no git, or nothing to say."""
    git = shutil.which("git")
    if git is None:
        return ""
    ran = subprocess.run(  # noqa: S603 - the arguments are ours
        (git, *arguments), capture_output=True, text=True, errors="replace", check=False
    )
    return ran.stdout.strip() if ran.returncode == 0 else ""


def _remote(url: str) -> tuple[str, str]:
    said = _REMOTE.fullmatch(url)
    return (said["host"], said["repository"]) if said else ("", "")


def _check_api(api: str) -> None:
    """Refuse an address by which the token would travel in the clear."""
    parts = urlsplit(api)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_loopback(parts.hostname):
        return
    raise RequestError(f"`{api}` is no https address of a GitHub API, such as {PUBLIC_API}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
