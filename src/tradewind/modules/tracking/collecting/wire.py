"""Bytes → events: the forms in which clients of the Segment HTTP API send them.

Source: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/. The Content-Type is never
looked at: browsers send JSON as text/plain, some libraries as a form. Gzip is known by its first bytes.
"""

import base64
import binascii
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import orjson

from tradewind.modules.tracking.errors_collecting import BodyTooLarge, BodyUnreadable

MAX_BODY_BYTES = 500 * 1024
MAX_EVENT_BYTES = 32 * 1024
MAX_EVENTS = 2_500
_MAX_KEY = 200
_GZIP = b"\x1f\x8b"
_LARGEST_INTEGER = 2**63


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one request carries. `context` lies under the context of each event; `type` is set where the path says it.

    `size` is that of the unpacked body in bytes.
    """

    events: list[Any]
    context: Mapping[str, Any]
    sent_at: datetime | None
    write_key: str | None
    type: str | None
    size: int


def read(body: bytes, *, kind: str) -> Envelope:
    """Events of a request; `kind` is `batch` or the type of a single event. Raises BodyUnreadable, BodyTooLarge."""
    if body[:2] == _GZIP:
        body = _inflated(body)
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"A request may have up to {MAX_BODY_BYTES >> 10} KB of JSON. Send fewer events at once.")
    document = _parsed(body)
    if not isinstance(document, dict):
        raise BodyUnreadable("Send one JSON object.")
    key = document.get("writeKey")
    context = document.get("context") if kind == "batch" else None
    events: Any = [document]
    if kind == "batch":
        events = document.get("batch")
        if not isinstance(events, list):
            raise BodyUnreadable("“batch” must be a list of events.")
        if len(events) > MAX_EVENTS:
            raise BodyTooLarge(f"A batch may have up to {MAX_EVENTS:,} events.")
    elif len(body) > MAX_EVENT_BYTES:
        raise BodyTooLarge(f"An event may have up to {MAX_EVENT_BYTES >> 10} KB.")
    return Envelope(
        events=events,
        context=context if isinstance(context, dict) else {},
        sent_at=moment(document.get("sentAt")),
        write_key=key[:_MAX_KEY] if isinstance(key, str) else None,
        type=None if kind == "batch" else kind,
        size=len(body),
    )


def moment(value: object) -> datetime | None:
    """An instant as clients write it: ISO 8601 with any fraction, or Unix time in seconds or milliseconds."""
    try:
        if type(value) is str:
            found = datetime.fromisoformat(value)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        if type(value) in (int, float):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)  # pyright: ignore
    except (ValueError, OverflowError, OSError):
        pass
    return None


def key_in_header(authorization: bytes | None) -> str | None:
    """The write key of basic authentication: the user's name, with or without the colon behind it."""
    if authorization is None or authorization[:6].lower() != b"basic ":
        return None
    try:
        user = base64.b64decode(authorization[6:].strip() + b"==").partition(b":")[0]
        return user.decode("ascii")[:_MAX_KEY] or None
    except (binascii.Error, ValueError):
        return None


def key_in_query(query: bytes) -> str | None:
    """The write key of `?writeKey=…`, which beacons use."""
    if b"writeKey=" not in query:
        return None
    found = parse_qs(query[:2000].decode("latin-1")).get("writeKey")
    return found[0][:_MAX_KEY] if found else None


def _inflated(body: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise BodyUnreadable("The gzip stream is damaged.") from error
    if not stream.eof and len(plain) <= MAX_BODY_BYTES:
        raise BodyUnreadable("The gzip stream ends too early.")
    return plain


def _parsed(body: bytes) -> Any:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _leniently(body)
    return _storable(document) if b"\\u0000" in body else document


def _leniently(body: bytes) -> Any:
    """What strict JSON forbids and clients send all the same: NaN, halves of surrogate pairs, wrong UTF-8."""
    try:
        text = body.decode("utf-8", "replace").lstrip("\ufeff")
        return _storable(json.loads(text, parse_constant=lambda _: None, strict=False))
    except (ValueError, RecursionError) as error:
        raise BodyUnreadable(f"The body is no JSON: {error}"[:300]) from error


def _storable(value: Any) -> Any:
    """The same without what PostgreSQL cannot keep in text and JSON: NUL, half surrogate pairs, endless numbers."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) >= _LARGEST_INTEGER:
        return str(value)
    return value
