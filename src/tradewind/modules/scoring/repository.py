"""All SQL of scoring. Counts read the table of leads in one pass; scores go in by the batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, delete, func, select, text, true, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.contracts import LeadScore
from tradewind.modules.scoring.models import LeadScoreRow, ScoringModel, ScoringPreview, ScoringSetup

_INSERT = """
    INSERT INTO lead_scores
        (id, organisation_id, setup, lead_id, model_id, kind, score, probability, band, contributions, since,
        scored_at)
    SELECT id, $1, $11, lead_id, model_id, kind, score, probability, band, contributions::jsonb, scored_at, scored_at
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::smallint[], $7::real[], $8::text[], $9::text[],
        $10::timestamptz[])
        AS s(id, lead_id, model_id, kind, score, probability, band, contributions, scored_at)
"""
_REFRESH = """
    UPDATE lead_scores SET contributions = s.contributions::jsonb, probability = s.probability, scored_at = s.scored_at
    FROM unnest($1::uuid[], $2::real[], $3::text[], $4::timestamptz[])
            AS s(lead_id, probability, contributions, scored_at),
        LATERAL (SELECT id FROM lead_scores newest WHERE newest.lead_id = s.lead_id AND newest.setup = $5
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

_SAMPLE = text("""
    SELECT id FROM leads WHERE deleted_at IS NULL AND abs(hashtext(id::text)::bigint) % :every = 0
    ORDER BY id LIMIT :limit
""")
_FORECASTS = text("""
    SELECT DISTINCT ON (lead_scores.lead_id) lead_scores.probability, leads.converted
    FROM lead_scores JOIN leads ON leads.id = lead_scores.lead_id AND leads.deleted_at IS NULL
    WHERE lead_scores.model_id = :model_id AND lead_scores.setup = :setup AND lead_scores.probability IS NOT NULL
        AND leads.converted IS NOT NULL AND coalesce(lead_scores.since, lead_scores.scored_at) < leads.converted_at
    ORDER BY lead_scores.lead_id, lead_scores.scored_at DESC
""")
_CUTS = text("""
    SELECT percentile_disc(ARRAY[0.3333, 0.6667]) WITHIN GROUP (ORDER BY score_fit) AS fit,
        percentile_disc(ARRAY[0.3333, 0.6667]) WITHIN GROUP (ORDER BY score_engagement) AS engagement
    FROM leads WHERE deleted_at IS NULL AND score_fit IS NOT NULL AND score_engagement IS NOT NULL
""")
_MATRIX = text("""
    SELECT (score_fit >= :f1)::int + (score_fit > :f2)::int AS fit,
        (score_engagement >= :e1)::int + (score_engagement > :e2)::int AS engagement,
        count(*) AS leads, count(*) FILTER (WHERE score_band = 'hot') AS hot,
        count(*) FILTER (WHERE converted) AS won, count(converted) AS known
    FROM leads
    WHERE deleted_at IS NULL AND score_fit IS NOT NULL AND score_engagement IS NOT NULL GROUP BY 1, 2
""")
_PRUNE = text("""
    DELETE FROM lead_scores WHERE id IN (
        SELECT id FROM (
            SELECT id, scored_at, band, lag(band) OVER leads_own AS band_before, lag(id) OVER leads_own AS before,
                lead(scored_at) OVER leads_own AS next_at
            FROM lead_scores WINDOW leads_own AS (PARTITION BY lead_id, setup ORDER BY scored_at, id)
        ) AS scores
        WHERE scored_at < :month_ago AND next_at IS NOT NULL AND before IS NOT NULL
            AND band IS NOT DISTINCT FROM band_before
            AND date_trunc(CASE WHEN scored_at < :year_ago THEN 'month' ELSE 'day' END, scored_at)
                = date_trunc(CASE WHEN scored_at < :year_ago THEN 'month' ELSE 'day' END, next_at)
    ) RETURNING id
""")


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A score with its explanation, ready to be written. `changed`: it differs from the one in force."""

    score: LeadScore
    contributions: dict[str, Any]
    changed: bool

    def equals(self, row: LeadScoreRow | None) -> bool:
        """Whether it says what a stored score says."""
        mine = self.score
        return row is not None and (mine.score, mine.band, mine.kind, mine.model_id) == (
            row.score, row.band, row.kind, row.model_id
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """Leads and outcomes of the organisation; `labels_since`: outcomes on leads touched since a moment."""

    leads: int
    labels: int
    positives: int
    scored: int
    insufficient: int
    labels_since: int


async def write_history(session: AsyncSession, stored: Sequence[StoredScore], setup: str) -> None:
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
            setup,
        )
    same = [item for item in stored if not item.changed]
    if same:
        await connection.execute(
            _REFRESH,
            [item.score.lead_id for item in same],
            [item.score.probability for item in same],
            [orjson.dumps(item.contributions).decode() for item in same],
            [item.score.scored_at for item in same],
            setup,
        )


def _held_by(until: datetime) -> ColumnElement[bool]:
    return func.coalesce(LeadScoreRow.since, LeadScoreRow.scored_at) <= until


async def history(
    session: AsyncSession, lead_id: UUID, setup: str, limit: int, *, until: datetime | None = None
) -> list[LeadScoreRow]:
    """Scores of a lead, newest first; `until` leaves out later ones."""
    found = await session.scalars(
        select(LeadScoreRow)
        .where(LeadScoreRow.lead_id == lead_id, LeadScoreRow.setup == setup)
        .where(_held_by(until) if until is not None else true())
        .order_by(LeadScoreRow.scored_at.desc(), LeadScoreRow.id.desc())
        .limit(limit)
    )
    return list(found)


async def newest(session: AsyncSession, lead_ids: Sequence[UUID], setup: str) -> list[LeadScoreRow]:
    """The score in force of each lead that has one."""
    found = await session.scalars(
        select(LeadScoreRow)
        .where(LeadScoreRow.lead_id.in_(lead_ids), LeadScoreRow.setup == setup)
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


async def sample_ids(session: AsyncSession, limit: int) -> tuple[list[UUID], int]:
    """Ids of about `limit` leads, always the same while the leads are; and how many leads there are."""
    total = await session.scalar(text("SELECT count(*) FROM leads WHERE deleted_at IS NULL")) or 0
    every = max(1, total // limit)
    found = await session.execute(_SAMPLE, {"every": every, "limit": limit})
    return list(found.scalars()), total


async def forecasts_and_outcomes(session: AsyncSession, model_id: UUID, setup: str) -> list[Any]:
    """Rows (probability, converted): the last forecast of a model for each lead before its outcome was known."""
    found = await session.execute(_FORECASTS, {"model_id": model_id, "setup": setup})
    return list(found.all())


async def matrix(session: AsyncSession) -> tuple[list[int], list[int], list[Any]]:
    """Cuts of fit and engagement in thirds, and rows (fit, engagement 0–2, leads, hot, won, known)."""
    cuts = (await session.execute(_CUTS)).one()
    if cuts.fit is None:
        return [], [], []
    values = {"f1": cuts.fit[0], "f2": cuts.fit[1], "e1": cuts.engagement[0], "e2": cuts.engagement[1]}
    return list(cuts.fit), list(cuts.engagement), list((await session.execute(_MATRIX, values)).all())


async def prune_history(session: AsyncSession, month_ago: datetime, year_ago: datetime) -> int:
    """Thin out old scores; returns how many rows went.

    Kept are the newest of each lead, every change of band, and the last of each day (of each month after a year).
    """
    found = await session.execute(_PRUNE, {"month_ago": month_ago, "year_ago": year_ago})
    return len(found.all())


async def models(session: AsyncSession, setup: str, limit: int = 100) -> list[ScoringModel]:
    """Models of a setup without their artefacts, newest version first."""
    query = select(ScoringModel).where(ScoringModel.kind == setup).order_by(ScoringModel.version.desc()).limit(limit)
    return list(await session.scalars(query))


async def model(session: AsyncSession, model_id: UUID) -> ScoringModel | None:
    """One model without its artefact."""
    return await session.get(ScoringModel, model_id)


async def champion(session: AsyncSession, setup: str) -> ScoringModel | None:
    """The model that scores leads now; None while the rules do."""
    return await session.scalar(
        select(ScoringModel).where(ScoringModel.kind == setup, ScoringModel.status == "champion")
    )


async def former_champion(session: AsyncSession, setup: str) -> ScoringModel | None:
    """The model that scored leads last before the present one."""
    return await session.scalar(
        select(ScoringModel)
        .where(ScoringModel.kind == setup, ScoringModel.status == "archived")
        .order_by(ScoringModel.archived_at.desc())
        .limit(1)
    )


async def artefact(session: AsyncSession, model_id: UUID) -> bytes | None:
    """The stored form of a model."""
    return await session.scalar(select(ScoringModel.artefact).where(ScoringModel.id == model_id))


async def holdout(session: AsyncSession, model_id: UUID) -> bytes | None:
    """The stored predictions of a model for leads it had not seen."""
    return await session.scalar(select(ScoringModel.holdout).where(ScoringModel.id == model_id))


async def reference(session: AsyncSession, model_id: UUID) -> dict[str, Any]:
    """What the leads looked like that a model learned from."""
    return await session.scalar(select(ScoringModel.reference).where(ScoringModel.id == model_id)) or {}


async def next_version(session: AsyncSession, setup: str) -> int:
    """Version number of the next model of a setup."""
    query = select(func.coalesce(func.max(ScoringModel.version), 0)).where(ScoringModel.kind == setup)
    return 1 + (await session.scalar(query) or 0)


async def promote(session: AsyncSession, chosen: ScoringModel, reason: str) -> UUID | None:
    """Make a model the champion of its setup; returns the model it replaced."""
    replaced = await session.scalar(
        update(ScoringModel)
        .where(ScoringModel.kind == chosen.kind, ScoringModel.status == "champion")
        .values(status="archived", archived_at=now(), status_reason="replaced by another model")
        .returning(ScoringModel.id)
    )
    await session.execute(
        update(ScoringModel)
        .where(ScoringModel.id == chosen.id)
        .values(status="champion", promoted_at=now(), archived_at=None, status_reason=reason)
    )
    return replaced


async def forget_old_previews(session: AsyncSession, setup: str, kept: int) -> None:
    """Keep the newest previews of a setup."""
    newest_ids = (
        select(ScoringPreview.id)
        .where(ScoringPreview.setup_key == setup)
        .order_by(ScoringPreview.created_at.desc())
        .limit(kept)
    )
    await session.execute(
        delete(ScoringPreview).where(ScoringPreview.setup_key == setup, ScoringPreview.id.not_in(newest_ids))
    )


async def has_no_primary(session: AsyncSession) -> bool:
    """Whether no stored setup is the primary one."""
    return await session.scalar(select(ScoringSetup.id).where(ScoringSetup.is_primary)) is None
