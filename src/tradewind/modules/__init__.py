"""The product's domains, one folder each; found by scanning, so that there is no list to keep."""

import gc
import importlib
import pkgutil
from types import ModuleType

_ROLES_LOADED_AT_START = ("models", "events", "handlers", "channel", "jobs")


def names() -> list[str]:
    """All module names, sorted."""
    return sorted(entry.name for entry in pkgutil.iter_modules(__path__) if entry.ispkg)


def role(module: str, role_name: str) -> ModuleType | None:
    """The file or package `role_name` of a module (`routes`, `jobs`, `cli` …), or None if it has none."""
    package = importlib.import_module(f"{__name__}.{module}")
    if not any(entry.name == role_name for entry in pkgutil.iter_modules(package.__path__)):
        return None
    found = importlib.import_module(f"{package.__name__}.{role_name}")
    # It stays for ever: walking through all of it again and again took an eighth of a start.
    gc.freeze()
    return found


def load_all() -> None:
    """Import what registers itself: tables, events, subscribers, jobs and schedules of all modules."""
    importlib.import_module("tradewind.kernel.housekeeping")
    for module in names():
        for role_name in _ROLES_LOADED_AT_START:
            role(module, role_name)


def tags() -> dict[str, str]:
    """What each group of operations is about, for the API reference: `TAGS` of the modules' `reference` files."""
    found: dict[str, str] = {}
    for module in names():
        if (reference := role(module, "reference")) is not None:
            found |= reference.TAGS
    return found
