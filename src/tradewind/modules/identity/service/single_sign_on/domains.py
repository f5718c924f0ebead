"""E-mail domains: whose they are is proven by DNS, or by an administrator whose own proven address is in them."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Conflict, Invalid
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors import InvalidEmail
from tradewind.modules.identity.errors_sso import DomainNotFound, DomainNotProven, DomainTaken, NobodyKeepsPassword
from tradewind.modules.identity.models.single_sign_on import SsoDomain
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import single_sign_on as repository
from tradewind.modules.identity.service import addresses, audit
from tradewind.modules.identity.service.acting import acting_as, as_user
from tradewind.modules.identity.service.secrets import new_secret
from tradewind.modules.identity.service.single_sign_on import connections
from tradewind.modules.identity.service.single_sign_on.provisioning import domain_of

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

MAX_DOMAINS = 100
RECORD_PREFIX = "_tradewind"
VALUE_PREFIX = "tradewind-domain="
_DNS_SECONDS = 5.0
# Addresses of these are open to anyone, so nobody speaks for all of them.
FREE_MAIL = frozenset(
    re.findall(
        r"\S+",
        """
        126.com 163.com aol.com bk.ru daum.net fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch
        gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es
        hotmail.fr hotmail.it icloud.com inbox.ru laposte.net libero.it list.ru live.co.uk live.com live.de live.fr
        mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com orange.fr outlook.com outlook.de outlook.es
        outlook.fr pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com sina.com t-online.de tutanota.com
        virgilio.it wanadoo.fr web.de yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de
        yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com
        """,
    )
)
Proof = Literal["dns", "administrator"]


def resolver() -> "Resolver":
    """The system's name servers, asked anew each time."""
    from dns.asyncresolver import Resolver  # here: every start would wait for it

    found = Resolver()
    found.lifetime = _DNS_SECONDS
    return found


async def listed(session: AsyncSession) -> Sequence[SsoDomain]:
    """Claimed domains by name."""
    return await repository.domains(session)


async def claim(session: AsyncSession, name: str, connection_id: UUID | None) -> SsoDomain:
    """Claim a domain; it counts once it is proven. Raises Invalid, DomainTaken, ConnectionNotFound."""
    domain = _normal(name)
    if connection_id is not None:
        await connections.find(session, connection_id)
    known = await repository.domains(session)
    if any(row.domain == domain for row in known):
        raise DomainTaken(f"{domain} is on your list already.")
    if len(known) >= MAX_DOMAINS:
        raise Conflict(f"An organisation has at most {MAX_DOMAINS} domains.", code="identity.sso_too_many")
    added = SsoDomain(
        organisation_id=connections.organisation_of(session),
        domain=domain,
        connection_id=connection_id,
        dns_value=VALUE_PREFIX + new_secret(),
    )
    session.add(added)
    await session.flush()
    await _record(session, added, "sso_domain.claimed", after={"domain": domain})
    return added


async def prove(session: AsyncSession, domain_id: UUID, proof: Proof) -> SsoDomain:
    """Prove a claimed domain now. Raises DomainNotFound, DomainNotProven with what is missing, DomainTaken."""
    found = await _find(session, domain_id)
    if proof == "dns":
        await _check_dns(found)
        await repository.outweigh(session, found.domain)
    elif found.proof == "dns":
        return found
    else:
        await _check_administrator(session, found)
    name = found.domain
    try:
        async with session.begin_nested():
            found.proof, found.proven_at = proof, now()
    except IntegrityError as error:
        raise DomainTaken(
            f"Another organisation has proven {name}. Prove it by DNS to take precedence over an "
            "administrator's word; if the other proof is by DNS too, remove their record from your zone."
        ) from error
    await _record(session, found, "sso_domain.proven", after={"domain": found.domain, "proof": proof})
    return found


