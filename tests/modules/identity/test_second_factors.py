"""Authenticator apps, recovery codes, the two steps of signing in, and organisations that require them."""

import pytest
from tests.modules.identity.people import LOGIN, SECOND, STRONG, add_app, challenge_of, code_of, csrf, log_in, post

from tradewind.kernel.access import Actor
from tradewind.kernel.testing.fixtures import PASSWORD, add_member
from tradewind.modules.identity.service import account_log, sessions

ADA = "ada@example.com"


@pytest.fixture
async def ada(sign_up, anonymous, frozen):
    """A signed-in person with an authenticator app: `(client, secret, recovery codes)`."""
    await sign_up(ADA)
    secret, codes = await add_app(anonymous)
    frozen.tick(60)
    return anonymous, secret, codes


async def test_an_app_counts_once_a_code_confirms_it(sign_up, anonymous, frozen):
    await sign_up(ADA)
    draft = (await post(anonymous, "/me/factors/totp")).json()
    assert draft["uri"].startswith("otpauth://totp/Tradewind:ada%40example.com?secret=" + draft["secret"])
    assert draft["qr"].startswith("data:image/svg+xml")
    assert (await log_in(anonymous, ADA)).status_code == 200
    wrong = await post(anonymous, "/me/factors/totp/confirm", {"code": code_of(draft["secret"], steps=9)})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "identity.wrong_factor")
    right = await post(anonymous, "/me/factors/totp/confirm", {"code": code_of(draft["secret"])})
    assert len(set(right.json()["recovery_codes"])) == 10
    read = (await anonymous.get("/api/v1/me/factors")).json()
    assert read["totp"] is not None
    assert read["recovery_codes_left"] == 10
    assert draft["secret"] not in str(read)


async def test_the_secret_is_sealed_and_codes_are_hashed(ada, database):
    from sqlalchemy import text

    _, secret, codes = ada
    async with database.transaction(Actor.system()) as session:
        for table in ("totp_factors", "recovery_codes"):
            # Seen past the policies, as someone with a copy of the database would.
            stored = await session.scalar(text(f"SELECT count(*) FROM {table}"))
            assert stored == 0, "rows of a person are out of reach of others"
    async with database.transaction(Actor(kind="user", user_id=await user_id(ada[0]))) as session:
        rows = (await session.execute(text("SELECT t::text FROM totp_factors t"))).scalars().all()
        rows += (await session.execute(text("SELECT r::text FROM recovery_codes r"))).scalars().all()
    assert len(rows) == 11
    assert not any(value in row for row in rows for value in (secret, *codes, codes[0].replace("-", "")))


async def test_signing_in_takes_two_steps(ada):
    client, secret, _ = ada
    first = await log_in(client, ADA)
    assert first.status_code == 202
    assert first.json()["methods"] == ["totp", "recovery_code"]
    assert first.json()["passkey_options"] is None
    assert not client.cookies
    assert (await client.get("/api/v1/me")).status_code == 401
    proof = {"challenge": first.json()["challenge"], "method": "totp", "code": code_of(secret)}
    second = await client.post(SECOND, json=proof)
    assert second.status_code == 200
    assert (await client.get("/api/v1/me")).status_code == 200
    [current] = [row for row in (await client.get("/api/v1/me/sessions")).json() if row["current"]]
    assert current["methods"] == ["password", "totp"]


async def test_programs_sign_in_by_two_steps_too(ada):
    client, secret, _ = ada
    client.cookies.clear()
    first = await client.post("/api/v1/auth/token", json={"email": ADA, "password": STRONG})
    assert first.status_code == 202
    assert "access_token" not in first.text
    proof = {"challenge": first.json()["challenge"], "method": "totp", "code": code_of(secret)}
    pair = (await client.post("/api/v1/auth/token/second-factor", json=proof)).json()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 200


async def test_a_code_works_once(ada):
    client, secret, _ = ada
    code = code_of(secret)
    for expected in (200, 422):
        proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": code}
        assert (await client.post(SECOND, json=proof)).status_code == expected


@pytest.mark.parametrize(("steps", "expected"), [(-2, 422), (-1, 200), (0, 200), (1, 200), (2, 422)])
async def test_clocks_may_differ_by_one_step(ada, steps, expected):
    client, secret, _ = ada
    proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": code_of(secret, steps=steps)}
    assert (await client.post(SECOND, json=proof)).status_code == expected


