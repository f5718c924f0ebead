"""What the authorization server refuses, and what ends a connection."""

import hashlib
import re
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from pyotp.totp import TOTP
from sqlalchemy import text

from installation import Installation
from mcp_server.connecting import CALLBACK, OAUTH, Flow, colleague, ping
from tradewind.kernel import clock
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.errors import InvalidToken
from tradewind.modules.identity.errors_oauth import OAuthRefused, TooManyClients
from tradewind.modules.identity.models.oauth import OAuthGrant
from tradewind.modules.identity.repository import oauth as oauth_repository
from tradewind.modules.identity.service import access_tokens, oauth_clients, oauth_grants, oauth_tokens
from tradewind.modules.identity.service.acting import become
from tradewind.modules.identity.service.oauth_scopes import known_scopes, permissions_within
from tradewind.modules.identity.service.signing_keys import key_ring


@pytest.fixture(scope="module")
def registered(server: Installation, person: httpx.Client) -> str:
    """One registration for all tests: more of them from one address would meet the limit."""
    made = Flow(server, person)
    assert made.register().status_code == 201
    return made.client_id


@pytest.fixture
def flow(server: Installation, person: httpx.Client, registered: str) -> Flow:
    return Flow(server, person, client_id=registered)


def test_metadata_lead_a_client_from_the_refusal_to_the_token(server: Installation):
    refused = ping(server, None)
    assert refused.status_code == 401
    challenge = refused.headers["WWW-Authenticate"]
    where = re.search(r'resource_metadata="([^"]+)"', challenge)
    assert where
    assert "error=" not in challenge
    resource = httpx.get(where.group(1), timeout=60, trust_env=False).json()
    assert resource["resource"] == f"{server.url}/mcp"
    [issuer] = resource["authorization_servers"]
    metadata = httpx.get(f"{issuer}/.well-known/oauth-authorization-server", timeout=60, trust_env=False).json()
    assert metadata["issuer"] == issuer
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["token_endpoint_auth_methods_supported"] == ["none"]


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example/callback", "javascript:alert(1)", "data:text/html,x", "https://user:pass@evil.example/",
        "https://evil.example/#fragment", "ftp://evil.example/", "https://", "http://127.0.0.1.evil.example/",
        "file:///etc/passwd", "https://evil.example/\r\nSet-Cookie: x", "https://" + "a" * 600 + ".example/",
        "ms-msdt:/id", "https://exämple.org/", "http://[::1", "",
    ],
)  # fmt: skip
def test_no_answer_is_sent_to_a_dangerous_address(uri: str):
    with pytest.raises(OAuthRefused):
        oauth_clients.check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "https://claude.ai/api/mcp/auth_callback", "http://localhost:3334/oauth/callback", "http://[::1]:8/cb",
        "cursor://anysphere.cursor-retrieval/oauth/user-tradewind/callback", "com.example.app:/oauth",
    ],
)  # fmt: skip
def test_addresses_of_known_assistants_are_taken(uri: str):
    oauth_clients.check_redirect_uri(uri)


def test_a_claimed_name_cannot_hide_or_reverse_text():
    assert oauth_clients.shown_name("Cla\u202eude\x00\u200b  Desktop\n\n!") == "Claude Desktop !"
    assert len(oauth_clients.shown_name("x" * 500)) == 80


@pytest.mark.parametrize(
    "metadata",
    [
        {"redirect_uris": []}, {"redirect_uris": ["http://evil.example/"]}, {"redirect_uris": "x"},
        {"redirect_uris": [CALLBACK] * 11}, {"client_name": 7}, {"client_name": "x" * 20_000},
    ],
)  # fmt: skip
def test_registrations_are_bounded(server: Installation, person: httpx.Client, metadata: dict[str, Any]):
    answer = Flow(server, person).register(**metadata)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "http://127.0.0.1:33418/callback/"}, {"redirect_uri": "http://127.0.0.1:33419/callback"},
        {"redirect_uri": "https://evil.example/"}, {"client_id": "019a0000-0000-7000-8000-000000000000"},
        {"client_id": "nonsense"}, {"code_challenge_method": "plain"}, {"code_challenge": "short"},
        {"response_type": "token"}, {"resource": "https://other.example/mcp"},
    ],
)  # fmt: skip
def test_a_person_is_never_asked_for_a_crooked_request(flow: Flow, person: httpx.Client, change: dict[str, str]):
    for answer in (flow.approve(**change), person.post("/api/v1/me/assistants/requests", json=flow.request | change)):
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == "identity.connection_request_invalid"


