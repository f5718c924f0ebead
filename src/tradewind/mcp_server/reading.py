"""Tools that read."""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.jobs import enqueue
from tradewind.mcp_server.calls import READS, acting, tool
from tradewind.mcp_server.results import (
    AnswerFound,
    DealBrief,
    DealPage,
    DealsFound,
    KeyFigure,
    KnowledgeAnswer,
    LeadBrief,
    LeadDetail,
    LeadFound,
    LeadPage,
    LeadsFound,
    Metrics,
    MetricsRead,
    ScoreReason,
    SegmentBrief,
    SegmentsFound,
    StageFigure,
    TaskBrief,
    TaskPage,
    TasksFound,
    TimelineEntry,
    found,
)
from tradewind.modules.analytics.jobs import RefreshDashboard, refresh_dashboard
from tradewind.modules.analytics.service import dashboard
from tradewind.modules.knowledge.contracts_answers import SCOPES_OF
from tradewind.modules.knowledge.service import answering
from tradewind.modules.leads.repository.deals import DealFilter
from tradewind.modules.leads.repository.lists import dumps, row_json
from tradewind.modules.leads.service import deals, lists, people, segments, tasks, timeline
from tradewind.modules.scoring.service import reading as scores

_TIMELINE_ENTRIES = 20
Limit = Annotated[int, Field(ge=1, le=50, description="How many to return")]
Cursor = Annotated[str | None, Field(max_length=2048, description="`next_cursor` of the answer before")]
Words = Annotated[str | None, Field(max_length=200, description="Words of name, company, e-mail or notes")]
Condition = Annotated[
    dict[str, Any] | None,
    Field(
        description="A condition on fields, as in the REST API; operators are eq, ne, gt, gte, lt, lte, contains, in, "
        "is_set, before, after and others by kind of field. Example: "
        '{"all": [{"field": "score", "op": "gte", "value": 70}, {"field": "country", "op": "eq", "value": "DE"}]}'
    ),
]


