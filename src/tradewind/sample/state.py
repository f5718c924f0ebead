"""What the demo has done so far and how to get in, kept in a file of the home directory."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any


class State:
    """What is done so far, kept in a file; one entry per organisation."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key
        self._all: dict[str, dict[str, Any]] = {}
        with suppress(FileNotFoundError, json.JSONDecodeError):
            self._all = json.loads(path.read_text("utf-8"))
        self._mine = self._all.setdefault(key, {})

    def __getitem__(self, name: str) -> Any:
        return self._mine[name]

    def get(self, name: str) -> Any:
        return self._mine.get(name)

    def clear(self) -> None:
        self._mine.clear()

    def save(self, **values: Any) -> None:
        """Remember; the file appears complete or not at all."""
        self._mine.update(values)
        new = self._path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(self._all, indent=1), "utf-8")
        new.replace(self._path)
