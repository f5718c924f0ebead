"""The metrics everyone counts by: each declared once, with its meaning, unit, source and time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Unit = Literal["count", "ratio", "money"]
Aggregation = Literal["count", "sum", "average", "distinct", "ratio", "balance"]


@dataclass(frozen=True, slots=True)
class Entity:
    """What is counted: its rows, their time, and by what they can be told apart. SQL names no user's text.

    `lead` is the column that leads to a lead, through which conditions on leads hold; None where there is none.
    `clean` keeps only what a person did. `measures` are sums over rows: key → (label, SQL, unit).
    """

    key: str
    label: str
    rows: str
    time: str
    dimensions: Mapping[str, tuple[str, str]]
    lead: str | None = None
    clean: str | None = None
    currency: str | None = None
    measures: Mapping[str, tuple[str, str, Unit]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `value` is what is counted or added, `of` the whole that a ratio or average is divided by.

    `time` is the moment that decides into which interval a row falls. A `balance` is what stood at an interval's
    end: rows enter at `time` and leave at `leaves`. Without `history` only the present is known.
    """

    key: str
    name: str
    meaning: str
    unit: Unit
    aggregation: Aggregation
    entity: Entity
    time: str
    where: str = "true"
    value: str = "count(*)"
    of: str | None = None
    leaves: str | None = None
    history: bool = True


_OWNER = "Owner"

LEADS = Entity(
    "leads", "Leads", "leads where leads.deleted_at is null", "leads.created_at",
    {
        "source": ("Source", "leads.source"), "country": ("Country", "leads.country"),
        "status": ("Status", "leads.status"), "band": ("Score band", "leads.score_band"),
        "owner": (_OWNER, "leads.owner_id::text"),
    },
    lead="leads.id",
    measures={"score": ("Score", "leads.score", "count")},
)  # fmt: skip
DEALS = Entity(
    "deals", "Deals",
    "deals join stages on stages.id = deals.stage_id join pipelines on pipelines.id = deals.pipeline_id "
    "where deals.deleted_at is null",
    "deals.created_at",
    {
        "stage": ("Stage", "stages.name"), "pipeline": ("Pipeline", "pipelines.name"),
        "owner": (_OWNER, "deals.owner_id::text"), "lost_reason": ("Lost reason", "deals.lost_reason"),
    },
    lead="deals.lead_id",
    currency="deals.currency",
    measures={"amount": ("Amount", "deals.amount_minor", "money")},
)  # fmt: skip
ACTIVITIES = Entity(
    "activities", "Activities", "activities where true", "activities.occurred_at",
    {"source": ("Channel", "activities.source"), "title": ("Title", "activities.title")},
    lead="activities.lead_id",
    clean="coalesce(activities.human, 1) >= 0.5",
)  # fmt: skip
MEETINGS = replace(
    ACTIVITIES,
    key="meetings",
    label="Meetings",
    dimensions={
        "event_type": (
            "Event type",
            "(select title from event_types where id = (activities.data->>'event_type_id')::uuid)",
        ),
        "campaign": ("Campaign", "activities.data->>'campaign'"),
    },
)


def _of_first_touch(column: str) -> str:
    return f"(select {column} from visitor_touches where session_id = visitor_sessions.id order by at limit 1)"


SESSIONS = Entity(
    "sessions", "Web sessions",
    "visitor_sessions where true",
    "visitor_sessions.started_at",
    {
        "channel": ("Channel", _of_first_touch("channel")), "campaign": ("Campaign", _of_first_touch("utm_campaign")),
        "landing_path": ("Landing page", _of_first_touch("landing_path")),
    },
    clean="visitor_sessions.human_events >= visitor_sessions.events * 0.5",
)  # fmt: skip

# Trials of agents are nobody's conversations.
_REAL = "conversations.channel not in ('test', 'simulation')"
_OF_CONVERSATION = {
    "channel": ("Channel", "conversations.channel"),
    "agent": ("Agent", "(select name from agents where id = conversations.agent_id)"),
    "queue": ("Queue", "(select name from inbox_queues where id = conversations.queue_id)"),
    "assignee": ("Assignee", "conversations.assignee_id::text"),
}
CONVERSATIONS = Entity(
    "conversations", "Conversations", f"conversations where {_REAL}", "conversations.created_at",
    {**_OF_CONVERSATION, "outcome": ("Outcome", "conversations.outcome")},
    lead="conversations.lead_id",
)  # fmt: skip
HANDOVERS = Entity(
    "handovers", "Hand-overs to people",
    f"handovers join conversations on conversations.id = handovers.conversation_id where {_REAL}",
    "handovers.requested_at",
    _OF_CONVERSATION,
    lead="conversations.lead_id",
)  # fmt: skip
RATINGS = Entity(
    "ratings", "Ratings of conversations",
    f"conversation_ratings join conversations on conversations.id = conversation_ratings.conversation_id where {_REAL}",
    "conversation_ratings.rated_at",
    _OF_CONVERSATION,
    lead="conversations.lead_id",
)  # fmt: skip

