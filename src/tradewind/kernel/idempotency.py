"""`Idempotency-Key` on POST: a repeated request gets the first answer again and is not carried out twice.

Three states make this safe over crashes. The claim is committed before the work ("running"). The work's own
transaction marks it ("committed", see `seal`), so after a crash it is known whether the work took place. The answer
is stored last ("answered"). A "running" claim past its time may be taken over: its holder, should it still live,
fails at `seal` and rolls back.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES, caller, header, send_problem, state_of
from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError, BadRequest, Conflict, Invalid, PayloadTooLarge, Unavailable
from tradewind.kernel.ids import new_id
from tradewind.kernel.sealing import Sealed, declare

log = structlog.get_logger(__name__)
KEPT = timedelta(hours=24)
CLAIM_SECONDS = 120
MAX_REQUEST_BYTES = 1 << 20
MAX_ANSWER_BYTES = 1 << 18
_MAX_KEY = 255
# Answers hold what is shown once only, such as new API keys.
_ANSWER_BODY = Sealed("kernel.idempotency")
declare("idempotency_keys", "body_sealed", _ANSWER_BODY, row="claim")
_KEPT_HEADERS = frozenset({b"content-type", b"location", b"etag", b"link"})


class RequestInFlight(Conflict):
    """The first request with this key has not finished."""

    code = "kernel.idempotency_in_flight"
    title = "The first request with this key is still running"

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}


class KeyReused(Invalid):
    """The key was used for a different request."""

    code = "kernel.idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


class AnswerLost(Conflict):
    """The work was done, but its answer was not kept (crash, or too large)."""

    code = "kernel.idempotency_answer_lost"
    title = "Already carried out"


@dataclass(frozen=True)
class Claim:
    """This request's hold on a key."""

    organisation_id: UUID
    actor: str
    key: str
    id: UUID


_CLAIM = text("""
    INSERT INTO idempotency_keys AS k
        (organisation_id, actor, key, fingerprint, claim, claimed_until, created_at)
    VALUES (:organisation_id, :actor, :key, :fingerprint, :claim, :until, :now)
    ON CONFLICT (organisation_id, actor, key) DO UPDATE
        SET claim = excluded.claim, claimed_until = excluded.claimed_until, fingerprint = excluded.fingerprint,
            state = 'running', created_at = excluded.created_at, status = NULL, headers = NULL, body_sealed = NULL
        WHERE (k.state = 'running' AND k.claimed_until < :now AND k.fingerprint = excluded.fingerprint)
           OR k.created_at < :oldest
    RETURNING claim
""")
_READ = text("""
    SELECT fingerprint, state, status, headers, claim, body_sealed, claimed_until FROM idempotency_keys
    WHERE organisation_id = :organisation_id AND actor = :actor AND key = :key
""")
_SEAL = text("""
    UPDATE idempotency_keys SET state = 'committed'
    WHERE organisation_id = :organisation_id AND actor = :actor AND key = :key AND claim = :claim
""")
_ANSWER = text("""
    UPDATE idempotency_keys SET state = 'answered', status = :status, headers = CAST(:headers AS jsonb),
        body_sealed = :body
    WHERE organisation_id = :organisation_id AND actor = :actor AND key = :key AND claim = :claim
""")
_RELEASE = text("""
    DELETE FROM idempotency_keys
    WHERE organisation_id = :organisation_id AND actor = :actor AND key = :key AND claim = :claim
      AND state = 'running'
    RETURNING claim
""")
_PURGE = text("DELETE FROM idempotency_keys WHERE created_at < :oldest")


async def seal(session: AsyncSession, claim: Claim) -> None:
    """Mark the claim inside the transaction of the work, just before its commit.

    Raises RequestInFlight if the claim ran out and another request took it over; the work is then rolled back.
    """
    result = await session.execute(_SEAL, _identity(claim))
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise RequestInFlight("This request took too long and was repeated; the repetition is being carried out.")


async def purge(session: AsyncSession) -> None:
    """Forget keys older than a day in the session's organisation."""
    await session.execute(_PURGE, {"oldest": now() - KEPT})


