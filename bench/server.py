"""Starts the product's web role (or another ASGI app) under Granian for a bench, and stops it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(os.environ.get("TRADEWIND_BENCH_HOME") or "/tmp/tradewind-bench")
# Keys and limits come from the process's settings: this process works on the bench's installation, too.
os.environ |= {"TRADEWIND_HOME": str(HOME), "TRADEWIND_API_REQUESTS_PER_MINUTE": "100000000"}


def environment(**more: str) -> dict[str, str]:
    """Environment of the bench's own installation; limits per user are lifted because there is one user."""
    return {**os.environ, "TRADEWIND_LOG_LEVEL": "WARNING", **more}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_answering(url: str, process: subprocess.Popen[bytes], *, seconds: float = 60) -> float:
    """Seconds until `url` gives 200. Raises RuntimeError when the process ends or time is up."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - started
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer within {seconds:.0f} s")


def stop(process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM) -> None:
    """Ask a server to end, then insist."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serving(arguments: list[str], *, path: str, **more: str) -> Iterator[int]:
    """Run `python -m …` with TRADEWIND_PORT set to a free port until the block ends; yields the port.

    What the server says goes to `server.log` in the bench's home.
    """
    port = free_port()
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment(TRADEWIND_PORT=str(port), **more),
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_answering(f"http://127.0.0.1:{port}{path}", process)
        yield port
    finally:
        stop(process)
