"""HTTP of senders, sending domains, ways in, and what became of mails."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.email.schemas.delivery import (
    AdapterRead,
    ArrivalKind,
    ArrivalRead,
    DeliveryDetail,
    DeliveryRead,
    DeliveryStatus,
    MailboxCreate,
    MailboxRead,
    MailboxUpdate,
    SenderCheckRead,
    SenderCreate,
    SenderRead,
    SenderUpdate,
    SendingDomainCreate,
    SendingDomainRead,
    TestMailCreate,
    TestMailRead,
)
from tradewind.modules.email.service import deliveries, domains, mailboxes, senders

router = Router(tags=["E-mail delivery"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=2048)]
_READ = requires("email:read")
_WRITE = requires("email:write")
# Whoever sets these up decides where secrets go.
_SETUP = requires("email:write", people=True)
_ASKS_OUTSIDE = rate_limit("email_setup", "30/minute", key="actor")


@router.get("/email-adapters", dependencies=[_READ])
async def list_email_adapters() -> list[AdapterRead]:
    """Ways for mails to leave, with the settings each needs."""
    return senders.adapters()


@router.get("/email-senders", dependencies=[_READ])
async def list_email_senders(session: Session) -> list[SenderRead]:
    """All senders with their health, the default first. Secrets are never shown."""
    return await senders.list_all(session)


@router.post("/email-senders", status_code=201, dependencies=[_SETUP])
async def create_email_sender(session: Session, data: SenderCreate) -> SenderRead:
    """Add a sender; the first one becomes the default, by which the product's own mails leave."""
    return await senders.add(session, data)


@router.get("/email-senders/{sender_id:uuid}", dependencies=[_READ])
async def read_email_sender(session: Session, sender_id: UUID, response: Response) -> SenderRead:
    """One sender."""
    found = await senders.one(session, sender_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/email-senders/{sender_id:uuid}", dependencies=[_SETUP])
async def update_email_sender(
    session: Session, sender_id: UUID, data: SenderUpdate, response: Response, if_match: IfMatch = None
) -> SenderRead:
    """Change a sender, pause it, or resume it after its breaker stopped it."""
    changed = await senders.change(session, sender_id, data, if_match)
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.delete("/email-senders/{sender_id:uuid}", status_code=204, dependencies=[_SETUP])
async def delete_email_sender(session: Session, sender_id: UUID) -> None:
    """Remove a sender and its secrets."""
    await senders.remove(session, sender_id)


@router.post("/email-senders/{sender_id:uuid}/checks", dependencies=[_WRITE, _ASKS_OUTSIDE])
async def check_email_sender(request: Request, actor: CurrentActor, sender_id: UUID) -> SenderCheckRead:
    """Ask the server or provider whether it would take mails; nothing is sent."""
    return await senders.check(request.app.state.database, actor, sender_id)


@router.post("/email-senders/{sender_id:uuid}/tests", status_code=201, dependencies=[_SETUP, _ASKS_OUTSIDE])
async def send_test_mail(session: Session, sender_id: UUID, data: TestMailCreate) -> TestMailRead:
    """Send a test mail by way of everything a mail goes through; the outbox shows what becomes of it."""
    return await senders.test_mail(session, sender_id, data.to)


@router.get("/email-domains", dependencies=[_READ])
async def list_email_domains(session: Session) -> list[SendingDomainRead]:
    """Sending domains with the records to copy and what DNS said last."""
    return await domains.list_all(session)


@router.post("/email-domains", status_code=201, dependencies=[_WRITE])
async def create_email_domain(session: Session, data: SendingDomainCreate) -> SendingDomainRead:
    """Add a sending domain: mails from it are signed with a key of its own."""
    return await domains.add(session, data.domain)


@router.post("/email-domains/{domain_id:uuid}/checks", dependencies=[_WRITE, _ASKS_OUTSIDE])
async def check_email_domain(request: Request, actor: CurrentActor, domain_id: UUID) -> SendingDomainRead:
    """Ask DNS about SPF, DKIM, DMARC, alignment, the way back of bounces, and blocklists."""
    return await domains.check(JobContext(request.app.state.database, actor, "email.check"), domain_id)


@router.post("/email-domains/{domain_id:uuid}/keys", status_code=201, dependencies=[_WRITE])
async def renew_email_domain_key(session: Session, domain_id: UUID) -> SendingDomainRead:
    """Make a new key under a new name. Add its record before mails leave again."""
    return await domains.renew_key(session, domain_id)


@router.delete("/email-domains/{domain_id:uuid}", status_code=204, dependencies=[_WRITE])
async def delete_email_domain(session: Session, domain_id: UUID) -> None:
    """Remove a sending domain and its key: mails from it leave unsigned."""
    await domains.remove(session, domain_id)


@router.get("/email-mailboxes", dependencies=[_READ])
async def list_email_mailboxes(session: Session) -> list[MailboxRead]:
    """Ways in for bounces and replies."""
    return await mailboxes.list_all(session)


@router.post("/email-mailboxes", status_code=201, dependencies=[_SETUP, _ASKS_OUTSIDE])
async def create_email_mailbox(request: Request, actor: CurrentActor, data: MailboxCreate) -> MailboxRead:
    """Connect a mailbox by IMAP, or open an address that takes raw mails. What is there already is not read."""
    return await mailboxes.add(request.app.state.database, actor, data)


@router.patch("/email-mailboxes/{mailbox_id:uuid}", dependencies=[_SETUP])
async def update_email_mailbox(
    session: Session, mailbox_id: UUID, data: MailboxUpdate, response: Response, if_match: IfMatch = None
) -> MailboxRead:
    """Rename or stop a way in, renew its address or its password."""
    changed = await mailboxes.change(session, mailbox_id, data, if_match)
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.delete("/email-mailboxes/{mailbox_id:uuid}", status_code=204, dependencies=[_SETUP])
async def delete_email_mailbox(session: Session, mailbox_id: UUID) -> None:
    """Close a way in."""
    await mailboxes.remove(session, mailbox_id)


@router.get("/email-deliveries", dependencies=[_READ])
async def list_email_deliveries(
    session: Session,
    limit: Limit = 25,
    cursor: Cursor = None,
    status: Annotated[list[DeliveryStatus] | None, Query(max_length=7)] = None,
    sender_id: UUID | None = None,
    domain: Annotated[str | None, Query(min_length=3, max_length=253, description="The receiving domain")] = None,
) -> Page[DeliveryRead]:
    """Mails and what became of them, newest first."""
    return await deliveries.page(
        session, statuses=status, sender_id=sender_id, domain=domain, cursor=cursor, limit=limit
    )


@router.get("/email-deliveries/{delivery_id:uuid}", dependencies=[_READ])
async def read_email_delivery(session: Session, delivery_id: UUID) -> DeliveryDetail:
    """A mail, and all that providers and mailboxes said of it. Its id is that of its message in the outbox."""
    return await deliveries.one(session, delivery_id)


@router.get("/email-arrivals", dependencies=[_READ])
async def list_email_arrivals(
    session: Session,
    limit: Limit = 25,
    cursor: Cursor = None,
    kind: Annotated[list[ArrivalKind] | None, Query(max_length=10)] = None,
) -> Page[ArrivalRead]:
    """Mails that came in and what they were taken for, newest first."""
    return await deliveries.arrivals(session, kinds=kind, cursor=cursor, limit=limit)
