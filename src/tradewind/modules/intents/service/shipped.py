"""Sets that come with the product: their texts, and what was learned from them before it was shipped."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from tradewind.modules.intents.engine.model import Model


@dataclass(frozen=True, slots=True)
class ShippedIntent:
    """One intent of a file: `# label`, its description, then a phrasing a line; `! …` is a hard negative."""

    label: str
    description: str
    examples: tuple[str, ...]
    negatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShippedSet:
    """A file of intents; `digest` changes with its content."""

    key: str
    name: str
    description: str
    intents: tuple[ShippedIntent, ...]
    digest: str

    @property
    def example_count(self) -> int:
        """Phrasings without the hard negatives."""
        return sum(len(intent.examples) for intent in self.intents)


@cache
def shipped() -> dict[str, ShippedSet]:
    """All sets that come with the product, by key."""
    folder = files("tradewind.modules.intents") / "shipped"
    found = [(each.name, each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".txt")]
    return {name.removesuffix(".txt"): _read(name.removesuffix(".txt"), content) for name, content in sorted(found)}


@dataclass(frozen=True, slots=True)
class Learned:
    """What a shipped set has learned already: the stored form of its model, and what its card shows."""

    artefact: bytes
    report: dict[str, Any]
    metrics: dict[str, Any]


def place(key: str, suffix: str) -> Path:
    """Where a part of what a set has learned lies; `make intents` writes it, and the name changes with the texts."""
    return Path(__file__).parents[1] / "shipped" / f"{key}.{shipped()[key].digest}.{suffix}"


def learned(key: str) -> Learned:
    """What a shipped set has learned. Reads files: use a thread. Raises KeyError."""
    card = orjson.loads(place(key, "json").read_bytes())
    return Learned(place(key, "npz").read_bytes(), card["report"], card["metrics"])


@cache
def model(key: str) -> Model:
    """The model of a shipped set. Reads a file the first time: use a thread. Raises KeyError."""
    return Model.from_bytes(place(key, "npz").read_bytes())


def _read(key: str, content: str) -> ShippedSet:
    name, description = "", ""
    intents: list[ShippedIntent] = []
    for block in content.split("\n# "):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and lines[0].startswith("="):
            name, description = lines[0].removeprefix("=").strip(), lines[1]
        elif lines:
            phrases = lines[2:]
            intents.append(
                ShippedIntent(
                    lines[0],
                    lines[1],
                    tuple(line for line in phrases if not line.startswith("!")),
                    tuple(line.removeprefix("!").strip() for line in phrases if line.startswith("!")),
                )
            )
    return ShippedSet(key, name, description, tuple(intents), hashlib.sha256(content.encode()).hexdigest()[:12])
