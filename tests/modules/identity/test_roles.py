"""Roles an organisation makes for itself, and teams."""

from uuid import UUID, uuid4

import pytest
from tests.conformance.endpoints import body_of, endpoints

from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.identity.permissions import PERMISSIONS, ROLES, needs_of, permissions_of

SALES = ["leads:read", "leads:personal", "leads:write", "deals:read", "members:read"]


@pytest.fixture
def make_role(client):
    """`await make_role("Sales")`: a role of the organisation's own, as the API shows it."""

    async def run(name: str, permissions: list[str] = SALES, lead_visibility: str = "all"):
        payload = {"name": name, "permissions": permissions, "lead_visibility": lead_visibility}
        answer = await client.post("/api/v1/roles", json=payload)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return run


async def audit_of(client, action: str):
    return (await client.get("/api/v1/audit-log", params={"action": action})).json()["items"]


async def test_a_role_is_made_changed_and_audited(client, make_role):
    role = await make_role("Sales North")
    assert (role["key"], role["built_in"], role["permissions"]) == ("custom-sales-north", False, sorted(SALES))
    matrix = (await client.get("/api/v1/roles")).json()
    assert [r["key"] for r in matrix["roles"]] == [*ROLES, "custom-sales-north"]
    assert {p["key"]: p["needs"] for p in matrix["permissions"]} == {p: sorted(needs_of(p)) for p in PERMISSIONS}
    changed = await client.patch(
        f"/api/v1/roles/{role['id']}", json={"permissions": ["leads:read"]}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.headers["etag"], changed.json()["permissions"]) == (200, '"2"', ["leads:read"])
    late = await client.patch(f"/api/v1/roles/{role['id']}", json={"name": "X"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    [row] = await audit_of(client, "role.updated")
    assert (row["before"], row["after"]) == ({"permissions": sorted(SALES)}, {"permissions": ["leads:read"]})
    [row] = await audit_of(client, "role.created")
    assert row["after"]["name"] == "Sales North"


@pytest.mark.parametrize(
    ("payload", "status", "code"),
    [
        ({"name": "Odd", "permissions": ["leads:fly"]}, 422, "kernel.invalid"),
        ({"name": "Odd", "permissions": ["leads:write"]}, 422, "kernel.invalid"),
        ({"name": "Odd", "permissions": ["leads:read", "leads:import"]}, 422, "kernel.invalid"),
        ({"name": " ", "permissions": []}, 422, "kernel.invalid"),
        ({"name": "manager", "permissions": []}, 409, "identity.name_taken"),
        ({"name": "SALES", "permissions": []}, 409, "identity.name_taken"),
        ({"name": "Odd", "permissions": [], "lead_visibility": "some"}, 422, "kernel.invalid"),
    ],
)
async def test_unfit_roles_are_refused(client, make_role, payload, status, code):
    await make_role("Sales")
    answer = await client.post("/api/v1/roles", json=payload)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_change_reaches_a_live_session_at_once(client, client_for, make_role):
    role = await make_role("Sales")
    theirs = await client_for(role["key"])
    assert (await theirs.get("/api/v1/deals")).status_code == 200
    assert (await theirs.get("/api/v1/audit-log")).status_code == 403
    me = (await theirs.get("/api/v1/me")).json()
    assert (me["role"], me["role_label"], me["permissions"]) == (role["key"], "Sales", sorted(SALES))
    wanted = {"permissions": ["audit:read", "members:read"]}
    assert (await client.patch(f"/api/v1/roles/{role['id']}", json=wanted)).status_code == 200
    assert (await theirs.get("/api/v1/deals")).status_code == 403
    assert (await theirs.get("/api/v1/audit-log")).status_code == 200


async def test_another_process_learns_within_two_seconds(client, client_for, make_role, frozen, monkeypatch):
    role = await make_role("Sales")
    theirs = await client_for(role["key"])
    assert (await theirs.get("/api/v1/deals")).status_code == 200
    # As in another process: nobody tells it.
    monkeypatch.setattr("tradewind.modules.identity.authenticator.forget_all", lambda: None)
    await client.patch(f"/api/v1/roles/{role['id']}", json={"permissions": ["members:read"]})
    frozen.tick(2.001)
    assert (await theirs.get("/api/v1/deals")).status_code == 403


async def test_nobody_grants_what_they_do_not_hold(client, client_for, make_role, tenant):
    people = ["members:read", "members:write", "roles:write", "leads:read"]
    theirs = await client_for((await make_role("People", people, "team"))["key"])
    refused = await theirs.post("/api/v1/roles", json={"name": "Boss", "permissions": ["audit:read"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.cannot_grant")
    assert refused.json()["permissions"] == ["audit:read"]
    wider = await theirs.post("/api/v1/roles", json={"name": "All", "permissions": people, "lead_visibility": "all"})
    assert wider.json()["code"] == "identity.cannot_grant"
    same = await theirs.post("/api/v1/roles", json={"name": "Own", "permissions": people, "lead_visibility": "own"})
    assert same.status_code == 201
    for answer in (
        await theirs.patch(f"/api/v1/members/{tenant.user_id}", json={"role": "manager"}),
        await theirs.post("/api/v1/invitations", json={"email": "friend@example.com", "role": "admin"}),
        await theirs.patch(f"/api/v1/roles/{same.json()['id']}", json={"permissions": [*people, "audit:read"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "identity.cannot_grant")


async def test_the_last_admin_stays_whatever_custom_roles_hold(client, make_role, tenant):
    everything = await make_role("Everything", sorted(PERMISSIONS))
    answer = await client.patch(f"/api/v1/members/{tenant.user_id}", json={"role": everything["key"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.last_admin")


async def test_a_role_in_use_goes_only_when_its_members_move(client, client_of, database, make_role, tenant):
    role = await make_role("Sales")
    path = f"/api/v1/roles/{role['id']}"
    member = await add_member(database, tenant.organisation_id, role=role["key"], name="Grace")
    theirs = await client_of(member.actor)
    await client.post("/api/v1/invitations", json={"email": "new@example.com", "role": role["key"]})
    refused = await client.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.role_in_use")
    assert (refused.json()["members"], refused.json()["invitations"]) == (1, 1)
    assert (await client.delete(path, params={"move_to": role["key"]})).status_code == 422
    assert (await client.delete(path, params={"move_to": "nobody"})).status_code == 422
    assert (await client.delete(path, params={"move_to": "analyst"})).status_code == 204
    assert (await theirs.get("/api/v1/me")).json()["role"] == "analyst"
    [invitation] = (await client.get("/api/v1/invitations")).json()["items"]
    assert invitation["role"] == "analyst"
    [row] = await audit_of(client, "role.deleted")
    assert row["after"] == {"moved_to": "analyst", "members": [str(member.user_id)], "count": 1}
    assert (await client.delete(path)).status_code == 404
    unused = await make_role("Nobody's")
    assert (await client.delete(f"/api/v1/roles/{unused['id']}")).status_code == 204


async def test_roles_of_another_organisation_do_not_exist(client, client_of, other_organisation, make_role):
    role = await make_role("Sales")
    other = await client_of(other_organisation)
    assert role["key"] not in [r["key"] for r in (await other.get("/api/v1/roles")).json()["roles"]]
    assert (await other.patch(f"/api/v1/roles/{role['id']}", json={"name": "Mine"})).status_code == 404
    assert (await other.delete(f"/api/v1/roles/{role['id']}")).status_code == 404
    invited = await other.post("/api/v1/invitations", json={"email": "a@example.com", "role": role["key"]})
    assert invited.status_code == 422


async def test_a_custom_role_reaches_what_it_holds_and_nothing_else(app, client_for, make_role):
    held = set(SALES) | {"audit:read"}
    client = await client_for((await make_role("Walker", sorted(held)))["key"])
    wrong = []
    for endpoint in endpoints(app):
        permission = endpoint.access.permission if endpoint.access else None
        if permission is None or permission == "signed-in" or endpoint.method not in {"GET", "PATCH", "DELETE"}:
            continue
        url = endpoint.url(lambda *_: str(uuid4()))
        answer = await client.request(endpoint.method, url, **body_of(app, endpoint, str(uuid4())))
        if (answer.status_code == 403) == (permission in held):
            wrong.append(f"{endpoint.label} ({permission}): {answer.status_code} {answer.text[:200]}")
    assert wrong == []


def test_built_in_roles_hold_what_their_permissions_need():
    for role in ROLES.values():
        for permission in role.permissions:
            assert needs_of(permission) <= role.permissions, (role.key, permission)
    assert permissions_of("custom-anything") == frozenset()


async def test_teams_are_kept_with_their_people(client, client_of, database, tenant, other_organisation):
    grace = await add_member(database, tenant.organisation_id, role="creator", name="Grace")
    made = await client.post("/api/v1/teams", json={"name": "North", "member_ids": [str(grace.user_id)]})
    assert made.status_code == 201, made.text
    path = f"/api/v1/teams/{made.json()['id']}"
    again = await client.post("/api/v1/teams", json={"name": "north"})
    assert (again.status_code, again.json()["code"]) == (409, "identity.name_taken")
    stranger = await client.patch(path, json={"member_ids": [str(other_organisation.user_id)]})
    assert stranger.status_code == 422
    both = [str(grace.user_id), str(tenant.user_id)]
    changed = await client.patch(path, json={"name": "North-East", "member_ids": both}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], sorted(changed.json()["member_ids"])) == ("North-East", sorted(both))
    assert (await client.patch(path, json={"name": "X"}, headers={"If-Match": '"1"'})).status_code == 412
    # Who leaves the organisation leaves its teams.
    assert (await client.delete(f"/api/v1/members/{grace.user_id}")).status_code == 204
    [team] = (await client.get("/api/v1/teams")).json()["items"]
    assert [UUID(one) for one in team["member_ids"]] == [tenant.user_id]
    assert (await (await client_of(other_organisation)).delete(path)).status_code == 404
    assert (await client.delete(path)).status_code == 204
    assert [row["action"] for row in await audit_of(client, "team")] == ["team.deleted", "team.updated", "team.created"]
