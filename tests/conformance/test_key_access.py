"""API keys reach what their scopes name and nothing else, over every endpoint."""

from uuid import uuid4

import pytest
from tests.conformance.endpoints import Endpoint, body_of, endpoints, problem_of
from tests.conformance.test_access import OWN_ACCOUNT, send
from tests.modules.identity.keys import caller, make_key

from tradewind.modules.identity.permissions import PERMISSIONS


@pytest.fixture
async def ids(client) -> dict[str, str]:
    """Rows that endpoints with ids work on, by the path's word."""
    made = {}
    for path, body in (
        ("companies", {"name": "Moreau"}),
        ("leads", {"first_name": "Ada"}),
        ("tasks", {"title": "Call"}),
    ):
        answer = await client.post(f"/api/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
        made[path] = answer.json()["id"]
    return made


def wrong_answers(permission: str | None, may: bool, people: bool, answer) -> str | None:
    problem = problem_of(answer) if answer.status_code == 403 else {}
    if answer.status_code >= 500 or answer.status_code in {401, 429}:
        return f"{answer.status_code} {answer.text[:300]}"
    if people:
        return None if problem.get("code") == "kernel.people_only" else f"{answer.status_code}: open to keys"
    if may:
        return f"refused: {answer.text[:200]}" if problem.get("permission") else None
    return None if problem.get("permission") == permission else f"{answer.status_code}, not refused for {permission}"


async def walk(app, ids, secret: str, scopes: set[str]) -> list[str]:
    def known(_: str, before: str) -> str:
        return ids.get(before, str(uuid4()))

    def refused(endpoint: Endpoint, answer) -> str | None:
        access = endpoint.access
        may = access.permission == "signed-in" or access.permission in scopes
        return wrong_answers(access.permission, may, access.people, answer)

    wrong = []
    async with caller(app, secret) as robot:
        for endpoint in endpoints(app):
            if endpoint.access is None or endpoint.access.permission is None or endpoint.label in OWN_ACCOUNT:
                continue
            answer = await send(robot, endpoint, endpoint.url(known), body_of(app, endpoint, ids["leads"]))
            if (reason := refused(endpoint, answer)) is not None:
                wrong.append(f"{endpoint.label}: {reason}")
    return wrong


@pytest.mark.parametrize("scope", ["leads:read", "deals:write", "organisation:write"])
async def test_a_key_with_one_scope_reaches_only_that(app, client, scope):
    made = await make_key(client, scopes=[scope])
    assert await walk(app, {"leads": str(uuid4())}, made["secret"], {scope}) == []


async def test_a_key_with_every_scope_works_everywhere_it_may(app, client, ids):
    """A key has no user: no endpoint may take that badly."""
    scopes = (await client.get("/api/v1/keys")).json()["grantable"]
    assert set(scopes) == set(PERMISSIONS) - {"keys:write"}
    made = await make_key(client, scopes=scopes)
    assert await walk(app, ids, made["secret"], set(scopes)) == []


async def test_a_publishable_key_reaches_nothing(app, client):
    made = await make_key(client, kind="publishable")
    async with caller(app, made["secret"]) as page:
        for endpoint in endpoints(app):
            if endpoint.access is None or endpoint.access.permission is None:
                continue
            url = endpoint.url(lambda *_: str(uuid4()))
            answer = await send(page, endpoint, url, body_of(app, endpoint, str(uuid4())))
            assert answer.status_code == 403, endpoint.label
            assert problem_of(answer)["code"] == "identity.key_publishable", endpoint.label
