"""One event of the wire becomes one row, or is refused with a reason: no database needed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from tradewind.modules.tracking.collecting import wire
from tradewind.modules.tracking.collecting.shaping import COLUMNS, Origin, Rejected, shape

ARRIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = UUID("01900000-0000-7000-8000-000000000001")
BROWSER = Origin(source_id=SOURCE, arrived_at=ARRIVED, ip="203.0.113.9", user_agent="Mozilla/5.0 (X11)")
SERVER = Origin(source_id=SOURCE, arrived_at=ARRIVED, ip=None, user_agent=None)
TRACK = {"type": "track", "event": "Paid", "userId": "u1", "messageId": "m1"}


def shaped(event, *, origin=SERVER, **envelope):
    """The row of an event sent in a batch, by column."""
    read = wire.read(orjson.dumps({"batch": [event], **envelope}), kind="batch")
    return dict(zip(COLUMNS, shape(read.events[0], read, origin), strict=True))


@pytest.mark.parametrize(
    ("fields", "sent_at", "expected"),
    [
        ({}, None, ARRIVED),
        ({"timestamp": "2026-03-02T08:00:00Z"}, None, ARRIVED - timedelta(hours=1)),
        ({"timestamp": "2026-03-02T10:00:00.123456+02:00"}, None, ARRIVED - timedelta(hours=1, microseconds=-123456)),
        ({"timestamp": "2026-03-02T08:00:00"}, None, ARRIVED - timedelta(hours=1)),
        ({"timestamp": 1772438400000}, None, ARRIVED - timedelta(hours=1)),
        # A clock that is a year behind, and one in the future: only the time between event and sending counts.
        ({"timestamp": "2025-03-02T08:59:50Z"}, "2025-03-02T09:00:00.000Z", ARRIVED - timedelta(seconds=10)),
        ({"timestamp": "2030-01-01T00:00:00Z"}, "2030-01-01T00:00:05Z", ARRIVED - timedelta(seconds=5)),
        ({"originalTimestamp": "2026-03-02T08:30:00Z", "timestamp": "2026-03-02T01:00:00Z"}, None,
         ARRIVED - timedelta(minutes=30)),
        # RudderStack says for each event when it was sent.
        ({"originalTimestamp": "2026-03-02T08:00:00Z", "sentAt": "2026-03-02T08:00:02Z"}, "2026-03-02T09:00:00Z",
         ARRIVED - timedelta(seconds=2)),
        ({"timestamp": "2031-01-01T00:00:00Z"}, None, ARRIVED),
        ({"timestamp": "0001-01-01T00:00:00+14:00", "sentAt": "nonsense"}, None, "timestamp_unreadable"),
        ({"timestamp": "yesterday"}, None, "timestamp_unreadable"),
    ],
)  # fmt: skip
def test_clock_skew(fields, sent_at, expected):
    if isinstance(expected, str):
        with pytest.raises(Rejected) as caught:
            shaped({**TRACK, **fields}, sentAt=sent_at)
        assert caught.value.code == expected
    else:
        assert shaped({**TRACK, **fields}, sentAt=sent_at)["occurred_at"] == expected


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("text", "not_an_object"),
        ({**TRACK, "type": "trakc"}, "type_unknown"),
        ({**TRACK, "type": ["track"]}, "type_unknown"),
        ({**TRACK, "event": ""}, "event_missing"),
        ({**TRACK, "event": 7}, "name_not_text"),
        ({**TRACK, "event": "x" * 257}, "name_too_long"),
        ({**TRACK, "userId": None}, "id_missing"),
        ({**TRACK, "userId": "", "anonymousId": ""}, "id_missing"),
        ({**TRACK, "userId": {"id": 1}}, "id_not_text"),
        ({**TRACK, "userId": True}, "id_not_text"),
        ({**TRACK, "userId": "x" * 257}, "id_too_long"),
        ({**TRACK, "messageId": "x" * 101}, "id_too_long"),
        ({**TRACK, "properties": [1]}, "not_an_object"),
        ({**TRACK, "context": "web"}, "not_an_object"),
        ({**TRACK, "properties": {"text": "x" * 33_000}}, "too_large"),
        ({"type": "group", "userId": "u1"}, "group_id_missing"),
        ({"type": "alias", "userId": "u1"}, "alias_incomplete"),
        ({"type": "alias", "previousId": "a1", "anonymousId": "a1"}, "alias_incomplete"),
    ],
)
def test_refused(event, code):
    with pytest.raises(Rejected) as caught:
        shaped(event)
    assert caught.value.code == code
    assert caught.value.detail.endswith(".")


def test_what_is_lifted_and_what_stays():
    event = {
        "type": "page", "name": None, "category": "Docs", "anonymousId": "a1", "userId": 17, "unknown": {"x": [1]},
        "properties": {"url": "https://example.com/a?b=1", "title": "A"},
        "context": {
            "page": {"url": "https://other.example/", "referrer": "https://search.example/", "search": "?b=1"},
            "userAgent": "Firefox", "locale": "en-GB",
        },
    }  # fmt: skip
    row = shaped(event, origin=BROWSER, context={"library": {"name": "mine"}, "locale": "de"})
    assert (row["name"], row["user_id"], row["ip"], row["user_agent"]) == ("", "17", "203.0.113.9", "Firefox")
    assert (row["url"], row["path"]) == ("https://example.com/a?b=1", "/a")
    assert (row["title"], row["referrer"]) == ("A", "https://search.example/")
    assert orjson.loads(row["context"]) == {"library": {"name": "mine"}, "locale": "en-GB", "page": {"search": "?b=1"}}
    assert orjson.loads(row["properties"]) == {**event["properties"], "category": "Docs"}
    assert len(row["message_id"]) == 36, "a message without an id gets one"


def test_traits_of_an_identify_may_stand_in_its_context():
    event = {"type": "identify", "userId": "u1", "context": {"traits": {"email": "a@b.example", "plan": "old"}}}
    row = shaped({**event, "traits": {"plan": "new"}}, context={"locale": "en"})
    assert orjson.loads(row["properties"]) == {"email": "a@b.example", "plan": "new"}
    assert orjson.loads(row["context"]) == {"locale": "en"}
    # Of other events they tell who it was, not what happened.
    row = shaped({**TRACK, "context": {"traits": {"email": "a@b.example"}}})
    assert orjson.loads(row["properties"]) == {}
    assert orjson.loads(row["context"]) == {"traits": {"email": "a@b.example"}}


def test_who_is_judged_human():
    library = {"library": {"name": "analytics-python"}, "userAgent": "python-requests/2"}
    assert shaped({**TRACK, "context": library})["human"] < 0.1
    assert shaped(TRACK)["human"] > 0.9, "a server that says nothing of the visitor tells nothing against a person"
    assert shaped(TRACK, origin=BROWSER)["user_agent"] == "Mozilla/5.0 (X11)"
    hidden = Origin(source_id=SOURCE, arrived_at=ARRIVED, ip="203.0.113.9", user_agent=None, keeps_ip=False)
    assert shaped({**TRACK, "context": {"ip": "203.0.113.8"}}, origin=hidden)["ip"] is None


@pytest.mark.parametrize(
    ("body", "properties"),
    [
        (b'{"a": NaN, "b": -Infinity, "c": 1e999}', {"a": None, "b": None, "c": None}),
        (b'{"a": "\\ud83d", "b": "x\\u0000y"}', {"a": "\ufffd", "b": "x\ufffdy"}),
        (b'{"a": "\\ud83d\\ude00 \\u0000"}', {"a": "\U0001f600 \ufffd"}),
        (b'{"a\\u0000b": ["\\u0000"]}', {"a\ufffdb": ["\ufffd"]}),
        (b'{"a": "\xff\xfe"}', {"a": "\ufffd\ufffd"}),
        (b'{"a": 123456789012345678901234567890, "b": NaN}', {"a": "123456789012345678901234567890", "b": None}),
        (b'{"a": "line\nbreak"}', {"a": "line\nbreak"}),
    ],
)
def test_what_strict_json_forbids(body, properties):
    sent = b'{"batch": [{"type": "track", "event": "E", "userId": "u", "properties": ' + body + b"}]}"
    read = wire.read(sent, kind="batch")
    row = dict(zip(COLUMNS, shape(read.events[0], read, SERVER), strict=True))
    assert orjson.loads(row["properties"]) == properties
