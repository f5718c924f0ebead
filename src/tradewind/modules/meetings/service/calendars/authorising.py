"""Signing in at a vendor: from the button to the stored connection, for the same person in the same browser."""

import secrets
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.meetings.adapters import _oauth
from tradewind.modules.meetings.adapters._base import Credentials, OAuth, ReadsCalendars, RemoteCalendar
from tradewind.modules.meetings.errors_calendars import (
    AuthorisationRefused,
    AuthorisationUnknown,
    CalendarRefused,
    CredentialsRefused,
    VendorUnknown,
)
from tradewind.modules.meetings.models.calendars import VERIFIER, CalendarAuthorisation
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.schemas.calendars import (
    AuthorisationComplete,
    AuthorisationCreate,
    AuthorisationRead,
    CalendarConnectionRead,
)
from tradewind.modules.meetings.service.calendars import apps, connections, tokens, vendors

_LASTS = timedelta(minutes=15)
_PURPOSE = "calendar_authorisation"


async def begin(session: AsyncSession, data: AuthorisationCreate) -> AuthorisationRead:
    """Where the browser goes to give permission. Raises AppMissing, ConnectionNotFound."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    assert actor.user_id is not None
    oauth, app = _oauth_of(data.vendor), await vendors.app_of(session, data.vendor)
    if data.connection_id is not None:
        await connections.own(session, data.connection_id)
    await repository.forget_authorisations(session, now())
    verifier, row_id = secrets.token_urlsafe(48), new_id()
    row = CalendarAuthorisation(
        id=row_id, organisation_id=actor.organisation_id, user_id=actor.user_id, vendor=data.vendor,
        connection_id=data.connection_id, verifier_sealed=VERIFIER.seal(row_id, verifier), expires_at=now() + _LASTS,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    address = _oauth.authorisation_address(
        oauth, app, state=tokens.make(_PURPOSE, actor.organisation_id, row_id), verifier=verifier,
        redirect_uri=apps.redirect_url(), stand_in=vendors.stand_in(session, data.vendor),
    )  # fmt: skip
    return AuthorisationRead(url=address)


async def complete(database: Database, actor: Actor, data: AuthorisationComplete) -> CalendarConnectionRead:
    """Take what the vendor sent back; each sign-in completes once, for whoever began it.

    Raises AuthorisationUnknown, AuthorisationRefused, AppMissing, TooManyConnections, OutboundError.
    """
    named = tokens.read(_PURPOSE, data.state)
    if named is None or named[0] != actor.organisation_id:
        raise AuthorisationUnknown()
    async with database.transaction(actor) as session:
        # Used up before the vendor is asked: a code that is tried twice ends what the first try gave.
        row = await repository.authorisation(session, named[1])
        if row is None or row.user_id != actor.user_id or row.expires_at < now():
            raise AuthorisationUnknown()
        verifier = VERIFIER.open_text(row.id, row.verifier_sealed)
        app = await vendors.app_of(session, row.vendor)
        vendor, connection_id = row.vendor, row.connection_id
        await session.delete(row)
    if data.error or not data.code:
        raise AuthorisationRefused(f"{vendors.spec_of(vendor).label} says: {data.error or 'no permission'}.")
    stand_in = database.settings.calendar_stand_in_addresses.get(vendor)
    given = await _oauth.exchange(
        _oauth_of(vendor), app, code=data.code, verifier=verifier, redirect_uri=apps.redirect_url(), stand_in=stand_in
    )
    account, found = await _looked_at(database, vendor, given)
    async with database.transaction(actor) as session:
        assert actor.user_id is not None
        if connection_id is not None:
            connection = await connections.own(session, connection_id, lock=True)
            if connection.account and account and connection.account != account:
                raise AuthorisationRefused(f"This connection is of {connection.account}. Sign in with that account.")
            connection.version += 1
        else:
            connection = await connections.add_signed_in(session, actor.user_id, vendor, account)
        if given.refresh is None and connection.secret_sealed is None:
            raise AuthorisationRefused("The vendor gave no lasting permission. Remove the app there and try again.")
        vendors.store_tokens(connection, given)
        await session.flush()
        await connections.revived(session, connection, found)
        await connections.audit(session, "reconnected" if connection_id else "connected", connection)
        return await connections.shown(session, connection)


async def _looked_at(database: Database, vendor: str, given: _oauth.Tokens) -> tuple[str, list[RemoteCalendar]]:
    credentials = Credentials(settings={}, access_token=given.access)
    async with vendors.adapter(vendor, credentials, database.settings) as adapter:
        try:
            account = await adapter.account()
            return account, await adapter.calendars() if isinstance(adapter, ReadsCalendars) else []
        except (CredentialsRefused, CalendarRefused) as refusal:
            raise AuthorisationRefused(f"The permission does not reach far enough: {refusal.detail}") from refusal


def _oauth_of(vendor: str) -> OAuth:
    oauth = vendors.spec_of(vendor).oauth
    if oauth is None:
        raise VendorUnknown()
    return oauth
