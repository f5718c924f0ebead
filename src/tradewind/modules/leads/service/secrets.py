"""Encrypted custom values: listed without what they say, shown one by one to those who may, and every look recorded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors import FieldNotFound, LeadNotFound, SecretNotSet
from tradewind.modules.leads.masking import refuse_masks
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.models.secrets import SECRET, LeadSecret
from tradewind.modules.leads.repository import fields, people
from tradewind.modules.leads.repository import secrets as repository


@dataclass(frozen=True, slots=True)
class SecretState:
    """An encrypted field of a lead, without its value."""

    field_id: UUID
    key: str
    label: str
    set_at: datetime | None
    set_by_name: str | None


async def listed(session: AsyncSession, lead_id: UUID) -> list[SecretState]:
    """The encrypted fields of a lead in their order. Raises LeadNotFound."""
    await _require_lead(session, lead_id)
    stored = await repository.of_lead(session, lead_id)
    return [
        _state(field, stored.get(field.id))
        for field in await fields.custom_fields(session, "lead", secret=True)
        if field.kind == "secret"
    ]


async def reveal(session: AsyncSession, lead_id: UUID, field_id: UUID) -> str:
    """The value in clear; that it was looked at is recorded. Raises LeadNotFound, FieldNotFound, SecretNotSet."""
    field = await _field(session, lead_id, field_id)
    stored = (await repository.of_lead(session, lead_id)).get(field_id)
    if stored is None:
        raise SecretNotSet(f"Nothing is stored under “{field.label}”.")
    await _record(session, "lead.secret_revealed", lead_id, field)
    return SECRET.open_text(stored.id, stored.value_sealed)


async def put(session: AsyncSession, lead_id: UUID, field_id: UUID, value: str) -> SecretState:
    """Store a value, in place of a former one. Raises LeadNotFound, FieldNotFound, MaskedValue."""
    field = await _field(session, lead_id, field_id)
    refuse_masks({"value": value})
    await repository.remove(session, lead_id, field_id)
    actor, row_id = actor_of(session), new_id()
    added = LeadSecret(
        id=row_id, organisation_id=actor.organisation_id, lead_id=lead_id, field_id=field_id,
        value_sealed=SECRET.seal(row_id, value), set_by_name=actor.name, set_at=now(),
    )  # fmt: skip
    session.add(added)
    await session.flush()
    await _record(session, "lead.secret_set", lead_id, field)
    return _state(field, added)


async def clear(session: AsyncSession, lead_id: UUID, field_id: UUID) -> None:
    """Forget a value; nothing happens where none is. Raises LeadNotFound, FieldNotFound."""
    field = await _field(session, lead_id, field_id)
    if await repository.remove(session, lead_id, field_id):
        await _record(session, "lead.secret_removed", lead_id, field)


async def _require_lead(session: AsyncSession, lead_id: UUID) -> None:
    if not await people.exists(session, lead_id):
        raise LeadNotFound()


async def _field(session: AsyncSession, lead_id: UUID, field_id: UUID) -> CustomField:
    await _require_lead(session, lead_id)
    found = await repository.field(session, field_id)
    if found is None:
        raise FieldNotFound()
    return found


def _state(field: CustomField, stored: LeadSecret | None) -> SecretState:
    return SecretState(
        field.id, field.key, field.label, stored.set_at if stored else None, stored.set_by_name if stored else None
    )


async def _record(session: AsyncSession, action: str, lead_id: UUID, field: CustomField) -> None:
    """What is recorded names the field, never the value."""
    await identity.record(
        session, action=action, subject_type="lead", subject_id=lead_id,
        after={"field_id": str(field.id), "key": field.key},
    )  # fmt: skip
