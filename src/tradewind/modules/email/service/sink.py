"""Delivering mails. For now the only way is the local sink: a table, and a line in the log."""

import structlog
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.email.contracts import DeliveredMail, Mail
from tradewind.modules.email.models.sink import BODY, CONTENT, LINK, SunkAttachment, SunkMail

log = structlog.get_logger(__name__)


async def deliver(session: AsyncSession, mail: Mail) -> None:
    """Keep the mail of the session's organisation in the sink; mails about accounts are printed once it commits.

    The link is printed too: on the machine where the sink runs, its log and `tradewind mail` are the mailbox of
    whoever cannot sign in.
    """
    actor = actor_of(session)
    mail_id = new_id()
    body = mail.body.replace("{link}", mail.link or "")
    session.add(
        SunkMail(
            id=mail_id,
            organisation_id=actor.organisation_id,
            kind=mail.kind,
            to_email=mail.to_email,
            to_name=mail.to_name,
            recipient_id=mail.recipient_id,
            subject=mail.subject,
            body_sealed=BODY.seal(mail_id, body),
            link_sealed=LINK.seal(mail_id, mail.link) if mail.link else None,
        )
    )
    await session.flush()
    for attachment in mail.attachments:
        attachment_id = new_id()
        session.add(
            SunkAttachment(
                id=attachment_id,
                organisation_id=actor.organisation_id,
                mail_id=mail_id,
                name=attachment.name,
                content_type=attachment.content_type,
                size=len(attachment.content),
                content_sealed=CONTENT.seal(attachment_id, attachment.content),
            )
        )
    await session.flush()

    # Those about meetings are read in the app; their links are other people's.
    if mail.kind.startswith("meeting"):
        return

    def announce(_: object) -> None:
        log.info("mail.kept_locally", to=mail.to_email, subject=mail.subject, link=mail.link)

    event.listen(session.sync_session, "after_commit", announce, once=True)


async def recent(session: AsyncSession, *, limit: int) -> list[DeliveredMail]:
    """Newest mails of the session's organisation, with their links."""
    rows = await session.scalars(select(SunkMail).order_by(SunkMail.id.desc()).limit(limit))
    return [
        DeliveredMail(row.id, row.kind, row.to_email, row.to_name, row.subject, row.body, row.link, row.created_at)
        for row in rows
    ]
