"""One event of the wire → one row of `events`, or the reason why it is none.

Fields: https://segment.com/docs/connections/spec/common/. Plain functions on plain values: this runs for every event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import orjson

from tradewind.modules.tracking.collecting.wire import MAX_EVENT_BYTES, Envelope, moment
from tradewind.modules.tracking.humanity import assess

TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
# What a shaped event holds, in this order; id, organisation and the instant of writing come with the write.
COLUMNS = (
    "source_id", "type", "name", "message_id", "anonymous_id", "user_id", "previous_id", "group_id", "occurred_at",
    "ip", "user_agent", "url", "path", "title", "referrer", "properties", "context", "human", "human_reasons",
)  # fmt: skip
SOURCE, TYPE, NAME, MESSAGE_ID = (COLUMNS.index(field) for field in ("source_id", "type", "name", "message_id"))
Row = tuple[Any, ...]

MAX_ID = 256
MAX_NAME = 256
MAX_MESSAGE_ID = 100
MAX_PAYLOAD_BYTES = 4 * 1024
_LIFTED = ("url", "path", "title", "referrer")
_MAX_URL, _MAX_TITLE, _MAX_USER_AGENT, _MAX_IP = 2_048, 512, 512, 64
_EMPTY: Mapping[str, Any] = {}


class Rejected(Exception):
    """This event cannot be accepted: a stable code, and what is wrong in words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refused event, as the debugger shows it."""

    source_id: UUID
    code: str
    detail: str
    message_id: str | None
    type: str | None
    name: str | None
    payload: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from. Address and user agent are a visitor's, hence None where a server is the sender."""

    source_id: UUID
    arrived_at: datetime
    ip: str | None
    user_agent: str | None
    keeps_ip: bool = True


def shape(event: Any, envelope: Envelope, origin: Origin) -> Row:
    """The row of an event. Raises Rejected."""
    if type(event) is not dict:
        raise Rejected("not_an_object", "An event is a JSON object.")
    kind = envelope.type or event.get("type")
    if type(kind) is not str or kind not in TYPES:
        raise Rejected("type_unknown", f"“type” must be one of {', '.join(sorted(TYPES))}.")
    if envelope.size > MAX_EVENT_BYTES and len(orjson.dumps(event)) > MAX_EVENT_BYTES:
        raise Rejected("too_large", f"An event may have up to {MAX_EVENT_BYTES >> 10} KB.")
    message_id = _identifier(event, "messageId", MAX_MESSAGE_ID) or str(uuid4())
    anonymous_id, user_id = _identifier(event, "anonymousId"), _identifier(event, "userId")
    previous_id = group_id = None
    name = ""
    if kind == "track":
        name = _name(event, "event")
        if not name:
            raise Rejected("event_missing", "A track needs “event”, the name of what happened.")
    elif kind in ("page", "screen"):
        name = _name(event, "name")
    elif kind == "group":
        group_id = _identifier(event, "groupId")
        if group_id is None:
            raise Rejected("group_id_missing", "A group needs “groupId”.")
    elif kind == "alias":
        previous_id = _identifier(event, "previousId")
        if previous_id is None or user_id is None:
            raise Rejected("alias_incomplete", "An alias needs “previousId” and “userId”.")
    if anonymous_id is None and user_id is None:
        raise Rejected("id_missing", "“userId” or “anonymousId” must say whose event it is.")
    properties = details(event, kind)
    context = {**envelope.context, **_object(event, "context")}
    if kind == "identify":
        context.pop("traits", None)
    human, reasons = _assessed(event, context, origin)
    ip = _text(context.pop("ip", None), _MAX_IP) or origin.ip
    user_agent = _text(context.pop("userAgent", None), _MAX_USER_AGENT) or origin.user_agent
    url, path, title, referrer = _page(context, properties if kind == "page" else _EMPTY)
    if kind in ("page", "screen") and isinstance(event.get("category"), str) and "category" not in properties:
        properties = {**properties, "category": event["category"]}
    return (
        origin.source_id, kind, name, message_id, anonymous_id, user_id, previous_id, group_id,
        _occurred(event, envelope.sent_at, origin.arrived_at), ip if origin.keeps_ip else None, user_agent,
        url, path, title, referrer, orjson.dumps(properties).decode(), orjson.dumps(context).decode(), human, reasons,
    )  # fmt: skip


