"""Sets, their intents and examples as people edit them."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import repository
from tradewind.modules.intents.errors import (
    ExampleNotFound,
    IntentExists,
    IntentNotFound,
    IntentSetExists,
    IntentSetNotFound,
    TooManyIntents,
)
from tradewind.modules.intents.models import Intent, IntentModel, IntentSet
from tradewind.modules.intents.schemas import (
    ExampleRead,
    ExamplesAdded,
    ExamplesCreate,
    IntentCreate,
    IntentRead,
    IntentSetCreate,
    IntentSetDetail,
    IntentSetRead,
    IntentSetUpdate,
    IntentTemplateRead,
    IntentUpdate,
)
from tradewind.modules.intents.service.shipped import ShippedIntent, ShippedSet, learned, shipped
from tradewind.modules.intents.service.texts import text_key

Fields = dict[str, Any] | None
MAX_SETS, MAX_INTENTS, MAX_EXAMPLES, SHOWN_EXAMPLES = 20, 200, 20_000, 1_000


def templates() -> list[IntentTemplateRead]:
    """Sets that come with the product."""
    return [
        IntentTemplateRead(
            key=each.key,
            name=each.name,
            description=each.description,
            intents=len(each.intents),
            examples=each.example_count,
        )
        for each in shipped().values()
    ]


async def every(session: AsyncSession) -> list[IntentSetRead]:
    """All sets of the organisation."""
    found = await repository.sets(session)
    counted = await repository.counts(session, [each.id for each in found])
    return [await _read(session, each, counted[each.id]) for each in found]


async def get(session: AsyncSession, set_id: UUID, *, lock: bool = False) -> IntentSet:
    """One set. Raises IntentSetNotFound."""
    found = await repository.set_by_id(session, set_id, lock=lock)
    if found is None:
        raise IntentSetNotFound()
    return found


async def detail(session: AsyncSession, set_id: UUID) -> IntentSetDetail:
    """A set with its intents. Raises IntentSetNotFound."""
    found = await get(session, set_id)
    counted = await repository.counts(session, [set_id])
    items = [
        IntentRead(
            id=intent.id,
            label=intent.label,
            description=intent.description,
            examples=examples,
            negatives=negatives,
        )
        for intent, examples, negatives in await repository.intents_with_counts(session, set_id)
    ]
    return IntentSetDetail(**(await _read(session, found, counted[set_id])).model_dump(), items=items)


async def create(session: AsyncSession, data: IntentSetCreate) -> IntentSetDetail:
    """Add a set. Raises IntentSetExists, TooManyIntents, Invalid for an unknown template or a missing name."""
    source = shipped().get(data.template or "")
    if data.template and source is None:
        raise Invalid(f"No set “{data.template}” comes with the product.", code="intents.unknown_template")
    key, name = data.key or (source and source.key), data.name or (source and source.name)
    if not key or not name:
        raise Invalid("A set needs a key and a name.", code="intents.set_unnamed")
    await repository.lock_sets(session)
    if await repository.set_by_key(session, key):
        raise IntentSetExists(f"There is a set “{key}” already.")
    if len(await repository.sets(session)) >= MAX_SETS:
        raise TooManyIntents(f"An organisation keeps up to {MAX_SETS} sets.")
    row = IntentSet(
        organisation_id=actor_of(session).organisation_id,
        key=key,
        name=name,
        description=data.description or (source.description if source else ""),
    )
    session.add(row)
    await session.flush()
    if source:
        for intent in source.intents:
            await _copy(session, row, intent)
        await _add_first_version(session, row, source)
    await session.refresh(row)
    await identity.record(
        session, action="intents.set_created", subject_type="intent_set", subject_id=row.id,
        after={"key": key, "name": name, "template": data.template},
    )  # fmt: skip
    return await detail(session, row.id)


async def update(
    session: AsyncSession, set_id: UUID, data: IntentSetUpdate, *, if_match: str | None
) -> IntentSetDetail:
    """Change a set's name, description or threshold. Raises IntentSetNotFound, PreconditionFailed."""
    row = await get(session, set_id, lock=True)
    fields = {"name": row.name, "description": row.description, "threshold": row.threshold}
    check_version(if_match, row.version, fields)
    wanted = {key: value for key, value in data.model_dump(exclude_unset=True).items() if value is not None}
    changes = {key: value for key, value in wanted.items() if fields[key] != value}
    if changes:
        for key, value in changes.items():
            setattr(row, key, value)
        row.version += 1
        await session.flush()
        await identity.record(
            session, action="intents.set_changed", subject_type="intent_set", subject_id=set_id,
            before={key: fields[key] for key in changes}, after=changes,
        )  # fmt: skip
    return await detail(session, set_id)


async def remove(session: AsyncSession, set_id: UUID) -> None:
    """Remove a set with everything in it. Raises IntentSetNotFound."""
    row = await get(session, set_id, lock=True)
    await identity.record(
        session, action="intents.set_removed", subject_type="intent_set", subject_id=set_id,
        before={"key": row.key, "name": row.name},
    )  # fmt: skip
    await session.delete(row)


async def intent(session: AsyncSession, set_id: UUID, intent_id: UUID) -> Intent:
    """One intent. Raises IntentNotFound."""
    found = await repository.intent(session, set_id, intent_id)
    if found is None:
        raise IntentNotFound()
    return found


