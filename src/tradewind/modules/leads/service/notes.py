"""Notes: written on a lead, shown in its timeline, found by search."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import MASK
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import LeadNotFound, NoteNotFound
from tradewind.modules.leads.models.work import Note
from tradewind.modules.leads.repository import people
from tradewind.modules.leads.repository import timeline as timeline_rows
from tradewind.modules.leads.repository import work as repository
from tradewind.modules.leads.schemas.work import NoteCreate, NoteRead, NoteUpdate
from tradewind.modules.leads.service.timeline import push_update, record_activities

_LISTED = 500


async def add_note(session: AsyncSession, lead_id: UUID, data: NoteCreate) -> Note:
    """Write a note on a lead. Raises LeadNotFound."""
    if not await people.exists(session, lead_id):
        raise LeadNotFound()
    actor = actor_of(session)
    note = Note(
        id=new_id(),
        organisation_id=actor.organisation_id,
        lead_id=lead_id,
        body=data.body,
        author_id=actor.user_id,
        author_name=actor.name,
        activity_id=new_id(),
        version=1,
    )
    session.add(note)
    await session.flush()
    await people.refresh_notes_text(session, lead_id)
    entry = NewActivity(
        id=note.activity_id,
        kind="note.added",
        lead_id=lead_id,
        title="Note",
        body=data.body,
        data={"note_id": str(note.id)},
    )
    await record_activities(session, [entry])
    await identity.record(
        session, action="note.added", subject_type="note", subject_id=note.id,
        after={"lead_id": lead_id, "body": data.body},
    )  # fmt: skip
    await push_update(session, lead_id, ["timeline"])
    return note


async def list_notes(session: AsyncSession, lead_id: UUID) -> list[NoteRead]:
    """A lead's notes, newest first. Raises LeadNotFound."""
    if not await people.exists(session, lead_id):
        raise LeadNotFound()
    rows = await repository.lead_notes(session, lead_id, _LISTED)
    return [masking.shown_note(session, NoteRead.model_validate(row)) for row in rows]


async def get_note(session: AsyncSession, note_id: UUID) -> NoteRead:
    """One note. Raises NoteNotFound."""
    note = await repository.note(session, note_id, lock=False)
    if note is None:
        raise NoteNotFound()
    return masking.shown_note(session, NoteRead.model_validate(note))


async def update_note(session: AsyncSession, note_id: UUID, data: NoteUpdate, *, if_match: str | None) -> Note:
    """Change a note's text, in the timeline too. Raises NoteNotFound, PreconditionFailed, MaskedValue."""
    if data.body.strip() == MASK:
        masking.refuse_masks({"body": data.body})
    note = await _note(session, note_id, if_match)
    if note.body == data.body:
        return note
    before, note.body = note.body, data.body
    note.version += 1
    note.updated_at = now()
    await session.flush()
    if note.activity_id is not None:
        await timeline_rows.rewrite(session, note.activity_id, data.body)
    await _follow(session, note)
    await identity.record(
        session, action="note.updated", subject_type="note", subject_id=note_id,
        before={"body": before}, after={"body": data.body},
    )  # fmt: skip
    return note


async def delete_note(session: AsyncSession, note_id: UUID, *, if_match: str | None) -> None:
    """Remove a note, from the timeline too. Raises NoteNotFound, PreconditionFailed."""
    note = await _note(session, note_id, if_match)
    await session.delete(note)
    await session.flush()
    if note.activity_id is not None:
        await timeline_rows.remove(session, note.activity_id)
    await _follow(session, note)
    await identity.record(
        session, action="note.deleted", subject_type="note", subject_id=note_id, before={"body": note.body}
    )


async def _note(session: AsyncSession, note_id: UUID, if_match: str | None) -> Note:
    note = await repository.note(session, note_id)
    if note is None:
        raise NoteNotFound()
    present = masking.shown_note(session, NoteRead.model_validate(note))
    check_version(if_match, note.version, present.model_dump(mode="json"))
    return note


async def _follow(session: AsyncSession, note: Note) -> None:
    if note.lead_id is not None:
        await people.refresh_notes_text(session, note.lead_id)
        await push_update(session, note.lead_id, ["timeline"])
