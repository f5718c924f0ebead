"""Signed requests: what is signed, and the check that the body which arrives is the signed one.

    X-Tradewind-Key             id of the key
    X-Tradewind-Timestamp       seconds since 1970, at most 5 minutes off
    X-Tradewind-Nonce           16 to 64 characters of A-Z a-z 0-9 - _, never used before
    X-Tradewind-Content-SHA256  hex SHA-256 of the body; may be left out where there is no body
    X-Tradewind-Signature       v1=<hex HMAC-SHA256 with the signing secret over the lines below, joined by \\n>

    method, path?query as sent, timestamp, nonce, hex SHA-256 of the body

The hash has a header of its own so that the sender is known before the body has arrived: uploads of any size are
checked as they stream. The last piece of a body is handed on only when the whole fits the hash.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.kernel.asgi import header, send_problem
from tradewind.kernel.errors import AppError
from tradewind.modules.identity.errors_keys import SignatureBodyChanged, SignatureBodyUnsigned, SignatureMalformed

WINDOW_SECONDS = 300
_SIGNATURE = b"x-tradewind-signature"
_BODY_HASH = b"x-tradewind-content-sha256"
_NO_BODY = hashlib.sha256(b"").hexdigest()
_HASH = re.compile(r"[0-9a-f]{64}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Signature:
    """The headers of a signed request, well-formed but not verified."""

    key_id: UUID
    signed_at: datetime
    nonce: str
    signature: str
    content: bytes

    def fits(self, secret: str) -> bool:
        """Whether it was made with this signing secret."""
        wanted = hmac.digest(secret.encode(), self.content, hashlib.sha256).hex()
        return hmac.compare_digest(wanted, self.signature)


def is_signed(scope: Scope) -> bool:
    """Whether the request claims to be signed."""
    return scope["type"] == "http" and header(scope, _SIGNATURE) is not None


def read(scope: Scope) -> Signature:
    """The signature of a request. Raises SignatureMalformed, SignatureBodyUnsigned."""
    key_id = _header(scope, b"x-tradewind-key")
    timestamp = _matching(scope, b"x-tradewind-timestamp", _TIMESTAMP, "whole seconds since 1970")
    nonce = _matching(scope, b"x-tradewind-nonce", _NONCE, "16 to 64 letters, digits, - or _")
    version, _, signature = _header(scope, _SIGNATURE).partition("=")
    if version != "v1" or not _HASH.fullmatch(signature):
        raise SignatureMalformed("X-Tradewind-Signature must be v1= and 64 hexadecimal digits in lower case.")
    try:
        key = UUID(key_id)
    except ValueError:
        raise SignatureMalformed("X-Tradewind-Key must be the id of a key, not a secret.") from None
    lines = (scope["method"], _target(scope), timestamp, nonce, body_hash(scope))
    return Signature(
        key, datetime.fromtimestamp(int(timestamp), UTC), nonce, signature, "\n".join(lines).encode("latin-1")
    )


def body_hash(scope: Scope) -> str:
    """The stated hash of the body, in hex. Raises SignatureBodyUnsigned, SignatureMalformed."""
    if header(scope, _BODY_HASH) is not None:
        return _matching(scope, _BODY_HASH, _HASH, "the hexadecimal SHA-256 of the body")
    has_body = header(scope, b"transfer-encoding") is not None or header(scope, b"content-length") not in (None, b"0")
    if has_body:
        raise SignatureBodyUnsigned("Send the body's SHA-256 in X-Tradewind-Content-SHA256 and sign it.")
    return _NO_BODY


class SignedBodyMiddleware:
    """Lets the end of a signed request's body through only if the whole has the stated hash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_signed(scope):
            await self.app(scope, receive, send)
            return
        try:
            body = _CheckedBody(scope, receive, send, body_hash(scope))
        except AppError as failure:
            await send_problem(scope, send, failure)
            return
        await self.app(scope, body.receive, body.send)


class _CheckedBody:
    def __init__(self, scope: Scope, receive: Receive, send: Send, stated: str) -> None:
        self._scope, self._receive, self._send, self._stated = scope, receive, send, stated
        self._seen = hashlib.sha256()
        self._failure: SignatureBodyChanged | None = None
        self._answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen.update(message.get("body", b""))
            if not message.get("more_body", False) and self._seen.hexdigest() != self._stated:
                self._failure = SignatureBodyChanged("Its SHA-256 differs from X-Tradewind-Content-SHA256.")
                raise self._failure
        return message

    async def send(self, message: Message) -> None:
        """Whatever the application makes of a failed read, the answer names the reason."""
        if self._failure is None:
            self._answered = True
            await self._send(message)
        elif not self._answered:
            self._answered = True
            await send_problem(self._scope, self._send, self._failure)


def _target(scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope.get("query_string", b"")
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _header(scope: Scope, name: bytes) -> str:
    value = header(scope, name)
    if value is None:
        raise SignatureMalformed(f"The header {_title(name)} is missing.")
    return value.decode("latin-1").strip()


def _matching(scope: Scope, name: bytes, pattern: re.Pattern[str], meaning: str) -> str:
    value = _header(scope, name)
    if not pattern.fullmatch(value):
        raise SignatureMalformed(f"{_title(name)} must be {meaning}.")
    return value


def _title(name: bytes) -> str:
    return name.decode().title().replace("Sha256", "SHA256")
