"""Runs every bench of this folder and prints one table.

A bench is a file with `figures(*, leads) -> list[Figure]`; a new file is found by itself.
`python -m bench.run --only api_leads,start --leads 200000` runs a part on a smaller data set.
"""

import argparse
import importlib
import os
import pkgutil
import platform
import signal
import sys
import time
import traceback

import bench
from bench.figures import Figure, show


def names() -> list[str]:
    """Files of this folder that are benches, in the order of their names."""
    found = []
    for entry in pkgutil.iter_modules(bench.__path__):
        if entry.name != "run" and hasattr(importlib.import_module(f"bench.{entry.name}"), "figures"):
            found.append(entry.name)
    return sorted(found)


def main() -> int:
    """Run and print; the exit code is the number of benches that broke (a missed goal does not count)."""
    # ended from outside, the servers that benches started end, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of benches, separated by commas")
    parser.add_argument("--leads", type=int, default=1_000_000, help="size of the data set")
    arguments = parser.parse_args()
    wanted = [name for name in arguments.only.split(",") if name] or names()
    every: list[Figure] = []
    broken = 0
    for name in wanted:
        started = time.perf_counter()
        print(f"{name} …", flush=True)
        try:
            module = importlib.import_module(f"bench.{name}")
            figures = module.figures(leads=arguments.leads)
            show(name, figures)
            every += figures
        except Exception:  # noqa: BLE001 - one broken bench must not hide the others
            traceback.print_exc()
            broken += 1
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    show(f"Tradewind, {arguments.leads:,} leads, {machine}", every)
    return broken


if __name__ == "__main__":
    sys.exit(main())
