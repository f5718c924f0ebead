"""Mails leave by senders, come back, and are answered: with a mail server, a name server and an IMAP server."""

import asyncio
import email
import imaplib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import policy
from pathlib import Path
from uuid import UUID

import dkim
import pytest
from sqlalchemy import text

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.testing.database import RolledBackDatabase
from tradewind.modules.email import api as mail_api
from tradewind.modules.email import domain_checks
from tradewind.modules.email.adapters import smtp
from tradewind.modules.email.adapters._base import ProviderFact
from tradewind.modules.email.contracts import Mail
from tradewind.modules.email.schemas.delivery import SenderUpdate
from tradewind.modules.email.service import attempting, facts, mailboxes, senders
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import NewIntent, Recipient
from tradewind.modules.sending.worker import chores, dispatcher

HERE = Path(__file__).parent


class InTurn(RolledBackDatabase):
    """Transactions of different tasks one after the other: they share the test's one connection."""

    _turn = None
    _holder = None

    @asynccontextmanager
    async def transaction(self, actor):
        if self._holder is asyncio.current_task():
            async with super().transaction(actor) as session:
                yield session
            return
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                async with super().transaction(actor) as session:
                    yield session
            finally:
                self._holder = None


@pytest.fixture
async def database(settings, real_database, monkeypatch) -> AsyncIterator[InTurn]:
    monkeypatch.setattr(dispatcher, "TURN_SECONDS", 0.6)
    own = settings.model_copy(update={"mail_servers": "127.0.0.1:*"})
    async with real_database.engine.connect() as connection:
        transaction = await connection.begin()
        made = InTurn(own, connection)
        yield made
        await attempting.close(made)
        await transaction.rollback()


