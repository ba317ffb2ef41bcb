"""The reading of Azure: the only room that talks to it, and the only one that may fail to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.collect.clouds import CLOUDS, Cloud, cloud_of
from scanner.collect.scope import Scope

if TYPE_CHECKING:
    from scanner.collect.clock import Clock
    from scanner.snapshot import Snapshot

__all__ = ["CLOUDS", "Cloud", "Scope", "cloud_of", "collect"]


def collect(
    scope: Scope,
    *,
    cloud: Cloud,
    progress: Callable[[str], None],
    clock: Clock | None = None,
) -> Snapshot:
    """
    Read everything in `scope` and return it, with a gap for each part that was not read.

    The Azure SDK takes a third of a second to import, so it is imported here
    and not before. `progress` is told of each page and each wait, in whichever
    thread reads or waits. Without a `clock` it is the system's.

    Raises CollectionError when nothing at all could be read, RequestError when
    the scope names what is not there.
    """
    from scanner.collect.collection import collect as collect_now  # noqa: PLC0415 - see above

    return collect_now(scope, cloud=cloud, progress=progress, clock=clock)
