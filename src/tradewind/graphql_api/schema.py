"""The schema: what may be asked for at the top. Reading only; there are no mutations."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from tradewind.graphql_api.access import SIGNED_IN, ShownByPermission, requires
from tradewind.graphql_api.context import Context
from tradewind.graphql_api.types import (
    MAX_PAGE,
    Activity,
    BandCount,
    Company,
    Connection,
    Deal,
    KeyNumber,
    Lead,
    Long,
    Member,
    Metrics,
    Pipeline,
    Segment,
    StageValue,
    Task,
    Viewer,
    bounded,
    built,
    connection,
    pipeline_of,
)
from tradewind.kernel.errors import BadRequest, Invalid
from tradewind.kernel.pagination import RowCursors
from tradewind.modules.analytics.service import dashboard
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.repository.companies import SORTS as COMPANY_SORTS
from tradewind.modules.leads.repository.deals import SORTS as DEAL_SORTS
from tradewind.modules.leads.repository.deals import DealFilter
from tradewind.modules.leads.service import companies, deals, lists, pipelines, segments, tasks, timeline

_MAX_FILTER = 20_000
_MAX_TEXT = 200
_MAX_CURSOR = 2048
Page = Annotated[int, strawberry.argument(description="Page size, 1 to 100")]
Cursor = Annotated[str | None, strawberry.argument(description="A cursor of the page before or after")]
Words = Annotated[str | None, strawberry.argument(description="Words of names, companies, addresses or notes")]


@strawberry.enum
class TaskState(Enum):
    """Which tasks are meant."""

    OPEN = "open"
    DONE = "done"
    OVERDUE = "overdue"
    ALL = "all"


@strawberry.enum
class Outcome(Enum):
    """Kind of the stage a deal stands on."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@strawberry.type(description="Everything that can be read.")
class Query:
    @requires(SIGNED_IN, description="Who asks.")
    async def viewer(self, info: Info[Context, None]) -> Viewer:
        actor = info.context.actor
        return Viewer(name=actor.name, kind=actor.kind, permissions=sorted(actor.permissions))

    @requires("leads:read", description="One person; null if there is none of this id.")
    async def lead(self, info: Info[Context, None], id: UUID) -> Lead | None:
        found = await info.context.leads.load(id)
        return built(Lead, found) if found else None

    @requires("leads:read", description="People; `filter` is a condition as in the REST API.")
    async def leads(
        self,
        info: Info[Context, None],
        first: Page = 25,
        after: Cursor = None,
        before: Cursor = None,
        sort: str = "-created_at",
        q: Words = None,
        filter: JSON | None = None,
        segment_id: UUID | None = None,
    ) -> Connection[Lead] | None:
        page, cursors = await info.context.read_page(
            lists.page,
            condition=_condition(filter),
            q=_text(q, "q"),
            segment_id=segment_id,
            sort=_text(sort, "sort") or "-created_at",
            cursor=_cursor(after, before),
            limit=bounded(first, MAX_PAGE),
        )
        content = orjson.loads(page)
        return connection(
            Lead, [_typed(item) for item in content["items"]], cursors, following=content["next_cursor"],
            preceding=content["previous_cursor"], total=content["total"],
        )  # fmt: skip

    @requires("leads:read", description="One company; null if there is none of this id.")
    async def company(self, info: Info[Context, None], id: UUID) -> Company | None:
        found = await info.context.companies.load(id)
        return built(Company, found) if found else None

    @requires("leads:read", description="Companies.")
    async def companies(
        self,
        info: Info[Context, None],
        first: Page = 25,
        after: Cursor = None,
        before: Cursor = None,
        sort: str = "name",
        q: Words = None,
        country: str | None = None,
        industry: str | None = None,
        owner_id: UUID | None = None,
        tag: str | None = None,
    ) -> Connection[Company] | None:
        page, cursors = await info.context.read_page(
            companies.list_companies, sort=_one_of(sort, COMPANY_SORTS), cursor=_cursor(after, before),
            limit=bounded(first, MAX_PAGE), q=_text(q, "q"), country=_text(country, "country"),
            industry=_text(industry, "industry"), owner_id=owner_id, tag=_text(tag, "tag"),
        )  # fmt: skip
        return _of_page(Company, page, cursors)

    @requires("deals:read", description="One deal; null if there is none of this id.")
    async def deal(self, info: Info[Context, None], id: UUID) -> Deal | None:
        return built(Deal, await info.context.read(deals.read_deal, id))

    @requires("deals:read", description="Deals.")
    async def deals(
        self,
        info: Info[Context, None],
        first: Page = 25,
        after: Cursor = None,
        before: Cursor = None,
        sort: str = "-created_at",
        q: Words = None,
        outcome: Outcome | None = None,
        pipeline_id: UUID | None = None,
        stage_id: UUID | None = None,
        owner_id: UUID | None = None,
        lead_id: UUID | None = None,
        company_id: UUID | None = None,
        close_from: date | None = None,
        close_to: date | None = None,
    ) -> Connection[Deal] | None:
        wanted = DealFilter(
            pipeline_id=pipeline_id, stage_id=stage_id, kind=outcome.value if outcome else None, owner_id=owner_id,
            lead_id=lead_id, company_id=company_id, close_from=close_from, close_to=close_to, q=_text(q, "q"),
        )  # fmt: skip
        page, cursors = await info.context.read_page(
            deals.list_deals, wanted, sort=_one_of(sort, DEAL_SORTS), cursor=_cursor(after, before),
            limit=bounded(first, MAX_PAGE),
        )  # fmt: skip
        return _of_page(Deal, page, cursors)

    @requires("deals:read", description="All pipelines with their stages.")
    async def pipelines(self, info: Info[Context, None]) -> list[Pipeline] | None:
        return [pipeline_of(found) for found in await info.context.read(pipelines.list_pipelines)]

    @requires("tasks:read", description="Tasks, soonest due first; done ones latest first.")
    async def tasks(
        self,
        info: Info[Context, None],
        first: Page = 25,
        after: Cursor = None,
        before: Cursor = None,
        state: TaskState = TaskState.OPEN,
        assignee_id: UUID | None = None,
        lead_id: UUID | None = None,
        deal_id: UUID | None = None,
        company_id: UUID | None = None,
        due_before: datetime | None = None,
    ) -> Connection[Task] | None:
        page, cursors = await info.context.read_page(
            tasks.list_tasks, state=state.value, assignee=assignee_id, lead_id=lead_id, deal_id=deal_id,
            company_id=company_id, due_before=_moment(due_before), cursor=_cursor(after, before),
            limit=bounded(first, MAX_PAGE),
        )  # fmt: skip
        return _of_page(Task, page, cursors)

    @requires("leads:read", description="A lead's timeline, newest first. It has no cursors back.")
    async def timeline(
        self, info: Info[Context, None], lead_id: UUID, first: Page = 25, after: Cursor = None
    ) -> Connection[Activity] | None:
        page, cursors = await info.context.read_page(
            timeline.lead_timeline, lead_id, kinds=[], cursor=_cursor(after, None), limit=bounded(first, MAX_PAGE)
        )
        return connection(Activity, page.items, cursors, following=page.next_cursor, preceding=None, total=None)

    @requires("segments:read", description="All segments by name.")
    async def segments(self, info: Info[Context, None]) -> list[Segment] | None:
        return [built(Segment, found) for found in await info.context.read(segments.list_segments)]

    @requires("members:read", description="The people of the organisation.")
    async def members(self, info: Info[Context, None]) -> list[Member] | None:
        return [built(Member, found) for found in await info.context.read(identity.list_members)]

    @requires("dashboard:read", description="The figures of the dashboard.")
    async def metrics(self, info: Info[Context, None]) -> Metrics | None:
        board, _ = await info.context.read(dashboard.read)
        return Metrics(
            as_of=board.as_of,
            period_days=board.period_days,
            key_numbers=[built(KeyNumber, number) for number in board.key_numbers],
            bands=[built(BandCount, band) for band in board.score_distribution.bands],
            pipeline=[built(StageValue, stage) for stage in board.pipeline_value.stages],
        )


