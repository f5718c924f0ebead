"""Budgets that move between campaigns: pools, what is decided on them once a day, and taking a decision back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError, Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.engine.composing import HELD_OUT
from tradewind.modules.campaigns.engine.shifting import Shift, Standing, allot, decide
from tradewind.modules.campaigns.errors import DecisionNotFound, LimitReached, PoolNotFound, WrongState
from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.models_budgets import BudgetDecision, BudgetMember, BudgetPool
from tradewind.modules.campaigns.repository import budgets as repository
from tradewind.modules.campaigns.schemas.budgets import (
    BudgetDecisionRead,
    BudgetMemberRead,
    BudgetMemberWrite,
    BudgetPoolCreate,
    BudgetPoolRead,
    BudgetPoolUpdate,
)
from tradewind.modules.campaigns.service.campaigns import MICRO_A_CENT
from tradewind.modules.campaigns.service.programs import home_zone
from tradewind.modules.campaigns.service.spans import midnight, today
from tradewind.modules.identity import api as identity
from tradewind.modules.sending import api as sending

MAX_POOLS = 50
LOOKED_AT = timedelta(days=28)
_RUNNING = ("scheduled", "live", "paused")
_FIELDS = ("name", "amount_microusd", "period", "mode", "floor")
_WORDS = {
    "moved": "Moved by the probability that each brings the most goals for money.",
    "kept": "Nothing to move: the shares are what the goals for money say.",
    "too_few": "Too few goals in 28 days to conclude anything: 30 are needed. The shares stay as they are.",
    "no_cost": "Fewer than two campaigns have cost anything in 28 days, so nothing can be compared.",
    "nothing_to_compare": "Fewer than two campaigns run that are not locked.",
    "used_up": "The pool is used up for this period.",
    "undone": "A decision was taken back: the shares are what they were before it.",
}


async def list_pools(session: AsyncSession) -> list[BudgetPoolRead]:
    """All pools, the oldest first."""
    return [await shown(session, one) for one in await repository.pools(session)]


async def read_pool(session: AsyncSession, pool_id: UUID) -> BudgetPoolRead:
    """A pool. Raises PoolNotFound."""
    return await shown(session, await _require(session, pool_id))


async def create_pool(session: AsyncSession, data: BudgetPoolCreate) -> BudgetPoolRead:
    """Add a pool. Raises LimitReached, Invalid for campaigns that are not there or in another pool."""
    if len(await repository.pools(session)) >= MAX_POOLS:
        raise LimitReached(f"{MAX_POOLS} budgets are the most one can keep. Remove one that is not used.")
    actor = actor_of(session)
    pool = BudgetPool(
        id=new_id(), organisation_id=actor.organisation_id, created_by=actor.user_id,
        **data.model_dump(include=set(_FIELDS)),
    )  # fmt: skip
    session.add(pool)
    await session.flush()
    await _set_members(session, pool, data.members)
    await _apply(session, pool)
    await _record(session, "created", pool, after=await _facts(session, pool))
    return await shown(session, pool)


async def update_pool(
    session: AsyncSession, pool_id: UUID, data: BudgetPoolUpdate, if_match: str | None
) -> BudgetPoolRead:
    """Change a pool. Raises PoolNotFound, PreconditionFailed, Invalid."""
    pool = await _require(session, pool_id, lock=True)
    if if_match is not None:
        check_version(if_match, pool.version, (await shown(session, pool)).model_dump(mode="json"))
    before = await _facts(session, pool)
    for name, value in data.model_dump(include=set(_FIELDS), exclude_none=True).items():
        setattr(pool, name, value)
    if data.members is not None:
        await _set_members(session, pool, data.members)
    await _touch(session, pool)
    await _apply(session, pool)
    await _record(session, "updated", pool, before=before, after=await _facts(session, pool))
    return await shown(session, pool)


async def delete_pool(session: AsyncSession, pool_id: UUID, if_match: str | None) -> None:
    """Remove a pool and its decisions; its campaigns are bound by it no more. Raises PoolNotFound."""
    pool = await _require(session, pool_id, lock=True)
    if if_match is not None:
        check_version(if_match, pool.version, (await shown(session, pool)).model_dump(mode="json"))
    before = await _facts(session, pool)
    for member, _ in await repository.members(session, [pool.id]):
        await sending.drop_pool_share(session, member.campaign_id)
    await session.delete(pool)
    await session.flush()
    await _record(session, "deleted", pool, before=before)


async def decide_now(session: AsyncSession, pool_id: UUID) -> BudgetDecisionRead:
    """Decide on a pool now instead of at night. Raises PoolNotFound, WrongState for one that is off."""
    pool = await _require(session, pool_id, lock=True)
    if pool.mode == "off":
        raise WrongState("This budget is switched off.")
    decision = await _decide(session, pool, origin="asked")
    assert decision is not None
    return (await _read(session, pool, [decision]))[0]


async def decide_daily(session: AsyncSession) -> int:
    """Decide on each pool that was not decided on today; returns how many. Doing it twice does nothing."""
    done = 0
    day = today(now(), await home_zone(session))
    for known in await repository.pools(session):
        if known.mode == "off" or await repository.decided_today(session, known.id, day):
            continue
        pool = await repository.pool(session, known.id, lock=True)
        if pool is not None and pool.mode != "off":
            done += await _decide(session, pool, origin="daily") is not None
    return done


async def list_decisions(session: AsyncSession, pool_id: UUID, *, limit: int) -> list[BudgetDecisionRead]:
    """Decisions of a pool, newest first. Raises PoolNotFound."""
    pool = await _require(session, pool_id)
    return await _read(session, pool, await repository.decisions(session, pool_id, limit))


async def undo(session: AsyncSession, pool_id: UUID, decision_id: UUID) -> BudgetDecisionRead:
    """Give everybody the share they had before the last decision that moved money.

    Raises PoolNotFound, DecisionNotFound, WrongState for a decision that cannot be taken back any more.
    """
    pool = await _require(session, pool_id, lock=True)
    decision = await repository.decision(session, pool_id, decision_id)
    if decision is None:
        raise DecisionNotFound("There is no such decision.")
    if pool.mode != "on" or await repository.last_that_moved(session, pool_id) != decision_id:
        raise WrongState("Only the last decision that moved money can be taken back.")
    before = {UUID(one["campaign_id"]): one["before"] for one in decision.facts["shares"]}
    decision.undone_at, decision.undone_by_name = now(), actor_of(session).name
    standings = await _standings(session, pool)
    shares = {one.campaign_id: before.get(one.campaign_id, one.share) for one in standings.campaigns}
    given = allot(pool.amount_microusd, standings.campaigns, shares)
    members = {member.campaign_id: member for member, _ in await repository.members(session, [pool.id])}
    for campaign_id, amount in given.items():
        members[campaign_id].share = amount / pool.amount_microusd
    await _touch(session, pool)
    await _apply(session, pool)
    facts = {
        **decision.facts, "code": "undone", "alternatives": [],
        "shares": [
            {**one, "before": one["after"], "after": given.get(UUID(one["campaign_id"]), 0) / pool.amount_microusd,
             "allotted_microusd": given.get(UUID(one["campaign_id"]), 0), "chance": None}
            for one in decision.facts["shares"]
        ],
    }  # fmt: skip
    stored = await repository.add_decision(session, _row(session, pool, "undo", True, "undone", facts, standings.day))
    assert stored is not None
    await _record(session, "decision_undone", pool, after={"decision_id": str(decision_id), "shares": _by_id(given)})
    return (await _read(session, pool, [stored]))[0]


@dataclass(frozen=True, slots=True)
class _Standings:
    """How the campaigns of a pool stand on a day, since when the period runs, and what was spent besides messages."""

    campaigns: Sequence[Standing]
    day: date
    begins: datetime
    others: Mapping[UUID, int]
    left_out: Sequence[str]


async def _standings(session: AsyncSession, pool: BudgetPool) -> _Standings:
    at, zone = now(), await home_zone(session)
    day = today(at, zone)
    first = day.replace(day=1) if pool.period == "month" else day
    begins = midnight(first, zone)
    members = await repository.members(session, [pool.id])
    found = await repository.standing(
        session, [campaign.id for _, campaign in members], since=at - LOOKED_AT, since_day=day - LOOKED_AT,
        # Counters are kept by the hour of UTC.
        period=begins.replace(minute=0), period_day=first, holdout=HELD_OUT,
    )  # fmt: skip
    campaigns = [
        Standing(
            campaign_id=campaign.id, name=campaign.name, goals=row["goals"],
            cost=max(0, row["messages_cost"] + row["other_cents"] * MICRO_A_CENT),
            spent=max(0, row["messages_spent"] + row["other_cents_spent"] * MICRO_A_CENT),
            share=member.share, min_share=member.min_share, max_share=member.max_share, locked=member.locked,
            runs=campaign.state in _RUNNING,
        )
        for member, campaign in members
        for row in [found[campaign.id]]
    ]  # fmt: skip
    return _Standings(
        campaigns, day, begins, {key: row["other_cents_spent"] * MICRO_A_CENT for key, row in found.items()},
        sorted({currency for row in found.values() for currency in row["left_out"]}),
    )  # fmt: skip


async def _decide(session: AsyncSession, pool: BudgetPool, *, origin: str) -> BudgetDecision | None:
    """Decide and store why; where the pool is on, also give the shares out. None where it was done already."""
    standings = await _standings(session, pool)
    shift = decide(pool.amount_microusd, standings.campaigns, pool.floor)
    facts = _told(pool, shift)
    stored = await repository.add_decision(
        session, _row(session, pool, origin, shift.moved, shift.code, facts, standings.day)
    )
    if stored is None:
        return None
    if pool.mode == "on":
        members = {member.campaign_id: member for member, _ in await repository.members(session, [pool.id])}
        if shift.moved:
            for part in shift.parts:
                members[part.standing.campaign_id].share = min(1.0, part.share)
            await _touch(session, pool)
        # Also where nothing moves: a period may have begun, a campaign ended, or costs been entered.
        await _apply(session, pool)
    given = {part.standing.campaign_id: part.allotted for part in shift.parts}
    after = {"decision_id": str(stored.id), "mode": pool.mode, "code": shift.code, "shares": _by_id(given)}
    await _record(session, "decided", pool, after=after)
    return stored


async def follow_costs(session: AsyncSession, campaign_id: UUID) -> None:
    """Costs of a campaign changed: its pool, if it is in one, leaves so much less for messages."""
    pool = await repository.pool_of(session, campaign_id)
    if pool is not None:
        await _apply(session, pool)


async def _apply(session: AsyncSession, pool: BudgetPool) -> None:
    """Have what each campaign may spend in force; nothing where the pool is not on."""
    standings = await _standings(session, pool)
    if pool.mode != "on":
        for one in standings.campaigns:
            await sending.drop_pool_share(session, one.campaign_id)
        return
    shares = {one.campaign_id: one.share for one in standings.campaigns}
    given = allot(pool.amount_microusd, standings.campaigns, shares)
    for one in standings.campaigns:
        await sending.keep_pool_share(
            session, one.campaign_id, name=f"Share of “{one.name}” in “{pool.name}”",
            amount_microusd=given[one.campaign_id], period="month" if pool.period == "month" else "day",
            besides_microusd=standings.others[one.campaign_id], besides_since=standings.begins,
        )  # fmt: skip


async def _set_members(session: AsyncSession, pool: BudgetPool, wanted: Sequence[BudgetMemberWrite]) -> None:
    """Give a pool these campaigns. Where one is new or gone, all begin with equal shares again."""
    ids = [one.campaign_id for one in wanted]
    known = await repository.known_campaigns(session, ids)
    taken = await repository.taken(session, ids, but=pool.id)
    wrong: list[FieldError] = [
        {"field": f"members.{place}.campaign_id", "message": words}
        for place, one in enumerate(wanted)
        if (words := _wrong(one.campaign_id, known, taken))
    ]
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)
    present = {member.campaign_id: member for member, _ in await repository.members(session, [pool.id])}
    gone = present.keys() - set(ids)
    for campaign_id in gone:
        await sending.drop_pool_share(session, campaign_id)
    await repository.remove_members(session, pool.id, gone)
    for one in wanted:
        member = present.get(one.campaign_id)
        if member is None:
            member = BudgetMember(
                id=new_id(),
                organisation_id=pool.organisation_id,
                pool_id=pool.id,
                campaign_id=one.campaign_id,
                share=0.0,
            )
            session.add(member)
        member.min_share, member.max_share, member.locked = one.min_share, one.max_share, one.locked
        if present.keys() != set(ids):
            member.share = 1 / len(wanted)
    await session.flush()


def _wrong(campaign_id: UUID, known: Collection[UUID], taken: Mapping[UUID, str]) -> str | None:
    if campaign_id not in known:
        return "There is no such campaign; it may have been removed."
    return f"It is in the budget “{taken[campaign_id]}” already." if campaign_id in taken else None


async def shown(session: AsyncSession, pool: BudgetPool) -> BudgetPoolRead:
    """A pool as people see it."""
    standings = await _standings(session, pool)
    shares = {one.campaign_id: one.share for one in standings.campaigns}
    given = allot(pool.amount_microusd, standings.campaigns, shares)
    campaigns: dict[UUID, Campaign] = {
        campaign.id: campaign for _, campaign in await repository.members(session, [pool.id])
    }
    last = await repository.decisions(session, pool.id, 1)
    read = await _read(session, pool, last)
    return BudgetPoolRead(
        id=pool.id, version=pool.version, **{name: getattr(pool, name) for name in _FIELDS},
        spent_microusd=sum(one.spent for one in standings.campaigns), period_begins=standings.begins,
        members=[
            BudgetMemberRead(
                campaign_id=one.campaign_id, name=one.name, state=campaigns[one.campaign_id].state,
                min_share=one.min_share, max_share=one.max_share, locked=one.locked,
                share=min(1.0, given[one.campaign_id] / pool.amount_microusd), spent_microusd=one.spent,
                allotted_microusd=given[one.campaign_id], goals=one.goals, cost_microusd=one.cost,
            )
            for one in standings.campaigns
        ],
        currencies_left_out=list(standings.left_out), last_decision=read[0] if read else None,
        created_at=pool.created_at, updated_at=pool.updated_at,
    )  # fmt: skip


def _told(pool: BudgetPool, shift: Shift) -> dict[str, Any]:
    """A decision with all that it rests on, as JSON."""
    return {
        "code": shift.code,
        "amount_microusd": pool.amount_microusd,
        "goals": shift.goals,
        "shares": [
            {
                "campaign_id": str(part.standing.campaign_id), "name": part.standing.name,
                "goals": part.standing.goals, "cost_microusd": part.standing.cost,
                "spent_microusd": part.standing.spent, "min_share": part.standing.min_share,
                "max_share": part.standing.max_share, "locked": part.standing.locked, "chance": part.chance,
                "before": min(1.0, part.before), "after": part.share, "allotted_microusd": part.allotted,
            }
            for part in shift.parts
        ],
        "alternatives": [
            {
                "name": one.name, "goals": one.goals,
                "shares": {str(key): amount / pool.amount_microusd for key, amount in one.allotted.items()},
            }
            for one in shift.alternatives
        ],
    }  # fmt: skip


def _row(
    session: AsyncSession, pool: BudgetPool, origin: str, moved: bool, code: str, facts: dict[str, Any], day: date
) -> dict[str, Any]:
    return {
        "id": new_id(), "organisation_id": pool.organisation_id, "pool_id": pool.id, "day": day, "decided_at": now(),
        "mode": pool.mode, "origin": origin, "moved": moved, "reason": _WORDS[code], "facts": facts,
        "actor_name": "" if origin == "daily" else actor_of(session).name,
    }  # fmt: skip


async def _read(session: AsyncSession, pool: BudgetPool, found: Sequence[BudgetDecision]) -> list[BudgetDecisionRead]:
    last = await repository.last_that_moved(session, pool.id) if pool.mode == "on" else None
    names = ("id", "day", "decided_at", "mode", "origin", "moved", "reason", "actor_name", "undone_at",
             "undone_by_name")  # fmt: skip
    return [
        BudgetDecisionRead(**{name: getattr(one, name) for name in names}, **one.facts, can_be_undone=one.id == last)
        for one in found
    ]


async def _require(session: AsyncSession, pool_id: UUID, *, lock: bool = False) -> BudgetPool:
    pool = await repository.pool(session, pool_id, lock=lock)
    if pool is None:
        raise PoolNotFound("There is no such budget; it may have been removed.")
    return pool


async def _touch(session: AsyncSession, pool: BudgetPool) -> None:
    pool.version += 1
    pool.updated_at = now()
    await session.flush()


async def _facts(session: AsyncSession, pool: BudgetPool) -> dict[str, Any]:
    members = await repository.members(session, [pool.id])
    return {
        **{name: getattr(pool, name) for name in _FIELDS},
        "members": [
            {"campaign_id": str(one.campaign_id), "min_share": one.min_share, "max_share": one.max_share,
             "locked": one.locked, "share": one.share}
            for one, _ in members
        ],
    }  # fmt: skip


def _by_id(given: Mapping[UUID, int]) -> dict[str, int]:
    return {str(key): amount for key, amount in given.items()}


async def _record(session: AsyncSession, verb: str, pool: BudgetPool, **more: Any) -> None:
    await identity.record(session, action=f"budget_pool.{verb}", subject_type="budget_pool", subject_id=pool.id, **more)
