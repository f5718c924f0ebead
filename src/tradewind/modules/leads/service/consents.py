"""People and their wishes: privacy knows addresses, leads know whose they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.database import actor_of
from tradewind.modules.leads.errors import LeadNotFound, ValueInvalid
from tradewind.modules.leads.repository import contacts as repository
from tradewind.modules.leads.repository import people
from tradewind.modules.leads.schemas.consents import (
    LeadConsentCreate,
    LeadConsents,
    LeadContact,
    LeadPurpose,
)
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import (
    Channel,
    ConsentChange,
    ContactAsk,
    ContactPoint,
    NewSuppression,
    SpreadWishes,
)

_BATCH = 5_000
_SPREAD = TypeAdapter(SpreadWishes)


async def of_lead(session: AsyncSession, lead_id: UUID) -> LeadConsents:
    """Where a person stands for each purpose, on each way to reach them. Raises LeadNotFound."""
    points = await _points_of(session, lead_id)
    purposes = await privacy.purposes(session)
    asks = [ContactAsk(point.channel, point.address, purpose.key) for point in points for purpose in purposes]
    answers = iter(zip(asks, await privacy.standings(session, asks), strict=True))
    found = []
    for point in points:
        ledger, suppressions = await privacy.history(session, [point.channel], point.address)
        shown = []
        for purpose in purposes:
            _, answer = next(answers)
            shown.append(
                LeadPurpose(
                    key=purpose.key,
                    name=purpose.name,
                    requires=purpose.requires,
                    allowed=answer.allowed,
                    basis=answer.basis,
                    reasons=list(answer.reasons),
                )
            )
        found.append(
            LeadContact(
                channel=point.channel,
                address=_shown(session, point),
                purposes=shown,
                ledger=ledger,
                suppressions=suppressions,
            )
        )
    return LeadConsents(contacts=found)


async def note(session: AsyncSession, lead_id: UUID, data: LeadConsentCreate) -> LeadConsents:
    """Record what a member knows of a person's wish. Raises LeadNotFound, ValueInvalid, ContactInvalid."""
    point = next((each for each in await _points_of(session, lead_id) if each.channel == data.channel), None)
    if point is None:
        raise ValueInvalid(
            "This lead cannot be reached that way.",
            errors=[{"field": "channel", "message": "The lead has no such address."}],
        )
    proof = {name: value for name, value in (("note", data.note), ("document", data.document)) if value}
    if data.purpose is None:
        await privacy.withdraw_all(
            session, point.channel, point.address, source="manual", proof=proof, person_id=lead_id
        )
    else:
        change = ConsentChange(
            channel=point.channel,
            address=point.address,
            purpose=data.purpose,
            state=data.state,
            source="manual",
            basis=data.basis,
            proof=proof,
            person_id=lead_id,
        )
        await privacy.record_consents(session, [change])
    return await of_lead(session, lead_id)


async def reach(session: AsyncSession, lead_id: UUID) -> list[ContactPoint]:
    """How somebody is reached now."""
    return [
        point for row in await repository.of_leads(session, [lead_id]) for point in _points(row.email, row.phone_key)
    ]


async def become_one(session: AsyncSession, lead_id: UUID, rows: Iterable[Mapping[str, Any]]) -> SpreadWishes:
    """These rows of leads are one person from now on: what was refused on one address is refused on all."""
    points = [point for row in rows for point in _points(row["email"], row["phone_key"])]
    return await privacy.join_wishes(session, points, person_id=lead_id)


async def become_several(session: AsyncSession, lead_id: UUID, kept: Any) -> None:
    """They are not: what `become_one` changed (as JSON) is taken back where nothing else was said since."""
    await privacy.part_wishes(session, _SPREAD.validate_python(kept), person_id=lead_id)


async def follow(session: AsyncSession, lead_id: UUID, before: Sequence[ContactPoint]) -> None:
    """Somebody has a new address: what was refused on the old ones is refused on it, too."""
    await privacy.join_wishes(session, [*before, *await reach(session, lead_id)], person_id=lead_id)


async def forget(session: AsyncSession, lead_ids: Sequence[UUID]) -> None:
    """Leads go for good: their wishes go on holding, and nobody can read whose they are."""
    rows = await repository.of_leads(session, lead_ids)
    points = [point for row in rows for point in _points(row.email, row.phone_key)]
    await privacy.forget(session, lead_ids, points)


async def hold_back(session: AsyncSession, lead_ids: Sequence[UUID], *, lift: bool) -> None:
    """Bring the suppression list in line with “do not e-mail” and “do not call” of these leads.

    `lift`: the marks may have been taken away, so what came from them alone is released.
    """
    rows = await repository.of_leads(session, lead_ids)
    await _suppress(session, rows)
    if not lift:
        return
    free: list[tuple[Channel, str]] = []
    for row in rows:
        free.extend((channel, address) for channel, address, held in _ways(row) if not held)
    if free:
        note = "the mark on the lead was taken away"
        await privacy.release(session, free, reasons=["manual"], source="lead", note=note)


async def hold_back_imported(session: AsyncSession, import_id: UUID) -> None:
    """The same for the leads of an import, which takes no mark away."""
    after = UUID(int=0)
    while rows := await repository.held_back(session, import_id, after=after, limit=_BATCH):
        await _suppress(session, rows)
        after = rows[-1].id


_CALLS: tuple[Channel, ...] = ("call", "sms")


async def _suppress(session: AsyncSession, rows: Sequence[Any]) -> None:
    stops = [
        NewSuppression(channel=channel, address=address, reason="manual", source="lead", person_id=row.id)
        for row in rows
        for channel, address, held in _ways(row)
        if held
    ]
    for start in range(0, len(stops), _BATCH):
        await privacy.suppress(session, stops[start : start + _BATCH])


def _ways(row: Any) -> list[tuple[Channel, str, bool]]:
    """Channel, address and whether the lead's mark forbids it."""
    return [
        (point.channel, point.address, row.do_not_email if point.channel == "email" else row.do_not_call)
        for point in _points(row.email, row.phone_key)
    ]


async def _points_of(session: AsyncSession, lead_id: UUID) -> list[ContactPoint]:
    row = await people.get(session, lead_id, columns=("email", "phone_key"))
    if row is None:
        raise LeadNotFound()
    return _points(row["email"], row["phone_key"])


def _points(email: str | None, phone: str | None) -> list[ContactPoint]:
    points = [ContactPoint("email", email)] if email else []
    return points + [ContactPoint(channel, phone) for channel in _CALLS if phone]


def _shown(session: AsyncSession, point: ContactPoint) -> str:
    if not hides(actor_of(session)):
        return point.address
    return masked(point.address, "email" if point.channel == "email" else "phone")