async def test_an_older_code_is_dead_after_a_newer_one(ada):
    client, secret, _ = ada
    for steps, expected in ((1, 200), (0, 422)):
        challenge = await challenge_of(client, ADA)
        proof = {"challenge": challenge, "method": "totp", "code": code_of(secret, steps=steps)}
        assert (await client.post(SECOND, json=proof)).status_code == expected


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "12 34 5x", "0x1234"])
async def test_what_is_no_code_is_refused(ada, code):
    client, _, _ = ada
    proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": code}
    assert (await client.post(SECOND, json=proof)).status_code == 422


async def test_a_challenge_works_once(ada):
    client, secret, codes = ada
    challenge = await challenge_of(client, ADA)
    proof = {"challenge": challenge, "method": "totp", "code": code_of(secret)}
    assert (await client.post(SECOND, json=proof)).status_code == 200
    client.cookies.clear()
    again = await client.post(SECOND, json={"challenge": challenge, "method": "recovery_code", "code": codes[0]})
    assert again.json()["code"] == "identity.challenge_ended"
    assert not client.cookies


async def test_a_challenge_ends_after_five_minutes_or_five_tries(ada, frozen):
    client, secret, _ = ada
    late = await challenge_of(client, ADA)
    frozen.tick(301)
    answer = await client.post(SECOND, json={"challenge": late, "method": "totp", "code": code_of(secret)})
    assert answer.json()["code"] == "identity.challenge_ended"
    tried = await challenge_of(client, ADA)
    for _ in range(5):
        await client.post(SECOND, json={"challenge": tried, "method": "recovery_code", "code": "wrong"})
    answer = await client.post(SECOND, json={"challenge": tried, "method": "totp", "code": code_of(secret)})
    assert answer.json()["code"] == "identity.challenge_ended"


async def test_a_challenge_serves_its_own_purpose_only(ada):
    client, secret, _ = ada
    second = await challenge_of(client, ADA)
    by_passkey = (await client.post("/api/v1/auth/passkey/challenge")).json()["challenge"]
    proof = {"method": "totp", "code": code_of(secret)}
    for wrong in (by_passkey, "made-up"):
        answer = await client.post(SECOND, json={"challenge": wrong, **proof})
        assert answer.json()["code"] == "identity.challenge_ended"
    assert (await client.post(SECOND, json={"challenge": second, **proof})).status_code == 200


async def test_recovery_codes_work_once_each(ada):
    client, _, codes = ada
    for code, expected in ((codes[0], 200), (codes[0], 422), (codes[1].upper().replace("-", " "), 200)):
        proof = {"challenge": await challenge_of(client, ADA), "method": "recovery_code", "code": code}
        assert (await client.post(SECOND, json=proof)).status_code == expected
    assert (await client.get("/api/v1/me/factors")).json()["recovery_codes_left"] == 8
    fresh = (await post(client, "/me/factors/recovery-codes")).json()["recovery_codes"]
    assert not set(fresh) & set(codes)
    for code, expected in ((codes[2], 422), (fresh[0], 200)):
        proof = {"challenge": await challenge_of(client, ADA), "method": "recovery_code", "code": code}
        assert (await client.post(SECOND, json=proof)).status_code == expected


async def test_recovery_codes_of_others_are_worthless(ada, sign_up, frozen):
    client, _, codes = ada
    client.cookies.clear()
    await sign_up("grace@example.com", name="Grace")
    await add_app(client)
    proof = {
        "challenge": await challenge_of(client, "grace@example.com"),
        "method": "recovery_code",
        "code": codes[0],
    }
    assert (await client.post(SECOND, json=proof)).status_code == 422


async def test_wrong_second_factors_lock_and_are_told(ada, frozen, monkeypatch, mailbox):
    client, secret, _ = ada
    told = []
    publish = account_log.publish

    async def spy(session, *events):
        told.extend(events)
        await publish(session, *events)

    monkeypatch.setattr(account_log, "publish", spy)
    for number in range(6):
        proof = {"challenge": await challenge_of(client, ADA), "method": "recovery_code", "code": f"guess-{number}"}
        answer = await client.post(SECOND, json=proof)
    assert (answer.status_code, answer.json()["code"]) == (429, "identity.locked")
    failed = [event for event in told if event.name == "identity.second_factor_failed"]
    assert len(failed) == 6
    assert {event.method for event in failed} == {"recovery_code"}
    assert "guess" not in str(told)
    assert any(mail.kind == "account_locked" for mail in await mailbox(ADA))
    proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": code_of(secret)}
    assert (await client.post(SECOND, json=proof)).status_code == 429, "also the right one has to wait"
    frozen.tick(61)
    proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": code_of(secret)}
    assert (await client.post(SECOND, json=proof)).status_code == 200
    log = (await client.get("/api/v1/audit-log", params={"action": "user.second_factor_failed"})).json()["items"]
    assert len(log) == 5


