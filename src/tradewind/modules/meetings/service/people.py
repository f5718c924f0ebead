"""Attendees as leads: found by their address or added; a booking is no consent to anything else."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import ToldPerson
from tradewind.modules.meetings.contracts import Guest
from tradewind.modules.meetings.errors_bookings import BookingInvalid
from tradewind.modules.meetings.repository import bookings as repository


def address(guest: Guest) -> str:
    """The guest's mail address in the form in which addresses are compared. Raises BookingInvalid."""
    found = leads.email_key(guest.email)
    if found is None:
        message = "Write the address like name@example.com."
        raise BookingInvalid(message, errors=[{"field": "email", "message": message}])
    return found


async def known_lead(session: AsyncSession, guest: Guest, lead_id: UUID | None) -> UUID | None:
    """The lead a guest is: the one that is named, else the one with their address. Raises BookingInvalid."""
    if lead_id is not None:
        if lead_id not in await leads.live_leads(session, [lead_id]):
            raise BookingInvalid("There is no such lead.", errors=[{"field": "lead_id", "message": "does not exist"}])
        return lead_id
    key = address(guest)
    return (await leads.leads_by_email(session, [key])).get(key)


async def lead_of(session: AsyncSession, guest: Guest, lead_id: UUID | None, source: str) -> UUID:
    """The lead a guest is, added where there is none. What is known of a lead is not touched."""
    if lead_id is not None:
        return lead_id
    key = address(guest)
    await repository.lock_address(session, actor_of(session).organisation_id, key)
    found = (await leads.leads_by_email(session, [key])).get(key)
    if found is not None:
        return found
    told = {"full_name": guest.name, "phone": guest.phone or "", "time_zone": guest.time_zone}
    person = ToldPerson(
        email=key, source=source, first_seen_at=now(), fields={name: value for name, value in told.items() if value}
    )
    return (await leads.create_told(session, [person]))[key]
