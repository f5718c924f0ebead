"""The mail of a double opt-in: sent when a form was filled in, and only its page confirms."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import mails_consents
from tradewind.modules.email.service import sink
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.events import ConfirmationRequested


@subscriber(ConfirmationRequested)
async def mail_confirmation(session: AsyncSession, event: ConfirmationRequested) -> None:
    """Ask the owner of the address; nothing goes out if it must get no mail at all."""
    content = await privacy.issue_confirmation(session, event.confirmation_id)
    if content is not None:
        await sink.deliver(session, mails_consents.confirmation(content))
