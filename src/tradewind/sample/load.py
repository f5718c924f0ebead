"""Puts the sample company's history beside its imported leads.

Deals, timelines, notes and tasks lie in the past, so they are copied into their tables in bulk rather than
played through the services, which would date them today. One chunk of leads is one transaction; a chunk that
is already there is skipped, so a loading that was cut off can be started again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.sample.funnel import Funnel
from tradewind.sample.history import BY_LEAD, Deal, History, histories

_LEADS = """
    SELECT l.external_id, l.id, l.company_id, l.full_name, l.converted IS NOT NULL AS decided
    FROM leads l WHERE l.external_id = ANY($1) AND l.deleted_at IS NULL
"""
_OWN = """
    UPDATE leads l SET owner_id = n.owner_id, last_activity_at = n.last_at,
        first_seen_at = least(l.first_seen_at, n.first_at), created_at = least(l.created_at, n.first_at)
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS n(id, owner_id, first_at, last_at)
    WHERE l.id = n.id
"""
_ACTIVITY_COLUMNS = (
    "id", "organisation_id", "lead_id", "company_id", "deal_id", "kind", "title", "body", "occurred_at",
    "actor_kind", "actor_id", "actor_name", "source", "data",
)  # fmt: skip
_DEAL_COLUMNS = (
    "id", "organisation_id", "name", "lead_id", "company_id", "pipeline_id", "stage_id", "amount_minor",
    "currency", "close_date", "owner_id", "lost_reason", "stage_entered_at", "closed_at", "position",
    "created_by", "created_at", "updated_at",
)  # fmt: skip
_CHANGE_COLUMNS = (
    "id", "organisation_id", "deal_id", "from_stage_id", "from_stage_name", "to_stage_id", "to_stage_name",
    "from_kind", "to_kind", "amount_minor", "currency", "lost_reason", "seconds_in_stage", "changed_by",
    "changed_by_name", "changed_at",
)  # fmt: skip
_NOTE_COLUMNS = (
    "id", "organisation_id", "lead_id", "deal_id", "body", "author_id", "author_name", "activity_id",
    "created_at", "updated_at",
)  # fmt: skip
_TASK_COLUMNS = (
    "id", "organisation_id", "title", "body", "due_at", "done_at", "done_by", "lead_id", "deal_id",
    "assignee_id", "priority", "created_by", "created_at", "updated_at",
)  # fmt: skip


@dataclass
class Loaded:
    """How many rows of each kind were added."""

    activities: int = 0
    deals: int = 0
    notes: int = 0
    tasks: int = 0


@dataclass(frozen=True)
class Colleague:
    """A member of the team, in the order of `world.TEAM`."""

    id: UUID
    name: str


@dataclass(frozen=True)
class _Stage:
    id: UUID
    name: str
    kind: str


async def load_history(
    database: Database,
    actor: Actor,
    funnel: Funnel,
    team: Sequence[Colleague],
    *,
    share: float = 1.0,
    progress: Callable[[int], None] = lambda done: None,
) -> Loaded:
    """Add what happened to the leads found by their external ids; `progress` hears leads done.

    Args:
        actor: acts inside the organisation that holds the imported leads and a default pipeline.
        team: five colleagues, the first four own leads.
        share: part of the leads that get a history (0–1).
    """
    total, done = Loaded(), 0
    for history in histories(funnel, share=share):
        async with database.transaction(actor) as session:
            added = await _load_chunk(session, history, team)
        for name in ("activities", "deals", "notes", "tasks"):
            setattr(total, name, getattr(total, name) + getattr(added, name))
        done += min(10_000, funnel.leads - done)
        progress(done)
    return total


async def _load_chunk(session: AsyncSession, history: History, team: Sequence[Colleague]) -> Loaded:
    connection = await asyncpg_connection(session)
    wanted = {activity.external_id for activity in history.activities} | set(history.owners)
    leads = {row["external_id"]: row for row in await connection.fetch(_LEADS, list(wanted))}
    if await _is_loaded(connection, [row["id"] for row in leads.values()]):
        return Loaded()
    chunk = _Chunk(await _organisation(connection), leads, team, await _stages(connection))
    for deal in history.deals:
        chunk.add_deal(deal)
    chunk.add_activities(history)
    chunk.add_notes(history)
    chunk.add_tasks(history)
    await chunk.copy(connection)
    await chunk.own(connection, history)
    return Loaded(len(chunk.activities), len(chunk.deals), len(chunk.notes), len(chunk.tasks))


async def _organisation(connection: asyncpg.Connection) -> UUID:
    organisation_id = await connection.fetchval("SELECT current_setting('app.org_id')::uuid")
    assert organisation_id is not None
    return organisation_id


async def _is_loaded(connection: asyncpg.Connection, lead_ids: list[UUID]) -> bool:
    found = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM activities WHERE lead_id = ANY($1) AND kind IN "
        "('web.form_submitted', 'email.sent') AND organisation_id = current_setting('app.org_id')::uuid)",
        lead_ids,
    )
    return bool(found)


async def _stages(connection: asyncpg.Connection) -> tuple[UUID, list[_Stage]]:
    """The default pipeline and its stages in order."""
    rows = await connection.fetch(
        "SELECT s.pipeline_id, s.id, s.name, s.kind FROM stages s JOIN pipelines p ON p.id = s.pipeline_id "
        "WHERE p.is_default AND p.archived_at IS NULL ORDER BY s.position"
    )
    if not rows:
        raise RuntimeError("the organisation has no default pipeline yet")
    return rows[0]["pipeline_id"], [_Stage(row["id"], row["name"], row["kind"]) for row in rows]


async def _copy(connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: list[tuple]) -> None:
    """COPY by way of a temporary table: PostgreSQL does not copy into tables with row-level security."""
    names, staging = ", ".join(columns), f"loading_{table}"
    await connection.execute(f"CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0")
    await connection.copy_records_to_table(staging, columns=columns, records=rows)
    await connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging}")
    await connection.execute(f"DROP TABLE {staging}")


class _Chunk:
    """Rows of one chunk, ready to copy."""

    def __init__(
        self,
        organisation_id: UUID,
        leads: dict[str, Any],
        team: Sequence[Colleague],
        pipeline: tuple[UUID, list[_Stage]],
    ) -> None:
        self.organisation_id = organisation_id
        self.leads = leads
        self.team = team
        self.pipeline_id, stages = pipeline
        self.open = [stage for stage in stages if stage.kind == "open"]
        self.end = {kind: next(s for s in stages if s.kind == kind) for kind in ("won", "lost")}
        self.deal_ids: dict[str, UUID] = {}
        self.deals: list[tuple] = []
        self.changes: list[tuple] = []
        self.activities: list[tuple] = []
        self.notes: list[tuple] = []
        self.tasks: list[tuple] = []
        self.span: dict[str, tuple[datetime, datetime]] = {}

    def add_deal(self, deal: Deal) -> None:
        lead = self.leads.get(deal.external_id)
        if lead is None:
            return
        deal_id = self.deal_ids[deal.key] = new_id()
        owner = self.team[deal.owner]
        path = [(self.open[min(i, len(self.open) - 1)], at) for i, at in enumerate(deal.entered)]
        if deal.outcome and deal.closed_at:
            path.append((self.end[deal.outcome], deal.closed_at))
        stage, since = path[-1]
        self.deals.append((
            deal_id, self.organisation_id, deal.name, lead["id"], lead["company_id"], self.pipeline_id, stage.id,
            deal.amount_minor, deal.currency, deal.expected_close.date(), owner.id, deal.lost_reason, since,
            deal.closed_at, float(len(self.deals)), owner.id, deal.entered[0], since,
        ))  # fmt: skip
        before: tuple[_Stage, datetime] | None = None
        for stage, at in path:
            left, entered = before or (None, None)
            self.changes.append((
                new_id(), self.organisation_id, deal_id, left.id if left else None, left.name if left else None,
                stage.id, stage.name, left.kind if left else None, stage.kind, deal.amount_minor, deal.currency,
                deal.lost_reason if stage.kind == "lost" else None,
                (at - entered).total_seconds() if entered else None, owner.id, owner.name, at,
            ))  # fmt: skip
            before = (stage, at)

    def add_activities(self, history: History) -> None:
        for entry in history.activities:
            lead = self.leads.get(entry.external_id)
            if lead is None:
                continue
            first, last = self.span.get(entry.external_id, (entry.occurred_at, entry.occurred_at))
            self.span[entry.external_id] = (min(first, entry.occurred_at), max(last, entry.occurred_at))
            if entry.actor >= 0:
                actor = ("user", self.team[entry.actor].id, self.team[entry.actor].name)
            elif entry.actor == BY_LEAD:
                actor = ("lead", None, lead["full_name"])
            else:
                actor = ("system", None, "Tradewind")
            self.activities.append((
                new_id(), self.organisation_id, lead["id"], lead["company_id"],
                self.deal_ids.get(entry.deal_key or ""), entry.kind, entry.title, entry.body, entry.occurred_at,
                *actor, entry.source, orjson.dumps(entry.data).decode(),
            ))  # fmt: skip

    def add_notes(self, history: History) -> None:
        for note in history.notes:
            lead = self.leads.get(note.external_id)
            if lead is None:
                continue
            author, activity_id = self.team[note.author], new_id()
            deal_id = self.deal_ids.get(note.deal_key or "")
            self.activities.append((
                activity_id, self.organisation_id, lead["id"], lead["company_id"], deal_id, "note.added", "Note",
                note.body, note.created_at, "user", author.id, author.name, "Notes", "{}",
            ))  # fmt: skip
            self.notes.append((
                new_id(), self.organisation_id, lead["id"], deal_id, note.body, author.id, author.name, activity_id,
                note.created_at, note.created_at,
            ))  # fmt: skip

    def add_tasks(self, history: History) -> None:
        for task in history.tasks:
            lead = self.leads.get(task.external_id)
            if lead is None:
                continue
            person = self.team[task.assignee].id
            self.tasks.append((
                new_id(), self.organisation_id, task.title, task.body, task.due_at, task.done_at,
                person if task.done_at else None, lead["id"], self.deal_ids.get(task.deal_key or ""), person,
                task.priority, person, task.created_at, task.done_at or task.created_at,
            ))  # fmt: skip

    async def copy(self, connection: asyncpg.Connection) -> None:
        for table, columns, rows in (
            ("deals", _DEAL_COLUMNS, self.deals),
            ("deal_stage_changes", _CHANGE_COLUMNS, self.changes),
            ("activities", _ACTIVITY_COLUMNS, self.activities),
            ("notes", _NOTE_COLUMNS, self.notes),
            ("tasks", _TASK_COLUMNS, self.tasks),
        ):
            if rows:
                await _copy(connection, table, columns, rows)

    async def own(self, connection: asyncpg.Connection, history: History) -> None:
        """Owners, and when leads were first and last heard of."""
        ids, owners, firsts, lasts = [], [], [], []
        for external_id, lead in self.leads.items():
            owner = history.owners.get(external_id)
            first, last = self.span.get(external_id, (None, None))
            ids.append(lead["id"])
            owners.append(None if owner is None else self.team[owner].id)
            firsts.append(first)
            lasts.append(last)
        await connection.execute(_OWN, ids, owners, firsts, lasts)
