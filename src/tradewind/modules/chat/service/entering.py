"""Who is calling from a website: which widget, from which site, and which visitor, without anybody signing in."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.chat.errors import (
    ConsentRequired,
    IdentityRefused,
    SessionEnded,
    SiteNotAllowed,
    WidgetNotFound,
)
from tradewind.modules.chat.models.visitors import Visitor
from tradewind.modules.chat.models.widgets import Widget
from tradewind.modules.chat.plain_text import line
from tradewind.modules.chat.repository import visitors as rows
from tradewind.modules.chat.repository import widgets as widget_rows
from tradewind.modules.chat.schemas.visitors import ConsentGiven, SessionOpen, SiteUser
from tradewind.modules.chat.schemas.widgets import WidgetSettings
from tradewind.modules.chat.service.widgets import secrets_of
from tradewind.modules.chat.sites import is_allowed
from tradewind.modules.conversations import api as conversations
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.tracking import api as tracking
from tradewind.settings import get_settings

TOKEN_BYTES = 32
# Thirteen months, like the website snippet's id.
KEPT = timedelta(days=396)
_TOUCHED_EVERY = timedelta(minutes=5)
ACTOR_NAME = "Chat visitor"


@dataclass(frozen=True, slots=True)
class Entered:
    """A request of a widget on a site it may be on; the session acts in the widget's organisation."""

    widget: Widget
    settings: WidgetSettings
    origin: str | None


@dataclass(frozen=True, slots=True)
class Caller:
    """A visitor with a session."""

    entered: Entered
    visitor: Visitor
    token_hash: bytes


async def enter(session: AsyncSession, key: str, origin: str | None) -> Entered:
    """The widget of a public key. Raises WidgetNotFound, SiteNotAllowed."""
    organisation_id = await widget_rows.organisation_of(session, key)
    if organisation_id is None:
        raise WidgetNotFound("No chat widget has this key.")
    await identity.become(session, Actor(kind="anonymous", organisation_id=organisation_id, name=ACTOR_NAME))
    widget = await widget_rows.by_key(session, key)
    if widget is None or not widget.active:
        raise WidgetNotFound("This chat is switched off.")
    settings = WidgetSettings.model_validate(widget.settings)
    if not is_allowed(origin, settings.allowed_domains, own=get_settings().base_url):
        raise SiteNotAllowed(f"The widget is not meant for {origin}. Its settings name the domains that may carry it.")
    return Entered(widget, settings, origin)


async def caller(session: AsyncSession, entered: Entered, token: str | None, *, lock: bool = False) -> Caller:
    """The visitor of a token. Raises SessionEnded, ConsentRequired."""
    found = await find_caller(session, entered, token, lock=lock)
    if found is None:
        raise SessionEnded("Begin a new session.")
    visitor = found.visitor
    if entered.settings.consent_required and not (visitor.consent and visitor.consent["given"]):
        raise ConsentRequired()
    return found


async def find_caller(
    session: AsyncSession, entered: Entered, token: str | None, *, lock: bool = False
) -> Caller | None:
    """The visitor of a token, whatever they may do; None for a token of nobody."""
    if not token:
        return None
    token_hash = _digest(token)
    visitor_id = await rows.of_session(session, token_hash)
    visitor = await rows.one(session, visitor_id, lock=lock) if visitor_id else None
    if visitor is None or visitor.widget_id != entered.widget.id:
        return None
    return Caller(entered, visitor, token_hash)


async def open_session(
    session: AsyncSession, entered: Entered, data: SessionOpen, token: str | None
) -> tuple[Caller, str | None]:
    """Go on as the token's visitor, or as a new one; the token is returned only where it was made now.

    Raises ConsentRequired before anything is stored, IdentityRefused.
    """
    found = await find_caller(session, entered, token)
    if data.user is not None:
        _require_signature(entered.widget, data.user)
        if found is not None and found.visitor.external_id not in (None, data.user.id):
            # Somebody else has signed in on this device: they go on as nobody they are not.
            found = None
    agreed = data.consent is not None and data.consent.given
    had_agreed = found is not None and found.visitor.consent is not None and bool(found.visitor.consent["given"])
    if entered.settings.consent_required and not agreed and not had_agreed:
        raise ConsentRequired("The visitor must agree before anything is stored.")
    moment, made = now(), None
    known = await rows.known(session, entered.widget.id, data.user.id) if data.user else None
    visitor = known or (found.visitor if found else None)
    if visitor is None:
        visitor = _new_visitor(session, entered, moment)
        # Its row must stand before the session's.
        await session.flush()
    if found is None:
        made = secrets.token_urlsafe(TOKEN_BYTES)
        token_hash = _digest(made)
        await rows.add_session(session, token_hash, visitor.id)
    else:
        token_hash = found.token_hash
        if found.visitor.id != visitor.id:
            await rows.move_session(session, token_hash, visitor.id)
    await _learn(session, visitor, data, moment)
    if data.consent is not None and (agreed or visitor.consent is not None):
        await set_consent(session, visitor, data.consent)
    await rows.touch(session, token_hash, moment)
    await session.flush()
    return Caller(entered, visitor, token_hash), made