def _of_page(kind: Any, page: Any, cursors: RowCursors) -> Any:
    return connection(
        kind, page.items, cursors, following=page.next_cursor, preceding=page.previous_cursor, total=page.total
    )


def _typed(item: dict[str, Any]) -> dict[str, Any]:
    """A row that came as JSON, with ids and times as such."""
    row = dict(item)
    for name in ("id", "company_id", "owner_id"):
        row[name] = UUID(row[name]) if row[name] else None
    for name in ("last_activity_at", "created_at", "updated_at"):
        row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return row


def _cursor(after: str | None, before: str | None) -> str | None:
    if after and before:
        raise BadRequest("Give `after` or `before`, not both.")
    cursor = after or before
    if cursor is not None and len(cursor) > _MAX_CURSOR:
        raise BadRequest("This is no cursor of ours.")
    return cursor


def _condition(condition: Any) -> str | None:
    if condition is None:
        return None
    text = orjson.dumps(condition).decode()
    if len(text) > _MAX_FILTER:
        raise _invalid("filter", f"is limited to {_MAX_FILTER} characters")
    return text


def _text(value: str | None, field: str) -> str | None:
    if value is None:
        return None
    if len(value) > _MAX_TEXT or "\x00" in value:
        raise _invalid(field, f"is limited to {_MAX_TEXT} characters, without NUL")
    return value.strip() or None


def _one_of(sort: str, known: Any) -> str:
    if sort.removeprefix("-") not in known:
        raise _invalid("sort", f"Sort by one of: {', '.join(known)}; “-” before it descends.")
    return sort


def _moment(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise _invalid("dueBefore", "needs an offset from UTC")
    return moment


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message}])


class QuietSchema(strawberry.Schema):
    """A schema that leaves the reporting of errors to the route: most of them are the caller's."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        return None


_LONG = strawberry.scalar(name="Long", serialize=int, parse_value=int, description="A whole number of up to 64 bits.")
# Suggestions would name fields that the caller may not know of.
_CONFIG = StrawberryConfig(disable_field_suggestions=True, scalar_map={Long: _LONG})
schema = QuietSchema(Query, config=_CONFIG)
introspection = QuietSchema(Query, config=_CONFIG, extensions=[ShownByPermission])
