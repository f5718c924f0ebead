"""A sign-in on its way: out to the provider, back again, and to a session — or to a reason why not.

What takes time at the provider happens between transactions. A started sign-in counts once, for ten minutes, in the
browser it began in.
"""

import asyncio
import hmac
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.errors import InvalidEmail
from tradewind.modules.identity.errors_sso import ConnectionNotFound, SsoRefused, SsoUnknown
from tradewind.modules.identity.models.single_sign_on import JOURNEY_SECRETS, SsoAttempt, SsoConnection, SsoRequest
from tradewind.modules.identity.repository import single_sign_on as repository
from tradewind.modules.identity.service import addresses, sessions
from tradewind.modules.identity.service.acting import acting_as
from tradewind.modules.identity.service.secrets import digest, new_secret
from tradewind.modules.identity.service.sessions import Tokens
from tradewind.modules.identity.service.single_sign_on import connections, oidc, provisioning, saml, signing_out
from tradewind.modules.identity.service.single_sign_on.claims import ProviderIdentity, Site
from tradewind.modules.identity.service.single_sign_on.oidc import Journey

LIFETIME = timedelta(minutes=10)
ACTOR_NAME = "Single sign-on"
_MAX_SHOWN_BYTES = 32 * 1024
Purpose = Literal["sign_in", "test"]


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the browser, and what its cookie must hold when it comes back."""

    url: str
    browser: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sign-in ended. `tokens` for a session, `refusal` for none; a test has neither."""

    purpose: Purpose
    next_path: str
    connection_id: UUID | None = None
    attempt_id: UUID | None = None
    tokens: Tokens | None = None
    refusal: SsoRefused | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """A started sign-in that came back; the connection as it is now."""

    request: SsoRequest
    connection: SsoConnection
    secrets: dict[str, str]
    actor: Actor


async def start(
    database: Database,
    visitor: Actor,
    site: Site,
    *,
    email: str | None = None,
    connection_id: UUID | None = None,
    next_path: str = "/",
    purpose: Purpose = "sign_in",
    browser: str | None = None,
) -> Started:
    """Begin a sign-in by the domain of an address, or at a connection. `browser` is the cookie from before, if any.

    Raises SsoUnknown, ConnectionNotFound (test of a foreign connection), SsoRefused if the provider cannot be used.
    """
    async with database.transaction(visitor) as session:
        where = await _where(session, email, connection_id)
    if where is None or (purpose == "test" and where.organisation_id != visitor.organisation_id):
        raise ConnectionNotFound() if purpose == "test" else _unknown(email)
    actor = _system(visitor, where.organisation_id)
    async with database.transaction(actor) as session:
        connection = await repository.connection(session, where.id)
    if connection is None or not (connection.enabled or purpose == "test"):
        raise _unknown(email)
    journey, request_id = Journey.new(), f"_{new_id().hex}"
    async with _told(database, actor, connection, purpose):
        url = await _outward(connection, site, journey, request_id, email)
    browser = browser or new_secret()
    request = SsoRequest(
        id=new_id(),
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        purpose=purpose,
        state_hash=digest(journey.state),
        browser_hash=digest(browser),
        next_path=next_path,
        expires_at=now() + LIFETIME,
    )
    secrets = orjson.dumps({"nonce": journey.nonce, "verifier": journey.verifier, "request_id": request_id})
    request.secrets_sealed = JOURNEY_SECRETS.seal(request.id, secrets)
    async with database.transaction(actor) as session:
        await repository.add_request(session, request)
    return Started(url, browser)


async def finish_oidc(
    database: Database, visitor: Actor, site: Site, *, answer: dict[str, str | None], browser: str | None, agent: str
) -> Outcome:
    """The provider sent the browser back with `answer`: state, code, iss, error, error_description."""
    state = answer.get("state") or ""
    taken = await _take(database, visitor, state, browser, kind="oidc")
    if isinstance(taken, Outcome):
        return taken
    journey = Journey(state, taken.secrets["nonce"], taken.secrets["verifier"])
    try:
        if answer.get("error") or not answer.get("code"):
            told = answer.get("error_description") or answer.get("error") or "it sent no code"
            raise SsoRefused(f"The provider declined: {told[:300]}", "declined")
        identity = await oidc.identify(
            connections.oidc_settings(taken.connection), connections.secret(taken.connection), site, journey,
            code=str(answer["code"]), issuer=answer.get("iss"),
        )  # fmt: skip
    except SsoRefused as refusal:
        return await _refused(database, taken, refusal)
    return await _conclude(database, taken, identity, agent)


