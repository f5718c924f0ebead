"""Custom fields and tags."""

import re
import unicodedata
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import PERMISSION
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import enqueue
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors import AlreadyExists, FieldNotFound, LimitReached, TagNotFound, ValueInvalid
from tradewind.modules.leads.events import CustomFieldChanged
from tradewind.modules.leads.models.fields import CustomField, Tag
from tradewind.modules.leads.repository import fields as repository
from tradewind.modules.leads.schemas.fields import CustomFieldCreate, CustomFieldUpdate, TagCreate, TagUpdate
from tradewind.modules.leads.service.retagging import ReplaceTag, replace_tag

MAX_FIELDS = 500
MAX_INDEXED = 20
MAX_TAGS = 1_000
_SETTLED: dict[str, object] = {"filterable": False, "used_for_scoring": False, "classification": "sensitive"}
_WITH_OPTIONS = ("select", "multi_select")


def key_of(label: str) -> str:
    """A key made of a label: `Total visits (30 d)` → `total_visits_30_d`."""
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].rstrip("_")
    return key if key[:1].isalpha() else f"field_{key}"[:60].rstrip("_")


async def list_fields(session: AsyncSession, entity: str | None, *, archived: bool, secret: bool) -> list[CustomField]:
    """Custom fields in their order; encrypted ones only with `secret`."""
    return await repository.custom_fields(session, entity, archived=archived, secret=secret)


async def create_field(session: AsyncSession, data: CustomFieldCreate) -> CustomField:
    """Add a custom field. Raises AlreadyExists, LimitReached, ValueInvalid."""
    if data.kind in _WITH_OPTIONS and not data.options:
        raise _invalid("options", "A field to choose from needs at least one choice.")
    settled = _of_secret(data) if data.kind == "secret" else {}
    if await repository.count_custom_fields(session, data.entity) >= MAX_FIELDS:
        raise LimitReached(f"There are {MAX_FIELDS} custom fields already.")
    field = CustomField(
        id=new_id(),
        organisation_id=actor_of(session).organisation_id,
        key=data.key or key_of(data.label),
        options=data.options if data.kind in _WITH_OPTIONS else [],
        **data.model_dump(exclude={"key", "options"}) | settled,
    )
    try:
        async with session.begin_nested():
            session.add(field)
    except IntegrityError as error:
        raise AlreadyExists(f"There is a field with the key “{field.key}” already.") from error
    await _index(session, field)
    await identity.record(
        session, action="custom_field.created", subject_type="custom_field", subject_id=field.id,
        after=data.model_dump() | {"key": field.key},
    )  # fmt: skip
    await _tell(session, field)
    return field


async def update_field(session: AsyncSession, field_id: UUID, data: CustomFieldUpdate) -> CustomField:
    """Change a custom field. Raises FieldNotFound, LimitReached, ValueInvalid, Forbidden.

    Only those who see personal data may change what kind of data a field holds.
    """
    field = await session.get(CustomField, field_id, with_for_update=True)
    if field is None:
        raise FieldNotFound()
    values = data.model_dump(exclude_unset=True)
    if "archived" in values:
        archived = values.pop("archived")
        values["archived_at"] = (field.archived_at or now()) if archived else None
    if "options" in values and field.kind not in _WITH_OPTIONS:
        values.pop("options")
    if values.get("options") == []:
        raise _invalid("options", "A field to choose from needs at least one choice.")
    if field.kind == "secret":
        values = {name: value for name, value in values.items() if name not in _SETTLED}
    if values.get("classification", field.classification) != field.classification:
        actor_of(session).require(PERMISSION)
    before = {name: getattr(field, name) for name in values}
    for name, value in values.items():
        setattr(field, name, value)
    await session.flush()
    await _index(session, field)
    await identity.record(
        session, action="custom_field.updated", subject_type="custom_field", subject_id=field_id,
        before=before, after=values,
    )  # fmt: skip
    await _tell(session, field)
    return field


