"""Campaigns over time: day by day, side by side, and by the week people entered."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.errors import Invalid
from tradewind.modules.campaigns.engine.composing import HELD_OUT
from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.repository import campaign_results as rows
from tradewind.modules.campaigns.repository import campaigns as repository
from tradewind.modules.campaigns.repository import costs as cost_rows
from tradewind.modules.campaigns.repository import rehearsals
from tradewind.modules.campaigns.schemas.campaign_results import (
    BarDay,
    CampaignBar,
    CampaignCohort,
    CampaignDay,
    CampaignsTimeline,
    CampaignTimeline,
    ChannelDay,
)
from tradewind.modules.campaigns.service import campaigns
from tradewind.modules.campaigns.service.campaign_results import ENOUGH
from tradewind.modules.campaigns.service.programs import home_zone
from tradewind.modules.campaigns.service.spans import midnight, today

_LONGEST_DAYS = 366
_LONGEST_WEEKS = 26


async def of_one(session: AsyncSession, campaign_id: UUID, days: int) -> CampaignTimeline:
    """The last days of a campaign, and those to come that something is planned for. Raises CampaignNotFound."""
    campaign = await campaigns.require(session, campaign_id)
    async with seeing_everything(session):
        zone = await home_zone(session)
        last = today(campaign.ended_at or now(), zone)
        first = last - timedelta(days=days - 1)
        if campaign.launched_at is not None:
            first = max(first, today(campaign.launched_at, zone))
        since = midnight(first, zone)
        journeys = [one.id for one in await repository.journeys_of(session, [campaign.id])]
        happened = await rows.days(session, campaign.id, zone, since)
        goals = await rows.goals(session, journeys, zone, since, HELD_OUT)
        costs = await cost_rows.by_day(session, campaign.id, first)
    counts: defaultdict[tuple[date, str], dict[str, int]] = defaultdict(dict)
    micro: defaultdict[date, int] = defaultdict(int)
    for day, channel, what, number, microusd in happened:
        # What was planned for a day that is over leaves as soon as it may.
        place = max(day, today(now(), zone)) if what == "planned" else day
        counts[place, channel][what] = counts[place, channel].get(what, 0) + number
        micro[place] += microusd
    spent: defaultdict[date, dict[str, int]] = defaultdict(dict)
    for day, currency, minor in costs:
        spent[day][currency] = minor
    told = {*goals, *spent, *(day for day, _ in counts)}
    steady = (
        {first + timedelta(days=ahead) for ahead in range((last - first).days + 1)} if campaign.launched_at else set()
    )
    return CampaignTimeline(
        days=[
            CampaignDay(
                day=day, goals=goals.get(day, 0), spend=campaigns.spend(spent.get(day, {}), micro.get(day, 0)),
                channels=[_channel(channel, counts[day, channel]) for at, channel in sorted(counts) if at == day],
            )
            for day in sorted(told | steady)
        ]
    )  # fmt: skip


async def of_all(session: AsyncSession, starts_on: date, ends_on: date) -> CampaignsTimeline:
    """Campaigns that run in a span of days, the first to begin first. Raises Invalid for a span that is none."""
    if not timedelta() <= ends_on - starts_on < timedelta(days=_LONGEST_DAYS):
        message = f"Ask for one to {_LONGEST_DAYS} days, the first one first."
        raise Invalid(message, errors=[{"field": "to", "message": message}])
    async with seeing_everything(session):
        zone = await home_zone(session)
        spans = [(one, *_span(one, zone)) for one in await repository.every_campaign(session)]
        shown = [
            (one, begins, ends)
            for one, begins, ends in spans
            if begins is not None and begins <= ends_on and (ends is None or ends >= starts_on)
        ]
        volume = await rows.volume(
            session, [one.id for one, _, _ in shown], zone, midnight(starts_on, zone),
            midnight(ends_on + timedelta(days=1), zone),
        )  # fmt: skip
        foreseen = await _foreseen(session, [one for one, _, _ in shown], zone)
    counts: defaultdict[UUID, dict[tuple[date, str], dict[str, int]]] = defaultdict(dict)
    for campaign_id, day, channel, what, messages in volume:
        counts[campaign_id].setdefault((day, channel), {})[what] = messages
    for campaign_id, days in foreseen.items():
        for (day, channel), messages in days.items():
            if starts_on <= day <= ends_on:
                told = counts[campaign_id].setdefault((day, channel), {})
                told["planned"] = max(messages, told.get("planned", 0))
    return CampaignsTimeline(
        starts_on=starts_on, ends_on=ends_on,
        campaigns=[
            CampaignBar(
                id=one.id, name=one.name, state=one.state,  # type: ignore[arg-type]
                channels=list(dict.fromkeys(each.channel for each in campaigns.draft_of(one).messages)),
                starts_on=begins, ends_on=ends,
                volume=[
                    BarDay(day=day, channel=channel, planned=told.get("planned", 0), sent=told.get("sent", 0))
                    for (day, channel), told in sorted(counts[one.id].items())
                ],
            )
            for one, begins, ends in sorted(shown, key=lambda each: (each[1], each[0].name))
        ],
    )  # fmt: skip


async def cohorts(session: AsyncSession, campaign_id: UUID) -> list[CampaignCohort]:
    """By week of entering, which share reached the goal by when; without the holdout. Raises CampaignNotFound."""
    campaign = await campaigns.require(session, campaign_id)
    async with seeing_everything(session):
        zone = await home_zone(session)
        journeys = [one.id for one in await repository.journeys_of(session, [campaign.id])]
        found = await rows.cohorts(session, journeys, zone, HELD_OUT)
    by_week: defaultdict[date, dict[int | None, int]] = defaultdict(dict)
    for week, since, people in found:
        by_week[week][since] = people
    ends = today(campaign.ended_at or now(), zone)
    shown = []
    for week, told in sorted(by_week.items()):
        entered = sum(told.values())
        weeks = min(_LONGEST_WEEKS, max(1, (ends - week).days // 7 + 1))
        goals = [
            sum(people for since, people in told.items() if since is not None and since <= one) for one in range(weeks)
        ]
        shares = [count / entered if entered >= ENOUGH else None for count in goals]
        shown.append(CampaignCohort(week=week, entered=entered, goals=goals, shares=shares))
    return shown


async def _foreseen(
    session: AsyncSession, found: Sequence[Campaign], zone: str
) -> dict[UUID, dict[tuple[date, str], int]]:
    """Messages of coming days as the newest rehearsal of each campaign foresaw them, from the day it begins."""
    running = {one.journey_id: one for one in found if one.journey_id and one.state in ("scheduled", "live", "paused")}
    outlooks = await rehearsals.outlooks(session, list(running))
    known: dict[UUID, dict[tuple[date, str], int]] = {}
    for journey_id, told in outlooks.items():
        campaign = running[journey_id]
        begins = campaign.launched_at or campaign.starts_at
        if begins is None or not told["entered"]:
            continue
        shift = today(begins, zone) - date.fromisoformat(told["begins_on"])
        scale = max(1.0, told["audience"] / told["entered"])
        known[campaign.id] = {
            (day, channel): round(messages * scale)
            for one in told["days"]
            if (day := date.fromisoformat(one["day"]) + shift) > today(now(), zone)
            for channel, messages in one["messages"].items()
        }
    return known


def _channel(channel: str, told: dict[str, int]) -> ChannelDay:
    names = ("planned", "sent", "opened", "clicked", "replied")
    return ChannelDay(channel=channel, **{name: told.get(name, 0) for name in names})


def _span(campaign: Campaign, zone: str) -> tuple[date | None, date | None]:
    """The days a campaign runs, or is to run."""
    schedule = campaigns.draft_of(campaign).schedule
    begins = campaign.launched_at or campaign.starts_at or schedule.at
    ends = campaign.ended_at or campaign.ends_at or schedule.ends_at
    place = ZoneInfo(zone)
    return begins and begins.astimezone(place).date(), ends and ends.astimezone(place).date()
