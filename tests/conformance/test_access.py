"""Every endpoint says who may use it, and keeps to it: endpoints × roles, and another organisation's ids."""

from uuid import uuid4

import httpx
import pytest
from tests.conformance.endpoints import Endpoint, body_of, endpoints, problem_of
from tests.conformance.rows import MARK, fill, fingerprint, tenant_tables

from tradewind.kernel.access import Actor
from tradewind.modules.identity.permissions import PERMISSIONS, ROLES, permissions_of

# Where the table is not the path's own word.
TABLES = {
    "members": "users",
    "assistants": "oauth_grants",
    "merges": "lead_merges",
    "visitor-merges": "visitor_links",
    "views": "saved_views",
    "jobs": "job_runs",
    "dead": "dead_jobs",
    "bulk-actions": "bulk_actions",
    "models": "scoring_models",
    "setups": "scoring_setups",
    "previews": "scoring_previews",
    "evaluations": "scoring_evaluations",
    "imports": "lead_imports",
    "keys": "api_keys",
    "roles": "custom_roles",
    "tokens": "scim_tokens",
    "connections": "sso_connections",
    "domains": "sso_domains",
    "links": "sso_links",
    "secrets": "custom_fields",
    "alerts": "security_alerts",
    "rules": "security_rules",
    "feed": "calendar_feeds",
    "locks": "users",
    "sources": "tracking_sources",
    "availability": "availability_schedules",
    "meeting-holds": "meetings",
    "bookings": "meetings",
    "reservations": "meetings",
    "attachments": "mail_attachments",
    "metrics": "custom_metrics",
    "questions": "knowledge_questions",
    "gaps": "knowledge_gaps",
    "findings": "knowledge_findings",
    "prompts": "ai_prompts",
    "experiments": "ai_experiments",
    "tests": "ai_prompt_tests",
    "versions": "ai_prompt_versions",
    "messages": "conversation_messages",
    "presence": "conversations",
    "test-conversations": "conversations",
    "decisions": "budget_decisions",
}
# Names that another module uses too: below a prefix, another table has the ids.
BELOW = {
    ("ai", "connections"): "ai_connections",
    ("ai", "models"): "ai_models",
    ("ai", "routes"): "ai_routes",
    ("ai", "budgets"): "ai_budgets",
    ("campaigns", "costs"): "campaign_costs",
    ("campaigns", "variants"): "campaigns",
    ("campaigns", "{message}"): "campaigns",
    ("journeys", "splits"): "journeys",
    ("intent-sets", "models"): "intent_models",
    ("simulation-suites", "cases"): "simulation_cases",
    ("simulation-suites", "runs"): "simulation_runs",
    ("intent-sets", "examples"): "intent_examples",
    ("sending", "intents"): "send_intents",
    ("sending", "policies"): "sending_policies",
    ("sending", "stops"): "sending_stops",
    ("sending", "approvals"): "send_approvals",
    ("knowledge", "sources"): "knowledge_sources",
    ("knowledge", "documents"): "knowledge_documents",
    ("knowledge", "pairs"): "knowledge_documents",
    ("knowledge", "articles"): "knowledge_documents",
    ("knowledge", "files"): "knowledge_documents",
    ("knowledge", "versions"): "knowledge_versions",
}
# Bodies that a schema cannot tell, so that the id is looked at and not what comes with it.
BODIES = {
    "POST /api/v1/leads/{lead_id:uuid}/consents": {"channel": "email", "state": "withdrawn"},
    "POST /api/v1/journeys/{journey_id}/restore": {"number": 1},
    "POST /api/v1/mail-templates/{template_id}/restore": {"number": 1},
}
# Chained at commit by the database itself; in a test, where nothing commits, by whoever verifies first.
IGNORED = {"audit_chain"}
# Where strangers are expected: signing in, booking, links in mails about meetings, calendar programs and vendors.
OPEN = (
    "/api/v1/auth/",
    "/api/v1/booking/",
    "/api/v1/booking-links/",
    "/api/v1/calendars/feed/",
    "/api/v1/calendars/notices/",
    "/api/v1/chat/",
    "/api/v1/email-events/",
    "/api/v1/email-inbound/",
)
# Found by a public address or by the secret in a link, whichever organisation they belong to: no ids to try.
BY_ADDRESS = (
    "/api/v1/booking/",
    "/api/v1/booking-links/",
    "/api/v1/calendars/feed/",
    "/api/v1/chat/",
    "/api/v1/email-events/",
    "/api/v1/email-inbound/",
)
# These change the caller's own account or end their session: they would cut the walk short.
OWN_ACCOUNT = {
    "DELETE /api/v1/me/sessions",
    "POST /api/v1/me/password",
    "POST /api/v1/auth/logout",
}


