"""What other modules may ask of leads; frozen dataclasses in and out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import masked
from tradewind.kernel.ownership import Former, Tables, give_back, reassign
from tradewind.modules.leads import masking
from tradewind.modules.leads.conditions import Compiled, references
from tradewind.modules.leads.conditions import compile as compile_fields
from tradewind.modules.leads.contracts import (
    CustomFieldInfo,
    FileColumn,
    FileTable,
    LeadFacts,
    LeadScore,
    LeadSummary,
    MovedRow,
    NewActivity,
    NewTask,
    SegmentInfo,
    StageInfo,
    ToldPerson,
)
from tradewind.modules.leads.enrolling import provide_journeys
from tradewind.modules.leads.events_deals import LeadsMerged, LeadsUnmerged
from tradewind.modules.leads.normal_forms import normal_email
from tradewind.modules.leads.repository import facts, identified, merges, rule_facts
from tradewind.modules.leads.repository import fields as fields_repository
from tradewind.modules.leads.repository import segments as segments_repository
from tradewind.modules.leads.repository import timeline as timeline_rows
from tradewind.modules.leads.service import automated, deals, outcomes, pipelines, qualifying, tables, timeline
from tradewind.modules.leads.service import identified as identified_people

__all__ = [
    "add_tasks",
    "advance_deal",
    "cell_value",
    "change_many",
    "compile_condition",
    "conditions_met",
    "create_told",
    "custom_fields",
    "email_key",
    "faded_activities",
    "fields_named",
    "fill_told",
    "follow_merge",
    "follow_unmerge",
    "is_engagement",
    "known_values",
    "lead_rows_for_scoring",
    "lead_summaries",
    "leads_by_email",
    "live_leads",
    "mark_contacted",
    "masked_fields",
    "matching_lead_ids",
    "merge_stands",
    "moved_rows",
    "moves_of",
    "provide_journeys",
    "qualify",
    "read_table",
    "reassign_activities",
    "record_activities",
    "remember_moves",
    "segment",
    "segments_asking",
    "set_humanness",
    "stage",
    "write_scores",
]
_NOTHING_KEPT: Mapping[UUID, Mapping[str, Any]] = {}


async def record_activities(session: AsyncSession, activities: Sequence[NewActivity]) -> list[UUID]:
    """Add to timelines; returns the entries' ids. Publishes ActivityRecorded for what counts as engagement."""
    return await timeline.record_activities(session, activities)


def is_engagement(kind: str) -> bool:
    """Whether ActivityRecorded tells of activities of this kind (or `kind.*`); facts about records it does not."""
    return timeline_rows.is_engagement(kind)


async def write_scores(session: AsyncSession, scores: Sequence[LeadScore]) -> int:
    """Store scores in one statement; returns how many leads took one. No version rises, no event is published."""
    return await facts.write_scores(session, scores)


async def lead_rows_for_scoring(
    session: AsyncSession,
    *,
    lead_ids: Sequence[UUID] | None = None,
    labelled: bool | None = None,
    after_id: UUID | None = None,
    limit: int = 5_000,
    before_outcome: bool = False,
    as_of: Mapping[UUID, datetime] | None = None,
) -> list[LeadFacts]:
    """Leads with all that is known of them, in the order of their ids.

    `lead_ids` restricts to these; `labelled` to those with (True) or without (False) an outcome; `after_id` goes
    on from the last id of the batch before. `before_outcome` leaves out activities from the outcome on, `as_of` those
    from a moment of each lead on.
    """
    return await facts.rows(
        session,
        lead_ids=lead_ids,
        labelled=labelled,
        after_id=after_id,
        limit=limit,
        before_outcome=before_outcome,
        as_of=as_of,
    )


async def lead_summaries(session: AsyncSession, lead_ids: Sequence[UUID]) -> list[LeadSummary]:
    """Leads in short, as the session's actor may see them; deleted ones are left out."""
    found = await facts.summaries(session, lead_ids)
    if not masking.hides(session):
        return found
    return [replace(one, email=masked(one.email, "email"), phone=masked(one.phone, "phone")) for one in found]


async def custom_fields(session: AsyncSession, entity: str = "lead") -> list[CustomFieldInfo]:
    """The organisation's custom fields of an entity, without archived ones."""
    return [
        CustomFieldInfo(
            id=field.id,
            entity=field.entity,
            key=field.key,
            label=field.label,
            kind=field.kind,
            options=tuple(field.options),
            filterable=field.filterable,
            used_for_scoring=field.used_for_scoring,
        )
        for field in await fields_repository.custom_fields(session, entity)
    ]


