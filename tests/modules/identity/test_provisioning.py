"""Provisioning by SCIM 2.0: the stock tester, tokens, deactivation, other organisations, roles."""

import asyncio
from collections import Counter
from uuid import UUID

import httpx
import pytest
from scim2_tester import Status, check_server
from sqlalchemy import text
from tests.modules.identity.scim_client import BULK, USER, client_of, make_token, replace, synchronous

from tradewind.kernel.access import Actor
from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.identity import api as identity


@pytest.fixture
async def scim(app, database, organisation):
    """A client of the SCIM endpoint of the organisation."""
    async with client_of(app, await make_token(database, organisation)) as client:
        yield client


async def add(scim: httpx.AsyncClient, user_name: str, **attributes) -> str:
    """Provision a person; returns the SCIM id."""
    answer = await scim.post("/Users", json={"schemas": [USER], "userName": user_name, **attributes})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def members(database, organisation: Actor) -> dict[str, identity.Member]:
    """Members by address."""
    async with database.transaction(organisation) as session:
        return {member.email: member for member in await identity.list_members(session, active_only=False)}


async def test_the_stock_tester_finds_no_failure(scim):
    results = await asyncio.to_thread(check_server, synchronous(scim))
    fine = {Status.SUCCESS, Status.SKIPPED, Status.ACCEPTABLE}
    assert [f"{result.title}: {result.reason}" for result in results if result.status not in fine] == []
    assert Counter(result.status for result in results)[Status.SUCCESS] > 100


async def test_members_are_listed_before_the_provider_has_written_anything(scim, tenant):
    listed = (await scim.get("/Users")).json()
    assert [user["userName"] for user in listed["Resources"]] == [tenant.email]
    assert listed["Resources"][0]["emails"] == [{"value": tenant.email, "type": "work", "primary": True}]


async def test_a_provisioned_person_is_a_member_with_their_attributes(scim, database, organisation):
    person_id = await add(
        scim,
        "ada@example.com",
        name={"givenName": "Ada", "familyName": "Lovelace"},
        title="Countess",
        externalId="00u1",
        favouriteTea="Earl Grey",
        password="never-kept-anywhere",
    )
    member = (await members(database, organisation))["ada@example.com"]
    assert (member.name, member.role, member.active) == ("Ada Lovelace", "analyst", True)
    stored = (await scim.get(f"/Users/{person_id}")).json()
    assert (stored["title"], stored["externalId"], stored["favouriteTea"]) == ("Countess", "00u1", "Earl Grey")
    async with database.transaction(organisation) as session:
        kept = await session.scalar(text("SELECT string_agg(p::text, '') FROM scim_people p"))
        log = await session.scalar(text("SELECT string_agg(a::text, '') FROM audit_log a"))
        by = await session.scalar(
            text("SELECT actor_kind || ' ' || actor_name FROM audit_log WHERE action = 'provisioning.user_created'")
        )
    assert "never-kept" not in kept + log
    assert by == "system Provisioning: Okta"


async def test_an_invited_member_is_taken_over_and_a_second_time_refused(scim, database, tenant):
    invited = await add_member(database, tenant.organisation_id, role="manager", name="Grace")
    answer = await scim.post("/Users", json={"userName": "grace", "emails": [{"value": invited.email}]})
    assert answer.status_code == 201
    assert (await members(database, tenant.actor))[invited.email].role == "manager"
    again = await scim.post("/Users", json={"userName": "GRACE"})
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")


@pytest.mark.parametrize("way", ["patch", "put", "delete"])
async def test_deactivation_ends_sessions_at_once(scim, client_of, database, organisation, way):
    person_id = await add(scim, "ada@example.com")
    user_id = (await members(database, organisation))["ada@example.com"].id
    person = await client_of(Actor(kind="user", user_id=user_id, organisation_id=organisation.organisation_id))
    assert (await person.get("/api/v1/me")).status_code == 200
    match way:
        case "patch":
            answer = await scim.patch(f"/Users/{person_id}", json=replace(active="False"))
        case "put":
            answer = await scim.put(f"/Users/{person_id}", json={"userName": "ada@example.com", "active": False})
        case _:
            answer = await scim.delete(f"/Users/{person_id}")
    assert answer.status_code < 300, answer.text
    assert (await person.get("/api/v1/me")).status_code == 401
    async with database.transaction(Actor(kind="user", user_id=user_id)) as session:
        assert await session.scalar(text("SELECT count(*) FROM user_sessions WHERE revoked_at IS NULL")) == 0
    # Coming back does not bring the old session back.
    if way == "delete":
        assert (await scim.get(f"/Users/{person_id}")).status_code == 404
        await add(scim, "ada@example.com")
    else:
        assert (await scim.patch(f"/Users/{person_id}", json=replace(active=True))).status_code == 204
    assert (await members(database, organisation))["ada@example.com"].active
    assert (await members(database, organisation))["ada@example.com"].id == user_id
    assert (await person.get("/api/v1/me")).status_code == 401


