"""
What a scan costs, part by part, and how that grows with the rows: `python benchmarks/scan.py`.

Compare the ratios within one run: seconds depend on the machine. Give sizes
to measure others; `--profile` shows where the last size spends its time.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import resource
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TypeVar

import big_estate
import msgspec

from scanner import snapshot as snapshots
from scanner.analysis.calls import Reach
from scanner.analysis.connections import intended
from scanner.resources import parse
from scanner.rules import judge, load_all
from scanner.topology import Topology

T = TypeVar("T")

SIZES = (1_000, 10_000)

PARTS = ("load", "parse", "topology", "connections", "judge")


def main() -> None:
    """Measure each shape at each size, and print a table of CPU seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--shape", choices=("regional", "central"), action="append")
    parser.add_argument("--profile", action="store_true")
    told = parser.parse_args()
    for shape in told.shape or ("regional", "central"):
        print(f"\n{shape}: {'rows':>7} {'pairs':>9}", *(f"{p:>11}" for p in (*PARTS, "all")))
        before: Mapping[str, float] = {}
        for size in told.sizes:
            show = told.profile and size == told.sizes[-1]
            with cProfile.Profile() if show else nullcontext() as profile:
                seconds = measured(size, is_central=shape == "central")
            _print(seconds, before)
            before = seconds
            if profile is not None:
                pstats.Stats(profile).sort_stats("tottime").print_stats(45)


def measured(size: int, *, is_central: bool) -> Mapping[str, float]:
    """Return the CPU seconds of each part of a scan, and how much there was to do."""
    content = msgspec.json.encode(big_estate.snapshot(size, is_central=is_central))
    rules = load_all()
    seconds: dict[str, float] = {}

    def timed(part: str, work: Callable[[], T]) -> T:
        begun = time.process_time()
        done = work()
        seconds[part] = time.process_time() - begun
        return done

    gc.collect()
    gc.disable()
    read = timed("load", lambda: snapshots.parse(content, "benchmark"))
    inventory = timed("parse", lambda: parse(read))
    topology = timed("topology", lambda: Topology(inventory))
    pairs = timed("connections", lambda: intended(topology))
    timed("judge", lambda: judge(topology, rules))
    gc.enable()
    seconds["all"] = sum(seconds.values())
    seconds["rows"] = len(read.rows)
    seconds["pairs"] = len(pairs)
    seconds["reachable"] = sum(pair.verdict is Reach.REACHABLE for pair in pairs)
    return seconds


def _print(seconds: Mapping[str, float], before: Mapping[str, float]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    counts = f"{seconds['rows']:>17,.0f} {seconds['pairs']:>9,.0f}"
    parts = (f"{seconds[part]:>11.2f}" for part in (*PARTS, "all"))
    print(counts, *parts, f"  {seconds['reachable']:,.0f} reachable, peak {peak} MB")
    if before:
        grown = (f"{seconds[p] / max(before[p], 1e-3):>10.1f}x" for p in (*PARTS, "all"))
        print(" " * 10 + f"{seconds['rows'] / before['rows']:>6.1f}x {'':>9}", *grown)


if __name__ == "__main__":
    main()