def test_only_what_was_asked_can_be_granted(flow: Flow, person: httpx.Client):
    body = flow.request | {"scope": "tradewind:read", "decision": "allow", "scopes": ["tradewind:write"]}
    assert person.post("/api/v1/me/assistants", json=body).status_code == 422
    assert person.post("/api/v1/me/assistants", json=body | {"scopes": []}).status_code == 422


def test_a_no_leads_back_without_a_code(flow: Flow, person: httpx.Client):
    answer = person.post("/api/v1/me/assistants", json=flow.request | {"decision": "deny"})
    target = answer.json()["redirect_to"]
    assert target.startswith(f"{CALLBACK}?error=access_denied&state=s-1&iss=")


def test_a_visitor_cannot_grant(flow: Flow, server: Installation):
    flow.person = server.client()
    assert flow.approve().status_code == 401


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": "x"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_grant"),
        ({"client_id": "019a0000-0000-7000-8000-000000000000"}, "invalid_grant"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": ""}, "invalid_request"),
    ],
)
def test_a_stolen_code_is_worth_nothing(flow: Flow, change: dict[str, str], error: str):
    answer = flow.redeem(flow.code(), **change)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


def test_a_code_works_once_and_its_copy_ends_the_connection(flow: Flow, server: Installation):
    code = flow.code()
    tokens = flow.redeem(code).json()
    assert ping(server, tokens["access_token"]).status_code == 200
    assert flow.redeem(code).json()["error"] == "invalid_grant"
    assert ping(server, tokens["access_token"]).status_code == 401
    assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_copied_refresh_token_ends_the_connection(flow: Flow, server: Installation, person: httpx.Client):
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json()
    assert ping(server, second["access_token"]).status_code == 200
    assert flow.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert ping(server, second["access_token"]).status_code == 401
    assert flow.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    rows = person.get("/api/v1/audit-log", params={"action": "assistant.disconnected"}).json()["items"]
    assert "refresh token used twice" in {row["reason"] for row in rows}


def test_another_clients_refresh_token_is_refused(flow: Flow):
    tokens = flow.tokens()
    flow.client_id = "019a0000-0000-7000-8000-000000000000"
    assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_an_assistant_can_disconnect_itself(flow: Flow, server: Installation, kind: str):
    tokens = flow.tokens()
    for _ in range(2):
        form = {"token": tokens[kind], "client_id": flow.client_id}
        assert server.client().post(f"{OAUTH}/revoke", data=form).status_code == 200
    assert ping(server, tokens["access_token"]).status_code == 401
    assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_nobody_disconnects_with_another_clients_name(flow: Flow, server: Installation):
    tokens = flow.tokens()
    form = {"token": tokens["refresh_token"], "client_id": "019a0000-0000-7000-8000-000000000000"}
    assert server.client().post(f"{OAUTH}/revoke", data=form).status_code == 200
    assert ping(server, tokens["access_token"]).status_code == 200


async def test_a_person_sees_and_ends_their_own_connections_only(flow: Flow, server: Installation):
    other = await colleague(server, flow.person, "manager")
    tokens = flow.tokens()
    mine = flow.person.get("/api/v1/me/assistants").json()
    newest = mine[0]
    assert (newest["name"], newest["host"]) == ("Probe", "a program on this computer (127.0.0.1:33418)")
    assert [scope["writes"] for scope in newest["scopes"]] == [False, True]
    assert other.get("/api/v1/me/assistants").json() == []
    assert other.delete(f"/api/v1/me/assistants/{newest['id']}").status_code == 404
    assert ping(server, tokens["access_token"]).status_code == 200
    assert flow.person.delete(f"/api/v1/me/assistants/{newest['id']}").status_code == 204
    assert ping(server, tokens["access_token"]).status_code == 401
    assert flow.person.delete(f"/api/v1/me/assistants/{newest['id']}").status_code == 404


async def test_a_deactivated_person_takes_the_assistant_along(
    server: Installation, person: httpx.Client, registered: str
):
    member = await colleague(server, person, "creator")
    flow = Flow(server, member, client_id=registered)
    tokens = flow.tokens()
    user_id = member.get("/api/v1/me").json()["user"]["id"]
    assert person.patch(f"/api/v1/members/{user_id}", json={"active": False}).is_success
    assert ping(server, tokens["access_token"]).status_code == 401
    assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