async def masked_fields(session: AsyncSession) -> frozenset[str]:
    """Names of lead fields (`city`, `custom.birthday`) whose values the session's actor may not see."""
    if not masking.hides(session):
        return frozenset()
    keys = await masking.masked_custom(session, "lead")
    return frozenset(masking.LEAD_FORMS) | {f"custom.{key}" for key in keys}


async def segment(session: AsyncSession, segment_id: UUID) -> SegmentInfo | None:
    """A segment, or None."""
    row = await segments_repository.get(session, segment_id)
    if row is None:
        return None
    return SegmentInfo(id=row.id, name=row.name, kind=row.kind, condition=row.condition, member_count=row.member_count)


async def compile_condition(session: AsyncSession, condition: Mapping[str, Any], *, first: int = 1) -> Compiled:
    """A condition as SQL over the unaliased table `leads`. Raises ConditionInvalid.

    Combine it with `leads.deleted_at is null`.
    """
    return compile_fields(condition, await fields_repository.fields_for(session, condition), first=first)


def fields_named(condition: Mapping[str, Any]) -> set[str]:
    """Keys of the fields a condition names, those of its segments not included."""
    return {name for name, _ in references(condition)}


async def segments_asking(session: AsyncSession, prefix: str) -> list[SegmentInfo]:
    """Dynamic segments whose condition names a field that begins with `prefix`, by name."""
    return [
        SegmentInfo(id=row.id, name=row.name, kind=row.kind, condition=row.condition, member_count=row.member_count)
        for row in await segments_repository.all_of(session)
        if row.condition and any(name.startswith(prefix) for name in fields_named(row.condition))
    ]


async def conditions_met(
    session: AsyncSession, conditions: Sequence[Mapping[str, Any]], lead_ids: Sequence[UUID]
) -> list[frozenset[UUID] | None]:
    """For each condition, which of these leads it holds for; None for one that no longer works."""
    everything = {"any": list(conditions)}
    fields = await fields_repository.fields_for(session, everything)
    return await rule_facts.conditions_met(session, conditions, fields, lead_ids)


async def faded_activities(
    session: AsyncSession, wanted: Sequence[rule_facts.Fading], lead_ids: Sequence[UUID], at: datetime
) -> list[dict[UUID, float]]:
    """For each (kinds, half-life in days): by lead, how often these activities happened, each fading with its age.

    Activities from a lead's outcome on are left out; leads without any are missing.
    """
    return await rule_facts.faded(session, wanted, lead_ids, at)


async def matching_lead_ids(
    session: AsyncSession,
    condition: Mapping[str, Any],
    *,
    among: Sequence[UUID] | None = None,
    after_id: UUID | None = None,
    limit: int = 10_000,
) -> list[UUID]:
    """Ids of leads a condition holds for, ascending; go on with the last one as `after_id`. Raises ConditionInvalid."""
    compiled = await compile_condition(session, condition)
    return await facts.matching(session, compiled, among=among, after_id=after_id, limit=limit)


async def merge_stands(session: AsyncSession, merge_id: UUID) -> bool:
    """Whether a merge was not taken back, as news of it may come late; until the transaction ends, it cannot be."""
    return await merges.stands(session, merge_id)


async def remember_moves(
    session: AsyncSession,
    merge_id: UUID,
    moves: Mapping[str, Former],
    kept: Mapping[UUID, Mapping[str, Any]] = _NOTHING_KEPT,
) -> None:
    """Note which rows of the caller's tables a merge moved, and what else is needed to take that back."""
    await merges.remember(session, merge_id, moves, kept)


async def follow_merge(session: AsyncSession, event: LeadsMerged, tables: Tables) -> None:
    """Give the losers' rows of the caller's tables to the winner, and note it, unless the merge was taken back."""
    if await merge_stands(session, event.merge_id):
        moves = await reassign(session, tables, event.winner_id, event.loser_ids)
        await remember_moves(session, event.merge_id, moves)


async def follow_unmerge(session: AsyncSession, event: LeadsUnmerged, tables: Tables) -> None:
    """Give back what `follow_merge` moved and is still the winner's."""
    await give_back(session, tables, event.winner_id, await moves_of(session, event.merge_id, tables))


async def moved_rows(session: AsyncSession, merge_id: UUID, table: str) -> list[MovedRow]:
    """What was noted of a table by `remember_moves`."""
    return await merges.remembered(session, merge_id, table)


async def moves_of(session: AsyncSession, merge_id: UUID, tables: Collection[str]) -> dict[str, Former]:
    """The same of several tables: whose rows were, by their ids."""
    return {
        table: {one.row_id: one.from_lead_id for one in await merges.remembered(session, merge_id, table)}
        for table in tables
    }


