"""Changing whom a transaction acts for: sign-in starts as nobody and goes on as the user it has found."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.engine import set_tenant


async def become(session: AsyncSession, actor: Actor) -> Actor:
    """Let the rest of the transaction act for `actor`; request id and address are kept. Returns the new actor."""
    before = actor_of(session)
    actor = replace(actor, request_id=actor.request_id or before.request_id, ip=actor.ip or before.ip)
    await session.flush()
    session.info["actor"] = actor
    await set_tenant(session, actor)
    return actor


@asynccontextmanager
async def acting_as(session: AsyncSession, actor: Actor) -> AsyncIterator[Actor]:
    """Act for `actor` inside the block, and for the former actor again after it."""
    before = actor_of(session)
    try:
        yield await become(session, actor)
    except BaseException:
        # The transaction is lost; only the Python side needs to be right for whoever reports it.
        session.info["actor"] = before
        raise
    await become(session, before)


def as_user(user_id: UUID, organisation_id: UUID | None = None, name: str = "") -> Actor:
    """A user without any permission: for reading and changing what is their own."""
    return Actor(kind="user", user_id=user_id, organisation_id=organisation_id, name=name)
