"""Sign-up, sign-in, mailed links: what a visitor can do, and what they cannot find out."""

import re

import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor

STRONG = "tidal-orchard-73-violin"


def csrf(client) -> dict[str, str]:
    """The header that the web app adds to writes."""
    return {"X-CSRF-Token": client.cookies["tw_csrf"]}


def token_of(mail) -> str:
    """The token in a mail's link."""
    return mail.link.partition("token=")[2]


WRONG = {"email": "ada@example.com", "password": "wrong-wrong-wrong"}


async def log_in(client, email: str, password: str = STRONG):
    return await client.post("/api/v1/auth/login", json={"email": email, "password": password})


async def test_sign_up_creates_everything_and_signs_in(sign_up, anonymous):
    answer = await sign_up("Ada@Example.com")
    assert answer.status_code == 201, answer.text
    me = (await anonymous.get("/api/v1/me")).json()
    assert me["user"]["email"] == "Ada@example.com"
    assert me["user"]["email_verified"] is False
    assert me["role"] == "admin"
    assert me["organisation"]["name"] == "Engines"
    assert "members:write" in me["permissions"]
    log = (await anonymous.get("/api/v1/audit-log")).json()["items"]
    assert {"user.signed_up", "session.started", "organisation.created"} <= {row["action"] for row in log}


async def test_cookies_are_guarded(sign_up):
    answer = await sign_up("ada@example.com")
    cookies = {line.split("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {"tw_access", "tw_refresh", "tw_csrf"}
    assert "httponly" in cookies["tw_access"]
    assert "httponly" in cookies["tw_refresh"]
    assert "httponly" not in cookies["tw_csrf"]
    assert "path=/api/v1/auth" in cookies["tw_refresh"]
    assert all("samesite=lax" in line for line in cookies.values())


async def test_login_does_not_tell_whether_an_address_exists(sign_up, anonymous):
    await sign_up("ada@example.com")
    anonymous.cookies.clear()
    known = await log_in(anonymous, "ada@example.com", "wrong-wrong-wrong")
    unknown = await log_in(anonymous, "nobody@example.com", "wrong-wrong-wrong")
    assert known.status_code == unknown.status_code == 401
    strip = lambda body: {k: v for k, v in body.items() if k != "request_id"}  # noqa: E731
    assert strip(known.json()) == strip(unknown.json())
    assert known.json()["code"] == "identity.wrong_credentials"


@pytest.mark.parametrize("email", ["", "@", "a" * 300, "nul\x00@example.com", "ada@example.com\n", "😀"])
async def test_login_with_strange_addresses_is_just_wrong(anonymous, email):
    assert (await log_in(anonymous, email, "x")).status_code == 401


async def test_six_failures_lock_and_tell_the_owner(sign_up, anonymous, mailbox, frozen):
    await sign_up("ada@example.com")
    anonymous.cookies.clear()
    statuses = [(await log_in(anonymous, "ada@example.com", "wrong-guess")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    locked = await log_in(anonymous, "ada@example.com")
    assert locked.status_code == 429
    assert locked.json()["code"] == "identity.locked"
    assert int(locked.headers["retry-after"]) == 60
    assert "account_locked" in {mail.kind for mail in await mailbox("ada@example.com")}
    frozen.tick(61)
    assert (await log_in(anonymous, "ada@example.com")).status_code == 200
    log = (await anonymous.get("/api/v1/audit-log", params={"action": "user"})).json()["items"]
    assert [row["action"] for row in log].count("user.login_failed") == 5
    assert [row["action"] for row in log].count("user.locked") == 1


async def test_locks_grow_and_unknown_addresses_lock_too(anonymous, frozen):
    waits = []
    for _ in range(3):
        for _ in range(6):
            answer = await log_in(anonymous, "nobody@example.com", "wrong-guess")
        waits.append(int(answer.headers["retry-after"]))
        frozen.tick(waits[-1] + 1)
    assert waits == [60, 120, 240]


async def test_taken_address_can_sign_up_but_never_prove_it(sign_up, anonymous, mailbox):
    assert (await sign_up("ada@example.com")).status_code == 201
    first = (await anonymous.get("/api/v1/me")).json()["user"]["id"]
    token = token_of((await mailbox("ada@example.com"))[0])
    assert (await anonymous.post("/api/v1/auth/verify-email", json={"token": token})).status_code == 204
    anonymous.cookies.clear()

    assert (await sign_up("ADA@example.com", password="harbour-9-lantern-quiet")).status_code == 201
    second = (await anonymous.get("/api/v1/me")).json()["user"]
    assert second["id"] != first
    assert second["email_verified"] is False
    newest = (await mailbox("ADA@example.com"))[0]
    assert newest.kind == "address_in_use"
    assert "token" not in newest.link

    anonymous.cookies.clear()
    await log_in(anonymous, "ada@example.com")
    assert (await anonymous.get("/api/v1/me")).json()["user"]["id"] == first


async def test_verification_works_once_and_can_be_sent_again(sign_up, anonymous, mailbox):
    await sign_up("ada@example.com")
    old = token_of((await mailbox("ada@example.com"))[0])
    again = await anonymous.post("/api/v1/auth/verify-email/resend", headers=csrf(anonymous))
    assert again.status_code == 202
    new = token_of((await mailbox("ada@example.com"))[0])
    assert new != old
    verify = lambda token: anonymous.post("/api/v1/auth/verify-email", json={"token": token})  # noqa: E731
    assert (await verify(old)).json()["code"] == "identity.link_expired"
    assert (await verify(new)).status_code == 204
    assert (await verify(new)).status_code == 422
    assert (await anonymous.get("/api/v1/me")).json()["user"]["email_verified"] is True


async def test_tokens_never_wait_in_the_queue(sign_up, database, mailbox):
    await sign_up("ada@example.com")
    async with database.transaction(Actor.system()) as session:
        queued = [bytes(row) for row in await session.scalars(text("SELECT payload FROM pgqueuer"))]
    token = token_of((await mailbox("ada@example.com"))[0])
    assert queued
    assert not any(token.encode() in payload for payload in queued)


async def test_reset_changes_password_and_ends_sessions(sign_up, anonymous, mailbox, frozen):
    await sign_up("ada@example.com")
    assert (await anonymous.get("/api/v1/me")).status_code == 200
    asked = await anonymous.post("/api/v1/auth/password/forgot", json={"email": "ada@example.com"})
    assert asked.status_code == 202
    mail = next(m for m in await mailbox("ada@example.com") if m.kind == "reset_password")
    reset = {"token": token_of(mail), "password": "password123"}
    weak = await anonymous.post("/api/v1/auth/password/reset", json=reset)
    assert weak.json()["code"] == "identity.weak_password"
    reset["password"] = "lantern-harbour-81-moss"
    assert (await anonymous.post("/api/v1/auth/password/reset", json=reset)).status_code == 204
    assert (await anonymous.post("/api/v1/auth/password/reset", json=reset)).status_code == 422
    assert (await anonymous.get("/api/v1/me")).status_code == 401
    assert (await log_in(anonymous, "ada@example.com")).status_code == 401
    assert (await log_in(anonymous, "ada@example.com", reset["password"])).status_code == 200
    assert (await anonymous.get("/api/v1/me")).json()["user"]["email_verified"] is True


async def test_reset_link_ends_after_an_hour(sign_up, anonymous, mailbox, frozen):
    await sign_up("ada@example.com")
    await anonymous.post("/api/v1/auth/password/forgot", json={"email": "ada@example.com"})
    mail = next(m for m in await mailbox("ada@example.com") if m.kind == "reset_password")
    frozen.tick(3601)
    reset = {"token": token_of(mail), "password": "lantern-harbour-81-moss"}
    assert (await anonymous.post("/api/v1/auth/password/reset", json=reset)).status_code == 422


async def test_forgot_answers_the_same_for_unknown_addresses(anonymous, mailbox):
    answer = await anonymous.post("/api/v1/auth/password/forgot", json={"email": "nobody@example.com"})
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    assert await mailbox("nobody@example.com") == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 10"),
        ("a" * 300, "at most 256"),
        ("1234567890", "leaks"),
        ("lovelace-lovelace", "your name"),
        ("engines-ada-7", "your name"),
        ("aaaaaaaaaaaa", "."),
    ],
)
async def test_weak_passwords_are_refused_with_reasons(sign_up, password, reason):
    answer = await sign_up("ada@example.com", password=password)
    assert answer.status_code == 422
    assert answer.json()["code"] == "identity.weak_password"
    assert reason in answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["field"] == "password"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x" * 1_000_000},
        {"name": " "},
        {"name": "a\x00b"},
        {"organisation_name": "line\nbreak"},
        {"email": "not-an-address"},
        {"email": "a@b"},
        {"password": "x" * 2000},
        {"password": None},
    ],
)
async def test_bad_sign_ups_are_refused(anonymous, change):
    payload = {"name": "Ada", "email": "ada@example.com", "password": STRONG, "organisation_name": "Engines"}
    answer = await anonymous.post("/api/v1/auth/sign-up", json=payload | change)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
    assert len(answer.content) < 5000


