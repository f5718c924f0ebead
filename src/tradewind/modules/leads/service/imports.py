"""Imports from upload to start: analysis, mapping, and the custom fields a mapping asks for."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors import LimitReached
from tradewind.modules.leads.errors_imports import (
    FileImportedAlready,
    ImportNotFound,
    ImportNotReady,
    MappingInvalid,
)
from tradewind.modules.leads.events import CustomFieldChanged
from tradewind.modules.leads.importing.limits import UNDO_DAYS
from tradewind.modules.leads.importing.mapping import KnownField, Suggestion, default_match_on
from tradewind.modules.leads.importing.plan import Plan, PlannedColumn, plan_of
from tradewind.modules.leads.importing.table import Choices
from tradewind.modules.leads.importing.targets import TARGETS, field_key
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.models.imports import LeadImport
from tradewind.modules.leads.repository import fields as fields_repository
from tradewind.modules.leads.repository import imports as repository
from tradewind.modules.leads.schemas.imports import MappingUpdate
from tradewind.modules.leads.service import import_files as files
from tradewind.modules.leads.service.fields import MAX_FIELDS
from tradewind.modules.leads.service.import_run import finish

# Up to this size the answer to an upload waits for the analysis; larger files are analysed by a job.
ANALYSED_AT_ONCE_BYTES = 12_000_000


async def create(session: AsyncSession, stored: files.Stored, *, name: str, origin: str = "upload") -> LeadImport:
    """Note an upload that has come in whole."""
    actor = actor_of(session)
    entry = LeadImport(
        id=new_id(), organisation_id=actor.organisation_id, name=name, origin=origin, state="uploaded",
        sha256=stored.sha256, size_bytes=stored.size_bytes, storage_key=stored.storage_key,
        created_by=actor.user_id, created_by_name=actor.name,
    )  # fmt: skip
    session.add(entry)
    await session.flush()
    await identity.record(
        session, action="import.uploaded", subject_type="import", subject_id=entry.id,
        after={"file": name, "bytes": stored.size_bytes, "sha256": stored.sha256},
    )  # fmt: skip
    return entry


async def get(session: AsyncSession, import_id: UUID, *, lock: bool = False) -> LeadImport:
    """The import; one whose job was cancelled while it waited is closed on the way. Raises ImportNotFound."""
    entry = await repository.get(session, import_id, lock=lock)
    if entry is None:
        raise ImportNotFound()
    if entry.state == "running" and entry.run_id is not None:
        run = await repository.run_state(session, entry.run_id)
        if run in ("cancelled", "failed"):
            locked = await repository.get(session, import_id, lock=True)
            if locked is not None and locked.state == "running":
                await finish(session, locked, run)
    return entry


def rejects(session: AsyncSession, import_id: UUID) -> AsyncIterator[Any]:
    """Rejected rows (row_number, reason, cells) in file order, streamed."""
    return repository.rejects(session, import_id)


async def latest(session: AsyncSession, limit: int) -> list[LeadImport]:
    """The newest imports."""
    return await repository.latest(session, limit)


async def analyse(session: AsyncSession, entry: LeadImport, home: Path, choices: Choices | None = None) -> None:
    """Find out what the file is and suggest a mapping. Raises FileUnreadable and kin."""
    known = [
        KnownField(field.key, field.label, field.kind)
        for field in await fields_repository.custom_fields(session, "lead")
    ]
    found = await files.analyse(files.path_of(home, entry.storage_key), choices or Choices(), known)
    entry.layout, entry.header, entry.notes = found.layout.as_json(), found.header, found.notes
    entry.suggestions = [suggestion.as_json() for suggestion in found.suggestions]
    kinds = {one.key: one.kind for one in known}
    entry.plan = plan_of(found.suggestions, custom_kinds=kinds, width=len(found.header)).as_json()
    entry.rows_total, entry.state, entry.problem = found.rows_total, "ready", None
    await session.flush()


async def choose_layout(session: AsyncSession, import_id: UUID, home: Path, choices: Choices) -> LeadImport:
    """Read the file in another way (sheet, delimiter, encoding, header). Raises ImportNotReady, FileUnreadable."""
    entry = await get(session, import_id, lock=True)
    if entry.state != "ready":
        raise ImportNotReady(f"The import is {entry.state}.")
    await analyse(session, entry, home, choices)
    return entry


async def save_mapping(session: AsyncSession, import_id: UUID, data: MappingUpdate) -> LeadImport:
    """Store what each column becomes and what happens to duplicates. Raises MappingInvalid, ImportNotReady."""
    entry = await get(session, import_id, lock=True)
    if entry.state != "ready":
        raise ImportNotReady(f"The mapping of an import that is {entry.state} cannot be changed.")
    entry.plan = (await _plan(session, entry, data)).as_json()
    await session.flush()
    return entry


async def _plan(session: AsyncSession, entry: LeadImport, data: MappingUpdate) -> Plan:
    header = entry.header or []
    suggestions = {one["source"]: one for one in entry.suggestions}
    known = await fields_repository.custom_fields(session, "lead", archived=True, secret=True)
    custom = {field.key: field for field in known if field.kind != "secret"}
    taken = {field.key for field in known}
    columns: list[PlannedColumn] = []
    errors: list[FieldError] = []
    used: dict[str, str] = {}
    for number, column in enumerate(data.columns):
        where = f"columns.{number}"
        if column.source not in suggestions:
            errors.append({"field": f"{where}.source", "message": f"The file has no column “{column.source}”."})
            continue
        if column.ignore:
            continue
        suggested = Suggestion(**suggestions[column.source])
        index = header.index(column.source)
        create: dict[str, Any] | None = None
        if column.create is not None:
            key = field_key(column.create.label, taken)
            taken.add(key)
            options = column.create.options
            if options is None:
                options = (suggested.create or {}).get("options") or []
            create = {"key": key, "label": column.create.label, "kind": column.create.kind, "options": options}
            target, kind = f"custom.{key}", column.create.kind
        else:
            target = column.target or ""
            key = target.removeprefix("custom.")
            if target in TARGETS:
                kind = TARGETS[target].kind
            elif target.startswith("custom.") and key in custom and custom[key].archived_at is None:
                kind = custom[key].kind
            else:
                errors.append({"field": f"{where}.target", "message": f"There is no field “{target}”."})
                continue
        if target in used:
            message = f"“{used[target]}” and “{column.source}” fill the same field."
            errors.append({"field": f"{where}.target", "message": message})
            continue
        used[target] = column.source
        scoring = column.used_for_scoring if column.used_for_scoring is not None else suggested.used_for_scoring
        columns.append(
            PlannedColumn(
                column.source,
                index,
                target,
                kind,
                column.format or suggested.format,
                create,
                scoring,
                None if column.empty_values is None else tuple(column.empty_values),
            )
        )
    if not columns and not errors:
        errors.append({"field": "columns", "message": "At least one column must be imported."})
    for match in data.match_on or ():
        if match not in used:
            errors.append({"field": "match_on", "message": f"No column fills {TARGETS[match].label}."})
    if errors:
        raise MappingInvalid(errors=errors)
    match_on = data.match_on
    if match_on is None:
        match_on = default_match_on(used)
    return Plan(
        tuple(columns), data.duplicates, tuple(match_on), data.bad_cells, data.default_country, len(header)
    )  # fmt: skip


async def begin(session: AsyncSession, import_id: UUID, *, again: bool = False) -> LeadImport:
    """Make a ready import run: checks that the file is not imported already and adds the fields it needs.

    Raises ImportNotReady, FileImportedAlready (also when both are started at once), LimitReached.
    """
    entry = await get(session, import_id, lock=True)
    if entry.state != "ready" or entry.plan is None:
        raise ImportNotReady(f"The import is {entry.state}.")
    sha256 = entry.sha256
    same = await repository.same_file(session, import_id, sha256)
    if same is not None and (same.state == "running" or not again):
        raise _imported_already(same)
    await _add_fields(session, Plan.from_json(entry.plan))
    try:
        async with session.begin_nested():
            entry.state, entry.started_at = "running", now()
            await session.flush()
    except IntegrityError as error:
        other = await repository.same_file(session, import_id, sha256)
        raise _imported_already(other) from error
    await identity.record(
        session, action="import.started", subject_type="import", subject_id=entry.id,
        after={
            "file": entry.name, "rows": entry.rows_total, "duplicates": entry.plan["duplicates"],
            "match_on": entry.plan["match_on"],
            "columns": {column["source"]: column["target"] for column in entry.plan["columns"]},
        },
    )  # fmt: skip
    return entry


def _imported_already(other: LeadImport | None) -> FileImportedAlready:
    if other is None:
        return FileImportedAlready("The same file is being imported right now.")
    extra = {"import": {"id": str(other.id), "name": other.name, "state": other.state}}
    by = f" by {other.created_by_name}" if other.created_by_name else ""
    if other.state == "running":
        return FileImportedAlready(
            f"The same file is being imported right now: “{other.name}”, started{by}.", extra=extra
        )
    when = (other.finished_at or other.created_at).strftime("%Y-%m-%d %H:%M UTC")
    return FileImportedAlready(
        f"The same file was imported on {when}{by} as “{other.name}”. Confirm to import it again.", extra=extra
    )


async def _add_fields(session: AsyncSession, plan: Plan) -> None:
    wanted = [(column, cast("dict[str, Any]", column.create)) for column in plan.columns if column.create]
    if wanted and await repository.custom_field_count(session) + len(wanted) > MAX_FIELDS:
        raise LimitReached(f"The file asks for {len(wanted)} new fields; there can be {MAX_FIELDS} in all.")
    known = await fields_repository.custom_fields(session, "lead", archived=True, secret=True)
    existing = {field.key: field for field in known}
    actor = actor_of(session)
    position = len(existing)
    added = []
    for column, create in wanted:
        field = existing.get(create["key"])
        if field is not None and field.kind == create["kind"]:
            field.archived_at = None
            continue
        if field is not None:
            raise MappingInvalid(
                f"There is a field “{field.label}” of another kind meanwhile; check the mapping again."
            )
        field = CustomField(
            id=new_id(), organisation_id=actor.organisation_id, entity="lead", key=create["key"],
            label=create["label"][:200], kind=create["kind"], options=list(create["options"]),
            used_for_scoring=column.used_for_scoring, position=position,
        )  # fmt: skip
        position += 1
        session.add(field)
        added.append(field)
    await session.flush()
    if added:
        await identity.record(
            session, action="custom_field.created", subject_type="custom_field",
            after={"fields": {field.key: field.kind for field in added}}, reason="asked for by an import",
        )  # fmt: skip
        await publish(
            session, *[CustomFieldChanged(field_id=field.id, entity="lead", key=field.key) for field in added]
        )


def unsure(suggestions: Sequence[dict[str, Any]], threshold: float) -> list[dict[str, Any]]:
    """The suggestions a person should look at."""
    return [one for one in suggestions if one["confidence"] < threshold]


def undo_until(entry: LeadImport) -> Any:
    """Until when the import can be undone, or None if it cannot."""
    if entry.state not in ("done", "cancelled", "failed") or entry.finished_at is None or not entry.rows_done:
        return None
    until = entry.finished_at + timedelta(days=UNDO_DAYS)
    return until if until > now() else None
