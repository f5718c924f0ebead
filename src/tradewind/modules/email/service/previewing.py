"""A draft as somebody would get it: for the editor, and as a test in a colleague's inbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.email import people as people_port
from tradewind.modules.email.contracts import Mail
from tradewind.modules.email.contracts_rendering import MailField, MailPerson, RenderedMail
from tradewind.modules.email.errors_templates import PreviewPersonNotFound, TestRecipientRefused
from tradewind.modules.email.schemas.templates import (
    MailFieldRead,
    MailPreviewRead,
    MailPreviewRequest,
    MailTest,
    MailTestSent,
)
from tradewind.modules.email.service import sink
from tradewind.modules.email.service.rendering import Ready, render_ready
from tradewind.modules.email.service.templates import problems, require, shown_problems
from tradewind.modules.email.templates.blocks import MailContent
from tradewind.modules.identity import api as identity

_EXAMPLE_ADDRESS = "alex@reader.example.com"


async def fields(session: AsyncSession) -> list[MailFieldRead]:
    """All that a mail can say about its reader."""
    return [
        MailFieldRead(path=one.path, label=one.label, group=one.group, kind=one.kind, example=one.example)
        for one in await people_port.people().fields(session)
    ]


async def preview(session: AsyncSession, template_id: UUID, wanted: MailPreviewRequest) -> MailPreviewRead:
    """The draft for one person, in words and with what is wrong with it. Raises PreviewPersonNotFound."""
    mail = await draft_for(session, template_id, wanted)
    return MailPreviewRead(
        language=mail.language,
        subject=mail.subject,
        text=mail.text,
        html_bytes=len(mail.html.encode()),
        links=mail.links,
        headers=dict(mail.headers),
        problems=shown_problems(mail.problems),
    )


async def draft_for(
    session: AsyncSession,
    template_id: UUID,
    wanted: MailPreviewRequest,
    *,
    anchors: bool = False,
    address: str | None = None,
) -> RenderedMail:
    """The draft rendered for a lead, or for an example person; nothing in it is tracked.

    Places that cannot be read are shown as they were typed. Raises MailTemplateNotFound, PreviewPersonNotFound.
    """
    template = await require(session, template_id)
    ready = Ready(MailContent.model_validate(template.draft), template.purpose, lenient=True, anchors=anchors)
    actor = actor_of(session)
    given: Mapping[str, Any] = {}
    reader = address or _EXAMPLE_ADDRESS
    if wanted.person_id is not None:
        actor.require("leads:read")
        found = (await people_port.people().facts(session, [wanted.person_id])).get(wanted.person_id)
        if found is None:
            raise PreviewPersonNotFound()
        reader = address or found.address or _EXAMPLE_ADDRESS
    else:
        given = example(await people_port.people().fields(session))
    person = MailPerson(
        message_id=new_id(),
        address=reader,
        person_id=wanted.person_id,
        variables=wanted.variables,
        language=wanted.language,
    )
    [mail] = await render_ready(session, ready, [person], tracked=False, given=given)
    return mail


async def send_test(session: AsyncSession, template_id: UUID, wanted: MailTest) -> MailTestSent:
    """Send the draft to a member. Raises TestRecipientRefused, PreviewPersonNotFound, MailTemplateNotFound."""
    members = {one.email.casefold(): one for one in await identity.list_members(session)}
    member = members.get(wanted.to.strip().casefold())
    if member is None:
        raise TestRecipientRefused(
            "A test can be sent to members of your organisation only.",
            errors=[{"field": "to", "message": "is no member of your organisation"}],
        )
    template = await require(session, template_id)
    mail = await draft_for(session, template_id, wanted, address=member.email)
    subject = f"[Test] {mail.subject or template.name}"
    await sink.deliver(
        session,
        Mail("template_test", member.email, member.name, subject, mail.text, recipient_id=member.id, html=mail.html),
    )
    await identity.record(
        session, action="mail_template.tested", subject_type="mail_template", subject_id=template.id,
        after={"to": member.email},
    )  # fmt: skip
    found = [*await problems(session, template), *(one for one in mail.problems if one.severity == "error")]
    return MailTestSent(to=member.email, problems=shown_problems(found))


def example(known: list[MailField]) -> dict[str, Any]:
    """An example person: each field with its example value."""
    data: dict[str, Any] = {"person": {}, "company": {}, "owner": {}}
    for one in known:
        place = data
        *parents, name = one.path.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = [one.example] if one.kind == "list" else one.example
    return data
