"""The public pages at `/book` and `/meeting`, their Markdown, and the script that embeds them in other sites."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Path, Request, Response
from fastapi.responses import PlainTextResponse

from tradewind.kernel.access import Session, public
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.kernel.static import of_the_build
from tradewind.modules.meetings.errors_bookings import BookingPageNotFound, LinkNotFound
from tradewind.modules.meetings.pages import markdown, markup
from tradewind.modules.meetings.pages.document import Document, answer, look_of
from tradewind.modules.meetings.pages.facts import Company, Offer
from tradewind.modules.meetings.pages.texts import texts
from tradewind.modules.meetings.service import booking_pages, links, mailing, pages

# Not below /api/v1: people type these addresses.

router = Router(base="", include_in_schema=False)
_OPEN = public("Strangers book here; what they see is what the organisation lists")
_LINK = public("The token of the link, 192 random bits from the attendee's mail, is the proof")
_READS = rate_limit("booking.page", "120/minute")
_MARKDOWN = "text/markdown; charset=utf-8"
_TEXT_TIMES = 5

Slug = Annotated[str, Path(min_length=1, max_length=80)]
Token = Annotated[str, Path(min_length=1, max_length=64)]


@router.api_route("/book/embed.js", methods=["GET", "HEAD"], dependencies=[public("websites load it")])
async def embedding_script(request: Request) -> Response:
    """The script with which other sites embed booking pages."""
    return of_the_build(request)


@router.get("/book/{organisation}/llms.txt", dependencies=[_OPEN, _READS])
async def organisation_for_programs(request: Request, session: Session, organisation: Slug) -> Response:
    """What an organisation offers, for language models."""
    shown = await pages.company(session, organisation)
    return PlainTextResponse(markdown.organisation(shown, _base_url(request)), headers=_fresh())


@router.get("/book/{organisation}/{event_type}.md", dependencies=[_OPEN, _READS])
async def event_type_for_programs(request: Request, session: Session, organisation: Slug, event_type: Slug) -> Response:
    """An event type and its free times as Markdown."""
    shown = await pages.event_type_page(session, organisation, event_type)
    free = [slot.starts_at for slot in shown.free]
    text = markdown.event_type(shown.company, shown.offer, free, _base_url(request))
    return PlainTextResponse(text, headers=_fresh(), media_type=_MARKDOWN)


@router.get("/book/{organisation}", dependencies=[_OPEN, _READS])
async def organisation_page(request: Request, session: Session, organisation: Slug) -> Response:
    """What an organisation offers."""
    look = look_of(request)
    try:
        company = await pages.company(session, organisation)
    except BookingPageNotFound:
        return _nothing(request)
    document = Document(
        title=company.name,
        description=texts(look.language)["list_description"].replace("{organisation}", company.name),
        main=markup.offers(company, look.language, look.query),
        colour=company.offers[0].colour if company.offers else "",
        path=f"/book/{company.slug}",
        boot={"kind": "list"},
        sites=company.sites,
        indexed=True,
    )
    return answer(request, look, document)


@router.get("/book/{organisation}/{event_type}", dependencies=[_OPEN, _READS])
async def event_type_page(request: Request, session: Session, organisation: Slug, event_type: Slug) -> Response:
    """The page of one event type with its first free times."""
    look = look_of(request)
    try:
        shown = await pages.event_type_page(session, organisation, event_type)
    except BookingPageNotFound:
        return _nothing(request)
    company, offer = shown.company, shown.offer
    path = f"/book/{company.slug}/{offer.slug}"
    known = texts(look.language)
    words = {
        "{title}": offer.title,
        "{organisation}": company.name,
        "{length}": markup.lengths_text(offer, look.language),
    }
    next_times = [
        slot.starts_at.astimezone(ZoneInfo(offer.time_zone)).strftime("%Y-%m-%d %H:%M")
        for slot in shown.free[:_TEXT_TIMES]
    ]
    document = Document(
        title=_filled(known["page_title"], words),
        description=_filled(known["page_description"], words),
        main=_card(company, offer, look.language, markup.free_times(offer, next_times, look.language, path)),
        colour=offer.colour,
        path=path,
        boot=_boot(company, shown.last_month) | {"kind": "event", "event": _event(offer), "slots": _packed(shown)},
        sites=company.sites,
        indexed=not offer.hidden,
        markdown=True,
    )
    return answer(request, look, document)


@router.get("/book/{organisation}/forms/{form}", dependencies=[_OPEN, _READS])
async def routing_form_page(request: Request, session: Session, organisation: Slug, form: Slug) -> Response:
    """A few questions that lead to the right event type, another page or a message."""
    look = look_of(request)
    try:
        company, shown = await pages.form_page(session, organisation, form)
    except BookingPageNotFound:
        return _nothing(request)
    known = texts(look.language)
    words = {"{title}": shown.title, "{organisation}": company.name}
    document = Document(
        title=_filled(known["page_title"], words),
        description=_filled(known["form_description"], words),
        main=markup.form(company, shown.title, shown.description, look.language),
        path=f"/book/{company.slug}/forms/{shown.slug}",
        boot=_boot(company, "") | {"kind": "form", "form": shown.model_dump(include={"slug", "questions"})},
        sites=company.sites,
        indexed=True,
    )
    return answer(request, look, document)


@router.get("/meeting/{token}", dependencies=[_LINK, _READS])
async def meeting_page(request: Request, session: Session, token: Token) -> Response:
    """A meeting, or a place on a waiting list, for whoever holds its link."""
    try:
        shown, company, offer, last_month = await pages.link_page(session, token)
    except LinkNotFound:
        return _ended(request)
    look = look_of(request, usual=shown.language)
    known = texts(look.language)
    held = pages.held(shown, offer)
    document = Document(
        title=_filled(known["page_title"], {"{title}": shown.title, "{organisation}": company.name}),
        main=_card(company, held, look.language, f"<p>{known['no_script_manage']}</p>"),
        colour=held.colour,
        boot=_boot(company, last_month)
        | {"kind": "meeting", "event": _event(offer) if offer else None, "link": shown.model_dump(mode="json")},
        private=True,
    )
    return answer(request, look, document)


@router.get("/meeting/{token}/invitation.ics", dependencies=[_LINK, _READS])
async def invitation_file(session: Session, token: Token) -> Response:
    """The invitation once more, for calendars that did not get it from the mail."""
    found = await booking_pages.linked(session, token)
    if found.meeting is None or found.attendee is None:
        raise LinkNotFound()
    file = await mailing.invitation(session, found.meeting.id, found.attendee.id, links.page_url(token))
    if file is None:
        raise LinkNotFound("The meeting is cancelled.")
    disposition = f'attachment; filename="{file.name}"'
    headers = {"Cache-Control": "no-store", "Content-Disposition": disposition}
    return Response(file.content, headers=headers, media_type=file.content_type)


def _card(company: Company, offer: Offer, language: str, no_script: str) -> str:
    return f'<main class="card">{markup.facts(company, offer, language)}{markup.stage(no_script)}</main>'


def _boot(company: Company, last_month: str) -> dict[str, Any]:
    return {"organisation": {"slug": company.slug, "name": company.name}, "last_month": last_month}


def _event(offer: Offer) -> dict[str, Any]:
    return {
        "slug": offer.slug,
        "title": offer.title,
        "lengths": offer.lengths,
        "asks_phone": offer.asks_phone,
        "questions": offer.questions,
        "seats": offer.seats,
        "requires_confirmation": offer.requires_confirmation,
        "cancellation_policy": offer.cancellation_policy,
    }


def _packed(shown: pages.EventTypePage) -> dict[str, Any]:
    """Free times as minutes since 1970: a tenth of what they take as texts."""
    return {
        "length": shown.offer.lengths[0],
        "months": shown.months,
        "starts": [int(slot.starts_at.timestamp()) // 60 for slot in shown.free],
        "seats_left": [slot.seats_left for slot in shown.free] if shown.offer.seats > 1 else None,
        "next_at": shown.next_at,
    }


def _nothing(request: Request) -> Response:
    return _message(request, "not_found_title", "not_found_more")


def _ended(request: Request) -> Response:
    return _message(request, "link_ended_title", "link_ended_more")


def _message(request: Request, title: str, more: str) -> Response:
    look = look_of(request)
    known = texts(look.language)
    main = markup.message(known[title], known[more])
    return answer(request, look, Document(title=known[title], main=main, boot={"kind": "list"}, status=404))


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def _fresh() -> dict[str, str]:
    return {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex", "Access-Control-Allow-Origin": "*"}


def _base_url(request: Request) -> str:
    return request.app.state.settings.base_url
