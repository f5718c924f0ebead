"""Mails that left and mails that came in, as people look at them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.modules.email.errors import DeliveryNotFound
from tradewind.modules.email.models.delivery import ADDRESS, EmailArrival, EmailDelivery, EmailFact, EmailSender
from tradewind.modules.email.schemas.delivery import (
    ArrivalRead,
    DeliveryDetail,
    DeliveryFactRead,
    DeliveryRead,
)

_MOST_FACTS = 100


async def page(
    session: AsyncSession,
    *,
    statuses: Sequence[str] | None,
    sender_id: UUID | None,
    domain: str | None,
    cursor: str | None,
    limit: int,
) -> Page[DeliveryRead]:
    """Mails that match, newest first. Raises InvalidCursor."""
    statement = select(*EmailDelivery.__table__.columns)
    if statuses:
        statement = statement.where(EmailDelivery.status.in_(statuses))
    if sender_id is not None:
        statement = statement.where(EmailDelivery.sender_id == sender_id)
    if domain is not None:
        statement = statement.where(EmailDelivery.domain == domain.strip().casefold())
    order = _newest(EmailDelivery)
    rows, following, previous = await fetch_page(session, statement, order, cursor=cursor, limit=limit)
    items = [DeliveryRead(**_shown(session, row._mapping)) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def one(session: AsyncSession, delivery_id: UUID) -> DeliveryDetail:
    """A mail with what was said of it. Raises DeliveryNotFound."""
    statement = select(*EmailDelivery.__table__.columns, EmailSender.address.label("sender_address")).outerjoin(
        EmailSender, EmailSender.id == EmailDelivery.sender_id
    )
    row = (await session.execute(statement.where(EmailDelivery.id == delivery_id))).first()
    if row is None:
        raise DeliveryNotFound()
    newest = (
        select(EmailFact).where(EmailFact.delivery_id == delivery_id).order_by(EmailFact.at.desc(), EmailFact.id.desc())
    )
    masks = hides(actor_of(session))
    facts = [
        DeliveryFactRead(
            kind=fact.kind, hard=fact.hard, code=fact.code, source=fact.source, at=fact.at,
            reason=masked(fact.reason) if masks else fact.reason,
        )
        for fact in await session.scalars(newest.limit(_MOST_FACTS))
    ]  # fmt: skip
    known = row._mapping
    return DeliveryDetail(
        **_shown(session, known), facts=facts, provider_message_id=known["provider_message_id"],
        sender_address=known["sender_address"],
    )  # fmt: skip


async def arrivals(
    session: AsyncSession, *, kinds: Sequence[str] | None, cursor: str | None, limit: int
) -> Page[ArrivalRead]:
    """Mails that came in, newest first. Raises InvalidCursor."""
    statement = select(*EmailArrival.__table__.columns)
    if kinds:
        statement = statement.where(EmailArrival.kind.in_(kinds))
    order = _newest(EmailArrival)
    rows, following, previous = await fetch_page(session, statement, order, cursor=cursor, limit=limit)
    masks = hides(actor_of(session))
    items = [_arrival(row._mapping, masks=masks) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


def _newest(model: type[EmailDelivery] | type[EmailArrival]) -> list[SortColumn]:
    return [
        SortColumn("created_at", model.created_at.expression, descending=True),
        SortColumn("id", model.id.expression, descending=True),
    ]


def _shown(session: AsyncSession, row: Any) -> dict[str, Any]:
    address = ADDRESS.readable(row["id"], row["address_sealed"])
    fields = {name: row[name] for name in DeliveryRead.model_fields if name in row}
    if not hides(actor_of(session)):
        return {**fields, "address": address}
    hidden = {"subject": masked(fields["subject"]), "reason": masked(fields["reason"])}
    return {**fields, **hidden, "address": masked(address, "email")}


def _arrival(row: Any, *, masks: bool) -> ArrivalRead:
    fields = {name: row[name] for name in ArrivalRead.model_fields}
    if masks:
        fields |= {
            "from_address": masked(fields["from_address"], "email"),
            "subject": masked(fields["subject"]),
            "reason": masked(fields["reason"]),
        }
    return ArrivalRead(**fields)
