"""Runs every bench of this folder and prints one table.

A bench is a file with `figures(*, leads) -> list[Figure]`; a new file is found by itself. Each runs in a process of
its own and for a limited time: one that breaks or hangs costs its own row and says so.
`python -m bench.run --only api_leads,start --leads 200000` runs a part on a smaller data set.
"""

import argparse
import asyncio
import importlib
import os
import pickle
import pkgutil
import platform
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench
from bench.data import prepare
from bench.figures import Figure, show

_STOP_SECONDS = 60


def names() -> list[str]:
    """Files of this folder that are benches, in the order of their names."""
    found = []
    for entry in pkgutil.iter_modules(bench.__path__):
        if entry.name != "run" and hasattr(importlib.import_module(f"bench.{entry.name}"), "figures"):
            found.append(entry.name)
    return sorted(found)


def main() -> int:
    """Run and print; the exit code is the number of benches that gave no figures (a missed goal does not count)."""
    # ended from outside, the servers that benches started end, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of benches, separated by commas")
    parser.add_argument("--leads", type=int, default=1_000_000, help="size of the data set")
    parser.add_argument("--limit", type=float, default=300, help="seconds that one bench may take")
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    wanted = [name for name in arguments.only.split(",") if name] or names()
    if arguments.result:
        figures = importlib.import_module(f"bench.{wanted[0]}").figures(leads=arguments.leads)
        arguments.result.write_bytes(pickle.dumps(figures))
        return 0
    # Made once, before the clock of any bench runs.
    asyncio.run(prepare(leads=arguments.leads))
    every: list[Figure] = []
    for name in wanted:
        started = time.perf_counter()
        print(f"{name} …", flush=True)
        figures = _measured(name, arguments.leads, arguments.limit)
        show(name, figures)
        every += figures
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    show(f"Tradewind, {arguments.leads:,} leads, {machine}", every)
    return sum(figure.value is None for figure in every)


def _measured(name: str, leads: int, limit: float) -> list[Figure]:
    """A bench's figures, or one row that says why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "figures"
        command = [sys.executable, "-m", "bench.run", "--only", name, "--leads", str(leads), "--result", str(result)]
        process = subprocess.Popen(command)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            return [Figure(name, None, note=f"not measured: took longer than {limit:.0f} s")]
        finally:
            _end(process)
        if code:
            return [Figure(name, None, note="not measured: the bench failed, see above")]
        return pickle.loads(result.read_bytes())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let a bench stop its servers; one that does not is killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
