"""Dangerous actions need a fresh proof; keys that sign access tokens are published and change."""

from datetime import timedelta

import jwt
import pytest
from tests.modules.identity.people import STRONG, add_app, code_of, csrf, post
from tests.modules.identity.software_passkey import SoftwarePasskey
from tests.modules.identity.test_passkeys import register

from tradewind.kernel.access import Actor
from tradewind.kernel.openapi import routes_of
from tradewind.modules.identity.service.signing_keys import key_ring

ADA = "ada@example.com"
LATER = timedelta(minutes=10).total_seconds()


async def dangerous(client):
    """Something that needs a fresh proof: beginning with a new authenticator app."""
    return await post(client, "/me/factors/totp")


async def step_up(client, **proof):
    return await post(client, "/auth/step-up", proof)


async def test_a_new_session_is_fresh_for_ten_minutes(sign_up, anonymous, frozen):
    await sign_up(ADA)
    frozen.tick(LATER - 1)
    assert (await dangerous(anonymous)).status_code == 201
    frozen.tick(1)
    refused = await dangerous(anonymous)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.step_up_required")
    assert refused.json()["methods"] == ["password"]


async def test_a_password_renews_who_has_nothing_better(sign_up, anonymous, frozen):
    await sign_up(ADA)
    frozen.tick(LATER)
    wrong = await step_up(anonymous, method="password", password="not-it-at-all")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "identity.wrong_factor")
    assert (await dangerous(anonymous)).status_code == 403
    assert (await step_up(anonymous, method="password", password=STRONG)).status_code == 204
    assert (await dangerous(anonymous)).status_code == 201


async def test_the_strongest_means_is_asked_for(sign_up, anonymous, frozen):
    await sign_up(ADA)
    secret, codes = await add_app(anonymous)
    frozen.tick(LATER)
    assert (await dangerous(anonymous)).json()["methods"] == ["totp", "recovery_code"]
    by_password = await step_up(anonymous, method="password", password=STRONG)
    assert by_password.json()["code"] == "identity.wrong_factor"
    assert (await step_up(anonymous, method="totp", code=code_of(secret))).status_code == 204
    assert (await dangerous(anonymous)).status_code == 201
    frozen.tick(LATER)
    await anonymous.post("/api/v1/auth/refresh", headers=csrf(anonymous))
    replayed = await step_up(anonymous, method="totp", code=code_of(secret, steps=-20))
    assert replayed.status_code == 422
    assert (await step_up(anonymous, method="recovery_code", code=codes[0])).status_code == 204
    assert (await dangerous(anonymous)).status_code == 201


async def test_a_passkey_confirms(sign_up, anonymous, frozen):
    await sign_up(ADA)
    passkey = SoftwarePasskey()
    await register(anonymous, passkey)
    frozen.tick(LATER)
    assert (await dangerous(anonymous)).json()["methods"][0] == "passkey"
    started = (await post(anonymous, "/auth/step-up/challenge")).json()
    proof = {"method": "passkey", "challenge": started["challenge"], "credential": passkey.get(started["options"])}
    assert (await step_up(anonymous, **proof)).status_code == 204
    assert (await dangerous(anonymous)).status_code == 201
    assert (await step_up(anonymous, **proof)).json()["code"] == "identity.challenge_ended"


async def test_another_sessions_challenge_does_not_count(sign_up, anonymous, frozen):
    await sign_up(ADA)
    passkey = SoftwarePasskey()
    await register(anonymous, passkey)
    started = (await post(anonymous, "/auth/step-up/challenge")).json()
    anonymous.cookies.clear()
    begun = (await anonymous.post("/api/v1/auth/passkey/challenge")).json()
    body = {"challenge": begun["challenge"], "credential": passkey.get(begun["options"])}
    assert (await anonymous.post("/api/v1/auth/passkey", json=body)).status_code == 200
    proof = {"method": "passkey", "challenge": started["challenge"], "credential": passkey.get(started["options"])}
    assert (await step_up(anonymous, **proof)).json()["code"] == "identity.challenge_ended"


async def test_a_session_from_before_the_factor_must_prove_it(sign_up, anonymous, frozen):
    """A factor added on one device makes the other device's password alone too weak, at once."""
    await sign_up(ADA)
    older = dict(anonymous.cookies)
    anonymous.cookies.clear()
    await anonymous.post("/api/v1/auth/login", json={"email": ADA, "password": STRONG})
    await add_app(anonymous)
    anonymous.cookies.clear()
    for name, value in older.items():
        anonymous.cookies.set(name, value)
    assert (await dangerous(anonymous)).json()["methods"] == ["totp", "recovery_code"]


