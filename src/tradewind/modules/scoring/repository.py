"""All SQL of scoring. Counts read the table of leads in one pass; scores go in by the batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.contracts import LeadScore
from tradewind.modules.scoring.models import LeadScoreRow, ScoringModel

_INSERT = """
    INSERT INTO lead_scores
        (id, organisation_id, lead_id, model_id, kind, score, probability, band, contributions, scored_at)
    SELECT id, $1, lead_id, model_id, kind, score, probability, band, contributions::jsonb, scored_at
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::smallint[], $7::real[], $8::text[], $9::text[],
        $10::timestamptz[])
        AS s(id, lead_id, model_id, kind, score, probability, band, contributions, scored_at)
"""
_REFRESH = """
    UPDATE lead_scores SET contributions = s.contributions::jsonb, probability = s.probability, scored_at = s.scored_at
    FROM unnest($1::uuid[], $2::real[], $3::text[], $4::timestamptz[])
            AS s(lead_id, probability, contributions, scored_at),
        LATERAL (SELECT id FROM lead_scores newest WHERE newest.lead_id = s.lead_id
                 ORDER BY newest.scored_at DESC, newest.id DESC LIMIT 1) latest
    WHERE lead_scores.id = latest.id
"""
_COUNTS = text("""
    SELECT count(*) AS leads, count(converted) AS labels, count(*) FILTER (WHERE converted) AS positives,
        count(*) FILTER (WHERE score IS NOT NULL) AS scored,
        count(*) FILTER (WHERE score_kind = 'insufficient') AS insufficient,
        count(*) FILTER (WHERE converted IS NOT NULL AND updated_at > :since) AS labels_since
    FROM leads WHERE deleted_at IS NULL
""")
_DISTRIBUTION = text("""
    SELECT least(score / 5, 19) AS bin, score_band AS band, count(*) AS leads,
        count(*) FILTER (WHERE converted IS NULL) AS open_leads
    FROM leads WHERE deleted_at IS NULL AND score IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
""")


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A score with its explanation, ready to be written. `changed`: it differs from the one in force."""

    score: LeadScore
    contributions: dict[str, Any]
    changed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Leads and outcomes of the organisation; `labels_since`: outcomes on leads touched since a moment."""

    leads: int
    labels: int
    positives: int
    scored: int
    insufficient: int
    labels_since: int


async def write_history(session: AsyncSession, stored: Sequence[StoredScore]) -> None:
    """Add changed scores to the history; renew the reasons of unchanged ones."""
    connection = await asyncpg_connection(session)
    added = [item for item in stored if item.changed]
    if added:
        scores = [item.score for item in added]
        await connection.execute(
            _INSERT,
            actor_of(session).organisation_id,
            [new_id() for _ in added],
            [s.lead_id for s in scores],
            [s.model_id for s in scores],
            [s.kind for s in scores],
            [s.score for s in scores],
            [s.probability for s in scores],
            [s.band for s in scores],
            [orjson.dumps(item.contributions).decode() for item in added],
            [s.scored_at for s in scores],
        )
    same = [item for item in stored if not item.changed]
    if same:
        await connection.execute(
            _REFRESH,
            [item.score.lead_id for item in same],
            [item.score.probability for item in same],
            [orjson.dumps(item.contributions).decode() for item in same],
            [item.score.scored_at for item in same],
        )


async def history(session: AsyncSession, lead_id: UUID, limit: int) -> list[LeadScoreRow]:
    """Scores of a lead, newest first."""
    found = await session.scalars(
        select(LeadScoreRow)
        .where(LeadScoreRow.lead_id == lead_id)
        .order_by(LeadScoreRow.scored_at.desc(), LeadScoreRow.id.desc())
        .limit(limit)
    )
    return list(found)


async def newest(session: AsyncSession, lead_ids: Sequence[UUID]) -> list[LeadScoreRow]:
    """The score in force of each lead that has one."""
    found = await session.scalars(
        select(LeadScoreRow)
        .where(LeadScoreRow.lead_id.in_(lead_ids))
        .ext(distinct_on(LeadScoreRow.lead_id))
        .order_by(LeadScoreRow.lead_id, LeadScoreRow.scored_at.desc(), LeadScoreRow.id.desc())
    )
    return list(found)


async def counts(session: AsyncSession, since: datetime | None = None) -> Counts:
    """Leads, outcomes and scores in one pass."""
    row = (await session.execute(_COUNTS, {"since": since or datetime.fromtimestamp(0, now().tzinfo)})).one()
    return Counts(**row._mapping)


async def distribution(session: AsyncSession) -> list[Any]:
    """Rows (bin 0–19 of five points, band, leads, open_leads)."""
    return list((await session.execute(_DISTRIBUTION)).all())


async def models(session: AsyncSession, limit: int = 100) -> list[ScoringModel]:
    """Models without their artefacts, newest version first."""
    return list(await session.scalars(select(ScoringModel).order_by(ScoringModel.version.desc()).limit(limit)))


async def model(session: AsyncSession, model_id: UUID) -> ScoringModel | None:
    """One model without its artefact."""
    return await session.get(ScoringModel, model_id)


async def champion(session: AsyncSession) -> ScoringModel | None:
    """The model that scores leads now; None while the rules do."""
    return await session.scalar(
        select(ScoringModel).where(ScoringModel.kind == "conversion", ScoringModel.status == "champion")
    )


async def artefact(session: AsyncSession, model_id: UUID) -> bytes | None:
    """The stored form of a model."""
    return await session.scalar(select(ScoringModel.artefact).where(ScoringModel.id == model_id))


async def next_version(session: AsyncSession) -> int:
    """Version number of the next model."""
    return 1 + (await session.scalar(select(func.coalesce(func.max(ScoringModel.version), 0))) or 0)


async def promote(session: AsyncSession, model_id: UUID, reason: str) -> UUID | None:
    """Make a model the champion; returns the model it replaced."""
    replaced = await session.scalar(
        update(ScoringModel)
        .where(ScoringModel.kind == "conversion", ScoringModel.status == "champion")
        .values(status="archived", archived_at=now(), status_reason="replaced by another model")
        .returning(ScoringModel.id)
    )
    await session.execute(
        update(ScoringModel)
        .where(ScoringModel.id == model_id)
        .values(status="champion", promoted_at=now(), archived_at=None, status_reason=reason)
    )
    return replaced
