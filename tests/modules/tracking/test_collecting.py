"""The collection API as clients see it: forms of requests, answers, what is kept and what is refused."""

import asyncio
import base64
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import orjson
import pytest
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.modules.tracking.collecting import admission, application, intake, tail
from tradewind.modules.tracking.collecting.running import running_in

SITE = "https://www.example.com"


@pytest.fixture
async def source(client: httpx.AsyncClient) -> dict:
    """A website's source."""
    body = {"name": "Website", "kind": "website", "allowed_origins": [SITE]}
    answer = await client.post("/api/v1/sources", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def key(source: dict) -> str:
    return source["write_key"]


def track(message_id: str, **fields) -> dict:
    return {"type": "track", "event": "Paid", "userId": "u1", "messageId": message_id, **fields}


def basic(user: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


async def stored(database, organisation, columns: str = "message_id", where: str = "true") -> list:
    async with database.transaction(organisation) as session:
        return list((await session.execute(text(f"SELECT {columns} FROM events WHERE {where} ORDER BY id"))).all())


async def rejections(client: httpx.AsyncClient, source: dict) -> list[dict]:
    return (await client.get(f"/api/v1/sources/{source['id']}/rejections")).json()["items"]


async def test_every_form_that_clients_send(anonymous, client, key, source, database, organisation):
    async def send(path: str, body: object, message_id: str | None = None, **options) -> None:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        answer = await anonymous.post(path, content=content, **options)
        assert (answer.status_code, answer.json()) == (200, {"success": True}), (path, answer.text)
        assert answer.headers["access-control-allow-origin"] == "*"

    def one(number: int, **fields) -> dict:
        return {"userId": "u1", "messageId": f"m{number}", **fields}

    # Raw HTTP, the long and the short paths; what the path says goes before what the body says.
    single = {
        "track": {"event": "Paid"}, "identify": {"traits": {"plan": "pro"}}, "page": {"name": "Home"},
        "screen": {"name": "Start"}, "group": {"groupId": "g1"}, "alias": {"previousId": "a1"},
    }  # fmt: skip
    for number, (kind, fields) in enumerate(single.items()):
        await send(f"/v1/{kind}", one(number, **fields), headers=basic(f"{key}:"))
        await send(f"/v1/{kind[0]}", one(10 + number, **fields, type="nonsense", writeKey=key))
    # analytics.js: one event a request, text/plain so that there is no preflight.
    browser = one(20, type="page", anonymousId="a1", userId=None, writeKey=key, sentAt="2026-03-02T09:00:00.000Z",
                  _metadata={"bundled": ["Segment.io"]}, integrations={}, properties={"path": "/"})  # fmt: skip
    await send("/v1/p", browser, headers={"Content-Type": "text/plain", "Origin": SITE})
    await send("/v1/b", {"writeKey": key, "batch": [track("m21")]}, headers={"Origin": SITE})
    # RudderStack for Node: gzip, labelled as a form. Segment for Python: gzip as well, null ids.
    packed = gzip.compress(orjson.dumps({"batch": [track("m22", anonymousId=None)]}))
    wrong = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    await send("/v1/batch", packed, headers=wrong | basic(f"{key}:"))
    await send("/v1/batch", packed.replace(b"x", b"x"), headers=basic(key))
    await send("/v1/import", {"batch": [track("m23")]}, headers=basic(f"{key}:"))
    # A token beside the key in the body; a beacon's key in the query; an Authorization that is no key at all.
    await send("/v1/batch", {"batch": [track("m24")], "writeKey": key}, headers={"Authorization": "Bearer abc"})
    await send(f"/beacon/v1/batch?writeKey={key}", {"batch": [track("m25")]})
    await send("/v1/track/", {**track("m26"), "writeKey": key}, headers={"Authorization": "Basic ###"})
    await send("/v1/m", {"series": []})
    await send("/v1/batch", {"batch": [], "writeKey": key})

    rows = await stored(database, organisation, "message_id, type, name, ip, user_agent")
    assert {row.message_id for row in rows} == {f"m{n}" for n in (*range(6), *range(10, 16), *range(20, 27))}
    assert len(rows) == 19, "one repeated message is stored once"
    by_id = {row.message_id: row for row in rows}
    assert [by_id[f"m{n}"].type for n in range(6)] == list(single)
    assert {by_id[f"m{n}"].type for n in (10, 20)} == {"track", "page"}
    assert by_id["m20"].user_agent.startswith("python-httpx"), "a browser's address and program come from the request"
    assert by_id["m20"].ip == "127.0.0.1"
    async with database.transaction(organisation) as session:
        batches = (await session.execute(text("SELECT * FROM event_batches"))).all()
        queued = await session.scalar(text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'tracking.process'"))
        for batch in batches:
            within = "received_at = :at AND id BETWEEN :first AND :last"
            values = {"at": batch.received_at, "first": batch.first_id, "last": batch.last_id}
            found = await session.scalar(text(f"SELECT count(*) FROM events WHERE {within}"), values)
            assert found == batch.events
    assert sum(batch.events for batch in batches) == 19
    assert queued == len(batches)
    read = (await client.get(f"/api/v1/sources/{source['id']}")).json()
    assert read["duplicates"] == 1
    assert read["last_event_at"] is not None


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status", "code"),
    [
        ("POST", "/v1/track", b"{", {}, 400, "tracking.body_unreadable"),
        ("POST", "/v1/track", b"[]", {}, 400, "tracking.body_unreadable"),
        ("POST", "/v1/track", b"[" * 100_000, {}, 400, "tracking.body_unreadable"),
        ("POST", "/v1/batch", b'{"batch": {}}', {}, 400, "tracking.body_unreadable"),
        ("POST", "/v1/batch", b"\x1f\x8b damaged", {}, 400, "tracking.body_unreadable"),
        ("POST", "/v1/batch", gzip.compress(b'{"batch": []}', mtime=0)[:-9], {}, 400, "tracking.body_unreadable"),
        ("POST", "/v1/batch", gzip.compress(b" " * 50_000_000, mtime=0), {}, 400, "tracking.body_too_large"),
        ("POST", "/v1/batch", b" " * 600_000, {}, 400, "tracking.body_too_large"),
        ("POST", "/v1/batch", b" " * 9_000_000, {}, 400, "tracking.body_too_large"),
        ("POST", "/v1/batch", b'{"batch": [' + b"1," * 2_500 + b"1]}", {}, 400, "tracking.body_too_large"),
        ("POST", "/v1/track", b'{"event": "' + b"x" * 33_000 + b'"}', {}, 400, "tracking.body_too_large"),
        ("POST", "/v1/track", b"{}", {}, 401, "tracking.write_key_missing"),
        ("POST", "/v1/track", b"{}", basic("nonsense:"), 401, "identity.key_mistyped"),
        ("GET", "/v1/track", b"", {}, 405, "tracking.method_not_allowed"),
        ("POST", "/v1/nonsense", b"{}", {}, 404, "tracking.no_such_endpoint"),
        ("GET", "/v1/projects/x", b"", {}, 404, "tracking.no_such_endpoint"),
        ("GET", "/sourceConfig/", b"", {}, 401, "tracking.write_key_missing"),
        ("GET", "/v1/projects/nonsense/settings", b"", {}, 401, "identity.key_mistyped"),
    ],
)  # fmt: skip
async def test_refused_requests(anonymous, method, path, content, headers, status, code):
    answer = await anonymous.request(method, path, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_who_may_send(anonymous, client, key, source):
    async def send(**headers) -> tuple[int, str | None]:
        running_in(anonymous._transport.app).admission._known.clear()
        answer = await anonymous.post("/v1/track", json=track("m"), headers={**basic(f"{key}:"), **headers})
        return answer.status_code, answer.json().get("code")

    assert await send() == (200, None)
    assert await send(Origin=SITE) == (200, None)
    assert await send(Origin="https://elsewhere.example") == (403, "identity.key_origin_refused")
    made = await client.post("/api/v1/keys", json={"name": "k", "kind": "secret", "scopes": ["leads:read"]})
    assert await send(**basic(f"{made.json()['secret']}:")) == (401, "identity.key_not_publishable")
    plain = {"name": "k", "kind": "publishable", "allowed_origins": [SITE]}
    made = await client.post("/api/v1/keys", json=plain)
    assert await send(**basic(f"{made.json()['secret']}:")) == (401, "tracking.source_unknown")
    await client.patch(f"/api/v1/sources/{source['id']}", json={"enabled": False})
    assert await send() == (403, "tracking.source_disabled")


async def test_preflight_and_documents(anonymous, key, source):
    asked = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    answer = await anonymous.options("/v1/batch", headers=asked)
    assert (answer.status_code, answer.headers["access-control-max-age"]) == (204, "86400")
    assert {"authorization", "content-type", "x-retry-count", "anonymousid"} <= {
        name.strip() for name in answer.headers["access-control-allow-headers"].split(",")
    }
    assert "access-control-allow-credentials" not in answer.headers
    read = await anonymous.get(f"/v1/projects/{key}/settings", headers={"Origin": SITE})
    assert read.json() == {
        "integrations": {
            "Segment.io": {"apiKey": key, "apiHost": "tradewind.test/v1", "protocol": "http"},
        },
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "tradewind": {"require_consent": False, "respect_gpc": True, "capture_forms": True, "capture_page_views": True},
    }
    config = (await anonymous.get(f"/sourceConfig/?p=cdn&writeKey={key}", headers={"Origin": SITE})).json()["source"]
    assert (config["writeKey"], config["enabled"], config["destinations"]) == (key, True, [])


async def test_bad_events_do_not_harm_their_batch(anonymous, client, key, source, database, organisation):
    bad = [{"type": "nonsense", "messageId": "bad"}, 7, track("m2", userId=None), track("m3", userId=None)]
    body = {"batch": [track("m1"), *bad, track("m4", properties={"a": "x\u0000y"})], "writeKey": key}
    answer = await anonymous.post("/v1/batch", json=body)
    assert answer.status_code == 200
    assert [row.message_id for row in await stored(database, organisation)] == ["m1", "m4"]
    found = {(each["code"], each["occurrences"]) for each in await rejections(client, source)}
    assert found == {("type_unknown", 1), ("not_an_object", 1), ("id_missing", 2)}
    assert (await anonymous.post("/v1/track", json={"writeKey": key})).status_code == 200
    assert "event_missing" in {each["code"] for each in await rejections(client, source)}
    assert (await client.get(f"/api/v1/sources/{source['id']}")).json()["rejected"] == 5


async def test_events_off_the_plan_are_blocked(anonymous, client, key, source, database, organisation):
    settings = {"settings": {"unplanned_events": "block"}}
    assert (await client.patch(f"/api/v1/sources/{source['id']}", json=settings)).status_code == 200
    assert (await anonymous.post("/v1/track", json={**track("m1"), "writeKey": key})).status_code == 200
    assert await stored(database, organisation) == []
    assert [each["code"] for each in await rejections(client, source)] == ["unplanned_event"]


async def test_only_the_newest_rejections_are_kept(anonymous, client, key, database, organisation):
    for start in (0, 700):
        batch = [{"type": "track", "event": f"e{number}"} for number in range(start, start + 700)]
        assert (await anonymous.post("/v1/batch", json={"batch": batch, "writeKey": key})).status_code == 200
    async with database.transaction(organisation) as session:
        names = set(await session.scalars(text("SELECT name FROM event_rejections")))
    assert names == {f"e{number}" for number in range(400, 1400)}


async def test_a_message_is_stored_once_also_across_months(anonymous, key, database, organisation):
    today = clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month = (today + timedelta(days=32)).replace(day=1)
    body = {"batch": [track("same"), track("same", event="Again")], "writeKey": key}
    for at in (month - timedelta(seconds=30), month + timedelta(seconds=30), month + timedelta(days=3)):
        with clock.frozen(at):
            assert (await anonymous.post("/v1/batch", json=body)).status_code == 200
    async with database.transaction(organisation) as session:
        parts = set(await session.scalars(text("SELECT tableoid::regclass::text FROM events")))
    assert [row.name for row in await stored(database, organisation, "name")] == ["Paid"]
    assert parts == {f"events_{month - timedelta(days=1):%Y_%m}"}


@asynccontextmanager
async def stalled(database, monkeypatch) -> AsyncIterator[asyncio.Event]:
    """Writes wait until the event is set."""
    go = asyncio.Event()
    real = database.transaction

    @asynccontextmanager
    async def waiting(actor):
        await go.wait()
        async with real(actor) as session:
            yield session

    monkeypatch.setattr(database, "transaction", waiting)
    yield go
    monkeypatch.setattr(database, "transaction", real)


async def test_memory_is_bounded_and_what_waits_is_written_together(
    anonymous, key, database, organisation, monkeypatch
):
    await anonymous.post("/v1/track", json={**track("first"), "writeKey": key})
    sent = orjson.dumps({**track("m00"), "writeKey": key})
    monkeypatch.setattr(application, "_MEMORY_BYTES", 10 * 4 * len(sent))
    async with stalled(database, monkeypatch) as go:
        bodies = [sent.replace(b"m00", b"m%02d" % number) for number in range(30)]
        asked = [asyncio.create_task(anonymous.post("/v1/track", content=body)) for body in bodies]
        answered, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        while len(answered) < 20:
            answered, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=0.01)
        assert {task.result().status_code for task in answered} == {503}
        assert {task.result().headers["retry-after"] for task in answered} == {"2"}
        go.set()
        assert [(await task).status_code for task in waiting] == [200] * 10
        # The drain at the end of the process waits for what was accepted.
        await running_in(anonymous._transport.app).intake.drain()
    assert len(await stored(database, organisation)) == 11
    async with database.transaction(organisation) as session:
        assert await session.scalar(text("SELECT count(*) FROM event_batches")) <= 3, "they were written together"


async def test_writes_that_follow_each_other_ask_for_processing_once_in_a_while_and_at_the_end(
    anonymous, key, database, organisation, monkeypatch
):
    monkeypatch.setattr(intake, "_ASKING_SECONDS", 3600.0)
    monkeypatch.setattr(intake, "_EVENTS_AT_ONCE", 1)
    await anonymous.post("/v1/track", json={**track("m0"), "writeKey": key})
    async with stalled(database, monkeypatch) as go:
        bodies = [{**track(f"m{number}"), "writeKey": key} for number in range(1, 9)]
        asked = [asyncio.create_task(anonymous.post("/v1/track", json=body)) for body in bodies]
        lines = running_in(anonymous._transport.app).intake._waiting
        while sum(map(len, lines.values())) < len(bodies) - 1:
            await asyncio.sleep(0.01)
        go.set()
        assert [(await task).status_code for task in asked] == [200] * len(bodies)
    async with database.transaction(organisation) as session:
        assert await session.scalar(text("SELECT count(*) FROM event_batches")) == 9
        queued = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'tracking.process'")
        assert await session.scalar(queued) == 2, "one of the first event, one of the last write"


async def test_who_gave_up_waiting_leaves_nothing_in_line(anonymous, key, database, organisation, monkeypatch):
    await anonymous.post("/v1/track", json={**track("first"), "writeKey": key})
    monkeypatch.setattr(intake, "_ANSWER_SECONDS", 0.2)
    async with stalled(database, monkeypatch) as go:
        bodies = [{**track(f"m{number}"), "writeKey": key} for number in range(5)]
        answers = await asyncio.gather(*(anonymous.post("/v1/track", json=body) for body in bodies))
        assert [answer.status_code for answer in answers] == [503] * 5
        assert sum(map(len, running_in(anonymous._transport.app).intake._waiting.values())) == 0
        go.set()
        await running_in(anonymous._transport.app).intake.drain()
    monkeypatch.setattr(intake, "_ANSWER_SECONDS", 60.0)
    for body in bodies:
        assert (await anonymous.post("/v1/track", json=body)).status_code == 200
    rows = await stored(database, organisation)
    assert sorted(row.message_id for row in rows) == ["first", "m0", "m1", "m2", "m3", "m4"]


async def test_answers_when_the_database_is_away(anonymous, key, database, organisation, monkeypatch):
    body = {**track("m1"), "writeKey": key}
    assert (await anonymous.post("/v1/track", json=body)).status_code == 200

    def away(actor):
        raise ConnectionError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(database, "transaction", away)
        known = await anonymous.post("/v1/track", json=body | {"messageId": "m2"})
        running_in(anonymous._transport.app).admission._known.clear()
        unknown = await anonymous.post("/v1/track", json=body | {"messageId": "m2"})
    for answer in (known, unknown):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert (await anonymous.post("/v1/track", json=body | {"messageId": "m2"})).status_code == 200
    assert [row.message_id for row in await stored(database, organisation)] == ["m1", "m2"]


async def test_a_source_has_its_pace(anonymous, key, monkeypatch):
    monkeypatch.setattr(admission, "_RATE", (1.0, 3.0))
    body = {"batch": [track("m1"), track("m2")], "writeKey": key}
    assert (await anonymous.post("/v1/batch", json=body)).status_code == 200
    answer = await anonymous.post("/v1/batch", json=body)
    assert (answer.status_code, answer.json()["code"]) == (429, "tracking.rate_limited")
    assert int(answer.headers["retry-after"]) >= 1


async def test_whoever_watches_sees_events_arrive(anonymous, client, key, source, database, organisation, monkeypatch):
    monkeypatch.setattr(tail, "_PER_SECOND", 0.001)
    assert (await client.post(f"/api/v1/sources/{source['id']}/tail")).is_success
    batch = [track(f"m{number}") for number in range(50)]
    body = {"batch": [{"type": "nonsense"}, *batch], "writeKey": key}
    assert (await anonymous.post("/v1/batch", json=body)).status_code == 200
    async with database.transaction(organisation) as session:
        query = text("SELECT type, topic, permission, data FROM realtime_messages WHERE topic LIKE 'tracking:%'")
        told = (await session.execute(query)).all()
    assert {row.topic for row in told} == {f"tracking:{source['id']}"}
    assert {row.permission for row in told} == {"sources:read"}
    assert sorted(row.type for row in told) == ["tracking.event"] * 19 + ["tracking.rejection"], "a sample, not all"
    shown = next(row.data for row in told if row.type == "tracking.event")
    assert (shown["name"], shown["source_id"]) == ("Paid", source["id"])
    assert "user_id" not in shown
