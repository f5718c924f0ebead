"""SQL of prompts and of the policy."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.ai.models_prompts import Policy, Prompt, PromptRun, PromptTest, PromptVersion

KEPT_RUNS = 20
_COUNTS = text("""
    SELECT p.id, (SELECT count(*) FROM ai_prompt_tests t WHERE t.prompt_id = p.id) AS tests, r.passed, r.failed
    FROM ai_prompts p LEFT JOIN LATERAL (
        SELECT passed, failed FROM ai_prompt_runs r WHERE r.prompt_id = p.id ORDER BY r.id DESC LIMIT 1) r ON true""")
_PRUNE = text("""
    DELETE FROM ai_prompt_runs WHERE prompt_id = :prompt AND id NOT IN (
        SELECT id FROM ai_prompt_runs WHERE prompt_id = :prompt ORDER BY id DESC LIMIT :kept)""")


async def prompts(session: AsyncSession) -> Sequence[Prompt]:
    """The organisation's own prompts and changes, by key."""
    return (await session.scalars(select(Prompt).order_by(Prompt.key))).all()


async def counts(session: AsyncSession) -> dict[UUID, Any]:
    """By prompt: how many tests it has, and how many passed and failed in its last run (null without any)."""
    return {row.id: row for row in (await session.execute(_COUNTS)).all()}


async def prompt(session: AsyncSession, key: str, *, lock: bool = False) -> Prompt | None:
    """One of the organisation's prompts, or None."""
    statement = select(Prompt).where(Prompt.key == key)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def count_prompts(session: AsyncSession) -> int:
    """How many prompts the organisation has rows for."""
    return await session.scalar(select(func.count()).select_from(Prompt)) or 0


async def versions(session: AsyncSession, prompt_id: UUID, *, limit: int) -> Sequence[PromptVersion]:
    """The newest versions, newest first."""
    statement = select(PromptVersion).where(PromptVersion.prompt_id == prompt_id)
    return (await session.scalars(statement.order_by(PromptVersion.number.desc()).limit(limit))).all()


async def version(session: AsyncSession, prompt_id: UUID, number: int) -> PromptVersion | None:
    """One version, or None."""
    return await session.scalar(
        select(PromptVersion).where(PromptVersion.prompt_id == prompt_id, PromptVersion.number == number)
    )


async def tests(session: AsyncSession, prompt_id: UUID) -> Sequence[PromptTest]:
    """Tests of a prompt, oldest first."""
    return (
        await session.scalars(select(PromptTest).where(PromptTest.prompt_id == prompt_id).order_by(PromptTest.id))
    ).all()


async def test(session: AsyncSession, prompt_id: UUID, test_id: UUID) -> PromptTest | None:
    """One test, or None."""
    return await session.scalar(
        select(PromptTest).where(PromptTest.prompt_id == prompt_id, PromptTest.id == test_id).with_for_update()
    )


async def last_run(session: AsyncSession, prompt_id: UUID) -> PromptRun | None:
    """The newest run, or None."""
    return await session.scalar(
        select(PromptRun).where(PromptRun.prompt_id == prompt_id).order_by(PromptRun.id.desc()).limit(1)
    )


async def add_run(session: AsyncSession, run: PromptRun) -> None:
    """Keep a run, and the last ones beside it."""
    session.add(run)
    await session.flush()
    await session.execute(_PRUNE, {"prompt": run.prompt_id, "kept": KEPT_RUNS})


async def policy(session: AsyncSession, *, lock: bool = False) -> Policy | None:
    """The organisation's policy, or None where nobody changed the default."""
    return await session.scalar(select(Policy).with_for_update() if lock else select(Policy))
