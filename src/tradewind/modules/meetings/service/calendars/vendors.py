"""From a stored connection to an open adapter: addresses that are allowed, access tokens, refused sign-ins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from pydantic import SecretStr, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import http_guard
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, database_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.events import publish
from tradewind.kernel.http import BlockedAddress
from tradewind.kernel.registry import Registry, scan
from tradewind.modules.meetings.adapters import _oauth
from tradewind.modules.meetings.adapters._base import CalendarAdapter, CalendarSpec, Credentials
from tradewind.modules.meetings.adapters._oauth import App
from tradewind.modules.meetings.errors_calendars import (
    AppMissing,
    CalendarRefused,
    CalendarRejected,
    ConnectionNotFound,
    CredentialsRefused,
    VendorUnknown,
)
from tradewind.modules.meetings.events_calendars import CalendarDisconnected
from tradewind.modules.meetings.models.calendars import APP_SECRET, SECRET, TOKEN, CalendarConnection
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.settings import Settings

VENDORS: Registry[CalendarAdapter] = scan("tradewind.modules.meetings.adapters", CalendarAdapter)
Able = TypeVar("Able", bound=CalendarAdapter)
REFUSALS = (
    CredentialsRefused,
    ConnectionNotFound,
    CalendarRefused,
    CalendarRejected,
    AppMissing,
    BlockedAddress,
)
"""What asking again will not change by itself."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def spec_of(kind: str) -> CalendarSpec:
    """The spec of a vendor. Raises VendorUnknown."""
    if kind not in VENDORS:
        raise VendorUnknown()
    return VENDORS[kind].spec


def checked_settings(kind: str, settings: dict[str, Any], own: Settings) -> dict[str, str]:
    """Settings as the vendor's spec wants them, with an address that may be reached. Raises CalendarRefused."""
    given = {**settings}
    if isinstance(given.get("url"), str):
        given["url"] = _full_address(given["url"].strip())
    try:
        checked = spec_of(kind).settings.model_validate(given).model_dump()
    except ValidationError as error:
        errors: list[FieldError] = [
            {"field": ".".join(("settings", *map(str, one["loc"]))), "message": one["msg"]} for one in error.errors()
        ]
        raise CalendarRefused("Some values are missing or wrong.", errors=errors) from error
    if "url" in checked:
        _check_address(checked["url"], own, secret=VENDORS[kind].spec.auth == "basic")
    return checked


def _full_address(url: str) -> str:
    if url.lower().startswith("webcal://"):
        return "https://" + url[9:]
    return url if "://" in url else f"https://{url}"


def _check_address(url: str, own: Settings, *, secret: bool) -> None:
    try:
        parsed = httpx.URL(url)
        http_guard.check_url(parsed)
    except httpx.InvalidURL as error:
        raise _refused("This is no address. Enter one like https://cloud.example.com") from error
    except http_guard.BlockedAddress as error:
        raise _refused(str(error)) from error
    if parsed.host.lower() in _LOCAL:
        if not own.calendars_allow_localhost:
            raise _refused("Calendars on this machine are not allowed (setting TRADEWIND_CALENDARS_ALLOW_LOCALHOST).")
    elif secret and parsed.scheme != "https":
        raise _refused("The address must begin with https://, or the password could be read on its way.")


def _refused(words: str) -> CalendarRefused:
    return CalendarRefused(words, errors=[{"field": "settings.url", "message": words}])


def adapter(kind: str, credentials: Credentials, own: Settings) -> CalendarAdapter:
    """An adapter with these credentials; close it after use."""
    local = urlsplit(credentials.settings.get("url", "")).hostname in _LOCAL and own.calendars_allow_localhost
    transport = httpx.AsyncHTTPTransport(trust_env=False) if local else None
    return VENDORS[kind](credentials, stand_in=own.calendar_stand_in_addresses.get(kind), transport=transport)


def stand_in(session: AsyncSession, kind: str) -> str | None:
    """The address that stands for a vendor in this installation, if any."""
    return database_of(session).settings.calendar_stand_in_addresses.get(kind)


@asynccontextmanager
async def opened(database: Database, actor: Actor, connection_id: UUID, able: type[Able]) -> AsyncIterator[Able]:
    """The adapter of a stored connection, which must be `able`; a refused sign-in is stored and told its host.

    Raises ConnectionNotFound, CredentialsRefused, CalendarRejected, OutboundError, and what the block raises.
    """
    try:
        kind, credentials = await _credentials(database, actor, connection_id)
        async with adapter(kind, credentials, database.settings) as one:
            if not isinstance(one, able):
                raise CalendarRejected(f"{one.spec.label} cannot be used for this.")
            yield one
    except CredentialsRefused as refusal:
        async with database.transaction(actor) as session:
            await ask_to_reconnect(session, connection_id, refusal.detail)
        raise


