"""Which sender a message leaves through, whether it may leave in this minute, and what it looks like."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.crypto import CryptoError
from tradewind.kernel.errors import AppError
from tradewind.kernel.registry import NoSettings
from tradewind.modules.email import restraint
from tradewind.modules.email.composing import return_path
from tradewind.modules.email.composing.letters import Address, File, Letter
from tradewind.modules.email.contracts_rendering import MailPerson, MailSender, RenderedMail
from tradewind.modules.email.errors import DeliveryInvalid
from tradewind.modules.email.models.delivery import EmailSender
from tradewind.modules.email.models.sink import BODY, CONTENT, HTML, SunkAttachment, SunkMail
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.service import facts, opening, rendering
from tradewind.modules.email.service.opening import OpenSender
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import LinkAsk
from tradewind.modules.sending.channels import ClaimedIntent, Outcome, later, refused
from tradewind.modules.sending.contracts import TRANSACTIONAL

log = structlog.get_logger(__name__)
LOCAL_ADDRESS = "tradewind@localhost.localdomain"
_STOPPED_SECONDS = 300.0
_SECONDS_A_DAY = 86_400


@dataclass(slots=True)
class Prepared:
    """What a batch became: letters by sender, and outcomes of what does not leave now."""

    letters: dict[UUID | None, list[tuple[ClaimedIntent, Letter]]] = field(default_factory=dict)
    senders: dict[UUID | None, OpenSender] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass(slots=True)
class _Choice:
    """Senders that may be used now, and why a named one may not."""

    open: dict[UUID, OpenSender]
    rows: dict[UUID, EmailSender]
    default: UUID | None


async def prepare(session: AsyncSession, batch: Sequence[ClaimedIntent]) -> Prepared:
    """Choose, admit and write the mails of a batch; the session's transaction keeps the counts."""
    made = Prepared()
    choice = await _choice(session)
    chosen: defaultdict[UUID | None, list[ClaimedIntent]] = defaultdict(list)
    for intent in batch:
        sender_id, problem = _choose(choice, intent)
        if problem is not None:
            made.outcomes.append(later(intent, problem, after_seconds=_STOPPED_SECONDS))
        else:
            chosen[sender_id].append(intent)
    for sender_id, intents in chosen.items():
        sender = choice.open[sender_id] if sender_id is not None else _local_sender()
        admitted = intents
        if sender_id is not None:
            admitted = await _admit(session, choice.rows[sender_id], intents, made.outcomes)
        letters = await _letters(session, sender, admitted, made.outcomes)
        if letters:
            made.senders[sender_id] = sender
            made.letters[sender_id] = letters
    return made


async def _choice(session: AsyncSession) -> _Choice:
    found = await rows.senders(session)
    domains = {domain.domain: domain for domain in await rows.domains(session)}
    moment = now()
    usable = {}
    for sender in found:
        if sender.state == "broken" and sender.broken_until is not None and sender.broken_until <= moment:
            # The provider was asked to rest, not a person to look: try again.
            sender.state, sender.problem, sender.broken_until = "active", None, None
            sender.version += 1
        if sender.state == "active":
            try:
                usable[sender.id] = opening.opened(sender, domains.get(sender.address.rpartition("@")[2]))
            except DeliveryInvalid as problem:
                # One sender that cannot be used must not keep the others from sending.
                await facts.stop_sender(session, sender.id, problem.detail)
    default = next((sender.id for sender in found if sender.is_default), None)
    return _Choice(usable, {sender.id: sender for sender in found}, default)


def _choose(choice: _Choice, intent: ClaimedIntent) -> tuple[UUID | None, str | None]:
    """The sender of a message, or why it must wait; no sender at all is the local sink."""
    if not choice.rows:
        return None, None
    named = intent.content.get("sender_id")
    if named is not None:
        sender_id = UUID(str(named))
        row = choice.rows.get(sender_id)
        if row is not None:
            return (sender_id, None) if sender_id in choice.open else (None, f"The sender {row.address} is stopped.")
    if intent.purpose == TRANSACTIONAL and choice.default in choice.open:
        return choice.default, None
    pool = [sender_id for sender_id in choice.open if choice.rows[sender_id].rotates]
    if not pool:
        return None, "No sender is active."
    # The same person hears from the same sender, whoever else comes or goes.
    address = intent.address.casefold().encode()
    return max(pool, key=lambda sender_id: hashlib.sha256(sender_id.bytes + address).digest()), None


