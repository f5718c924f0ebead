"""Loads the kernel's fixtures, and the scripted model server, for all tests."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tradewind.kernel.testing.fixtures", "tests.modules.ai.peers.fixtures"]
# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
