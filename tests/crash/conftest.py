"""Installations of crash tests, and roles that are killed and come back at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from installation import Installation

Install = Callable[..., Installation]
HERE = Path(__file__).parent


@pytest.fixture
def install(tmp_path: Path, migrated: Install) -> Iterator[Install]:
    """`install(TRADEWIND_…="1")`: a migrated home of the test's own, with these settings; stopped at the end."""
    made: list[Installation] = []

    def run(**environment: str) -> Installation:
        made.append(migrated(tmp_path / "home"))
        made[-1].environment = environment
        return made[-1]

    yield run
    for installation in made:
        installation.stop()


class MortalWeb:
    """The web role in forks of one process that has imported the product: a new one answers in no time."""

    def __init__(self, installation: Installation) -> None:
        process = installation.start_script(HERE / "forking_web.py")
        assert process.stdin
        assert process.stdout
        self._asks, self._says = process.stdin, process.stdout
        assert self._says.readline() == b"ready\n"
        self._start()
        installation.wait_ready()

    def _start(self) -> None:
        self._asks.write(b"\n")
        self._asks.flush()
        self._process = int(self._says.readline())

    def kill(self) -> None:
        """Kill it in the middle of what it does; the next one starts at once."""
        os.kill(self._process, signal.SIGKILL)
        self._start()

    def stop(self) -> None:
        """End it for good."""
        os.kill(self._process, signal.SIGTERM)


@pytest.fixture
def mortal_web() -> Callable[[Installation], MortalWeb]:
    """`mortal_web(installation)`: start its web role so that it can be killed again and again."""
    return MortalWeb


class MortalWorkers:
    """Workers in forks of one process that has imported the product and made something for them to do."""

    def __init__(self, installation: Installation, kind: str, port: int, count: int, workers: int) -> None:
        process = installation.start_script(HERE / "forking_worker.py")
        assert process.stdin
        assert process.stdout
        self._asks, self._says, self._kind = process.stdin, process.stdout, kind
        assert self._tell(f"prepare {kind} {port} {count}") == b"prepared\n"
        self._processes = [self._start() for _ in range(workers)]

    def kill(self, place: int) -> None:
        """Kill one in the middle of what it does; the next one starts at once."""
        os.kill(self._processes[place], signal.SIGKILL)
        self._processes[place] = self._start()

    def stop(self) -> None:
        """End them all."""
        for process in self._processes:
            os.kill(process, signal.SIGKILL)

    def _start(self) -> int:
        return int(self._tell(f"work {self._kind}"))

    def _tell(self, command: str) -> bytes:
        self._asks.write(f"{command}\n".encode())
        self._asks.flush()
        return self._says.readline()


@pytest.fixture
def mortal_workers() -> type[MortalWorkers]:
    """`mortal_workers(installation, kind, port, count, workers)`: see `forking_worker.py`."""
    return MortalWorkers


@pytest.fixture
def smtp_sink(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Port of a mail server that takes everything, and the file it writes down the ids of mails in."""
    taken = tmp_path / "taken"
    process = subprocess.Popen([sys.executable, str(HERE / "smtp_sink.py"), str(taken)], stdout=subprocess.PIPE)
    assert process.stdout
    yield int(process.stdout.readline()), taken
    process.kill()
    process.wait()
