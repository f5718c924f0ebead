"""SQL of mail templates, their versions, the settings of all mails, and what was found behind links."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.email.models.templates import (
    MailEngagement,
    MailLinkCheck,
    MailSettings,
    MailTemplate,
    MailTemplateVersion,
)

# Judged below this, an engagement is a program's.
LIKELY_HUMAN = 0.5


async def template(session: AsyncSession, template_id: UUID, *, lock: bool = False) -> MailTemplate | None:
    """A template, archived ones too."""
    statement = select(MailTemplate).where(MailTemplate.id == template_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def count(session: AsyncSession) -> int:
    """How many templates there are, archived ones too."""
    return await session.scalar(select(func.count()).select_from(MailTemplate)) or 0


async def page(
    session: AsyncSession, *, search: str, archived: bool, cursor: str | None, limit: int
) -> tuple[list[MailTemplate], str | None, str | None]:
    """Templates, the last changed first: (rows, next cursor, previous cursor)."""
    table = MailTemplate
    columns = [
        SortColumn("updated_at", table.updated_at.expression, descending=True),
        SortColumn("id", table.id.expression, descending=True),
    ]
    statement = select(table).where(table.archived_at.is_not(None) if archived else table.archived_at.is_(None))
    if search:
        statement = statement.where(func.lower(table.name).contains(search.lower(), autoescape=True))
    rows, following, previous = await fetch_page(session, statement, columns, cursor=cursor, limit=limit)
    return [row[0] for row in rows], following, previous


async def published(session: AsyncSession, template_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The published version, if any, of each of these templates that is there and not archived."""
    table = MailTemplate
    statement = select(table.id, table.published_version_id).where(table.id.in_(template_ids))
    rows = await session.execute(statement.where(table.archived_at.is_(None)))
    return {row.id: row.published_version_id for row in rows}


async def version(session: AsyncSession, version_id: UUID) -> MailTemplateVersion | None:
    """A published version."""
    return await session.get(MailTemplateVersion, version_id)


async def versions(session: AsyncSession, template_id: UUID, limit: int = 50) -> Sequence[MailTemplateVersion]:
    """Published versions of a template, newest first."""
    table = MailTemplateVersion
    statement = select(table).where(table.template_id == template_id).order_by(table.number.desc()).limit(limit)
    return (await session.scalars(statement)).all()


async def version_numbered(session: AsyncSession, template_id: UUID, number: int) -> MailTemplateVersion | None:
    """A version by its number."""
    table = MailTemplateVersion
    return await session.scalar(select(table).where(table.template_id == template_id, table.number == number))


async def versions_by_id(
    session: AsyncSession, version_ids: Collection[UUID]
) -> Mapping[UUID, tuple[int, datetime, dict[str, Any]]]:
    """Number, moment and content of these versions."""
    table = MailTemplateVersion
    rows = await session.execute(
        select(table.id, table.number, table.published_at, table.content).where(table.id.in_(version_ids))
    )
    return {row.id: (row.number, row.published_at, row.content) for row in rows}


async def newest_number(session: AsyncSession, template_id: UUID) -> int:
    """The number of the newest version, 0 before the first."""
    table = MailTemplateVersion
    return await session.scalar(select(func.max(table.number)).where(table.template_id == template_id)) or 0


async def engagement_by_template(
    session: AsyncSession, template_ids: Collection[UUID]
) -> Mapping[UUID, Mapping[str, int]]:
    """Messages that people clicked in or opened, and those only programs touched, by template."""
    seen, told = MailEngagement, MailTemplateVersion
    human = seen.human >= LIKELY_HUMAN
    rows = await session.execute(
        select(
            told.template_id,
            func.count(seen.message_id.distinct()).filter(seen.kind == "click", human).label("clicked"),
            func.count(seen.message_id.distinct()).filter(seen.kind == "open", human).label("opened"),
            func.count().filter(seen.human < LIKELY_HUMAN).label("scanned"),
        )
        .join(told, told.id == seen.version_id)
        .where(told.template_id.in_(template_ids))
        .group_by(told.template_id)
    )
    return {row.template_id: {"clicked": row.clicked, "opened": row.opened, "scanned": row.scanned} for row in rows}


async def settings(session: AsyncSession, *, lock: bool = False) -> MailSettings | None:
    """What the organisation's mails have in common; None while it has the defaults."""
    statement = select(MailSettings)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def checks(session: AsyncSession, addresses: Collection[str]) -> Sequence[MailLinkCheck]:
    """What was found at these addresses."""
    if not addresses:
        return []
    return (await session.scalars(select(MailLinkCheck).where(MailLinkCheck.address.in_(addresses)))).all()


async def store_checks(session: AsyncSession, found: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was found at addresses, instead of what was found before."""
    if not found:
        return
    organisation_id = actor_of(session).organisation_id
    rows = [{"id": new_id(), "organisation_id": organisation_id, **one} for one in found]
    statement = insert(MailLinkCheck).values(rows)
    changed = {name: statement.excluded[name] for name in ("status", "problem", "dead", "checked_at")}
    await session.execute(statement.on_conflict_do_update(index_elements=["organisation_id", "address"], set_=changed))