async def delete_field(session: AsyncSession, field_id: UUID) -> None:
    """Archive a field: it is shown and filtered by no more, its values stay. Raises FieldNotFound."""
    await update_field(session, field_id, CustomFieldUpdate(archived=True))


async def list_tags(session: AsyncSession) -> list[Tag]:
    """All tags by name."""
    return await repository.tags(session)


async def create_tag(session: AsyncSession, data: TagCreate) -> Tag:
    """Add a tag. Raises AlreadyExists, LimitReached."""
    if len(await repository.tags(session)) >= MAX_TAGS:
        raise LimitReached(f"There are {MAX_TAGS} tags already.")
    tag = Tag(id=new_id(), organisation_id=actor_of(session).organisation_id, **data.model_dump())
    await _save_tag(session, tag)
    await identity.record(session, action="tag.created", subject_type="tag", subject_id=tag.id, after=data.model_dump())
    return tag


async def update_tag(session: AsyncSession, tag_id: UUID, data: TagUpdate) -> Tag:
    """Rename or recolour a tag; leads follow in the background. Raises TagNotFound, AlreadyExists."""
    tag = await session.get(Tag, tag_id, with_for_update=True)
    if tag is None:
        raise TagNotFound()
    values = data.model_dump(exclude_unset=True)
    before = {name: getattr(tag, name) for name in values}
    for name, value in values.items():
        setattr(tag, name, value)
    await _save_tag(session, tag)
    if values.get("name", before.get("name")) != before.get("name"):
        await enqueue(session, replace_tag, ReplaceTag(name=before["name"], new_name=values["name"]))
    await identity.record(
        session, action="tag.updated", subject_type="tag", subject_id=tag_id, before=before, after=values
    )
    return tag


async def delete_tag(session: AsyncSession, tag_id: UUID) -> None:
    """Remove a tag, and in the background from all leads. Raises TagNotFound."""
    tag = await session.get(Tag, tag_id)
    if tag is None:
        raise TagNotFound()
    await session.delete(tag)
    await enqueue(session, replace_tag, ReplaceTag(name=tag.name, new_name=None))
    await identity.record(
        session, action="tag.deleted", subject_type="tag", subject_id=tag_id, before={"name": tag.name}
    )


async def _save_tag(session: AsyncSession, tag: Tag) -> None:
    name = tag.name
    try:
        async with session.begin_nested():
            session.add(tag)
    except IntegrityError as error:
        raise AlreadyExists(f"There is a tag “{name}” already.") from error


async def _index(session: AsyncSession, field: CustomField) -> None:
    """Make or drop the field's index to fit its state. Raises LimitReached."""
    if not field.filterable or field.archived_at is not None or field.entity == "deal":
        await session.execute(text("select drop_custom_field_index(:id)"), {"id": field.id})
        return
    try:
        async with session.begin_nested():
            await session.execute(
                text("select index_custom_field(:id, :maximum)"), {"id": field.id, "maximum": MAX_INDEXED}
            )
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "54000":
            raise
        raise LimitReached(
            f"Up to {MAX_INDEXED} fields can be indexed. Switch off fast filtering for another field first."
        ) from error


async def _tell(session: AsyncSession, field: CustomField) -> None:
    await publish(session, CustomFieldChanged(field_id=field.id, entity=field.entity, key=field.key))


def _of_secret(data: CustomFieldCreate) -> dict[str, object]:
    """What follows from being encrypted. Raises ValueInvalid."""
    if data.entity != "lead":
        raise _invalid("kind", "Only leads have encrypted fields.")
    if data.filterable:
        raise _invalid("filterable", "What is encrypted cannot be filtered.")
    return _SETTLED


def _invalid(field: str, message: str) -> ValueInvalid:
    return ValueInvalid(message, errors=[{"field": field, "message": message}])