async def ask_to_reconnect(session: AsyncSession, connection_id: UUID, problem: str) -> None:
    """Stop using a connection until its host signs in again, and tell the host, once."""
    connection = await repository.connection(session, connection_id, lock=True)
    if connection is None or connection.state == "reconnect":
        return
    connection.state, connection.problem = "reconnect", problem
    connection.token_sealed = connection.token_expires_at = None
    connection.version += 1
    await session.flush()
    told = CalendarDisconnected(
        organisation_id=connection.organisation_id, connection_id=connection_id, user_id=connection.user_id,
        label=connection.label,
    )  # fmt: skip
    await publish(session, told)


async def app_of(session: AsyncSession, vendor: str) -> App:
    """The organisation's app at a vendor. Raises AppMissing."""
    stored = await repository.app(session, vendor)
    if stored is None:
        raise AppMissing()
    return App(
        client_id=stored.client_id,
        secret=SecretStr(APP_SECRET.open_text(stored.id, stored.secret_sealed)),
        tenant=stored.tenant,
    )


async def _credentials(database: Database, actor: Actor, connection_id: UUID) -> tuple[str, Credentials]:
    async with database.transaction(actor) as session:
        connection = await repository.connection(session, connection_id)
        if connection is None:
            raise ConnectionNotFound()
        if connection.state == "reconnect":
            raise CredentialsRefused(connection.problem)
        if VENDORS[connection.kind].spec.oauth is not None and not _fresh(connection):
            # Some vendors end a refresh token when they give the next: two refreshes must not cross.
            connection = await repository.connection(session, connection_id, lock=True)
            assert connection is not None
            await session.refresh(connection)
        return connection.kind, await signed_in(session, connection)


async def signed_in(session: AsyncSession, connection: CalendarConnection) -> Credentials:
    """What a connection signs in with, its access token renewed where it has ended.

    Raises CredentialsRefused, AppMissing, OutboundError.
    """
    if VENDORS[connection.kind].spec.oauth is not None and not _fresh(connection):
        await _refresh(session, connection)
    return _opened(connection)


def _fresh(connection: CalendarConnection) -> bool:
    ends = connection.token_expires_at
    return connection.token_sealed is not None and ends is not None and ends > now()


async def _refresh(session: AsyncSession, connection: CalendarConnection) -> None:
    oauth = VENDORS[connection.kind].spec.oauth
    assert oauth is not None
    if connection.secret_sealed is None:
        raise CredentialsRefused("The vendor gave no lasting permission.")
    token = SecretStr(SECRET.open_text(connection.id, connection.secret_sealed))
    app = await app_of(session, connection.kind)
    store_tokens(connection, await _oauth.refresh(oauth, app, token, stand_in=stand_in(session, connection.kind)))
    await session.flush()


def store_settings(connection: CalendarConnection, credentials: Credentials) -> None:
    """Keep what a connection signs in with: what opens the calendar by itself is sealed like a password."""
    hidden = VENDORS[connection.kind].spec.hidden_setting
    connection.settings = {name: value for name, value in credentials.settings.items() if name != hidden}
    secret = credentials.secret.get_secret_value() if credentials.secret else None
    if hidden is not None:
        secret = credentials.settings[hidden]
    if secret:
        connection.secret_sealed = SECRET.seal(connection.id, secret)


def store_tokens(connection: CalendarConnection, tokens: _oauth.Tokens) -> None:
    """Seal what a vendor gave into a connection; a refresh token stays where no new one came."""
    connection.token_sealed = TOKEN.seal(connection.id, tokens.access.get_secret_value())
    connection.token_expires_at = tokens.expires_at
    if tokens.refresh is not None:
        connection.secret_sealed = SECRET.seal(connection.id, tokens.refresh.get_secret_value())


def _opened(connection: CalendarConnection) -> Credentials:
    spec, token = VENDORS[connection.kind].spec, connection.token_sealed
    secret = None
    if connection.secret_sealed and spec.oauth is None:
        secret = SECRET.open_text(connection.id, connection.secret_sealed)
    hidden = {spec.hidden_setting: secret} if spec.hidden_setting and secret else {}
    return Credentials(
        settings={**connection.settings, **hidden},
        secret=SecretStr(secret) if secret and not hidden else None,
        access_token=SecretStr(TOKEN.open_text(connection.id, token)) if token else None,
    )
