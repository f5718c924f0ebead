"""Scoring: a hundred thousand leads with reasons and write-back, and one lead.

The floor of batch scoring is LightGBM's own `predict(pred_contrib=True)` on the ready-made matrix, on all cores,
with nothing read and nothing written.
"""

import argparse
import asyncio
import os
import time

import lightgbm
import numpy as np

from bench.data import prepare, settings
from bench.figures import Figure, percentile, show
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.leads import api as leads_api
from tradewind.modules.scoring import api as scoring
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.service.scorers import scorers

GOAL_PER_MINUTE, GOAL_ROW_MS = 100_000, 5.0
GOAL_MILLION_MINUTES = 10.0
MOST_LEADS = 100_000
ROWS = 10_000


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """Leads a minute, and one row."""
    modules.load_all()
    return asyncio.run(_measure(min(leads, MOST_LEADS)))


async def _measure(leads: int) -> list[Figure]:
    dataset = await prepare(leads=leads)
    database = await Database(settings()).open()
    actor = Actor.system(dataset.organisation_id, name="bench")
    try:
        started = time.perf_counter()
        training = await scoring.train_model(database, actor)
        training_seconds = time.perf_counter() - started
        started = time.perf_counter()
        scored = await scoring.score_all(database, actor)
        per_minute = scored.count / (time.perf_counter() - started) * 60
        async with database.transaction(actor) as session:
            active = (await scorers(session))[0]
            facts = await leads_api.lead_rows_for_scoring(session, limit=ROWS, before_outcome=True)
        assert active.model is not None, training.reason
        floor = _floor_per_minute(active.model, facts)
        engine = _per_minute(lambda: active.model.predict(facts), len(facts))
        singles = []
        for fact in facts[:500]:
            began = time.perf_counter()
            active.model.predict([fact])
            singles.append(1000 * (time.perf_counter() - began))
    finally:
        await database.close()
    row_ms = percentile(singles, 0.95)
    trees = sum(text.count("\nTree=") for text in active.model.booster_texts)
    return [
        Figure(
            f"Batch scoring, {scored.count:,} leads, reasons, write-back", per_minute, "/min",
            goal=f"≥ {GOAL_PER_MINUTE:,}/min", good=per_minute >= GOAL_PER_MINUTE, floor=floor,
            ratio=per_minute / floor, note=f"floor = LightGBM pred_contrib alone, {trees} trees",
        ),
        Figure(
            "A million people scored anew, at this rate", 1e6 / per_minute, "min",
            goal=f"< {GOAL_MILLION_MINUTES:.0f} min", good=1e6 / per_minute < GOAL_MILLION_MINUTES,
            floor=1e6 / floor, ratio=per_minute / floor, note=f"measured on {scored.count:,}",
        ),
        Figure("The engine alone: facts to reasons", engine, "/min", floor=floor, ratio=engine / floor),
        Figure(
            "One lead with exact reasons, p95", row_ms, "ms", goal=f"≤ {GOAL_ROW_MS:.0f} ms",
            good=row_ms <= GOAL_ROW_MS, note="in process",
        ),
        Figure("Training", training_seconds, "s", note=f"AUC {training.auc:.3f} on the newest 20 %"),
    ]  # fmt: skip


def _per_minute(work: object, rows: int) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        best = min(best, time.perf_counter() - began)
    return rows / best * 60


def _floor_per_minute(model: Model, facts: list[leads_api.LeadFacts]) -> float:
    boosters = [lightgbm.Booster(model_str=text) for text in model.booster_texts]
    matrix = model.encoder.matrix(model.encoder.read(facts))
    assert np.isfinite(boosters[0].predict(matrix[:1], raw_score=True)).all()
    return _per_minute(lambda: [booster.predict(matrix, pred_contrib=True) for booster in boosters], len(matrix))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=int(os.environ.get("TRADEWIND_BENCH_LEADS", MOST_LEADS)))
    show("Scoring", figures(leads=parser.parse_args().leads))
