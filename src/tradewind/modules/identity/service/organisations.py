"""Organisations: creating, reading and changing them."""

import re
import unicodedata
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import contracts
from tradewind.modules.identity.errors import OrganisationNotFound
from tradewind.modules.identity.models import Organisation
from tradewind.modules.identity.repository import organisations as repository
from tradewind.modules.identity.service import audit
from tradewind.modules.identity.service.acting import acting_as


async def create(
    session: AsyncSession, *, name: str, is_sample: bool = False, time_zone: str = "UTC", currency: str = "EUR"
) -> UUID:
    """Store a new organisation without members; returns its id."""
    organisation_id = new_id()
    async with acting_as(session, Actor.system(organisation_id)):
        session.add(
            Organisation(
                id=organisation_id,
                name=name,
                slug=_slug(name, organisation_id),
                is_sample=is_sample,
                time_zone=time_zone,
                currency=currency,
                settings={},
            )
        )
        await session.flush()
        await audit.record(
            session, action="organisation.created", subject_type="organisation", subject_id=organisation_id,
            after={"name": name, "is_sample": is_sample},
        )  # fmt: skip
    return organisation_id


def current_id(session: AsyncSession) -> UUID:
    """Id of the organisation the session acts in. Raises OrganisationNotFound."""
    organisation_id = actor_of(session).organisation_id
    if organisation_id is None:
        raise OrganisationNotFound()
    return organisation_id


async def current(session: AsyncSession) -> Organisation:
    """The organisation the session acts in. Raises OrganisationNotFound."""
    found = await repository.organisation(session, current_id(session))
    if found is None:
        raise OrganisationNotFound()
    return found


async def change(
    session: AsyncSession,
    *,
    if_match: str | None,
    name: str | None = None,
    time_zone: str | None = None,
    currency: str | None = None,
    settings: dict[str, Any] | None = None,
) -> Organisation:
    """Change what is given; `settings` are merged (a null removes a key). Raises PreconditionFailed."""
    found = await current(session)
    state = {"name": found.name, "time_zone": found.time_zone, "currency": found.currency, "settings": found.settings}
    check_version(if_match, found.version, state)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key, value in (("name", name), ("time_zone", time_zone), ("currency", currency)):
        if value is not None and value != getattr(found, key):
            before[key], after[key] = getattr(found, key), value
            setattr(found, key, value)
    if settings:
        merged = {k: v for k, v in {**found.settings, **settings}.items() if v is not None}
        if merged != found.settings:
            before["settings"], after["settings"] = found.settings, merged
            found.settings = merged
    if after:
        found.version += 1
        await session.flush()
        await audit.record(
            session, action="organisation.updated", subject_type="organisation", subject_id=found.id,
            before=before, after=after,
        )  # fmt: skip
    return found


def contract(row: Organisation) -> contracts.Organisation:
    """What other modules see of an organisation."""
    return contracts.Organisation(
        row.id, row.name, row.slug, row.is_sample, row.time_zone, row.currency, dict(row.settings)
    )


def _slug(name: str, organisation_id: UUID) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:40].strip("-")
    return f"{words or 'organisation'}-{organisation_id.hex[-8:]}"
