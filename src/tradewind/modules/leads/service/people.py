"""People: added, read, changed, deleted."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.classification import masked
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import LeadNotFound, ValueInvalid
from tradewind.modules.leads.events import LeadCreated, LeadDeleted, LeadsPurged, LeadUpdated
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.normal_forms import normal_email, normal_phone
from tradewind.modules.leads.repository import fields
from tradewind.modules.leads.repository import people as repository
from tradewind.modules.leads.repository.lists import dumps, row_json
from tradewind.modules.leads.schemas.people import LeadCreate, LeadUpdate
from tradewind.modules.leads.schemas.texts import MAX_TAGS
from tradewind.modules.leads.service import consents
from tradewind.modules.leads.service.companies import KEPT_AFTER_DELETION, PURGED_AT_ONCE, link_company
from tradewind.modules.leads.service.custom_values import clean_custom, known_fields, merged_custom
from tradewind.modules.leads.service.owners import default_owner, require_in_sight, require_owner
from tradewind.modules.leads.service.timeline import push_update, record_activities

# Normal forms and such: they follow from other fields and are not reported as changes of their own.
_DERIVED = frozenset({"email_key", "phone_key", "converted_at", "first_seen_at"})


async def create_lead(session: AsyncSession, data: LeadCreate) -> Mapping[str, Any]:
    """Add a person, linked to a company where one is named. Raises ValueInvalid, MaskedValue, CompanyNotFound."""
    values = new_values(session, data, await known_fields(session, "lead") if data.custom else {})
    values |= await link_company(session, data.company_id, data.company_name)
    if data.owner_id is not None and data.owner_id != actor_of(session).user_id:
        await require_owner(session, data.owner_id)
    await fields.add_missing_tags(session, data.tags)
    lead_id = new_id()
    row = await repository.insert(session, lead_id, values)
    await identity.record(
        session,
        action="lead.created",
        subject_type="lead",
        subject_id=lead_id,
        after=given_values(values),
    )
    if row["do_not_email"] or row["do_not_call"]:
        await consents.hold_back(session, [lead_id], lift=False)
    await publish(session, LeadCreated(lead_id=lead_id))
    await push_new(session, row)
    return await masking.shown(session, row)


def new_values(session: AsyncSession, data: LeadCreate, known: Mapping[str, CustomField]) -> dict[str, Any]:
    """The columns of a new person, but for the company's. Raises ValueInvalid, MaskedValue."""
    values = data.model_dump(exclude={"custom", "tags"})
    masking.refuse_masks(values)
    values["tags"] = data.tags
    values["owner_id"] = default_owner(session, data.owner_id)
    require_in_sight(session, values["owner_id"])
    values["custom"] = merged_custom(known, {}, data.custom)
    values["full_name"] = data.full_name or _joined(data.first_name, data.last_name)
    values |= _keys(data.email, data.phone, data.country)
    if data.converted is not None:
        values["converted_at"] = now()
    return values


def given_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of a new person: all that is not empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}


async def push_new(session: AsyncSession, row: Mapping[str, Any] | asyncpg.Record) -> None:
    """Tell open browsers of a new person (columns id, owner, names, e-mail)."""
    data = {
        "id": str(row["id"]),
        "name": row["full_name"] or masked(row["email"], "email") or "",
        "company": row["company_name"],
    }
    await realtime.push(
        session, type="lead.new", topic="leads", permission="leads:read", owners=[row["owner_id"]], data=data
    )


async def read_lead(
    session: AsyncSession, lead_id: UUID, fields: Sequence[str] = repository.READ_COLUMNS
) -> Mapping[str, Any]:
    """One person, or only some fields of one. Raises LeadNotFound."""
    row = await repository.get(session, lead_id, columns=fields)
    if row is None:
        raise LeadNotFound()
    return await masking.shown(session, row)


async def update_lead(
    session: AsyncSession, lead_id: UUID, data: LeadUpdate, *, if_match: str | None
) -> Mapping[str, Any]:
    """Change a person; a request that changes nothing leaves the version alone.

    Raises LeadNotFound, PreconditionFailed (with the current state), ValueInvalid, MaskedValue, CompanyNotFound.
    """
    before = await repository.get(session, lead_id, lock=True)
    if before is None:
        raise LeadNotFound()
    check_version(if_match, before["version"], await _state(session, before))
    values = await _wanted(session, before, data)
    was = {name: _plain(before[name]) for name in values if name not in _DERIVED}
    changed = [name for name, old in was.items() if old != values[name]]
    if not changed:
        return await masking.shown(session, before)
    reached = await consents.reach(session, lead_id)
    row = await repository.update(session, lead_id, values)
    await fields.add_missing_tags(session, [tag for tag in row["tags"] if tag not in before["tags"]])
    await identity.record(
        session,
        action="lead.updated",
        subject_type="lead",
        subject_id=lead_id,
        before={name: was[name] for name in changed},
        after={name: values[name] for name in changed},
    )
    if moved := {"email", "phone"} & set(changed):
        await consents.follow(session, lead_id, reached)
    if marks := {"do_not_email", "do_not_call"} & set(changed) or moved:
        await consents.hold_back(session, [lead_id], lift=bool(marks - moved))
    names = _changed_names(changed, was, values)
    await record_activities(session, [await _activity(session, lead_id, names, was, values)])
    await publish(session, LeadUpdated(lead_id=lead_id, changed=names))
    await push_update(session, lead_id, names, row["version"], owners=[before["owner_id"], row["owner_id"]])
    return await masking.shown(session, row)