def details(event: dict[str, Any], kind: str) -> Mapping[str, Any]:
    """What an event tells: its properties, or the traits of an identify or a group. Raises Rejected.

    RudderStack's libraries put the traits of an identify into its context.
    https://www.rudderstack.com/docs/event-spec/standard-events/identify/
    """
    if kind == "group":
        return _object(event, "traits")
    if kind != "identify":
        return _object(event, "properties")
    traits, aside = _object(event, "traits"), _object(event, "context").get("traits")
    return {**aside, **traits} if type(aside) is dict else traits


def rejection(event: Any, why: Rejected, envelope: Envelope, source_id: UUID) -> Rejection:
    """A refused event with as much of it as can be shown."""
    fields = event if isinstance(event, dict) else {}
    return Rejection(
        source_id=source_id,
        code=why.code,
        detail=why.detail,
        message_id=_text(fields.get("messageId"), MAX_MESSAGE_ID),
        type=_text(envelope.type or fields.get("type"), MAX_NAME),
        name=_text(fields.get("event") or fields.get("name"), MAX_NAME),
        payload=orjson.dumps(event)[:MAX_PAYLOAD_BYTES].decode("utf-8", "ignore"),
    )


def _identifier(event: dict[str, Any], field: str, limit: int = MAX_ID) -> str | None:
    value = event.get(field)
    if value is None:
        return None
    if type(value) is not str:
        if type(value) not in (int, float):
            raise Rejected("id_not_text", f"“{field}” must be a text.")
        value = str(value)
    if len(value) > limit:
        raise Rejected("id_too_long", f"“{field}” may have up to {limit} characters.")
    return value or None


def _name(event: dict[str, Any], field: str) -> str:
    value = event.get(field)
    if value is None:
        return ""
    if type(value) is not str:
        raise Rejected("name_not_text", f"“{field}” must be a text.")
    if len(value) > MAX_NAME:
        raise Rejected("name_too_long", f"“{field}” may have up to {MAX_NAME} characters.")
    return value


def _object(event: dict[str, Any], field: str) -> Mapping[str, Any]:
    value = event.get(field)
    if value is None:
        return _EMPTY
    if type(value) is not dict:
        raise Rejected("not_an_object", f"“{field}” must be a JSON object.")
    return value


def _text(value: Any, limit: int) -> str | None:
    return value[:limit] or None if type(value) is str else None


def _assessed(event: dict[str, Any], context: dict[str, Any], origin: Origin) -> tuple[float, str]:
    """How likely a person is behind it, with the reasons in one text: joined by commas."""
    user_agent = _text(context.get("userAgent"), _MAX_USER_AGENT) or origin.user_agent
    ip = origin.ip or _text(context.get("ip"), _MAX_IP)
    human, reasons = assess(user_agent, ip, {"event": event.get("event"), "context": context})
    return human, ",".join(reasons)


def _page(context: dict[str, Any], properties: Mapping[str, Any]) -> tuple[str | None, ...]:
    """url, path, title and referrer, taken out of `context`; a page's own properties go first."""
    page = context.get("page")
    if type(page) is dict:
        rest = {key: value for key, value in page.items() if key not in _LIFTED}
        if rest:
            context["page"] = rest
        else:
            del context["page"]
    else:
        page = _EMPTY
    url, path, title, referrer = (properties.get(field) or page.get(field) for field in _LIFTED)
    url = _text(url, _MAX_URL)
    return url, _text(path, _MAX_URL) or _path_of(url), _text(title, _MAX_TITLE), _text(referrer, _MAX_URL)


def _path_of(url: str | None) -> str | None:
    try:
        return None if url is None else urlsplit(url).path or None
    except ValueError:
        return None


def _occurred(event: dict[str, Any], sent_at: datetime | None, arrived_at: datetime) -> datetime:
    """The sender's instant by our clock: arrival less the time that lay between event and sending.

    Never in the future. https://segment.com/docs/connections/spec/common/#timestamps
    """
    told = event.get("originalTimestamp") or event.get("timestamp")
    if told is None:
        return arrived_at
    happened = moment(told)
    if happened is None:
        raise Rejected("timestamp_unreadable", "“timestamp” must be an instant such as 2026-11-21T09:30:00.000Z.")
    sent_at = moment(event.get("sentAt")) or sent_at
    try:
        return min(arrived_at, happened if sent_at is None else arrived_at - (sent_at - happened))
    except OverflowError:
        return happened