async def receive_saml(database: Database, visitor: Actor, site: Site, *, state: str, answer: str) -> Outcome | None:
    """The provider's page posted its answer; None if it is good and the browser may go on to `finish_saml`.

    The post comes from a foreign site, so without our cookies: who the browser is shows in the next step.
    """
    async with database.transaction(visitor) as session:
        where = await repository.by_state(session, digest(state)) if state else None
    if where is None:
        refusal = SsoRefused(
            "The provider sent an answer that was not asked for. Start from the sign-in page.", "unasked"
        )
        return Outcome("sign_in", "/", refusal=refusal)
    actor = _system(visitor, where.organisation_id)
    taken = None
    try:
        async with database.transaction(actor) as session:
            taken = await _load(session, actor, where.id, kind="saml")
            if taken.request.answered_at is not None:
                raise SsoRefused("This answer was used already. Start again from the sign-in page.", "replayed")
            accepted = await asyncio.to_thread(
                saml.accept, connections.saml_settings(taken.connection), site, taken.connection.id,
                request_id=taken.secrets["request_id"], answer=answer,
                private_key=connections.secret(taken.connection),
            )  # fmt: skip
            fresh = await repository.remember_assertion(
                session, where.organisation_id, taken.connection.id, accepted.assertion_hash, accepted.expires_at
            )
            if not fresh:
                raise SsoRefused("This assertion was used already. Start again from the sign-in page.", "replayed")
            taken.request.answered_at = now()
            taken.request.answer = _bounded(accepted.identity.plain())
    except SsoRefused as refusal:
        if taken is None:
            return Outcome("sign_in", "/", refusal=refusal)
        return await _refused(database, taken, refusal)
    return None


async def finish_saml(database: Database, visitor: Actor, *, state: str, browser: str | None, agent: str) -> Outcome:
    """The browser comes with its cookie for what `receive_saml` has checked."""
    taken = await _take(database, visitor, state, browser, kind="saml")
    if isinstance(taken, Outcome):
        return taken
    if taken.request.answer is None:
        return await _refused(database, taken, SsoRefused("The provider has not answered yet.", "unasked"))
    return await _conclude(database, taken, ProviderIdentity.from_plain(taken.request.answer), agent)


async def _take(database: Database, visitor: Actor, state: str, browser: str | None, *, kind: str) -> _Taken | Outcome:
    """Spend a started sign-in: committed before anything is done with it, so that nothing can use it twice."""
    async with database.transaction(visitor) as session:
        where = await repository.by_state(session, digest(state)) if state else None
    if where is None:
        refusal = SsoRefused("This sign-in is unknown or too old. Start again from the sign-in page.", "state_unknown")
        return Outcome("sign_in", "/", refusal=refusal)
    actor = _system(visitor, where.organisation_id)
    taken = None
    try:
        async with database.transaction(actor) as session:
            taken = await _load(session, actor, where.id, kind=kind)
            given = digest(browser) if browser else b""
            if not hmac.compare_digest(given, taken.request.browser_hash):
                raise SsoRefused(
                    "The sign-in began in another browser, or cookies are blocked. Start again from the sign-in page.",
                    "other_browser",
                )
            if taken.request.used_at is not None:
                raise SsoRefused("This sign-in was finished already. Start again from the sign-in page.", "replayed")
            taken.request.used_at = now()
    except SsoRefused as refusal:
        if taken is None:
            return Outcome("sign_in", "/", refusal=refusal)
        return await _refused(database, taken, refusal)
    return taken


async def _load(session: AsyncSession, actor: Actor, request_id: UUID, *, kind: str) -> _Taken:
    request = await repository.locked_request(session, request_id)
    connection = await repository.connection(session, request.connection_id) if request else None
    if (
        request is None
        or connection is None
        or connection.kind != kind
        or request.expires_at <= now()
        or request.purpose == "sign_out"
    ):
        raise SsoRefused("This sign-in is unknown or too old. Start again from the sign-in page.", "state_unknown")
    secrets = orjson.loads(JOURNEY_SECRETS.open(request.id, request.secrets_sealed))
    return _Taken(request, connection, secrets, actor)


async def _conclude(database: Database, taken: _Taken, identity: ProviderIdentity, agent: str) -> Outcome:
    request = taken.request
    try:
        async with database.transaction(taken.actor) as session:
            connection = await repository.connection(session, taken.connection.id)
            if connection is None or not (connection.enabled or request.purpose == "test"):
                raise SsoRefused("The connection was switched off meanwhile.", "switched_off")
            if request.purpose == "test":
                welcome = await provisioning.rehearse(session, connection, identity)
                attempt = await _record(session, connection, "test", "tested", welcome.told, identity, welcome)
                return _outcome(request, attempt)
            welcome = await provisioning.admit(session, connection, identity)
            assert welcome.user_id is not None
            tokens = await sessions.start(
                session, welcome.user_id, organisation_id=connection.organisation_id, user_agent=agent,
                methods=("sso",),
            )  # fmt: skip
            await signing_out.remember(session, tokens.session_id, connection, identity)
            async with acting_as(session, taken.actor):
                code = "created" if welcome.created else "signed_in"
                attempt = await _record(session, connection, "sign_in", code, welcome.told, identity, welcome)
            return _outcome(request, attempt, tokens=tokens)
    except SsoRefused as refusal:
        return await _refused(database, taken, refusal, identity)