async def test_knowing_the_password_does_not_reset_the_count(ada):
    """Between two guesses the password is given again: the lock must come all the same."""
    client, _, _ = ada
    statuses = []
    for _ in range(7):
        proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": "000000"}
        statuses.append((await client.post(SECOND, json=proof)).status_code)
    assert statuses[-1] == 429


async def test_a_wrong_password_says_nothing_about_second_factors(ada, sign_up):
    client, _, _ = ada
    client.cookies.clear()
    await sign_up("plain@example.com")
    answers = []
    for email in (ADA, "plain@example.com", "nobody@example.com"):
        client.cookies.clear()
        answers.append(await client.post(LOGIN, json={"email": email, "password": "not-the-password"}))
    bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert {answer.status_code for answer in answers} == {401}


async def test_an_app_is_replaced_without_a_gap(ada, frozen):
    client, old, _ = ada
    new = (await post(client, "/me/factors/totp")).json()["secret"]
    answer = await post(client, "/me/factors/totp/confirm", {"code": code_of(new)})
    assert answer.json()["recovery_codes"] == [], "earlier recovery codes still hold"
    frozen.tick(60)
    for secret, expected in ((old, 422), (new, 200)):
        proof = {"challenge": await challenge_of(client, ADA), "method": "totp", "code": code_of(secret)}
        assert (await client.post(SECOND, json=proof)).status_code == expected


async def test_removing_the_last_factor_takes_its_recovery_codes(ada):
    client, _, _ = ada
    gone = await client.delete("/api/v1/me/factors/totp", headers=csrf(client))
    assert gone.status_code == 204
    assert (await client.delete("/api/v1/me/factors/totp", headers=csrf(client))).status_code == 404
    assert (await client.get("/api/v1/me/factors")).json()["recovery_codes_left"] == 0
    assert (await log_in(client, ADA)).status_code == 200
    assert (await post(client, "/me/factors/recovery-codes")).json()["code"] == "identity.enrol_first"


async def test_owners_are_told_by_mail_about_changes(ada, mailbox):
    client, _, _ = ada
    await client.delete("/api/v1/me/factors/totp", headers=csrf(client))
    subjects = [mail.subject for mail in await mailbox(ADA)]
    assert "An authenticator app was added to your account" in subjects
    assert "An authenticator app was removed from your account" in subjects


async def test_a_password_reset_does_not_pass_the_second_factor(ada, mailbox):
    client, _, _ = ada
    client.cookies.clear()
    await client.post("/api/v1/auth/password/forgot", json={"email": ADA})
    mail = next(mail for mail in await mailbox(ADA) if mail.kind == "reset_password")
    token = mail.link.partition("token=")[2]
    new = "lantern-harbour-81-moss"
    await client.post("/api/v1/auth/password/reset", json={"token": token, "password": new})
    assert not client.cookies
    assert (await log_in(client, ADA, new)).status_code == 202


async def test_an_accepted_invitation_asks_for_the_second_factor(ada, client, mailbox, tenant):
    browser, secret, _ = ada
    verify = next(mail for mail in await mailbox(ADA) if mail.kind == "verify_email")
    await browser.post("/api/v1/auth/verify-email", json={"token": verify.link.partition("token=")[2]})
    await client.post("/api/v1/invitations", json={"email": ADA, "role": "analyst"})
    mail = next(mail for mail in await mailbox(ADA) if mail.kind == "invitation")
    browser.cookies.clear()
    accept = {"token": mail.link.partition("token=")[2], "password": STRONG}
    joined = await browser.post("/api/v1/auth/invitations/accept", json=accept)
    assert joined.status_code == 202, joined.text
    assert not browser.cookies
    proof = {"challenge": joined.json()["challenge"], "method": "totp", "code": code_of(secret)}
    opened = await browser.post(SECOND, json=proof)
    assert opened.json()["organisation_id"] == str(tenant.organisation_id)


