"""Writing a batch: one COPY into a staging table and a handful of statements, in one transaction."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import orjson

from tradewind.kernel.ids import new_id
from tradewind.modules.leads.importing.companies import CompanyBook
from tradewind.modules.leads.importing.lines import (
    DELIMITER,
    ID_COLUMNS,
    OTHER_COLUMNS,
    PERSON_COLUMNS,
    QUOTE,
    TEXT_COLUMNS,
    LineWriter,
    listed,
    rising_ids,
)
from tradewind.modules.leads.importing.merging import Decision, Slot, decide
from tradewind.modules.leads.importing.plan import Plan
from tradewind.modules.leads.importing.reading import Key, LeadDraft, RejectedRow

STAGE = "import_stage"
_KEPT_CELL = 70_000
_LINES_AT_ONCE = 1_000
_COLUMNS: tuple[tuple[str, str], ...] = (
    *((name, "uuid") for name in ID_COLUMNS),
    ("import_row", "integer"),
    *((name, "text") for name in (*PERSON_COLUMNS, *TEXT_COLUMNS)),
    *((name, "timestamptz" if name.endswith("_at") else "boolean") for name in OTHER_COLUMNS),
    ("tags", "jsonb"), ("custom", "jsonb"), ("enrichment", "jsonb"),
)  # fmt: skip
_NAMES = [name for name, _ in _COLUMNS]
_CREATE = (
    f"create temporary table if not exists {STAGE} ("
    + ", ".join(f"{name} {kind}" for name, kind in _COLUMNS)
    + ") on commit delete rows"
)
_TAGS = "coalesce((select array_agg(t) from jsonb_array_elements_text(s.tags) as t), '{}')"
_SPECIAL = frozenset(
    {"id", "activity_id", "full_name", "status", "do_not_email", "do_not_call", "tags", "custom", "enrichment"}
)
_PLAIN = tuple(name for name in _NAMES if name not in _SPECIAL)
_INSERT_LEADS = f"""
    insert into leads (id, organisation_id, {", ".join(_PLAIN)}, full_name, status, do_not_email, do_not_call,
        tags, custom, enrichment, import_id, created_by, owner_id, created_at, updated_at)
    select s.id, $1, {", ".join(f"s.{name}" for name in _PLAIN)}, coalesce(s.full_name, ''),
        coalesce(s.status, case when s.converted then 'customer' else 'new' end),
        coalesce(s.do_not_email, false), coalesce(s.do_not_call, false),
        case when s.tags is null then '{{}}'::text[] else {_TAGS} end,
        coalesce(s.custom, '{{}}'), coalesce(s.enrichment, '{{}}'), $2, $3, $5, $4, $4
    from {STAGE} s
"""
_INSERT_ACTIVITIES = f"""
    insert into activities (id, organisation_id, lead_id, kind, title, occurred_at, actor_kind, actor_id,
        actor_name, source, data)
    select s.activity_id, $1, s.id, 'lead.imported', $2, $3, $4, $5, $6, 'import',
        jsonb_build_object('import_id', $7::text, 'row', s.import_row, 'effect', $8::text)
    from {STAGE} s
