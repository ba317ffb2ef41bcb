"""Several requests at once, and none that outlives the scan."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(
    work: Callable[[T], R], items: Sequence[T], *, most: int, stopped: Event
) -> Generator[R, None, None]:
    """
    Yield what comes of each item, in their order, at most so many at once.

    Whatever stops us stops the threads: what waits hears of it, what has not
    begun never does. Close it (or use it up) to be sure.
    """
    with ExitStack() as stack:
        executor = ThreadPoolExecutor(most, thread_name_prefix="collect")
        stack.callback(executor.shutdown, cancel_futures=True)
        try:  # submitting too can be interrupted
            futures = [executor.submit(work, item) for item in items]
            for future in futures:
                yield future.result()
        except BaseException:
            stopped.set()
            raise
