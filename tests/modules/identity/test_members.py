"""Team: invitations, roles, deactivation, the last admin; what members see of each other."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.testing.fixtures import PASSWORD, add_member
from tradewind.modules.identity import api as identity

STRONG = "tidal-orchard-73-violin"


def token_of(mail) -> str:
    """The token in a mail's link."""
    return mail.link.partition("token=")[2]


@pytest.fixture
def invite(client, mailbox):
    async def run(email: str, role: str = "manager") -> str:
        answer = await client.post("/api/v1/invitations", json={"email": email, "role": role})
        assert answer.status_code == 201, answer.text
        return token_of((await mailbox(email))[0])

    return run


async def accept(client, token: str, password: str = STRONG, name: str | None = "Grace Hopper"):
    payload = {"token": token, "password": password} | ({"name": name} if name else {})
    return await client.post("/api/v1/auth/invitations/accept", json=payload)


async def test_new_person_joins_by_invitation(invite, anonymous, client, drain):
    token = await invite("grace@example.com")
    offer = await anonymous.post("/api/v1/auth/invitations/look-up", json={"token": token})
    assert offer.json() | {"invited_by": ""} == {
        "email": "grace@example.com", "organisation_name": "Fernweh Bikes", "role": "manager",
        "invited_by": "", "has_account": False,
    }  # fmt: skip
    assert (await accept(anonymous, token, "password123")).json()["code"] == "identity.weak_password"
    assert (await accept(anonymous, token, name=None)).status_code == 422
    assert (await accept(anonymous, token)).status_code == 200
    me = (await anonymous.get("/api/v1/me")).json()
    assert (me["role"], me["user"]["email_verified"]) == ("manager", True)
    assert (await accept(anonymous, token)).json()["code"] == "identity.link_expired"
    members = (await client.get("/api/v1/members")).json()["items"]
    assert [m["role"] for m in members if m["email"] == "grace@example.com"] == ["manager"]
    assert (await client.get("/api/v1/invitations")).json()["items"] == []


async def test_existing_account_joins_with_its_password(invite, anonymous, database, other_organisation):
    stranger = await add_member(database, other_organisation.organisation_id, role="analyst", name="Grace Hopper")
    token = await invite(stranger.email)
    offer = await anonymous.post("/api/v1/auth/invitations/look-up", json={"token": token})
    assert offer.json()["has_account"] is True
    assert (await accept(anonymous, token, "wrong-guess", None)).status_code == 401
    assert (await accept(anonymous, token, PASSWORD, None)).status_code == 200
    me = (await anonymous.get("/api/v1/me")).json()
    assert me["user"]["id"] == str(stranger.user_id)
    assert {organisation["name"] for organisation in me["organisations"]} == {
        "Fernweh Bikes", "Quiet Harbour Tea",
    }  # fmt: skip


async def test_an_unverified_squatter_gets_nothing(sign_up, anonymous, invite):
    """Whoever signs up with someone else's address must not receive that person's invitations."""
    await sign_up("grace@example.com", password="squatter-91-waiting-room")
    squatter = (await anonymous.get("/api/v1/me")).json()["user"]["id"]
    anonymous.cookies.clear()
    token = await invite("grace@example.com")
    assert (await accept(anonymous, token)).status_code == 200
    assert (await anonymous.get("/api/v1/me")).json()["user"]["id"] != squatter


async def test_invitation_rules(client, invite, anonymous, tenant, frozen):
    token = await invite("grace@example.com")
    again = await client.post("/api/v1/invitations", json={"email": "Grace@Example.com", "role": "analyst"})
    assert again.json()["code"] == "identity.already_invited"
    member = await client.post("/api/v1/invitations", json={"email": tenant.email, "role": "analyst"})
    assert member.json()["code"] == "identity.already_member"
    unknown = await client.post("/api/v1/invitations", json={"email": "b@example.com", "role": "emperor"})
    assert unknown.status_code == 422
    [row] = (await client.get("/api/v1/invitations")).json()["items"]
    assert (await client.delete(f"/api/v1/invitations/{row['id']}")).status_code == 204
    assert (await client.delete(f"/api/v1/invitations/{row['id']}")).status_code == 404
    assert (await accept(anonymous, token)).json()["code"] == "identity.link_expired"
    late = await invite("late@example.com")
    frozen.tick(7 * 86400 + 1)
    assert (await accept(anonymous, late)).json()["code"] == "identity.link_expired"


async def test_last_admin_stays(client, tenant, database):
    me = f"/api/v1/members/{tenant.user_id}"
    for answer in (
        await client.patch(me, json={"role": "analyst"}),
        await client.patch(me, json={"active": False}),
        await client.delete(me),
    ):
        assert answer.status_code == 409
        assert answer.json()["code"] == "identity.last_admin"
    second = await add_member(database, tenant.organisation_id, role="admin", name="Second")
    assert (await client.patch(f"/api/v1/members/{second.user_id}", json={"active": False})).status_code == 200
    assert (await client.delete(me)).status_code == 409
    assert (await client.patch(f"/api/v1/members/{second.user_id}", json={"active": True})).status_code == 200
    assert (await client.delete(me)).status_code == 204
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_deactivation_and_role_changes_work_at_once(client, client_for):
    analyst = await client_for("analyst")
    me = (await analyst.get("/api/v1/me")).json()["user"]["id"]
    url = f"/api/v1/members/{me}"
    assert (await analyst.get("/api/v1/audit-log")).status_code == 403
    assert (await client.patch(url, json={"role": "admin"})).json()["role"] == "admin"
    assert (await analyst.get("/api/v1/audit-log")).status_code == 200
    await client.patch(url, json={"active": False})
    refused = await analyst.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "identity.session_ended")
    await client.patch(url, json={"active": True, "role": "analyst"})
    assert (await analyst.get("/api/v1/me")).json()["role"] == "analyst"