async def change(
    session: AsyncSession, domain_id: UUID, *, connection_id: UUID | None = None, required: bool | None = None
) -> SsoDomain:
    """Choose the domain's connection, or demand single sign-on of its members: their other sessions then end.

    Raises DomainNotFound, DomainNotProven, NobodyKeepsPassword, ConnectionNotFound.
    """
    found = await _find(session, domain_id)
    before = {"connection_id": found.connection_id, "required": found.required}
    if connection_id is not None:
        found.connection_id = (await connections.find(session, connection_id)).id
    if required and not found.required:
        await _check_may_require(session, found)
    if required is not None:
        found.required = required
    await session.flush()
    after = {"connection_id": found.connection_id, "required": found.required}
    if after == before:
        return found
    if found.required and not before["required"]:
        await _end_sessions(session, found)
    await _record(session, found, "sso_domain.updated", before=before, after=after)
    return found


async def remove(session: AsyncSession, domain_id: UUID) -> None:
    """Give a domain up. Raises DomainNotFound."""
    found = await _find(session, domain_id)
    before = {"domain": found.domain, "proof": found.proof, "required": found.required}
    await session.delete(found)
    await session.flush()
    await _record(session, found, "sso_domain.removed", before=before)


def record_name(domain: str) -> str:
    """Where the TXT record belongs."""
    return f"{RECORD_PREFIX}.{domain}"


async def _find(session: AsyncSession, domain_id: UUID) -> SsoDomain:
    found = await repository.domain(session, domain_id)
    if found is None:
        raise DomainNotFound()
    return found


async def _check_dns(found: SsoDomain) -> None:
    from dns.exception import DNSException, Timeout

    name = record_name(found.domain)
    try:
        answer = await resolver().resolve(name, "TXT")
    except Timeout as error:
        raise DomainNotProven(f"The name servers did not answer for {name} in time. Try again later.") from error
    except DNSException as error:
        raise DomainNotProven(
            f"There is no TXT record at {name} yet. Add it with the value {found.dns_value}; it may take a while "
            "to be seen everywhere."
        ) from error
    texts = [b"".join(record.strings).decode("ascii", "replace") for record in answer]
    if found.dns_value not in texts:
        raise DomainNotProven(f"The TXT record at {name} has another value. It must be {found.dns_value}.")


async def _check_administrator(session: AsyncSession, found: SsoDomain) -> None:
    user_id = actor_of(session).user_id
    user = await account_repository.user(session, user_id) if user_id else None
    if user is None or domain_of(user.email_key) != found.domain:
        raise DomainNotProven(
            f"Your own e-mail address is not at {found.domain}. Let an administrator do this whose address is, or "
            "prove the domain by DNS."
        )
    if user.email_verified_at is None:
        raise DomainNotProven("Confirm your own e-mail address first: follow the link in the mail we sent you.")


async def _check_may_require(session: AsyncSession, found: SsoDomain) -> None:
    if found.proven_at is None:
        raise DomainNotProven(f"Prove that {found.domain} is yours first.")
    if not any(row.enabled for row in await connections.listed(session)):
        raise Conflict("Switch a connection on first.", code="identity.sso_no_connection")
    if not any(row.keeps_password for row in await connections.administrators(session)):
        raise NobodyKeepsPassword("Choose the administrators who keep their password, in case the provider fails.")


async def _end_sessions(session: AsyncSession, found: SsoDomain) -> None:
    current = actor_of(session)
    for user_id in await repository.members_of_domain(session, found.organisation_id, found.domain):
        async with acting_as(session, as_user(user_id, found.organisation_id)):
            await repository.end_other_sessions(session, user_id, but=current.session_id)
    await authenticator.forget_sessions_at_commit(session)


def _normal(name: str) -> str:
    try:
        domain = domain_of(addresses.normalise(f"someone@{name.strip().removeprefix('@')}")[1])
    except InvalidEmail as error:
        raise _invalid("This is not a domain such as example.com.") from error
    if domain in FREE_MAIL:
        raise _invalid(f"Addresses at {domain} are open to anyone, so no organisation can claim it.")
    return domain


def _invalid(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "domain", "message": message}])


async def _record(session: AsyncSession, found: SsoDomain, action: str, **what: dict[str, object]) -> None:
    await audit.record(session, action=action, subject_type="sso_domain", subject_id=found.id, **what)  # type: ignore[arg-type]
