"""Signing out on both sides: a session that ends here ends at the provider, and one that ends there ends here.

After OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0 and SAML 2.0 Profiles 4.4. Here a session is over
before the provider is asked, so that nothing the provider does keeps it alive.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors_sso import ConnectionNotFound, SsoRefused
from tradewind.modules.identity.models.sessions import SSO_HANDLE
from tradewind.modules.identity.models.single_sign_on import JOURNEY_SECRETS, SsoAttempt, SsoConnection, SsoRequest
from tradewind.modules.identity.repository import sessions as session_repository
from tradewind.modules.identity.repository import single_sign_on as repository
from tradewind.modules.identity.service import audit
from tradewind.modules.identity.service.acting import acting_as, as_user
from tradewind.modules.identity.service.secrets import digest, new_secret
from tradewind.modules.identity.service.single_sign_on import connections, oidc, saml_logout
from tradewind.modules.identity.service.single_sign_on.claims import ProviderIdentity, ProviderSession, Site, text_of

log = structlog.get_logger(__name__)
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME = timedelta(minutes=10)
# A longer token would not fit into an address; the provider then asks the person.
_MAX_HINT = 6000
_REASON = "signed out at the identity provider"


async def remember(
    session: AsyncSession, session_id: UUID, connection: SsoConnection, identity: ProviderIdentity
) -> None:
    """Note with a new session what the provider calls it. The transaction acts for the user."""
    theirs = identity.session or ProviderSession(None, {})
    await session_repository.note_provider(
        session, session_id, connection_id=connection.id, subject=identity.subject, name=theirs.name,
        handle=SSO_HANDLE.seal(session_id, orjson.dumps(theirs.handle)),
    )  # fmt: skip


async def outward(database: Database, visitor: Actor, site: Site, ended: session_repository.AtProvider) -> str | None:
    """Where the browser must go so that the provider ends its session too; None where it has no such place."""
    async with database.transaction(visitor) as session:
        organisation_id = await repository.organisation_of(session, ended.connection_id)
    if organisation_id is None:
        return None
    actor = _system(visitor, organisation_id)
    async with database.transaction(actor) as session:
        connection = await repository.connection(session, ended.connection_id)
    if connection is None or not connection.enabled:
        return None
    handle = orjson.loads(SSO_HANDLE.open(ended.session_id, ended.handle_sealed))
    if connection.kind == "oidc":
        return await _oidc_address(connection, site, handle.get("id_token", ""))
    return await _saml_address(database, actor, connection, site, ProviderSession(ended.name, handle))


async def back_channel(database: Database, visitor: Actor, site: Site, connection_id: UUID, token: str) -> int:
    """An OIDC provider tells that somebody signed out; returns how many sessions ended.

    Raises ConnectionNotFound, SsoRefused.
    """
    actor, connection = await _connection(database, visitor, connection_id, "oidc")
    settings = connections.oidc_settings(connection)
    claims = await oidc.signed_claims(token, await oidc.discover(settings, site), settings, site, what="logout token")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_EVENT), dict) or "nonce" in claims:
        raise SsoRefused("This token is no logout token.", "no_token")
    subject, sid, token_id = (text_of(claims.get(name)) for name in ("sub", "sid", "jti"))
    if not token_id or not (subject or sid):
        raise SsoRefused("The logout token lacks its id (jti), or names neither person nor session.", "no_subject")
    until = datetime.fromtimestamp(min(claims["exp"], (now() + timedelta(days=1)).timestamp()), UTC) + oidc.LEEWAY
    return await _end(database, actor, connection, token_id, until, subject=subject, names=[sid] if sid else None)


async def requested(
    database: Database, visitor: Actor, site: Site, connection_id: UUID, raw: str
) -> tuple[str | None, int]:
    """A SAML provider sends the browser with a request to sign out: `(where to send it then, sessions ended)`.

    Raises ConnectionNotFound, SsoRefused.
    """
    actor, connection = await _connection(database, visitor, connection_id, "saml")
    settings = connections.saml_settings(connection)
    ending = saml_logout.read_request(settings, site, connection_id, raw)
    ended = await _end(
        database, actor, connection, ending.id, now() + 2 * saml_logout.FRESH, subject=ending.subject,
        names=list(ending.sessions) or None,
    )  # fmt: skip
    back = saml_logout.answer_url(
        settings, site, connection_id, request_id=ending.id, state=ending.state,
        private_key=connections.secret(connection),
    )  # fmt: skip
    return back, ended


async def answered(
    database: Database, visitor: Actor, site: Site, connection_id: UUID, raw: str, *, state: str
) -> bool:
    """A SAML provider answers our request; whether its session ended. Raises ConnectionNotFound."""
    actor, connection = await _connection(database, visitor, connection_id, "saml")
    settings = connections.saml_settings(connection)
    async with database.transaction(actor) as session:
        where = await repository.by_state(session, digest(state)) if state else None
        request = await repository.locked_request(session, where.id) if where else None
        if request is None or request.purpose != "sign_out" or request.connection_id != connection.id:
            return False
        secrets = orjson.loads(JOURNEY_SECRETS.open(request.id, request.secrets_sealed))
        try:
            saml_logout.judge_answer(settings, site, connection_id, raw, request_id=secrets["request_id"])
        except SsoRefused as refusal:
            log.info("sso.sign_out_unconfirmed", connection_id=str(connection_id), reason=refusal.reason)
            return False
        request.used_at = now()
    return True


async def _oidc_address(connection: SsoConnection, site: Site, id_token: str) -> str | None:
    settings = connections.oidc_settings(connection)
    if not settings.signs_out:
        return None
    try:
        address = (await oidc.discover(settings, site)).end_session_endpoint
        oidc.check_address(address, site, "address for signing out")
    except SsoRefused as refusal:
        log.info("sso.sign_out_impossible", connection_id=str(connection.id), reason=refusal.reason)
        return None
    query = {"client_id": settings.client_id, "post_logout_redirect_uri": site.logged_out_url}
    if 0 < len(id_token) <= _MAX_HINT:
        query["id_token_hint"] = id_token
    return f"{address}{'&' if urlsplit(str(address)).query else '?'}{urlencode(query)}"


async def _saml_address(
    database: Database, actor: Actor, connection: SsoConnection, site: Site, theirs: ProviderSession
) -> str | None:
    settings, key = connections.saml_settings(connection), connections.secret(connection)
    if not settings.signs_out or not settings.slo_url or key is None or "Value" not in theirs.handle:
        return None
    state, request_id = new_secret(), f"_{new_id().hex}"
    request = SsoRequest(
        id=new_id(),
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        purpose="sign_out",
        state_hash=digest(state),
        browser_hash=b"",
        next_path="/login",
        expires_at=now() + _LIFETIME,
    )
    request.secrets_sealed = JOURNEY_SECRETS.seal(request.id, orjson.dumps({"request_id": request_id}))
    async with database.transaction(actor) as session:
        await repository.add_request(session, request)
    return saml_logout.request_url(
        settings, site, connection.id, theirs, request_id=request_id, state=state, private_key=key
    )


async def _connection(
    database: Database, visitor: Actor, connection_id: UUID, kind: str
) -> tuple[Actor, SsoConnection]:
    async with database.transaction(visitor) as session:
        organisation_id = await repository.organisation_of(session, connection_id)
    if organisation_id is None:
        raise ConnectionNotFound()
    actor = _system(visitor, organisation_id)
    async with database.transaction(actor) as session:
        found = await connections.find(session, connection_id)
    if found.kind != kind:
        raise ConnectionNotFound()
    return actor, found


async def _end(
    database: Database,
    actor: Actor,
    connection: SsoConnection,
    message_id: str,
    until: datetime,
    *,
    subject: str | None,
    names: list[str] | None,
) -> int:
    """End the sessions that a checked message names. A message counts once, so that a copy ends no later sessions."""
    async with database.transaction(actor) as session:
        mark = hashlib.sha256(f"sign-out:{message_id}".encode()).digest()
        if not await repository.remember_assertion(session, connection.organisation_id, connection.id, mark, until):
            return 0
        found = await session_repository.of_provider(session, connection.id, subject, names)
        for session_id, user_id in found:
            async with acting_as(session, as_user(user_id)):
                await session_repository.revoke(session, user_id, only=session_id, reason=_REASON)
                await authenticator.forget_sessions_at_commit(session, user_id=user_id)
            await audit.record(
                session, action="session.revoked", subject_type="session", subject_id=session_id, reason=_REASON
            )
        attempt = _attempt(connection, subject, found, actor.ip)
        await repository.add_attempt(session, attempt)
    return len(found)


def _attempt(connection: SsoConnection, subject: str | None, found: Any, ip: str | None) -> SsoAttempt:
    count = len(found)
    return SsoAttempt(
        id=new_id(),
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        purpose="sign_out",
        code="signed_out",
        reason=f"The provider signed somebody out: {count} session{'' if count == 1 else 's'} ended.",
        subject=subject,
        user_id=found[0][1] if found else None,
        ip=ip,
        details={},
    )


def _system(visitor: Actor, organisation_id: UUID) -> Actor:
    return Actor(
        kind="system", organisation_id=organisation_id, name="Single sign-on", request_id=visitor.request_id,
        ip=visitor.ip,
    )  # fmt: skip
