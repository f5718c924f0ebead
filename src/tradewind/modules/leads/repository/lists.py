"""The list of people: one SQL statement a page, plain driver rows, keyset pagination."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.errors import Invalid
from tradewind.kernel.pagination import Cursor, InvalidCursor, leave_row_cursors
from tradewind.modules.leads.conditions import Compiled, compile
from tradewind.modules.leads.conditions.compiler import SEARCH_BLANKS
from tradewind.modules.leads.repository.fields import fields_for

COUNTED_EXACTLY = 10_000
# An estimate is remembered this long; exact counts never are.
_ESTIMATE_SECONDS = 60.0
_MAX_ESTIMATES = 5_000
# Dearer counts (in the planner's units, about 0.1 s) would hold up the page they stand beside.
_COUNTING_COST = 5_000.0
_MAX_WORDS = 10
_AS_TEXT = frozenset(["id", "company_id", "owner_id", "custom"])

LIST_COLUMNS = (
    "id", "version", "full_name", "first_name", "last_name", "email", "phone", "job_title", "company_id",
    "company_name", "status", "source", "country", "city", "owner_id", "score", "score_band", "score_kind",
    "converted", "tags", "custom", "do_not_email", "do_not_call", "last_activity_at", "created_at", "updated_at",
    "external_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sort:
    """A column the list can be sorted by; `nullable` ones have their NULLs last in both directions."""

    column: str
    sql_type: str
    nullable: bool = True
    masked: bool = False


SORTS: dict[str, Sort] = {
    "created_at": Sort("created_at", "timestamptz", nullable=False),
    "updated_at": Sort("updated_at", "timestamptz", nullable=False),
    "last_activity_at": Sort("last_activity_at", "timestamptz"),
    "converted_at": Sort("converted_at", "timestamptz"),
    "full_name": Sort("sort_name", "text"),
    "email": Sort("email_key", "text", masked=True),
    "company_name": Sort("company_name", "text"),
    "job_title": Sort("job_title", "text"),
    "status": Sort("status", "text", nullable=False),
    "source": Sort("source", "text"),
    "country": Sort("country", "text"),
    "city": Sort("city", "text", masked=True),
    "score": Sort("score", "smallint"),
    "owner_id": Sort("owner_id", "uuid"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which people are meant: a compiled condition and a full-text query, for the table `leads`."""

    where: str
    values: tuple[Any, ...]

    @property
    def next_parameter(self) -> int:
        """Number of the first free placeholder."""
        return len(self.values) + 1

    def among(self, ids: Sequence[UUID]) -> "Selection":
        """Only these people of those meant."""
        return Selection(f"{self.where} and leads.id = any(${self.next_parameter}::uuid[])", (*self.values, list(ids)))


def search_query(words: str | None) -> str | None:
    """PostgreSQL's form of words as typed, each matching as a beginning; None where there is none.

    A text without any word gives an empty query, which matches nothing.
    """
    if words is None or not words.strip():
        return None
    found = re.findall(r"[^\W_]+", words)[:_MAX_WORDS]
    return " & ".join(f"'{word[:100]}':*" for word in found)


async def selection(
    session: AsyncSession,
    *,
    condition: Mapping[str, Any] | None = None,
    q: str | None = None,
    segment_id: UUID | None = None,
    names_only: bool = False,
) -> Selection:
    """Turn a filter, words and a segment into SQL. Raises ConditionInvalid.

    `names_only`, or an actor who is shown masks, keeps words from being looked up in addresses and notes.
    """
    visible = actor_of(session).visible_owners
    combined: dict[str, Any] | None = dict(condition) if condition else None
    if segment_id is not None:
        member = {"field": "segment", "op": "in", "value": [str(segment_id)]}
        combined = member if combined is None else {"all": [combined, member]}
    where = ["leads.deleted_at is null"]
    values: tuple[Any, ...] = ()
    if combined is not None:
        compiled = await _compiled(session, combined, wrapped=segment_id is not None and bool(condition))
        where.append(f"({compiled.sql})")
        values = compiled.values
    if (query := search_query(q)) is not None:
        values = (*values, query)
        where.append(search_condition(f"${len(values)}", names_only=names_only or hides(actor_of(session))))
    if visible is not None:
        # The policy hides the rest in any case; saying it here as well lets the index of owners find what is left.
        values = (*values, sorted(visible))
        where.append(f"leads.owner_id = any(${len(values)}::uuid[])")
    return Selection(" and ".join(where), values)


