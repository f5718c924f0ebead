"""Sending domains: their keys, the records to copy, and what DNS says of them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.addresses import normal_email
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import JobContext
from tradewind.modules.email import domain_checks
from tradewind.modules.email.composing import signing
from tradewind.modules.email.domain_checks import Check, Lookup
from tradewind.modules.email.errors import AddressTaken, DeliveryInvalid, DomainNotFound
from tradewind.modules.email.models.delivery import DOMAIN_KEY, EmailDomain
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.schemas.delivery import SendingDomainCheckRead, SendingDomainRead
from tradewind.modules.identity import api as identity

MAX_DOMAINS = 50
_CHECKED_FOR = timedelta(hours=20)


async def list_all(session: AsyncSession) -> list[SendingDomainRead]:
    """All sending domains by name."""
    return [shown(one) for one in await rows.domains(session)]


async def add(session: AsyncSession, name: str) -> SendingDomainRead:
    """Add a domain with a fresh key. Raises DeliveryInvalid, AddressTaken."""
    if normal_email(f"postmaster@{name}") is None:
        raise DeliveryInvalid("This is no domain.", errors=[{"field": "domain", "message": "is no domain"}])
    if len(await rows.domains(session)) >= MAX_DOMAINS:
        raise DeliveryInvalid(f"There are {MAX_DOMAINS} domains already.")
    row = EmailDomain(id=new_id(), organisation_id=actor_of(session).organisation_id, domain=name, version=1, checks=[])
    _new_key(row)
    session.add(row)
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        raise AddressTaken(f"{name} is there already.") from error
    await _audit(session, "added", row)
    return shown(row)


async def renew_key(session: AsyncSession, domain_id: UUID) -> SendingDomainRead:
    """A new key under a new selector: the old record may stay until mails on their way have arrived."""
    row = await _find(session, domain_id, lock=True)
    _new_key(row)
    row.checks, row.aligned, row.checked_at = [], False, None
    row.version += 1
    await session.flush()
    await _audit(session, "key_renewed", row)
    return shown(row)


async def remove(session: AsyncSession, domain_id: UUID) -> None:
    """Forget a domain and its key: its senders' mails leave unsigned."""
    row = await _find(session, domain_id, lock=True)
    await session.delete(row)
    await session.flush()
    await _audit(session, "removed", row)


async def check(context: JobContext, domain_id: UUID, *, lookup: Lookup | None = None) -> SendingDomainRead:
    """Ask DNS about a domain and keep the answer; no transaction is held while it is asked. Raises DomainNotFound."""
    own = context.database.settings
    async with context.transaction() as session:
        row = await _find(session, domain_id)
        senders = [one for one in await rows.senders(session) if one.address.rpartition("@")[2] == row.domain]
        name, selector, public_key = row.domain, row.selector, row.public_key
    checks = await domain_checks.check(
        name, selector, public_key,
        adapters=[one.adapter for one in senders if one.adapter != "local"],
        bounce_domains=[(one.bounce_address or one.address).rpartition("@")[2] for one in senders] or [name],
        blocklists=[zone.strip() for zone in own.mail_blocklists.split(",") if zone.strip()],
        lookup=lookup or domain_checks.resolver(own.dns_server),
    )  # fmt: skip
    async with context.transaction() as session:
        row = await _find(session, domain_id, lock=True)
        if row.selector == selector and not (row.checked_at and _nothing_told(checks)):
            row.checks = [one.data() for one in checks]
            row.aligned = domain_checks.is_aligned(checks)
            row.checked_at = now()
        await session.flush()
        return shown(row)


def _nothing_told(checks: Sequence[Check]) -> bool:
    """DNS was away: what it said before is worth more."""
    return all(one.state == "unknown" for one in checks if one.name in ("spf", "dkim", "dmarc"))


async def check_stale(database: Database, context: JobContext) -> None:
    """Ask DNS again about domains of one organisation that were not checked today."""
    async with context.transaction() as session:
        old = now() - _CHECKED_FOR
        due = [one.id for one in await rows.domains(session) if one.checked_at is not None and one.checked_at < old]
    for domain_id in due:
        await check(context, domain_id)


def shown(row: EmailDomain) -> SendingDomainRead:
    """A domain with the record to copy."""
    return SendingDomainRead(
        id=row.id, domain=row.domain, selector=row.selector, dkim_host=f"{row.selector}._domainkey.{row.domain}",
        dkim_record=domain_checks.dkim_record(row.public_key),
        checks=[SendingDomainCheckRead.model_validate(one) for one in row.checks], aligned=row.aligned,
        checked_at=row.checked_at, version=row.version,
    )  # fmt: skip


def _new_key(row: EmailDomain) -> None:
    private, public = signing.generate()
    row.selector = f"tw{new_id().hex[-8:]}"
    row.private_key_sealed = DOMAIN_KEY.seal(row.id, private)
    row.public_key = public


async def _find(session: AsyncSession, domain_id: UUID, *, lock: bool = False) -> EmailDomain:
    found = await rows.domain(session, domain_id, lock=lock)
    if found is None:
        raise DomainNotFound()
    return found


async def _audit(session: AsyncSession, verb: str, row: EmailDomain) -> None:
    await identity.record(
        session, action=f"email_domain.{verb}", subject_type="email_domain", subject_id=row.id,
        after={"domain": row.domain, "selector": row.selector},
    )  # fmt: skip