async def delete_lead(session: AsyncSession, lead_id: UUID, *, if_match: str | None) -> None:
    """Hide a person everywhere; purged for good after KEPT_AFTER_DELETION. Raises LeadNotFound, PreconditionFailed."""
    before = await repository.get(session, lead_id, lock=True)
    if before is None:
        raise LeadNotFound()
    check_version(if_match, before["version"], await _state(session, before))
    await repository.delete(session, lead_id)
    shown = {name: before[name] for name in ("full_name", "email", "phone", "company_name") if before[name]}
    await identity.record(session, action="lead.deleted", subject_type="lead", subject_id=lead_id, before=shown)
    await publish(session, LeadDeleted(lead_id=lead_id))
    await push_update(session, lead_id, ["deleted"], owners=[before["owner_id"]])


async def purge_deleted(session: AsyncSession) -> int:
    """Remove leads deleted long enough ago, up to a bounded number; returns how many."""
    ids = await repository.deleted_before(session, now() - KEPT_AFTER_DELETION, PURGED_AT_ONCE)
    if ids:
        await consents.forget(session, ids)
        await repository.purge(session, ids)
        await identity.record(
            session, action="lead.purged", subject_type="lead", subject_id=None, after={"count": len(ids)}
        )
        await publish(session, LeadsPurged(lead_ids=ids))
    return len(ids)


async def _state(session: AsyncSession, row: asyncpg.Record) -> Any:
    """The present state as plain JSON, for whoever was slower."""
    return orjson.loads(dumps(row_json(await masking.shown(session, row))))


async def _wanted(session: AsyncSession, before: asyncpg.Record, data: LeadUpdate) -> dict[str, Any]:
    """The columns to set, derived ones included."""
    values = data.model_dump(exclude_unset=True, exclude={"custom", "add_tags", "remove_tags"})
    masking.refuse_masks(values)
    if "custom" in data.model_fields_set:
        values["custom"] = await clean_custom(session, "lead", before["custom"], data.custom)
    if data.add_tags or data.remove_tags:
        values["tags"] = _retagged(values.get("tags", before["tags"]), data.add_tags, data.remove_tags)
    if "full_name" in values:
        values["full_name"] = values["full_name"] or ""
    elif {"first_name", "last_name"} & set(values):
        joined = _joined(values.get("first_name", before["first_name"]), values.get("last_name", before["last_name"]))
        values["full_name"] = joined
    if {"email", "phone", "country"} & set(values):
        now_has = {name: values.get(name, before[name]) for name in ("email", "phone", "country")}
        values |= _keys(now_has["email"], now_has["phone"], now_has["country"])
    if "company_id" in values or "company_name" in values:
        values |= await _company(session, before, values)
    if "owner_id" in values and values["owner_id"] != before["owner_id"]:
        require_in_sight(session, values["owner_id"])
    if values.get("owner_id") is not None and values["owner_id"] != before["owner_id"]:
        await require_owner(session, values["owner_id"])
    if "converted" in values and values["converted"] != before["converted"]:
        values["converted_at"] = now() if values["converted"] is not None else None
    return values


async def _company(session: AsyncSession, before: asyncpg.Record, values: Mapping[str, Any]) -> dict[str, Any]:
    if values.get("company_id") is not None:
        return await link_company(session, values["company_id"], values.get("company_name"))
    if "company_name" in values:
        return await link_company(session, None, values["company_name"])
    return {"company_id": None, "company_name": before["company_name"]}


def _keys(email: str | None, phone: str | None, country: str | None) -> dict[str, str | None]:
    number = normal_phone(phone, country) if phone else None
    return {
        "email_key": normal_email(email) if email else None,
        "phone_key": number.e164 if number else None,
    }


def _joined(first_name: str | None, last_name: str | None) -> str:
    return " ".join(part for part in (first_name, last_name) if part)


def _retagged(current: list[str], added: list[str], removed: list[str]) -> list[str]:
    gone = {tag.casefold() for tag in removed}
    kept = {tag.casefold(): tag for tag in (*current, *added) if tag.casefold() not in gone}
    if len(kept) > MAX_TAGS:
        message = f"A lead carries up to {MAX_TAGS} tags."
        raise ValueInvalid(message, errors=[{"field": "add_tags", "message": message}])
    return list(kept.values())


def _plain(value: Any) -> Any:
    return UUID(bytes=value.bytes) if isinstance(value, UUID) else value


def _changed_names(changed: list[str], was: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    names = [name for name in changed if name != "custom"]
    if "custom" in changed:
        old, new = was["custom"], values["custom"]
        names += [f"custom.{key}" for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    return names


async def _activity(
    session: AsyncSession, lead_id: UUID, names: list[str], was: Mapping[str, Any], values: Mapping[str, Any]
) -> NewActivity:
    """The timeline's entry for a change: its own words for status and owner, the names of other fields."""
    if names == ["status"]:
        title = f"Status changed from {was['status']} to {values['status']}"
        data = {"from": was["status"], "to": values["status"]}
        return NewActivity(kind="lead.status_changed", lead_id=lead_id, title=title, data=data)
    if names == ["owner_id"]:
        owner_id = values["owner_id"]
        owner = await require_owner(session, owner_id) if owner_id else None
        title = f"Assigned to {owner}" if owner else "Owner removed"
        data = {"from": was["owner_id"], "to": owner_id, "reason": f"by {actor_of(session).name}"}
        return NewActivity(kind="lead.assigned", lead_id=lead_id, title=title, data=data)
    shown = ", ".join(name.removeprefix("custom.").removesuffix("_id").replace("_", " ") for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return NewActivity(
        kind="lead.updated", lead_id=lead_id, title=f"Changed {shown}{more}", data={"changed": names[:100]}
    )