"""

# What an update may change and an undo brings back.
REVERSIBLE = (
    "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key", "job_title", "company_id",
    "company_name", "status", "source", "country", "region", "city", "language", "time_zone", "website", "converted",
    "converted_at", "first_seen_at", "last_activity_at", "do_not_email", "do_not_call", "custom", "enrichment",
    "tags", "external_id",
)  # fmt: skip
_OVERWRITE = {
    "custom": "l.custom || coalesce(s.custom, '{}')",
    "enrichment": "l.enrichment || coalesce(s.enrichment, '{}')",
    "full_name": "coalesce(nullif(s.full_name, ''), l.full_name)",
}
_FILL = {
    "custom": "coalesce(s.custom, '{}') || l.custom",
    "enrichment": "coalesce(s.enrichment, '{}') || l.enrichment",
    "full_name": "coalesce(nullif(l.full_name, ''), s.full_name, '')",
    "status": "l.status",
    "do_not_email": "l.do_not_email or coalesce(s.do_not_email, false)",
    "do_not_call": "l.do_not_call or coalesce(s.do_not_call, false)",
}
_JOINED_TAGS = f"""case when s.tags is null then l.tags else
    (select coalesce(array_agg(t order by n), '{{}}') from (select t, min(n) as n from
        unnest(l.tags || {_TAGS}) with ordinality as x(t, n) group by t) as y) end"""


def _new_value(column: str, *, fill: bool) -> str:
    if column == "tags":
        return _JOINED_TAGS
    special = (_FILL if fill else _OVERWRITE).get(column)
    if special:
        return special
    return f"coalesce(l.{column}, s.{column})" if fill else f"coalesce(s.{column}, l.{column})"


def _update_statements(*, fill: bool) -> tuple[str, str]:
    values = {column: _new_value(column, fill=fill) for column in REVERSIBLE}
    compared = [column for column in REVERSIBLE if column != "enrichment"]
    differs = " or ".join(f"({values[column]}) is distinct from l.{column}" for column in compared)
    before = ", ".join(f"'{column}', l.{column}" for column in REVERSIBLE)
    # Kept as they were before the first of several changes by the same import.
    remember = f"""
        insert into lead_import_changes (import_id, lead_id, organisation_id, before, after_version)
        select $2, l.id, $1, case when l.import_id = $2 then null else jsonb_build_object({before}) end, l.version + 1
        from leads l join {STAGE} s on s.id = l.id where {differs}
        on conflict (import_id, lead_id) do update set after_version = excluded.after_version
        returning lead_id
    """
    change = f"""
        update leads l set version = l.version + 1, updated_at = $2,
            {", ".join(f"{column} = {value}" for column, value in values.items())}
        from {STAGE} s where s.id = l.id and l.id = any($1)
    """
    return remember, change


_SAME = {"id": "id = k.key::uuid", "external_id": "external_id = k.key"}
_UPDATES = {"update": _update_statements(fill=False), "fill": _update_statements(fill=True)}


@dataclass(frozen=True, slots=True)
class Author:
    """Who imports, for created_by and the timelines."""

    kind: str
    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Counts of a batch and the ids of known leads that changed."""

    counts: Counter[str]
    changed: list[UUID]


