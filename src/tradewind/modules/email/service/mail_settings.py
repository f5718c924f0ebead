"""What all mails of an organisation have in common: who writes, from where, and what is noted of readers."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.email.models.templates import MailSettings
from tradewind.modules.email.repository import templates as repository
from tradewind.modules.email.schemas.templates import MailSettingsRead, MailSettingsUpdate
from tradewind.modules.identity import api as identity

_FIELDS = ("company_name", "postal_address", "track_clicks", "track_opens", "tracking_purpose", "sites")


async def current(session: AsyncSession) -> MailSettingsRead:
    """The settings, or the defaults."""
    row = await repository.settings(session)
    if row is None:
        return MailSettingsRead()
    return _shown(row)


async def change(session: AsyncSession, data: MailSettingsUpdate, if_match: str | None) -> MailSettingsRead:
    """Change what is given. Raises PreconditionFailed."""
    row = await repository.settings(session, lock=True)
    before = _shown(row) if row else MailSettingsRead()
    check_version(if_match, before.version, before.model_dump(mode="json"))
    if row is None:
        organisation_id = actor_of(session).organisation_id
        assert organisation_id is not None
        row = MailSettings(id=new_id(), organisation_id=organisation_id, version=0)
        session.add(row)
    changed: dict[str, Any] = {
        name: value for name in data.model_fields_set if (value := getattr(data, name)) != getattr(before, name)
    }
    for name, value in changed.items():
        setattr(row, name, value)
    if changed or row.version == 0:
        row.version += 1
        row.updated_at = now()
        await session.flush()
        await identity.record(
            session, action="mail_settings.updated", subject_type="mail_settings", subject_id=row.id,
            before={name: getattr(before, name) for name in changed}, after=changed,
        )  # fmt: skip
    return _shown(row)


def _shown(row: MailSettings) -> MailSettingsRead:
    return MailSettingsRead(version=row.version, **{name: getattr(row, name) for name in _FIELDS})
