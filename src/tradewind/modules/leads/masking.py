"""Masks contact and sensitive values of leads for actors without `leads:personal`: the one place that does it."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import classification
from tradewind.kernel.classification import MASK, MASKED_CLASSES, is_masked, masked, masked_forms, scrubbed
from tradewind.kernel.database import actor_of
from tradewind.modules.leads import reading_volume
from tradewind.modules.leads.errors import MaskedValue
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository import fields
from tradewind.modules.leads.schemas.timeline import ActivityRead
from tradewind.modules.leads.schemas.work import NoteRead

LEAD_FORMS = masked_forms(Lead)

# A driver row, or the dictionary that stands in for one.
Row = Any
R = TypeVar("R", bound=BaseModel)


def hides(session: AsyncSession) -> bool:
    """Whether the session's actor is shown masks."""
    return classification.hides(actor_of(session))


async def masked_custom(session: AsyncSession, entity: str) -> frozenset[str]:
    """Keys of the entity's custom fields whose values the session's actor may not see."""
    if not hides(session):
        return frozenset()
    rows = await fields.custom_fields(session, entity, archived=True)
    return frozenset(row.key for row in rows if row.classification in MASKED_CLASSES)


async def shown(session: AsyncSession, row: Row) -> Row:
    """A row of leads as the session's actor may see it."""
    return (await shown_all(session, [row]))[0]


async def shown_all(session: AsyncSession, rows: list[Any]) -> list[Any]:
    """Rows of leads as the session's actor may see them; untouched for those who see everything. Counted as read."""
    await reading_volume.note(session, rows)
    if not hides(session) or not rows:
        return rows
    keys = await masked_custom(session, "lead")
    return [_masked_row(row, keys) for row in rows]


async def shown_stream(session: AsyncSession, rows: AsyncIterable[Any]) -> AsyncIterator[Mapping[str, Any]]:
    """The same for rows that come one by one."""
    keys = await masked_custom(session, "lead")
    hidden = hides(session)
    async for row in rows:
        yield _masked_row(row, keys) if hidden else row


async def shown_record(session: AsyncSession, record: R, entity: str) -> R:
    """A company or deal with `custom` values as the session's actor may see them."""
    return (await shown_records(session, [record], entity))[0]


async def shown_records(session: AsyncSession, records: list[R], entity: str) -> list[R]:
    """Companies or deals as the session's actor may see them."""
    keys = await masked_custom(session, entity)
    if not keys:
        return records
    return [
        record.model_copy(update={"custom": _custom(custom, keys)})
        for record in records
        if isinstance(custom := getattr(record, "custom", {}), dict)
    ]


async def shown_parts(session: AsyncSession, rows: list[dict[str, Any]], entity: str) -> list[dict[str, Any]]:
    """Some columns of companies or deals as the session's actor may see them."""
    keys = await masked_custom(session, entity) if any("custom" in row for row in rows) else frozenset[str]()
    return [row | {"custom": _custom(row["custom"], keys)} for row in rows] if keys else rows


def shown_title(session: AsyncSession, title: str) -> str:
    """A line that may name somebody by address or number."""
    return scrubbed(title) if hides(session) else title


def shown_note(session: AsyncSession, note: NoteRead) -> NoteRead:
    """A note; people always read what they wrote themselves."""
    if not hides(session) or _is_own(session, note.author_id):
        return note
    return note.model_copy(update={"body": MASK})


def shown_activity(session: AsyncSession, entry: ActivityRead) -> ActivityRead:
    """An entry of a timeline; people always read what they wrote themselves."""
    if not hides(session):
        return entry
    body = entry.body if _is_own(session, entry.actor_id) else masked(entry.body)
    return entry.model_copy(update={"title": scrubbed(entry.title), "body": body, "data": {}})


def refuse_masks(values: Mapping[str, Any]) -> None:
    """Raise MaskedValue if a masked value is sent back: storing it would destroy what it stands for."""
    found = [name for name, value in values.items() if _holds_mask(value)]
    if found:
        errors = [
            {"field": name, "message": "is the masked value; leave it out to keep what is stored"} for name in found
        ]
        raise MaskedValue(f"“{found[0]}” holds a masked value. Leave it out to keep what is stored.", errors=errors)  # type: ignore[arg-type]


def _holds_mask(value: Any) -> bool:
    return any(map(is_masked, value)) if isinstance(value, list) else is_masked(value)


def _is_own(session: AsyncSession, author_id: Any) -> bool:
    user_id = actor_of(session).user_id
    return user_id is not None and author_id == user_id


def _masked_row(row: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    content = dict(row)
    for name, form in LEAD_FORMS.items():
        if name in content:
            content[name] = masked(content[name], form)
    if keys and content.get("custom"):
        custom = content["custom"]
        content["custom"] = _custom(orjson.loads(custom) if isinstance(custom, str) else custom, keys)
    return content


def _custom(custom: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: MASK if key in keys else value for key, value in custom.items()}
