"""What people say of themselves in a conversation: written to their record without losing what others wrote there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database.sight import seeing_everything
from tradewind.modules.leads.conditions.values import BadValue
from tradewind.modules.leads.repository import fields as fields_repository
from tradewind.modules.leads.repository import people as repository
from tradewind.modules.leads.schemas.people import LeadUpdate
from tradewind.modules.leads.service import people
from tradewind.modules.leads.service.custom_values import stored_value

_FIELDS = ("full_name", "email", "phone", "company_name", "job_title", "website", "city", "region", "country")
_OPEN = ("new", "contacted", "qualified", "unqualified")
_MAX_TAGS = 50


async def known_values(session: AsyncSession, lead_id: UUID) -> dict[str, Any]:
    """What is known of a lead by field (`email`, `custom.team_size`), without what is empty; {} where there is none."""
    async with seeing_everything(session):
        row = await repository.get(session, lead_id)
        if row is None:
            return {}
        found = {name: row[name] for name in _FIELDS}
        found |= {f"custom.{key}": value for key, value in row["custom"].items()}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


async def qualify(
    session: AsyncSession,
    lead_id: UUID,
    *,
    values: Mapping[str, Any],
    replacing: Collection[str],
    add_tags: Sequence[str],
    status: Literal["contacted", "qualified", "unqualified"] | None,
) -> list[str]:
    """Write what was said by field; a field that holds something stays, unless `replacing` names it.

    Values that do not fit their field are left out, and so is a status where a sale has decided. Returns what was set.
    """
    async with seeing_everything(session):
        row = await repository.get(session, lead_id, lock=True)
        if row is None:
            return []
        held = await known_values(session, lead_id)
        wanted = {name: value for name, value in values.items() if name in replacing or name not in held}
        change: dict[str, Any] = {}
        for name, value in wanted.items():
            if name in _FIELDS and _fits(name, value):
                change[name] = value
        custom = await _custom(session, wanted)
        if custom:
            change["custom"] = custom
        tags = [tag for tag in add_tags if tag.casefold() not in {one.casefold() for one in row["tags"]}]
        if tags and len(row["tags"]) + len(tags) <= _MAX_TAGS:
            change["add_tags"] = tags
        if status is not None and row["status"] in _OPEN and not (status == "contacted" and row["status"] != "new"):
            change["status"] = status
        if change:
            await people.update_lead(session, lead_id, LeadUpdate.model_validate(change), if_match=None)
    return sorted({*(name for name in change if name in _FIELDS), *(f"custom.{key}" for key in custom)})


async def _custom(session: AsyncSession, wanted: Mapping[str, Any]) -> dict[str, Any]:
    given = {name.removeprefix("custom."): value for name, value in wanted.items() if name.startswith("custom.")}
    if not given:
        return {}
    kept = {}
    for field in await fields_repository.custom_fields(session, "lead"):
        if field.key in given:
            try:
                stored = stored_value(field, given[field.key])
            except (ValueError, BadValue):
                continue
            if stored is not None:
                kept[field.key] = stored
    return kept


def _fits(name: str, value: Any) -> bool:
    try:
        LeadUpdate.model_validate({name: value})
    except ValidationError:
        return False
    return True
