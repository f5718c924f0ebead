"""Deals: opened, changed, moved between stages, won, lost, deleted and brought back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page, Total
from tradewind.kernel.sparse import picked
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors_deals import DealInvalid, DealNotFound, LostReasonMissing
from tradewind.modules.leads.events_deals import DealCreated, DealLost, DealStageChanged, DealWon
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.models.deals import Deal, DealStageChange, Stage
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository import deals as repository
from tradewind.modules.leads.repository import pipelines as pipeline_rows
from tradewind.modules.leads.schemas.deals import DealCreate, DealMove, DealRead, DealUpdate, StageChangeRead
from tradewind.modules.leads.service import outcomes, pipelines
from tradewind.modules.leads.service.custom_values import clean_custom
from tradewind.modules.leads.service.owners import default_owner, require_in_sight, require_owner
from tradewind.modules.leads.service.timeline import record_activities

_COUNT_BOUND = 10_000
_HISTORY_LIMIT = 500


async def list_deals(
    session: AsyncSession, wanted: repository.DealFilter, *, sort: str, cursor: str | None, limit: int
) -> Page[DealRead]:
    """A page of deals; the total is counted to 10,000 at most. Raises InvalidCursor."""
    rows, following, previous = await repository.list_page(session, wanted, sort=sort, cursor=cursor, limit=limit)
    count = await repository.count(session, wanted, bound=_COUNT_BOUND)
    return Page[DealRead](
        items=await masking.shown_records(session, [DealRead.model_validate(row) for row in rows], "deal"),
        next_cursor=following,
        previous_cursor=previous,
        total=Total(value=count, exact=count < _COUNT_BOUND),
    )


async def list_fields(
    session: AsyncSession,
    wanted: repository.DealFilter,
    names: tuple[str, ...],
    *,
    sort: str,
    cursor: str | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None, str | None, Total]:
    """The same page with the named fields only: (items, next cursor, previous cursor, total)."""
    rows, following, previous = await repository.list_page(
        session, wanted, sort=sort, cursor=cursor, limit=limit, names=names
    )
    count = await repository.count(session, wanted, bound=_COUNT_BOUND)
    items = await masking.shown_parts(session, [picked(row._asdict(), names) for row in rows], "deal")
    return items, following, previous, Total(value=count, exact=count < _COUNT_BOUND)


async def read_fields(session: AsyncSession, deal_id: UUID, names: tuple[str, ...]) -> tuple[dict[str, Any], int]:
    """(named fields of a deal, its version). Raises DealNotFound."""
    row = await repository.read(session, deal_id, tuple(dict.fromkeys((*names, "version"))))
    if row is None:
        raise _missing()
    (shown,) = await masking.shown_parts(session, [row._asdict()], "deal")
    return picked(shown, names), row.version


async def read_deal(session: AsyncSession, deal_id: UUID) -> DealRead:
    """One deal. Raises DealNotFound."""
    row = await repository.read(session, deal_id)
    if row is None:
        raise _missing()
    return await masking.shown_record(session, DealRead.model_validate(row), "deal")


async def deal_history(session: AsyncSession, deal_id: UUID) -> list[StageChangeRead]:
    """The stages a deal went through, newest first. Raises DealNotFound."""
    await read_deal(session, deal_id)
    changes = await repository.history(session, deal_id, _HISTORY_LIMIT)
    return [StageChangeRead.model_validate(change) for change in changes]


async def create_deal(session: AsyncSession, data: DealCreate) -> DealRead:
    """Open a deal at the top of its stage. Raises StageNotFound, PipelineNotFound, DealInvalid, LostReasonMissing."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    stage = await _stage_for(session, data)
    pipeline = await pipelines.require_pipeline(session, stage.pipeline_id)
    _check_reason(stage, data.lost_reason)
    lead = await _lead(session, data.lead_id)
    company_id = data.company_id or (lead.company_id if lead else None)
    await _check_company(session, data.company_id)
    owner_id = data.owner_id or (lead.owner_id if lead else None) or default_owner(session, actor.user_id)
    require_in_sight(session, owner_id)
    if data.owner_id:
        await require_owner(session, data.owner_id)
    at = now()
    deal = Deal(
        id=new_id(),
        organisation_id=actor.organisation_id,
        name=data.name,
        lead_id=data.lead_id,
        company_id=company_id,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        amount_minor=data.amount_minor,
        currency=data.currency or pipeline.currency,
        close_date=data.close_date,
        owner_id=owner_id,
        lost_reason=data.lost_reason if stage.kind == "lost" else None,
        stage_entered_at=at,
        closed_at=at if stage.kind != "open" else None,
        custom=await clean_custom(session, "deal", {}, data.custom),
        position=await repository.top_position(session, stage.id),
        created_by=actor.user_id,
    )
    session.add(deal)
    await session.flush()
    _add_history(session, deal, None, stage, at, None)
    await record_activities(session, [_activity(deal, "deal.created", f"Deal “{deal.name}” opened in {stage.name}")])
    await identity.record(
        session, action="deal.created", subject_type="deal", subject_id=deal.id, after=_facts(deal, stage)
    )
    created = DealCreated(
        deal_id=deal.id, lead_id=deal.lead_id, pipeline_id=deal.pipeline_id, stage_id=stage.id, kind=stage.kind
    )
    await publish(session, created)
    if stage.kind != "open":
        await _close(session, deal, stage, at)
    return await _show(session, deal.id)