class BatchLoader:
    """Writes batches of one import. Keeps the companies it met, so that each is looked up once."""

    def __init__(
        self,
        plan: Plan,
        *,
        import_id: UUID,
        organisation_id: UUID,
        name: str,
        author: Author,
        owner_id: UUID | None = None,
    ) -> None:
        self._plan, self._import_id, self._organisation_id = plan, import_id, organisation_id
        self._name, self._author, self._owner_id = name, author, owner_id
        self._writer = LineWriter(plan)
        self._companies = CompanyBook(organisation_id, import_id, author.id)

    async def load(
        self, connection: asyncpg.Connection, drafts: Sequence[LeadDraft], rejects: Sequence[RejectedRow]
    ) -> BatchResult:
        """Write drafts and rejects inside the connection's transaction."""
        # One import of an organisation writes at a time, so that two files cannot add the same person twice.
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('leads.import:' || $1::text, 0))", str(self._organisation_id)
        )
        existing = await existing_leads(connection, self._organisation_id, self._plan, drafts)
        decision = decide(self._plan, drafts, existing)
        rejects = [*rejects, *decision.rejected]
        await self._companies.assign(connection, [*decision.new, *decision.known])
        moment = await connection.fetchval("select clock_timestamp()")
        counts: Counter[str] = Counter(skipped=decision.skipped, rejected=len(rejects))
        changed: list[UUID] = []
        if decision.new or decision.known:
            await connection.execute(_CREATE)
        if decision.new:
            await self._insert(connection, decision.new, moment)
            counts["created"] = len(decision.new)
            counts[self._word] += decision.added_rows
        if decision.known:
            changed = await self._update(connection, decision, moment, counts)
        await self._add_tags(connection, decision)
        await self._keep_rejects(connection, rejects)
        return BatchResult(counts, changed)

    @property
    def _word(self) -> str:
        return "filled" if self._plan.duplicates == "fill" else "updated"

    async def _stage(self, connection: asyncpg.Connection, slots: Sequence[Slot]) -> None:
        await connection.copy_to_table(
            STAGE, source=self._lines(slots), columns=[*ID_COLUMNS, *self._writer.columns],
            format="csv", delimiter=DELIMITER, quote=QUOTE,
        )  # fmt: skip

    async def _lines(self, slots: Sequence[Slot]) -> AsyncIterator[bytes]:
        ids, write = rising_ids(len(slots) * 2), self._writer.write
        for start in range(0, len(slots), _LINES_AT_ONCE):
            lines = [
                f"{slot.lead_id or ids[index]}{DELIMITER}{ids[-1 - index]}{DELIMITER}{slot.company_id or ''}{DELIMITER}"
                f"{slot.draft.line or write(slot.draft)}\n"
                for index, slot in enumerate(slots[start : start + _LINES_AT_ONCE], start=start)
            ]
            yield "".join(lines).encode()

    async def _insert(self, connection: asyncpg.Connection, slots: Sequence[Slot], moment: object) -> None:
        await self._stage(connection, slots)
        await connection.execute(
            _INSERT_LEADS, self._organisation_id, self._import_id, self._author.id, moment, self._owner_id
        )  # fmt: skip
        await self._tell_timelines(connection, moment, "created")
        await connection.execute(f"delete from {STAGE}")

    async def _tell_timelines(self, connection: asyncpg.Connection, moment: object, effect: str) -> None:
        title = f"Imported from {self._name}" if effect == "created" else f"Changed by the import of {self._name}"
        await connection.execute(
            _INSERT_ACTIVITIES, self._organisation_id, title, moment, self._author.kind, self._author.id,
            self._author.name, str(self._import_id), effect,
        )  # fmt: skip

    async def _update(
        self, connection: asyncpg.Connection, decision: Decision, moment: object, counts: Counter[str]
    ) -> list[UUID]:
        await self._stage(connection, decision.known)
        remember, change = _UPDATES[self._plan.duplicates]
        rows = await connection.fetch(remember, self._organisation_id, self._import_id)
        changed = [row["lead_id"] for row in rows]
        await connection.execute(change, changed, moment)
        await connection.execute(f"delete from {STAGE} where not (id = any($1))", changed)
        await self._tell_timelines(connection, moment, self._word)
        await connection.execute(f"delete from {STAGE}")
        wanted = set(changed)
        for slot in decision.known:
            counts[self._word if slot.lead_id in wanted else "unchanged"] += slot.rows
        return changed

    async def _add_tags(self, connection: asyncpg.Connection, decision: Decision) -> None:
        names = {
            tag for slot in (*decision.new, *decision.known) for tag in slot.draft.values.get("tags", ())
        }  # fmt: skip
        if names:
            await connection.execute(
                "insert into tags (id, organisation_id, name) select i, $3, n from unnest($1::uuid[], $2::text[]) "
                "as x(i, n) on conflict do nothing",
                [new_id() for _ in names], sorted(names), self._organisation_id,
            )  # fmt: skip

    async def _keep_rejects(self, connection: asyncpg.Connection, rejects: Sequence[RejectedRow]) -> None:
        if not rejects:
            return
        await connection.execute(
            "insert into lead_import_rejects (import_id, organisation_id, row_number, reason, cells) "
            "select $1, $2, r.n, r.reason, array(select jsonb_array_elements_text(r.cells)) "
            "from unnest($3::int[], $4::text[], $5::jsonb[]) as r(n, reason, cells) on conflict do nothing",
            self._import_id,
            self._organisation_id,
            [reject.row for reject in rejects],
            [reject.reason[:2000] for reject in rejects],
            [orjson.dumps([cell[:_KEPT_CELL] for cell in reject.cells[:600]]).decode() for reject in rejects],
        )


async def existing_leads(
    connection: asyncpg.Connection, organisation_id: UUID, plan: Plan, drafts: Sequence[LeadDraft]
) -> dict[Key, UUID]:
    """The known leads that the drafts' keys name: (kind of key, key) → the oldest lead's id."""
    found: dict[Key, UUID] = {}
    if plan.duplicates == "create":
        return found
    for match in plan.match_on:
        wanted = list({key for draft in drafts for kind, key in draft.keys if kind == match})
        same = _SAME.get(match, f"{match}_key = k.key")
        # Key by key through the index; `offset 0` keeps the planner from joining the whole table instead.
        rows = await connection.fetch(
            f"select k.key, l.id from {listed(2)} as k(key), lateral (select id from leads "
            f"where organisation_id = $1 and deleted_at is null and {same} offset 0) as l order by l.id",
            organisation_id,
            DELIMITER.join(wanted),
        )
        for row in rows:
            found.setdefault((match, row["key"]), row["id"])
    return found