def peer(*arguments: str):
    process = subprocess.Popen(
        [sys.executable, str(HERE / "mail_peers.py"), *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """(port, folder) of a mail server that plays roles."""
    folder = tmp_path_factory.mktemp("mails")
    process, port = peer("smtp", str(folder))
    yield port, folder
    process.kill()
    process.wait()


def smtp_settings(port: int) -> dict:
    return {"host": "127.0.0.1", "port": port, "security": "none"}


async def made(answer) -> dict:
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(database, tenant, *names: str, purpose="marketing", **content) -> dict[str, dict]:
    """Send a mail to each name at people.example; what the ledger says afterwards, by name."""
    to = [f"{name}@people.example" for name in names]
    async with database.transaction(tenant.actor) as session:
        agreed = [
            ConsentChange(channel="email", address=one, purpose="marketing", state="granted", source="manual")
            for one in to
        ]
        await privacy.record_consents(session, agreed)
        wanted = [
            NewIntent(
                key=f"test:{one}:{content.get('subject')}", channel="email", purpose=purpose,
                recipient=Recipient(address=one, time_zone="UTC"),
                content={"subject": "Hello", "text": "How are you?", "html": "<p>How are you?</p>", **content},
            )
            for one in to
        ]  # fmt: skip
        refs = await sending.intend(session, wanted)
    await dispatcher.dispatch(database)
    return await ledger(database, tenant, dict(zip(names, (ref.id for ref in refs), strict=True)))


async def ledger(database, tenant, ids) -> dict[str, dict]:
    async with database.transaction(tenant.actor) as session:
        found = (await session.execute(text("SELECT id, state, outcome, decision FROM send_intents"))).mappings()
        rows = {row["id"]: dict(row) for row in found}
    return {name: rows[intent_id] for name, intent_id in ids.items()}


def mails(folder: Path, name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob(f"*-{name}@people.example.eml"))]


@pytest.fixture(autouse=True)
def noon(frozen):
    """Monday, 12:00 UTC: no quiet hours anywhere near."""
    frozen.tick(3 * 3600)
    return frozen


async def test_signed_mails_leave_and_each_answer_has_its_consequence(database, client, tenant, server, noon, drain):
    port, folder = server
    domain = await made(await client.post("/api/v1/email-domains", json={"domain": "news.example"}))
    sender = await made(
        await client.post(
            "/api/v1/email-senders",
            json={
                "name": "Ann, News", "address": "ann@news.example", "bounce_address": "bounces@news.example",
                "adapter": "smtp", "settings": {**smtp_settings(port), "password": "top-secret"},
            },
        )
    )  # fmt: skip
    assert sender["is_default"]
    assert "top-secret" not in json.dumps(sender)
    assert sender["secrets_set"] == ["password"]
    check = await client.post(f"/api/v1/email-senders/{sender['id']}/checks")
    assert check.json()["ok"], check.text

    found = await send(database, tenant, "ada", "gone", "full", "late", "drop")
    states = {name: row["state"] for name, row in found.items()}
    assert states == {"ada": "sent", "gone": "refused", "full": "scheduled", "late": "scheduled", "drop": "unknown"}, (
        found
    )

    [raw] = mails(folder, "ada")
    raw = raw.partition(b"\r\n")[2]
    key = domain["dkim_record"].encode()
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: key)
    assert not dkim.verify(raw.replace(b"One-Click", b"Two-Click"), dnsfunc=lambda name, timeout=5: key)
    read = email.message_from_bytes(raw, policy=policy.default)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in read["List-Unsubscribe"]
    assert read["From"].addresses[0].display_name == "Ann, News"
    assert read["Message-ID"] == f"<{found['ada']['id']}@news.example>"
    signed = re.search(r"h=([^;]*)", read["DKIM-Signature"])
    assert signed is not None
    assert {"list-unsubscribe", "list-unsubscribe-post", "from"} <= {*re.split(r"[\s:]+", signed[1])}
    # What nobody knows is not sent again, and what the server knows for sure stops further mails.
    assert len(mails(folder, "drop")) == 1
    async with database.transaction(tenant.actor) as session:
        [standing] = await privacy.standings(session, [ContactAsk("email", "gone@people.example", "transactional")])
    assert not standing.allowed

    noon.tick(400)
    await dispatcher.dispatch(database)
    await chores.do_all(database)
    assert len(mails(folder, "late")) == 1, "greylisting gives way to the second attempt"
    assert len(mails(folder, "drop")) == 1
    [shown] = (await client.get("/api/v1/email-senders")).json()
    assert (shown["health"]["sent"], shown["health"]["hard"]) == (2, 1)
    deliveries = (await client.get("/api/v1/email-deliveries", params={"status": "bounced"})).json()["items"]
    assert [(one["address"], one["code"]) for one in deliveries] == [("gone@people.example", "5.1.1")]

    # A server that closes the door gets a rest: later mails to that domain wait without a connection.
    shut = await send(database, tenant, "shut-1", "shut-2", "shut-3", subject="Again")
    assert {row["state"] for row in shut.values()} == {"scheduled"}
    calm = (await send(database, tenant, "calm", subject="Rest"))["calm"]
    assert (calm["state"], calm["outcome"]["reason"]) == ("scheduled", "people.example asked for a rest.")
    assert not mails(folder, "calm")

    # What comes back for it names it by the address it came to.
    door = (await made(await client.post("/api/v1/email-mailboxes", json={"name": "In", "kind": "post"})))["url"]
    path = door[door.index("/api/") :]
    back = read_return_path(folder, "ada")
    bounce = f"To: {back}\nFrom: MAILER-DAEMON@people.example\nSubject: Undelivered Mail Returned to Sender\n\n"
    bounce += "<ada@people.example>: host mx.people.example said: 552 5.2.2 mailbox is full (in reply to RCPT TO)\n"
    for _ in range(2):
        assert (await client.post(path, content=bounce)).status_code == 202
    forged = bounce.replace(back, re.sub("[0-9a-f]{12}@", "0" * 12 + "@", back)).replace("552", "550 5.1.1 no user")
    assert (await client.post(path, content=forged)).status_code == 202
    async with database.transaction(tenant.actor) as session:
        facts = (await session.execute(text("SELECT kind, hard, code FROM email_facts WHERE source = 'mailbox'"))).all()
    assert facts == [("bounced", False, "5.2.2")], "a repetition counts once, a forged address not at all"
    assert (await client.post(path[:-3] + "AAA", content=bounce)).status_code == 404


