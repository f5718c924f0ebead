"""Requests signed with HMAC: what is refused, and that bodies still stream."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.modules.identity.keys import caller, make_key, signed_headers

from tradewind.kernel.clock import now
from tradewind.modules.identity.authenticator import forget_all
from tradewind.modules.identity.key_authenticator import KeyAuthenticator

LEADS = "/api/v1/leads"
ADA = b'{"first_name": "Ada"}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def key(client):
    """A key for signed requests."""
    return await make_key(client, kind="signed", scopes=["leads:read", "leads:write", "leads:import"])


@pytest.fixture
async def service(app, key):
    """A client that sends no credentials of its own."""
    async with caller(app) as made:
        yield made


async def test_a_signed_request_is_carried_out(client, service, key):
    assert key["secret"].startswith("tw_sign_")
    assert key["shown"] == key["id"]
    answer = await service.post(LEADS, content=ADA, headers=JSON | signed_headers(key, "POST", LEADS, ADA))
    assert answer.status_code == 201
    target = f"{LEADS}?q=ada%20b&limit=5"
    assert (await service.get(target, headers=signed_headers(key, "GET", target))).status_code == 200
    without_hash = signed_headers(key, "GET", target)
    del without_hash["X-Tradewind-Content-SHA256"]
    assert (await service.get(target, headers=without_hash)).status_code == 200
    log = (await client.get("/api/v1/audit-log", params={"action": "lead.created"})).json()["items"]
    assert [(row["actor_kind"], row["actor_name"]) for row in log] == [("api_key", "Robot")]


async def test_the_signing_secret_is_no_bearer(app, key):
    async with caller(app, key["secret"]) as robot:
        answer = await robot.get(LEADS)
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.key_mistyped")
    assert "never sent" in answer.json()["detail"]


async def test_a_nonce_counts_once_over_processes_and_restarts(app, service, key, settings, database):
    headers = JSON | signed_headers(key, "POST", LEADS, ADA)
    assert (await service.post(LEADS, content=ADA, headers=headers)).status_code == 201
    for _ in range(2):
        answer = await service.post(LEADS, content=ADA, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "identity.signature_replayed")
        # Another process knows nothing but what the database holds.
        forget_all()
        app.state.authenticator._keys = KeyAuthenticator(database)
    query = await service.get(LEADS, headers=signed_headers(key, "GET", LEADS))
    assert len(query.json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"path": "/api/v1/companies"}, "identity.signature_wrong"),
        ({"path": f"{LEADS}?limit=1"}, "identity.signature_wrong"),
        ({"method": "POST"}, "identity.signature_wrong"),
        ({"X-Tradewind-Nonce": "another-nonce-of-length"}, "identity.signature_wrong"),
        ({"X-Tradewind-Signature": "v1=" + "0" * 64}, "identity.signature_wrong"),
        ({"X-Tradewind-Content-SHA256": "0" * 64}, "identity.signature_wrong"),
        ({"X-Tradewind-Signature": "v2=" + "0" * 64}, "identity.signature_malformed"),
        ({"X-Tradewind-Signature": "é"}, "identity.signature_malformed"),
        ({"X-Tradewind-Nonce": "short"}, "identity.signature_malformed"),
        ({"X-Tradewind-Nonce": "x" * 65}, "identity.signature_malformed"),
        ({"X-Tradewind-Timestamp": "noon"}, "identity.signature_malformed"),
        ({"X-Tradewind-Timestamp": "9" * 12}, "identity.signature_malformed"),
        ({"X-Tradewind-Timestamp": None}, "identity.signature_malformed"),
        ({"X-Tradewind-Key": "tw_live_x"}, "identity.signature_malformed"),
        ({"X-Tradewind-Key": str(uuid4())}, "identity.key_unknown"),
    ],
)
async def test_altered_requests_are_refused(service, key, change, code):
    method, path = change.pop("method", "GET"), change.pop("path", LEADS)
    headers = {**signed_headers(key, "GET", LEADS), **change}
    encoded = {name: value.encode() for name, value in headers.items() if value is not None}
    answer = await service.request(method, path, headers=encoded)
    assert answer.status_code == 401
    assert answer.json()["code"] == code


async def test_a_refused_request_does_not_use_up_its_nonce(service, key):
    headers = signed_headers(key, "GET", LEADS)
    assert (await service.get("/api/v1/companies", headers=headers)).status_code == 401
    assert (await service.get(LEADS, headers=headers)).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
async def test_clocks_may_differ_by_five_minutes(service, key, frozen, seconds, status):
    headers = signed_headers(key, "GET", LEADS, at=now() + timedelta(seconds=seconds))
    answer = await service.get(LEADS, headers=headers)
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["code"] == "identity.signature_expired"
        assert str(int(now().timestamp())) in answer.json()["detail"]


async def test_nonces_are_forgotten_when_they_cannot_be_used_any_more(service, key, database, frozen):
    from sqlalchemy import text

    from tradewind.kernel.access import Actor
    from tradewind.modules.identity.jobs import purge_nonces  # noqa: F401 - scheduled under this name

    headers = signed_headers(key, "GET", LEADS)
    assert (await service.get(LEADS, headers=headers)).status_code == 200
    async with database.transaction(Actor.system()) as session:
        # The database's own clock is far past the stopped one.
        await session.execute(text("SELECT identity_purge_nonces()"))
    assert (await service.get(LEADS, headers=headers)).status_code == 200
    frozen.tick(301)
    assert (await service.get(LEADS, headers=headers)).json()["code"] == "identity.signature_expired"


@pytest.mark.parametrize("idempotent", [False, True])
async def test_an_altered_body_has_no_effect(service, key, idempotent):
    headers = JSON | signed_headers(key, "POST", LEADS, ADA)
    headers |= {"Idempotency-Key": "once"} if idempotent else {}
    answer = await service.post(LEADS, content=b'{"first_name": "Eve"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.signature_body_changed")
    listed = await service.get(LEADS, headers=signed_headers(key, "GET", LEADS))
    assert listed.json()["items"] == []


async def test_a_body_without_its_hash_is_refused(service, key):
    headers = JSON | signed_headers(key, "POST", LEADS)
    del headers["X-Tradewind-Content-SHA256"]
    answer = await service.post(LEADS, content=ADA, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.signature_body_unsigned")


def multipart(content: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\nContent-Type: text/csv\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


async def test_uploads_stream_and_are_kept_only_if_they_are_what_was_signed(service, key):
    path, kind = "/api/v1/imports", {"Content-Type": "multipart/form-data; boundary=x"}
    body = multipart(b"name,email\n" + b"Ada,ada@example.com\n" * 60_000)
    read = 0

    async def pieces(content):
        nonlocal read
        for start in range(0, len(content), 65_536):
            read += 1
            yield content[start : start + 65_536]

    altered = body.replace(b"ada@", b"eve@", 1)
    answer = await service.post(path, content=pieces(altered), headers=kind | signed_headers(key, "POST", path, body))
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.signature_body_changed")
    listed = await service.get(path, headers=signed_headers(key, "GET", path))
    assert listed.json() == []
    read = 0
    answer = await service.post(path, content=pieces(body), headers=kind | signed_headers(key, "POST", path, body))
    assert answer.status_code == 201, answer.text
    assert read > 15
    assert answer.json()["size_bytes"] == len(body) - len(multipart(b""))


async def test_a_forged_upload_is_refused_before_its_body_is_read(service, key):
    path, read = "/api/v1/imports", 0

    async def pieces():
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 65_536

    headers = signed_headers({**key, "secret": "tw_sign_wrong"}, "POST", path, b"x" * 6_553_600)
    headers["Content-Type"] = "multipart/form-data; boundary=x"
    answer = await service.post(path, content=pieces(), headers=headers)
    assert answer.json()["code"] == "identity.signature_wrong"
    assert read <= 1


async def test_a_revoked_signed_key_is_refused(client, service, key):
    assert (await service.get(LEADS, headers=signed_headers(key, "GET", LEADS))).status_code == 200
    assert (await client.delete(f"/api/v1/keys/{key['id']}")).status_code == 204
    answer = await service.get(LEADS, headers=signed_headers(key, "GET", LEADS))
    assert answer.json()["code"] == "identity.key_revoked"
