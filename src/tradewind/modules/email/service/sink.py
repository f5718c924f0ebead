"""Mails of the product itself: by the default sender where there is one, else into the local sink."""

import structlog
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.email.contracts import DeliveredMail, Mail
from tradewind.modules.email.models.sink import BODY, CONTENT, HTML, LINK, SunkAttachment, SunkMail
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import TRANSACTIONAL, NewIntent, Recipient

log = structlog.get_logger(__name__)


async def deliver(session: AsyncSession, mail: Mail) -> None:
    """Send a mail of the session's organisation by its default sender, if its transaction commits.

    Without such a sender it stays in the sink, and mails about accounts are printed. The link is printed too: on the
    machine where the sink runs, its log and `tradewind mail` are the mailbox of whoever cannot sign in.
    """
    actor = actor_of(session)
    mail_id = new_id()
    body = mail.body.replace("{link}", mail.link or "")
    sender = await rows.default_sender(session) if actor.organisation_id is not None else None
    leaves = sender is not None and sender.adapter != "local"
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
            html_sealed=HTML.seal(mail_id, mail.html) if mail.html else None,
            leaves=leaves,
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

    if leaves:
        # The ledger gets a reference only: the mail may carry a secret, and waits sealed.
        intent = NewIntent(
            key=f"mail:{mail_id}", channel="email", recipient=Recipient(address=mail.to_email), purpose=TRANSACTIONAL,
            priority="transactional", content={"mail_id": str(mail_id)},
        )  # fmt: skip
        await sending.intend(session, [intent])
        return

    # Those about meetings are read in the app; their links are other people's.
    if mail.kind.startswith("meeting"):
        return

    def announce(_: object) -> None:
        log.info("mail.kept_locally", to=mail.to_email, subject=mail.subject, link=mail.link)

    event.listen(session.sync_session, "after_commit", announce, once=True)


async def recent(session: AsyncSession, *, limit: int) -> list[DeliveredMail]:
    """Newest mails of the session's organisation, with their links."""
    rows = await session.scalars(
        select(SunkMail).where(SunkMail.leaves.is_(False)).order_by(SunkMail.id.desc()).limit(limit)
    )
    return [
        DeliveredMail(row.id, row.kind, row.to_email, row.to_name, row.subject, row.body, row.link, row.created_at)
        for row in rows
    ]
