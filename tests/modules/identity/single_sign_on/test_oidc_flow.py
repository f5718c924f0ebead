"""Signing in through a real OpenID provider, with everything that can follow from it."""

from uuid import UUID

from tests.modules.identity.single_sign_on.conftest import (
    CONNECTIONS,
    change,
    connect,
    cookie_names,
    error_of,
    last_attempt,
    state_of,
)

from tradewind.kernel.access import Actor
from tradewind.kernel.testing.fixtures import PASSWORD, add_member, make_tenant


async def test_a_new_person_signs_in_and_is_a_member_with_the_default_role(browser, client, provider, connection):
    sub = provider.user("grace", email="grace@harbour.example", email_verified=True, name="Grace Hopper")
    answer = await browser.sign_in(sub, connection_id=connection["id"], next="/leads")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/leads"
    assert {"tw_access", "tw_refresh", "tw_csrf"} <= cookie_names(answer)
    me = (await browser.me()).json()
    assert (me["user"]["name"], me["user"]["email"], me["role"]) == ("Grace Hopper", "grace@harbour.example", "analyst")
    # Nobody has proven harbour.example, so the address is not taken as proven either.
    assert me["user"]["email_verified"] is False
    attempt = await last_attempt(client, connection)
    assert (attempt["code"], attempt["email"], attempt["role"]) == ("created", "grace@harbour.example", "analyst")


async def test_coming_back_finds_the_same_account_by_subject_even_under_another_address(
    browser, client, provider, connection
):
    provider.user("ida", email="ida@harbour.example", email_verified=True)
    await browser.sign_in("ida", connection_id=connection["id"])
    first = (await browser.me()).json()["user"]["id"]
    provider.user("ida", email="ida.rhodes@harbour.example", email_verified=True)
    answer = await browser.sign_in("ida", connection_id=connection["id"])
    assert error_of(answer) is None
    assert (await browser.me()).json()["user"]["id"] == first
    assert (await last_attempt(client, connection))["code"] == "signed_in"


async def test_the_request_carries_pkce_state_and_nonce_and_the_secrets_stay_here(browser, connection):
    answer = await browser.start(connection_id=connection["id"])
    url = answer.json()["url"]
    for part in ("code_challenge_method=S256", "code_challenge=", "state=", "nonce=", "response_type=code"):
        assert part in url
    assert "code_verifier" not in url
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


async def test_a_callback_counts_once(browser, client, provider, connection):
    provider.user("joan", email="joan@harbour.example", email_verified=True)
    started = await browser.start(connection_id=connection["id"])
    callback = await browser.approve(started.json()["url"], "joan")
    cookie = browser.ours.cookies["tw_sso"]
    assert error_of(await browser.visit(callback)) is None
    browser.ours.cookies.clear()
    browser.ours.cookies.set("tw_sso", cookie)
    assert error_of(await browser.visit(callback)) == "replayed"
    assert (await browser.me()).status_code == 401


async def test_a_callback_in_another_browser_is_refused(browser, client, provider, connection):
    provider.user("mary", email="mary@harbour.example", email_verified=True)
    started = await browser.start(connection_id=connection["id"])
    callback = await browser.approve(started.json()["url"], "mary")
    browser.ours.cookies.clear()
    assert error_of(await browser.visit(callback)) == "other_browser"
    attempt = await last_attempt(client, connection)
    assert (attempt["code"], attempt["email"]) == ("other_browser", None)


async def test_a_callback_after_ten_minutes_or_with_an_invented_state_is_refused(
    browser, client, provider, connection, database, tenant
):
    from sqlalchemy import text

    provider.user("ada", email="ada@harbour.example", email_verified=True)
    started = await browser.start(connection_id=connection["id"])
    callback = await browser.approve(started.json()["url"], "ada")
    async with database.transaction(tenant.actor) as session:
        await session.execute(text("UPDATE sso_requests SET expires_at = expires_at - interval '10 minutes'"))
    assert error_of(await browser.visit(callback)) == "state_unknown"
    state = state_of(callback)
    assert error_of(await browser.visit(callback.replace(state, "invented"))) == "state_unknown"
    assert error_of(await browser.visit("/api/v1/auth/sso/oidc/callback")) == "state_unknown"