async def test_wrong_proofs_lock(sign_up, anonymous, frozen):
    await sign_up(ADA)
    statuses = [(await step_up(anonymous, method="password", password=f"guess-{n}")).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert (await step_up(anonymous, method="password", password=STRONG)).status_code == 429
    frozen.tick(61)
    assert (await step_up(anonymous, method="password", password=STRONG)).status_code == 204


async def test_dangerous_actions_of_administrators(frozen, client, client_for, tenant):
    await client_for("analyst")
    other = next(m for m in (await client.get("/api/v1/members")).json()["items"] if m["role"] == "analyst")
    url = f"/api/v1/members/{other['id']}"
    role = (await client.post("/api/v1/roles", json={"name": "Sales", "permissions": ["leads:read"]})).json()
    team = (await client.post("/api/v1/teams", json={"name": "North", "member_ids": [other["id"]]})).json()
    mine = str(tenant.user_id)
    frozen.tick(LATER)
    for method, path, body in (
        ("PATCH", url, {"role": "manager"}),
        ("DELETE", url, None),
        ("PUT", "/api/v1/organisation/security", {"second_factor_required": True}),
        ("POST", "/api/v1/me/password", {"current_password": "x", "new_password": "lantern-harbour-81-moss"}),
        ("POST", "/api/v1/roles", {"name": "All", "permissions": ["audit:read"]}),
        ("PATCH", f"/api/v1/roles/{role['id']}", {"permissions": ["audit:read"]}),
        ("DELETE", f"/api/v1/roles/{role['id']}", None),
        ("POST", "/api/v1/teams", {"name": "South", "member_ids": [mine]}),
        ("PATCH", f"/api/v1/teams/{team['id']}", {"member_ids": [other["id"], mine]}),
    ):
        refused = await client.request(method, path, json=body)
        assert refused.json()["code"] == "identity.step_up_required", path
    assert (await client.get(url.rpartition("/")[0])).status_code == 200, "looking is not dangerous"
    for method, path, body in (
        ("POST", "/api/v1/teams", {"name": "South"}),
        ("PATCH", f"/api/v1/teams/{team['id']}", {"name": "North-East", "member_ids": [other["id"]]}),
        ("PATCH", f"/api/v1/teams/{team['id']}", {"member_ids": []}),
    ):
        assert (await client.request(method, path, json=body)).is_success, "nobody sees more by this"


def test_what_changes_factors_roles_or_rules_is_marked(app):
    marked = {
        (method, path)
        for path, route in routes_of(app)
        for method in route.methods or ()
        for mark in route.dependencies
        if getattr(mark, "step_up", False)
    }
    for wanted in (
        ("POST", "/api/v1/me/password"),
        ("DELETE", "/api/v1/me/factors/totp"),
        ("DELETE", "/api/v1/me/factors/passkeys/{passkey_id:uuid}"),
        ("POST", "/api/v1/me/factors/recovery-codes"),
        ("PATCH", "/api/v1/members/{member_id}"),
        ("DELETE", "/api/v1/members/{member_id}"),
        ("PUT", "/api/v1/organisation/security"),
    ):
        assert wanted in marked


async def test_parties_without_a_session_cannot_prove_themselves(app, tenant):
    from tradewind.kernel.errors import Forbidden

    key = Actor(kind="api_key", organisation_id=tenant.organisation_id, name="CI")
    with pytest.raises(Forbidden) as refusal:
        await app.state.authenticator.require_recent(key)
    assert refusal.value.code == "kernel.people_only"


async def test_published_keys_verify_access_tokens(database, tenant, client_of, anonymous):
    async with database.transaction(Actor.system()) as session:
        await key_ring.rotate(session)
    client = await client_of(tenant.actor)
    token = client.headers["authorization"].removeprefix("Bearer ")
    answer = await anonymous.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    keys = jwt.PyJWKSet.from_dict(answer.json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"], audience="tradewind-api", issuer="tradewind")["sub"]
    assert set(answer.json()["keys"][0]) == {"kty", "kid", "use", "alg", "n", "e"}


async def test_keys_change_every_90_days_and_retire_a_day_later(frozen, database, anonymous):
    async def rotate() -> bool:
        async with database.transaction(Actor.system()) as session:
            return await key_ring.rotate_if_due(session)

    async def kids() -> list[str]:
        return [key["kid"] for key in (await anonymous.get("/.well-known/jwks.json")).json()["keys"]]

    async with database.transaction(Actor.system()) as session:
        first = await key_ring.rotate(session)
    assert not await rotate()
    assert await kids() == [first]
    frozen.tick(timedelta(days=90).total_seconds())
    assert await rotate()
    second = next(kid for kid in await kids() if kid != first)
    assert await kids() == [second, first], "tokens of the old key still verify"
    assert not await rotate()
    frozen.tick(timedelta(days=1).total_seconds())
    assert not await rotate()
    assert await kids() == [second]
    async with database.transaction(Actor.system()) as session:
        from sqlalchemy import text

        sealed = await session.scalar(text("SELECT private_sealed FROM signing_keys WHERE retired_at IS NOT NULL"))
    assert sealed == "", "the private half is gone"


async def test_step_up_over_cookies_needs_the_csrf_header(sign_up, anonymous):
    await sign_up(ADA)
    proof = {"method": "password", "password": STRONG}
    assert (await anonymous.post("/api/v1/auth/step-up", json=proof)).status_code == 401
    assert (await anonymous.post("/api/v1/auth/step-up", json=proof, headers=csrf(anonymous))).status_code == 204