async def add_intent(session: AsyncSession, set_id: UUID, data: IntentCreate) -> Intent:
    """Add an intent. Raises IntentSetNotFound, IntentExists, TooManyIntents."""
    row = await get(session, set_id, lock=True)
    if await repository.intent_by_label(session, set_id, data.label):
        raise IntentExists(f"The set has an intent “{data.label}” already.")
    if await repository.intent_count(session, set_id) >= MAX_INTENTS:
        raise TooManyIntents(f"A set holds up to {MAX_INTENTS} intents.")
    added = Intent(organisation_id=row.organisation_id, set_id=set_id, label=data.label, description=data.description)
    session.add(added)
    await session.flush()
    await _record(session, "intents.intent_added", added, after={"label": data.label})
    return added


async def update_intent(session: AsyncSession, set_id: UUID, intent_id: UUID, data: IntentUpdate) -> IntentRead:
    """Rename or describe an intent. Raises IntentNotFound, IntentExists."""
    await get(session, set_id, lock=True)
    row = await intent(session, set_id, intent_id)
    before = {"label": row.label, "description": row.description}
    if data.label is not None and data.label != row.label:
        if await repository.intent_by_label(session, set_id, data.label):
            raise IntentExists(f"The set has an intent “{data.label}” already.")
        row.label = data.label
        await repository.changed(session, set_id)
    if data.description is not None:
        row.description = data.description
    await session.flush()
    await _record(
        session, "intents.intent_changed", row, before=before,
        after={"label": row.label, "description": row.description},
    )  # fmt: skip
    counted = {item.id: item for item in (await detail(session, set_id)).items}
    return counted[intent_id]


async def remove_intent(session: AsyncSession, set_id: UUID, intent_id: UUID) -> None:
    """Remove an intent with its examples. Raises IntentNotFound."""
    row = await intent(session, set_id, intent_id)
    await _record(session, "intents.intent_removed", row, before={"label": row.label})
    await session.delete(row)
    await repository.changed(session, set_id)


async def examples(session: AsyncSession, set_id: UUID, intent_id: UUID) -> list[ExampleRead]:
    """The newest 1,000 examples of an intent. Raises IntentNotFound."""
    await intent(session, set_id, intent_id)
    found = await repository.examples_of(session, intent_id, SHOWN_EXAMPLES)
    return [ExampleRead(id=row.id, intent_id=intent_id, text=row.text, negative=row.negative) for row in found]


async def add_examples(session: AsyncSession, set_id: UUID, intent_id: UUID, data: ExamplesCreate) -> ExamplesAdded:
    """Add examples; what the set has already stays as it is. Raises IntentNotFound, TooManyIntents."""
    await get(session, set_id, lock=True)
    row = await intent(session, set_id, intent_id)
    added = await insert(session, row, data.texts, negative=data.negative)
    return ExamplesAdded(added=added, repeated=len(data.texts) - added)


async def insert(session: AsyncSession, row: Intent, texts: Sequence[str], *, negative: bool = False) -> int:
    """Add texts to an intent whose set is locked; returns how many were new. Raises TooManyIntents."""
    keyed = list({text_key(text): text for text in reversed(texts)}.items())[::-1]
    if await repository.example_count(session, row.set_id) + len(keyed) > MAX_EXAMPLES:
        raise TooManyIntents(f"A set holds up to {MAX_EXAMPLES:,} examples.")
    added = await repository.add_examples(session, row, [(text, key) for key, text in keyed], negative=negative)
    if added:
        await repository.changed(session, row.set_id, added)
        await _record(
            session, "intents.examples_added", row, after={"label": row.label, "added": added, "negative": negative}
        )
    return added


async def remove_example(session: AsyncSession, set_id: UUID, example_id: UUID) -> None:
    """Remove an example. Raises ExampleNotFound."""
    gone = await repository.remove_example(session, set_id, example_id)
    if gone is None:
        raise ExampleNotFound()
    await repository.changed(session, set_id)
    await identity.record(
        session, action="intents.example_removed", subject_type="intent", subject_id=gone.intent_id,
        before={"text": gone.text},
    )  # fmt: skip


async def _add_first_version(session: AsyncSession, row: IntentSet, source: ShippedSet) -> None:
    """What was learned from the copied texts before they were shipped: nobody waits for a training."""
    known = await asyncio.to_thread(learned, source.key)
    session.add(
        IntentModel(
            organisation_id=row.organisation_id,
            set_id=row.id,
            version=1,
            status="published",
            reason="as it came with the product",
            intents=len(source.intents),
            examples=source.example_count,
            metrics=known.metrics,
            report=known.report,
            artefact=known.artefact,
            trained_by="Tradewind",
            published_at=now(),
        )
    )
    await session.flush()


async def _copy(session: AsyncSession, row: IntentSet, source: ShippedIntent) -> None:
    added = Intent(
        organisation_id=row.organisation_id, set_id=row.id, label=source.label, description=source.description
    )
    session.add(added)
    await session.flush()
    for texts, negative in ((source.examples, False), (source.negatives, True)):
        if texts:
            await repository.add_examples(session, added, [(text, text_key(text)) for text in texts], negative=negative)


async def _read(session: AsyncSession, row: IntentSet, counted: repository.Counts) -> IntentSetRead:
    return IntentSetRead(
        id=row.id,
        version=row.version,
        key=row.key,
        name=row.name,
        description=row.description,
        threshold=round(row.threshold, 4),
        changes=row.changes,
        intents=counted.intents,
        examples=counted.examples,
        published_version=counted.published,
        training_run_id=await repository.training_run(session, row.id),
        updated_at=row.updated_at,
    )


async def _record(
    session: AsyncSession, action: str, row: Intent, *, before: Fields = None, after: Fields = None
) -> None:
    await identity.record(
        session, action=action, subject_type="intent", subject_id=row.id, before=before, after=after
    )  # fmt: skip