async def test_a_required_second_factor_stops_assistants_of_people_without(
    server: Installation, person: httpx.Client, registered: str
):
    boss = server.signed_up(f"boss-{secrets.token_hex(4)}@people.example", "Bo Boss")
    tokens = Flow(server, await colleague(server, boss, "creator"), client_id=registered).tokens()
    assert ping(server, tokens["access_token"]).status_code == 200
    secret = boss.post("/api/v1/me/factors/totp").json()["secret"]
    confirmed = boss.post("/api/v1/me/factors/totp/confirm", json={"code": TOTP(secret).now()})
    assert confirmed.is_success, confirmed.text
    assert boss.put("/api/v1/organisation/security", json={"second_factor_required": True}).is_success
    refused = ping(server, tokens["access_token"])
    assert refused.status_code == 401
    assert "second factor" in refused.text


def test_tokens_count_only_where_they_are_meant_for(flow: Flow, server: Installation, person: httpx.Client):
    granted = flow.tokens()["access_token"]
    session = person.headers["Authorization"].removeprefix("Bearer ")
    assert ping(server, session).status_code == 401
    assert ping(server, granted).status_code == 200
    for path in ("/api/v1/leads", "/api/v1/me"):
        answer = server.client().get(path, headers={"Authorization": f"Bearer {granted}"})
        assert answer.status_code == 401, path
    claims = jwt.decode(granted, options={"verify_signature": False})
    assert claims["aud"] == f"{server.url}/mcp"


def test_a_session_cookie_does_not_count(server: Installation, person: httpx.Client):
    browser = server.client()
    answer = browser.post(
        "/api/v1/auth/login",
        json={"email": "mira@people.example", "password": "correct-Horse-battery-7-staple"},
    )
    assert answer.is_success
    answer = browser.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert answer.status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "tw_live_nonsense", "Bearer", "x" * 10_000])
def test_nonsense_is_no_token(server: Installation, token: str):
    raw = {"Authorization": f"Bearer {token}".encode(), "Accept": "application/json, text/event-stream"}
    answer = httpx.post(f"{server.url}/mcp", json={}, headers=raw, timeout=60, trust_env=False)
    assert answer.status_code in (400, 401), answer.text
    assert "traceback" not in answer.text.lower()


def test_altered_and_unsigned_tokens_are_refused(flow: Flow, server: Installation):
    token = flow.tokens()["access_token"]
    header, payload, signature = token.split(".")
    unsigned = jwt.encode(jwt.decode(token, options={"verify_signature": False}), key="", algorithm="none")
    for forged in (unsigned, f"{header}.{payload}.{signature[::-1]}", f"{header}.{payload[:-2]}AA.{signature}"):
        assert ping(server, forged).status_code == 401