async def test_declining_at_the_provider_is_told(browser, client, provider, connection):
    started = await browser.start(connection_id=connection["id"])
    url = started.json()["url"]
    answer = await browser.theirs.post(url, data={"action": "deny"})
    callback = answer.headers["location"]
    if "state=" not in callback:
        callback += f"&state={state_of(url)}"
    assert error_of(await browser.visit(callback)) == "declined"
    assert "declined" in (await last_attempt(client, connection))["reason"]


async def test_an_unverified_address_is_refused(browser, client, provider, connection):
    provider.user("eve", email="eve@harbour.example", email_verified=False)
    assert error_of(await browser.sign_in("eve", connection_id=connection["id"])) == "email_unverified"
    assert "not verified" in (await last_attempt(client, connection))["reason"]


async def test_a_person_without_an_address_is_refused(browser, client, provider, connection):
    provider.user("noone", name="No Address")
    assert error_of(await browser.sign_in("noone", connection_id=connection["id"])) == "no_email"


async def test_groups_give_roles_by_rank_at_each_sign_in(browser, client, provider):
    rules = [{"group": "bosses", "role": "manager"}, {"group": "Writers", "role": "creator"}]
    connection = await connect(client, provider.issuer, role_rules=rules, default_role="api_user")
    claims = {"email": "sam@harbour.example", "email_verified": True}
    for groups, role in (
        (["writers", "bosses"], "manager"),
        (["writers"], "creator"),
        ("writers", "creator"),
        (["strangers"], "api_user"),
    ):
        provider.user("sam", **claims, groups=groups)
        assert error_of(await browser.sign_in("sam", connection_id=connection["id"])) is None
        assert (await browser.me()).json()["role"] == role, groups
    provider.user("sam", **claims, realm_access={"roles": ["bosses"]})
    oidc = connection["oidc"] | {"groups_claim": "realm_access.roles"}
    await change(client, connection, oidc={"groups_claim": oidc["groups_claim"]})
    await browser.sign_in("sam", connection_id=connection["id"])
    assert (await browser.me()).json()["role"] == "manager"


async def test_the_last_administrator_is_never_demoted(browser, client, provider, tenant):
    connection = await connect(client, provider.issuer, role_rules=[{"group": "all", "role": "analyst"}])
    provider.user("boss", email=tenant.email, email_verified=True, groups=["all"])
    assert error_of(await browser.sign_in("boss", connection_id=connection["id"])) is None
    me = (await browser.me()).json()
    assert (me["user"]["id"], me["role"]) == (str(tenant.user_id), "admin")
    assert "last administrator" in (await last_attempt(client, connection))["reason"]


async def test_a_connection_that_makes_no_members_admits_only_known_or_invited_people(browser, client, provider):
    connection = await connect(client, provider.issuer, creates_users=False)
    provider.user("pat", email="pat@harbour.example", email_verified=True)
    assert error_of(await browser.sign_in("pat", connection_id=connection["id"])) == "not_a_member"
    invited = await client.post("/api/v1/invitations", json={"email": "pat@harbour.example", "role": "creator"})
    assert invited.status_code == 201
    assert error_of(await browser.sign_in("pat", connection_id=connection["id"])) is None
    assert (await browser.me()).json()["role"] == "creator"
    assert (await client.get("/api/v1/invitations")).json()["items"] == []


async def test_a_deactivated_member_stays_out(browser, client, provider, connection):
    provider.user("lee", email="lee@harbour.example", email_verified=True)
    await browser.sign_in("lee", connection_id=connection["id"])
    user_id = (await browser.me()).json()["user"]["id"]
    assert (await client.patch(f"/api/v1/members/{user_id}", json={"active": False})).status_code == 200
    assert error_of(await browser.sign_in("lee", connection_id=connection["id"])) == "deactivated"
    assert (await client.delete(f"/api/v1/members/{user_id}")).status_code == 204
    assert error_of(await browser.sign_in("lee", connection_id=connection["id"])) == "removed"


