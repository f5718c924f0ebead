"""What is served beside the routes: each mounted application says who may use it, and keeps to it."""

import pytest
from scim2_server.routing import ROUTES
from sqlalchemy import text
from starlette.routing import Mount
from tests.modules.identity.scim_client import client_of, make_token


@pytest.fixture
def mounts(application) -> dict[str, Mount]:
    found = {route.path: route for route in application.router.routes if isinstance(route, Mount)}
    assert "/scim/v2" in found
    return found


def test_the_api_document_names_every_mount_and_its_access(application, mounts):
    described = application.openapi()["x-mounts"]
    assert set(described) == set(mounts)
    assert [path for path, mount in described.items() if not (mount["summary"] and mount["access"])] == []


# Fixed, because the names of tests must be alike in every test process.
UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"),
    [(route.method, "/scim/v2" + route.pattern.format(endpoint=kind, resource_id=UNKNOWN))
     for route in ROUTES for kind in (("Users", "Groups") if "{endpoint}" in route.pattern else ("",))],
)  # fmt: skip
async def test_scim_is_closed_to_everyone_without_a_provisioning_token(method, path, anonymous, client):
    """Neither nobody nor a signed-in administrator gets in, on any route the library serves."""
    for caller in (anonymous, client):
        answer = await caller.request(method, path, json={})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="SCIM"'
        assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


async def test_a_provisioning_token_opens_scim_and_nothing_else(app, database, organisation):
    async with client_of(app, await make_token(database, organisation)) as scim:
        assert (await scim.get("/ServiceProviderConfig")).status_code == 200
        assert (await scim.get("http://tradewind.test/api/v1/me")).status_code == 401
        assert (await scim.get("http://tradewind.test/api/v1/members")).status_code == 401


async def test_revoked_and_expired_tokens_are_refused_at_once(app, client, database, organisation):
    made = (await client.post("/api/v1/provisioning/tokens", json={"name": "Okta"})).json()
    async with client_of(app, made["token"]) as scim, client_of(app, await make_token(database, organisation)) as other:
        assert (await scim.get("/Users")).status_code == 200
        assert (await client.delete(f"/api/v1/provisioning/tokens/{made['id']}")).status_code == 204
        assert (await scim.get("/Users")).status_code == 401
        assert (await other.get("/Users")).status_code == 200
        async with database.transaction(organisation) as session:
            await session.execute(text("UPDATE scim_tokens SET expires_at = now() - interval '1 second'"))
        assert (await other.get("/Users")).status_code == 401
