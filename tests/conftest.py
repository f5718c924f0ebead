"""Loads the kernel's fixtures, and the scripted model server, for all tests."""

import gc

import argon2
import pytest
from hypothesis import HealthCheck, settings

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
