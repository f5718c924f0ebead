"""What other modules may ask of privacy: may this be sent there, what was allowed or refused, links for messages."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.privacy.contracts import ContactAsk, Standing
from tradewind.modules.privacy.service import asking

__all__ = ["standings"]


async def standings(session: AsyncSession, asks: Sequence[ContactAsk]) -> list[Standing]:
    """Whether each message may go out, and why or why not, in the order asked; one query for all of them.

    An address that is none, or an unknown purpose, is not allowed either.
    """
    return await asking.standings(session, asks)
