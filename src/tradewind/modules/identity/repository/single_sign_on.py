"""SQL of single sign-on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.models import Membership, User, UserSession
from tradewind.modules.identity.models.single_sign_on import (
    SsoAssertion,
    SsoAttempt,
    SsoConnection,
    SsoDomain,
    SsoLink,
    SsoRequest,
)

KEPT_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Where:
    """The organisation and connection that an address or state leads to."""

    organisation_id: UUID
    id: UUID


async def by_domain(session: AsyncSession, domain: str) -> Where | None:
    """The enabled connection for a proven domain, whoever asks."""
    row = (await session.execute(text("SELECT * FROM identity_sso_domain(:domain)"), {"domain": domain})).first()
    return Where(row.organisation_id, row.connection_id) if row else None


async def organisation_of(session: AsyncSession, connection_id: UUID) -> UUID | None:
    """Whose connection it is, whoever asks."""
    return await session.scalar(text("SELECT identity_sso_connection(:id)"), {"id": connection_id})


async def by_state(session: AsyncSession, state_hash: bytes) -> Where | None:
    """A started sign-in by its state, whoever asks; `id` is the request's."""
    row = (await session.execute(text("SELECT * FROM identity_sso_request(:hash)"), {"hash": state_hash})).first()
    return Where(row.organisation_id, row.request_id) if row else None


async def is_required(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the owner of the user's domain demands single sign-on of them, whoever asks."""
    return bool(await session.scalar(text("SELECT identity_sso_required(:id)"), {"id": user_id}))


async def connections(session: AsyncSession) -> Sequence[SsoConnection]:
    """Connections of the organisation, oldest first."""
    return (await session.scalars(select(SsoConnection).order_by(SsoConnection.created_at, SsoConnection.id))).all()


async def connection(session: AsyncSession, connection_id: UUID, *, lock: bool = False) -> SsoConnection | None:
    """A connection of the organisation."""
    statement = select(SsoConnection).where(SsoConnection.id == connection_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def link_counts(session: AsyncSession) -> dict[UUID, int]:
    """How many people are linked, by connection."""
    rows = await session.execute(select(SsoLink.connection_id, func.count()).group_by(SsoLink.connection_id))
    return {row[0]: row[1] for row in rows}


async def domains(session: AsyncSession) -> Sequence[SsoDomain]:
    """Claimed domains of the organisation by name."""
    return (await session.scalars(select(SsoDomain).order_by(SsoDomain.domain))).all()


async def domain(session: AsyncSession, domain_id: UUID) -> SsoDomain | None:
    """A claimed domain of the organisation."""
    return await session.scalar(select(SsoDomain).where(SsoDomain.id == domain_id).with_for_update())


async def proven_domain(session: AsyncSession, name: str) -> SsoDomain | None:
    """A domain that the organisation has proven."""
    return await session.scalar(select(SsoDomain).where(SsoDomain.domain == name, SsoDomain.proven_at.is_not(None)))


async def outweigh(session: AsyncSession, name: str) -> None:
    """Take a domain from other organisations that have only an administrator's word for it."""
    await session.execute(text("SELECT identity_sso_outweigh(:domain)"), {"domain": name})


async def members_of_domain(session: AsyncSession, organisation_id: UUID, name: str) -> Sequence[UUID]:
    """Active members whose address is in the domain and who are not among those who keep their password."""
    return (
        await session.scalars(
            select(User.id)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.active,
                Membership.removed_at.is_(None),
                ~Membership.keeps_password,
                User.email_key.like("%@" + name.replace("\\", "").replace("%", "").replace("_", "\\_")),
            )
        )
    ).all()


async def end_other_sessions(session: AsyncSession, user_id: UUID, *, but: UUID | None) -> None:
    """End the acting user's sessions that did not begin with single sign-on."""
    await session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.id != (but or user_id),
            ~UserSession.methods.contains(["sso"]),
        )
        .values(revoked_at=now(), revoked_reason="single sign-on is required")
    )


async def forget_links(session: AsyncSession, connection_id: UUID) -> None:
    """Forget all linked identities of a connection."""
    await session.execute(delete(SsoLink).where(SsoLink.connection_id == connection_id))


async def link(session: AsyncSession, connection_id: UUID, issuer: str, subject: str) -> SsoLink | None:
    """Who an identity of a provider is."""
    return await session.scalar(
        select(SsoLink).where(
            SsoLink.connection_id == connection_id, SsoLink.issuer == issuer, SsoLink.subject == subject
        )
    )


