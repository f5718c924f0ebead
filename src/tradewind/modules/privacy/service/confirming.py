"""Double opt-in: a form asks, a mail shows the way, and only the click on a page confirms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contracts import Channel, ConfirmationMail, Language
from tradewind.modules.privacy.errors import LinkInvalid
from tradewind.modules.privacy.events import ConfirmationRequested
from tradewind.modules.privacy.models.consents import Confirmation
from tradewind.modules.privacy.repository import confirmations as repository
from tradewind.modules.privacy.repository import purposes as purposes_repository
from tradewind.modules.privacy.repository import suppressions as suppressions_repository
from tradewind.modules.privacy.service import keys, points
from tradewind.modules.privacy.service.wording import purpose_words
from tradewind.settings import get_settings

_TOKEN = "confirm"  # noqa: S105 - the kind of a token
_VALID = timedelta(days=7)
_FRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks to confirm; `address` is None once the person is forgotten."""

    confirmation: Confirmation
    address: str | None
    expired: bool


async def request(session: AsyncSession, organisation_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Ask for the confirmation of pending entries; mailed at most once an hour a contact point and purpose."""
    if not rows:
        return
    at = now()
    last = {(row["contact_hash"], row["channel"], row["purpose"]): {**row, "id": new_id()} for row in rows}
    mailed = await repository.request(
        session, organisation_id, list(last.values()), at=at, expires_at=at + _VALID, fresh_since=at - _FRESH
    )
    await publish(session, *(ConfirmationRequested(confirmation_id=each) for each in mailed))


async def issue(session: AsyncSession, confirmation_id: UUID) -> ConfirmationMail | None:
    """What the mail says; None if there is nothing to confirm any more, or the address must get no mail at all."""
    found = await repository.find(session, confirmation_id)
    if found is None or found.confirmed_at is not None or found.expires_at <= now():
        return None
    addresses = await points.addresses_of(session, [found.contact_hash])
    stopped = any(
        stop.scope == "all" and stop.channel == found.channel and stop.released_at is None
        for stop in await suppressions_repository.of_contacts(session, [found.contact_hash])
    )
    purpose = await purposes_repository.by_key(session, found.purpose)
    if stopped or purpose is None or found.contact_hash not in addresses:
        return None
    key = await keys.organisation_key(session)
    token = key.seal(_TOKEN, [found.id.hex])
    return ConfirmationMail(
        to=addresses[found.contact_hash],
        organisation_name=(await identity.get_organisation(session)).name,
        purpose_name=purpose_words(purpose, found.language).name,
        language=cast(Language, found.language),
        link=f"{get_settings().base_url}/confirm/{token}",
    )


async def open_link(session: AsyncSession, token: str, *, lock: bool = False) -> Asked:
    """What a link asks for; the session acts in its organisation from here on. Raises LinkInvalid."""
    [identifier] = await keys.enter(session, _TOKEN, token)
    found = await repository.find(session, UUID(identifier), lock=lock)
    if found is None:
        raise LinkInvalid()
    addresses = await points.addresses_of(session, [found.contact_hash])
    return Asked(found, addresses.get(found.contact_hash), found.expires_at <= now())


def channel_of(confirmation: Confirmation) -> Channel:
    """The channel that is asked for."""
    return cast(Channel, confirmation.channel)
