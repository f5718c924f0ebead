"""Two campaigns of the sample company, carried out by the real engine: one that is over, one under way.

Whether somebody reached the goal is what the sample's history says of them; what people did with the mails is told
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind import modules
from tradewind.kernel import clock
from tradewind.modules.campaigns.engine.campaign import CampaignDraft
from tradewind.modules.campaigns.repository import journeys as journey_rows
from tradewind.modules.campaigns.schemas.campaign_costs import CostCreate
from tradewind.modules.campaigns.schemas.campaigns import CampaignCreate, CampaignLaunch
from tradewind.modules.campaigns.service import campaign_costs, campaign_launching, campaigns, sweeping, ticking
from tradewind.modules.campaigns.service.programs import home_zone, of_version
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange
from tradewind.sample.budgets import add_budget

PEOPLE = 160
_LOOKS = (0, 1, 5, 6, 8, 21, 22, 23, 24)
_ASKED = 8
_TEMPLATES = text("SELECT id FROM mail_templates WHERE published_version_id IS NOT NULL ORDER BY created_at, id")
_PEOPLE = text("""
    SELECT id, email, created_at FROM leads WHERE email IS NOT NULL AND deleted_at IS NULL AND created_at < :until
    ORDER BY created_at DESC, id LIMIT :limit""")
# The worker of those days would have sent them, and counted them.
_SENT = text("""
    UPDATE send_intents SET state = 'sent', attempts = 1, provider = 'local',
        sent_at = not_before + interval '20 seconds', finished_at = not_before + interval '20 seconds'
    WHERE state = 'scheduled' AND campaign_id = :campaign AND not_before < :now""")
_COUNT = text("""
    INSERT INTO send_counters (organisation_id, bucket, channel, lane_id, messages, cost_microusd)
    SELECT organisation_id, date_trunc('hour', sent_at), channel, lane_id, count(*), sum(cost_microusd)
    FROM send_intents WHERE state = 'sent' AND campaign_id = :campaign GROUP BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING""")
# The second variant is the better one; some clicks are those of programs, and count for nothing.
_READ = text("""
    INSERT INTO mail_engagements (id, organisation_id, kind, message_id, person_id, version_id, link, links, url,
        rendered_at, at, human)
    SELECT gen_random_uuid(), s.organisation_id, k.kind, s.id, s.person_id,
        (s.content->>'template_version_id')::uuid, CASE k.kind WHEN 'click' THEN 1 END, 2,
        CASE k.kind WHEN 'click' THEN 'https://www.lumenforecast.example/guide' END, s.sent_at,
        s.sent_at + make_interval(mins => 10 + s.lot * 7), CASE WHEN s.lot % 17 = 3 THEN 0.05 ELSE 0.96 END
    FROM (
        SELECT i.*, abs(hashtext(l.email || i.step_key)) % 100 AS lot FROM send_intents i
        JOIN leads l ON l.id = i.person_id WHERE i.campaign_id = :campaign AND i.state = 'sent'
    ) AS s CROSS JOIN (VALUES ('open'), ('click')) AS k (kind)
    WHERE s.lot < CASE WHEN k.kind = 'open' THEN 46 WHEN s.step_key LIKE '%_b' THEN 17 ELSE 10 END
        AND s.sent_at + make_interval(mins => 10 + s.lot * 7) < :now""")


@dataclass(frozen=True)
class Plan:
    """A campaign of the sample: when it began, what it is, what it cost."""

    name: str
    description: str
    days_ago: int
    goal: dict[str, Any]
    testing: dict[str, Any]
    budget: dict[str, Any] | None
    costs: tuple[tuple[int, int, str], ...]
    purpose: str = "sales"


PLANS = (
    Plan(
        "Season planning guide", "Guide first, then a call", 46,
        {"kind": "booking", "target_count": 12, "within_days": 21},
        {"mode": "fixed", "holdout": 0.25}, None,
        ((0, 420_000, "Agency"), (3, 185_000, "LinkedIn ads")),
    ),
    Plan(
        "Demo days", "A short demo, booked in one click", 9,
        {"kind": "booking", "target_count": 40, "within_days": 30},
        {"mode": "adaptive", "floor": 0.1, "holdout": 0.1},
        {"amount_minor": 15_000, "per": "total", "prices_microusd": {"email": 1_200}},
        ((0, 260_000, "LinkedIn ads"),),
    ),
)  # fmt: skip


async def add_campaigns(session: AsyncSession) -> None:
    """Add both, and a third one that somebody is drafting; the session acts for an administrator."""
    modules.load_all()
    mails = list(await session.scalars(_TEMPLATES))
    if len(mails) < 2:
        return
    now = clock.now()
    for plan in PLANS:
        begins = (now - timedelta(days=plan.days_ago)).replace(hour=8, minute=30, second=0, microsecond=0)
        people = (await session.execute(_PEOPLE, {"until": begins - timedelta(days=1), "limit": PEOPLE})).all()
        if people:
            await _carry_out(session, plan, mails, people, begins, now)
    draft = CampaignDraft.model_validate({"goal": {"kind": "deal_won", "target_count": 5, "within_days": 60}})
    await campaigns.create_campaign(session, CampaignCreate(name="Win back last year's trials", draft=draft))
    await add_budget(session)


async def _carry_out(
    session: AsyncSession, plan: Plan, mails: list[UUID], people: Sequence[Row[Any]], begins: datetime, now: datetime
) -> None:
    with clock.frozen(begins) as then:
        await privacy.record_consents(session, [_agreed(plan, one) for one in people if one.id.int % _ASKED])
        draft = CampaignDraft.model_validate(_draft(plan, mails, people))
        made = await campaigns.create_campaign(
            session, CampaignCreate(name=plan.name, description=plan.description, draft=draft)
        )
        live = await campaign_launching.launch(session, made.id, CampaignLaunch(), None)
        assert live.journey_id is not None
        for day, minor, channel in plan.costs:
            cost = CostCreate(
                day=(begins + timedelta(days=day)).date(), amount_minor=minor, currency="EUR", channel=channel
            )
            await campaign_costs.add_cost(session, made.id, cost)
        journey = await journey_rows.journey(session, live.journey_id)
        assert journey is not None
        assert journey.published_version_id is not None
        version = await journey_rows.version(session, journey.published_version_id)
        assert version is not None
        await sweeping.sweep_audience(session, journey, version, of_version(version, await home_zone(session)))
        for day in (one for one in _LOOKS if one < plan.days_ago):
            then.tick((begins + timedelta(days=day) - clock.now()).total_seconds())
            while await ticking.tick(session, live.journey_id):
                pass
            await session.execute(_SENT, {"campaign": made.id, "now": clock.now()})
        await campaign_launching.by_clock(session, made.id)
    await session.execute(_SENT, {"campaign": made.id, "now": now})
    await session.execute(_COUNT, {"campaign": made.id})
    await session.execute(_READ, {"campaign": made.id, "now": now})


def _draft(plan: Plan, mails: list[UUID], people: Sequence[Row[Any]]) -> dict[str, Any]:
    first, second = str(mails[-1]), str(mails[0])
    span = [people[-1].created_at.isoformat(), people[0].created_at.isoformat()]
    conditions = {"all": [
        {"field": "email", "op": "is_set"}, {"field": "created_at", "op": "between", "value": span},
    ]}  # fmt: skip
    variants = [
        {"key": "a", "name": "Numbers first", "template_id": first},
        {"key": "b", "name": "A story first", "template_id": second},
    ]
    return {
        "goal": plan.goal,
        "audience": {"conditions": conditions},
        "purpose": plan.purpose,
        "messages": [
            {"key": "m1", "channel": "email", "variants": variants},
            {"key": "m2", "channel": "email", "after": {"amount": 5}, "variants": variants[:1]},
        ],
        "testing": plan.testing,
        "budget": plan.budget,
    }


def _agreed(plan: Plan, person: Row[Any]) -> ConsentChange:
    return ConsentChange(
        channel="email", address=person.email, purpose=plan.purpose, state="granted", source="manual",
        basis="legitimate_interest", proof={"document": "Balance of interests, outreach to companies, 2026"},
        at=person.created_at + timedelta(minutes=4), person_id=person.id,
    )  # fmt: skip
