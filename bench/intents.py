"""Intents: one message judged by the shipped set of sales and support topics, its embedding included; learning it.

The floor of one message is its embedding alone.
"""

import time
from collections.abc import Callable, Sequence

from bench.figures import Figure, percentile, show
from tradewind.modules.ai.api import embed_deeply
from tradewind.modules.intents.engine.train import train
from tradewind.modules.intents.service.shipped import shipped

GOAL_MS = 10.0


def figures(*, leads: int = 0) -> list[Figure]:
    """Time of one message, and of learning the set."""
    rows = [(text, intent.label) for intent in shipped()["sales_support"].intents for text in intent.examples]
    texts = [text for text, _ in rows]
    embed_deeply(texts[:1])
    started = time.perf_counter()
    model = train(texts, [label for _, label in rows]).model
    seconds = time.perf_counter() - started
    floor = _p95(embed_deeply, texts)
    message = _p95(model.predict, texts)
    return [
        Figure(
            "intent of one message, p95", message, "ms", f"≤ {GOAL_MS:.0f} ms", message <= GOAL_MS,
            floor=floor, ratio=message / floor, note="floor: embedding it",
        ),
        Figure("learning a set of intents", seconds, "s", note=f"{len(rows)} phrasings, 5 folds"),
    ]  # fmt: skip


def _p95(judge: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    times = []
    for text in texts:
        began = time.perf_counter()
        judge([text])
        times.append(1000 * (time.perf_counter() - began))
    return percentile(times, 0.95)


if __name__ == "__main__":
    show("Intents", figures())
