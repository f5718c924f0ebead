"""All SQL of intents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.intents.models import Intent, IntentExample, IntentModel, IntentSet, UnansweredMessage

_TRAINING = text("""
    SELECT id FROM job_runs WHERE subject = :subject AND state IN ('queued', 'running')
    ORDER BY created_at DESC LIMIT 1
""")
_FORGET = text("""
    DELETE FROM intent_unanswered WHERE last_at < :before OR id IN (
        SELECT id FROM intent_unanswered ORDER BY last_at DESC OFFSET :kept)
""")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a set holds, and which version of it classifies."""

    intents: int
    examples: int
    published: int | None


async def sets(session: AsyncSession) -> list[IntentSet]:
    """All sets by name."""
    return list(await session.scalars(select(IntentSet).order_by(func.lower(IntentSet.name), IntentSet.id)))


async def set_by_id(session: AsyncSession, set_id: UUID, *, lock: bool = False) -> IntentSet | None:
    """One set; `lock` keeps others from changing it until the transaction ends."""
    query = select(IntentSet).where(IntentSet.id == set_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def set_by_key(session: AsyncSession, key: str) -> IntentSet | None:
    """The set that programs know by `key`."""
    return await session.scalar(select(IntentSet).where(IntentSet.key == key))


async def lock_sets(session: AsyncSession) -> None:
    """Keep others of the organisation from adding sets until the transaction ends."""
    key = f"intents.sets:{actor_of(session).organisation_id}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def counts(session: AsyncSession, set_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """`Counts` of each set."""
    intents = await session.execute(
        select(Intent.set_id, func.count()).where(Intent.set_id.in_(set_ids)).group_by(Intent.set_id)
    )
    examples = await session.execute(
        select(IntentExample.set_id, func.count())
        .where(IntentExample.set_id.in_(set_ids), ~IntentExample.negative)
        .group_by(IntentExample.set_id)
    )
    published = await session.execute(
        select(IntentModel.set_id, IntentModel.version).where(
            IntentModel.set_id.in_(set_ids), IntentModel.status == "published"
        )
    )
    by_intents, by_examples, by_version = ({row[0]: row[1] for row in rows} for rows in (intents, examples, published))
    return {
        set_id: Counts(by_intents.get(set_id, 0), by_examples.get(set_id, 0), by_version.get(set_id))
        for set_id in set_ids
    }


async def intents_with_counts(session: AsyncSession, set_id: UUID) -> list[Any]:
    """Rows (Intent, examples, negatives) by label."""
    found = await session.execute(
        select(
            Intent,
            func.count(IntentExample.id).filter(~IntentExample.negative),
            func.count(IntentExample.id).filter(IntentExample.negative),
        )
        .outerjoin(IntentExample, IntentExample.intent_id == Intent.id)
        .where(Intent.set_id == set_id)
        .group_by(Intent.id)
        .order_by(Intent.label)
    )
    return list(found.all())


async def intent(session: AsyncSession, set_id: UUID, intent_id: UUID) -> Intent | None:
    """One intent of a set."""
    return await session.scalar(select(Intent).where(Intent.set_id == set_id, Intent.id == intent_id))


async def intent_by_label(session: AsyncSession, set_id: UUID, label: str) -> Intent | None:
    """The intent of a set that has this label."""
    return await session.scalar(select(Intent).where(Intent.set_id == set_id, Intent.label == label))


async def label_of_example(session: AsyncSession, set_key: str, key: str) -> str | None:
    """The label of the intent that has the example of this compared form in the set of this key."""
    statement = (
        select(Intent.label)
        .join(IntentExample, IntentExample.intent_id == Intent.id)
        .join(IntentSet, IntentSet.id == IntentExample.set_id)
        .where(IntentSet.key == set_key, IntentExample.text_key == key, ~IntentExample.negative)
    )
    return await session.scalar(statement)


async def intent_count(session: AsyncSession, set_id: UUID) -> int:
    """How many intents a set has."""
    return await session.scalar(select(func.count()).where(Intent.set_id == set_id)) or 0


async def example_count(session: AsyncSession, set_id: UUID) -> int:
    """How many examples a set has, negatives included."""
    return await session.scalar(select(func.count()).where(IntentExample.set_id == set_id)) or 0


async def examples_of(session: AsyncSession, intent_id: UUID, limit: int) -> list[IntentExample]:
    """Examples of an intent, newest first."""
    return list(
        await session.scalars(
            select(IntentExample)
            .where(IntentExample.intent_id == intent_id)
            .order_by(IntentExample.created_at.desc(), IntentExample.id.desc())
            .limit(limit)
        )
    )


async def add_examples(
    session: AsyncSession, owner: Intent, keyed: Sequence[tuple[str, str]], *, negative: bool
) -> int:
    """Add (text, compared form) pairs; those the set has already are left out. Returns how many were new."""
    rows = [
        {
            "id": new_id(),
            "organisation_id": owner.organisation_id,
            "set_id": owner.set_id,
            "intent_id": owner.id,
            "text": content,
            "text_key": key,
            "negative": negative,
            "created_at": now(),
        }
        for content, key in keyed
    ]
    added = await session.execute(
        insert(IntentExample).values(rows).on_conflict_do_nothing().returning(IntentExample.id)
    )
    return len(added.all())


async def remove_example(session: AsyncSession, set_id: UUID, example_id: UUID) -> IntentExample | None:
    """Remove an example; returns what it was."""
    found = await session.scalar(
        select(IntentExample).where(IntentExample.set_id == set_id, IntentExample.id == example_id)
    )
    if found is not None:
        await session.delete(found)
    return found


async def training_rows(session: AsyncSession, set_id: UUID) -> list[Any]:
    """Rows (label, text, negative) of a set, in the order they were added."""
    found = await session.execute(
        select(Intent.label, IntentExample.text, IntentExample.negative)
        .join(Intent, Intent.id == IntentExample.intent_id)
        .where(IntentExample.set_id == set_id)
        .order_by(IntentExample.created_at, IntentExample.id)
    )
    return list(found.all())


async def changed(session: AsyncSession, set_id: UUID, by: int = 1) -> None:
    """Count edits that no version has learned; a negative number takes learned ones away."""
    await session.execute(
        update(IntentSet)
        .where(IntentSet.id == set_id)
        .values(changes=func.greatest(IntentSet.changes + by, 0), updated_at=now())
    )


async def training_run(session: AsyncSession, set_id: UUID) -> UUID | None:
    """The training of a set that waits or runs."""
    return await session.scalar(_TRAINING, {"subject": subject(set_id)})


def subject(set_id: UUID) -> str:
    """How runs name the set they work on."""
    return f"intent_set:{set_id}"


async def models(session: AsyncSession, set_id: UUID) -> list[IntentModel]:
    """Versions of a set, newest first."""
    return list(
        await session.scalars(
            select(IntentModel).where(IntentModel.set_id == set_id).order_by(IntentModel.version.desc())
        )
    )


async def model(session: AsyncSession, set_id: UUID, model_id: UUID) -> IntentModel | None:
    """One version with its report."""
    return await session.scalar(
        select(IntentModel)
        .where(IntentModel.set_id == set_id, IntentModel.id == model_id)
        .options(undefer(IntentModel.report))
    )


async def published(session: AsyncSession, set_id: UUID) -> IntentModel | None:
    """The version that classifies."""
    return await session.scalar(
        select(IntentModel).where(IntentModel.set_id == set_id, IntentModel.status == "published")
    )


async def artefact(session: AsyncSession, model_id: UUID) -> bytes | None:
    """The stored form of a version."""
    return await session.scalar(select(IntentModel.artefact).where(IntentModel.id == model_id))


async def next_version(session: AsyncSession, set_id: UUID) -> int:
    """Number of the next version of a set."""
    newest = await session.scalar(select(func.max(IntentModel.version)).where(IntentModel.set_id == set_id))
    return (newest or 0) + 1


async def publish(session: AsyncSession, chosen: IntentModel, reason: str) -> int | None:
    """Let a version classify; returns the number of the one it replaces."""
    replaced = await session.scalar(
        update(IntentModel)
        .where(IntentModel.set_id == chosen.set_id, IntentModel.status == "published")
        .values(status="archived")
        .returning(IntentModel.version)
    )
    await session.execute(
        update(IntentModel)
        .where(IntentModel.id == chosen.id)
        .values(status="published", published_at=now(), reason=reason)
    )
    return replaced


async def forget_versions(session: AsyncSession, set_id: UUID, kept: int) -> None:
    """Keep the newest versions and the published one."""
    newest = select(IntentModel.id).where(IntentModel.set_id == set_id).order_by(IntentModel.version.desc()).limit(kept)
    await session.execute(
        delete(IntentModel).where(
            IntentModel.set_id == set_id, IntentModel.status != "published", IntentModel.id.not_in(newest)
        )
    )


async def note_unanswered(session: AsyncSession, content: str, key: str) -> None:
    """Keep a message, or count it once more; a dismissed one stays dismissed."""
    row = insert(UnansweredMessage).values(
        id=new_id(), organisation_id=actor_of(session).organisation_id, text=content, text_key=key
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["organisation_id", "text_key"],
            set_={"times": UnansweredMessage.times + 1, "last_at": now()},
        )
    )


async def unanswered(session: AsyncSession, limit: int) -> list[UnansweredMessage]:
    """Messages waiting for an answer with their vectors, newest first."""
    return list(
        await session.scalars(
            select(UnansweredMessage)
            .where(UnansweredMessage.dismissed_at.is_(None))
            .order_by(UnansweredMessage.last_at.desc(), UnansweredMessage.id)
            .limit(limit)
            .options(undefer(UnansweredMessage.vector))
        )
    )


async def unanswered_by_id(session: AsyncSession, ids: Collection[UUID]) -> list[UnansweredMessage]:
    """The given messages that still wait."""
    return list(
        await session.scalars(
            select(UnansweredMessage)
            .where(UnansweredMessage.id.in_(ids), UnansweredMessage.dismissed_at.is_(None))
            .order_by(UnansweredMessage.id)
            .with_for_update()
        )
    )


async def forget_unanswered(session: AsyncSession, before: datetime, kept: int) -> None:
    """Forget messages last seen before a moment, and the oldest beyond a number."""
    await session.execute(_FORGET, {"before": before, "kept": kept})