async def update_deal(session: AsyncSession, deal_id: UUID, data: DealUpdate, if_match: str | None) -> DealRead:
    """Change what is given. Raises PreconditionFailed with the present deal, DealInvalid, DealNotFound."""
    deal, stage = await _locked(session, deal_id, if_match)
    given = data.model_dump(exclude_unset=True)
    for required in ("name", "currency", "custom"):
        if required in given and given[required] is None:
            raise _invalid(required, "cannot be empty")
    before = _facts(deal, stage)
    if given.get("lead_id") and given["lead_id"] != deal.lead_id:
        await _lead(session, given["lead_id"])
    if given.get("company_id") and given["company_id"] != deal.company_id:
        await _check_company(session, given["company_id"])
    if "owner_id" in given and given["owner_id"] != deal.owner_id:
        require_in_sight(session, given["owner_id"])
    if given.get("owner_id") and given["owner_id"] != deal.owner_id:
        await require_owner(session, given["owner_id"])
    if "lost_reason" in given:
        if stage.kind == "lost":
            _check_reason(stage, given["lost_reason"])
        elif given["lost_reason"]:
            raise _invalid("lost_reason", "only a lost deal has a reason for its loss")
    if "custom" in given:
        given["custom"] = await clean_custom(session, "deal", deal.custom, given["custom"])
    former_lead = deal.lead_id
    for field, value in given.items():
        setattr(deal, field, value)
    after = _facts(deal, stage)
    changed = {key for key in after if after[key] != before[key]}
    if not changed:
        return await read_deal(session, deal_id)
    deal.version += 1
    await session.flush()
    if "lead_id" in changed and stage.kind != "open":
        at = now()
        for lead_id in filter(None, (former_lead, deal.lead_id)):
            await outcomes.recompute(session, lead_id, at)
    await identity.record(
        session,
        action="deal.updated",
        subject_type="deal",
        subject_id=deal.id,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return await _show(session, deal_id)


async def advance(session: AsyncSession, lead_id: UUID, stage_id: UUID, *, reason: str) -> UUID | None:
    """Move the lead's open deal of the stage's pipeline to it if it stands before it; returns the deal that moved."""
    # The deal may be out of the actor's sight.
    async with seeing_everything(session):
        # Under the lock nobody moves cards into this column, so what is looked at stays so.
        stage = await pipelines.live_stage(session, stage_id, lock=True)
        if stage is None or stage.kind != "open":
            return None
        deal_id = await repository.behind(session, lead_id, stage)
        if deal_id is not None:
            await move_deal(session, deal_id, DealMove(stage_id=stage_id), None, reason=reason)
        return deal_id


async def move_deal(
    session: AsyncSession, deal_id: UUID, data: DealMove, if_match: str | None, *, reason: str | None = None
) -> DealRead:
    """Put a card on a stage, before or after another card, else on top. `reason` stands in the audit log.

    Raises LostReasonMissing, StageNotFound, DealInvalid (neighbour elsewhere), PreconditionFailed.
    """
    if data.before_id and data.after_id:
        raise _invalid("after_id", "name either before_id or after_id")
    # Locks go stage first, so that two moves into one column wait for each other instead of deadlocking.
    target = await pipelines.require_stage(session, data.stage_id, lock=True)
    deal, source = await _locked(session, deal_id, if_match)
    if target.id != source.id or target.kind == "lost":
        _check_reason(target, data.lost_reason or (deal.lost_reason if target.kind == "lost" else None))
    position = await _position(session, deal, data)
    at = now()
    if target.id == source.id:
        deal.position = position
        if data.lost_reason and target.kind == "lost":
            deal.lost_reason = data.lost_reason
        deal.version += 1
        await session.flush()
        return await _show(session, deal_id)
    before = _facts(deal, source)
    since = (at - deal.stage_entered_at).total_seconds()
    deal.stage_id, deal.pipeline_id, deal.position = target.id, target.pipeline_id, position
    deal.stage_entered_at = at
    deal.closed_at = None if target.kind == "open" else at
    deal.lost_reason = (data.lost_reason or deal.lost_reason) if target.kind == "lost" else None
    deal.version += 1
    await session.flush()
    _add_history(session, deal, source, target, at, since)
    await record_activities(
        session,
        [_activity(deal, "deal.stage_changed", f"Deal “{deal.name}” moved from {source.name} to {target.name}")],
    )
    after = _facts(deal, target)
    await identity.record(
        session,
        action="deal.moved",
        subject_type="deal",
        subject_id=deal.id,
        before={key: before[key] for key in after if after[key] != before[key]},
        after={key: after[key] for key in after if after[key] != before[key]},
        reason=deal.lost_reason or reason,
    )
    await publish(
        session,
        DealStageChanged(
            deal_id=deal.id,
            lead_id=deal.lead_id,
            from_stage_id=source.id,
            to_stage_id=target.id,
            from_kind=source.kind,
            to_kind=target.kind,
        ),
    )
    if target.kind != source.kind:
        if target.kind != "open":
            await _close(session, deal, target, at, reopened_from=source.kind)
        elif deal.lead_id:
            await outcomes.recompute(session, deal.lead_id, at)
    return await _show(session, deal_id)


async def delete_deal(session: AsyncSession, deal_id: UUID, if_match: str | None) -> None:
    """Take a deal away; it can be brought back. Raises DealNotFound, PreconditionFailed."""
    deal, stage = await _locked(session, deal_id, if_match)
    at = now()
    deal.deleted_at = at
    deal.version += 1
    await session.flush()
    if deal.lead_id and stage.kind != "open":
        await outcomes.recompute(session, deal.lead_id, at)
    await record_activities(session, [_activity(deal, "deal.deleted", f"Deal “{deal.name}” deleted")])
    await identity.record(
        session, action="deal.deleted", subject_type="deal", subject_id=deal.id, before=_facts(deal, stage)
    )
    await _push(session, deal.id, deal.pipeline_id, "deleted")


async def restore_deal(session: AsyncSession, deal_id: UUID) -> DealRead:
    """Bring a deleted deal back to its stage. Raises DealNotFound if it is not deleted."""
    deal = await repository.locked(session, deal_id, deleted=True)
    if deal is None:
        raise DealNotFound("There is no deleted deal with this id.")
    stage = await pipelines.require_stage(session, deal.stage_id)
    deal.deleted_at = None
    deal.version += 1
    await session.flush()
    if deal.lead_id and stage.kind != "open":
        await outcomes.recompute(session, deal.lead_id, now())
    await record_activities(session, [_activity(deal, "deal.restored", f"Deal “{deal.name}” brought back")])
    await identity.record(
        session, action="deal.restored", subject_type="deal", subject_id=deal.id, after=_facts(deal, stage)
    )
    return await _show(session, deal_id)


async def _close(session: AsyncSession, deal: Deal, stage: Stage, at: datetime, reopened_from: str = "open") -> None:
    won = stage.kind == "won"
    title = f"Deal “{deal.name}” won" if won else f"Deal “{deal.name}” lost: {deal.lost_reason}"
    await record_activities(session, [_activity(deal, f"deal.{stage.kind}", title)])
    if deal.lead_id:
        if reopened_from == "open":
            await outcomes.closed(session, deal.lead_id, won=won, at=at)
        else:
            await outcomes.recompute(session, deal.lead_id, at)
    if won:
        await publish(
            session,
            DealWon(deal_id=deal.id, lead_id=deal.lead_id, amount_minor=deal.amount_minor, currency=deal.currency),
        )
    else:
        await publish(session, DealLost(deal_id=deal.id, lead_id=deal.lead_id, reason=deal.lost_reason or ""))


async def _locked(session: AsyncSession, deal_id: UUID, if_match: str | None) -> tuple[Deal, Stage]:
    deal = await repository.locked(session, deal_id)
    if deal is None:
        raise _missing()
    if if_match is not None:
        current = await read_deal(session, deal_id)
        check_version(if_match, deal.version, current.model_dump(mode="json"))
    stage = await pipeline_rows.stage(session, deal.stage_id)
    assert stage is not None
    return deal, stage


async def _stage_for(session: AsyncSession, data: DealCreate) -> Stage:
    if data.stage_id:
        stage = await pipelines.require_stage(session, data.stage_id, lock=True)
        if data.pipeline_id and stage.pipeline_id != data.pipeline_id:
            raise _invalid("stage_id", "belongs to another pipeline")
        return stage
    if data.pipeline_id:
        pipeline = await pipelines.require_pipeline(session, data.pipeline_id)
    else:
        await pipelines.ensure_default(session)
        pipeline = await pipeline_rows.default_pipeline(session)
        assert pipeline is not None
    stages = await pipeline_rows.stages_of(session, [pipeline.id])
    first = next(stage for stage in stages if stage.kind == "open")
    return await pipelines.require_stage(session, first.id, lock=True)


async def _position(session: AsyncSession, deal: Deal, data: DealMove) -> float:
    neighbour = data.before_id or data.after_id
    if neighbour is None or neighbour == deal.id:
        if neighbour == deal.id and data.stage_id == deal.stage_id:
            return deal.position
        return await repository.top_position(session, data.stage_id)
    position = await repository.position_beside(
        session,
        stage_id=data.stage_id,
        neighbour_id=neighbour,
        moving_id=deal.id,
        before=data.before_id is not None,
    )
    if position is None:
        field = "before_id" if data.before_id else "after_id"
        raise _invalid(field, "this card is not in that column any more; reload the board")
    return position


async def _lead(session: AsyncSession, lead_id: UUID | None) -> Lead | None:
    if lead_id is None:
        return None
    lead = await session.get(Lead, lead_id)
    if lead is None or lead.deleted_at is not None:
        raise _invalid("lead_id", "there is no such lead")
    return lead


async def _check_company(session: AsyncSession, company_id: UUID | None) -> None:
    company = await session.get(Company, company_id) if company_id else None
    if company_id and (company is None or company.deleted_at is not None):
        raise _invalid("company_id", "there is no such company")


def _check_reason(stage: Stage, reason: str | None) -> None:
    if stage.kind == "lost" and not reason:
        raise LostReasonMissing(
            f"“{stage.name}” is a lost stage: give the reason, so that you learn from it.",
            errors=[{"field": "lost_reason", "message": "needed for a lost deal"}],
        )


def _add_history(
    session: AsyncSession, deal: Deal, source: Stage | None, target: Stage, at: datetime, seconds: float | None
) -> None:
    actor = actor_of(session)
    session.add(
        DealStageChange(
            id=new_id(),
            organisation_id=deal.organisation_id,
            deal_id=deal.id,
            from_stage_id=source.id if source else None,
            from_stage_name=source.name if source else None,
            to_stage_id=target.id,
            to_stage_name=target.name,
            from_kind=source.kind if source else None,
            to_kind=target.kind,
            amount_minor=deal.amount_minor,
            currency=deal.currency,
            lost_reason=deal.lost_reason,
            seconds_in_stage=seconds,
            changed_by=actor.user_id,
            changed_by_name=actor.name,
            changed_at=at,
        )
    )


def _activity(deal: Deal, kind: str, title: str) -> NewActivity:
    return NewActivity(
        kind=kind,
        lead_id=deal.lead_id,
        company_id=deal.company_id,
        deal_id=deal.id,
        title=title,
        data={"amount_minor": deal.amount_minor, "currency": deal.currency, "lost_reason": deal.lost_reason},
    )


def _facts(deal: Deal, stage: Stage) -> dict[str, Any]:
    return {
        "name": deal.name,
        "stage": stage.name,
        "lead_id": str(deal.lead_id) if deal.lead_id else None,
        "company_id": str(deal.company_id) if deal.company_id else None,
        "amount_minor": deal.amount_minor,
        "currency": deal.currency,
        "close_date": deal.close_date.isoformat() if deal.close_date else None,
        "owner_id": str(deal.owner_id) if deal.owner_id else None,
        "lost_reason": deal.lost_reason,
        "custom": dict(deal.custom),
    }


async def _show(session: AsyncSession, deal_id: UUID) -> DealRead:
    deal = await read_deal(session, deal_id)
    await _push(session, deal.id, deal.pipeline_id, "changed")
    return deal


async def _push(session: AsyncSession, deal_id: UUID, pipeline_id: UUID, what: str) -> None:
    await realtime.push(
        session,
        type="deal.updated",
        topic="deals",
        permission="deals:read",
        data={"deal_id": str(deal_id), "pipeline_id": str(pipeline_id), "what": what},
    )


def _missing() -> DealNotFound:
    return DealNotFound("There is no such deal; it may have been deleted.")


def _invalid(field: str, message: str) -> DealInvalid:
    return DealInvalid(f"{field}: {message}.", errors=[{"field": field, "message": message}])
