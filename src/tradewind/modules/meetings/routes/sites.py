"""HTTP of the sites that may embed booking pages."""

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.schemas.sites import BookingSites
from tradewind.modules.meetings.service import sites

router = Router(prefix="/booking-sites", tags=["Event types"])


@router.get("", dependencies=[requires("meetings:read")])
async def read_booking_sites(session: Session) -> BookingSites:
    """Which sites may show booking pages inside theirs."""
    return BookingSites(sites=await sites.read(session))


@router.put("", dependencies=[requires("meetings:manage")])
async def replace_booking_sites(session: Session, data: BookingSites) -> BookingSites:
    """Say which sites may: origins such as `https://www.acme.example`; `https://*.acme.example` is all below it."""
    return BookingSites(sites=await sites.change(session, data.sites))