async def test_an_existing_account_outside_needs_a_domain_proven_by_dns(
    browser, client, provider, connection, database
):
    other = await make_tenant(database, "Quiet Harbour Tea")
    provider.user("stranger", email=other.email, email_verified=True)
    assert error_of(await browser.sign_in("stranger", connection_id=connection["id"])) == "account_elsewhere"


async def test_a_members_account_that_reaches_elsewhere_is_not_opened_by_this_provider(
    browser, client, provider, connection, database, tenant
):
    """Else any organisation could sign in as its guests, and go on into their other organisations."""
    from tradewind.modules.identity import api as identity

    other = await make_tenant(database, "Quiet Harbour Tea")
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await identity.add_member(session, tenant.organisation_id, other.user_id, role="analyst")
    provider.user("guest", email=other.email, email_verified=True)
    assert error_of(await browser.sign_in("guest", connection_id=connection["id"])) == "not_proven"


async def test_another_identity_does_not_get_a_linked_account_until_it_is_unlinked(
    browser, client, provider, connection
):
    provider.user("old", email="dana@harbour.example", email_verified=True)
    await browser.sign_in("old", connection_id=connection["id"])
    provider.user("new", email="dana@harbour.example", email_verified=True)
    assert error_of(await browser.sign_in("new", connection_id=connection["id"])) == "other_identity"
    base = f"{CONNECTIONS}/{connection['id']}/links"
    [link] = (await client.get(base)).json()["items"]
    assert (link["email"], link["subject"]) == ("dana@harbour.example", "old")
    assert (await client.delete(f"{base}/{link['id']}")).status_code == 204
    assert error_of(await browser.sign_in("new", connection_id=connection["id"])) is None