def read_return_path(folder: Path, name: str) -> str:
    return mails(folder, name)[-1].split(b"\r\n")[0].decode().removeprefix("X-Envelope-From: ")


async def test_limits_ramps_and_the_breaker_hold_mails_back(database, client, tenant, server, noon):
    port, folder = server
    body = {"name": "", "adapter": "smtp", "settings": smtp_settings(port), "address": "cold@cold.example"}
    cold = await made(await client.post("/api/v1/email-senders", json={**body, "daily_limit": 2}))
    found = await send(database, tenant, "one", "two", "three", subject="Limit")
    assert sorted(row["state"] for row in found.values()) == ["scheduled", "sent", "sent"]
    waits = next(row for row in found.values() if row["state"] == "scheduled")
    assert "its 2 mails of today" in waits["outcome"]["reason"]
    # What somebody asked for is not held back by it.
    urgent = await send(database, tenant, "four", subject="Asked for", purpose="transactional")
    assert urgent["four"]["state"] == "sent"
    noon.tick(24 * 3600)
    await dispatcher.dispatch(database)
    assert sum(bool(mails(folder, name)) for name in ("one", "two", "three")) == 3

    slow = SenderUpdate(daily_limit=None, domain_limits={"people.example": 1})
    async with database.transaction(tenant.actor) as session:
        await senders.change(session, UUID(cold["id"]), slow, None)
    noon.tick(61)
    paced = await send(database, tenant, "five", "six", subject="Pace")
    assert sorted(row["state"] for row in paced.values()) == ["scheduled", "sent"]

    async with database.transaction(tenant.actor) as session:
        await session.execute(text("UPDATE email_sender_days SET sent = 60, hard = 11"))
    await send(database, tenant, "gone-2", subject="Last straw", purpose="transactional")
    noon.tick(61)
    await send(database, tenant, "gone-3", subject="Last straw", purpose="transactional")
    async with database.transaction(tenant.actor) as session:
        stopped = await senders.one(session, UUID(cold["id"]))
    assert stopped.state == "broken"
    assert "95 % probability" in (stopped.problem or "")
    noon.tick(61)
    held = await send(database, tenant, "seven", subject="After", purpose="transactional")
    assert held["seven"]["state"] == "scheduled"
    async with database.transaction(tenant.actor) as session:
        resumed = await senders.change(session, UUID(cold["id"]), SenderUpdate(state="active"), None)
    assert (resumed.state, resumed.problem) == ("active", None)


