"""What providers post: who says so is checked by the sender's adapter, what is said becomes facts."""

from collections.abc import Mapping

import structlog

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import BadRequest
from tradewind.kernel.http import OutboundClient, OutboundError
from tradewind.modules.email import doors
from tradewind.modules.email.adapters._base import BadSignature, Posted
from tradewind.modules.email.errors import DoorClosed, PostRefused
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.service import facts, opening, senders
from tradewind.settings import get_settings

log = structlog.get_logger(__name__)


async def take(database: Database, token: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take a post in. Raises DoorClosed, PostRefused for a wrong signature, BadRequest for what nobody understands."""
    named = doors.read(senders.DOOR, token)
    if named is None:
        raise DoorClosed()
    organisation_id, sender_id, door = named
    actor = Actor.system(organisation_id, name="Mail provider")
    async with database.transaction(actor) as session:
        sender = await rows.sender(session, sender_id)
        if sender is None or sender.door != door:
            raise DoorClosed()
        ready = opening.opened(sender, None)
    if "events" not in opening.spec_of(ready.adapter).capabilities:
        raise DoorClosed()
    url = f"{get_settings().base_url}/api/v1/email-events/{token}"
    async with opening.adapter(ready.adapter, ready.settings, database.settings) as adapter:
        try:
            told = await adapter.events(Posted(url=url, headers=headers, body=body))
        except BadSignature as error:
            raise PostRefused(str(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest("This is nothing that the provider is known to post.") from error
    if told.confirm_url is not None:
        await _confirm(told.confirm_url)
    if told.facts:
        async with database.transaction(actor) as session:
            await facts.take(session, ready.adapter, told.facts)


async def _confirm(url: str) -> None:
    async with OutboundClient("mail_confirm", guard=True, attempts=2) as http:
        try:
            await http.get(url)
        except OutboundError as error:
            log.warning("email.not_confirmed", error=str(error))
            raise