def email_key(text: str) -> str | None:
    """The form in which addresses are compared; None if the text is no address."""
    return normal_email(text)


async def leads_by_email(session: AsyncSession, keys: Collection[str]) -> dict[str, UUID]:
    """The oldest live lead of each address (`email_key`) that has one."""
    return await identified.by_email(session, keys) if keys else {}


async def live_leads(session: AsyncSession, lead_ids: Collection[UUID]) -> set[UUID]:
    """Those of the leads that are there and not deleted."""
    return await identified.live(session, lead_ids) if lead_ids else set()


async def create_told(session: AsyncSession, people: Sequence[ToldPerson]) -> dict[str, UUID]:
    """Add a lead for each person, each with an `email`, in a few statements; returns ids by address.

    Publishes LeadCreated and records the additions. The caller has made sure that no address has a lead.
    """
    return await identified_people.create_told(session, people)


async def fill_told(session: AsyncSession, told: Mapping[UUID, ToldPerson]) -> list[UUID]:
    """Fill fields of leads that are empty, never overwriting; returns the leads that changed."""
    return await identified_people.fill_told(session, told)


async def reassign_activities(session: AsyncSession, moves: Mapping[UUID, UUID | None]) -> None:
    """Move entries of timelines (by activity id) to other leads, or remove them (None); unknown ids are ignored."""
    await identified_people.reassign_activities(session, moves)


async def set_humanness(session: AsyncSession, values: Mapping[UUID, float]) -> None:
    """Set the probability (0 to 1) that a person did these activities; unknown ids are ignored."""
    await identified_people.set_humanness(session, values)


async def mark_contacted(session: AsyncSession, lead_ids: Collection[UUID]) -> list[UUID]:
    """Give leads whose status is new the status contacted; returns those that changed."""
    return await outcomes.contacted(session, lead_ids) if lead_ids else []


async def stage(session: AsyncSession, stage_id: UUID) -> StageInfo | None:
    """A stage of a live pipeline, or None."""
    row = await pipelines.live_stage(session, stage_id)
    return row and StageInfo(id=row.id, pipeline_id=row.pipeline_id, name=row.name, kind=row.kind)


async def advance_deal(session: AsyncSession, lead_id: UUID, stage_id: UUID, *, reason: str) -> UUID | None:
    """Move the lead's open deal of the stage's pipeline (the one touched last) to the stage, only forwards.

    None if there is none, if it is there or further on already, or if the stage is gone or closes deals. `reason`
    stands in the audit log.
    """
    return await deals.advance(session, lead_id, stage_id, reason=reason)


def read_table(path: Path) -> FileTable:
    """A CSV or XLSX file as a table, read the way the import reads it. Raises AppErrors that say what is wrong."""
    return tables.read_table(path)


def cell_value(column: FileColumn, text: str) -> Any:
    """A cell of such a table as its column's kind; None where it holds nothing."""
    return tables.cell_value(column, text)


async def known_values(session: AsyncSession, lead_id: UUID) -> dict[str, Any]:
    """What is known of a lead by field (`email`, `custom.team_size`), without what is empty; {} where there is none."""
    return await qualifying.known_values(session, lead_id)


async def qualify(
    session: AsyncSession,
    lead_id: UUID,
    *,
    values: Mapping[str, Any],
    replacing: Collection[str] = (),
    add_tags: Sequence[str] = (),
    status: Literal["contacted", "qualified", "unqualified"] | None = None,
) -> list[str]:
    """Write what a lead said, by field; fields that hold something stay, unless `replacing` names them.

    Values that do not fit their field are left out, and so is a status where a sale has decided. Returns what was set.
    """
    return await qualifying.qualify(
        session, lead_id, values=values, replacing=replacing, add_tags=add_tags, status=status
    )


async def add_tasks(session: AsyncSession, tasks: Sequence[NewTask], *, reason: str) -> int:
    """Add tasks for leads that are there, in one statement; those whose id exists already are left alone.

    Returns how many were added; `reason` stands in the audit log.
    """
    return await automated.add_tasks(session, tasks, reason=reason)


async def change_many(
    session: AsyncSession,
    lead_ids: Collection[UUID],
    *,
    reason: str,
    status: Literal["contacted", "qualified", "unqualified"] | None = None,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    owner_id: UUID | None = None,
) -> None:
    """Change many leads alike, in a few statements. A status that a sale or more progress has decided stays.

    Publishes LeadsChanged; `reason` stands in the audit log.
    """
    await automated.change_many(
        session, lead_ids, reason=reason, status=status, add_tags=add_tags, remove_tags=remove_tags, owner_id=owner_id
    )