@tool("Search leads", permission="leads:read", annotations=READS)
async def search_leads(
    context: Context,
    query: Words = None,
    filter: Condition = None,
    segment_id: UUID | None = None,
    sort: Annotated[str, Field(max_length=60, description="e.g. -score, -created_at, full_name")] = "-created_at",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Annotated[CallToolResult, LeadsFound]:
    """Find leads by words, a filter condition or a segment. Returns ids for get_lead and the other tools."""
    async with acting(context, "leads:read") as session:
        condition = orjson.dumps(filter).decode() if filter else None
        page = orjson.loads(
            await lists.page(
                session, condition=condition, q=query, segment_id=segment_id, sort=sort, cursor=cursor, limit=limit
            )
        )
        briefs = [LeadBrief.model_validate(item) for item in page["items"]]
        total = page["total"]["value"] if page["total"] else None
        result = LeadsFound(data=LeadPage(leads=briefs, total=total, next_cursor=page["next_cursor"]))
        return found(_counted(len(briefs), total, "lead"), result)


@tool("Read a lead", permission="leads:read", annotations=READS)
async def get_lead(context: Context, lead_id: UUID) -> Annotated[CallToolResult, LeadFound]:
    """Read one lead: its fields, its score with the reasons for and against it, and its latest timeline."""
    async with acting(context, "leads:read") as session:
        return found("One lead.", await read_lead(session, lead_id))


@tool("List segments", permission="segments:read", annotations=READS)
async def list_segments(context: Context) -> Annotated[CallToolResult, SegmentsFound]:
    """List all segments (saved audiences). Pass an id to search_leads to see who is in one."""
    async with acting(context, "segments:read") as session:
        all_segments = [SegmentBrief.model_validate(segment) for segment in await segments.list_segments(session)]
        return found(_counted(len(all_segments), None, "segment"), SegmentsFound(data=all_segments))


@tool("List deals", permission="deals:read", annotations=READS)
async def list_deals(
    context: Context,
    query: Words = None,
    outcome: Literal["open", "won", "lost"] | None = None,
    lead_id: UUID | None = None,
    owner_id: UUID | None = None,
    sort: Literal["-created_at", "-updated_at", "-amount_minor", "close_date", "name"] = "-updated_at",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Annotated[CallToolResult, DealsFound]:
    """List deals with stage, amount and lead. Amounts are in minor units (cents)."""
    async with acting(context, "deals:read") as session:
        wanted = DealFilter(kind=outcome, lead_id=lead_id, owner_id=owner_id, q=query)
        page = await deals.list_deals(session, wanted, sort=sort, cursor=cursor, limit=limit)
        briefs = [DealBrief.model_validate(item) for item in page.items]
        total = page.total.value if page.total else None
        result = DealsFound(data=DealPage(deals=briefs, total=total, next_cursor=page.next_cursor))
        return found(_counted(len(briefs), total, "deal"), result)


@tool("List tasks", permission="tasks:read", annotations=READS)
async def list_tasks(
    context: Context,
    state: Literal["open", "done", "overdue", "all"] = "open",
    assignee: Annotated[
        Literal["me", "nobody"] | UUID | None, Field(description="`me` is the person you act for")
    ] = None,
    lead_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Annotated[CallToolResult, TasksFound]:
    """List tasks, soonest due first."""
    async with acting(context, "tasks:read") as session:
        page = await tasks.list_tasks(
            session, state=state, assignee=assignee, lead_id=lead_id, cursor=cursor, limit=limit
        )
        briefs = [TaskBrief.model_validate(item) for item in page.items]
        total = page.total.value if page.total else None
        result = TasksFound(data=TaskPage(tasks=briefs, total=total, next_cursor=page.next_cursor))
        return found(_counted(len(briefs), total, "task"), result)


@tool("Read key figures", permission="dashboard:read", annotations=READS)
async def read_metrics(context: Context) -> Annotated[CallToolResult, MetricsRead]:
    """Read the key figures of the dashboard: new and hot leads, conversion rate, open pipeline by stage."""
    async with acting(context, "dashboard:read") as session:
        board, stale = await dashboard.read(session)
        if stale:
            key = f"dashboard:{actor_of(session).organisation_id}"
            await enqueue(session, refresh_dashboard, RefreshDashboard(), dedupe_key=key)
        metrics = Metrics(
            as_of=board.as_of,
            period_days=board.period_days,
            key_figures=[KeyFigure.model_validate(number) for number in board.key_numbers],
            leads_by_band={band.band: band.count for band in board.score_distribution.bands},
            pipeline=[StageFigure.model_validate(stage) for stage in board.pipeline_value.stages],
        )
        return found(f"Key figures of the last {board.period_days} days.", MetricsRead(data=metrics))


@tool("Ask the knowledge base", permission="knowledge:read", annotations=READS)
async def ask_knowledge(
    context: Context,
    question: Annotated[str, Field(min_length=1, max_length=1_000)],
    audience: Annotated[
        Literal["visitor", "client", "colleague"],
        Field(description="On whose behalf: what is not for them is not used. `colleague` is for your user alone"),
    ] = "colleague",
) -> Annotated[CallToolResult, AnswerFound]:
    """Answer a question from the knowledge base with its sources. What is not in it is refused, not guessed."""
    async with acting(context, "knowledge:read") as session:
        prepared = await answering.prepare(session, question, scopes=SCOPES_OF[audience], channel="assistant")
    async for event in answering.events(prepared):
        if isinstance(event, answering.Draft):
            async with acting(context, "knowledge:read") as session:
                answer = await answering.finish(session, prepared, event)
            sources = "source" if len(answer.citations) == 1 else "sources"
            told = (
                "Not in the knowledge base." if answer.refused else f"Answered from {len(answer.citations)} {sources}."
            )
            return found(told, AnswerFound(data=KnowledgeAnswer.model_validate(answer)))
    raise AssertionError("an answer ends with a draft")


async def read_lead(session: AsyncSession, lead_id: UUID) -> LeadFound:
    """One lead as tools and resources show it; the score's reasons only to those who may see scores."""
    row = await people.read_lead(session, lead_id)
    latest = await timeline.lead_timeline(session, lead_id, kinds=[], cursor=None, limit=_TIMELINE_ENTRIES)
    score = await scores.lead_score(session, lead_id) if actor_of(session).may("scoring:read") else None
    lead = orjson.loads(dumps(row_json(row)))
    return LeadFound(
        data=LeadDetail.model_validate(
            lead
            | {
                "score_note": score.note if score else None,
                "reasons_for": [ScoreReason.model_validate(item) for item in score.reasons_for] if score else [],
                "reasons_against": [ScoreReason.model_validate(item) for item in score.reasons_against]
                if score
                else [],
                "timeline": [TimelineEntry.model_validate(entry, from_attributes=True) for entry in latest.items],
            }
        )
    )


def _counted(shown: int, total: int | None, noun: str) -> str:
    of_all = f" of {total}" if total is not None and total > shown else ""
    return f"{shown}{of_all} {noun}{'' if shown == 1 and not of_all else 's'}."
