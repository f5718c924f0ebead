"""The bytes of a webhook and their signature.

Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): headers `webhook-id`, `webhook-timestamp`,
`webhook-signature`; what is signed is `id.timestamp.body` by HMAC-SHA256. CloudEvents 1.0 in structured mode as an
alternative body under the same headers.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson

Format = Literal["standard", "cloudevents"]
MAX_BODY_BYTES = 20_000
CONTENT_TYPES: dict[str, str] = {
    "standard": "application/json",
    "cloudevents": "application/cloudevents+json; charset=utf-8",
}
_SECRET_BYTES = 32
_MAX_KEPT_TEXT = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whatever the form."""

    id: UUID
    organisation_id: UUID
    type: str
    type_version: int
    data: dict[str, Any]
    occurred_at: datetime


def webhook_id(message_id: UUID) -> str:
    """The message's id for receivers: the same on every attempt, so that they can drop repetitions."""
    return f"msg_{message_id.hex}"


def new_secret() -> str:
    """A fresh signing secret in its text form."""
    return "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def body(content: Content, form: str, base_url: str) -> bytes:
    """The request body, minified, below 20 kB: longer data keeps only its short values and says where the rest is."""
    whole = _encode(content, form, content.data)
    if len(whole) < MAX_BODY_BYTES:
        return whole
    kept = {name: value for name, value in content.data.items() if _short(value)}
    rest = {"truncated": True, "full": f"{base_url}/api/v1/webhook-messages/{content.id}"}
    return _encode(content, form, kept | rest)


def signatures(message_id: str, timestamp: int, payload: bytes, secrets: list[str]) -> str:
    """The `webhook-signature` header: one entry per secret, the newest first."""
    signed = f"{message_id}.{timestamp}.".encode() + payload
    return " ".join(f"v1,{_hmac(secret, signed)}" for secret in secrets)


def headers(form: str, message_id: str, timestamp: int, signature: str) -> dict[str, str]:
    """All headers of an attempt that are ours."""
    return {
        "content-type": CONTENT_TYPES[form],
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _encode(content: Content, form: str, data: dict[str, Any]) -> bytes:
    time = content.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if form == "cloudevents":
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": webhook_id(content.id),
                "source": f"urn:tradewind:organisation:{content.organisation_id}",
                "type": content.type,
                "typeversion": content.type_version,
                "time": time,
                "datacontenttype": "application/json",
                "data": data,
            }
        )
    return orjson.dumps({"type": content.type, "version": content.type_version, "timestamp": time, "data": data})


def _short(value: Any) -> bool:
    return not isinstance(value, list | dict) and (not isinstance(value, str) or len(value) <= _MAX_KEPT_TEXT)
