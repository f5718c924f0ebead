"""People who become one, and people who go: no wish gets weaker by it."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contact_points import kind_of, normal_address
from tradewind.modules.privacy.contracts import (
    Channel,
    ConsentChange,
    ContactPoint,
    FormerWish,
    NewSuppression,
    Scope,
    SpreadWish,
    SpreadWishes,
)
from tradewind.modules.privacy.contracts import SuppressionReason as Reason
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.repository import suppressions as suppressions_repository
from tradewind.modules.privacy.service.keys import organisation_key
from tradewind.modules.privacy.service.recording import record_consents
from tradewind.modules.privacy.service.suppressing import suppress

# What a person wants, and not what is true of one address only.
_WISHES: frozenset[str] = frozenset({"unsubscribed", "complaint", "do_not_call", "manual", "erased"})


async def join_wishes(
    session: AsyncSession, points: Sequence[ContactPoint], *, person_id: UUID | None = None
) -> SpreadWishes:
    """Let every refusal for one of a person's contact points hold for the others of the same kind and channel.

    Addresses that are none are passed over. Consents are not spread: they were given for one address.
    """
    at = now()
    nothing = SpreadWishes(at, (), ())
    key = await organisation_key(session)
    known: dict[bytes, tuple[str, str]] = {}
    for point in points:
        address = normal_address(point.channel, point.address)
        if address is not None:
            known[key.contact_hash(point.channel, address)] = (kind_of(point.channel), address)
    if len(known) < 2:
        return nothing
    wishes = await repository.wishes(session, list(known))
    former = {(wish.contact_hash, wish.channel, wish.purpose): wish for wish in wishes}
    spread = []
    changes = []
    for wish in wishes:
        for other in _others(known, wish.contact_hash) if wish.state == "withdrawn" else ():
            before = former.get((other, wish.channel, wish.purpose))
            if before is None or before.state != "withdrawn":
                changes.append(
                    ConsentChange(
                        channel=cast(Channel, wish.channel), address=known[other][1], purpose=wish.purpose,
                        state="withdrawn", source="merge", basis=wish.basis, person_id=person_id, at=at,
                    )
                )  # fmt: skip
                told = FormerWish(before.state, before.basis, before.source, before.at) if before else None
                spread.append(SpreadWish(other.hex(), wish.channel, wish.purpose, told))
    in_force = [
        stop for stop in await suppressions_repository.of_contacts(session, known)
        if stop.reason in _WISHES and stop.released_at is None and (stop.until is None or stop.until > at)
    ]  # fmt: skip
    stopped = {(stop.contact_hash, stop.channel, stop.reason) for stop in in_force}
    stops = [
        (other, NewSuppression(
            channel=cast(Channel, stop.channel), address=known[other][1], reason=cast(Reason, stop.reason),
            scope=cast(Scope, stop.scope), source="merge", until=stop.until, person_id=person_id, at=at,
        ))
        for stop in in_force
        for other in _others(known, stop.contact_hash)
    ]  # fmt: skip
    await record_consents(session, changes)
    await suppress(session, [stop for _, stop in stops])
    fresh = sorted({(other, stop.channel, stop.reason) for other, stop in stops} - stopped)
    return SpreadWishes(at, tuple(spread), tuple((other.hex(), channel, reason) for other, channel, reason in fresh))


async def part_wishes(session: AsyncSession, spread: SpreadWishes, *, person_id: UUID | None = None) -> None:
    """Take back what `join_wishes` did, where nothing else was said since: what held before holds again."""
    key = await organisation_key(session)
    back = await repository.put_back(
        session, key.organisation_id, spread, actor_name=actor_of(session).name, person_id=person_id, now=now()
    )
    released = await suppressions_repository.release_spread(
        session, spread, at=now(), by=actor_of(session).name, note="the merge was undone"
    )
    if back or released:
        after = {"consents": back, "suppressions": released}
        await identity.record(session, action="consent.merge_undone", subject_type="contact_point", after=after)


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


def _others(known: dict[bytes, tuple[str, str]], one: bytes) -> list[bytes]:
    kind = known[one][0]
    return [hashed for hashed, (other_kind, _) in known.items() if hashed != one and other_kind == kind]
