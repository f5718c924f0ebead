"""What becomes of mails stands in the timelines of whom they went to: once, a batch at a time, for journeys to hear."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.email.adapters._base import ProviderFact
from tradewind.modules.email.models.delivery import ADDRESS
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.service import facts
from tradewind.modules.leads import api as leads
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import LinkAsk
from tradewind.modules.sending.events import MessageFact
from tradewind.modules.sending.service import telling

JOURNEY = UUID("00000000-0000-4000-8000-00000000000a")


def handed_over(tenant, person: str, address: str) -> dict:
    """The row of a mail that was handed to its provider."""
    message_id = new_id()
    return {
        "id": message_id, "organisation_id": tenant.organisation_id, "sender_id": None, "person_id": UUID(person),
        "campaign_id": None, "journey_id": JOURNEY, "step_key": "n2", "purpose": "marketing", "subject": "Spring offer",
        "address_sealed": ADDRESS.seal(message_id, address), "domain": "people.example", "conversation_key": None,
        "created_at": now(), "status": "sent", "provider": "sendgrid", "bounce": "none", "code": "", "reason": "",
    }  # fmt: skip


def sent(mail: dict) -> MessageFact:
    return MessageFact(
        intent_id=mail["id"], channel="email", purpose="marketing", person_id=mail["person_id"], campaign_id=None,
        journey_id=JOURNEY, step_key="n2", at=now(), state="sent",
    )  # fmt: skip


def told(mail: dict, kind: str, key: str, **more) -> ProviderFact:
    return ProviderFact(kind=kind, id=key, recipient="", at=now(), message_id=mail["id"], **more)  # type: ignore[arg-type]


async def entries(client, person: str, kind: str = "email") -> list[dict]:
    found = await client.get(f"/api/v1/leads/{person}/timeline", params={"kind": kind})
    return found.json()["items"]


async def test_all_that_becomes_of_mails_is_told_once(database, client, client_for, anonymous, tenant, drain, frozen):
    people = {}
    for name in ("ada", "bob", "cyd"):
        made = await client.post("/api/v1/leads", json={"first_name": name, "email": f"{name}@people.example"})
        people[name] = made.json()["id"]
    quiet_since = (await client.get(f"/api/v1/leads/{people['bob']}")).json()["last_activity_at"]
    await drain()
    frozen.tick(60)
    mails = {name: handed_over(tenant, people[name], f"{name}@people.example") for name in people}
    async with database.transaction(tenant.actor) as session:
        await rows.add_deliveries(session, list(mails.values()))
        await telling.tell(session, [sent(mail) for mail in mails.values()])
        # A ledger that learned of it twice says it twice.
        await telling.tell(session, [sent(mails["ada"])])
        await facts.take(
            session,
            "sendgrid",
            [
                told(mails["ada"], "delivered", "f1"),
                told(mails["bob"], "delivered", "f2"),
                told(mails["bob"], "bounced", "f3", hard=True, code="5.1.1", reason="No such user"),
                told(mails["cyd"], "complained", "f4"),
            ],
        )
        await facts.take(session, "mailbox", [told(mails["ada"], "delivered", "m1")])
        [link] = await privacy.link_tokens(session, [LinkAsk("ada@people.example", "marketing", mails["ada"]["id"])])
    ran = await drain()
    # One job a batch, not one a mail.
    assert sum("leads.handlers.mails" in name or "mails.note" in name for name in ran) == 4
    await anonymous.post(link.one_click_url.partition("8420")[2], data={"List-Unsubscribe": "One-Click"})
    await drain()

    kinds = {name: sorted(entry["kind"] for entry in await entries(client, person)) for name, person in people.items()}
    assert kinds == {
        "ada": ["email.delivered", "email.sent", "email.unsubscribed"],
        "bob": ["email.bounced", "email.delivered", "email.sent"],
        "cyd": ["email.complained", "email.sent"],
    }
    [bounced] = await entries(client, people["bob"], "email.bounced")
    assert bounced["body"] == "Spring offer\nNo such user"
    assert bounced["data"] == {
        "message_id": str(mails["bob"]["id"]), "journey_id": str(JOURNEY), "step_key": "n2", "hard": True,
        "code": "5.1.1", "reason": "No such user",
    }  # fmt: skip
    [left] = await entries(client, people["ada"], "email.unsubscribed")
    assert (left["title"], left["data"]["message_id"]) == (
        "No longer wants “Newsletter and offers”",
        str(mails["ada"]["id"]),
    )
    analyst = await client_for("analyst")
    assert (await entries(analyst, people["bob"], "email.bounced"))[0]["data"] == {}
    # A mail that leaves and comes back is no sign of life; a complaint is one.
    activity = {
        name: (await client.get(f"/api/v1/leads/{person}")).json()["last_activity_at"]
        for name, person in people.items()
    }
    assert activity["bob"] == quiet_since
    assert activity["cyd"] is not None
    assert activity["cyd"] != quiet_since
    assert all(leads.is_engagement(kind) for kind in ("email.sent", "email.bounced", "email.unsubscribed"))

    shown = (await client.get("/api/v1/email-deliveries", params={"status": ["bounced", "refused"]})).json()["items"]
    assert [(one["address"], one["domain"], one["code"]) for one in shown] == [
        ("bob@people.example", "people.example", "5.1.1")
    ]
    one = (await client.get(f"/api/v1/email-deliveries/{mails['bob']['id']}")).json()
    assert [(fact["kind"], fact["reason"]) for fact in one["facts"]][:1] == [("bounced", "No such user")]
    masked = (await analyst.get(f"/api/v1/email-deliveries/{mails['bob']['id']}")).json()
    assert (masked["address"], masked["facts"][0]["reason"]) == ("b•••@people.example", "•••")
    assert (await client.get(f"/api/v1/email-deliveries/{new_id()}")).status_code == 404


async def test_a_senders_health_says_how_near_the_breaker_is(client, session, tenant, frozen):
    body = {"address": "ann@news.example", "adapter": "local", "name": "", "warm_up": True, "daily_limit": 60}
    made = (await client.post("/api/v1/email-senders", json=body)).json()
    frozen.tick(24 * 3600)
    days = [(now().date(), 300, 8, 0), (now().date() - timedelta(days=10), 5000, 900, 90)]
    for day, count, hard, complaints in days:
        await session.execute(
            text(
                "INSERT INTO email_sender_days (organisation_id, sender_id, day, reserved, sent, hard, complaints) "
                "VALUES (:organisation_id, :sender_id, :day, 40, :sent, :hard, :complaints)"
            ),
            {
                "organisation_id": tenant.organisation_id, "sender_id": UUID(made["id"]), "day": day, "sent": count,
                "hard": hard, "complaints": complaints,
            },
        )  # fmt: skip
    [sender] = (await client.get("/api/v1/email-senders")).json()
    health, breaker = sender["health"], sender["health"]["breaker"]
    assert (health["today"], health["quota"], health["warmup_day"], health["warmup_days"]) == (40, 60, 2, 30)
    assert (breaker["sent"], breaker["hard"], breaker["complaints"]) == (300, 8, 0), "what is long ago does not count"
    assert 0.005 < breaker["hard_above"] < 8 / 300 < breaker["hard_limit"]
    assert breaker["complaints_above"] == 0
    frozen.tick(40 * 24 * 3600)
    [warm] = (await client.get("/api/v1/email-senders")).json()
    assert (warm["health"]["warmup_day"], warm["health"]["quota"]) == (None, 60)
