"""Connecting calendars and choosing what each is used for: always the member's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.adapters._base import (
    CalendarAdapter,
    Credentials,
    Missing,
    ReadsCalendars,
    RemoteCalendar,
)
from tradewind.modules.meetings.errors_calendars import (
    CalendarNotFound,
    CalendarRefused,
    ConnectionNotFound,
    CredentialsRefused,
    NotWritable,
    TooManyConnections,
)
from tradewind.modules.meetings.models.calendars import SECRET, Calendar, CalendarConnection
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.schemas.calendars import (
    CalendarChoice,
    CalendarConnectionCreate,
    CalendarConnectionRead,
    CalendarConnectionUpdate,
    CalendarHealthRead,
    CalendarRead,
    CalendarTestRead,
)
from tradewind.modules.meetings.service.calendars import freshness, leaving, vendors, waking

MAX_CONNECTIONS = 10
MAX_CALENDARS = 100


async def list_own(session: AsyncSession, user_id: UUID) -> list[CalendarConnectionRead]:
    """A member's connections with their calendars, oldest first."""
    return await _shown(session, await repository.connections(session, user_id))


async def connect(database: Database, actor: Actor, data: CalendarConnectionCreate) -> CalendarConnectionRead:
    """Connect an account by address or password, once it has answered.

    Raises VendorUnknown, CalendarRefused (also for a wrong password), TooManyConnections, OutboundError.
    """
    spec = vendors.spec_of(data.kind)
    if spec.oauth is not None:
        raise CalendarRefused(f"{spec.label} is connected by signing in there.", errors=_at("kind", "needs a sign-in"))
    settings = vendors.checked_settings(data.kind, data.settings, database.settings)
    password = data.password
    if spec.auth == "basic" and not (password and password.get_secret_value()):
        raise CalendarRefused("A password is needed.", errors=_at("password", "is needed"))
    credentials = Credentials(settings=settings, secret=password if spec.auth == "basic" else None)
    async with vendors.adapter(data.kind, credentials, database.settings) as adapter:
        account, found = await _looked_at(adapter)
    async with database.transaction(actor) as session:
        assert actor.user_id is not None
        connection = await _new(session, actor.user_id, data.kind, data.label or account or spec.label, account)
        vendors.store_settings(connection, credentials)
        session.add(connection)
        await session.flush()
        await take_over(session, connection, found)
        await audit(session, "connected", connection)
        return await shown(session, connection)


async def _looked_at(adapter: CalendarAdapter) -> tuple[str, list[RemoteCalendar]]:
    """Account and calendars of a connection that is just made; a wrong password is a wrong value here."""
    try:
        account = await adapter.account()
        return account, await adapter.calendars() if isinstance(adapter, ReadsCalendars) else []
    except CredentialsRefused as refusal:
        field = "password" if adapter.spec.auth == "basic" else "settings.url"
        raise CalendarRefused(refusal.detail, errors=_at(field, refusal.detail)) from refusal
    except Missing as missing:
        words = "There is nothing at this address."
        raise CalendarRefused(words, errors=_at("settings.url", words)) from missing
    except CalendarRefused as refusal:
        refusal.errors = refusal.errors or _at("settings.url", refusal.detail)
        raise


async def _new(session: AsyncSession, user_id: UUID, kind: str, label: str, account: str) -> CalendarConnection:
    if await repository.count_connections(session, user_id) >= MAX_CONNECTIONS:
        raise TooManyConnections(f"There are {MAX_CONNECTIONS} connections already. Remove one that is not used.")
    return CalendarConnection(
        id=new_id(), organisation_id=actor_of(session).organisation_id, user_id=user_id, version=1, kind=kind,
        label=label[:100], account=account[:200], settings={}, state="active", created_at=now(),
    )  # fmt: skip


async def add_signed_in(session: AsyncSession, user_id: UUID, kind: str, account: str) -> CalendarConnection:
    """A new connection for an account that its owner signed in to, without its secrets. Raises TooManyConnections."""
    connection = await _new(session, user_id, kind, account or vendors.spec_of(kind).label, account)
    session.add(connection)
    return connection