async def test_another_organisation_sees_and_reaches_nothing(app, scim, database, other_organisation):
    person_id = await add(scim, "ada@example.com")
    group_id = (await scim.post("/Groups", json={"displayName": "Sales"})).json()["id"]
    async with client_of(app, await make_token(database, other_organisation)) as foreign:
        for path in (f"/Users/{person_id}", f"/Groups/{group_id}"):
            assert (await foreign.get(path)).status_code == 404
            assert (await foreign.patch(path, json=replace(displayName="x"))).status_code == 404
            assert (await foreign.put(path, json={"userName": "x", "displayName": "x"})).status_code == 404
            assert (await foreign.delete(path)).status_code == 404
        found = await foreign.get("/", params={"filter": 'userName eq "ada@example.com" or displayName eq "Sales"'})
        assert found.json()["totalResults"] == 0
        joined = await foreign.post("/Groups", json={"displayName": "g", "members": [{"value": person_id}]})
        assert (joined.status_code, joined.json()["scimType"]) == (400, "invalidValue")
    assert (await scim.get(f"/Users/{person_id}")).json()["userName"] == "ada@example.com"


async def test_a_person_of_several_organisations_is_changed_in_one_only(scim, client_of, database, other_organisation):
    """Name, address and sessions elsewhere stay; only the place in this organisation goes."""
    assert other_organisation.organisation_id is not None
    shared = await add_member(database, other_organisation.organisation_id, role="manager", name="Grace Hopper")
    here = UUID((await scim.get("/Users")).json()["Resources"][0]["id"])
    async with database.transaction(Actor.system()) as session:
        ids = list((await session.scalars(text("SELECT all_organisation_ids()"))).all())
    [mine] = [i for i in ids if i != other_organisation.organisation_id and await _has(database, i, here)]
    async with database.transaction(Actor.system(mine)) as session:
        await identity.add_member(session, mine, shared.user_id, role="analyst")
    elsewhere = await client_of(shared.actor)
    found = await scim.get("/Users", params={"filter": f'userName eq "{shared.email}"'})
    person_id = found.json()["Resources"][0]["id"]
    changed = {"displayName": "Somebody Else", "emails": [{"value": "new@example.com", "primary": True}]}
    answer = await scim.put(f"/Users/{person_id}", json={"userName": "new@example.com", "active": False, **changed})
    assert answer.status_code == 200, answer.text
    assert answer.json()["displayName"] == "Somebody Else"
    me = (await elsewhere.get("/api/v1/me")).json()
    assert (me["user"]["name"], me["user"]["email"]) == ("Grace Hopper", shared.email)
    async with database.transaction(other_organisation) as session:
        assert (await identity.member(session, shared.user_id)).active


async def _has(database, organisation_id: UUID, person_id: UUID) -> bool:
    async with database.transaction(Actor.system(organisation_id)) as session:
        return bool(await session.scalar(text("SELECT count(*) FROM scim_people WHERE id = :id"), {"id": person_id}))


async def test_a_strangers_account_is_not_drawn_in_unless_the_domain_is_proven(
    scim, database, organisation, other_organisation
):
    assert other_organisation.organisation_id is not None
    stranger = await add_member(database, other_organisation.organisation_id, role="admin", name="Grace")
    first = await add(scim, stranger.email)
    made = (await members(database, organisation))[stranger.email]
    assert made.id != stranger.user_id
    assert (await scim.delete(f"/Users/{first}")).status_code == 204
    second = await add_member(database, other_organisation.organisation_id, role="admin", name="Alan")
    async with database.transaction(organisation) as session:
        await session.execute(
            text(
                "INSERT INTO sso_domains (id, organisation_id, domain, dns_value, proof, proven_at) "
                "VALUES (gen_random_uuid(), :id, 'people.example', 'x', 'dns', now())"
            ),
            {"id": organisation.organisation_id},
        )
    await add(scim, second.email)
    assert (await members(database, organisation))[second.email].id == second.user_id


async def test_a_provisioned_person_sets_a_password_by_mail(scim, anonymous, mailbox):
    await add(scim, "ada@example.com", displayName="Ada")
    await anonymous.post("/api/v1/auth/password/forgot", json={"email": "ada@example.com"})
    assert await mailbox("ada@example.com")


