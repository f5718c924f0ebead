"""Sets that come with the product: read from text files, learned once per home."""

import fcntl
import hashlib
import threading
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tradewind.modules.intents.engine.model import Model
from tradewind.settings import get_settings

_learning = threading.Lock()


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


@cache
def _kept(key: str) -> Model:
    """The model of a shipped set, learned by whichever process needs it first and kept under the home."""
    chosen = shipped()[key]
    folder = get_settings().home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"intents-{key}.{chosen.digest}.npz"
    with (folder / f"intents-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            from tradewind.modules.intents.engine.train import train

            rows = [(text, intent.label) for intent in chosen.intents for text in intent.examples]
            trained = train(
                [text for text, _ in rows],
                [label for _, label in rows],
                [text for intent in chosen.intents for text in intent.negatives],
            )
            partial = path.with_suffix(".partial")
            partial.write_bytes(trained.model.to_bytes())
            partial.replace(path)
    return Model.from_bytes(path.read_bytes())


def model(key: str) -> Model:
    """The model of a shipped set. Takes seconds the first time: use a thread. Raises KeyError."""
    with _learning:
        return _kept(key)


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
