"""Links in messages: to the preference page, and for the one-click POST of RFC 8058."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import FieldError
from tradewind.modules.privacy.contact_points import normal_address
from tradewind.modules.privacy.contracts import Channel, LinkAsk, LinkToken, UsedToken
from tradewind.modules.privacy.errors import ContactInvalid
from tradewind.modules.privacy.service import keys
from tradewind.settings import get_settings

_TOKEN = "preferences"  # noqa: S105 - the kind of a token


async def link_tokens(session: AsyncSession, asks: Sequence[LinkAsk | tuple[str, str]]) -> list[LinkToken]:
    """A token for each (address, purpose), in their order: the same for the same ask, and it does not run out.

    Raises ContactInvalid.
    """
    key = await keys.organisation_key(session)
    base_url = get_settings().base_url
    found: list[LinkToken] = []
    errors: list[FieldError] = []
    for place, ask in enumerate(asks):
        wanted = ask if isinstance(ask, LinkAsk) else LinkAsk(*ask)
        address = normal_address(wanted.channel, wanted.address)
        if address is None:
            errors.append({"field": f"{place}.address", "message": "This is no address of that channel."})
            continue
        origin = wanted.origin_id.hex if wanted.origin_id else ""
        token = key.seal(_TOKEN, (wanted.channel, address, wanted.purpose, origin))
        found.append(LinkToken(token, f"{base_url}/preferences/{token}", f"{base_url}/u/{token}"))
    if errors:
        raise ContactInvalid("There is no link for what is no address.", errors=errors[:100])
    return found


async def use_token(session: AsyncSession, token: str) -> UsedToken:
    """Whom and what a link is about; the session acts in its organisation from here on. Raises LinkInvalid."""
    channel, address, purpose, origin = await keys.enter(session, _TOKEN, token)
    key = await keys.organisation_key(session)
    kind = cast(Channel, channel)
    return UsedToken(
        channel=kind,
        address=address,
        purpose=purpose,
        origin_id=UUID(origin) if origin else None,
        contact_hash=key.contact_hash(kind, address),
    )
