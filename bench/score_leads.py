"""Scoring: a hundred thousand leads with reasons and write-back, one lead, and from an event to the new score.

The floor of batch scoring is LightGBM's own `predict(pred_contrib=True)` on the ready-made matrix, on all cores,
with nothing read and nothing written.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import lightgbm
import numpy as np
from sqlalchemy import text

from bench.data import Dataset, prepare, settings
from bench.figures import Figure, percentile, show
from bench.server import environment, stop
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.leads import api as leads_api
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.scoring import api as scoring
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.service import registry

GOAL_PER_MINUTE, GOAL_ROW_MS, GOAL_EVENT_SECONDS = 100_000, 5.0, 1.0
MOST_LEADS = 100_000
ROWS = 10_000


def figures(*, leads: int = 1_000_000, events: int = 60) -> list[Figure]:
    """Leads a minute, one row, event to score."""
    modules.load_all()
    return asyncio.run(_measure(min(leads, MOST_LEADS), events))


async def _measure(leads: int, events: int) -> list[Figure]:
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
            active = await registry.scorer(session)
            facts = await leads_api.lead_rows_for_scoring(session, limit=ROWS, before_outcome=True)
        assert active.model is not None, training.reason
        floor = _floor_per_minute(active.model, facts)
        engine = _per_minute(lambda: active.model.predict(facts), len(facts))
        singles = []
        for fact in facts[:500]:
            began = time.perf_counter()
            active.model.predict([fact])
            singles.append(1000 * (time.perf_counter() - began))
        delays = await _event_delays(database, dataset, [fact.id for fact in facts[:events]])
    finally:
        await database.close()
    row_ms, delay = percentile(singles, 0.95), percentile(delays, 0.95)
    trees = sum(text.count("\nTree=") for text in active.model.booster_texts)
    return [
        Figure(
            f"Batch scoring, {scored.count:,} leads, reasons, write-back", per_minute, "/min",
            goal=f"≥ {GOAL_PER_MINUTE:,}/min", good=per_minute >= GOAL_PER_MINUTE, floor=floor,
            ratio=per_minute / floor, note=f"floor = LightGBM pred_contrib alone, {trees} trees",
        ),
        Figure("The engine alone: facts to reasons", engine, "/min", floor=floor, ratio=engine / floor),
        Figure(
            "One lead with exact reasons, p95", row_ms, "ms", goal=f"≤ {GOAL_ROW_MS:.0f} ms",
            good=row_ms <= GOAL_ROW_MS, note="in process",
        ),
        Figure(
            "Event to new score, p95", delay, "s", goal=f"< {GOAL_EVENT_SECONDS:.0f} s",
            good=delay < GOAL_EVENT_SECONDS,
            note=f"{len(delays)} events through the worker, p50 {percentile(delays, 0.5):.2f} s",
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


async def _event_delays(database: Database, dataset: Dataset, lead_ids: list[UUID]) -> list[float]:
    """Seconds from the commit of an activity until the lead's new score can be read."""
    actor = Actor.system(dataset.organisation_id, name="bench")
    delays = []
    with _worker():
        for number, lead_id in enumerate(lead_ids):
            async with database.transaction(actor) as session:
                before = await session.scalar(text("SELECT scored_at FROM leads WHERE id = :id"), {"id": lead_id})
                await leads_api.record_activities(session, [NewActivity(kind="email.replied", lead_id=lead_id)])
            began = time.perf_counter()
            while time.perf_counter() - began < 30:
                async with database.transaction(actor) as session:
                    after = await session.scalar(text("SELECT scored_at FROM leads WHERE id = :id"), {"id": lead_id})
                if after != before:
                    break
                await asyncio.sleep(0.005)
            if number:  # the first one also waits for the worker to start and to read the model
                delays.append(time.perf_counter() - began)
    return delays


@contextlib.contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "tradewind.cli", "worker"], env=environment())
    try:
        yield
    finally:
        stop(process)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=int(os.environ.get("TRADEWIND_BENCH_LEADS", MOST_LEADS)))
    show("Scoring", figures(leads=parser.parse_args().leads))
