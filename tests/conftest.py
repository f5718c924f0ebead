"""Loads the kernel's fixtures, and the scripted model server, for all tests."""

import fcntl
import gc
import subprocess
from collections.abc import Callable
from pathlib import Path

import argon2
import pytest
from hypothesis import HealthCheck, settings

from installation import Installation
from tradewind.modules.identity.service import passwords

pytest_plugins = ["tradewind.kernel.testing.fixtures", "tests.modules.ai.peers.fixtures"]
# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Two thousand modules stay: looking through them at each collection of garbage takes a tenth of the run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> None:
    """Argon2id at its smallest: the shipped one's 25 ms, for each user of each test, would take a fifth of the run."""
    passwords._HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[Path], Installation]:
    """`migrated(home)`: an installation there, its database a copy of one that the run's first test migrates.

    Making and migrating a database takes seconds, a copy of its files a fraction of one.
    """
    own = tmp_path_factory.getbasetemp()
    original = (own if worker_id == "master" else own.parent) / "migrated"

    def make(home: Path) -> Installation:
        with original.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not original.exists():
                fresh = Installation(original.with_suffix(".new"))
                fresh.home.mkdir()
                assert fresh.start("migrate").wait(120) == 0, fresh.log.read_text()
                fresh.home.rename(original)
        subprocess.run(["cp", "-a", original, home], check=True)
        return Installation(home)

    return make
