"""The object types of the schema. Plain fields carry values as the REST API shows them, masks included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from typing import Annotated, Any, Generic, NewType, TypeVar, cast
from uuid import UUID

import strawberry
from pydantic import BaseModel
from strawberry.scalars import JSON
from strawberry.types import Info

from tradewind.graphql_api.access import requires, shown_with
from tradewind.graphql_api.context import Context
from tradewind.kernel.errors import Invalid
from tradewind.kernel.pagination import RowCursors, Total

T = TypeVar("T")
Long = NewType("Long", int)
MAX_PAGE = 100
MAX_NESTED = 50
First = Annotated[int, strawberry.argument(description="How many, at most 50; more by the lists at the top")]


def built(kind: type[T], source: Any) -> T:
    """An object of the schema from a mapping or any object with the same names."""
    names = [field.name for field in dataclass_fields(kind) if field.init]  # type: ignore[arg-type]
    if isinstance(source, Mapping):
        return kind(**{name: source[name] for name in names})
    return kind(**{name: getattr(source, name) for name in names})


def bounded(first: int, maximum: int = MAX_NESTED) -> int:
    """A page size within bounds. Raises Invalid."""
    if not 1 <= first <= maximum:
        raise Invalid(f"“first” must be 1 to {maximum}.", errors=[{"field": "first", "message": f"1 to {maximum}."}])
    return first


@shown_with("signed-in", description="Where a page stands; pass endCursor as `after`, startCursor as `before`.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@shown_with("signed-in", description="Number of rows over all pages; an estimate where `exact` is false.")
class TotalCount:
    value: int
    exact: bool


@strawberry.type(description="A row of a page, with the cursor behind it.")
class Edge(Generic[T]):
    node: T
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind this row")


@dataclass(frozen=True, slots=True)
class Edges(Generic[T]):
    """The rows of a page with their cursors, which are made only where a query asks for them."""

    nodes: Sequence[T]
    cursors: RowCursors

    def __iter__(self) -> Iterator[Edge[T]]:
        for node, cursor in zip(self.nodes, self.cursors, strict=True):
            yield Edge(node=node, cursor=cursor())


@strawberry.type(description="One page of a list; `edges` has the same rows as `nodes`.")
class Connection(Generic[T]):
    nodes: list[T] = strawberry.field(metadata={"page": True})
    edges: list[Edge[T]] = strawberry.field(metadata={"page": True})
    page_info: PageInfo
    total_count: TotalCount | None = strawberry.field(description="On the first page of leads, on every page elsewhere")


def connection(
    kind: type[T],
    items: Sequence[Any],
    cursors: RowCursors,
    *,
    following: str | None,
    preceding: str | None,
    total: Any,
) -> Connection[T]:
    """A page of the services as a connection; `cursors` were left by the page."""
    if isinstance(total, Mapping):
        total = Total.model_validate(total)
    nodes = [built(kind, item) for item in items]
    return Connection(
        nodes=nodes,
        edges=cast("list[Edge[T]]", Edges(nodes, cursors)),
        page_info=PageInfo(
            has_next_page=following is not None,
            has_previous_page=preceding is not None,
            start_cursor=preceding,
            end_cursor=following,
        ),
        total_count=TotalCount(value=total.value, exact=total.exact) if total is not None else None,
    )


@shown_with("members:read", description="A person of the organisation.")
class Member:
    id: UUID
    name: str
    email: str
    role: str
    active: bool


@shown_with("leads:read", description="A company.")
class Company:
    id: UUID
    version: int
    name: str
    domain: str | None
    industry: str | None
    size_band: str | None
    employee_count: int | None
    annual_revenue_minor: Long | None
    country: str | None
    city: str | None
    website: str | None
    custom: JSON
    tags: list[str]
    owner_id: UUID | None
    people_count: int
    created_at: datetime
    updated_at: datetime

    @requires("members:read", description="Who is responsible for it.")
    async def owner(self, info: Info[Context, None]) -> Member | None:
        return await owner_of(info, self.owner_id)

    @requires("leads:read", description="The newest people who work there.")
    async def people(
        self, info: Info[Context, None], first: First = 10
    ) -> list[Annotated["Lead", strawberry.lazy(__name__)]] | None:
        return [built(Lead, row) for row in await info.context.people.load((self.id, bounded(first)))]

    @requires("deals:read", description="Its newest deals.")
    async def deals(
        self, info: Info[Context, None], first: First = 10
    ) -> list[Annotated["Deal", strawberry.lazy(__name__)]] | None:
        return [built(Deal, row) for row in await info.context.company_deals.load((self.id, bounded(first)))]


@shown_with("leads:read", description="Something that happened, as timelines show it.")
class Activity:
    id: UUID
    kind: str
    title: str
    body: str
    occurred_at: datetime
    actor_kind: str
    actor_name: str
    source: str | None
    data: JSON


@shown_with("scoring:read", description="One reason of a score.")
class Reason:
    feature: str
    label: str
    sentence: str
    value: str | None
    contribution: float
    strength: str


@shown_with("scoring:read", description="A lead's score in force with its reasons.")
class Score:
    state: str
    score: int | None
    probability: float | None
    band: str | None
    kind: str | None
    scored_at: datetime | None
    note: str
    reasons_for: list[Reason]
    reasons_against: list[Reason]


@shown_with("deals:read", description="One stage of a pipeline.")
class Stage:
    id: UUID
    name: str
    position: int
    probability: float
    kind: str


@shown_with("deals:read", description="A pipeline with its stages in order.")
class Pipeline:
    id: UUID
    version: int
    name: str
    currency: str
    is_default: bool
    position: int
    stages: list[Stage]


@shown_with("deals:read", description="A deal; amounts are in minor units of `currency`.")
class Deal:
    id: UUID
    version: int
    name: str
    pipeline_id: UUID
    stage_id: UUID
    stage_name: str
    kind: str
    probability: float
    amount_minor: Long | None
    currency: str
    close_date: date | None
    lead_id: UUID | None
    lead_name: str | None
    company_id: UUID | None
    company_name: str | None
    owner_id: UUID | None
    lost_reason: str | None
    stage_entered_at: datetime
    closed_at: datetime | None
    custom: JSON
    created_at: datetime
    updated_at: datetime

    @requires("members:read", description="Who is responsible for it.")
    async def owner(self, info: Info[Context, None]) -> Member | None:
        return await owner_of(info, self.owner_id)

    @requires("leads:read", description="The person it is about.")
    async def lead(self, info: Info[Context, None]) -> Annotated["Lead", strawberry.lazy(__name__)] | None:
        found = await info.context.leads.load(self.lead_id) if self.lead_id else None
        return built(Lead, found) if found else None

    @requires("leads:read", description="The company it is about.")
    async def company(self, info: Info[Context, None]) -> Company | None:
        return await company_of(info, self.company_id)

    @requires("deals:read", description="The pipeline it stands in.")
    async def pipeline(self, info: Info[Context, None]) -> Pipeline | None:
        found = await info.context.pipelines.load(self.pipeline_id)
        return pipeline_of(found) if found else None


@shown_with("tasks:read", description="A task.")
class Task:
    id: UUID
    version: int
    title: str
    body: str
    due_at: datetime | None
    done_at: datetime | None
    lead_id: UUID | None
    deal_id: UUID | None
    company_id: UUID | None
    assignee_id: UUID | None
    priority: str
    created_at: datetime
    updated_at: datetime

    @requires("members:read", description="Who has to do it.")
    async def assignee(self, info: Info[Context, None]) -> Member | None:
        return await owner_of(info, self.assignee_id)

    @requires("leads:read", description="The person it is about.")
    async def lead(self, info: Info[Context, None]) -> Annotated["Lead", strawberry.lazy(__name__)] | None:
        found = await info.context.leads.load(self.lead_id) if self.lead_id else None
        return built(Lead, found) if found else None


@shown_with("leads:read", description="A person.")
class Lead:
    id: UUID
    version: int
    full_name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    job_title: str | None
    company_id: UUID | None
    company_name: str | None
    status: str
    source: str | None
    country: str | None
    city: str | None
    owner_id: UUID | None
    score: int | None
    score_band: str | None
    converted: bool | None
    tags: list[str]
    custom: JSON
    do_not_email: bool
    do_not_call: bool
    last_activity_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @requires("members:read", description="Who is responsible for them.")
    async def owner(self, info: Info[Context, None]) -> Member | None:
        return await owner_of(info, self.owner_id)

    @requires("leads:read", description="The company they work for.")
    async def company(self, info: Info[Context, None]) -> Company | None:
        return await company_of(info, self.company_id)

    @requires("scoring:read", description="The score with its reasons; null while they wait to be scored.")
    async def scoring(self, info: Info[Context, None]) -> Score | None:
        found = await info.context.scores.load(self.id)
        if found is None:
            return None
        reasons = {
            name: [built(Reason, reason) for reason in getattr(found, name)]
            for name in ("reasons_for", "reasons_against")
        }
        return built(Score, shallow(found) | reasons)

    @requires("deals:read", description="Their newest deals.")
    async def deals(self, info: Info[Context, None], first: First = 10) -> list[Deal] | None:
        rows = await info.context.deals.load((self.id, bounded(first)))
        return [built(Deal, row) for row in rows]

    @requires("tasks:read", description="Open tasks about them, soonest due first.")
    async def tasks(self, info: Info[Context, None], first: First = 10) -> list[Task] | None:
        rows = await info.context.tasks.load((self.id, bounded(first)))
        return [built(Task, row) for row in rows]

    @requires("leads:read", description="The newest entries of their timeline.")
    async def timeline(self, info: Info[Context, None], first: First = 10) -> list[Activity] | None:
        rows = await info.context.timelines.load((self.id, bounded(first)))
        return [built(Activity, row) for row in rows]


@shown_with("segments:read", description="An audience by condition or by list.")
class Segment:
    id: UUID
    version: int
    name: str
    description: str
    kind: str
    condition: JSON | None
    member_count: int | None
    counted_at: datetime | None
    created_at: datetime
    updated_at: datetime


@shown_with("dashboard:read", description="One key number; `value` is a count, a ratio, or minor units of `currency`.")
class KeyNumber:
    key: str
    label: str
    unit: str
    value: float | None
    currency: str | None
    previous: float | None
    change: float | None
    description: str
    series: list[float]


@shown_with("dashboard:read", description="Leads in one score band.")
class BandCount:
    band: str
    count: int


@shown_with("dashboard:read", description="Deals of one stage in one currency.")
class StageValue:
    stage_id: UUID
    stage: str
    kind: str
    currency: str
    deals: int
    amount_minor: Long
    weighted_minor: Long


@shown_with("dashboard:read", description="The figures of the dashboard.")
class Metrics:
    as_of: datetime
    period_days: int
    key_numbers: list[KeyNumber]
    bands: list[BandCount]
    pipeline: list[StageValue]


@shown_with("signed-in", description="Who asks, and what they may do.")
class Viewer:
    name: str
    kind: str
    permissions: list[str]


async def owner_of(info: Info[Context, None], user_id: UUID | None) -> Member | None:
    """A member by id."""
    found = await info.context.members.load(user_id) if user_id else None
    return built(Member, found) if found else None


async def company_of(info: Info[Context, None], company_id: UUID | None) -> Company | None:
    """A company by id."""
    found = await info.context.companies.load(company_id) if company_id else None
    return built(Company, found) if found else None


def pipeline_of(found: Any) -> Pipeline:
    """A pipeline with its stages."""
    return built(Pipeline, shallow(found) | {"stages": [built(Stage, stage) for stage in found.stages]})


def shallow(model: BaseModel) -> dict[str, Any]:
    """A model's own fields, nested models as they are."""
    return {name: getattr(model, name) for name in type(model).model_fields}