def search_condition(query: str, *, names_only: bool) -> str:
    """SQL that looks words up in leads; `names_only` keeps addresses and notes from answering guesses."""
    found = f"leads.search @@ to_tsquery('simple', {query})"
    if not names_only:
        return found
    names = f"translate(leads.full_name || ' ' || coalesce(leads.company_name, ''), {SEARCH_BLANKS})"
    return f"{found} and to_tsvector('simple', {names}) @@ to_tsquery('simple', {query})"


async def _compiled(session: AsyncSession, condition: Mapping[str, Any], *, wrapped: bool) -> Compiled:
    fields = await fields_for(session, condition)
    if not wrapped:
        return compile(condition, fields)
    # Compiled apart, so that the group around them costs no level and adds nothing to error paths.
    own, member = condition["all"]
    first = compile(own, fields)
    second = compile(member, fields, first=len(first.values) + 1)
    return Compiled(f"({first.sql}) and ({second.sql})", first.values + second.values, first.types + second.types)


def parse_sort(text: str) -> tuple[str, Sort, bool]:
    """(name, sort, descending) of `-created_at`. Raises Invalid."""
    descending = text.startswith("-")
    name = text.removeprefix("-")
    if name not in SORTS:
        known = ", ".join(SORTS)
        raise Invalid(errors=[{"field": "sort", "message": f"Sort by one of: {known}; “-” before it descends."}])
    return name, SORTS[name], descending


async def page(
    session: AsyncSession,
    chosen: Selection,
    *,
    sort: str,
    cursor: str | None,
    limit: int,
    columns: Sequence[str] = LIST_COLUMNS,
) -> tuple[list[asyncpg.Record], str | None, str | None]:
    """One page of the columns, `id` among them: (rows, next cursor, previous cursor). Raises InvalidCursor, Invalid."""
    name, by, descending = parse_sort(sort)
    if by.masked and hides(actor_of(session)):
        raise Invalid(errors=[{"field": "sort", "message": f"“{name}” is masked for you, so it cannot be sorted by."}])
    order = f"leads:{'-' if descending else ''}{name}"
    edge = Cursor.decode(cursor, order) if cursor else None
    if edge is not None and len(edge.values) != 2:
        raise InvalidCursor("Start again from the first page: this cursor does not fit the present list.")
    backwards = edge is not None and edge.direction == "previous"
    connection = await asyncpg_connection(session)
    rows: list[asyncpg.Record] = []
    for part in _parts(by, edge, backwards=backwards):
        wanted = limit + 1 - len(rows)
        if wanted <= 0:
            break
        sql, values = _statement(chosen, by, part, edge, down=descending != backwards, limit=wanted, columns=columns)
        rows += await connection.fetch(sql, *values)
    more = len(rows) > limit
    del rows[limit:]
    if backwards:
        rows.reverse()
    leave_row_cursors(((row["sort_value"], UUID(row["id"])) for row in rows), order)
    if not rows:
        return [], None, None

    def at(row: asyncpg.Record, direction: Literal["next", "previous"]) -> str:
        return Cursor((row["sort_value"], UUID(row["id"])), direction).encode(order)

    following = at(rows[-1], "next") if backwards or more else None
    preceding = at(rows[0], "previous") if (more if backwards else edge is not None) else None
    return rows, following, preceding


Part = Literal["all", "values", "after_value", "nulls", "after_null"]


