"""Widgets: adding, changing, the secret that signs user ids, and what strangers read of them."""

import secrets
import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.chat.errors import TooManyWidgets, WidgetNotFound
from tradewind.modules.chat.models.widgets import IDENTITY_SECRET, Widget
from tradewind.modules.chat.repository import widgets as repository
from tradewind.modules.chat.schemas.widgets import (
    IdentitySecret,
    WidgetCreate,
    WidgetRead,
    WidgetSettings,
    WidgetUpdate,
)
from tradewind.modules.conversations import api as conversations
from tradewind.modules.identity import api as identity

MAX_WIDGETS = 50
_ALPHABET = string.ascii_letters + string.digits
_KEY_LENGTH = 24
_SECRET_BYTES = 32


async def list_all(session: AsyncSession) -> list[WidgetRead]:
    """All widgets, oldest first."""
    names = await conversations.agent_names(session)
    return [_shown(widget, names) for widget in await repository.every(session)]


async def read(session: AsyncSession, widget_id: UUID) -> WidgetRead:
    """One widget. Raises WidgetNotFound."""
    return _shown(await existing(session, widget_id), await conversations.agent_names(session))


async def create(session: AsyncSession, data: WidgetCreate) -> WidgetRead:
    """Add a widget with a key and a secret of its own. Raises TooManyWidgets, Invalid for an unknown agent."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    names = await _known_agents(session, data.agent_id)
    if await repository.count(session) >= MAX_WIDGETS:
        raise TooManyWidgets(f"There may be {MAX_WIDGETS} chat widgets. Remove one that no site carries any more.")
    widget_id = new_id()
    widget = Widget(
        id=widget_id,
        organisation_id=organisation_id,
        key="tw_chat_" + "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_LENGTH)),
        name=data.name,
        active=True,
        agent_id=data.agent_id,
        settings=data.settings.model_dump(),
        identity_secret_sealed=IDENTITY_SECRET.seal(widget_id, secrets.token_hex(_SECRET_BYTES)),
        version=1,
    )
    session.add(widget)
    await session.flush()
    await _audit(session, "created", widget_id, after=data.model_dump(mode="json"))
    return _shown(widget, names)


async def update(session: AsyncSession, widget_id: UUID, data: WidgetUpdate, *, if_match: str | None) -> WidgetRead:
    """Change name, state, agent or settings. Raises WidgetNotFound, PreconditionFailed, Invalid."""
    widget = await existing(session, widget_id, lock=True)
    check_version(if_match, widget.version)
    names = await _known_agents(session, data.agent_id)
    changes = data.model_dump(exclude_unset=True)
    before: dict[str, Any] = {}
    if settings := changes.pop("settings", None):
        known = WidgetSettings.model_validate(widget.settings).model_dump()
        wanted = {name: value for name, value in settings.items() if value is not None}
        before["settings"] = {name: known[name] for name in wanted}
        widget.settings = known | wanted
    for name, value in changes.items():
        # Only the agent can be taken away; nothing else is ever none.
        if value is not None or name == "agent_id":
            before[name] = getattr(widget, name)
            setattr(widget, name, value)
    widget.version += 1
    widget.updated_at = now()
    await session.flush()
    await _audit(session, "updated", widget_id, before=before, after=data.model_dump(mode="json", exclude_unset=True))
    return _shown(widget, names)


async def delete(session: AsyncSession, widget_id: UUID, *, if_match: str | None) -> None:
    """Remove a widget and end the sessions of its visitors; conversations stay. Raises WidgetNotFound."""
    widget = await existing(session, widget_id, lock=True)
    check_version(if_match, widget.version)
    await _audit(session, "deleted", widget_id, before={"name": widget.name, "key": widget.key})
    await session.delete(widget)
    await session.flush()


async def identity_secret(session: AsyncSession, widget_id: UUID) -> IdentitySecret:
    """The secret in clear; each look is recorded. Raises WidgetNotFound."""
    widget = await existing(session, widget_id)
    await _audit(session, "secret_shown", widget_id)
    return _secret(widget)


async def rotate_secret(session: AsyncSession, widget_id: UUID, *, grace: timedelta) -> IdentitySecret:
    """Make a new secret; signatures by the present one hold for `grace` more. Raises WidgetNotFound."""
    widget = await existing(session, widget_id, lock=True)
    widget.previous_secret_sealed, widget.previous_secret_until = None, None
    if grace:
        widget.previous_secret_sealed = widget.identity_secret_sealed
        widget.previous_secret_until = now() + grace
    widget.identity_secret_sealed = IDENTITY_SECRET.seal(widget_id, secrets.token_hex(_SECRET_BYTES))
    widget.version += 1
    widget.updated_at = now()
    await session.flush()
    await _audit(session, "secret_rotated", widget_id, after={"grace_seconds": grace.total_seconds()})
    return _secret(widget)


async def existing(session: AsyncSession, widget_id: UUID, *, lock: bool = False) -> Widget:
    """One widget. Raises WidgetNotFound."""
    found = await repository.one(session, widget_id, lock=lock)
    if found is None:
        raise WidgetNotFound()
    return found


def secrets_of(widget: Widget) -> list[str]:
    """The secrets whose signatures hold now, newest first."""
    found = [IDENTITY_SECRET.open_text(widget.id, widget.identity_secret_sealed)]
    if widget.previous_secret_sealed and widget.previous_secret_until and widget.previous_secret_until > now():
        found.append(IDENTITY_SECRET.open_text(widget.id, widget.previous_secret_sealed))
    return found


async def _known_agents(session: AsyncSession, agent_id: UUID | None) -> Mapping[UUID, str]:
    names = await conversations.agent_names(session)
    if agent_id is not None and agent_id not in names:
        raise Invalid("There is no such agent.", errors=[{"field": "agent_id", "message": "there is no such agent"}])
    return names


def _secret(widget: Widget) -> IdentitySecret:
    return IdentitySecret(secret=secrets_of(widget)[0], previous_secret_until=_grace_end(widget))


def _grace_end(widget: Widget) -> Any:
    until = widget.previous_secret_until
    return until if until is not None and until > now() else None


def _shown(widget: Widget, agents: Mapping[UUID, str]) -> WidgetRead:
    return WidgetRead.model_validate(
        {
            **{name: getattr(widget, name) for name in WidgetRead.model_fields if hasattr(widget, name)},
            "agent_name": agents.get(widget.agent_id) if widget.agent_id else None,
            "settings": WidgetSettings.model_validate(widget.settings),
            "previous_secret_until": _grace_end(widget),
        }
    )


async def _audit(session: AsyncSession, what: str, widget_id: UUID, **facts: Any) -> None:
    action = f"chat_widget.{what}"
    await identity.record(session, action=action, subject_type="chat_widget", subject_id=widget_id, **facts)