async def _admit(
    session: AsyncSession, sender: EmailSender, intents: Sequence[ClaimedIntent], outcomes: list[Outcome]
) -> list[ClaimedIntent]:
    """Those that may leave in this minute; transactional ones wait for receiving domains only."""
    moment = now()
    today = moment.date()
    free = [intent for intent in intents if intent.purpose == TRANSACTIONAL]
    bulk = [intent for intent in intents if intent.purpose != TRANSACTIONAL]
    quota = restraint.daily_quota(sender.daily_limit, sender.warmup_from, today)
    if bulk:
        got = await rows.reserve(session, sender.organisation_id, sender.id, day=today, wanted=len(bulk), quota=quota)
        outcomes += _wait(bulk[got:], f"{sender.address} has sent its {quota} mails of today.", _until_tomorrow(moment))
        bulk = bulk[:got]
    if free:
        await rows.count(session, sender.organisation_id, sender.id, today, reserved=len(free))
    return await _paced(session, sender, [*free, *bulk], outcomes, moment)


async def _paced(
    session: AsyncSession, sender: EmailSender, intents: Sequence[ClaimedIntent], outcomes: list[Outcome], at: datetime
) -> list[ClaimedIntent]:
    by_domain: defaultdict[str, list[ClaimedIntent]] = defaultdict(list)
    for intent in intents:
        by_domain[domain_of(intent.address)].append(intent)
    if not by_domain:
        return []
    quotas = {domain: restraint.minute_quota(domain, sender.domain_limits) for domain in by_domain}
    wanted = {domain: len(found) for domain, found in by_domain.items()}
    counted = await rows.take_pace(session, sender.organisation_id, sender.id, wanted, quotas, at=at)
    admitted: list[ClaimedIntent] = []
    kept_back = 0
    for domain, found in by_domain.items():
        sent, rests_until = counted[domain]
        if rests_until is not None and rests_until > at:
            free, wait, why = 0, (rests_until - at).total_seconds(), f"{domain} asked for a rest."
        else:
            before = sent - min(wanted[domain], quotas[domain])
            free, wait = max(0, quotas[domain] - before), 60.0 - at.second
            why = f"{domain} gets {quotas[domain]} mails a minute."
        admitted += found[:free]
        kept_back += len(found[free:])
        outcomes += _wait(found[free:], why, wait + 1)
    if kept_back:
        await rows.count(session, sender.organisation_id, sender.id, at.date(), reserved=-kept_back)
    return admitted


async def _letters(
    session: AsyncSession, sender: OpenSender, intents: Sequence[ClaimedIntent], outcomes: list[Outcome]
) -> list[tuple[ClaimedIntent, Letter]]:
    rendered, problems = await _rendered(session, sender, intents)
    stored = await _stored(session, intents)
    plain = [one for one in intents if "subject" in one.content and one.purpose != TRANSACTIONAL]
    asks = [LinkAsk(one.address, one.purpose, one.id) for one in plain]
    links = dict(zip((one.id for one in plain), await privacy.link_tokens(session, asks), strict=True)) if asks else {}
    found = []
    for intent in intents:
        if intent.id in problems:
            outcomes.append(refused(intent, problems[intent.id], provider=sender.adapter))
            continue
        if (mail := rendered.get(intent.id)) is not None:
            parts = _Parts(mail.subject, mail.text, mail.html, mail.headers)
        elif (parts := stored.get(intent.id)) is None and "subject" in intent.content:
            link = links.get(intent.id)
            parts = _written(intent.content, link.one_click_url if link else None)
        if parts is None:
            outcomes.append(refused(intent, "The message has no content any more.", provider=sender.adapter))
        else:
            found.append((intent, _letter(sender, intent, parts)))
    return found


@dataclass(frozen=True, slots=True)
class _Parts:
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    to_name: str = ""
    files: tuple[File, ...] = ()


