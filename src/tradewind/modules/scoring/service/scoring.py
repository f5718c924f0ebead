"""Scoring leads: a batch is read, predicted as one matrix, and written back in a few statements."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from tradewind.modules.scoring.engine import explain
from tradewind.modules.scoring.engine.model import BANDS, LEAST_EVIDENCE, Model
from tradewind.modules.scoring.engine.rules import START, score_by_rules
from tradewind.modules.scoring.events import LeadsScored
from tradewind.modules.scoring.repository import StoredScore
from tradewind.modules.scoring.service.registry import Scorer, scorer

BATCH = 10_000
_SHOWN_LIVE = 20
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
    active = await scorer(session)
    count = 0
    for start in range(0, len(lead_ids), BATCH):
        part = list(dict.fromkeys(lead_ids[start : start + BATCH]))
        facts = await leads.lead_rows_for_scoring(session, lead_ids=part, limit=len(part), before_outcome=True)
        # A few leads are done sooner than a thread starts.
        few = len(facts) <= _INLINE_ROWS
        stored = _compute(active, facts, at) if few else await asyncio.to_thread(_compute, active, facts, at)
        await _write(session, stored)
        await _tell(session, facts, stored)
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
    while True:
        at = now()
        async with database.transaction(actor) as session:
            active = await scorer(session)  # asked again for each batch: a model may take over meanwhile
            facts = await leads.lead_rows_for_scoring(session, after_id=after, limit=batch, before_outcome=True)
        chosen = [f for f in facts if import_id is None or f.fields.get("import_id") == import_id]
        # One batch is computed on a thread while the one before it is written.
        computing = asyncio.create_task(asyncio.to_thread(_compute, active, chosen, at))
        done += await _write_apart(database, actor, waiting)
        waiting = await computing
        if progress is not None:
            await progress(done)
        if len(facts) < batch:
            break
        after = facts[-1].id
    done += await _write_apart(database, actor, waiting)
    if progress is not None:
        await progress(done)
    kind = "rules" if active.model is None else "model"
    async with database.transaction(actor) as session:
        await publish(session, LeadsScored(count=done, kind=kind, model_id=active.model_id))
        await realtime.push(
            session, type="lead.score_changed", topic="leads", permission="leads:read", data={"count": done}
        )
    return Scored(done, kind, active.model_id)


async def _write_apart(database: Database, actor: Actor, stored: Sequence[StoredScore]) -> int:
    """Write in a transaction of its own; returns how many."""
    if stored:
        async with database.transaction(actor) as session:
            await _write(session, stored)
    return len(stored)


async def _write(session: AsyncSession, stored: Sequence[StoredScore]) -> None:
    await leads.write_scores(session, [item.score for item in stored])
    await repository.write_history(session, stored)


def _compute(active: Scorer, facts: Sequence[LeadFacts], at: datetime) -> list[StoredScore]:
    if not facts:
        return []
    if active.model is None:
        return _by_rules(facts, at)
    return _by_model(active.model, active.model_id, facts, at)


def _by_model(model: Model, model_id: UUID | None, facts: Sequence[LeadFacts], at: datetime) -> list[StoredScore]:
    prediction = model.predict(facts)
    explained = explain.compact(prediction, model.encoder)
    stored = []
    for lead, score, probability, band, evidence, reasons in zip(
        facts,
        prediction.score.tolist(),
        prediction.probability.tolist(),
        prediction.band.tolist(),
        prediction.evidence.tolist(),
        explained,
        strict=True,
    ):
        if evidence < LEAST_EVIDENCE:
            stored.append(_insufficient(lead, model_id, at))
            continue
        stored.append(
            _stored(
                lead,
                LeadScore(
                    lead_id=lead.id,
                    score=score,
                    probability=probability,
                    band=BANDS[band],
                    kind="model",
                    model_id=model_id,
                    scored_at=at,
                ),
                reasons,
            )
        )
    return stored


def _by_rules(facts: Sequence[LeadFacts], at: datetime) -> list[StoredScore]:
    stored = []
    for lead, result in zip(facts, score_by_rules(facts, at), strict=True):
        if result.score is None:
            stored.append(_insufficient(lead, None, at))
            continue
        points = [[r.rule, r.points, r.value, r.sentence] for r in result.reasons]
        stored.append(
            _stored(
                lead,
                LeadScore(
                    lead_id=lead.id,
                    score=result.score,
                    probability=None,
                    band=result.band,
                    kind="rules",
                    model_id=None,
                    scored_at=at,
                ),
                {"base": START, "raw": START + sum(r.points for r in result.reasons), "rest": 0, "top": points},
            )
        )
    return stored


def _insufficient(lead: LeadFacts, model_id: UUID | None, at: datetime) -> StoredScore:
    score = LeadScore(
        lead_id=lead.id,
        score=None,
        probability=None,
        band=None,
        kind="insufficient",
        model_id=model_id,
        scored_at=at,
    )
    return _stored(lead, score, {})


def _stored(lead: LeadFacts, score: LeadScore, contributions: explain.Compact) -> StoredScore:
    fields = lead.fields
    same = (
        fields.get("score") == score.score
        and fields.get("score_band") == score.band
        and fields.get("score_kind") == score.kind
        and fields.get("score_model_id") == score.model_id
    )
    return StoredScore(score, contributions, changed=not same)


async def _tell(session: AsyncSession, facts: Sequence[LeadFacts], stored: Sequence[StoredScore]) -> None:
    """Show changed scores live; a change of band also goes into the timeline."""
    changed = [(lead, item.score) for lead, item in zip(facts, stored, strict=True) if item.changed]
    if not changed:
        return
    if len(changed) > _SHOWN_LIVE:
        await realtime.push(
            session, type="lead.score_changed", topic="leads", permission="leads:read", data={"count": len(changed)}
        )
    else:
        for lead, score in changed:
            await realtime.push(
                session,
                type="lead.score_changed",
                topic="leads",
                permission="leads:read",
                owners=[lead.fields.get("owner_id")],
                data={
                    "id": lead.id,
                    "score": score.score,
                    "band": score.band,
                    "kind": score.kind,
                    "previous": lead.fields.get("score"),
                },
            )
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
