"""SQL of provisioning: tokens, people and groups as the identity provider knows them, rules, past requests."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.models import Membership, User, UserSession
from tradewind.modules.identity.models.scim import (
    ScimGroup,
    ScimPerson,
    ScimRequestLog,
    ScimSettings,
    ScimToken,
)
from tradewind.modules.identity.models.single_sign_on import SsoDomain

KEPT_REQUESTS = 1000

_FORGET_GONE = text("""
    DELETE FROM scim_people p WHERE NOT EXISTS (SELECT FROM memberships m
        WHERE m.organisation_id = p.organisation_id AND m.user_id = p.user_id AND m.removed_at IS NULL)
""")
# A version-4 id is enough here: nothing sorts by it.
_MEET_NEW = text("""
    INSERT INTO scim_people (id, organisation_id, user_id, user_name, user_name_key, created_at, updated_at)
    SELECT gen_random_uuid(), m.organisation_id, m.user_id, u.email, lower(normalize(u.email, NFC)),
           m.created_at, m.created_at
    FROM memberships m JOIN users u ON u.id = m.user_id
    WHERE m.organisation_id = :organisation_id AND m.removed_at IS NULL
      AND NOT EXISTS (SELECT FROM scim_people p
                      WHERE p.organisation_id = m.organisation_id AND p.user_id = m.user_id)
    ON CONFLICT DO NOTHING