async def test_account_mails_leave_by_the_default_sender_and_replies_reach_the_inbox(
    database, client, tenant, server, drain
):
    port, folder = server
    async with database.transaction(tenant.actor) as session:
        await mail_api.deliver(session, Mail("invitation", "sunk@people.example", "", "Kept", "{link}", "https://x.y"))
    body = {"name": "Desk", "address": "desk@desk.example", "adapter": "smtp", "settings": smtp_settings(port)}
    await made(await client.post("/api/v1/email-senders", json=body))
    async with database.transaction(tenant.actor) as session:
        await mail_api.deliver(
            session, Mail("invitation", "left@people.example", "Lee", "Gone", "{link}", "https://z.y")
        )
        contents = (await session.scalars(text("SELECT content::text FROM send_intents"))).all()
    assert not any("z.y" in content for content in contents), "secrets do not wait in the ledger"
    await dispatcher.dispatch(database)
    [raw] = mails(folder, "left")
    assert b"https://z.y" in raw
    sunk = (await client.get("/api/v1/mail-sink")).json()["items"]
    assert [one["to_email"] for one in sunk] == ["sunk@people.example"]

    await send(database, tenant, "ivy", subject="Offer")
    sent = email.message_from_bytes(mails(folder, "ivy")[0])
    door = (await made(await client.post("/api/v1/email-mailboxes", json={"name": "In", "kind": "post"})))["url"]
    path = door[door.index("/api/") :]
    reply = (
        "From: Ivy Lee <ivy@people.example>\nTo: desk@desk.example\nSubject: Re: Offer\n"
        "Message-ID: <r1@people.example>\n"
        f"In-Reply-To: {sent['Message-ID']}\n\nYes, call me.\n\nOn Monday Ann wrote:\n> How are you?\n"
    )
    away = reply.replace("r1@", "r2@").replace("Re: Offer", "Automatic reply: Offer").replace("Yes, call me.", "Away")
    for one in (reply, reply, away):
        assert (await client.post(path, content=one)).status_code == 202
    await drain()
    found = (await client.get("/api/v1/conversations")).json()["items"]
    assert [(one["channel"], one["subject"]) for one in found] == [("email", "Re: Offer")]
    messages = (await client.get(f"/api/v1/conversations/{found[0]['id']}/messages")).json()
    assert [one["text"] for one in messages if one["author"] == "visitor"] == ["Yes, call me."]

    answered = await client.post(
        f"/api/v1/conversations/{found[0]['id']}/messages", json={"text": "Calling at ten.", "key": "a1"}
    )
    assert answered.status_code in (200, 201), answered.text
    await drain()
    await dispatcher.dispatch(database)
    last = email.message_from_bytes(mails(folder, "ivy")[-1], policy=policy.default)
    assert (last["Subject"], last["In-Reply-To"]) == ("Re: Offer", "<r1@people.example>")
    assert "Calling at ten." in last.get_content()
    # The answer to the answer is the same conversation.
    again = (
        reply.replace("r1@", "r3@").replace(sent["Message-ID"], last["Message-ID"]).replace("Yes, call me.", "Good.")
    )
    await client.post(path, content=again)
    await drain()
    messages = (await client.get(f"/api/v1/conversations/{found[0]['id']}/messages")).json()
    assert [one["text"] for one in messages if one["author"] == "visitor"] == ["Yes, call me.", "Good."]
    [ivy] = (await client.get("/api/v1/leads", params={"q": "ivy@people.example"})).json()["items"]
    timeline = await client.get(f"/api/v1/leads/{ivy['id']}/timeline", params={"kind": "email.replied"})
    # Machines that answer are nobody's answer, but worth knowing.
    assert [one["title"] for one in timeline.json()["items"]] == ["E-mail answered", "E-mail answered"]
    away = await client.get(f"/api/v1/leads/{ivy['id']}/timeline", params={"kind": "email.out_of_office"})
    assert [(one["title"], one["body"]) for one in away.json()["items"]] == [
        ("Out of office", "Automatic reply: Offer\n\nAway")
    ]


async def test_dns_says_what_is_missing_and_what_is_right(database, client, tenant, tmp_path, monkeypatch):
    zone = tmp_path / "zone.json"
    zone.write_text("{}")
    process, port = peer("dns", str(zone))
    try:
        database.settings = database.settings.model_copy(
            update={"dns_server": f"127.0.0.1:{port}", "mail_blocklists": "dbl.example"}
        )
        body = {"name": "", "address": "a@shop.example", "adapter": "ses", "settings": SES}
        await made(await client.post("/api/v1/email-senders", json=body))
        domain = await made(await client.post("/api/v1/email-domains", json={"domain": "Shop.example"}))
        url = f"/api/v1/email-domains/{domain['id']}/checks"

        async def states() -> dict[str, str]:
            answer = await client.post(url)
            assert answer.status_code == 200, answer.text
            return {check["name"]: check["state"] for check in answer.json()["checks"]}

        assert await states() == {
            "spf": "missing", "dkim": "missing", "dmarc": "missing", "bounces": "missing", "blocklists": "ok",
            "alignment": "wrong",
        }  # fmt: skip
        zone.write_text(
            json.dumps(
                {
                    "shop.example TXT": ['"v=spf1 include:other.example ~all"'],
                    f"{domain['dkim_host']} TXT": ['"v=DKIM1; k=rsa; p=AAAA"'],
                    "_dmarc.shop.example TXT": ['"v=DMARC1; rua=mailto:x@shop.example"'],
                    "shop.example MX": ["10 mx.shop.example."],
                    "shop.example.dbl.example A": ["127.0.1.2"],
                }
            )
        )
        wrong = dict.fromkeys(("spf", "dkim", "dmarc", "blocklists", "alignment"), "wrong")
        assert await states() == {**wrong, "bounces": "ok"}
        key = domain["dkim_record"]
        parts = " ".join(f'"{key[place : place + 200]}"' for place in range(0, len(key), 200))
        zone.write_text(
            json.dumps(
                {
                    "shop.example TXT": ['"v=spf1 include:amazonses.com ~all"', '"other=1"'],
                    f"{domain['dkim_host']} TXT": [parts],
                    "_dmarc.shop.example TXT": ['"v=DMARC1; p=none"'],
                    "shop.example MX": ["10 mx.shop.example."],
                }
            )
        )
        assert set((await states()).values()) == {"ok"}
        assert (await client.get("/api/v1/email-domains")).json()[0]["aligned"]
    finally:
        process.kill()
        process.wait()
    monkeypatch.setattr(domain_checks, "LIFETIME_SECONDS", 0.2)
    unknown = await states()
    assert unknown["alignment"] == "ok", "what DNS said last stays while it does not answer"


