"""From a published version and people to finished mails: compiled once, a few queries a batch, proven one by one."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.addresses import normal_email
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.email import people as people_port
from tradewind.modules.email.contracts_rendering import (
    MailPerson,
    MailProblem,
    MailSender,
    PersonFacts,
    RenderedMail,
    Tracking,
)
from tradewind.modules.email.errors_templates import MailTemplateVersionNotFound
from tradewind.modules.email.repository import templates as repository
from tradewind.modules.email.service import mail_settings
from tradewind.modules.email.templates.blocks import MailContent
from tradewind.modules.email.templates.checking import RESERVED, TRANSACTIONAL, proof
from tradewind.modules.email.templates.compiling import Compiled, compile_text
from tradewind.modules.email.templates.links import BadAddress, normal_address, with_campaign
from tradewind.modules.email.templates.liquid import TAG, TemplateProblem
from tradewind.modules.email.tracking_links import TrackingLink
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ContactAsk, LinkAsk, LinkToken
from tradewind.settings import get_settings

# Mails rendered before others get their turn; one takes well under a millisecond.
_AT_ONCE = 25
_CACHED_VERSIONS = 64
_NO_VERSION = UUID(int=0)


@dataclass(slots=True)
class Ready:
    """A content with its texts compiled as they are asked for. `lenient` and `anchors` are for previews."""

    content: MailContent
    purpose: str
    version_id: UUID = _NO_VERSION
    lenient: bool = False
    anchors: bool = False
    _compiled: dict[str, Compiled] = field(default_factory=dict)

    def compiled(self, language: str) -> Compiled:
        """The text in a language of the content. Raises TemplateProblem."""
        found = self._compiled.get(language)
        if found is None:
            found = compile_text(self.content, language, lenient=self.lenient, anchors=self.anchors)
            self._compiled[language] = found
        return found


# Versions never change, so that whatever process renders them may keep them.
_ready: OrderedDict[UUID, Ready] = OrderedDict()


async def render(
    session: AsyncSession, version_id: UUID, people: Sequence[MailPerson], *, sender: MailSender | None = None
) -> list[RenderedMail]:
    """A mail for each person, in their order. Raises MailTemplateVersionNotFound."""
    version = await repository.version(session, version_id)
    if version is None:
        raise MailTemplateVersionNotFound("It may have been removed with its template.")
    ready = _ready.get(version_id)
    if ready is None:
        ready = Ready(MailContent.model_validate(version.content), version.purpose, version_id)
        _ready[version_id] = ready
        if len(_ready) > _CACHED_VERSIONS:
            _ready.popitem(last=False)
    _ready.move_to_end(version_id)
    return await render_ready(session, ready, people, sender=sender)


async def render_ready(
    session: AsyncSession,
    ready: Ready,
    people: Sequence[MailPerson],
    *,
    sender: MailSender | None = None,
    tracked: bool = True,
    given: Mapping[str, Any] | None = None,
) -> list[RenderedMail]:
    """Render a content that may not be published yet. `given` stands for a person whom nobody knows."""
    batch = await _gather(session, ready, people, sender=sender, tracked=tracked, given=given)
    rendered: list[RenderedMail] = []
    for number, person in enumerate(people, start=1):
        rendered.append(batch.mail(person))
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return rendered


@dataclass(frozen=True, slots=True)
class _Batch:
    """All that the mails of a batch need to know."""

    ready: Ready
    sender: MailSender | None
    organisation_id: UUID
    organisation: Mapping[str, str]
    list_domain: str
    facts: Mapping[UUID, PersonFacts]
    tokens: Mapping[tuple[str, str], LinkToken]
    clicks: frozenset[UUID]
    opens: frozenset[UUID]
    dead: Mapping[str, str]
    given: Mapping[str, Any]
    at: datetime
    base_url: str

    def mail(self, person: MailPerson) -> RenderedMail:
        """One person's mail, with what is wrong with it."""
        known = self.facts.get(person.person_id) if person.person_id else None
        language = self.ready.content.text_for(person.language or (known.language if known else None))
        purpose = person.purpose or self.ready.purpose
        # Made for one message each, so that a withdrawal names the mail it answers.
        token = self.tokens.get((str(person.message_id), purpose))
        try:
            compiled = self.ready.compiled(language)
            written = compiled.render(
                self._data(person, known, token),
                own=frozenset({token.one_click_url, token.preferences_url}) if token else frozenset(),
                track=self._tracker(person, compiled.followed) if person.message_id in self.clicks else None,
            )
        except TemplateProblem as problem:
            return self._failed(person, language, str(problem))
        needs_unsubscribe = purpose != TRANSACTIONAL
        problems = proof(
            written,
            unsubscribe=token.one_click_url if token else None,
            needs_unsubscribe=needs_unsubscribe,
            postal_address=self.organisation["postal_address"],
            sender=self.sender,
            dead=self.dead,
        )
        return RenderedMail(
            message_id=person.message_id,
            address=person.address,
            language=language,
            subject=written.subject,
            html=written.html,
            text=written.text,
            headers=self._headers(purpose, token) if token and needs_unsubscribe else {},
            links=len(written.targets),
            problems=tuple(problems),
        )

    def _data(self, person: MailPerson, known: PersonFacts | None, token: LinkToken | None) -> dict[str, Any]:
        data = {name: value for name, value in person.variables.items() if name not in RESERVED}
        data |= known.data if known else self.given
        data["organisation"] = self.organisation
        if token:
            data["unsubscribe_url"], data["preferences_url"] = token.one_click_url, token.preferences_url
        if person.message_id in self.opens:
            data["tw_pixel"] = f"{self.base_url}/o/{self._link(person, 'open').token()}.gif"
        return data

    def _tracker(self, person: MailPerson, links: int) -> Callable[[int, str], str]:
        def track(number: int, target: str) -> str:
            return f"{self.base_url}/l/{self._link(person, 'click', number, links, target).token()}"

        return track

    def _link(self, person: MailPerson, kind: Any, number: int = 0, links: int = 0, url: str = "") -> TrackingLink:
        return TrackingLink(
            kind=kind,
            organisation_id=self.organisation_id,
            message_id=person.message_id,
            person_id=person.person_id,
            version_id=self.ready.version_id,
            rendered_at=self.at,
            link=number,
            links=links,
            url=url,
        )

    def _headers(self, purpose: str, token: LinkToken) -> dict[str, str]:
        return {
            "List-Unsubscribe": f"<{token.one_click_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<{purpose}.{self.list_domain}>",
        }

    def _failed(self, person: MailPerson, language: str, text: str) -> RenderedMail:
        problem = MailProblem(rule="unreadable", severity="error", text=text, language=language)
        return RenderedMail(
            message_id=person.message_id, address=person.address, language=language, subject="", html="", text="",
            headers={}, links=0, problems=(problem,),
        )  # fmt: skip