async def test_removed_members_keep_their_name_and_can_return(client, database, tenant, invite, anonymous):
    member = await add_member(database, tenant.organisation_id, role="creator", name="Mary Jackson")
    assert (await client.delete(f"/api/v1/members/{member.user_id}")).status_code == 204
    ids = [row["id"] for row in (await client.get("/api/v1/members")).json()["items"]]
    assert str(member.user_id) not in ids
    async with database.transaction(tenant.actor) as session:
        name = await session.scalar(text("SELECT name FROM users WHERE id = :id"), {"id": member.user_id})
    assert name == "Mary Jackson"
    login = {"email": member.email, "password": PASSWORD}
    gone = await anonymous.post("/api/v1/auth/login", json=login)
    assert (gone.status_code, gone.json()["code"]) == (403, "identity.no_organisation")
    token = await invite(member.email, "analyst")
    assert (await accept(anonymous, token, PASSWORD, None)).status_code == 200
    assert (await anonymous.get("/api/v1/me")).json()["role"] == "analyst"


async def test_unknown_members_are_404(client, other_organisation):
    for member_id in (uuid4(), other_organisation.user_id):
        assert (await client.patch(f"/api/v1/members/{member_id}", json={"role": "admin"})).status_code == 404
        assert (await client.delete(f"/api/v1/members/{member_id}")).status_code == 404


async def test_database_hides_people_and_secrets_of_others(database, tenant, other_organisation):
    async with database.transaction(tenant.actor) as session:
        count = lambda table: session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: E731
        assert await count("users") == 1
        assert await count("organisations") == 1
        assert await count("memberships") == 1
        assert await count("user_passwords") == 1
    analyst = await add_member(database, tenant.organisation_id, role="analyst", name="Analyst")
    async with database.transaction(analyst.actor) as session:
        assert await session.scalar(text("SELECT count(*) FROM users")) == 2
        assert await session.scalar(text("SELECT count(*) FROM user_passwords")) == 1
    async with database.transaction(Actor.anonymous()) as session:
        for table in ("users", "organisations", "memberships", "user_passwords", "user_sessions"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


async def test_api_lists_members_for_owners(session, organisation, database):
    await add_member(database, organisation.organisation_id, role="creator", name="Aaron")
    found = await identity.list_members(session)
    assert (found[0].name, found[0].role) == ("Aaron", "creator")
    assert found[1].id == organisation.user_id
    assert (await identity.member(session, organisation.user_id)).role == "admin"


async def test_organisation_settings(client, client_for):
    read = await client.get("/api/v1/organisation")
    assert read.headers["etag"] == '"1"'
    body: dict[str, object] = {"name": "Fernweh Cycles", "time_zone": "Asia/Tokyo", "currency": "jpy"}
    body["settings"] = {"greeting": "Moin", "gone": None}
    changed = await client.patch("/api/v1/organisation", json=body, headers={"If-Match": '"1"'})
    assert changed.json()["name"] == "Fernweh Cycles"
    assert changed.json()["settings"] == {"greeting": "Moin"}
    assert (changed.json()["time_zone"], changed.json()["currency"]) == ("Asia/Tokyo", "JPY")
    assert (await client.get("/api/v1/pipelines")).json()[0]["currency"] == "JPY"
    for wrong in ({"time_zone": "Middle/Earth"}, {"currency": "GLD"}):
        assert (await client.patch("/api/v1/organisation", json=wrong)).status_code == 422
    lost = await client.patch("/api/v1/organisation", json={"name": "X"}, headers={"If-Match": '"1"'})
    assert lost.status_code == 412
    assert lost.json()["current"]["name"] == "Fernweh Cycles"
    for settings in ({"a": "\x00"}, {"a": "x" * 70_000}, {"a": 2**70}):
        assert (await client.patch("/api/v1/organisation", json={"settings": settings})).status_code == 422
    assert (await (await client_for("analyst")).patch("/api/v1/organisation", json={})).status_code == 403


async def test_profile(client):
    body = {"name": "Ada", "time_zone": "Europe/Berlin", "preferences": {"theme": "dark"}}
    assert (await client.patch("/api/v1/me", json=body)).status_code == 200
    await client.patch("/api/v1/me", json={"preferences": {"density": "compact"}})
    user = (await client.get("/api/v1/me")).json()["user"]
    assert user["preferences"] == {"theme": "dark", "density": "compact"}
    assert user["time_zone"] == "Europe/Berlin"
    for bad in ({"time_zone": "Mars/Olympus"}, {"locale": "../x"}, {"preferences": {"a": "\ud800"}}, {"name": ""}):
        import json

        answer = await client.patch("/api/v1/me", content=json.dumps(bad), headers={"content-type": "application/json"})
        assert answer.status_code == 422, bad


async def test_role_matrix_and_onboarding(client, invite):
    matrix = (await client.get("/api/v1/roles")).json()
    assert [role["key"] for role in matrix["roles"]] == ["admin", "manager", "creator", "analyst", "api_user"]
    known = {permission["key"] for permission in matrix["permissions"]}
    assert set(matrix["roles"][0]["permissions"]) == known
    steps = {step["key"]: step["done"] for step in (await client.get("/api/v1/onboarding")).json()["steps"]}
    assert steps["verify_email"] is True
    assert steps["invite_member"] is False
    await invite("grace@example.com")
    assert {s["key"]: s["done"] for s in (await client.get("/api/v1/onboarding")).json()["steps"]}["invite_member"]
