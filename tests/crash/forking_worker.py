"""Workers that are forks of a process which has imported everything: they start in no time, and can be killed often.

Commands on stdin: `prepare KIND PORT COUNT` makes an organisation with COUNT mails or COUNT people in a journey, to be
sent to the mail server at PORT, and keeps the database open; `work KIND` forks a worker and prints its process id.
"""

import asyncio
import os
import sys
from itertools import pairwise
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.modules import load_all
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.schemas.enrolments import EnrolPeople
from tradewind.modules.campaigns.schemas.journeys import JourneyCreate, JourneyPublish
from tradewind.modules.campaigns.service import entering, journeys, publishing
from tradewind.modules.email.channel import EmailChannel
from tradewind.modules.email.schemas.delivery import SenderCreate
from tradewind.modules.email.schemas.templates import MailSettingsUpdate, MailTemplateCreate, MailTemplatePublish
from tradewind.modules.email.service import mail_settings, senders, templates
from tradewind.modules.identity import api as identity
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import NewIntent, Recipient
from tradewind.modules.sending.worker import chores
from tradewind.modules.sending.worker.dispatcher import dispatch
from tradewind.settings import get_settings
from tradewind.worker import run_worker

_PEOPLE = text("""
    INSERT INTO leads (id, organisation_id, full_name, first_name, email, email_key, status, time_zone, created_at)
    SELECT n.id, :tenant, 'Person ' || n.place, 'P' || n.place, 'p' || n.place || '@people.example',
        'p' || n.place || '@people.example', 'new', 'UTC', now()
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS n (id, place)""")


async def prepare(kind: str, port: int, count: int) -> None:
    """Migrate, make an organisation with something to do, say so, and keep the embedded server running."""
    database = Database(get_settings())
    database.start_server()
    await migrate(database)
    await database.open()
    async with database.transaction(Actor.system(name="test")) as session:
        organisation_id = await identity.create_organisation(session, name="Harbour Robotics")
    async with database.transaction(Actor.system(organisation_id, name="test")) as session:
        settings = {"host": "127.0.0.1", "port": port, "security": "none"}
        sender = SenderCreate(
            name="Ann", address="ann@sender.example", adapter="smtp", settings=settings, domain_limits={"*": 100_000}
        )
        await senders.add(session, sender)
        await {"mails": mails, "journey": journey}[kind](session, count)
    print("prepared", flush=True)
    await asyncio.Event().wait()


async def mails(session: AsyncSession, count: int) -> None:
    """Transactional mails that are due at once."""
    intents = [
        NewIntent(
            key=str(number), channel="email", purpose="transactional", priority="transactional",
            content={"subject": "Hello", "text": "How are you?"},
            recipient=Recipient(address=f"person{number}@people.example"),
        )
        for number in range(count)
    ]  # fmt: skip
    await sending.intend(session, intents)


async def journey(session: AsyncSession, count: int) -> None:
    """A live journey of two mails, two tasks, an update and two waits, and people who have just entered it."""
    await mail_settings.change(session, MailSettingsUpdate(company_name="Acme", postal_address="1 High Street"), None)
    words = {
        "subject": "Hello",
        "blocks": [
            {"id": "words", "kind": "text", "html": "<p>How are you?</p>"},
            {"id": "foot", "kind": "footer", "text": "You asked for it."},
        ],
    }
    template = MailTemplateCreate.model_validate({"name": "Hello", "content": {"languages": {"en": words}}})
    mail = await templates.create_template(session, template)
    await templates.publish_template(session, mail.id, MailTemplatePublish(note=""), None)
    say: dict[str, Any] = {"channel": "email", "template_id": str(mail.id), "purpose": "transactional"}
    wait = {"until": "duration", "duration": {"amount": 1, "unit": "minutes"}}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("in", "trigger", {"on": "api"}), ("hello", "send", say), ("call", "task", {"title": "Call"}),
        ("first", "wait", wait), ("tag", "update", {"add_tags": ["engaged"]}), ("again", "send", say),
        ("second", "wait", wait), ("visit", "task", {"title": "Visit"}), ("out", "exit", {}),
    ]  # fmt: skip
    keys = [key for key, _, _ in steps]
    draft = JourneyDraft.model_validate(
        {
            "nodes": [{"id": key, "kind": kind, "settings": settings} for key, kind, settings in steps],
            "edges": [{"from": one, "port": "next", "to": other} for one, other in pairwise(keys)],
        }
    )
    made = await journeys.create_journey(session, JourneyCreate(name="Welcome", draft=draft))
    await publishing.launch(session, made.id, JourneyPublish(note=""), None)
    ids = [new_id() for _ in range(count)]
    await session.execute(_PEOPLE, {"ids": ids, "tenant": session.info["actor"].organisation_id})
    await entering.enrol_by_hand(session, made.id, EnrolPeople(person_ids=ids))


async def work(kind: str) -> None:
    """Send and look after what others left behind, for ever; of a journey, whatever a worker does."""
    await asyncio.gather(send(), *([run_worker(get_settings(), asyncio.Event())] if kind == "journey" else []))


async def send() -> None:
    """The sending part, which looks more often than once a minute."""
    database = await Database(get_settings()).open()
    while True:
        await chores.do_all(database)
        await dispatch(database)
        await asyncio.sleep(0.05)


def main() -> None:
    """Obey until stdin ends."""
    load_all()
    for line in sys.stdin:
        command, kind, *values = line.split()
        child = os.fork()
        if child == 0:
            if command == "work":
                os.dup2(2, 1)  # logs do not belong between the answers
            # Dead processes' messages are taken up soon, and batches are small: more of them are under way at a kill.
            EmailChannel.lease_seconds, EmailChannel.batch_size = 1.5, 40
            asyncio.run(work(kind) if command == "work" else prepare(kind, *map(int, values)))
            os._exit(0)
        if command == "work":
            print(child, flush=True)


main()
