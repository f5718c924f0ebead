"""People who become one, and people who go: no wish gets weaker by it."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contact_points import kind_of, normal_address
from tradewind.modules.privacy.contracts import Channel, ConsentChange, ContactPoint, NewSuppression, Scope
from tradewind.modules.privacy.contracts import SuppressionReason as Reason
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.repository import suppressions as suppressions_repository
from tradewind.modules.privacy.service.keys import organisation_key
from tradewind.modules.privacy.service.recording import record_consents
from tradewind.modules.privacy.service.suppressing import suppress

# What a person wants, and not what is true of one address only.
_WISHES: frozenset[str] = frozenset({"unsubscribed", "complaint", "do_not_call", "manual", "erased"})


async def join_wishes(session: AsyncSession, points: Sequence[ContactPoint], *, person_id: UUID | None = None) -> None:
    """Let every refusal for one of a person's contact points hold for the others of the same kind and channel.

    Addresses that are none are passed over. Consents are not spread: they were given for one address.
    """
    key = await organisation_key(session)
    known: dict[bytes, tuple[str, str]] = {}
    for point in points:
        address = normal_address(point.channel, point.address)
        if address is not None:
            known[key.contact_hash(point.channel, address)] = (kind_of(point.channel), address)
    if len(known) < 2:
        return
    changes = [
        ConsentChange(
            channel=cast(Channel, wish.channel),
            address=address,
            purpose=wish.purpose,
            state="withdrawn",
            source="merge",
            basis=wish.basis,
            person_id=person_id,
        )
        for wish in await repository.wishes(session, list(known))
        if wish.state == "withdrawn"
        for address in _others(known, wish.contact_hash)
    ]
    stops = [
        NewSuppression(
            channel=cast(Channel, stop.channel),
            address=address,
            reason=cast(Reason, stop.reason),
            scope=cast(Scope, stop.scope),
            source="merge",
            until=stop.until,
            person_id=person_id,
        )
        for stop in await suppressions_repository.of_contacts(session, known)
        if stop.reason in _WISHES and stop.released_at is None and (stop.until is None or stop.until > now())
        for address in _others(known, stop.contact_hash)
    ]
    await record_consents(session, changes)
    await suppress(session, stops)


async def forget(session: AsyncSession, person_ids: Sequence[UUID], points: Sequence[ContactPoint]) -> None:
    """Drop who entries are about, their free texts and how these contact points read.

    Consents, withdrawals and suppressions go on holding for the addresses, which nobody can read any more.
    """
    key = await organisation_key(session)
    found = (key.hash_of(point.channel, point.address) for point in points)
    hashes = [hashed for hashed in found if hashed is not None]
    await repository.forget(session, person_ids, hashes)
    after = {"people": len(person_ids), "contacts": len(hashes)}
    await identity.record(session, action="consent.people_forgotten", subject_type="contact_point", after=after)


def _others(known: dict[bytes, tuple[str, str]], one: bytes) -> list[str]:
    kind = known[one][0]
    return [address for hashed, (other_kind, address) in known.items() if hashed != one and other_kind == kind]
