"""Time from `tradewind up` on an existing database to the first answered request."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time

from bench.data import prepare
from bench.figures import Figure, show
from bench.server import environment, free_port, stop, wait_until_answering

GOAL_SECONDS = 4.0
RUNS = 3


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """Starts the whole product three times; the floor is importing the application."""
    asyncio.run(prepare(leads=leads))
    seconds = [_start_once() for _ in range(RUNS)]
    return [
        Figure(
            "tradewind up to first answer",
            max(seconds),
            "s",
            goal=f"< {GOAL_SECONDS:.0f} s",
            good=max(seconds) < GOAL_SECONDS,
            floor=_import_seconds(),
            ratio=None,
            note="slowest of three; floor = importing the application",
        )
    ]


def _start_once() -> float:
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind.cli", "up", "--port", str(port)],
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until_answering(f"http://127.0.0.1:{port}/health/ready", process)
        return time.perf_counter() - started
    finally:
        # as Ctrl-C does: the parent then stops its children in order
        stop(process, signal.SIGINT)


def _import_seconds() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tradewind.app"], check=True, env=dict(os.environ))
    return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    show("Start", figures(leads=parser.parse_args().leads))
