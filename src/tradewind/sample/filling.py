"""The two long steps of the demo: bringing leads in as a user would, and scoring them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.leads.errors_imports import FileImportedAlready
from tradewind.modules.leads.service.import_local import run_import_file, summary
from tradewind.modules.scoring import api as scoring
from tradewind.modules.scoring.errors import TooFewOutcomes

Progress = Callable[[int, int | None], None]
Ask = Callable[[str], bool]

# Who listens to an import done by the demo. Scoring does not: the demo trains itself, once the history is in,
# and a worker training at the same time would learn from half of it.
_LISTENERS = ("leads", "analytics")


async def import_leads(
    database: Database, actor: Actor, path: Path, *, console: Console, progress: Progress, ask: Ask | None
) -> int:
    """Import a file through the same path that uploads take; returns how many leads there are then.

    `ask` gets yes-or-no questions about unsure columns; without it the suggestions are taken. A file that is in
    already (the start before was cut off right after) is no failure.
    """
    for module in _LISTENERS:
        importlib.import_module(f"tradewind.modules.{module}.handlers")
    try:
        entry = await run_import_file(database, actor, path, yes=ask is None, ask=ask, on_progress=progress)
    except FileImportedAlready:
        return (await _counts(database, actor))[0]
    console.print(f"[green]✓[/] {entry.name}: {summary(entry)}")
    for warning in entry.warnings[:5]:
        console.print(f"  [yellow]·[/] {warning.message} ({warning.count:,}×)")
    return (await _counts(database, actor))[0]


async def score_leads(database: Database, actor: Actor, *, progress: Progress) -> tuple[int, str]:
    """Train a model if there are enough outcomes, score everyone; returns (leads scored, where scores come from)."""

    async def training(done: int, total: int, message: str) -> None:
        progress(done, total)

    leads, _ = await _counts(database, actor)

    async def scoring_rows(done: int) -> None:
        progress(done, leads)

    try:
        trained = await scoring.train_model(database, actor, progress=training)
    except TooFewOutcomes as failure:
        note = f"by rules: {failure.detail}"
    else:
        note = f"model version {trained.version}, AUC {trained.auc:.2f} on the newest leads"
        if not trained.promoted:
            note = trained.reason
    await scoring.score_all(database, actor, progress=scoring_rows)
    return (await _counts(database, actor))[1], note


async def _counts(database: Database, actor: Actor) -> tuple[int, int]:
    """(leads, scored leads) of the organisation."""
    async with database.transaction(actor) as session:
        row = (
            await session.execute(
                text("SELECT count(*) AS leads, count(score) AS scored FROM leads WHERE deleted_at IS NULL")
            )
        ).one()
        return row.leads, row.scored
