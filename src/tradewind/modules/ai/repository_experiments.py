"""SQL of experiments with prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.ai.models_experiments import Arm, Experiment, PromptUse

# Weighed by the inverse of its probability, every judgement counts as if versions had been given at random
# (self-normalised: Swaminathan and Joachims, NeurIPS 2015).
_CHOSEN = text("""
    SELECT arm_id, avg(propensity) AS propensity,
           sum(reward / propensity) / sum(1 / propensity) FILTER (WHERE reward IS NOT NULL) AS weighed
    FROM ai_prompt_uses WHERE experiment_id = ANY (:ids) GROUP BY arm_id""")
_BECAUSE = text("""
    SELECT arm_id, reason, count(*) AS judged FROM ai_prompt_uses, unnest(because) AS reason
    WHERE experiment_id = ANY (:ids) GROUP BY arm_id, reason ORDER BY judged DESC, reason""")
_PURGE = text("""
    DELETE FROM ai_prompt_uses WHERE id IN (
        SELECT u.id FROM ai_prompt_uses u JOIN ai_experiments e ON e.id = u.experiment_id
        WHERE e.ended_at < :before LIMIT :limit)""")


@dataclass(frozen=True, slots=True)
class Logged:
    """Single uses of a version: mean probability of being chosen, mean judgement weighed by it, reasons counted."""

    propensity: float
    weighed: float | None
    because: dict[str, int]


async def experiments(session: AsyncSession, prompt_id: UUID, *, limit: int) -> Sequence[Experiment]:
    """A prompt's experiments, newest first."""
    statement = select(Experiment).where(Experiment.prompt_id == prompt_id)
    return (await session.scalars(statement.order_by(Experiment.id.desc()).limit(limit))).all()


async def running(session: AsyncSession, prompt_id: UUID, *, lock: bool = False) -> Experiment | None:
    """The experiment a prompt is in, or None."""
    statement = select(Experiment).where(Experiment.prompt_id == prompt_id, Experiment.state == "running")
    return await session.scalar(statement.with_for_update() if lock else statement)


async def experiment(session: AsyncSession, prompt_id: UUID, experiment_id: UUID) -> Experiment | None:
    """One experiment of a prompt, locked, or None."""
    return await session.scalar(
        select(Experiment).where(Experiment.prompt_id == prompt_id, Experiment.id == experiment_id).with_for_update()
    )


async def arms(session: AsyncSession, experiment_ids: Sequence[UUID]) -> Sequence[Arm]:
    """Versions of experiments with what is known of them, by number."""
    statement = select(Arm).where(Arm.experiment_id.in_(experiment_ids)).order_by(Arm.number)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def used_number(session: AsyncSession, experiment_id: UUID, subject_id: UUID) -> int | None:
    """The version a subject was given in an experiment, or None."""
    return await session.scalar(
        select(Arm.number)
        .join(PromptUse, PromptUse.arm_id == Arm.id)
        .where(PromptUse.experiment_id == experiment_id, PromptUse.subject_id == subject_id)
    )


async def add_use(session: AsyncSession, use: PromptUse) -> bool:
    """Keep what a subject was given, and count it; False where another was first."""
    values = {
        "id": use.id, "organisation_id": use.organisation_id, "arm_id": use.arm_id, "experiment_id": use.experiment_id,
        "subject_id": use.subject_id, "propensity": use.propensity, "created_at": now(),
    }  # fmt: skip
    added = await session.scalar(insert(PromptUse).values(values).on_conflict_do_nothing().returning(PromptUse.id))
    if added is not None:
        await session.execute(update(Arm).where(Arm.id == use.arm_id).values(used=Arm.used + 1))
    return added is not None


async def uses(session: AsyncSession, subject_id: UUID) -> Sequence[PromptUse]:
    """What a subject was given, locked, in an order that lets nobody wait for each other."""
    return (
        await session.scalars(
            select(PromptUse).where(PromptUse.subject_id == subject_id).order_by(PromptUse.id).with_for_update()
        )
    ).all()


async def is_used(session: AsyncSession, subject_id: UUID) -> bool:
    """Whether a subject was given anything by an experiment."""
    return bool(await session.scalar(select(exists().where(PromptUse.subject_id == subject_id))))


async def weigh(session: AsyncSession, arm_id: UUID, *, judged: int, reward: float) -> None:
    """Add to what is known of a version."""
    await session.execute(
        update(Arm).where(Arm.id == arm_id).values(judged=Arm.judged + judged, reward=Arm.reward + reward)
    )


async def logged(session: AsyncSession, experiment_ids: Sequence[UUID]) -> dict[UUID, Logged]:
    """What the single uses say of each version (by its id); nothing where there are none, or no longer any."""
    values = {"ids": list(experiment_ids)}
    found = {row.arm_id: Logged(row.propensity, row.weighed, {}) for row in await session.execute(_CHOSEN, values)}
    for row in await session.execute(_BECAUSE, values):
        found[row.arm_id].because[row.reason] = row.judged
    return found


async def forget_uses(session: AsyncSession, subject_id: UUID) -> None:
    """Take back what nobody judged and nobody saw."""
    gone = await session.execute(
        delete(PromptUse)
        .where(PromptUse.subject_id == subject_id, PromptUse.reward.is_(None))
        .returning(PromptUse.arm_id)
    )
    for (arm_id,) in gone.all():
        await session.execute(update(Arm).where(Arm.id == arm_id).values(used=Arm.used - 1))


async def purge(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete single uses of experiments that ended before a moment; returns how many went."""
    result = await session.execute(_PURGE, {"before": before, "limit": limit})
    return cast(Any, result).rowcount