async def test_a_switched_off_connection_lets_nobody_in(browser, client, provider, connection):
    provider.user("kim", email="kim@harbour.example", email_verified=True)
    started = await browser.start(connection_id=connection["id"])
    callback = await browser.approve(started.json()["url"], "kim")
    await change(client, connection, enabled=False)
    assert error_of(await browser.visit(callback)) == "switched_off"
    answer = await browser.start(connection_id=connection["id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.sso_unknown")


async def test_a_test_sign_in_shows_claims_and_role_and_signs_nobody_in(browser, client, provider):
    connection = await connect(
        client, provider.issuer, enabled=False, role_rules=[{"group": "crew", "role": "creator"}]
    )
    provider.user("tess", email="tess@harbour.example", email_verified=True, groups=["crew"], name="Tess")
    started = await client.post(f"{CONNECTIONS}/{connection['id']}/test")
    assert started.status_code == 200, started.text
    browser.ours.cookies.set("tw_sso", started.cookies["tw_sso"])
    answer = await browser.visit(await browser.approve(started.json()["url"], "tess"))
    attempt = await last_attempt(client, connection)
    assert answer.headers["location"] == (
        f"/settings/single-sign-on?connection={connection['id']}&attempt={attempt['id']}"
    )
    assert (attempt["purpose"], attempt["code"], attempt["role"]) == ("test", "tested", "creator")
    assert attempt["details"]["claims"]["email"] == "tess@harbour.example"
    assert attempt["details"]["groups"] == ["crew"]
    assert "nonce" not in attempt["details"]["claims"]
    assert (await browser.me()).status_code == 401
    members = (await client.get("/api/v1/members")).json()["items"]
    assert "tess@harbour.example" not in {member["email"] for member in members}


async def test_only_the_last_fifty_attempts_are_kept(browser, client, provider, connection, database, tenant):
    from tradewind.modules.identity.models.single_sign_on import SsoAttempt
    from tradewind.modules.identity.repository import single_sign_on as repository

    async with database.transaction(tenant.actor) as session:
        for number in range(53):
            attempt = SsoAttempt(
                organisation_id=tenant.organisation_id, connection_id=UUID(connection["id"]), purpose="sign_in",
                code="declined", reason=str(number), details={},
            )  # fmt: skip
            await repository.add_attempt(session, attempt)
    items = (await client.get(f"{CONNECTIONS}/{connection['id']}/attempts")).json()["items"]
    assert [item["reason"] for item in items] == [str(number) for number in range(52, 2, -1)]


async def test_a_person_brought_by_the_provider_has_no_password_and_can_choose_one_by_mail(
    browser, client, provider, connection, mailbox
):
    provider.user("rosa", email="rosa@harbour.example", email_verified=True)
    await browser.sign_in("rosa", connection_id=connection["id"])
    mails = await mailbox("rosa@harbour.example")
    assert len(mails) == 1, "only the confirmation of the address"
    browser.ours.cookies.clear()
    answer = await browser.ours.post("/api/v1/auth/login", json={"email": "rosa@harbour.example", "password": PASSWORD})
    assert answer.status_code == 401


async def test_the_secret_is_sealed_and_never_shown(client, connection, database, tenant):
    from sqlalchemy import text

    shown = (await client.get("/api/v1/sso")).text + (await client.get("/api/v1/audit-log")).text
    assert "not-a-secret" not in shown
    assert connection["oidc"]["has_secret"] is True
    async with database.transaction(tenant.actor) as session:
        [row] = (await session.execute(text("SELECT row_to_json(c)::text FROM sso_connections c"))).scalars().all()
    assert "not-a-secret" not in row
    gone = await change(client, connection, oidc={"client_secret": None})
    assert gone["oidc"]["has_secret"] is False


async def test_another_issuer_forgets_the_linked_identities(browser, client, provider, connection):
    provider.user("max", email="max@harbour.example", email_verified=True)
    await browser.sign_in("max", connection_id=connection["id"])
    changed = await change(client, connection, oidc={"issuer": provider.issuer.replace("localhost", "127.0.0.1")})
    assert changed["linked_people"] == 0


async def test_members_of_every_role_but_admin_are_kept_out_of_the_settings(client_for):
    for role in ("manager", "creator", "analyst", "api_user"):
        answer = await (await client_for(role)).get("/api/v1/sso")
        assert answer.status_code == 403, role


async def test_a_member_linked_by_address_keeps_name_and_role(browser, client, provider, connection, database, tenant):
    member = await add_member(database, tenant.organisation_id, role="creator", name="Ines")
    provider.user("ines", email=member.email, email_verified=True, name="Another Name")
    assert error_of(await browser.sign_in("ines", connection_id=connection["id"])) is None
    me = (await browser.me()).json()
    assert (me["user"]["id"], me["user"]["name"], me["role"]) == (str(member.user_id), "Ines", "creator")


async def test_who_has_no_password_confirms_dangerous_actions_by_signing_in_again(
    browser, client, provider, database, tenant
):
    from sqlalchemy import text

    connection = await connect(client, provider.issuer, default_role="admin")
    provider.user("root", email="root@harbour.example", email_verified=True)
    await browser.sign_in("root", connection_id=connection["id"])
    headers = {"X-CSRF-Token": browser.ours.cookies["tw_csrf"]}
    path = f"{CONNECTIONS}/{connection['id']}"
    assert (await browser.ours.patch(path, json={"name": "Renamed"}, headers=headers)).status_code == 200
    user_id = (await browser.me()).json()["user"]["id"]
    async with database.transaction(Actor(kind="user", user_id=UUID(user_id))) as session:
        await session.execute(text("UPDATE user_sessions SET authenticated_at = authenticated_at - interval '1 hour'"))
    refused = await browser.ours.patch(path, json={"name": "Again"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.step_up_required")
    assert refused.json()["methods"] == ["sso"]
    await browser.sign_in("root", connection_id=connection["id"])
    headers = {"X-CSRF-Token": browser.ours.cookies["tw_csrf"]}
    assert (await browser.ours.patch(path, json={"name": "Again"}, headers=headers)).status_code == 200


async def test_the_address_of_the_discovery_document_is_taken_for_its_issuer(client, provider):
    made = await connect(client, f"{provider.issuer}/.well-known/openid-configuration")
    assert made["oidc"]["issuer"] == provider.issuer