def _parts(by: Sort, edge: Cursor | None, *, backwards: bool) -> tuple[Part, ...]:
    """Which index ranges to read one after the other; NULLs are a range of their own, at the end."""
    if not by.nullable:
        return ("after_value",) if edge else ("all",)
    if edge is None:
        return ("values", "nulls")
    if edge.values[0] is None:
        return ("after_null", "values") if backwards else ("after_null",)
    return ("after_value",) if backwards else ("after_value", "nulls")


def _statement(
    chosen: Selection, by: Sort, part: Part, edge: Cursor | None, *, down: bool, limit: int, columns: Sequence[str]
) -> tuple[str, list[Any]]:
    column = f"leads.{by.column}"
    values = list(chosen.values)
    where = [chosen.where]
    sign = "<" if down else ">"
    if part == "after_value":
        assert edge is not None
        values += edge.values
        number = len(values)
        where.append(f"({column}, leads.id) {sign} (${number - 1}::{by.sql_type}, ${number}::uuid)")
    elif part == "after_null":
        assert edge is not None
        values.append(edge.values[1])
        where.append(f"{column} is null and leads.id {sign} ${len(values)}::uuid")
    elif part == "nulls":
        where.append(f"{column} is null")
    elif part == "values":
        where.append(f"{column} is not null")
    direction = "desc" if down else "asc"
    # As text they are passed through to the answer as they are.
    selected = ", ".join(f"leads.{name}{'::text' if name in _AS_TEXT else ''}" for name in columns)
    return (
        f"select {selected}, {column} as sort_value from leads where {' and '.join(where)} "
        f"order by {column} {direction}, leads.id {direction} limit {limit}",
        values,
    )


_estimates: dict[tuple[UUID | None, str, tuple[Any, ...], bool], tuple[float, int]] = {}


async def total(session: AsyncSession, chosen: Selection, *, patient: bool = False) -> tuple[int, bool]:
    """(number, exact): counted up to COUNTED_EXACTLY, beyond it the planner's estimate.

    Without `patient`, a count that would take long is estimated too.
    """
    key = (actor_of(session).organisation_id, chosen.where, _hashable(chosen.values), patient)
    known = _estimates.get(key)
    if known is not None and time.monotonic() - known[0] < _ESTIMATE_SECONDS:
        return known[1], False
    connection = await asyncpg_connection(session)
    bounded = f"select count(*) from (select from leads where {chosen.where} limit {COUNTED_EXACTLY + 1}) as counted"
    plans: Any = await connection.fetchval(f"explain (format json) {bounded}", *chosen.values)
    plan = plans[0]["Plan"]
    estimate, counted = _rows_below_limit(plan), 0
    if patient or plan["Total Cost"] <= _COUNTING_COST:
        counted = await connection.fetchval(bounded, *chosen.values) or 0
        if counted <= COUNTED_EXACTLY:
            _estimates.pop(key, None)
            return counted, True
    estimate = max(estimate, counted)
    if len(_estimates) >= _MAX_ESTIMATES:
        _estimates.clear()
    _estimates[key] = (time.monotonic(), estimate)
    return estimate, False


def _rows_below_limit(plan: dict[str, Any]) -> int:
    """How many rows the planner expects without the limit: what stands below the limit's node."""
    while plan["Node Type"] != "Limit" and plan.get("Plans"):
        plan = plan["Plans"][0]
    return int(plan.get("Plans", [plan])[0]["Plan Rows"])


async def exact_total(session: AsyncSession, chosen: Selection) -> int:
    """The full count, whatever it takes."""
    connection = await asyncpg_connection(session)
    return await connection.fetchval(f"select count(*) from leads where {chosen.where}", *chosen.values) or 0


def _hashable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def row_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A driver row as orjson takes it; `custom` as text is passed on unparsed."""
    content = dict(row)
    content.pop("sort_value", None)
    if isinstance(content.get("custom"), str):
        content["custom"] = orjson.Fragment(content["custom"])
    return content


def dumps(content: Any) -> bytes:
    """JSON of rows: driver ids as text, times in UTC with Z."""
    return orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z)