def test_other_names_and_origins_are_refused(flow: Flow, server: Installation):
    token = flow.tokens()["access_token"]
    assert ping(server, token, Host="evil.example").status_code == 421
    assert ping(server, token, Origin="https://evil.example").status_code == 403
    assert ping(server, token, Origin=server.url).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_only_posts_are_answered_so_that_no_stream_stays_open(flow: Flow, server: Installation, method: str):
    assert server.client().request(method, "/mcp").status_code == 401
    headers = {"Authorization": f"Bearer {flow.tokens()['access_token']}", "Accept": "text/event-stream"}
    answer = server.client().request(method, "/mcp", headers=headers)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_body_that_is_too_large_is_refused(flow: Flow, server: Installation):
    token = flow.tokens()["access_token"]
    answer = server.client().post(
        "/mcp", content=b'{"x":"' + b"a" * 300_000 + b'"}',
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 413


def test_an_api_key_connects_too(server: Installation, person: httpx.Client):
    body = {"name": "Desk assistant", "scopes": ["leads:read", "tasks:read"]}
    made = person.post("/api/v1/keys", json=body)
    assert made.status_code == 201, made.text
    key = made.json()["secret"]
    assert ping(server, key).status_code == 200
    listed = server.client().post(
        "/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        headers={"Authorization": f"Bearer {key}", "Accept": "application/json, text/event-stream"},
    )  # fmt: skip
    assert {tool["name"] for tool in listed.json()["result"]["tools"]} == {"search_leads", "get_lead", "list_tasks"}


async def test_codes_and_tokens_end_with_time(session, tenant, frozen: clock.FrozenClock):
    issuer, resource = "https://crm.example", "https://crm.example/mcp"
    client = await oauth_clients.register(session, name="Probe", redirect_uris=[CALLBACK], client_uri=None)
    verifier = "v" * 43
    challenge = jwt.utils.base64url_encode(hashlib.sha256(verifier.encode()).digest()).decode()
    asked = oauth_grants.AuthorizationRequest(
        str(client.id), CALLBACK, "code", challenge, "S256", "tradewind:read", None, resource
    )
    person = tenant.actor
    for minutes, works in ((4, True), (6, False)):
        await become(session, replace(person, session_id=tenant.user_id))
        target = await oauth_grants.approve(session, asked, ["tradewind:read"], resource=resource, issuer=issuer)
        code = re.search(r"code=([^&]+)", target).group(1)
        frozen.tick(60 * minutes)
        tokens = await oauth_grants.redeem(
            session, code=code, verifier=verifier, redirect_uri=CALLBACK, client_id=str(client.id),
            resource=None, issuer=issuer,
        )  # fmt: skip
        assert isinstance(tokens, oauth_grants.Tokens) is works
        if isinstance(tokens, oauth_grants.Tokens):
            last = tokens
    frozen.tick(timedelta(days=31).total_seconds())
    gone = await oauth_grants.refresh(
        session, token=last.refresh_token, client_id=str(client.id), resource=None, issuer=issuer
    )
    assert isinstance(gone, OAuthRefused)


def test_scopes_only_narrow_what_a_person_may():
    own = frozenset({"leads:read", "leads:write", "members:write"})
    assert permissions_within(["tradewind:read"], own) == {"leads:read"}
    assert permissions_within(["tradewind:read", "tradewind:write"], own) == {"leads:read", "leads:write"}
    assert permissions_within(["unknown"], own) == frozenset()
    assert known_scopes("tradewind:read openid") == ["tradewind:read"]
    assert known_scopes(None) == known_scopes("openid") == ["tradewind:read", "tradewind:write", "tradewind:meetings"]


async def test_access_tokens_are_for_one_resource_and_one_hour(session, tenant, frozen: clock.FrozenClock):
    issuer, resource = "https://crm.example", "https://crm.example/mcp"
    grant = OAuthGrant(
        id=new_id(), organisation_id=tenant.organisation_id, user_id=tenant.user_id, client_id=new_id(),
        scopes=["tradewind:read"], resource=resource,
    )  # fmt: skip
    token = await oauth_tokens.issue(session, grant, issuer=issuer)
    key = await key_ring.public_key(session, access_tokens.key_id(token))
    assert key is not None
    assert oauth_tokens.verify(token, key, issuer=issuer, resource=resource).grant_id == grant.id
    for wrong in ({"issuer": "https://evil.example", "resource": resource}, {"issuer": issuer, "resource": issuer}):
        with pytest.raises(InvalidToken):
            oauth_tokens.verify(token, key, **wrong)
    with pytest.raises(InvalidToken):
        access_tokens.verify(token, key)
    frozen.tick(oauth_tokens.LIFETIME.total_seconds() + 1)
    with pytest.raises(InvalidToken, match="ended"):
        oauth_tokens.verify(token, key, issuer=issuer, resource=resource)


async def test_unused_programs_and_ended_connections_are_forgotten(session, tenant):
    kept, unused = [
        await oauth_clients.register(session, name=name, redirect_uris=[CALLBACK], client_uri=None)
        for name in ("kept", "unused")
    ]
    await become(session, replace(tenant.actor, session_id=tenant.user_id))
    asked = oauth_grants.AuthorizationRequest(
        str(kept.id), CALLBACK, "code", "c" * 43, "S256", None, None, "https://crm.example/mcp"
    )
    resource = "https://crm.example/mcp"
    await oauth_grants.approve(session, asked, ["tradewind:read"], resource=resource, issuer="https://crm.example")
    await session.execute(text("UPDATE oauth_clients SET created_at = now() - interval '2 days'"))
    await session.execute(text("SELECT oauth_purge()"))
    left = set(await session.scalars(text("SELECT id FROM oauth_clients")))
    assert kept.id in left
    assert unused.id not in left
    await session.execute(text("UPDATE oauth_grants SET code_expires_at = now() - interval '2 days'"))
    await session.execute(text("SELECT oauth_purge()"))
    assert list(await session.scalars(text("SELECT id FROM oauth_grants"))) == []


async def test_registrations_stop_where_too_many_wait(session, monkeypatch):
    before = await oauth_repository.unused_clients(session)
    monkeypatch.setattr(oauth_clients, "_MAX_UNUSED", before + 2)
    for _ in range(2):
        await oauth_clients.register(session, name="Probe", redirect_uris=[CALLBACK], client_uri=None)
    with pytest.raises(TooManyClients):
        await oauth_clients.register(session, name="Probe", redirect_uris=[CALLBACK], client_uri=None)
