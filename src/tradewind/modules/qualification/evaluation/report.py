"""The whole measurement, as `tradewind qualification evaluate` prints it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from tradewind.modules.qualification.evaluation import dialogues, generated
from tradewind.modules.qualification.evaluation.scoring import Example, Tally, values
from tradewind.modules.qualification.reading.reader import read

GENERATED, SEED = 2_000, 20261122
_REGIONS = {"en": "US", "de": "DE", "es": "ES", "fr": "FR"}


def evaluate(folder: Path) -> dict[str, Any]:
    """Figures by kind for the visitors' turns of a part of the set, for what its other side tells, and for generated
    messages; with the milliseconds a message takes. Raises CannotStart."""
    started = perf_counter()
    visitors = _figures(dialogues.visitor_turns(folder), dialogues.TODAY, dialogues.REGION)
    seconds = perf_counter() - started
    return {
        "visitors": visitors["kinds"],
        "turns": visitors["messages"],
        "milliseconds_a_turn": round(seconds * 1000 / max(visitors["messages"], 1), 2),
        "system": _figures(dialogues.system_turns(folder), dialogues.TODAY, dialogues.REGION)["kinds"],
        "generated": _figures(generated.messages(GENERATED, SEED), dialogues.TODAY, None)["kinds"],
    }


def _figures(examples: Iterable[Example], today: date, region: str | None) -> dict[str, Any]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    count = 0
    for example in examples:
        count += 1
        language: Any = example.language
        spans = read(example.text, language, today=today, region=region or _REGIONS[example.language])
        for kind, stated in example.facts.items():
            tallies[kind].add(stated, values(spans, kind))
    return {"messages": count, "kinds": {kind: tally.figures() for kind, tally in sorted(tallies.items())}}
