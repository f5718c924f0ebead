"""HTTP of calendars: a member's own connections, the organisation's apps, feeds, what vendors tell."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response

from tradewind.kernel.access import CurrentActor, Session, public, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.errors import PayloadTooLarge
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.schemas.calendars import (
    AuthorisationComplete,
    AuthorisationCreate,
    AuthorisationRead,
    CalendarAppRead,
    CalendarAppWrite,
    CalendarChoice,
    CalendarConnectionCreate,
    CalendarConnectionRead,
    CalendarConnectionUpdate,
    CalendarHealthRead,
    CalendarRead,
    CalendarTestRead,
    CalendarVendorRead,
    FeedRead,
    MeetingLinkRead,
)
from tradewind.modules.meetings.service.calendars import apps, authorising, connections, feeds, notices
from tradewind.modules.meetings.service.rooms import LINKS

router = Router(tags=["Calendars"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
_OWN = requires("meetings:write", people=True)
_ASKS_OUTSIDE = rate_limit("calendar_connections", "30/minute", key="actor")
_NOTICE_BYTES = 256 * 1024


@router.get("/calendar-vendors", dependencies=[requires("meetings:read")])
async def list_calendar_vendors(session: Session) -> list[CalendarVendorRead]:
    """Kinds of calendars and meeting services that can be connected."""
    return await apps.list_vendors(session)


@router.get("/meeting-links", dependencies=[requires("meetings:read")])
async def list_meeting_links() -> list[MeetingLinkRead]:
    """Ways to meet online, and what each needs."""
    return [MeetingLinkRead.model_validate(spec.describe()) for spec in LINKS.specs()]


@router.get("/calendar-health", dependencies=[requires("meetings:read")])
async def read_calendar_health(session: Session) -> list[CalendarHealthRead]:
    """Hosts whose calendars are out of date: their slots are offered by what was known last."""
    return await connections.health(session)


@router.get("/calendar-apps", dependencies=[requires("organisation:write", people=True)])
async def list_calendar_apps(session: Session) -> list[CalendarAppRead]:
    """The organisation's apps at vendors that need one, with the address to enter there."""
    return await apps.list_all(session)


@router.put("/calendar-apps/{vendor}", dependencies=[requires("organisation:write", people=True)])
async def store_calendar_app(session: Session, vendor: str, data: CalendarAppWrite) -> CalendarAppRead:
    """Enter or replace an app. Its secret is sealed and never shown."""
    return await apps.store(session, vendor, data)


@router.delete("/calendar-apps/{vendor}", status_code=204, dependencies=[requires("organisation:write", people=True)])
async def delete_calendar_app(session: Session, vendor: str) -> None:
    """Forget an app. Its connections end when their permission next needs renewal."""
    await apps.remove(session, vendor)


@router.get("/calendar-connections", dependencies=[_OWN])
async def list_calendar_connections(session: Session, actor: CurrentActor) -> list[CalendarConnectionRead]:
    """The caller's own calendars, and how fresh what is known of them is."""
    assert actor.user_id is not None
    return await connections.list_own(session, actor.user_id)


@router.post("/calendar-connections", status_code=201, dependencies=[_OWN, _ASKS_OUTSIDE])
async def create_calendar_connection(
    request: Request, actor: CurrentActor, data: CalendarConnectionCreate
) -> CalendarConnectionRead:
    """Connect a CalDAV account or a calendar's address. It is stored once it has answered."""
    return await connections.connect(request.app.state.database, actor, data)


@router.post("/calendar-authorisations", status_code=201, dependencies=[_OWN, _ASKS_OUTSIDE])
async def begin_calendar_authorisation(session: Session, data: AuthorisationCreate) -> AuthorisationRead:
    """Begin a sign-in at Google, Microsoft or Zoom; the browser goes to the address in the answer."""
    return await authorising.begin(session, data)


@router.post("/calendar-authorisations/completions", status_code=201, dependencies=[_OWN, _ASKS_OUTSIDE])
async def complete_calendar_authorisation(
    request: Request, actor: CurrentActor, data: AuthorisationComplete
) -> CalendarConnectionRead:
    """End a sign-in with what the vendor sent back."""
    return await authorising.complete(request.app.state.database, actor, data)


