"""What the sample team has set up for itself: saved views, segments and routing rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads.schemas.bulk import BulkParameters, BulkRequest
from tradewind.modules.leads.schemas.routing import RoutingMember, RoutingRuleCreate
from tradewind.modules.leads.schemas.views import SegmentCreate, ViewCreate, ViewState
from tradewind.modules.leads.service import bulk, routing_rules, segments, views
from tradewind.sample.load import Colleague


def _leaf(field: str, op: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value, **more}


OPEN = _leaf("status", "in", ["new", "contacted", "qualified"])
VIEWS: tuple[tuple[str, dict[str, Any], str, list[str]], ...] = (
    (
        "New this week",
        {"all": [_leaf("created_at", "within_days", 7)]},
        "-created_at",
        ["full_name", "company_name", "source", "score", "country", "created_at"],
    ),
    (
        "Gone quiet",
        {"all": [OPEN, _leaf("last_activity_at", "more_than_days_ago", 21), _leaf("score", "gte", 40)]},
        "last_activity_at",
        ["full_name", "company_name", "score", "owner_id", "last_activity_at"],
    ),
)
SEGMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "DACH and Nordics, decision makers",
        "Heads, directors and VPs in Germany and Sweden who are still open.",
        {
            "all": [
                _leaf("country", "in", ["DE", "SE"]),
                {"any": [_leaf("job_title", "contains", word) for word in ("Head", "Director", "VP", "Chief")]},
                OPEN,
            ]
        },
    ),
    (
        "Logistics and manufacturing",
        "The industries in which Lumen Forecast wins most.",
        {"any": [_leaf("company.industry", "eq", name) for name in ("Logistics", "Manufacturing")]},
    ),
    (
        "Clicked, never met",
        "Clicked a mail in the last 60 days and had no meeting.",
        {
            "all": [
                _leaf("activity.count", "gte", 1, kind="email.clicked", within_days=60),
                {"not": _leaf("activity.count", "gte", 1, kind="meeting.held")},
            ]
        },
    ),
)
TAGS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Key account", {"all": [_leaf("company.employee_count", "gte", 1000), _leaf("score", "gte", 20)]}),
    ("Partner", {"all": [_leaf("source", "in", ["Referral", "Partner"])]}),
    ("Webinar guest", {"all": [_leaf("custom.webinar_attended", "eq", True)]}),
)


async def furnish(session: AsyncSession, team: Sequence[Colleague]) -> None:
    """Add views, segments, routing rules and tags; the session acts for an administrator."""
    for position, (name, condition, sort, columns) in enumerate(VIEWS):
        state = ViewState(filter=condition, sort=sort, columns=columns)
        await views.create_view(session, ViewCreate(name=name, shared=True, state=state, position=position))
    for name, description, condition in SEGMENTS:
        await segments.create_segment(session, SegmentCreate(name=name, description=description, condition=condition))
    sellers = [RoutingMember(user_id=member.id) for member in team[1:4]]
    await routing_rules.create_rule(
        session,
        RoutingRuleCreate(
            name="Referrals and partners to Marcus",
            condition={"all": [_leaf("source", "in", ["Referral", "Partner"])]},
            strategy="fixed",
            members=[sellers[0]],
        ),
    )
    await routing_rules.create_rule(
        session, RoutingRuleCreate(name="Everyone else in turn", strategy="round_robin", members=sellers)
    )
    for tag, condition in TAGS:
        chosen = BulkRequest(action="tag", filter=condition, parameters=BulkParameters(tags=[tag]))
        action = await bulk.create(session, chosen)
        while action.state in ("queued", "running"):
            action = await bulk.run_batch(session, action.id)
