"""Where the estate comes from: Azure, a snapshot, or the demo."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scanner.cli.console import Progress
from scanner.clouds import PUBLIC, RESOURCE_MANAGERS, cloud_name, known_name
from scanner.errors import RequestError
from scanner.near import near

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.snapshot import Snapshot

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

READABLE = click.Path(path_type=Path, allow_dash=True)

LIVE = ("subscription", "management_group", "all_subscriptions")
OFFLINE = ("snapshot", "demo")
LONGEST = 100
"""A warning quotes no more of a snapshot than this."""

CLOUD_VARIABLES = ("AOAI_SCAN_CLOUD", "AOAI_SCAN_RESOURCE_MANAGER")


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """The source options as they were given."""

    subscription: tuple[str, ...]
    management_group: tuple[str, ...]
    all_subscriptions: bool
    cloud: str
    effective: bool = False
    snapshot: Path | None = None
    demo: bool = False
    assume_complete: bool = False

    @classmethod
    def of(cls, context: click.Context) -> SourceOptions:
        """
        Take the source options of a command.

        One named on the command line wins over those in the environment. Raises
        RequestError when it is not clear which one is meant, and for a wrong cloud
        even where none is asked: a setting that nobody hears of is a trap.
        """
        for name in ("subscription", "management_group"):
            if not all(said.strip() for said in context.params.get(name) or ()):
                option = f"--{name.replace('_', '-')}"
                raise RequestError(f"{option} is empty: give an ID or a name")
        given = [n for n in (*LIVE, *OFFLINE) if context.params.get(n)]
        typed = [n for n in given if _is_typed(context, n)]
        chosen = typed or given
        kinds = {"live" if name in LIVE else name for name in chosen}
        if len(kinds) > 1:
            options = " and ".join(f"--{name.replace('_', '-')}" for name in chosen)
            raise RequestError(f"{options} name different estates; give one of them")
        values = {
            name: context.params[name]
            for name in cls.__slots__
            if name in context.params and (name in chosen or name not in (*LIVE, *OFFLINE))
        }
        if chosen and kinds != {"live"} and _is_typed(context, "effective"):
            raise RequestError("--effective asks Azure; give it to the scan that reads Azure")
        empty = {"subscription": (), "management_group": (), "all_subscriptions": False}
        return cls(**{**empty, **values, "cloud": _cloud(context)})

    def __bool__(self) -> bool:
        return bool(self.is_live or self.snapshot or self.demo)

    @property
    def is_live(self) -> bool:
        """Whether Azure is to be asked."""
        return bool(self.subscription or self.management_group or self.all_subscriptions)

    def read(self, progress: Progress) -> Snapshot:
        """
        Return the snapshot, its cloud by our name for it.

        Raises ScanError when there is none to be had.
        """
        return _spelled(self._snapshot(progress))

    def _snapshot(self, progress: Progress) -> Snapshot:
        if self.is_live:
            return self._collected(progress)
        if self.demo:
            from scanner.rules.estates import demo  # noqa: PLC0415 - `--help` needs none of it

            return demo()
        if self.snapshot is None:
            raise RequestError("name an estate: --subscription ID, --snapshot FILE or --demo")
        return self._loaded(self.snapshot)

    def _collected(self, progress: Progress) -> Snapshot:
        from scanner.collect import Scope, cloud_of, collect  # noqa: PLC0415 - imports azure

        scope = Scope(
            subscriptions=self.subscription,
            management_groups=self.management_group,
            all_subscriptions=self.all_subscriptions,
            effective=self.effective,
        )
        return collect(scope, cloud=cloud_of(self.cloud), progress=progress)

    def _loaded(self, path: Path) -> Snapshot:
        import msgspec  # noqa: PLC0415 - `--help` needs none of it

        from scanner.snapshot import load  # noqa: PLC0415 - as above

        snapshot = load(None if str(path) == "-" else path)
        if not snapshot.vouches:
            changes = {"cloud": self.cloud, "vouches": self.assume_complete}
            snapshot = msgspec.structs.replace(snapshot, **changes)
        return snapshot


def live_options(command: F) -> F:
    """Add the options that name a part of Azure."""
    return _added(
        command,
        click.option(
            "-s",
            "--subscription",
            multiple=True,
            metavar="ID|NAME",
            envvar="AOAI_SCAN_SUBSCRIPTION",
            help="Read this subscription. Repeatable.",
        ),
        click.option(
            "-m",
            "--management-group",
            multiple=True,
            metavar="ID",
            envvar="AOAI_SCAN_MANAGEMENT_GROUP",
            help="Read every subscription below this management group. Repeatable.",
        ),
        click.option(
            "--all-subscriptions",
            is_flag=True,
            envvar="AOAI_SCAN_ALL_SUBSCRIPTIONS",
            help="Read every subscription that your login can see.",
        ),
        click.option(
            "--effective",
            is_flag=True,
            envvar="AOAI_SCAN_EFFECTIVE",
            help="Ask Azure what it computes for running machines, and compare. Needs more rights.",
        ),
        click.option(
            "--cloud",
            default=PUBLIC,
            show_default=True,
            metavar="NAME|URL",
            envvar=CLOUD_VARIABLES,
            help="AzurePublic, AzureUSGovernment, AzureChina, or the URL of a Resource Manager.",
        ),
    )


def offline_options(command: F) -> F:
    """Add the options that name an estate without Azure."""
    return _added(
        command,
        click.option(
            "--snapshot",
            type=READABLE,
            multiple=True,
            callback=_only_one,
            metavar="FILE",
            envvar="AOAI_SCAN_SNAPSHOT",
            help="Judge a saved snapshot, or rows from `az graph query`; - is standard input.",
        ),
        click.option("--demo", is_flag=True, help="Judge the estate that ships with the tool."),
        click.option(
            "--assume-complete",
            is_flag=True,
            envvar="AOAI_SCAN_ASSUME_COMPLETE",
            help="Take bare rows for everything there is. A wrong claim gives wrong verdicts.",
        ),
    )


def _cloud(context: click.Context) -> str:
    """Return our name for the cloud asked for. Raises RequestError that names the variable."""
    try:
        return cloud_name(context.params["cloud"])
    except RequestError as error:
        variables = [name for name in CLOUD_VARIABLES if os.environ.get(name)]
        if _is_typed(context, "cloud") or not variables:
            raise
        raise RequestError(f"{variables[0]}: {error}") from error


def _spelled(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with our name for its cloud; of an unknown one, say what that costs."""
    import msgspec  # noqa: PLC0415 - `--help` needs none of it

    name = known_name(snapshot.cloud)
    if name is None:
        said = snapshot.cloud[:LONGEST]
        hint = near(said, RESOURCE_MANAGERS)
        logger.warning("no cloud `%s` is known%s: what rests on its DNS names is open", said, hint)
        return snapshot
    return msgspec.structs.replace(snapshot, cloud=name)


def _only_one(
    _context: click.Context, _option: click.Parameter, files: tuple[Path, ...]
) -> Path | None:
    """Return the one snapshot: of two, one would go unheard."""
    if len(files) > 1:
        raise RequestError("--snapshot is given twice: one estate is judged at a time")
    return files[0] if files else None


def _added(command: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def _is_typed(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
