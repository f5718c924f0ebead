"""Tokens, rotation, revocation, CSRF, organisation switch."""

import asyncio
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import uuid4

import argon2
import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.errors import Unauthorised
from tradewind.kernel.testing.fixtures import PASSWORD
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.service import passwords
from tradewind.modules.identity.service.signing_keys import key_ring

SHIPPED = passwords._HASHER  # before tests are given a quicker one
STRONG = "tidal-orchard-73-violin"


def csrf(client) -> dict[str, str]:
    """The header that the web app adds to writes."""
    return {"X-CSRF-Token": client.cookies["tw_csrf"]}


@pytest.fixture
async def pair(anonymous, tenant) -> dict[str, str]:
    answer = await anonymous.post("/api/v1/auth/token", json={"email": tenant.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_access_token_claims(pair, tenant):
    header = jwt.get_unverified_header(pair["access_token"])
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    assert header["alg"] == "RS256"
    assert set(claims) == {"sub", "org", "role", "sid", "iat", "exp", "aud", "iss"}
    assert claims["sub"] == str(tenant.user_id)
    assert claims["org"] == str(tenant.organisation_id)
    assert claims["exp"] - claims["iat"] == 900


async def test_access_ends_after_15_minutes_and_refresh_after_7_days(frozen, anonymous, pair):
    me = lambda token: anonymous.get("/api/v1/me", headers=bearer(token))  # noqa: E731
    assert (await me(pair["access_token"])).status_code == 200
    frozen.tick(901)
    ended = await me(pair["access_token"])
    assert ended.status_code == 401
    assert ended.json()["code"] == "identity.token_expired"
    refreshed = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    assert refreshed.status_code == 200
    assert (await me(refreshed.json()["access_token"])).status_code == 200
    frozen.tick(timedelta(days=7).total_seconds() + 1)
    late = {"refresh_token": refreshed.json()["refresh_token"]}
    assert (await anonymous.post("/api/v1/auth/refresh", json=late)).status_code == 401


async def test_reused_refresh_token_ends_the_whole_family(anonymous, client, pair):
    first = {"refresh_token": pair["refresh_token"]}
    second = (await anonymous.post("/api/v1/auth/refresh", json=first)).json()
    stolen = await anonymous.post("/api/v1/auth/refresh", json=first)
    assert stolen.status_code == 401
    assert stolen.json()["code"] == "identity.refresh_reused"
    rightful = {"refresh_token": second["refresh_token"]}
    assert (await anonymous.post("/api/v1/auth/refresh", json=rightful)).status_code == 401
    for token in (pair["access_token"], second["access_token"]):
        assert (await anonymous.get("/api/v1/me", headers=bearer(token))).status_code == 401
    log = (await client.get("/api/v1/audit-log", params={"action": "session.refresh_reused"})).json()["items"]
    assert len(log) == 1


async def test_cookie_refresh_needs_csrf_and_rotates(sign_up, anonymous):
    await sign_up("ada@example.com")
    assert (await anonymous.post("/api/v1/auth/refresh")).json()["code"] == "identity.csrf"
    before = anonymous.cookies["tw_refresh"]
    answer = await anonymous.post("/api/v1/auth/refresh", headers=csrf(anonymous))
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    assert anonymous.cookies["tw_refresh"] != before
    assert (await anonymous.get("/api/v1/me")).status_code == 200


async def test_writes_by_cookie_need_the_csrf_header(sign_up, anonymous):
    await sign_up("ada@example.com")
    rename = {"name": "Countess"}
    assert (await anonymous.patch("/api/v1/me", json=rename)).json()["code"] == "identity.csrf"
    forged = {"X-CSRF-Token": "é" * 8}
    headers = {k: v.encode() for k, v in forged.items()}
    assert (await anonymous.patch("/api/v1/me", json=rename, headers=headers)).status_code == 403
    assert (await anonymous.patch("/api/v1/me", json=rename, headers=csrf(anonymous))).status_code == 200


async def test_logout_ends_the_session_everywhere(sign_up, anonymous):
    await sign_up("ada@example.com")
    access = anonymous.cookies["tw_access"]
    assert (await anonymous.post("/api/v1/auth/logout", headers=csrf(anonymous))).status_code == 204
    assert not anonymous.cookies
    assert (await anonymous.get("/api/v1/me", headers=bearer(access))).status_code == 401


async def test_a_stale_cookie_does_not_block_signing_in(sign_up, anonymous):
    await sign_up("ada@example.com")
    anonymous.cookies.clear()
    anonymous.cookies.set("tw_access", "rubbish")
    assert (await anonymous.get("/api/v1/me")).status_code == 401
    login = {"email": "ada@example.com", "password": STRONG}
    assert (await anonymous.post("/api/v1/auth/login", json=login)).status_code == 200


async def test_sessions_are_listed_and_revoked(anonymous, client, pair):
    mine = (await client.get("/api/v1/me/sessions")).json()
    assert len(mine) == 2
    assert sum(row["current"] for row in mine) == 1
    other = next(row for row in mine if not row["current"])
    assert (await client.delete(f"/api/v1/me/sessions/{other['id']}")).status_code == 204
    assert (await anonymous.get("/api/v1/me", headers=bearer(pair["access_token"]))).status_code == 401
    assert (await client.delete(f"/api/v1/me/sessions/{uuid4()}")).status_code == 404
    assert (await client.delete("/api/v1/me/sessions")).json() == {"ended": 0}
    assert (await client.get("/api/v1/me")).status_code == 200


async def test_nobody_revokes_sessions_of_others(client_for, client):
    analyst = await client_for("analyst")
    [session] = (await analyst.get("/api/v1/me/sessions")).json()
    assert (await client.delete(f"/api/v1/me/sessions/{session['id']}")).status_code == 404
    assert (await analyst.get("/api/v1/me")).status_code == 200


async def test_revoked_elsewhere_ends_within_two_seconds(frozen, anonymous, pair, database, tenant):
    """Another process has no way into this one's memory: only the state's age counts."""
    from sqlalchemy import text

    headers = bearer(pair["access_token"])
    assert (await anonymous.get("/api/v1/me", headers=headers)).status_code == 200
    async with database.transaction(tenant.actor) as session:
        await session.execute(text("UPDATE user_sessions SET revoked_at = now()"))
    frozen.tick(2)
    assert (await anonymous.get("/api/v1/me", headers=headers)).status_code == 401


def part(value: dict) -> str:
    return urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


async def forged_tokens(pair) -> dict[str, str]:
    good = pair["access_token"]
    claims = jwt.decode(good, options={"verify_signature": False})
    kid = jwt.get_unverified_header(good)["kid"]
    ours = key_ring._newest.private
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    sign = lambda payload, key=ours, head=kid: jwt.encode(payload, key, "RS256", headers={"kid": head})  # noqa: E731
    head, body, signature = good.split(".")
    return {
        "alg none": f"{part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{body}.",
        "other algorithm": jwt.encode(claims, "x" * 32, "HS256", headers={"kid": kid}),
        "foreign key": sign(claims, theirs),
        "unknown kid": sign(claims, theirs, uuid4().hex),
        "kid with a path": sign(claims, theirs, "../../etc/passwd"),
        "no kid": jwt.encode(claims, theirs, "RS256"),
        "changed role": f"{head}.{part(claims | {'role': 'admin', 'sub': str(uuid4())})}.{signature}",
        "wrong audience": sign(claims | {"aud": "elsewhere"}),
        "wrong issuer": sign(claims | {"iss": "elsewhere"}),
        "no audience": sign({k: v for k, v in claims.items() if k != "aud"}),
        "expired": sign(claims | {"exp": int((now() - timedelta(seconds=5)).timestamp())}),
        "ends in year 99999": sign(claims | {"exp": 10**20}),
        "text as time": sign(claims | {"exp": "soon"}),
        "no user": sign(claims | {"sub": "root"}),
        "other organisation": sign(claims | {"org": str(uuid4())}),
        "empty": "",
        "rubbish": "a.b.c",
        "long": "a" * 100_000,
    }


async def test_forged_tokens_are_refused(anonymous, pair, app):
    for name, token in (await forged_tokens(pair)).items():
        with pytest.raises(Unauthorised):
            await app.state.authenticator.authenticate(token)
        answer = await anonymous.get("/api/v1/me", headers=bearer(token))
        assert answer.status_code == 401, name
        assert answer.headers["content-type"].startswith("application/problem+json"), name


async def test_switching_organisation(client, tenant, database, other_organisation):
    url = "/api/v1/me/organisation"
    target = {"organisation_id": str(other_organisation.organisation_id)}
    assert (await client.post(url, json=target)).status_code == 404
    async with database.transaction(Actor.system()) as session:
        await identity.add_member(session, other_organisation.organisation_id, tenant.user_id, role="analyst")
    assert len((await client.get("/api/v1/me")).json()["organisations"]) == 2
    switched = await client.post(url, json=target)
    assert switched.status_code == 200
    me = (await client.get("/api/v1/me", headers=bearer(switched.json()["access_token"]))).json()
    assert me["organisation"]["id"] == target["organisation_id"]
    assert me["role"] == "analyst"
    assert (await client.get("/api/v1/me")).json()["role"] == "admin"


async def test_key_rotation_keeps_old_tokens_valid(client, database, tenant, client_of):
    async with database.transaction(Actor.system()) as session:
        kid = await identity.rotate_signing_key(session)
    assert (await client.get("/api/v1/me")).status_code == 200
    newer = await client_of(tenant.actor)
    token = newer.headers["authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token)["kid"] == kid
    assert (await newer.get("/api/v1/me")).status_code == 200


async def test_private_keys_are_sealed(database, client):
    from sqlalchemy import text

    async with database.transaction(Actor.system()) as session:
        sealed = (await session.scalars(text("SELECT private_sealed FROM signing_keys"))).all()
    assert all(value.startswith("tw1.") and "PRIVATE" not in value for value in sealed)


async def test_authentication_is_cheap(app, pair):
    authenticate = app.state.authenticator.authenticate
    await authenticate(pair["access_token"])
    started = time.process_time()
    for _ in range(200):
        await authenticate(pair["access_token"])
    assert (time.process_time() - started) / 200 < 0.0005


async def test_hashing_does_not_block_the_loop(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", SHIPPED)
    storm = asyncio.gather(*(passwords.hash_password("storm-of-logins") for _ in range(8)))
    turns = 0
    while not storm.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    parameters = argon2.extract_parameters((await storm)[0])
    assert (parameters.type, parameters.time_cost, parameters.memory_cost) == (argon2.Type.ID, 2, 19_456)
