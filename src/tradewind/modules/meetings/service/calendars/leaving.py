"""Ending vendors' channels of calendars that are used no longer, also when their account is forgotten already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.adapters._base import Channel, TellsOfChanges
from tradewind.modules.meetings.models.calendars import Calendar, CalendarConnection
from tradewind.modules.meetings.service.calendars import vendors

END_CHANNELS = "meetings.end_calendar_channels"
_ACCOUNT = ("id", "kind", "settings", "secret_sealed", "token_sealed", "token_expires_at")


class ChannelsToEnd(Schema):
    """Channels, and what their account signs in with, sealed as it was stored: its row may be gone."""

    id: UUID
    kind: str
    settings: dict[str, Any]
    secret_sealed: str | None
    token_sealed: str | None
    token_expires_at: datetime | None
    channels: list[Channel]


def channel_of(calendar: Calendar) -> Channel | None:
    """The channel of a calendar, if it has one."""
    if calendar.channel_id is None or calendar.channel_resource is None or calendar.channel_expires_at is None:
        return None
    return Channel(id=calendar.channel_id, resource=calendar.channel_resource, expires_at=calendar.channel_expires_at)


async def end_channels(session: AsyncSession, connection: CalendarConnection, calendars: Sequence[Calendar]) -> None:
    """Have the living channels of these calendars ended once the transaction has committed."""
    living = [one for calendar in calendars if (one := channel_of(calendar)) is not None and one.expires_at > now()]
    for calendar in calendars:
        calendar.channel_id = calendar.channel_resource = calendar.channel_expires_at = None
    if living:
        account = {name: getattr(connection, name) for name in _ACCOUNT}
        await jobs.enqueue(session, jobs.registered()[END_CHANNELS], ChannelsToEnd(**account, channels=living))


async def end(database: Database, actor: Actor, left: ChannelsToEnd) -> None:
    """End channels at the vendor. Where the permission is gone, they are as well. Raises OutboundError."""
    account = CalendarConnection(**{name: getattr(left, name) for name in _ACCOUNT})
    try:
        async with database.transaction(actor) as session:
            credentials = await vendors.signed_in(session, account)
        async with vendors.adapter(left.kind, credentials, database.settings) as adapter:
            if isinstance(adapter, TellsOfChanges):
                for channel in left.channels:
                    await adapter.unwatch(channel)
    except vendors.REFUSALS:
        return