@pytest.fixture
def all_endpoints(app) -> list[Endpoint]:
    found = endpoints(app)
    assert len(found) > 50
    return found


def test_every_endpoint_declares_its_access(all_endpoints):
    wrong = []
    for endpoint in all_endpoints:
        access = endpoint.access
        if access is None or not (access.permission or access.reason):
            wrong.append(f"{endpoint.label} declares neither requires() nor public()")
        elif access.permission and access.permission not in {*PERMISSIONS, "signed-in"}:
            wrong.append(f"{endpoint.label} wants the unknown permission {access.permission}")
        elif access.reason and endpoint.path.startswith("/api/") and not endpoint.path.startswith(OPEN):
            wrong.append(f"{endpoint.label} is open to everyone outside of {', '.join(OPEN)}")
    assert wrong == []


def test_every_permission_is_used_and_every_role_is_made_of_known_ones(all_endpoints):
    used = {endpoint.access.permission for endpoint in all_endpoints if endpoint.access}
    assert set(PERMISSIONS) - used == set()
    assert all(role.permissions <= set(PERMISSIONS) for role in ROLES.values())


async def test_visitors_reach_only_what_is_public(app, all_endpoints, anonymous):
    wrong = []
    for endpoint in all_endpoints:
        if endpoint.access is None or endpoint.access.reason:
            continue
        url = endpoint.url(lambda *_: str(uuid4()))
        answer = await anonymous.request(endpoint.method, url, **body_of(app, endpoint, str(uuid4())))
        if answer.status_code != 401:
            wrong.append(f"{endpoint.label}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_reaches_what_it_may_and_nothing_else(app, all_endpoints, client_for, role):
    client = await client_for(role)
    allowed = permissions_of(role)
    wrong = []
    for endpoint in all_endpoints:
        permission = endpoint.access.permission if endpoint.access else None
        if permission is None or endpoint.label in OWN_ACCOUNT:
            continue
        url = endpoint.url(lambda *_: str(uuid4()))
        answer = await send(client, endpoint, url, body_of(app, endpoint, str(uuid4())))
        may = permission == "signed-in" or permission in allowed
        forbidden = answer.status_code == 403
        if answer.status_code in {401, 429} or answer.status_code >= 500 or forbidden == may:
            wrong.append(f"{endpoint.label} ({permission}): {answer.status_code} {answer.text[:200]}")
        elif forbidden and problem_of(answer).get("permission") != permission:
            wrong.append(f"{endpoint.label}: refused without naming {permission}")
    assert wrong == []


async def test_ids_of_another_organisation_do_not_exist(
    app, all_endpoints, client, tenant, database, other_organisation: Actor, client_of
):
    assert other_organisation.organisation_id is not None
    assert other_organisation.user_id is not None
    await client_of(other_organisation)
    async with database.transaction(other_organisation) as session:
        ids = await fill(session, other_organisation.organisation_id, other_organisation.user_id)
        tables = await tenant_tables(session)
        [ids["sessions"]] = [str(i) for i in await _session_ids(session)]
        ids["passkeys"] = await _passkey_id(session, other_organisation.user_id)
        before = await fingerprint(session, tables, IGNORED)
    wrong = []
    for endpoint in all_endpoints:
        if endpoint.label in OWN_ACCOUNT or not endpoint.path.startswith(("/api/", "/v2/")):
            continue
        if endpoint.path.startswith(BY_ADDRESS):
            continue

        def foreign(parameter: str, before_it: str, prefix: str = _beginning(endpoint)) -> str:
            table = BELOW.get((prefix, before_it)) or TABLES.get(before_it, before_it.replace("-", "_"))
            assert table in ids, f"which table has the ids of {before_it}? Add it to TABLES."
            return ids[table]

        url = endpoint.url(foreign)
        identifier = _identifier_for(endpoint, ids)
        known = BODIES.get(endpoint.label)
        body = body_of(app, endpoint, identifier) if known is None else {"json": known}
        answer = await send(client, endpoint, url, body)
        expected = {404} if endpoint.parameters else range(200, 500)
        if endpoint.parameters and endpoint.wants_more and known is None:
            expected = {404, 422}  # a body or query that this test cannot guess may be refused first
        if answer.status_code not in expected:
            wrong.append(f"{endpoint.label}: {answer.status_code} {answer.text[:200]}")
        if MARK in answer.text or "Quiet Harbour" in answer.text:
            wrong.append(f"{endpoint.label} shows something of the other organisation")
    assert wrong == []
    async with database.transaction(other_organisation) as session:
        after = await fingerprint(session, tables, IGNORED)
    assert {table for table in before if before[table] != after[table]} == set()


@pytest.mark.parametrize("field", ["lead_id", "owner_id", "company_id", "pipeline_id", "assignee_id"])
async def test_references_to_another_organisation_are_refused(
    app, all_endpoints, client, database, other_organisation: Actor, field
):
    """A new record must not point at a foreign one: the write fails instead of storing a dangling id."""
    assert other_organisation.organisation_id is not None
    assert other_organisation.user_id is not None
    async with database.transaction(other_organisation) as session:
        ids = await fill(session, other_organisation.organisation_id, other_organisation.user_id)
    table = {"owner_id": "users", "assignee_id": "users", "company_id": "companies"}.get(
        field, field.removesuffix("_id") + "s"
    )
    wrong = []
    for endpoint in all_endpoints:
        if endpoint.method != "POST" or endpoint.parameters:
            continue
        body = body_of(app, endpoint, ids[table])
        if not isinstance(body.get("json"), dict) or field not in body["json"]:
            continue
        others = {name for name in body["json"] if name.endswith("_id")} - {field}
        payload = {name: value for name, value in body["json"].items() if name not in others}
        answer = await client.post(endpoint.path, json=payload)
        if answer.status_code < 400:
            wrong.append(f"{endpoint.label} took a foreign {field}: {answer.text[:200]}")
    assert wrong == []


async def send(client, endpoint: Endpoint, url: str, body) -> httpx.Response:
    """The answer; a crash of the endpoint becomes a 500, so that the walk can go on and name them all."""
    try:
        return await client.request(endpoint.method, url, **body)
    except Exception as crash:  # noqa: BLE001 - whatever it is, it is the finding
        return httpx.Response(500, text=repr(crash)[:300])


def _beginning(endpoint: Endpoint) -> str:
    """The first word of a path after the API's version."""
    return endpoint.path.removeprefix("/api").split("/")[2]


def _identifier_for(endpoint: Endpoint, ids: dict[str, str]) -> str:
    return ids.get(_beginning(endpoint).replace("-", "_"), ids["leads"])


async def _passkey_id(session, user_id) -> str:
    from tradewind.modules.identity.models import Passkey

    added = Passkey(user_id=user_id, credential_id=uuid4().bytes, public_key=b"", sign_count=0, name=MARK)
    session.add(added)
    await session.flush()
    return str(added.id)


async def _session_ids(session):
    from sqlalchemy import text

    return (await session.scalars(text("SELECT id FROM user_sessions"))).all()