async def link_of_user(session: AsyncSession, connection_id: UUID, user_id: UUID) -> SsoLink | None:
    """Which identity of a provider a user has."""
    return await session.scalar(
        select(SsoLink).where(SsoLink.connection_id == connection_id, SsoLink.user_id == user_id)
    )


async def links(session: AsyncSession, connection_id: UUID, *, limit: int = 500) -> Sequence[Any]:
    """`(id, user_id, name, email, subject, last_used_at)` of linked people, last seen first."""
    statement = (
        select(SsoLink.id, SsoLink.user_id, User.name, User.email, SsoLink.subject, SsoLink.last_used_at)
        .join(User, User.id == SsoLink.user_id)
        .where(SsoLink.connection_id == connection_id)
        .order_by(SsoLink.last_used_at.desc(), SsoLink.id)
        .limit(limit)
    )
    return (await session.execute(statement)).all()


async def remove_link(session: AsyncSession, connection_id: UUID, link_id: UUID) -> UUID | None:
    """Forget a linked identity; returns whose it was."""
    return await session.scalar(
        delete(SsoLink).where(SsoLink.id == link_id, SsoLink.connection_id == connection_id).returning(SsoLink.user_id)
    )


async def member_by_address(session: AsyncSession, organisation_id: UUID, email_key: str) -> UUID | None:
    """A present or former member with the address; the active first, then the one who proved it."""
    return await session.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, User.email_key == email_key)
        .order_by(
            Membership.removed_at.is_not(None), Membership.active.desc(), User.email_verified_at.nulls_last(), User.id
        )
        .limit(1)
    )


async def add_request(session: AsyncSession, request: SsoRequest) -> None:
    """Store a started sign-in, and forget those that ended an hour ago."""
    hour_ago = text("expires_at < :moment - interval '1 hour'").bindparams(moment=now())
    await session.execute(delete(SsoRequest).where(hour_ago))
    session.add(request)
    await session.flush()


async def locked_request(session: AsyncSession, request_id: UUID) -> SsoRequest | None:
    """A started sign-in, held so that an answer counts once."""
    return await session.scalar(
        select(SsoRequest)
        .where(SsoRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def remember_assertion(
    session: AsyncSession, organisation_id: UUID, connection_id: UUID, assertion_hash: bytes, expires_at: datetime
) -> bool:
    """Note an accepted assertion until it expires; False if it was accepted before."""
    await session.execute(delete(SsoAssertion).where(SsoAssertion.expires_at < now()))
    stored = await session.scalar(
        insert(SsoAssertion)
        .values(
            id=new_id(),
            organisation_id=organisation_id,
            connection_id=connection_id,
            assertion_hash=assertion_hash,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing(index_elements=["connection_id", "assertion_hash"])
        .returning(SsoAssertion.id)
    )
    return stored is not None


async def add_attempt(session: AsyncSession, attempt: SsoAttempt) -> None:
    """Store how a sign-in ended; of each connection the newest stay."""
    session.add(attempt)
    await session.flush()
    kept = (
        select(SsoAttempt.id)
        .where(SsoAttempt.connection_id == attempt.connection_id)
        .order_by(SsoAttempt.id.desc())
        .limit(KEPT_ATTEMPTS)
    )
    await session.execute(
        delete(SsoAttempt).where(SsoAttempt.connection_id == attempt.connection_id, SsoAttempt.id.not_in(kept))
    )


async def attempts(session: AsyncSession, connection_id: UUID) -> Sequence[SsoAttempt]:
    """Past sign-ins of a connection, newest first."""
    return (
        await session.scalars(
            select(SsoAttempt)
            .where(SsoAttempt.connection_id == connection_id)
            .order_by(SsoAttempt.id.desc())
            .limit(KEPT_ATTEMPTS)
        )
    ).all()


async def administrators(session: AsyncSession, organisation_id: UUID) -> Sequence[Any]:
    """`(id, name, email, keeps_password)` of the active administrators by name."""
    statement = (
        select(User.id, User.name, User.email, Membership.keeps_password)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == "admin",
            Membership.active,
            Membership.removed_at.is_(None),
        )
        .order_by(func.lower(User.name), User.id)
    )
    return (await session.execute(statement)).all()


async def set_password_keepers(session: AsyncSession, organisation_id: UUID, user_ids: set[UUID]) -> None:
    """Mark exactly these members as keeping their password."""
    await session.execute(
        update(Membership)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.keeps_password != Membership.user_id.in_(user_ids),
        )
        .values(keeps_password=Membership.user_id.in_(user_ids))
        .execution_options(synchronize_session=False)
    )
