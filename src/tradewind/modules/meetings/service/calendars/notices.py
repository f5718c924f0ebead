"""What vendors' channels tell: only that something changed, in which calendar our own token says."""

import orjson

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.service.calendars import tokens, waking
from tradewind.modules.meetings.service.calendars.syncing import NOTICES

_MAX_NOTICES = 200


async def heard(database: Database, token: str, channel_id: str) -> None:
    """Have the calendar of a notice read. A token that is not ours, or of a channel that was replaced, says nothing."""
    named = tokens.read(NOTICES, token)
    if named is None:
        return
    organisation_id, calendar_id = named
    async with database.transaction(Actor.system(organisation_id, name="Calendars")) as session:
        calendar = await repository.calendar(session, calendar_id)
        if calendar is not None and calendar.channel_id == channel_id:
            await waking.read_calendar(session, organisation_id, calendar_id)


def microsoft(body: bytes) -> set[tuple[str, str]]:
    """(token, channel) of the notices in a body of Microsoft Graph; empty for anything else."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return set()
    told = content.get("value") if isinstance(content, dict) else None
    return {
        (str(one.get("clientState", "")), str(one.get("subscriptionId", "")))
        for one in (told if isinstance(told, list) else [])[:_MAX_NOTICES]
        if isinstance(one, dict)
    }