@router.patch("/calendar-connections/{connection_id:uuid}", dependencies=[_OWN, _ASKS_OUTSIDE])
async def update_calendar_connection(
    request: Request,
    actor: CurrentActor,
    connection_id: UUID,
    data: CalendarConnectionUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> CalendarConnectionRead:
    """Change the label, or sign in again with another password."""
    updated = await connections.update(request.app.state.database, actor, connection_id, data, if_match=if_match)
    response.headers["ETag"] = etag(updated.version)
    return updated


@router.delete("/calendar-connections/{connection_id:uuid}", status_code=204, dependencies=[_OWN])
async def delete_calendar_connection(session: Session, connection_id: UUID, if_match: IfMatch = None) -> None:
    """Forget an account and its busy times. Meetings stay in its calendars as they are."""
    await connections.remove(session, connection_id, if_match=if_match)


@router.post("/calendar-connections/{connection_id:uuid}/tests", dependencies=[_OWN, _ASKS_OUTSIDE])
async def test_calendar_connection(request: Request, actor: CurrentActor, connection_id: UUID) -> CalendarTestRead:
    """Ask the account now, and take over calendars that are new there."""
    return await connections.test(request.app.state.database, actor, connection_id)


@router.patch("/calendars/{calendar_id:uuid}", dependencies=[_OWN])
async def choose_calendar(session: Session, calendar_id: UUID, data: CalendarChoice) -> CalendarRead:
    """Say whether a calendar's entries make busy, and whether meetings are written into it."""
    return await connections.choose(session, calendar_id, data)


@router.post("/calendars/{calendar_id:uuid}/refreshes", status_code=202, dependencies=[_OWN, _ASKS_OUTSIDE])
async def refresh_calendar(session: Session, calendar_id: UUID) -> None:
    """Read a calendar now instead of at its next turn."""
    await connections.refresh(session, calendar_id)


@router.get("/calendar-feed", dependencies=[_OWN])
async def read_calendar_feed(session: Session, actor: CurrentActor) -> FeedRead:
    """The address under which the caller's meetings can be subscribed to."""
    assert actor.user_id is not None
    return await feeds.read(session, actor.user_id)


@router.post("/calendar-feed", status_code=201, dependencies=[_OWN])
async def renew_calendar_feed(session: Session, actor: CurrentActor) -> FeedRead:
    """Make the feed, or give it a new address; the old one ends at once."""
    assert actor.user_id is not None
    return await feeds.renew(session, actor.user_id)


@router.delete("/calendar-feed", status_code=204, dependencies=[_OWN])
async def end_calendar_feed(session: Session, actor: CurrentActor) -> None:
    """End the feed."""
    assert actor.user_id is not None
    await feeds.end(session, actor.user_id)


@router.get(
    "/calendars/feed/{token}.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}, 304: {"description": "Nothing has changed"}},
    dependencies=[
        public("calendar programs cannot sign in: the address is the secret"),
        rate_limit("calendar_feed", "120/minute"),
    ],
)
async def download_calendar_feed(
    request: Request, token: str, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """A host's meetings as iCalendar, for the holder of the address."""
    content, tag = await feeds.text(request.app.state.database, token)
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    if if_none_match is not None and tag in (one.strip().removeprefix("W/") for one in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post(
    "/calendars/notices/google",
    status_code=204,
    dependencies=[
        public("Google tells of changes here; each notice carries a token of ours"),
        rate_limit("calendar_notices", "1200/minute"),
    ],
)
async def receive_google_notice(
    request: Request,
    x_goog_channel_id: Annotated[str, Header(max_length=200)] = "",
    x_goog_channel_token: Annotated[str, Header(max_length=300)] = "",
) -> None:
    """A Google calendar has news. Notices without a token of ours are dropped without a word."""
    await notices.heard(request.app.state.database, x_goog_channel_token, x_goog_channel_id)


@router.post(
    "/calendars/notices/microsoft",
    status_code=202,
    response_class=Response,
    responses={200: {"description": "Microsoft asked whether this address is ours", "content": {"text/plain": {}}}},
    dependencies=[
        public("Microsoft tells of changes here; each notice carries a token of ours"),
        rate_limit("calendar_notices", "1200/minute"),
    ],
)
async def receive_microsoft_notice(
    request: Request, validation_token: Annotated[str | None, Query(alias="validationToken", max_length=4_000)] = None
) -> Response:
    """Microsoft calendars have news, or Microsoft asks whether this address is ours."""
    if validation_token is not None:
        # As text, and never to be sniffed as a page: it is whatever the caller wrote.
        return Response(validation_token, media_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _NOTICE_BYTES:
            raise PayloadTooLarge()
    for token, channel_id in notices.microsoft(bytes(body)):
        await notices.heard(request.app.state.database, token, channel_id)
    return Response(status_code=202)