async def take_over(session: AsyncSession, connection: CalendarConnection, found: Sequence[RemoteCalendar]) -> None:
    """Store the calendars a vendor lists.

    Of a new connection the main calendar is read and, if no other does, takes meetings. Where none is the main one all
    are read, and only the host knows which is for meetings.
    """
    known = {one.remote_id: one for one in await repository.calendars(session, [connection.id])}
    taken = any(one.takes_meetings for one in await _all_of(session, connection.user_id))
    main = next((one for one in found if one.primary), found[0] if len(found) == 1 else None)
    for remote in found[:MAX_CALENDARS]:
        calendar = known.get(remote.remote_id)
        if calendar is None:
            chosen = not known and (main is None or remote is main)
            calendar = Calendar(
                id=new_id(), organisation_id=connection.organisation_id, user_id=connection.user_id,
                connection_id=connection.id, remote_id=remote.remote_id, reads_busy=chosen,
                takes_meetings=chosen and remote is main and remote.writable and not taken,
            )  # fmt: skip
            session.add(calendar)
        calendar.name, calendar.colour = remote.name[:200], (remote.colour or "")[:20] or None
        calendar.time_zone, calendar.writable = remote.time_zone, remote.writable
        calendar.is_primary = remote.primary
    await session.flush()
    for calendar in await repository.calendars(session, [connection.id]):
        if calendar.reads_busy or calendar.takes_meetings:
            await waking.read_calendar(session, calendar.organisation_id, calendar.id)
        if calendar.takes_meetings:
            await waking.copy_upcoming(session, calendar.user_id)


async def update(
    database: Database, actor: Actor, connection_id: UUID, data: CalendarConnectionUpdate, *, if_match: str | None
) -> CalendarConnectionRead:
    """Change a label, or renew the password once it was accepted.

    Raises ConnectionNotFound, PreconditionFailed, CalendarRefused, OutboundError.
    """
    async with database.transaction(actor) as session:
        connection = await own(session, connection_id)
        check_version(if_match, connection.version)
        kind, settings = connection.kind, connection.settings
    found: list[RemoteCalendar] | None = None
    if data.password is not None:
        if vendors.spec_of(kind).auth != "basic":
            raise CalendarRefused("There is no password here.", errors=_at("password", "must be left out"))
        async with vendors.adapter(
            kind, Credentials(settings=settings, secret=data.password), database.settings
        ) as adapter:
            _, found = await _looked_at(adapter)
    async with database.transaction(actor) as session:
        connection = await own(session, connection_id, lock=True)
        check_version(if_match, connection.version)
        if data.label is not None:
            connection.label = data.label
        if data.password is not None and found is not None:
            connection.secret_sealed = SECRET.seal(connection.id, data.password.get_secret_value())
            await revived(session, connection, found)
        connection.version += 1
        await session.flush()
        await audit(session, "updated", connection)
        return await shown(session, connection)


async def revived(session: AsyncSession, connection: CalendarConnection, found: Sequence[RemoteCalendar]) -> None:
    """A connection signs in again: what was missed meanwhile is caught up."""
    connection.state, connection.problem = "active", None
    await session.flush()
    await take_over(session, connection, found)


async def remove(session: AsyncSession, connection_id: UUID, *, if_match: str | None) -> None:
    """Forget an account with its busy times. Meetings written into its calendars stay there.

    Raises ConnectionNotFound, PreconditionFailed.
    """
    connection = await own(session, connection_id, lock=True)
    check_version(if_match, connection.version)
    await _forget(session, connection)
    await session.flush()


async def remove_of_member(session: AsyncSession, user_id: UUID) -> None:
    """Forget all accounts and the feed of somebody who left; their secrets have no use any more."""
    for connection in await repository.connections(session, user_id):
        await _forget(session, connection)
    if (feed := await repository.feed_of(session, user_id)) is not None:
        await session.delete(feed)
    await session.flush()


async def _forget(session: AsyncSession, connection: CalendarConnection) -> None:
    await audit(session, "removed", connection)
    await leaving.end_channels(session, connection, await repository.calendars(session, [connection.id]))
    await session.delete(connection)


async def test(database: Database, actor: Actor, connection_id: UUID) -> CalendarTestRead:
    """Look at the account and at what calendars it has. Raises ConnectionNotFound."""
    async with database.transaction(actor) as session:
        await own(session, connection_id)
    found: list[RemoteCalendar] = []
    try:
        async with vendors.opened(database, actor, connection_id, CalendarAdapter) as adapter:
            if isinstance(adapter, ReadsCalendars):
                found = await adapter.calendars()
            else:
                await adapter.account()
    except (AppError, Missing) as failure:
        detail = failure.detail if isinstance(failure, AppError) else "There is nothing at this address any more."
        return CalendarTestRead(ok=False, detail=detail, calendars=0)
    async with database.transaction(actor) as session:
        connection = await own(session, connection_id, lock=True)
        if connection.state == "active":
            await take_over(session, connection, found)
    return CalendarTestRead(ok=True, detail="The account answers.", calendars=len(found))


