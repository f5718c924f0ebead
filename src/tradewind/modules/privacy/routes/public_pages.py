"""The public pages at `/preferences`, `/u` and `/confirm`. GET shows and changes nothing: scanners open every link."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor, public
from tradewind.kernel.errors import BadRequest, PayloadTooLarge
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.privacy.errors import LinkInvalid
from tradewind.modules.privacy.pages import markup
from tradewind.modules.privacy.pages.document import Content, answer, language_of
from tradewind.modules.privacy.pages.texts import texts
from tradewind.modules.privacy.service import visiting
from tradewind.modules.privacy.service.visiting import Preferences, Visit, Visitor

# Not below /api/v1: these addresses stand in messages.

router = Router(base="", include_in_schema=False)
_LINK = public("The token of the link, sealed under the organisation's key, is the proof")
_READS = rate_limit("privacy.page", "120/minute")
_WRITES = rate_limit("privacy.choice", "60/minute")
# A mail provider unsubscribes many people from few addresses.
_ONE_CLICKS = rate_limit("privacy.one_click", "6000/minute")
_MAX_FORM_BYTES = 16_384
_MAX_FIELDS = 100
_ONE_CLICK = "List-Unsubscribe=One-Click"

Token = Annotated[str, Path(min_length=1, max_length=700)]


async def _stranger(request: Request) -> AsyncIterator[AsyncSession]:
    # Whoever is signed in here as a member acts on these pages as a stranger, too: cookies do not count.
    async with request.app.state.database.transaction(Actor.anonymous()) as session:
        yield session


Stranger = Annotated[AsyncSession, Depends(_stranger, scope="function")]


@router.api_route("/preferences/{token}", methods=["GET", "HEAD"], dependencies=[_LINK, _READS])
async def preference_page(request: Request, session: Stranger, token: Token) -> Response:
    """What may be sent to whoever holds the link."""
    language = language_of(request)
    try:
        found = await visiting.preferences(session, token, language)
    except LinkInvalid:
        return _ended(request, language)
    return _preferences(request, language, found, said=None)


@router.post("/preferences/{token}", dependencies=[_LINK, _WRITES])
async def choose_preferences(request: Request, session: Stranger, token: Token) -> Response:
    """Save the boxes, or stop everything."""
    language = language_of(request)
    fields = await _fields(request)
    try:
        if fields.get("action") == ["stop"]:
            found, said = await visiting.stop_everything(session, token, _visitor(request)), "stopped"
        else:
            chosen = fields.get("purpose", [])
            found, said = await visiting.choose(session, token, chosen, _visitor(request)), "saved"
    except LinkInvalid:
        return _ended(request, language)
    return _preferences(request, language, found, said=said)


@router.api_route("/u/{token}", methods=["GET", "HEAD"], dependencies=[_LINK, _READS])
async def unsubscribe_page(request: Request, session: Stranger, token: Token) -> Response:
    """Ask whether to unsubscribe; programs that follow links change nothing."""
    language = language_of(request)
    try:
        visit = await visiting.look(session, token, language)
    except LinkInvalid:
        return _ended(request, language)
    main = markup.question(language, _words(visit, language), "unsubscribe", body=_ONE_CLICK)
    return answer(request, language, Content(visit.organisation, texts(language)["unsubscribe_title"], main))


@router.post("/u/{token}", dependencies=[_LINK, _ONE_CLICKS])
async def unsubscribe(request: Request, session: Stranger, token: Token) -> Response:
    """One-click of RFC 8058: no cookie, no redirect, the same answer however often it is sent."""
    language = language_of(request)
    try:
        visit = await visiting.unsubscribe(session, token, _visitor(request))
    except LinkInvalid:
        return _ended(request, language)
    main = markup.told(language, _words(visit, language), "unsubscribed", link=f"/preferences/{token}")
    return answer(request, language, Content(visit.organisation, texts(language)["unsubscribed_title"], main))


@router.api_route("/confirm/{token}", methods=["GET", "HEAD"], dependencies=[_LINK, _READS])
async def confirmation_page(request: Request, session: Stranger, token: Token) -> Response:
    """Ask for the click that confirms."""
    language = language_of(request)
    try:
        visit, asked = await visiting.confirmation(session, token, language)
    except LinkInvalid:
        return _ended(request, language)
    if asked.confirmation.confirmed_at is not None:
        return _told(request, language, visit, "confirmed")
    if asked.expired or asked.address is None:
        return _told(request, language, visit, "expired")
    main = markup.question(language, _words(visit, language), "confirm", hint="confirm_ignore")
    return answer(request, language, Content(visit.organisation, texts(language)["confirm_title"], main))


@router.post("/confirm/{token}", dependencies=[_LINK, _WRITES])
async def confirm(request: Request, session: Stranger, token: Token) -> Response:
    """Confirm."""
    language = language_of(request)
    try:
        visit, asked = await visiting.confirm(session, token, _visitor(request))
    except LinkInvalid:
        return _ended(request, language)
    done = asked.confirmation.confirmed_at is not None
    return _told(request, language, visit, "confirmed" if done else "expired")


def _preferences(request: Request, language: str, found: Preferences, *, said: str | None) -> Response:
    words = _words(found.visit, language)
    main = markup.preferences(language, words, found.choices, said=said, blocked=found.blocked)
    return answer(request, language, Content(found.visit.organisation, texts(language)["preferences_title"], main))


def _told(request: Request, language: str, visit: Visit, what: str) -> Response:
    main = markup.told(language, _words(visit, language), what)
    return answer(request, language, Content(visit.organisation, texts(language)[f"{what}_title"], main))


def _ended(request: Request, language: str) -> Response:
    main = markup.told(language, {}, "ended")
    return answer(request, language, Content("", texts(language)["ended_title"], main, 404))


def _words(visit: Visit, language: str) -> dict[str, str]:
    return {
        "organisation": visit.organisation,
        "address": visit.address,
        "purpose": visit.purpose or texts(language)["everything"],
    }


def _visitor(request: Request) -> Visitor:
    return Visitor(language_of(request), request.client.host if request.client else None)


async def _fields(request: Request) -> dict[str, list[str]]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            raise PayloadTooLarge("The form is larger than any of ours.")
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadRequest("The form has more fields than any of ours.") from error
