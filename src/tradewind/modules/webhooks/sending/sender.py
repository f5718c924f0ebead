"""One attempt: sign, post, and say how it went."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx

from tradewind.kernel.clock import now
from tradewind.kernel.crypto import Vault
from tradewind.kernel.http import BlockedAddress, OutboundClient, OutboundError, retry_after_seconds
from tradewind.kernel.http_guard import PublicOnlyTransport
from tradewind.kernel.http_hosts import HostPolicy
from tradewind.modules.webhooks.models import SECRET
from tradewind.modules.webhooks.sending import message

TIMEOUT_SECONDS = 15.0
CONNECTIONS = 400
_ANSWER_BYTES = 2_048
_DAY_SECONDS = 86_400.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
# Endpoints have lanes and rests of their own; endpoints of several customers may share a host.
_POLICY = HostPolicy(failures=1_000_000_000, concurrency=CONNECTIONS)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken for one attempt, with all that the attempt needs."""

    delivery_id: UUID
    endpoint_id: UUID
    url: str
    format: str
    secrets_sealed: tuple[str, ...]
    content: message.Content
    step: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went; `status` None: no answer. `reached` is false where nobody answered at all."""

    claim: Claim
    started_at: datetime
    duration_ms: int
    signature: str
    status: int | None = None
    error: str | None = None
    answer: str = ""
    retry_after_seconds: float | None = None

    @property
    def delivered(self) -> bool:
        """Only 2xx counts."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver wants nothing any more."""
        return self.status == httpx.codes.GONE

    @property
    def overloaded(self) -> bool:
        """Whether the endpoint should get a rest rather than its next message."""
        return self.status in (None, 429, 502, 503, 504)


def is_local(url: str) -> bool:
    """Whether a URL names this machine itself."""
    return httpx.URL(url).host.lower() in _LOCAL


class Sender:
    """Posts webhooks. Connections to the open internet only, and to localhost where the settings allow it."""

    def __init__(self, vault: Vault, base_url: str, *, allow_localhost: bool) -> None:
        self._vault = vault
        self._base_url = base_url
        self._allow_localhost = allow_localhost
        self._outside = _client(guard=True, transport=PublicOnlyTransport(max_connections=CONNECTIONS))
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=10)
        self._local = _client(guard=False, transport=httpx.AsyncHTTPTransport(trust_env=False, limits=limits))

    async def close(self) -> None:
        """Close idle connections."""
        await self._outside.close()
        await self._local.close()

    async def attempt(self, claim: Claim) -> Outcome:
        """Send once. Never raises for what the other side does."""
        payload = message.body(claim.content, claim.format, self._base_url)
        message_id = message.webhook_id(claim.content.id)
        started_at, clock = now(), time.perf_counter()
        timestamp = int(started_at.timestamp())
        context = SECRET.context(claim.endpoint_id)
        secrets = [self._vault.decrypt_text(sealed, context) for sealed in claim.secrets_sealed]
        signature = message.signatures(message_id, timestamp, payload, secrets)
        status, error, answer, retry_after = None, None, "", None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response = await self._client_for(claim.url).post(
                    claim.url,
                    content=payload,
                    headers=message.headers(claim.format, message_id, timestamp, signature),
                )
            status, answer = response.status_code, _text(response.content)
            retry_after = retry_after_seconds(response, at_most=_DAY_SECONDS)
            if not response.is_success:
                error = _refusal(response)
        except TimeoutError:
            error = f"No complete answer within {TIMEOUT_SECONDS:.0f} seconds."
        except (OutboundError, BlockedAddress) as failure:
            error = failure.detail
        except httpx.InvalidURL:
            error = "The address cannot be read."
        took = round((time.perf_counter() - clock) * 1000)
        return Outcome(claim, started_at, took, signature, status, error, answer, retry_after)

    def _client_for(self, url: str) -> OutboundClient:
        return self._local if self._allow_localhost and is_local(url) else self._outside


def _client(*, guard: bool, transport: httpx.AsyncBaseTransport) -> OutboundClient:
    return OutboundClient(
        "webhooks",
        guard=guard,
        transport=transport,
        attempts=1,
        timeout_seconds=TIMEOUT_SECONDS,
        max_response_bytes=_ANSWER_BYTES,
        cut_answers=True,
        policy=_POLICY,
        follow_redirects=False,
    )


def _text(content: bytes) -> str:
    # PostgreSQL stores no NUL in text.
    return content.decode(errors="replace").replace("\x00", "�")


def _refusal(response: httpx.Response) -> str:
    if response.has_redirect_location:
        return f"The receiver redirects ({response.status_code}); redirects are not followed. Enter the final address."
    return f"The receiver answered {response.status_code}."
