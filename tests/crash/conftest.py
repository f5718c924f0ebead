"""Installations of crash tests, and a web role that is killed and comes back at once."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from installation import Installation

Install = Callable[..., Installation]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """`install(TRADEWIND_…="1")`: a migrated home of the test's own, with these settings; stopped at the end."""
    home = tmp_path / "home"
    home.mkdir()
    made: list[Installation] = []

    def run(**environment: str) -> Installation:
        made.append(Installation(home, environment=environment))
        assert made[-1].start("migrate").wait(120) == 0
        return made[-1]

    yield run
    for installation in made:
        installation.stop()


class MortalWeb:
    """The web role in forks of one process that has imported the product: a new one answers in no time."""

    def __init__(self, installation: Installation) -> None:
        process = installation.start_script(Path(__file__).with_name("forking_web.py"))
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
