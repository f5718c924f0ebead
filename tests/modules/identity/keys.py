"""Making and using API keys in tests; `signed_headers` follows docs/guides/api-keys.md, not the server's code."""

import hashlib
import hmac
import secrets
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx

from tradewind.kernel.clock import now


async def make_key(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    """A key made through the API; see `ApiKeyCreate`."""
    kinds = {"publishable": {"allowed_origins": ["https://www.example.com"]}}
    body = {"name": "Robot", **kinds.get(values.get("kind", ""), {"scopes": ["leads:read"]}), **values}
    answer = await client.post("/api/v1/keys", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@asynccontextmanager
async def caller(app, secret: str | None = None, *, address: str = "203.0.113.9"):
    """An API client at an address, with a key as bearer."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://tradewind.test", headers=headers) as client:
        yield client


def signed_headers(
    key: dict[str, Any], method: str, target: str, body: bytes = b"", *, at: datetime | None = None, nonce: str = ""
) -> dict[str, str]:
    """The headers of a signed request."""
    timestamp = str(int((at or now()).timestamp()))
    nonce = nonce or secrets.token_urlsafe(16)
    content_hash = hashlib.sha256(body).hexdigest()
    lines = "\n".join([method, target, timestamp, nonce, content_hash])
    return {
        "X-Tradewind-Key": key["id"],
        "X-Tradewind-Timestamp": timestamp,
        "X-Tradewind-Nonce": nonce,
        "X-Tradewind-Content-SHA256": content_hash,
        "X-Tradewind-Signature": "v1=" + hmac.new(key["secret"].encode(), lines.encode(), hashlib.sha256).hexdigest(),
    }