@pytest.mark.parametrize("email", ["jörg@müller.example", "用户@例子.example", "o'brien+tag@example.com"])
async def test_unicode_addresses_work(sign_up, anonymous, email):
    assert (await sign_up(email)).status_code == 201
    anonymous.cookies.clear()
    assert (await log_in(anonymous, email.upper())).status_code == 200


async def test_change_password_needs_the_present_one_and_ends_other_sessions(sign_up, anonymous):
    await sign_up("ada@example.com")
    pair = await anonymous.post("/api/v1/auth/token", json={"email": "ada@example.com", "password": STRONG})
    other = {"Authorization": f"Bearer {pair.json()['access_token']}"}
    change = {"current_password": "wrong-guess", "new_password": "lantern-harbour-81-moss"}
    url = "/api/v1/me/password"
    refused = await anonymous.post(url, json=change, headers=csrf(anonymous))
    assert refused.json()["code"] == "identity.wrong_password"
    change["current_password"] = STRONG
    assert (await anonymous.post(url, json=change, headers=csrf(anonymous))).status_code == 204
    assert (await anonymous.get("/api/v1/me")).status_code == 200
    anonymous.cookies.clear()
    assert (await anonymous.get("/api/v1/me", headers=other)).status_code == 401


async def test_mails_link_to_the_web_app(sign_up, mailbox):
    await sign_up("ada@example.com")
    mail = (await mailbox("ada@example.com"))[0]
    assert re.fullmatch(r"http://[^/]+/verify-email\?token=[\w-]{43}", mail.link)
    assert mail.link in mail.body
