"""Loads the kernel's fixtures for all tests."""

pytest_plugins = ["tradewind.kernel.testing.fixtures"]