ENTITIES: dict[str, Entity] = {
    entity.key: entity for entity in (LEADS, DEALS, ACTIVITIES, MEETINGS, SESSIONS, CONVERSATIONS, HANDOVERS, RATINGS)
}
# What people may define metrics over.
OPEN_TO_CUSTOM = (LEADS, DEALS)


def _happened(key: str, name: str, meaning: str, kind: str) -> Metric:
    entity = MEETINGS if kind.startswith("meeting.") else ACTIVITIES
    return Metric(key, name, meaning, "count", "count", entity, entity.time, f"activities.kind = '{kind}'")


METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric(
            "new_leads", "New leads", "Leads added in the period, by hand, import, form or API.",
            "count", "count", LEADS, "leads.created_at",
        ),
        Metric(
            "conversions", "Conversions", "Leads that became customers in the period.",
            "count", "count", LEADS, "leads.converted_at", "leads.converted",
        ),
        Metric(
            "conversion_rate", "Conversion rate", "Share of customers among the leads decided in the period.",
            "ratio", "ratio", LEADS, "leads.converted_at", "leads.converted is not null",
            "count(*) filter (where leads.converted)", "count(*)",
        ),
        Metric(
            "hot_leads", "Hot leads", "Open leads in the band “hot” now.",
            "count", "count", LEADS, "leads.created_at", "leads.score_band = 'hot' and leads.converted is null",
            history=False,
        ),
        Metric(
            "won_revenue", "Won revenue", "Amount of the deals won in the period, each currency apart.",
            "money", "sum", DEALS, "deals.closed_at", "stages.kind = 'won'", "coalesce(sum(deals.amount_minor), 0)",
        ),
        Metric(
            "won_deals", "Won deals", "Deals won in the period.",
            "count", "count", DEALS, "deals.closed_at", "stages.kind = 'won'",
        ),
        Metric(
            "open_pipeline", "Open pipeline",
            "Amount of the deals of the default pipeline that were open at the end of each interval, each currency "
            "apart.",
            "money", "balance", DEALS, "deals.created_at",
            "pipelines.is_default and pipelines.archived_at is null", "coalesce(sum(deals.amount_minor), 0)",
            leaves="deals.closed_at",
        ),
        _happened("mails_opened", "Mails opened", "Openings of mails, as far as they can be noticed.", "email.opened"),
        _happened("mails_replied", "Mails answered", "Mails that leads answered.", "email.replied"),
        _happened("meetings_booked", "Meetings booked", "Meetings agreed on in the period.", "meeting.booked"),
        _happened("meetings_held", "Meetings held", "Meetings that took place.", "meeting.held"),
        _happened("meetings_missed", "Meetings missed", "Meetings to which leads did not come.", "meeting.no_show"),
        _happened("meetings_cancelled", "Meetings cancelled", "Meetings that were called off.", "meeting.cancelled"),
        Metric(
            "web_sessions", "Web sessions", "Visits to your sites that began in the period.",
            "count", "count", SESSIONS, SESSIONS.time,
        ),
        Metric(
            "page_views", "Page views", "Pages seen in the visits that began in the period.",
            "count", "sum", SESSIONS, SESSIONS.time, "true", "coalesce(sum(visitor_sessions.pages), 0)",
        ),
        Metric(
            "web_visitors", "Web visitors", "Different browsers and devices that visited in the period.",
            "count", "distinct", SESSIONS, SESSIONS.time, "true", "count(distinct visitor_sessions.device)",
        ),
        Metric(
            "conversations", "Conversations", "Conversations that began in the period, on all channels.",
            "count", "count", CONVERSATIONS, CONVERSATIONS.time,
        ),
        Metric(
            "confirmed_conversations", "Confirmed conversations",
            "Share of the conversations ended in the period in which visitors said that they were served.",
            "ratio", "ratio", CONVERSATIONS, "conversations.closed_at", "conversations.state = 'closed'",
            "count(*) filter (where conversations.outcome = 'confirmed')", "count(*)",
        ),
        Metric(
            "handovers", "Hand-overs", "How often a visitor was to be answered by a person.",
            "count", "count", HANDOVERS, HANDOVERS.time,
        ),
        Metric(
            "first_reply_minutes", "Minutes to the first reply",
            "How long visitors waited on average for a person's first answer, nights and weekends included.",
            "count", "average", HANDOVERS, HANDOVERS.time, "handovers.first_reply_at is not null",
            "sum(extract(epoch from handovers.first_reply_at - handovers.requested_at)) / 60", "count(*)",
        ),
        Metric(
            "csat", "Satisfaction (CSAT)", "Average of the ratings of conversations, from 1 to 5.",
            "count", "average", RATINGS, RATINGS.time, "conversation_ratings.kind = 'csat'",
            "sum(conversation_ratings.score)", "count(*)",
        ),
    )
}  # fmt: skip