""")


def key_of(name: str) -> str:
    """The form in which user and group names are compared: NFC, lower case, as the SCIM library compares them."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the identity provider sees them; `groups` are (id, name)."""

    id: UUID
    user_id: UUID
    user_name: str
    external_id: str | None
    attributes: dict[str, Any]
    active_unassigned: bool
    provisioned_at: datetime | None
    created_at: datetime
    updated_at: datetime
    name: str
    email: str
    role: str
    active: bool
    groups: list[tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group; `members` are ids of people, None where they were not asked for."""

    id: UUID
    version: int
    display_name: str
    external_id: str | None
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    members: list[UUID] | None


async def find_token(session: AsyncSession, token_hash: bytes) -> tuple[UUID, UUID, str] | None:
    """`(token id, organisation id, name)` of a token that is neither revoked nor expired, whoever asks."""
    row = (await session.execute(text("SELECT * FROM identity_scim_token(:hash)"), {"hash": token_hash})).first()
    return (row.token_id, row.organisation_id, row.name) if row else None


async def tokens(session: AsyncSession) -> Sequence[ScimToken]:
    """Tokens of the organisation that are not revoked, newest first."""
    statement = select(ScimToken).where(ScimToken.revoked_at.is_(None)).order_by(ScimToken.created_at.desc())
    return (await session.scalars(statement.limit(200))).all()


async def token(session: AsyncSession, token_id: UUID) -> ScimToken | None:
    """A token that is not revoked, held until the transaction ends."""
    return await session.scalar(
        select(ScimToken).where(ScimToken.id == token_id, ScimToken.revoked_at.is_(None)).with_for_update()
    )


async def settings(session: AsyncSession) -> ScimSettings | None:
    """The organisation's rules, if it ever saved any."""
    return await session.scalar(select(ScimSettings))


async def meet_members(session: AsyncSession, organisation_id: UUID) -> None:
    """Give every member an entry, and forget those who were removed: what is listed is who is a member."""
    await session.execute(_FORGET_GONE)
    await session.execute(_MEET_NEW, {"organisation_id": organisation_id})


async def people(
    session: AsyncSession,
    *,
    ids: Sequence[UUID] | None = None,
    limit: int | None = None,
    offset: int = 0,
    newest_change: bool = False,
) -> list[Person]:
    """Members in the order they were met; `newest_change` lists those the identity provider wrote, latest first."""
    statement = (
        select(ScimPerson, User.name, User.email, Membership.role, Membership.active, Membership.updated_at)
        .join(User, User.id == ScimPerson.user_id)
        .join(
            Membership,
            (Membership.user_id == ScimPerson.user_id)
            & (Membership.organisation_id == ScimPerson.organisation_id)
            & Membership.removed_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    if newest_change:
        statement = statement.where(ScimPerson.provisioned_at.is_not(None)).order_by(
            ScimPerson.updated_at.desc(), ScimPerson.id
        )
    else:
        statement = statement.order_by(ScimPerson.created_at, ScimPerson.id)
    if ids is not None:
        statement = statement.where(ScimPerson.id.in_(ids))
    rows = (await session.execute(statement.offset(offset).limit(limit))).all()
    groups = await _groups_of(session, [row.ScimPerson.id for row in rows])
    return [
        Person(
            id=row.ScimPerson.id,
            user_id=row.ScimPerson.user_id,
            user_name=row.ScimPerson.user_name,
            external_id=row.ScimPerson.external_id,
            attributes=row.ScimPerson.attributes,
            active_unassigned=row.ScimPerson.active_unassigned,
            provisioned_at=row.ScimPerson.provisioned_at,
            created_at=row.ScimPerson.created_at,
            updated_at=max(row.ScimPerson.updated_at, row.updated_at),
            name=row.name,
            email=row.email,
            role=row.role,
            active=row.active,
            groups=groups.get(row.ScimPerson.id, []),
        )
        for row in rows
    ]


async def person_ids(session: AsyncSession, equal: dict[str, str], *, limit: int) -> list[UUID]:
    """Ids of entries by exact columns, in the order they were met."""
    statement = select(ScimPerson.id).filter_by(**equal).order_by(ScimPerson.created_at, ScimPerson.id)
    return list((await session.scalars(statement.limit(limit))).all())


async def group_ids(session: AsyncSession, equal: dict[str, str], *, limit: int) -> list[UUID]:
    """Ids of groups by exact columns, in the order they were made."""
    statement = select(ScimGroup.id).filter_by(**equal).order_by(ScimGroup.created_at, ScimGroup.id)
    return list((await session.scalars(statement.limit(limit))).all())


async def count_people(session: AsyncSession, *, provisioned: bool = False) -> int:
    """How many members have an entry, or have been written by the identity provider."""
    statement = select(func.count()).select_from(ScimPerson)
    if provisioned:
        statement = statement.where(ScimPerson.provisioned_at.is_not(None))
    return await session.scalar(statement) or 0


async def person_row(session: AsyncSession, **equal: Any) -> ScimPerson | None:
    """One entry by exact columns, read fresh."""
    statement = select(ScimPerson).filter_by(**equal).execution_options(populate_existing=True)
    return await session.scalar(statement.limit(1))


async def owns_domain(session: AsyncSession, domain: str) -> bool:
    """Whether the organisation has proven by DNS that an e-mail domain is its own."""
    found = await session.scalar(
        select(SsoDomain.id).where(SsoDomain.domain == domain, SsoDomain.proof == "dns").limit(1)
    )
    return found is not None


async def belongs_elsewhere(session: AsyncSession, user_id: UUID, organisation_id: UUID) -> bool:
    """Whether a user is a member of any other organisation of the installation."""
    return bool(
        await session.scalar(
            text("SELECT identity_belongs_elsewhere(:user_id, :organisation_id)"),
            {"user_id": user_id, "organisation_id": organisation_id},
        )
    )


async def end_sessions(session: AsyncSession, user_id: UUID, organisation_id: UUID) -> list[UUID]:
    """Revoke a user's sessions that work in the organisation; the transaction must act for the user."""
    ended = await session.scalars(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.active_organisation_id == organisation_id,
            UserSession.revoked_at.is_(None),
        )
        .values(revoked_at=now(), revoked_reason="deactivated by provisioning")
        .returning(UserSession.id)
    )
    return list(ended.all())


async def groups(
    session: AsyncSession,
    *,
    ids: Sequence[UUID] | None = None,
    limit: int | None = None,
    offset: int = 0,
    with_members: bool = True,
) -> list[GroupState]:
    """Groups in the order they were made."""
    statement = select(ScimGroup).order_by(ScimGroup.created_at, ScimGroup.id)
    if ids is not None:
        statement = statement.where(ScimGroup.id.in_(ids))
    statement = statement.offset(offset).limit(limit).execution_options(populate_existing=True)
    rows = (await session.scalars(statement)).all()
    members = await _members_of(session, [row.id for row in rows]) if with_members else None
    return [
        GroupState(
            row.id, row.version, row.display_name, row.external_id, row.attributes, row.created_at, row.updated_at,
            None if members is None else members.get(row.id, []),
        )
        for row in rows
    ]  # fmt: skip


async def group_row(session: AsyncSession, group_id: UUID) -> ScimGroup | None:
    """One group, read fresh."""
    return await session.get(ScimGroup, group_id, populate_existing=True)


async def count_groups(session: AsyncSession) -> int:
    """How many groups there are."""
    return await session.scalar(select(func.count()).select_from(ScimGroup)) or 0


async def group_sizes(session: AsyncSession, *, limit: int) -> list[tuple[UUID, str, int, datetime]]:
    """`(id, name, members, last change)` of groups by name."""
    rows = await session.execute(
        text("""
            SELECT g.id, g.display_name, (SELECT count(*) FROM scim_group_members m WHERE m.group_id = g.id) AS members,
                   g.updated_at
            FROM scim_groups g ORDER BY g.display_name_key, g.id LIMIT :limit
        """),
        {"limit": limit},
    )
    return [(row.id, row.display_name, row.members, row.updated_at) for row in rows]


async def known_people(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these ids are entries of the organisation."""
    return set((await session.scalars(select(ScimPerson.id).where(ScimPerson.id.in_(ids)))).all())


async def set_members(
    session: AsyncSession, organisation_id: UUID, group_id: UUID, wanted: Sequence[UUID]
) -> set[UUID]:
    """Make `wanted` the members of a group; returns the ids of the people who came or went."""
    values = {"group_id": group_id, "organisation_id": organisation_id, "wanted": list(wanted)}
    gone = await session.scalars(
        text(
            "DELETE FROM scim_group_members WHERE group_id = :group_id "
            "AND NOT person_id = ANY (CAST(:wanted AS uuid[])) RETURNING person_id"
        ),
        values,
    )
    changed = set(gone.all())
    come = await session.scalars(
        text(
            "INSERT INTO scim_group_members (group_id, person_id, organisation_id) "
            "SELECT :group_id, unnest(CAST(:wanted AS uuid[])), :organisation_id "
            "ON CONFLICT DO NOTHING RETURNING person_id"
        ),
        values,
    )
    changed |= set(come.all())
    if wanted:
        await session.execute(
            update(ScimPerson)
            .where(ScimPerson.id.in_(wanted), ScimPerson.provisioned_at.is_(None))
            .values(provisioned_at=now())
        )
    return changed


async def members_of(session: AsyncSession, group_id: UUID) -> list[UUID]:
    """Ids of the people in a group."""
    rows = await session.scalars(
        text("SELECT person_id FROM scim_group_members WHERE group_id = :group_id"), {"group_id": group_id}
    )
    return list(rows.all())


async def touch_groups_of(session: AsyncSession, person_id: UUID) -> None:
    """Give the groups of a person a new version, before the person leaves them."""
    await session.execute(
        update(ScimGroup)
        .where(
            ScimGroup.id.in_(
                text("SELECT group_id FROM scim_group_members WHERE person_id = :person").bindparams(person=person_id)
            )
        )
        .values(version=ScimGroup.version + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )


async def roles_of(session: AsyncSession, person_ids: Sequence[UUID] | None) -> list[tuple[UUID, str, list[str]]]:
    """`(user id, role, keys of their groups)` of provisioned members; of all of them where no ids are given."""
    rows = await session.execute(
        text("""
            SELECT p.user_id, m.role, coalesce(array_agg(g.display_name_key) FILTER (WHERE g.id IS NOT NULL), '{}')
                   AS group_keys
            FROM scim_people p
            JOIN memberships m ON m.organisation_id = p.organisation_id AND m.user_id = p.user_id
                AND m.removed_at IS NULL
            LEFT JOIN scim_group_members gm ON gm.person_id = p.id
            LEFT JOIN scim_groups g ON g.id = gm.group_id
            WHERE p.provisioned_at IS NOT NULL
              AND (CAST(:all AS boolean) OR p.id = ANY (CAST(:ids AS uuid[])))
            GROUP BY p.user_id, m.role
        """),
        {"all": person_ids is None, "ids": list(person_ids or [])},
    )
    return [(row.user_id, row.role, list(row.group_keys)) for row in rows]


async def delete_person(session: AsyncSession, person_id: UUID) -> None:
    """Forget an entry; its places in groups go with it."""
    await session.execute(delete(ScimPerson).where(ScimPerson.id == person_id))


async def delete_group(session: AsyncSession, group_id: UUID) -> None:
    """Forget a group."""
    await session.execute(delete(ScimGroup).where(ScimGroup.id == group_id))


async def log_request(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep how a request ended."""
    await session.execute(insert(ScimRequestLog).values(**values))


async def used(session: AsyncSession, token_id: UUID, *, unless_since: datetime) -> None:
    """Note the use of a token; one used since then is left alone, so that requests do not queue for its row."""
    await session.execute(
        update(ScimToken)
        .where(
            ScimToken.id == token_id,
            (ScimToken.last_used_at.is_(None)) | (ScimToken.last_used_at < unless_since),
        )
        .values(last_used_at=now())
        .execution_options(synchronize_session=False)
    )


async def requests(session: AsyncSession, *, limit: int) -> Sequence[ScimRequestLog]:
    """Past requests, newest first."""
    return (await session.scalars(select(ScimRequestLog).order_by(ScimRequestLog.id.desc()).limit(limit))).all()


async def purge_requests(session: AsyncSession) -> None:
    """Forget all but the newest requests of the session's organisation."""
    await session.execute(
        text("""
            DELETE FROM scim_requests WHERE id <= (
                SELECT id FROM scim_requests ORDER BY id DESC OFFSET :kept LIMIT 1)
        """),
        {"kept": KEPT_REQUESTS},
    )


async def _groups_of(session: AsyncSession, person_ids: list[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    rows = await session.execute(
        text("""
            SELECT gm.person_id, g.id, g.display_name
            FROM scim_group_members gm JOIN scim_groups g ON g.id = gm.group_id
            WHERE gm.person_id = ANY (CAST(:ids AS uuid[])) ORDER BY g.created_at, g.id
        """),
        {"ids": person_ids},
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append((row.id, row.display_name))
    return found


async def _members_of(session: AsyncSession, group_ids: list[UUID]) -> dict[UUID, list[UUID]]:
    rows = await session.execute(
        text("""
            SELECT gm.group_id, gm.person_id FROM scim_group_members gm JOIN scim_people p ON p.id = gm.person_id
            WHERE gm.group_id = ANY (CAST(:ids AS uuid[])) ORDER BY p.created_at, p.id
        """),
        {"ids": group_ids},
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.group_id, []).append(row.person_id)
    return found
