"""Scoring leads: a batch is read, predicted as one matrix, and written back in a few statements."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.events import publish
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts, LeadScore, NewActivity
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.events import LeadsScored
from tradewind.modules.scoring.repository import StoredScore
from tradewind.modules.scoring.service import point_rules
from tradewind.modules.scoring.service.computing import compute
from tradewind.modules.scoring.service.point_rules import Found
from tradewind.modules.scoring.service.scorers import Scorer, scorers

BATCH = 10_000
_SHOWN_LIVE = 1_000
_SHOWN_TOGETHER = 100
_INLINE_ROWS = 200
Progress = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Outcome of a run over many leads."""

    count: int
    kind: str
    model_id: UUID | None


async def score_leads(session: AsyncSession, lead_ids: Sequence[UUID]) -> int:
    """Score some leads now, in the caller's transaction; browsers learn of changes at commit. Returns how many."""
    at = now()
    primary, *others = await scorers(session)
    count = 0
    for start in range(0, len(lead_ids), BATCH):
        part = list(dict.fromkeys(lead_ids[start : start + BATCH]))
        facts = await leads.lead_rows_for_scoring(session, lead_ids=part, limit=len(part), before_outcome=True)
        stored = await _computed(session, primary, facts, at)
        await _write(session, primary.setup.key, stored)
        await _tell(session, facts, stored)
        for other in others:
            await _write_beside(session, other, await _computed(session, other, facts, at))
        count += len(stored)
    return count


async def score_all(
    database: Database,
    actor: Actor,
    *,
    import_id: UUID | None = None,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> Scored:
    """Score every lead, or those of one import, a batch a transaction. `progress` gets the rows done so far."""
    done = 0
    after: UUID | None = import_id  # ids rise with time: an import's leads come after the import itself
    waiting: list[StoredScore] = []
    key = ""
    while True:
        at = now()
        async with database.transaction(actor) as session:
            # Asked again for each batch: a model may take over meanwhile.
            active, *others = await scorers(session)
            facts = await leads.lead_rows_for_scoring(session, after_id=after, limit=batch, before_outcome=True)
            chosen = [f for f in facts if import_id is None or f.fields.get("import_id") == import_id]
            found = await _found(session, active, chosen, at)
        # One batch is computed on a thread while the one before it is written.
        computing = asyncio.create_task(asyncio.to_thread(compute, active, chosen, at, found))
        done += await _write_apart(database, actor, key, waiting)
        waiting, key = await computing, active.setup.key
        for other in others:
            async with database.transaction(actor) as session:
                await _write_beside(session, other, await _computed(session, other, chosen, at))
        if progress is not None:
            await progress(done)
        if len(facts) < batch:
            break
        after = facts[-1].id
    done += await _write_apart(database, actor, key, waiting)
    if progress is not None:
        await progress(done)
    kind = "rules" if active.model is None else "model"
    async with database.transaction(actor) as session:
        await publish(session, LeadsScored(count=done, kind=kind, model_id=active.model_id))
        await realtime.push(
            session, type="lead.score_changed", topic="leads", permission="leads:read", data={"count": done}
        )
    return Scored(done, kind, active.model_id)


async def _write_apart(database: Database, actor: Actor, key: str, stored: Sequence[StoredScore]) -> int:
    """Write in a transaction of its own; returns how many."""
    if stored:
        async with database.transaction(actor) as session:
            await _write(session, key, stored)
    return len(stored)


async def _computed(
    session: AsyncSession, active: Scorer, facts: Sequence[LeadFacts], at: datetime
) -> list[StoredScore]:
    found = await _found(session, active, facts, at)
    # A few leads are done sooner than a thread starts.
    if len(facts) <= _INLINE_ROWS:
        return compute(active, facts, at, found)
    return await asyncio.to_thread(compute, active, facts, at, found)


async def _found(session: AsyncSession, active: Scorer, facts: Sequence[LeadFacts], at: datetime) -> Found | None:
    if not active.asks_rules:
        return None
    return await point_rules.look_up(session, active.setup.settings.rules, [lead.id for lead in facts], at)


async def _write_beside(session: AsyncSession, active: Scorer, stored: Sequence[StoredScore]) -> None:
    """Write the history of a score that lists do not show: its last row tells whether it changed."""
    key = active.setup.key
    last = {row.lead_id: row for row in await repository.newest(session, [s.score.lead_id for s in stored], key)}
    renewed = [replace(item, changed=not item.equals(last.get(item.score.lead_id))) for item in stored]
    await repository.write_history(session, renewed, key)


async def _write(session: AsyncSession, key: str, stored: Sequence[StoredScore]) -> None:
    await leads.write_scores(session, [item.score for item in stored])
    await repository.write_history(session, stored, key)


async def _tell(session: AsyncSession, facts: Sequence[LeadFacts], stored: Sequence[StoredScore]) -> None:
    """Show changed scores live; a change of band also goes into the timeline."""
    changed = [(lead, item.score) for lead, item in zip(facts, stored, strict=True) if item.changed]
    if not changed:
        return
    await _show(session, changed)
    moved = [
        NewActivity(
            kind="score.changed",
            lead_id=lead.id,
            title=f"Score {'rose' if score.score > lead.fields['score'] else 'fell'} from {lead.fields['score']} "
            f"to {score.score}: now {score.band}",
            data={"from": lead.fields["score"], "to": score.score, "band": score.band},
            actor_kind="system",
        )
        for lead, score in changed
        if score.score is not None
        and lead.fields.get("score") is not None
        and lead.fields["score"] != score.score
        and lead.fields.get("score_band") != score.band
    ]
    if moved:
        await leads.record_activities(session, moved)


async def _show(session: AsyncSession, changed: Sequence[tuple[LeadFacts, LeadScore]]) -> None:
    """Tell open browsers the new scores, each only those who see the lead; of very many only that there are some."""
    if len(changed) > _SHOWN_LIVE:
        await realtime.push(
            session, type="lead.score_changed", topic="leads", permission="leads:read", data={"count": len(changed)}
        )
        return
    told: dict[UUID | None, list[dict[str, Any]]] = {}
    for lead, score in changed:
        news = {"id": lead.id, "score": score.score, "band": score.band, "kind": score.kind}
        told.setdefault(lead.fields.get("owner_id"), []).append(news | {"previous": lead.fields.get("score")})
    for owner, news in told.items():
        for start in range(0, len(news), _SHOWN_TOGETHER):
            await realtime.push(
                session,
                type="lead.score_changed",
                topic="leads",
                permission="leads:read",
                owners=[owner],
                data={"leads": news[start : start + _SHOWN_TOGETHER]},
            )