async def choose(session: AsyncSession, calendar_id: UUID, data: CalendarChoice) -> CalendarRead:
    """Say what a calendar is used for. Raises CalendarNotFound, NotWritable."""
    calendar = await own_calendar(session, calendar_id, lock=True)
    before = {"reads_busy": calendar.reads_busy, "takes_meetings": calendar.takes_meetings}
    moved: list[UUID] = []
    if data.reads_busy is not None and data.reads_busy != calendar.reads_busy:
        calendar.reads_busy = data.reads_busy
        # Its busy times are read from the beginning, or have no meaning any more.
        calendar.sync_token = calendar.synced_at = calendar.window_end = None
        calendar.state_number += 1
        await repository.forget_busy(session, calendar.id)
    if data.takes_meetings is not None and data.takes_meetings != calendar.takes_meetings:
        if data.takes_meetings and not calendar.writable:
            words = "This calendar can only be read. Choose another one for meetings."
            raise NotWritable(words, errors=_at("takes_meetings", words))
        for other in await _all_of(session, calendar.user_id):
            if other.takes_meetings:
                moved += await repository.copied_meetings(session, other.id, since=now())
        await repository.take_no_meetings(session, calendar.user_id)
        await session.flush()
        calendar.takes_meetings = data.takes_meetings
    await session.flush()
    await waking.copy_meetings(session, *moved)
    if calendar.takes_meetings and not before["takes_meetings"]:
        await waking.copy_upcoming(session, calendar.user_id)
    connection = await own(session, calendar.connection_id)
    if calendar.reads_busy or calendar.takes_meetings:
        await waking.read_calendar(session, calendar.organisation_id, calendar.id)
    else:
        await leaving.end_channels(session, connection, [calendar])
    after = {"reads_busy": calendar.reads_busy, "takes_meetings": calendar.takes_meetings}
    await identity.record(
        session, action="calendar.chosen", subject_type="calendar", subject_id=calendar.id, before=before, after=after
    )
    return _calendar(calendar, connection)


async def refresh(session: AsyncSession, calendar_id: UUID) -> None:
    """Read a calendar now. Raises CalendarNotFound."""
    calendar = await own_calendar(session, calendar_id)
    await waking.read_calendar(session, calendar.organisation_id, calendar.id)


async def health(session: AsyncSession) -> list[CalendarHealthRead]:
    """Hosts whose calendars are out of date, by name."""
    members = {one.id: one.name for one in await identity.list_members(session)}
    found = await freshness.of_hosts(session, members)
    late = [
        CalendarHealthRead(user_id=user_id, name=members[user_id], state=one.state, known_at=one.known_at)
        for user_id, one in found.items()
        if one.state != "fresh"
    ]
    return sorted(late, key=lambda one: one.name.casefold())


async def own(session: AsyncSession, connection_id: UUID, *, lock: bool = False) -> CalendarConnection:
    """A connection of the session's own member. Raises ConnectionNotFound."""
    found = await repository.connection(session, connection_id, lock=lock)
    if found is None or found.user_id != actor_of(session).user_id:
        raise ConnectionNotFound()
    return found


async def own_calendar(session: AsyncSession, calendar_id: UUID, *, lock: bool = False) -> Calendar:
    """A calendar of the session's own member. Raises CalendarNotFound."""
    found = await repository.calendar(session, calendar_id, lock=lock)
    if found is None or found.user_id != actor_of(session).user_id:
        raise CalendarNotFound()
    return found


async def audit(session: AsyncSession, what: str, connection: CalendarConnection) -> None:
    """Note a change of a connection in the audit log, without its secrets."""
    await identity.record(
        session,
        action=f"calendar_connection.{what}",
        subject_type="calendar_connection",
        subject_id=connection.id,
        after={"kind": connection.kind, "label": connection.label, "settings": connection.settings},
    )


async def shown(session: AsyncSession, connection: CalendarConnection) -> CalendarConnectionRead:
    """A connection as its owner sees it."""
    return (await _shown(session, [connection]))[0]


async def _all_of(session: AsyncSession, user_id: UUID) -> Sequence[Calendar]:
    connections = await repository.connections(session, user_id)
    return await repository.calendars(session, [one.id for one in connections])


async def _shown(session: AsyncSession, connections: Sequence[CalendarConnection]) -> list[CalendarConnectionRead]:
    calendars = await repository.calendars(session, [one.id for one in connections])
    return [
        CalendarConnectionRead.model_validate(
            {
                **{name: getattr(one, name) for name in CalendarConnectionRead.model_fields if name != "calendars"},
                "calendars": [_calendar(each, one) for each in calendars if each.connection_id == one.id],
            }
        )
        for one in connections
    ]


def _calendar(calendar: Calendar, connection: CalendarConnection) -> CalendarRead:
    used = calendar.reads_busy or calendar.takes_meetings
    living = calendar.channel_expires_at is not None and calendar.channel_expires_at > now()
    fields: dict[str, Any] = {name: getattr(calendar, name, None) for name in CalendarRead.model_fields}
    return CalendarRead.model_validate(
        {
            **fields,
            "state": freshness.state_of(calendar.synced_at, connection.state) if used else "unused",
            "live": used and living,
        }
    )


def _at(field: str, words: str) -> list[Any]:
    return [{"field": field, "message": words}]
