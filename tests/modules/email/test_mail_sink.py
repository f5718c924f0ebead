"""The local mail sink: who sees which mail, and that links are no way around permissions."""

import pytest
from typer.testing import CliRunner

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.modules.email import api as email
from tradewind.modules.email import cli
from tradewind.modules.email.contracts import Attachment, DeliveredMail, Mail


@pytest.fixture
async def mails(client, anonymous, tenant, drain):
    await anonymous.post("/api/v1/auth/password/forgot", json={"email": tenant.email})
    await client.post("/api/v1/invitations", json={"email": "grace@example.com", "role": "analyst"})
    await drain()


async def seen(client) -> dict[str, dict]:
    answer = await client.get("/api/v1/mail-sink")
    assert answer.status_code == 200
    return {mail["kind"]: mail for mail in answer.json()["items"]}


async def test_recipient_and_admin_see_their_links(mails, client):
    found = await seen(client)
    assert found["reset_password"]["link"] in found["reset_password"]["body"]
    assert "/accept-invitation?token=" in found["invitation"]["link"]
    assert not found["reset_password"]["secret_hidden"]


async def test_others_see_mails_without_secrets(mails, client_for, database, tenant):
    links = [mail.link for mail in await email.recent_mails(database)]
    found = await seen(await client_for("analyst"))
    for kind in ("reset_password", "invitation"):
        assert found[kind]["secret_hidden"] is True
        assert found[kind]["link"] is None
        assert not any(link in found[kind]["body"] for link in links if link)
    assert (await (await client_for("creator")).get("/api/v1/mail-sink")).status_code == 403


async def test_each_organisation_has_its_own_sink(mails, client_of, other_organisation):
    assert await seen(await client_of(other_organisation)) == {}


async def test_a_mail_goes_out_only_with_its_transaction(database, tenant):
    async def fail() -> None:
        async with database.transaction(tenant.actor) as session:
            await email.deliver(session, Mail("invitation", "a@example.com", "", "Hello", "{link}", "https://x"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await email.recent_mails(database) == []


async def test_pages(database, tenant, client):
    async with database.transaction(tenant.actor) as session:
        for number in range(3):
            await email.deliver(session, Mail("invitation", f"{number}@example.com", "", "Hello", "Text"))
    first = (await client.get("/api/v1/mail-sink", params={"limit": 2})).json()
    assert [mail["to_email"] for mail in first["items"]] == ["2@example.com", "1@example.com"]
    rest = await client.get("/api/v1/mail-sink", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [mail["to_email"] for mail in rest.json()["items"]] == ["0@example.com"]


def test_command_line_prints_mails_to_one_address(monkeypatch):
    mails = [
        DeliveredMail(Actor.system().user_id, "invitation", to, "", f"For {to}", "Body", None, now())  # type: ignore[arg-type]
        for to in ("ada@example.com", "grace@example.com")
    ]

    async def read(limit: int) -> list[DeliveredMail]:
        return mails

    monkeypatch.setattr(cli, "_read", read)
    shown = CliRunner().invoke(cli.app, ["--to", "ADA@example.com"])
    assert shown.exit_code == 0
    assert "For ada@example.com" in shown.output
    assert "grace" not in shown.output
    assert "No mails." in CliRunner().invoke(cli.app, ["--to", "x@example.com"]).output


async def test_attachments_come_with_the_mail_to_those_who_see_its_link(database, tenant, client, client_for):
    content = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    name = 'Termin „Blau" ü.ics'
    attachment = Attachment(name, "text/calendar; method=REQUEST; charset=utf-8", content)
    async with database.transaction(tenant.actor) as session:
        await email.deliver(
            session,
            Mail("meeting_booked", "a@example.com", "", "Hello", "{link}", "https://x", attachments=(attachment,)),
        )
    mail = (await seen(client))["meeting_booked"]
    assert [(file["name"], file["size"]) for file in mail["attachments"]] == [(name, len(content))]
    url = f"/api/v1/mail-sink/{mail['id']}/attachments/{mail['attachments'][0]['id']}"
    answer = await client.get(url)
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Termin%20")
    analyst = await client_for("analyst")
    hidden = (await seen(analyst))["meeting_booked"]
    assert (hidden["secret_hidden"], hidden["attachments"], hidden["link"]) == (True, [], None)
    assert (await analyst.get(url)).status_code == 404