async def test_an_organisation_requires_a_second_factor(client, client_for, tenant, database, anonymous, frozen):
    url = "/api/v1/organisation/security"
    refused = await client.put(url, json={"second_factor_required": True})
    assert refused.json()["code"] == "identity.enrol_first"
    analyst = await client_for("analyst")
    await add_app(client)
    rules = (await client.put(url, json={"second_factor_required": True})).json()
    assert rules == {"second_factor_required": True, "members": 2, "members_with_second_factor": 1}

    for method, path in (("GET", "/leads"), ("PATCH", "/me"), ("GET", "/me/sessions"), ("GET", "/organisation")):
        answer = await analyst.request(method, f"/api/v1{path}", json={} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "identity.second_factor_required"), path
    me = (await analyst.get("/api/v1/me")).json()
    assert me["must_add_second_factor"]
    assert me["permissions"] == []
    await add_app(analyst)
    assert (await analyst.get("/api/v1/leads")).status_code == 200
    me = (await analyst.get("/api/v1/me")).json()
    assert not me["must_add_second_factor"]
    assert "leads:read" in me["permissions"]

    kept = await analyst.delete("/api/v1/me/factors/totp")
    assert (kept.status_code, kept.json()["code"]) == (409, "identity.last_factor")
    assert (await analyst.get("/api/v1/me/factors")).json()["totp"] is not None
    await client.put(url, json={"second_factor_required": False})
    assert (await analyst.delete("/api/v1/me/factors/totp")).status_code == 204


async def test_keys_and_assistants_of_people_without_one_stop_meanwhile(client, client_of, tenant, database, anonymous):
    member = await add_member(database, tenant.organisation_id, role="admin", name="Mo")
    theirs = await client_of(member.actor)
    key = (await theirs.post("/api/v1/keys", json={"name": "Sync", "scopes": ["leads:read"]})).json()["secret"]
    bearer = {"Authorization": f"Bearer {key}"}
    assert (await anonymous.get("/api/v1/leads", headers=bearer)).status_code == 200
    await add_app(client)
    url = "/api/v1/organisation/security"
    assert (await client.put(url, json={"second_factor_required": True})).is_success
    refused = await anonymous.get("/api/v1/leads", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (401, "identity.key_creator_unprotected")
    [listed] = (await client.get("/api/v1/keys")).json()["items"]
    assert listed["status"] == "creator_unprotected"
    for path, body in (("/keys", {"name": "New", "scopes": ["leads:read"]}), ("/me/assistants", {"decision": "allow"})):
        blocked = await theirs.post(f"/api/v1{path}", json=body)
        assert (blocked.status_code, blocked.json()["code"]) == (403, "identity.second_factor_required"), path
    await add_app(theirs)
    assert (await anonymous.get("/api/v1/leads", headers=bearer)).status_code == 200


async def test_single_sign_on_satisfies_the_requirement(client, tenant, database, anonymous):
    await add_app(client)
    await client.put("/api/v1/organisation/security", json={"second_factor_required": True})
    member = await add_member(database, tenant.organisation_id, role="analyst", name="Sia")
    statuses = {}
    for method in ("password", "sso"):
        async with database.transaction(Actor.system(tenant.organisation_id)) as session:
            tokens = await sessions.start(session, member.user_id, methods=(method,))
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        statuses[method] = (await anonymous.get("/api/v1/leads", headers=headers)).status_code
    assert statuses == {"password": 403, "sso": 200}


async def test_who_must_enrol_can_do_so_at_the_next_sign_in(client, tenant, database, anonymous, frozen):
    await add_app(client)
    await client.put("/api/v1/organisation/security", json={"second_factor_required": True})
    member = await add_member(database, tenant.organisation_id, role="creator", name="Mo")
    assert (await log_in(anonymous, member.email, PASSWORD)).status_code == 200
    assert (await anonymous.get("/api/v1/leads")).status_code == 403
    secret, _ = await add_app(anonymous)
    assert (await anonymous.get("/api/v1/leads")).status_code == 200
    frozen.tick(60)
    proof = {
        "challenge": await challenge_of(anonymous, member.email, PASSWORD),
        "method": "totp",
        "code": code_of(secret),
    }
    assert (await anonymous.post(SECOND, json=proof)).status_code == 200
    assert (await anonymous.get("/api/v1/leads")).status_code == 200


async def user_id(client):
    from uuid import UUID

    return UUID((await client.get("/api/v1/me")).json()["user"]["id"])