def _letter(sender: OpenSender, intent: ClaimedIntent, parts: _Parts) -> Letter:
    return Letter(
        id=intent.id, sender=sender.address, to=Address(intent.address, parts.to_name), subject=parts.subject,
        text=parts.text, html=parts.html, reply_to=sender.reply_to, files=parts.files, headers=parts.headers,
        return_path=return_path.return_path(intent.id, sender.bounce_address),
        message_id=return_path.header_id(intent.id, sender.domain), date=now(),
    )  # fmt: skip


async def _rendered(
    session: AsyncSession, sender: OpenSender, intents: Sequence[ClaimedIntent]
) -> tuple[dict[UUID, RenderedMail], dict[UUID, str]]:
    """Mails made of templates, and why some cannot leave."""
    mails: dict[UUID, RenderedMail] = {}
    problems: dict[UUID, str] = {}
    by_version: defaultdict[UUID, list[ClaimedIntent]] = defaultdict(list)
    for intent in intents:
        if version := intent.content.get("template_version_id"):
            by_version[UUID(str(version))].append(intent)
    as_sender = MailSender(address=sender.address.address, name=sender.address.name, aligned=sender.aligned)
    for version, found in by_version.items():
        people = [
            MailPerson(
                message_id=one.id, address=one.address, person_id=one.person_id, purpose=one.purpose,
                variables=one.content.get("variables") or {}, language=one.content.get("language"),
            )
            for one in found
        ]  # fmt: skip
        try:
            made = await rendering.render(session, version, people, sender=as_sender)
        except AppError as error:
            problems |= {one.id: error.detail for one in found}
            continue
        for mail in made:
            mails[mail.message_id] = mail
            if mail.blocked:
                errors = [one.text for one in mail.problems if one.severity == "error"]
                problems[mail.message_id] = " ".join(errors)
    return mails, problems


async def _stored(session: AsyncSession, intents: Sequence[ClaimedIntent]) -> dict[UUID, _Parts]:
    """Mails of the product itself, which wait sealed; those that cannot be read any more are left out."""
    by_mail = {UUID(str(one.content["mail_id"])): one for one in intents if "mail_id" in one.content}
    if not by_mail:
        return {}
    files: defaultdict[UUID, list[File]] = defaultdict(list)
    damaged: set[UUID] = set()
    for file in await session.scalars(select(SunkAttachment).where(SunkAttachment.mail_id.in_(by_mail))):
        try:
            content = CONTENT.open(file.id, file.content_sealed)
        except CryptoError:
            log.error("email.file_unreadable", file_id=str(file.id))
            damaged.add(file.mail_id)
            continue
        files[file.mail_id].append(File(file.name, file.content_type, content))
    found = await session.scalars(select(SunkMail).where(SunkMail.id.in_(by_mail)))
    return {
        by_mail[mail.id].id: _Parts(
            mail.subject,
            body,
            HTML.readable(mail.id, mail.html_sealed) or "",
            to_name=mail.to_name,
            files=tuple(files[mail.id]),
        )
        for mail in found
        if mail.id not in damaged and (body := BODY.readable(mail.id, mail.body_sealed)) is not None
    }


def _written(content: Mapping[str, Any], one_click_url: str | None) -> _Parts:
    headers = {str(name): str(value) for name, value in (content.get("headers") or {}).items()}
    if one_click_url is not None:
        headers["List-Unsubscribe"] = f"<{one_click_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return _Parts(
        str(content["subject"]), str(content.get("text") or ""), str(content.get("html") or ""), headers,
        str(content.get("to_name") or ""),
    )  # fmt: skip


def domain_of(address: str) -> str:
    """The receiving domain of an address."""
    return address.rpartition("@")[2].strip().casefold()


def _local_sender() -> OpenSender:
    return OpenSender(
        id=UUID(int=0), version=0, address=Address(LOCAL_ADDRESS, "Tradewind"), reply_to="",
        bounce_address=LOCAL_ADDRESS, adapter="local", settings=NoSettings(), key=None, aligned=None, signs=False,
    )  # fmt: skip


def _wait(intents: Iterable[ClaimedIntent], why: str, seconds: float) -> list[Outcome]:
    return [later(intent, why, after_seconds=seconds) for intent in intents]


def _until_tomorrow(moment: datetime) -> float:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - moment).total_seconds() % _SECONDS_A_DAY + 60
