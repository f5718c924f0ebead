"""Imports put off until somebody asks: what few installations use and takes long to load costs no start."""

import asyncio
import importlib
from types import ModuleType

_loaded: dict[str, ModuleType] = {}


async def loaded(name: str) -> ModuleType:
    """The module of this name; the first time it is imported in a thread, so that other requests go on."""
    if name not in _loaded:
        _loaded[name] = await asyncio.to_thread(importlib.import_module, name)
    return _loaded[name]