@pytest.mark.parametrize("change", [{"active": False}, {"delete": True}, {"group": True}])
async def test_the_last_admin_stays(scim, client, database, organisation, change):
    admin = (await scim.get("/Users")).json()["Resources"][0]
    path = f"/Users/{admin['id']}"
    if change.get("group"):
        rules = {"default_role": "analyst", "rules": [{"group": "Owners", "role": "admin"}]}
        owners = {"displayName": "owners", "members": [{"value": admin["id"]}]}
        group_id = (await scim.post("/Groups", json=owners)).json()["id"]
        assert (await client.put("/api/v1/provisioning/settings", json=rules)).status_code == 200
        answer = await scim.put(f"/Groups/{group_id}", json={"displayName": "owners", "members": []})
        path = f"/Groups/{group_id}"
    elif change.get("delete"):
        answer = await scim.delete(path)
    else:
        answer = await scim.patch(path, json=replace(**change, title="Half done"))
    assert (answer.status_code, "at least one active admin" in answer.json()["detail"]) == (409, True)
    [member] = (await members(database, organisation)).values()
    assert (member.role, member.active) == ("admin", True)
    # Nothing of the refused request is left.
    kept = (await scim.get(path)).json()
    assert "title" not in kept
    assert len(kept.get("members", [])) == int("group" in change)


async def test_groups_give_roles_by_the_first_rule_that_fits(scim, client, database, organisation):
    ada, grace = await add(scim, "ada@example.com"), await add(scim, "grace@example.com")
    everyone = {"displayName": "Everyone", "members": [{"value": ada}, {"value": grace}]}
    everyone_id = (await scim.post("/Groups", json=everyone)).json()["id"]
    sales = (await scim.post("/Groups", json={"displayName": "Sales Leads", "members": [{"value": ada}]})).json()

    async def roles():
        found = await members(database, organisation)
        return found["ada@example.com"].role, found["grace@example.com"].role

    assert await roles() == ("analyst", "analyst")
    rules = [{"group": "sales leads", "role": "manager"}, {"group": "Everyone", "role": "creator"}]
    saved = await client.put("/api/v1/provisioning/settings", json={"default_role": "analyst", "rules": rules})
    assert saved.status_code == 200
    assert await roles() == ("manager", "creator")
    shown = (await scim.get(f"/Users/{ada}")).json()["groups"]
    assert [group["display"] for group in shown] == ["Everyone", "Sales Leads"]
    await scim.patch(f"/Groups/{sales['id']}", json={"Operations": [remove_member(ada), add_to("members", grace)]})
    assert await roles() == ("creator", "manager")
    await scim.patch(f"/Groups/{sales['id']}", json=replace(displayName="Renamed"))
    assert await roles() == ("creator", "creator")
    assert (await scim.delete(f"/Groups/{everyone_id}")).status_code == 204
    assert await roles() == ("analyst", "analyst")
    stale = await client.put(
        "/api/v1/provisioning/settings", json={"default_role": "creator", "rules": []}, headers={"If-Match": '"0"'}
    )
    assert stale.status_code == 412


def add_to(path: str, value: str) -> dict:
    return {"op": "add", "path": path, "value": [{"value": value}]}


def remove_member(person_id: str) -> dict:
    """As Microsoft Entra sends it: the member in `value` instead of the path."""
    return {"op": "Remove", "path": "members", "value": [{"value": person_id}]}


async def test_versions_guard_changes(scim):
    person_id = await add(scim, "ada@example.com")
    first = (await scim.get(f"/Users/{person_id}")).headers["ETag"]
    unchanged = await scim.get(f"/Users/{person_id}", headers={"If-None-Match": first})
    assert unchanged.status_code == 304
    assert (await scim.patch(f"/Users/{person_id}", json=replace(title="Countess"))).status_code == 204
    stale = await scim.patch(f"/Users/{person_id}", json=replace(title="x"), headers={"If-Match": first})
    assert stale.status_code == 412
    assert (await scim.get(f"/Users/{person_id}")).json()["title"] == "Countess"


async def test_lists_are_filtered_sorted_and_paged(scim):
    for name in ("carol", "ada", "bob"):
        await add(scim, f"{name}@example.com", externalId=f"x-{name}", title="Engineer" if name != "bob" else "Cook")

    async def names(**query) -> list[str]:
        listed = (await scim.get("/Users", params=query)).json()
        return [user["userName"].partition("@")[0] for user in listed.get("Resources", [])]

    assert await names(filter='userName eq "ADA@example.com"') == ["ada"]
    assert await names(filter='externalId eq "x-bob" and active eq true') == ["bob"]
    assert await names(filter='externalId eq "X-BOB"') == []
    assert await names(filter='title eq "engineer"', sortBy="userName") == ["ada", "carol"]
    assert await names(filter='title eq "engineer"', startIndex=2, count=1) == ["ada"]
    assert await names(filter="title pr", sortBy="userName", sortOrder="descending", count=2) == ["carol", "bob"]
    page = (await scim.get("/Users", params={"startIndex": 2, "count": 1})).json()
    assert (page["totalResults"], page["itemsPerPage"], len(page["Resources"])) == (4, 1, 1)
    broken = await scim.get("/Users", params={"filter": "userName eq"})
    assert (broken.status_code, broken.json()["scimType"]) == (400, "invalidFilter")