async def _gather(
    session: AsyncSession,
    ready: Ready,
    people: Sequence[MailPerson],
    *,
    sender: MailSender | None,
    tracked: bool,
    given: Mapping[str, Any] | None,
) -> _Batch:
    settings = await mail_settings.current(session)
    organisation = await identity.get_organisation(session)
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    base_url = get_settings().base_url
    ids = [person.person_id for person in people if person.person_id is not None]
    deliverable = [person for person in people if normal_email(person.address)]
    wanted = [
        LinkAsk(person.address, person.purpose or ready.purpose, origin_id=person.message_id) for person in deliverable
    ]
    made = await privacy.link_tokens(session, wanted) if wanted else []
    return _Batch(
        ready=ready,
        sender=sender,
        organisation_id=organisation_id,
        organisation={
            "name": settings.company_name or organisation.name,
            "postal_address": ", ".join(line.strip() for line in settings.postal_address.splitlines() if line.strip()),
        },
        list_domain=f"{organisation.slug}.{urlsplit(base_url).hostname or 'localhost'}",
        facts=await people_port.people().facts(session, ids) if ids else {},
        tokens={(str(ask.origin_id), ask.purpose): token for ask, token in zip(wanted, made, strict=True)},
        clicks=await _followed(session, settings.track_clicks, settings.tracking_purpose, deliverable, tracked),
        opens=await _followed(session, settings.track_opens, settings.tracking_purpose, deliverable, tracked),
        dead=await dead_links(session, ready),
        given=given or {},
        at=now(),
        base_url=base_url,
    )


async def _followed(
    session: AsyncSession, rule: Tracking, purpose: str, people: Sequence[MailPerson], tracked: bool
) -> frozenset[UUID]:
    """The messages whose clicks or opens may be noted."""
    if not tracked or rule == "off" or not people:
        return frozenset()
    if rule == "always":
        return frozenset(person.message_id for person in people)
    standings = await privacy.standings(session, [ContactAsk("email", person.address, purpose) for person in people])
    return frozenset(person.message_id for person, standing in zip(people, standings, strict=True) if standing.allowed)


async def dead_links(session: AsyncSession, ready: Ready) -> dict[str, str]:
    """The fixed addresses of a content behind which nothing was found, as they are sent, with the reason."""
    addresses = fixed_addresses(ready)
    return {
        sent: check.problem
        for check in await repository.checks(session, list(addresses))
        if check.dead
        for sent in (check.address, *addresses[check.address])
    }


def fixed_addresses(ready: Ready) -> dict[str, tuple[str, ...]]:
    """The addresses that are the same for everybody, with the forms in which they are sent."""
    found: dict[str, set[str]] = {}
    for language in ready.content.languages:
        try:
            compiled = ready.compiled(language)
        except TemplateProblem:
            continue
        for link in compiled.links:
            if TAG.search(link.source):
                continue
            try:
                address = normal_address(link.source)
            except BadAddress:
                continue
            if address.startswith("http"):
                found.setdefault(address, set()).add(with_campaign(address, compiled.utm))
    return {address: tuple(sent) for address, sent in found.items()}