class IdempotencyMiddleware:
    """Claims the key, replays stored answers, stores new ones. Only for authenticated POSTs under /api/."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        raw_key = header(scope, b"idempotency-key")
        actor = await caller(scope) if raw_key is not None else None
        if raw_key is None or actor is None or actor.organisation_id is None:
            await self.app(scope, receive, send)
            return
        try:
            key = _valid_key(raw_key)
            body = await _read_body(receive)
            claim = Claim(actor.organisation_id, actor.reference, key, new_id())
            stored = await self._claim(scope, actor, claim, _fingerprint(scope, body))
        except AppError as error:
            await send_problem(scope, send, error)
            return
        except DATABASE_FAILURES:
            failure = Unavailable("The database cannot be reached right now.", retry_after_seconds=3)
            await send_problem(scope, send, failure)
            return
        if stored is not None:
            await _replay(stored, send)
            return
        await self._run(scope, receive, send, actor=actor, claim=claim, body=body)

    async def _run(
        self, scope: Scope, receive: Receive, send: Send, *, actor: Actor, claim: Claim, body: bytes
    ) -> None:
        state_of(scope)["before_commit"] = partial(seal, claim=claim)
        answer = _HeldAnswer(send)
        try:
            await self.app(scope, _replayed(body, receive), answer)
        finally:
            # Kept before it is sent: whoever repeats a request whose answer was lost on the way finds it.
            await self._finish(scope, actor, claim, answer)
            await answer.release()

    async def _claim(self, scope: Scope, actor: Actor, claim: Claim, fingerprint: bytes) -> Any:
        """None when the key is now ours; the stored row when there is an answer to replay. Raises AppError."""
        moment = now()
        values = _identity(claim) | {
            "fingerprint": fingerprint,
            "until": moment + timedelta(seconds=CLAIM_SECONDS),
            "now": moment,
            "oldest": moment - KEPT,
        }
        async with scope["app"].state.database.transaction(actor) as session:
            if (await session.execute(_CLAIM, values)).first() is not None:
                return None
            row = (await session.execute(_READ, _identity(claim))).first()
        if row is None:
            raise RequestInFlight("Try again: the first request with this key has just ended without effect.")
        if bytes(row.fingerprint) != fingerprint:
            raise KeyReused("Use a new Idempotency-Key: the method, address or body differs from its first use.")
        if row.state == "running" or (row.state == "committed" and row.claimed_until > moment):
            raise RequestInFlight("Ask again in a moment; the answer of the first request will be given then.")
        if row.state == "committed":
            raise AnswerLost("This request took effect, but its answer was not kept. Read the resource instead.")
        return row

    async def _finish(self, scope: Scope, actor: Actor, claim: Claim, answer: "_HeldAnswer") -> None:
        """Keep the answer of work that took effect; give the key back where nothing happened."""
        try:
            await self._store(scope, actor, claim, answer)
        except DATABASE_FAILURES as error:
            # The caller already has the answer; without a stored one a repetition is told "already carried out".
            log.warning("idempotency.answer_not_kept", error=str(error))

    async def _store(self, scope: Scope, actor: Actor, claim: Claim, answer: "_HeldAnswer") -> None:
        async with scope["app"].state.database.transaction(actor) as session:
            if not answer.succeeded:
                released = (await session.execute(_RELEASE, _identity(claim))).first()
                if released is not None or not answer.complete:
                    return
            if answer.too_large:
                # Without its answer the key must still stop a second execution.
                await session.execute(_SEAL, _identity(claim))
                return
            stored = {
                "status": answer.status,
                "headers": orjson.dumps(answer.kept_headers()).decode(),
                "body": _ANSWER_BODY.seal(claim.id, bytes(answer.body)),
            }
            await session.execute(_ANSWER, _identity(claim) | stored)


class _HeldAnswer:
    """Holds an answer back until `release`; past MAX_ANSWER_BYTES it lets go and only passes through."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.complete = False
        self.too_large = False

    @property
    def succeeded(self) -> bool:
        return self.complete and 200 <= self.status < 400

    async def __call__(self, message: Message) -> None:
        self._held.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.complete = not message.get("more_body", False)
            if len(self.body) > MAX_ANSWER_BYTES or self.too_large:
                self.too_large = True
                self.body.clear()
                await self.release()

    async def release(self) -> None:
        """Send what is held."""
        held, self._held = self._held, []
        for message in held:
            await self._send(message)

    def kept_headers(self) -> list[list[str]]:
        return [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, value in self.headers
            if name.lower() in _KEPT_HEADERS
        ]


def _identity(claim: Claim) -> dict[str, Any]:
    return {
        "organisation_id": claim.organisation_id,
        "actor": claim.actor,
        "key": claim.key,
        "claim": claim.id,
    }


def _valid_key(raw: bytes) -> str:
    try:
        key = raw.decode("ascii").strip().strip('"')
    except UnicodeDecodeError:
        key = ""
    if not key or len(raw) > _MAX_KEY or not key.isprintable():
        raise BadRequest(f"Idempotency-Key must be 1 to {_MAX_KEY} printable ASCII characters.")
    return key


def _fingerprint(scope: Scope, body: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in (scope["method"].encode(), scope["path"].encode(), scope.get("query_string", b"")):
        digest.update(part + b"\0")
    digest.update(body)
    return digest.digest()


async def _read_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("The connection closed before the whole request arrived.")
        body += message.get("body", b"")
        if len(body) > MAX_REQUEST_BYTES:
            raise PayloadTooLarge(f"With an Idempotency-Key a body may hold {MAX_REQUEST_BYTES} bytes.")
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the buffered body once, then whatever the connection says."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return receive_again


async def _replay(row: Any, send: Send) -> None:
    stored = orjson.loads(row.headers) if isinstance(row.headers, str) else row.headers
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in stored]
    body = _ANSWER_BODY.open(row.claim, row.body_sealed)
    headers += [(b"content-length", str(len(body)).encode()), (b"idempotency-replayed", b"true")]
    await send({"type": "http.response.start", "status": row.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