async def set_consent(session: AsyncSession, visitor: Visitor, consent: ConsentGiven) -> None:
    """Keep what the visitor said to which words, and when; saying the same again changes nothing."""
    text = consent.text or (visitor.consent or {}).get("text", "")
    if visitor.consent and (visitor.consent["given"], visitor.consent["text"]) == (consent.given, text):
        return
    visitor.consent = {"given": consent.given, "text": text, "at": now().isoformat()}
    await session.flush()
    await identity.record(
        session,
        action="chat_visitor.consent_given" if consent.given else "chat_visitor.consent_withdrawn",
        subject_type="chat_visitor",
        subject_id=visitor.id,
        after={"text": text},
    )


async def keep_alive(session: AsyncSession, found: Caller) -> None:
    """Note that the visitor is here; at most every few minutes."""
    moment = now()
    if found.visitor.last_seen_at < moment - _TOUCHED_EVERY:
        found.visitor.last_seen_at = moment
        await rows.touch(session, found.token_hash, moment)


async def end_session(session: AsyncSession, found: Caller) -> None:
    """Forget the token: whoever uses this browser next is nobody."""
    await rows.end_session(session, found.token_hash)


def _new_visitor(session: AsyncSession, entered: Entered, moment: datetime) -> Visitor:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    visitor = Visitor(
        id=new_id(), organisation_id=organisation_id, widget_id=entered.widget.id, name="", email="",
        first_seen_at=moment, last_seen_at=moment,
    )  # fmt: skip
    session.add(visitor)
    return visitor


async def _learn(session: AsyncSession, visitor: Visitor, data: SessionOpen, moment: datetime) -> None:
    """Take over what the browser and the site say, and who the visitor is by it."""
    visitor.last_seen_at = moment
    visitor.language = data.language.replace("_", "-").split("-")[0].lower()
    visitor.time_zone = data.time_zone or visitor.time_zone or "UTC"
    visitor.page_url = data.page_url or visitor.page_url or ""
    visitor.anonymous_id = data.anonymous_id or visitor.anonymous_id
    if data.user is not None:
        if visitor.external_id is None:
            visitor.external_id = data.user.id
            await identity.record(
                session, action="chat_visitor.verified", subject_type="chat_visitor", subject_id=visitor.id
            )
        visitor.name = line(data.user.name) or visitor.name
        visitor.email = line(data.user.email) or visitor.email
    await _recognise(session, visitor)


async def proven_lead(session: AsyncSession, visitor: Visitor) -> UUID | None:
    """The lead that the visitor has proved to be: the id that the site signed is the lead's e-mail address."""
    key = leads.email_key(visitor.external_id) if visitor.external_id else None
    return (await leads.leads_by_email(session, [key])).get(key) if key else None


async def _recognise(session: AsyncSession, visitor: Visitor) -> None:
    """Find whose lead the visitor is, and tell the conversation they are in.

    An address beside the signed id, and the browser's id, are what somebody says: good for the timeline, proof of
    nothing.
    """
    proven = await proven_lead(session, visitor)
    lead_id = proven or visitor.lead_id
    if lead_id is None and (key := leads.email_key(visitor.email)):
        lead_id = (await leads.leads_by_email(session, [key])).get(key)
    if lead_id is None and visitor.anonymous_id:
        lead_id = await tracking.lead_of_browser(session, visitor.anonymous_id)
    if visitor.conversation_id is not None:
        talk = await conversations.conversation(session, visitor.conversation_id)
        if proven is not None and not (talk.lead_id == proven and talk.lead_verified):
            await conversations.link_lead(session, talk.id, proven, verified=True)
        # Who said in the chat who they are is known by that from now on.
        lead_id = lead_id or talk.lead_id
    visitor.lead_id = lead_id


def _require_signature(widget: Widget, user: SiteUser) -> None:
    given = user.signature.lower()
    for secret in secrets_of(widget):
        if hmac.compare_digest(hmac.new(secret.encode(), user.id.encode(), hashlib.sha256).hexdigest(), given):
            return
    raise IdentityRefused("The signature does not fit the user's id. It is hex HMAC-SHA256 of the id with the secret.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