async def _refused(
    database: Database, taken: _Taken, refusal: SsoRefused, identity: ProviderIdentity | None = None
) -> Outcome:
    async with database.transaction(taken.actor) as session:
        connection = await repository.connection(session, taken.connection.id)
        if connection is None:
            return _outcome(taken.request, None, refusal=refusal)
        attempt = await _record(
            session, connection, taken.request.purpose, refusal.reason, refusal.detail, identity, None
        )
        return _outcome(taken.request, attempt, refusal=refusal)


def _outcome(
    request: SsoRequest,
    attempt: SsoAttempt | None,
    *,
    tokens: Tokens | None = None,
    refusal: SsoRefused | None = None,
) -> Outcome:
    purpose: Purpose = "test" if request.purpose == "test" else "sign_in"
    return Outcome(purpose, request.next_path, request.connection_id, attempt.id if attempt else None, tokens, refusal)


async def _record(
    session: AsyncSession,
    connection: SsoConnection,
    purpose: str,
    code: str,
    reason: str,
    identity: ProviderIdentity | None,
    welcome: provisioning.Welcome | None,
) -> SsoAttempt:
    details: dict[str, Any] = {}
    if identity is not None:
        details["groups"] = list(identity.groups[:100])
        if purpose == "test":
            details |= {"name": identity.name, "issuer": identity.issuer, "claims": identity.claims}
    attempt = SsoAttempt(
        id=new_id(),
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        purpose=purpose,
        code=code,
        reason=reason[:1000],
        email=identity.email if identity else None,
        subject=identity.subject if identity else None,
        user_id=welcome.user_id if welcome else None,
        role=welcome.role if welcome else None,
        ip=actor_of(session).ip,
        details=_bounded(details),
    )
    await repository.add_attempt(session, attempt)
    return attempt


def _bounded(details: dict[str, Any]) -> dict[str, Any]:
    """As JSON that PostgreSQL can store; claims too large to be worth keeping are left out."""
    text = orjson.dumps(details, default=str).replace(b"\\u0000", b"")
    if len(text) > _MAX_SHOWN_BYTES:
        text = orjson.dumps({**details, "claims": {"(too large to show)": True}}, default=str).replace(b"\\u0000", b"")
    return orjson.loads(text)


@asynccontextmanager
async def _told(database: Database, actor: Actor, connection: SsoConnection, purpose: Purpose):
    """Keep the reason if a sign-in cannot even begin."""
    try:
        yield
    except SsoRefused as refusal:
        async with database.transaction(actor) as session:
            await _record(session, connection, purpose, refusal.reason, refusal.detail, None, None)
        raise


async def _outward(connection: SsoConnection, site: Site, journey: Journey, request_id: str, hint: str | None) -> str:
    if connection.kind == "oidc":
        settings = connections.oidc_settings(connection)
        return oidc.authorization_url(await oidc.discover(settings, site), settings, site, journey, hint)
    settings = connections.saml_settings(connection)
    return saml.request_url(
        settings, site, connection.id, request_id=request_id, state=journey.state,
        private_key=connections.secret(connection),
    )  # fmt: skip


async def _where(session: AsyncSession, email: str | None, connection_id: UUID | None) -> repository.Where | None:
    if connection_id is not None:
        organisation_id = await repository.organisation_of(session, connection_id)
        return repository.Where(organisation_id, connection_id) if organisation_id else None
    try:
        _, key = addresses.normalise(email or "")
    except InvalidEmail:
        return None
    return await repository.by_domain(session, provisioning.domain_of(key))


def _unknown(email: str | None) -> SsoUnknown:
    if email is None:
        return SsoUnknown("This sign-in link is not in use. Ask your administrator for the present one.")
    return SsoUnknown(
        "No organisation here uses single sign-on for addresses like this one. Sign in with your password, or open "
        "the link that your administrator gave you."
    )


def _system(visitor: Actor, organisation_id: UUID) -> Actor:
    return Actor(
        kind="system", organisation_id=organisation_id, name=ACTOR_NAME, request_id=visitor.request_id, ip=visitor.ip
    )
