"""What the public pages show: facts and the first free times in one transaction, so that they are painted at once."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.contracts import Organisation
from tradewind.modules.meetings.contracts import Slot
from tradewind.modules.meetings.engine import sites
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.pages.facts import Company, Offer
from tradewind.modules.meetings.schemas.booking_pages import BookingLinkRead, PublicEventType
from tradewind.modules.meetings.schemas.event_types import Location
from tradewind.modules.meetings.schemas.routing_forms import PublicRoutingForm
from tradewind.modules.meetings.service import booking_pages, routing_forms, slots

# A month begins and ends at up to 14 hours before and 12 after UTC's, depending on where one is.
_EARLIEST, _LATEST = timedelta(hours=14), timedelta(hours=12)
_FEW_DAYS_LEFT = timedelta(days=7)
_OPEN_WINDOW = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypePage:
    """An event type with its first free times. `months` are those the times cover, in any zone.

    `next_at`: the first free time after them, looked for only where they have none. `last_month`: `2026-05`, after
    it nothing can be booked.
    """

    company: Company
    offer: Offer
    free: tuple[Slot, ...]
    months: tuple[str, ...]
    next_at: datetime | None
    last_month: str


async def company(session: AsyncSession, slug: str) -> Company:
    """An organisation with the event types it lists. Raises BookingPageNotFound."""
    organisation = await booking_pages.enter_organisation(session, slug)
    shown = await booking_pages.page(session, slug)
    return _company(organisation, tuple(_offer(kind) for kind in shown.event_types))


async def event_type_page(session: AsyncSession, slug: str, event_type: str) -> EventTypePage:
    """An event type, listed or not, with the free times of this month. Raises BookingPageNotFound."""
    organisation, kind = await booking_pages.enter_event_type(session, slug, event_type)
    shown = await booking_pages.public_event_types(session, organisation, [kind])
    moment = now()
    following = _following_month(moment)
    months = [moment.strftime("%Y-%m")]
    if following - moment < _FEW_DAYS_LEFT:
        # What is left of the month may soon be full: its end is a turn of the page that nobody should wait for.
        months.append(following.strftime("%Y-%m"))
        following = _following_month(following)
    end = following + _LATEST
    free = await slots.find_slots(session, kind.id, start=moment, end=end)
    next_at = None if free else await slots.next_slot(session, kind.id, end, None)
    return EventTypePage(
        company=_company(organisation),
        offer=_offer(shown[0], kind),
        free=tuple(free),
        months=tuple(months),
        next_at=next_at,
        last_month=_last_month(kind, organisation, moment),
    )


async def form_page(session: AsyncSession, slug: str, form: str) -> tuple[Company, PublicRoutingForm]:
    """A routing form and whose it is. Raises BookingPageNotFound."""
    organisation = await booking_pages.enter_organisation(session, slug)
    return _company(organisation), await routing_forms.public_form(session, slug, form)


async def link_page(session: AsyncSession, token: str) -> tuple[BookingLinkRead, Company, Offer | None, str]:
    """What a link is about, whose it is, the event type where it still is offered, and the last month of that.

    Raises LinkNotFound.
    """
    found = await booking_pages.linked(session, token)
    shown = await booking_pages.read(session, token)
    offer = _offer(shown.event_type, found.kind) if shown.event_type else None
    last = _last_month(found.kind, found.organisation, now()) if found.kind else ""
    return shown, _company(found.organisation), offer, last


def held(shown: BookingLinkRead, offer: Offer | None) -> Offer:
    """The event type as it is for one meeting: its own hosts, length and place; also where it is no longer offered."""
    known = offer or Offer(
        slug="", title="", description="", lengths=(), colour="", place="jitsi", address="", hosts=(),
        time_zone=shown.organisation.time_zone,
    )  # fmt: skip
    return replace(
        known,
        title=shown.title,
        lengths=(shown.length,),
        place=shown.location.kind,
        address=_address(shown.location),
        hosts=tuple(shown.hosts) or known.hosts,
        requires_confirmation=False,
    )


def _company(organisation: Organisation, offers: tuple[Offer, ...] = ()) -> Company:
    return Company(
        slug=organisation.slug,
        name=organisation.name,
        sites=sites.stated(organisation.settings),
        offers=offers,
    )


def _offer(kind: PublicEventType, stored: EventType | None = None) -> Offer:
    return Offer(
        slug=kind.slug,
        title=kind.title,
        description=kind.description,
        lengths=tuple(kind.lengths),
        colour=kind.colour,
        place=kind.location.kind,
        address=_address(kind.location),
        asks_phone=stored is not None and stored.location["kind"] == "phone" and not stored.location.get("value"),
        hosts=tuple(kind.hosts),
        questions=tuple(question.model_dump() for question in kind.questions),
        seats=kind.seats,
        requires_confirmation=kind.requires_confirmation,
        cancellation_policy=kind.cancellation_policy,
        time_zone=kind.time_zone,
        hidden=stored is not None and stored.hidden,
    )


def _address(location: Location) -> str:
    return (location.value or "") if location.kind == "in_person" else ""


def _following_month(moment: datetime) -> datetime:
    first = datetime.combine(moment.astimezone(UTC).date().replace(day=1), time(), UTC)
    return (first + timedelta(days=32)).replace(day=1)


def _last_month(kind: EventType, organisation: Organisation, moment: datetime) -> str:
    """The last month with bookable days; a day ahead, since strangers may be east of the organisation."""
    if kind.window_kind == "range" and kind.window_end is not None:
        last = datetime.combine(kind.window_end, time.max, ZoneInfo(organisation.time_zone))
    else:
        last = moment + (timedelta(days=kind.window_days) if kind.window_kind == "rolling" else _OPEN_WINDOW)
    return (last.astimezone(UTC) + _EARLIEST).strftime("%Y-%m")