SES = {"region": "eu-central-1", "access_key_id": "AKIDEXAMPLEAKIDEXAMPLE", "secret_access_key": "s" * 40}


async def test_a_mailbox_is_read_by_imap_once(database, client, tenant, tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "pymap", "--port", str(port), "--host", "127.0.0.1", "--no-tls",
         "dict", "--demo-data", "--demo-user", "ann", "--demo-password", "secret"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.to_thread(wait_for, port)
        body = {
            "name": "Replies", "kind": "imap", "host": "127.0.0.1", "port": port, "security": "none",
            "username": "ann", "password": "wrong",
        }  # fmt: skip
        refused = await client.post("/api/v1/email-mailboxes", json=body)
        assert refused.status_code == 422, refused.text
        box = await made(await client.post("/api/v1/email-mailboxes", json={**body, "password": "secret"}))
        context = JobContext(database, tenant.actor, "test")
        assert await mailboxes.read(context, box["id"]) == 0, "what was there before is not read"
        raw = "From: Bo <bo@people.example>\nSubject: Question\nMessage-ID: <q@people.example>\n\nHow much is it?\n"
        await asyncio.to_thread(append, port, raw.encode())
        await asyncio.to_thread(append, port, b"From: x\nSubject: \xff\x00\n\n\x00\xfe")
        assert await mailboxes.read(context, box["id"]) == 2
        assert await mailboxes.read(context, box["id"]) == 0
        arrived = (await client.get("/api/v1/email-arrivals")).json()["items"]
        assert {(one["kind"], one["from_address"]) for one in arrived} == {
            ("reply", "bo@people.example"), ("automatic", "x"),
        }  # fmt: skip
    finally:
        process.kill()
        process.wait()
    assert await mailboxes.read(context, box["id"]) == 0
    assert "cannot be read" in (await client.get("/api/v1/email-mailboxes")).json()[0]["problem"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as one:
            one.settimeout(0.1)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def append(port: int, raw: bytes) -> None:
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login("ann", "secret")
    client.append("INBOX", None, None, raw)
    client.logout()


async def test_surprises_of_servers_adapters_and_processes_stay_with_the_mail_they_concern(
    database, client, tenant, server, noon, drain, monkeypatch
):
    port, folder = server
    body = {"name": "", "adapter": "smtp", "settings": smtp_settings(port), "address": "odd@odd.example"}
    sender = await made(await client.post("/api/v1/email-senders", json={**body, "rotates": True}))
    real = smtp.SmtpMail.send

    async def surprises(self, letter, key, expose):
        if letter.to.address.startswith("bug"):
            raise KeyError("what nobody thought of")
        if letter.to.address.startswith("mute"):
            await expose()
            raise KeyError("after it may have left")
        return await real(self, letter, key, expose)

    monkeypatch.setattr(smtp.SmtpMail, "send", surprises)
    names = ("plain", "umlaut", "leave", "bug", "mute")
    found = await send(database, tenant, *names, purpose="transactional")
    states = {name: row["state"] for name, row in found.items()}
    assert states == {
        "plain": "sent", "umlaut": "refused", "leave": "scheduled", "bug": "scheduled", "mute": "unknown",
    }  # fmt: skip
    assert found["umlaut"]["outcome"]["reason"] == "550 5.7.1 Empf?nger gesperrt"
    noon.tick(400)
    await dispatcher.dispatch(database)
    assert (await ledger(database, tenant, {"leave": found["leave"]["id"]}))["leave"]["state"] == "sent"
    assert len(mails(folder, "leave")) == 1, "421 to the final dot: it was not taken the first time"

    async with database.transaction(tenant.actor) as session:
        assert await sending.cancel(session, keys=["test:bug@people.example:None"]) == 1

    # A connection that had its share of mails gives way to a fresh one; nobody is asked to rest.
    shared = await made(await client.post("/api/v1/email-senders", json={**body, "address": "share@odd.example"}))
    crowd = await send(database, tenant, *(f"crowd-{n}" for n in range(20)), subject="All", sender_id=shared["id"])
    assert {row["state"] for row in crowd.values()} == {"sent"}

    # The process dies after the ledger knows, before the mail's own row does: the ledger's word settles that.
    async def dies(*_: object) -> None:
        raise RuntimeError("killed")

    status = text("SELECT status FROM email_deliveries WHERE id = :id")
    with monkeypatch.context() as patched:
        patched.setattr(attempting, "_keep", dies)
        died = (await send(database, tenant, "last", subject="Last words", purpose="transactional"))["last"]
    async with database.transaction(tenant.actor) as session:
        assert (died["state"], await session.scalar(status, {"id": died["id"]})) == ("sent", "sending")
    await drain()
    async with database.transaction(tenant.actor) as session:
        assert await session.scalar(status, {"id": died["id"]}) == "sent"
        # A post that comes twice, with characters no database takes, about a mail whose address nobody can read.
        await session.execute(
            text("UPDATE email_deliveries SET address_sealed = 'TW1.damaged' WHERE id = :id"), {"id": died["id"]}
        )
        told = ProviderFact(
            kind="bounced", id="e\x001", recipient="last@people.example", at=now(), message_id=died["id"], hard=True,
            reason="Empf\udce4nger \x00",
        )  # fmt: skip
        assert await facts.take(session, "smtp", [told, told]) == 1
        assert await facts.take(session, "smtp", [told]) == 0

    # One sender whose password cannot be read is stopped, and says so; the page and the other senders go on.
    other = await made(await client.post("/api/v1/email-senders", json={**body, "address": "two@odd.example"}))
    async with database.transaction(tenant.actor) as session:
        await session.execute(
            text("UPDATE email_senders SET secrets_sealed = 'TW1.damaged' WHERE id = :id"), {"id": sender["id"]}
        )
    some = await send(database, tenant, *(f"more-{n}" for n in range(4)), subject="More", purpose="marketing")
    assert {row["state"] for row in some.values()} == {"sent"}
    shown = {one["id"]: one for one in (await client.get("/api/v1/email-senders")).json()}
    assert (shown[sender["id"]]["state"], shown[other["id"]]["state"]) == ("broken", "active")
    assert "cannot be read any more" in shown[sender["id"]]["problem"]


async def test_the_address_a_provider_posts_to_is_renewed_and_the_old_one_closes(client):
    settings = {"api_key": "k123456789", "webhook_key": "hook"}
    body = {"name": "", "adapter": "mandrill", "settings": settings, "address": "ann@vendor.example"}
    sender = await made(await client.post("/api/v1/email-senders", json=body))
    old = sender["events_url"]
    assert (await client.post(old[old.index("/api/") :], content=b"")).status_code == 204
    renewed = await client.patch(f"/api/v1/email-senders/{sender['id']}", json={"renew": True})
    new = renewed.json()["events_url"]
    assert new != old
    assert (await client.post(old[old.index("/api/") :], content=b"")).status_code == 404
    assert (await client.post(new[new.index("/api/") :], content=b"")).status_code == 204