async def test_a_failed_operation_of_a_bulk_request_leaves_nothing(scim, database, organisation):
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"schemas": [USER], "userName": "ada@example.com"}},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"schemas": [USER], "userName": "ADA@example.com"}},
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "G", "members": [{"value": "x"}]}},
        {"method": "POST", "path": "/Groups", "bulkId": "h", "data": {"displayName": "H"}},
    ]  # fmt: skip
    operations[3]["data"]["members"] = [{"value": "bulkId:a"}]
    for operation in operations[2:]:
        operation["data"]["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    answer = await scim.post("/Bulk", json={"schemas": [BULK], "Operations": operations})
    assert answer.status_code == 200, answer.text
    assert [operation["status"] for operation in answer.json()["Operations"]] == ["201", "409", "400", "201"]
    assert len(await members(database, organisation)) == 2
    groups = (await scim.get("/Groups")).json()["Resources"]
    assert [(group["displayName"], len(group["members"])) for group in groups] == [("H", 1)]


async def test_a_crash_in_the_middle_leaves_nothing_but_its_trace(scim, client, database, organisation, monkeypatch):
    """The person, the account and the membership are made; then it breaks: the transaction takes all with it."""

    async def broken(*_):
        raise RuntimeError("pulled the plug")

    before = await members(database, organisation)
    with monkeypatch.context() as patched:
        patched.setattr("tradewind.modules.identity.scim.roles.apply", broken)
        answer = await scim.post("/Users", json={"userName": "ada@example.com"})
    assert (answer.status_code, answer.json()["detail"]) == (500, "Internal server error")
    assert await members(database, organisation) == before
    async with database.transaction(Actor.system()) as session:
        found = await session.scalar(text("SELECT count(*) FROM identity_login_candidates('ada@example.com')"))
    assert found == 0
    requests = (await client.get("/api/v1/provisioning/overview")).json()["requests"]
    assert [(request["method"], request["path"], request["status"]) for request in requests] == [
        ("POST", "/Users", 500)
    ]
    assert (await scim.post("/Users", json={"userName": "ada@example.com"})).status_code == 201


async def test_requests_are_bounded(scim):
    long = await scim.post("/Users", content=b" " * (1 << 20) + b"{}")
    assert (long.status_code, long.json()["status"]) == (413, "413")
    operation = {"method": "DELETE", "path": "/Users/x"}
    many = await scim.post("/Bulk", json={"schemas": [BULK], "Operations": [operation] * 101})
    assert many.status_code == 413
    assert (await scim.post("/Users", json={"userName": "x" * 321})).status_code == 400
    assert (await scim.post("/Users", json={"userName": "ada\u0000@example.com"})).status_code == 400
    assert (await scim.post("/Users", json={"userName": "ada", "note": "x" * 70_000})).status_code == 400
    assert (await scim.post("/Users", content=b"[" * 100_000)).status_code == 400
    assert (await scim.get("/Users", params={"count": 100_000})).json()["itemsPerPage"] == 1
    assert (await scim.get("/Users/not-a-uuid")).status_code == 404


async def test_the_settings_show_what_the_provider_did(scim, client):
    person_id = await add(scim, "ada", emails=[{"value": "ada@example.com"}], externalId="00u1")
    await scim.post("/Groups", json={"displayName": "Sales", "members": [{"value": person_id}]})
    await scim.post("/Groups", json={"displayName": "Bad", "members": [{"value": "nobody"}]})
    overview = (await client.get("/api/v1/provisioning/overview")).json()
    [person], [group] = overview["people"], overview["groups"]
    assert (person["user_name"], person["email"], person["groups"]) == ("ada", "ada@example.com", ["Sales"])
    assert (group["name"], group["members"]) == ("Sales", 1)
    outcomes = [(request["path"], request["status"]) for request in overview["requests"]]
    assert outcomes == [("/Groups", 400), ("/Groups", 201), ("/Users", 201)]
    assert "nobody" in overview["requests"][0]["detail"]
    [token] = (await client.get("/api/v1/provisioning/tokens")).json()["items"]
    assert token["last_used_at"] is not None
    assert "token" not in token
    unknown = await client.put("/api/v1/provisioning/settings", json={"default_role": "emperor", "rules": []})
    assert unknown.status_code == 422
