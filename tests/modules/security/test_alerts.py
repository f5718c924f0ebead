"""From what happens to accounts and keys to alerts, mails and notifications, with a stopped clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.telemetry import REGISTRY
from tradewind.kernel.testing.fixtures import PASSWORD, add_member
from tradewind.modules.email.api import recent_mails
from tradewind.modules.identity.events import ApiKeyUsed, LoginFailed, SecondFactorFailed, SessionContinued, SignedIn
from tradewind.modules.leads import reading_volume
from tradewind.modules.leads.events import LeadsExported
from tradewind.modules.security import rules
from tradewind.modules.security.service import refusals

ALERTS = "/api/v1/security/alerts"
RULES = "/api/v1/security/rules"
LOGIN = "/api/v1/auth/login"
HOME, OFFICE, AFAR = "198.51.100.7", "203.0.113.9", "192.0.2.44"


@pytest.fixture(autouse=True)
def stopped(frozen):
    """Monday morning before anybody signs in."""


@pytest.fixture
def happen(database, tenant, drain):
    """`await happen(event, …)`: publish events in the organisation and let the workers see them."""

    async def run(*events):
        async with database.transaction(Actor.system(tenant.organisation_id)) as session:
            await publish(session, *events)
        await drain()

    return run


@pytest.fixture
def admin(database, tenant, client_of):
    """`await admin()`: an API client of one more administrator, whose token lives however far the clock moved."""

    async def make():
        return await client_of((await add_member(database, tenant.organisation_id, role="admin", name="Olga")).actor)

    return make


@pytest.fixture
def alerts(admin):
    """`await alerts()`: rule → alert of those that are not closed."""

    async def read(show: str = "open"):
        answer = await (await admin()).get(ALERTS, params={"show": show})
        assert answer.status_code == 200, answer.text
        return {item["rule"]: item for item in answer.json()["items"]}

    return read


@pytest.fixture
def mails(database, drain, tenant):
    """`await mails()`: subjects of the security mails to the first administrator, newest first."""

    async def read():
        await drain()
        found = await recent_mails(database, limit=200)
        return [mail.subject for mail in found if (mail.kind, mail.to_email) == ("security_alert", tenant.email)]

    return read


def signed_in(tenant, ip=HOME, device="Firefox on Linux", time_zone="UTC"):
    return SignedIn(user_id=tenant.user_id, device=device, time_zone=time_zone, ip=ip)


async def test_six_failures_lock_the_account_and_tell_administrators(
    anonymous, client, tenant, alerts, mails, drain, frozen
):
    statuses = []
    for _ in range(6):
        answer = await anonymous.post(LOGIN, json={"email": tenant.email, "password": "wrong-guess"})
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429]
    await drain()
    found = await alerts()
    assert set(found) == {"account_locked"}
    alert = found["account_locked"]
    assert (alert["severity"], alert["subject_name"], alert["occurrences"]) == ("high", "admin of Fernweh Bikes", 1)
    assert "somebody is guessing" in alert["why"]
    assert alert["networks"] == ["127.0.0.0/24"]
    assert await mails() == ["Security alert: Account locked (admin of Fernweh Bikes)"]
    news = (await client.get("/api/v1/notifications")).json()["items"]
    assert [(item["kind"], item["subject_id"]) for item in news] == [("security.alert", alert["id"])]


async def test_locks_grow_and_an_administrator_ends_one(anonymous, client, tenant, database, drain, frozen):
    member = await add_member(database, tenant.organisation_id, role="creator", name="Cleo")
    wrong = {"email": member.email, "password": "wrong-guess"}
    waits = []
    for _ in range(2):
        answers = [await anonymous.post(LOGIN, json=wrong) for _ in range(6)]
        waits.append(int(answers[-1].headers["retry-after"]))
        frozen.tick(waits[-1] - 1)
        locked = (await client.get("/api/v1/security/locks")).json()["items"]
        assert [(row["user_id"], row["name"]) for row in locked] == [(str(member.user_id), "Cleo")]
        frozen.tick(2)
        assert (await client.get("/api/v1/security/locks")).json()["items"] == []
    assert waits == [60, 120]
    for _ in range(6):
        await anonymous.post(LOGIN, json={"email": member.email, "password": "wrong-guess"})
    credentials = {"email": member.email, "password": PASSWORD}
    assert (await anonymous.post(LOGIN, json=credentials)).status_code == 429
    path = f"/api/v1/security/locks/{member.user_id}"
    assert (await client.delete(path)).status_code == 204
    assert (await anonymous.post(LOGIN, json=credentials)).status_code == 200
    again = await client.delete(path)
    assert (again.status_code, again.json()["code"]) == (404, "security.lock_not_found")


async def test_unknown_addresses_are_counted_for_the_operator_only(
    anonymous, client, database, tenant, alerts, drain, frozen
):
    def counted(account):
        return REGISTRY.get_sample_value("tradewind_sign_in_failures_total", {"account": account}) or 0

    before = counted("unknown")
    for _ in range(8):
        await anonymous.post(LOGIN, json={"email": "nobody@unknown.example", "password": "wrong-guess"})
    await drain()
    # Once locked, an attempt is refused before any password is looked at.
    assert counted("unknown") == before + 6
    assert await alerts("all") == {}
    async with database.transaction(tenant.actor) as session:
        assert await session.scalar(text("SELECT count(*) FROM security_events WHERE kind <> 'signed_in'")) == 0
    assert (await client.get("/api/v1/security/locks")).json()["items"] == []


async def test_an_alert_counts_on_until_it_is_closed_and_mails_once_an_hour(
    tenant, happen, alerts, admin, mails, frozen
):
    for _ in range(2):
        await happen(SecondFactorFailed(user_id=tenant.user_id, method="totp", ip=HOME))
    assert await alerts() == {}
    await happen(SecondFactorFailed(user_id=tenant.user_id, method="totp", ip=AFAR))
    first = (await alerts())["failed_second_factors"]
    assert (first["occurrences"], first["networks"]) == (3, ["192.0.2.0/24", "198.51.100.0/24"])
    assert first["why"].startswith("3 second factors failed within 10 minutes")
    frozen.tick(1800)
    await happen(SecondFactorFailed(user_id=tenant.user_id, method="totp", ip=HOME))
    assert len(await mails()) == 1
    frozen.tick(1800)
    await happen(*(SecondFactorFailed(user_id=tenant.user_id, method="totp", ip=HOME) for _ in range(2)))
    counted = (await alerts())["failed_second_factors"]
    assert (counted["id"], counted["occurrences"]) == (first["id"], 6)
    assert len(await mails()) == 2
    closed = await (await admin()).patch(f"{ALERTS}/{first['id']}", json={"state": "closed", "note": "Kim's new phone"})
    assert (closed.json()["state"], closed.json()["note"]) == ("closed", "Kim's new phone")
    refused = await (await admin()).patch(f"{ALERTS}/{first['id']}", json={"state": "acknowledged"})
    assert (refused.status_code, refused.json()["code"]) == (409, "security.alert_closed")
    await happen(SecondFactorFailed(user_id=tenant.user_id, method="totp", ip=HOME))
    assert await alerts() == {}, "what a closed alert counted must not raise the next"
    await happen(*(SecondFactorFailed(user_id=tenant.user_id, method="totp", ip=HOME) for _ in range(2)))
    assert (await alerts())["failed_second_factors"]["occurrences"] == 3


async def test_an_acknowledged_alert_counts_on_in_silence(tenant, happen, alerts, admin, mails, frozen):
    await happen(*(SecondFactorFailed(user_id=tenant.user_id, method="totp") for _ in range(3)))
    alert = (await alerts())["failed_second_factors"]
    await (await admin()).patch(f"{ALERTS}/{alert['id']}", json={"state": "acknowledged"})
    frozen.tick(7200)
    await happen(SecondFactorFailed(user_id=tenant.user_id, method="totp"))
    assert (await alerts())["failed_second_factors"]["occurrences"] == 4
    assert len(await mails()) == 1


async def test_an_event_delivered_twice_counts_once(database, tenant, happen, alerts, frozen):
    event = SecondFactorFailed(user_id=tenant.user_id, method="totp")
    for _ in range(4):
        await happen(event)
    assert await alerts() == {}


async def test_slow_guessing_is_seen_within_its_window_only(tenant, happen, alerts, frozen):
    for _ in range(19):
        await happen(LoginFailed(user_id=tenant.user_id, ip=AFAR))
    frozen.tick(timedelta(days=1, minutes=1).total_seconds())
    await happen(LoginFailed(user_id=tenant.user_id, ip=AFAR))
    assert await alerts() == {}
    await happen(*(LoginFailed(user_id=tenant.user_id, ip=AFAR) for _ in range(19)))
    assert (await alerts())["failed_logins"]["occurrences"] == 20


async def test_a_new_place_is_a_new_device_in_a_new_network(tenant, happen, alerts, frozen):
    await happen(signed_in(tenant))
    assert await alerts() == {}, "the first sign-in has nothing to compare with"
    await happen(signed_in(tenant, ip=OFFICE), signed_in(tenant, device="Safari on iOS"))
    assert await alerts() == {}, "the own device elsewhere, and another one at home"
    await happen(signed_in(tenant, ip=AFAR, device="Chrome on Windows"))
    assert (await alerts())["new_place"]["networks"] == ["192.0.2.0/24"]


async def test_a_key_from_a_new_network(tenant, happen, alerts, frozen):
    key_id = new_id()
    await happen(
        ApiKeyUsed(key_id=key_id, key_name="Nightly", ip=HOME),
        ApiKeyUsed(key_id=key_id, key_name="Nightly", ip="198.51.100.200"),
    )
    assert await alerts() == {}
    await happen(ApiKeyUsed(key_id=key_id, key_name="Nightly", ip="2001:db8:1:2::3"))
    alert = (await alerts())["key_new_network"]
    assert (alert["subject_type"], alert["subject_name"], alert["networks"]) == (
        "api_key",
        "Nightly",
        ["2001:db8:1::/48"],
    )


@pytest.mark.parametrize(
    ("at", "time_zone", "off"),
    [
        (datetime(2026, 3, 10, 6, 59, tzinfo=UTC), "UTC", True),
        (datetime(2026, 3, 10, 7, 0, tzinfo=UTC), "UTC", False),
        (datetime(2026, 3, 10, 20, 0, tzinfo=UTC), "UTC", True),
        (datetime(2026, 3, 14, 12, 0, tzinfo=UTC), "UTC", True),  # a Saturday
        (datetime(2026, 3, 10, 22, 0, tzinfo=UTC), "America/Los_Angeles", False),  # 14:00 there
        (datetime(2026, 3, 10, 10, 0, tzinfo=UTC), "America/Los_Angeles", True),  # 02:00 there
    ],
)
async def test_off_hours_are_those_of_the_member(tenant, happen, alerts, mails, frozen, at, time_zone, off):
    await happen(SessionContinued(user_id=tenant.user_id, time_zone="UTC"))
    frozen.tick((at - now()).total_seconds())
    await happen(SessionContinued(user_id=tenant.user_id, time_zone=time_zone))
    assert ("off_hours" in await alerts()) is off
    assert await mails() == [], "what is low is told in the app only"


async def test_a_new_member_has_no_usual_hours_yet(tenant, happen, alerts, frozen):
    frozen.tick(timedelta(days=5).total_seconds())  # Saturday
    await happen(SessionContinued(user_id=tenant.user_id, time_zone="UTC"))
    assert await alerts() == {}


async def test_hours_that_a_member_often_works_at_are_not_off(tenant, happen, alerts, admin, frozen):
    await happen(SessionContinued(user_id=tenant.user_id, time_zone="UTC"))
    frozen.tick(timedelta(days=8, hours=14).total_seconds())  # Tuesday, 23:00
    for _ in range(3):
        await happen(SessionContinued(user_id=tenant.user_id, time_zone="UTC"))
        frozen.tick(86_400)
    alert = (await alerts())["off_hours"]
    assert alert["occurrences"] == 3
    await (await admin()).patch(f"{ALERTS}/{alert['id']}", json={"state": "closed"})
    await happen(SessionContinued(user_id=tenant.user_id, time_zone="UTC"))
    assert await alerts() == {}


async def test_exports_are_compared_with_the_members_own_history(tenant, happen, alerts, frozen):
    def exported(rows):
        return LeadsExported(by="user", by_id=tenant.user_id, by_name="Ada", rows=rows)

    for _ in range(3):
        await happen(exported(2_000))
        frozen.tick(86_400 + 60)
    raised = await alerts()
    assert raised["export_volume"]["occurrences"] == 2_000 * 3, "without a history, 1,000 rows are much"


async def test_usual_exports_raise_nothing(tenant, happen, alerts, admin, frozen):
    await (await admin()).patch(f"{RULES}/export_volume", json={"enabled": False})

    def exported(rows):
        return LeadsExported(by="user", by_id=tenant.user_id, by_name="Ada", rows=rows)

    await happen(exported(4_000))
    frozen.tick(2 * 86_400)
    await (await admin()).patch(f"{RULES}/export_volume", json={"enabled": True})
    await happen(exported(8_000))
    assert await alerts() == {}
    await happen(exported(4_000))
    assert (await alerts())["export_volume"]["why"].startswith(
        "12,000 rows were exported within a day, at least 3 times"
    )


async def test_reading_page_by_page_is_noticed_once_for_each_lead(client, tenant, alerts, drain, frozen, monkeypatch):
    monkeypatch.setattr(reading_volume, "_readers", {})
    monkeypatch.setattr(reading_volume, "TOLD_IN", 2)
    monkeypatch.setitem(rules.RULES, "reading_volume", replace(rules.RULES["reading_volume"], least=6))
    people = [{"first_name": f"Ada {number}", "email": f"ada{number}@reading.example"} for number in range(8)]
    assert (await client.post("/api/v1/leads/bulk-create", json={"items": people})).status_code == 200

    async def page(cursor=None):
        answer = await client.get("/api/v1/leads", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        return answer.json()["next_cursor"]

    second = await page()
    for _ in range(9):
        await page()
    third = await page(second)
    await drain()
    assert await alerts() == {}, "a list that is read again is no more than it was"
    query = {"query": "query($after: String) { leads(first: 4, after: $after) { nodes { email } } }"}
    assert "errors" not in (await client.post("/graphql", json=query | {"variables": {"after": third}})).json()
    await drain()
    alert = (await alerts())["reading_volume"]
    assert (alert["occurrences"], alert["severity"]) == (8, "medium")
    assert alert["why"].startswith("8 different leads were read within an hour")


async def test_refusals_are_counted_in_tens(client_for, client, alerts, drain, frozen):
    refusals._counts.clear()
    robot = await client_for("analyst")
    for number in range(30):
        assert (await robot.get(ALERTS)).status_code == 403
        if number == 28:
            await drain()
            assert await alerts() == {}
    await drain()
    alert = (await alerts())["refusals"]
    assert (alert["subject_name"], alert["occurrences"]) == ("Analyst", 30)


async def test_rules_are_the_organisations_own(client, client_for, tenant, happen, alerts, frozen):
    rules = {item["rule"]: item for item in (await client.get(RULES)).json()["items"]}
    assert len(rules) == 10
    assert all(item["is_default"] and item["enabled"] for item in rules.values())
    changed = await client.patch(f"{RULES}/failed_second_factors", json={"threshold": 1, "severity": "low"})
    assert (changed.json()["threshold"], changed.json()["window_minutes"], changed.json()["is_default"]) == (
        1,
        10,
        False,
    )
    await happen(SecondFactorFailed(user_id=tenant.user_id, method="totp"))
    assert (await alerts())["failed_second_factors"]["severity"] == "low"
    log = (await client.get("/api/v1/audit-log", params={"action": "security.rule_changed"})).json()["items"]
    assert log[0]["before"] == {"threshold": 3, "severity": "high"}
    for path, body, status in (
        ("nothing", {"enabled": False}, 404),
        ("refusals", {"threshold": 0}, 422),
        ("refusals", {"window_minutes": 20_000}, 422),
        ("refusals", {"hours_from": 3}, 422),
        ("off_hours", {"hours_from": 21}, 422),
        ("refusals", {"surprise": 1}, 422),
    ):
        assert (await client.patch(f"{RULES}/{path}", json=body)).status_code == status, (path, body)
    manager = await client_for("manager")
    assert (await manager.get(ALERTS)).status_code == 403


async def test_alerts_of_others_are_out_of_reach(tenant, happen, client_of, other_organisation, alerts, frozen):
    await happen(*(SecondFactorFailed(user_id=tenant.user_id, method="totp") for _ in range(3)))
    alert = (await alerts())["failed_second_factors"]
    stranger = await client_of(other_organisation)
    assert (await stranger.get(ALERTS, params={"show": "all"})).json()["items"] == []
    assert (await stranger.get(f"{ALERTS}/{alert['id']}")).status_code == 404
    assert (await stranger.patch(f"{ALERTS}/{alert['id']}", json={"state": "closed"})).status_code == 404
    assert (await stranger.delete(f"/api/v1/security/locks/{tenant.user_id}")).status_code == 404


async def test_events_are_never_changed(database, tenant, happen, frozen):
    await happen(signed_in(tenant))
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        for right in ("UPDATE", "DELETE"):
            allowed = await session.scalar(
                text("SELECT has_table_privilege('security_events', :right)"), {"right": right}
            )
            assert allowed is False


async def test_an_alert_goes_out_by_webhook(client):
    types = {entry["type"]: entry for entry in (await client.get("/api/v1/webhook-event-types")).json()}
    assert types["security.alert_raised"]["permission"] == "security:read"
