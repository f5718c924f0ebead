"""The suppression list: contact points that get nothing, or nothing but what they asked for."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contact_points import normal_address
from tradewind.modules.privacy.contracts import SCOPE_OF_REASON, Channel, NewSuppression, Source, SuppressionReason
from tradewind.modules.privacy.errors import ContactInvalid, SuppressionNotFound
from tradewind.modules.privacy.events import AddressSuppressed
from tradewind.modules.privacy.repository import suppressions as repository
from tradewind.modules.privacy.service import points
from tradewind.modules.privacy.service.keys import organisation_key

MAX_AT_ONCE = 10_000
_CONTACTS_AN_EVENT = 1_000


async def suppress(session: AsyncSession, wanted: Sequence[NewSuppression]) -> int:
    """Put contact points on the list; how many were not on it for that reason. Raises ContactInvalid."""
    if not wanted:
        return 0
    _check(wanted)
    key = await organisation_key(session)
    rows: dict[tuple[bytes, str, str], dict[str, Any]] = {}
    readable: dict[bytes, str] = {}
    for one in wanted:
        address = normal_address(one.channel, one.address)
        assert address is not None
        contact_hash = key.contact_hash(one.channel, address)
        if one.reason != "erased":
            readable[contact_hash] = address
        row = {
            "id": new_id(),
            "contact_hash": contact_hash,
            "channel": one.channel,
            "scope": one.scope or SCOPE_OF_REASON[one.reason],
            "reason": one.reason,
            "source": one.source,
            "note": one.note,
            "at": one.at or now(),
            "until": one.until,
            "person_id": one.person_id,
            "origin_id": one.origin_id,
        }
        what = (contact_hash, one.channel, one.reason)
        rows[what] = _stricter(rows[what], row) if what in rows else row
    await points.note(session, key, readable)
    return await store(session, key.organisation_id, list(rows.values()))


async def store(session: AsyncSession, organisation_id: UUID, rows: Sequence[dict[str, Any]]) -> int:
    """Write rows of contact points that are hashed already, tell of the new ones; how many those are."""
    actor_name = actor_of(session).name
    written = await repository.add(session, organisation_id, rows, actor_name=actor_name)
    fresh_ids = {row.id for row in written}
    fresh = [row for row in rows if row["id"] in fresh_ids]
    await _tell(session, fresh)
    return len(fresh)


async def release(
    session: AsyncSession,
    contacts: Iterable[tuple[Channel, str]],
    *,
    reasons: Iterable[SuppressionReason],
    source: Source | None = None,
    note: str = "",
) -> int:
    """Take contact points off the list where they are on it for one of these reasons; how many entries that were.

    `source` keeps to those that came from there.
    """
    hashed = {
        (contact_hash, channel)
        for channel, address in contacts
        if (contact_hash := await points.hash_of(session, channel, address)) is not None
    }
    kinds = sorted(set(reasons))
    count = 0
    if hashed and kinds:
        count = await repository.release(
            session, hashed, kinds, at=now(), by=actor_of(session).name, note=note, source=source
        )
    if count:
        after = {"reasons": kinds, "entries": count, "note": note}
        await identity.record(session, action="suppression.released", subject_type="suppression", after=after)
    return count


async def release_one(session: AsyncSession, suppression_id: UUID, *, note: str) -> None:
    """Take one entry off the list, saying why. Raises SuppressionNotFound."""
    found = await repository.in_force(session, suppression_id)
    if found is None:
        raise SuppressionNotFound()
    found.released_at, found.released_by_name, found.release_note = now(), actor_of(session).name, note
    await session.flush()
    await identity.record(
        session,
        action="suppression.released",
        subject_type="suppression",
        subject_id=suppression_id,
        before={"channel": found.channel, "scope": found.scope, "reason": found.reason},
        after={"note": note},
    )


def _check(wanted: Sequence[NewSuppression]) -> None:
    errors: list[FieldError] = []
    if len(wanted) > MAX_AT_ONCE:
        errors.append({"field": "suppressions", "message": f"At most {MAX_AT_ONCE:,} at once; import longer lists."})
    for place, one in enumerate(wanted):
        if normal_address(one.channel, one.address) is None:
            errors.append({"field": f"suppressions.{place}.address", "message": "This is no address of that channel."})
        if one.until is not None and one.until <= now():
            errors.append({"field": f"suppressions.{place}.until", "message": "Lies in the past."})
    if errors:
        raise ContactInvalid("Nothing was suppressed.", errors=errors[:100])


def _stricter(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    scope = "all" if "all" in (one["scope"], other["scope"]) else "marketing"
    until = None if None in (one["until"], other["until"]) else max(one["until"], other["until"])
    return {**one, "scope": scope, "until": until}


async def _tell(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    def kind(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
        return row["channel"], row["reason"], row["scope"], row["source"], str(row["origin_id"] or "")

    for (channel, reason, scope, source, _), group in groupby(sorted(rows, key=kind), key=kind):
        members = list(group)
        people = {row["contact_hash"]: row["person_id"] for row in members if row["person_id"]}
        await identity.record(
            session,
            action="suppression.added",
            subject_type="suppression",
            subject_id=members[0]["id"] if len(members) == 1 else None,
            after={"channel": channel, "reason": reason, "scope": scope, "source": source, "contacts": len(members)},
        )
        for batch in points.batches((row["contact_hash"] for row in members), _CONTACTS_AN_EVENT):
            await publish(
                session,
                AddressSuppressed(
                    channel=channel,
                    contacts=[hashed.hex() for hashed in batch],
                    source=source,
                    person_ids=[people[hashed] for hashed in batch if hashed in people],
                    origin_id=members[0]["origin_id"],
                    reason=reason,
                    scope=scope,
                ),
            )
