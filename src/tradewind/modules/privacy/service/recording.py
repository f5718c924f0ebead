"""Consents given and withdrawn: into the ledger, with their proof, and told to whoever wants to know."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contact_points import normal_address
from tradewind.modules.privacy.contracts import ConsentChange, ConsentOutcome, Source
from tradewind.modules.privacy.errors import ContactInvalid
from tradewind.modules.privacy.events import ConsentGranted, ConsentWithdrawn
from tradewind.modules.privacy.models.consents import Purpose
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.repository import purposes as purposes_repository
from tradewind.modules.privacy.repository import suppressions as suppressions_repository
from tradewind.modules.privacy.service import confirming, points
from tradewind.modules.privacy.service.keys import organisation_key

MAX_CHANGES = 10_000
_CONTACTS_AN_EVENT = 1_000
# Clocks of other systems run a little ahead of ours.
_TOLERANCE = timedelta(minutes=5)
# Whoever fills in a form may type somebody else's address.
_UNPROVEN: frozenset[Source] = frozenset({"form", "chat"})
# What only the person can have done; it takes back an earlier “no more of anything”.
_BY_THE_PERSON: frozenset[Source] = frozenset({"preference_page", "confirmation", "reply"})


async def record_consents(session: AsyncSession, changes: Sequence[ConsentChange]) -> list[ConsentOutcome]:
    """Add each change to the ledger, in order; what holds afterwards comes back in that order.

    A consent that came by a form, for a purpose with double opt-in, is pending until the mail's link is used. An
    older change never undoes a newer one, and no imported list lifts a withdrawal. Raises ContactInvalid.
    """
    if not changes:
        return []
    at = now()
    key = await organisation_key(session)
    known = {purpose.key: purpose for purpose in await purposes_repository.all_purposes(session, archived=True)}
    _check(changes, known)
    rows: list[dict[str, Any]] = []
    readable: dict[bytes, str] = {}
    for change in changes:
        address = normal_address(change.channel, change.address)
        assert address is not None
        contact_hash = key.contact_hash(change.channel, address)
        readable[contact_hash] = address
        rows.append(
            {
                "id": new_id(),
                "contact_hash": contact_hash,
                "channel": change.channel,
                "purpose": change.purpose,
                "state": "pending" if _unconfirmed(change, known[change.purpose]) else change.state,
                "basis": change.basis,
                "source": change.source,
                "proof": points.proof_without_ip(change.proof),
                "person_id": change.person_id,
                "origin_id": change.origin_id,
                "at": change.at or at,
                "language": change.language,
            }
        )
    await points.note(session, key, readable)
    for batch in _without_repetition(rows):
        await repository.record(session, key.organisation_id, batch, actor_name=actor_of(session).name, now=at)
    await _lift(session, rows)
    await confirming.request(session, key.organisation_id, [row for row in rows if row["state"] == "pending"])
    await _tell(session, rows)
    asked = [(row["contact_hash"], row["channel"], row["purpose"]) for row in rows]
    states = await repository.states_now(session, asked)
    return [
        ConsentOutcome(row["id"], row["contact_hash"], states[place])  # type: ignore[arg-type]
        for place, row in enumerate(rows)
    ]


def _check(changes: Sequence[ConsentChange], known: dict[str, Purpose]) -> None:
    errors: list[FieldError] = []
    latest = now() + _TOLERANCE
    if len(changes) > MAX_CHANGES:
        errors.append({"field": "changes", "message": f"At most {MAX_CHANGES:,} at once."})
    for place, change in enumerate(changes):
        if normal_address(change.channel, change.address) is None:
            errors.append({"field": f"changes.{place}.address", "message": "This is no address of that channel."})
        if change.purpose not in known:
            errors.append({"field": f"changes.{place}.purpose", "message": "There is no such purpose."})
        if change.at is not None and change.at > latest:
            errors.append({"field": f"changes.{place}.at", "message": "Lies in the future."})
    if errors:
        raise ContactInvalid("Nothing was recorded.", errors=errors[:100])


def _unconfirmed(change: ConsentChange, purpose: Purpose) -> bool:
    return (
        change.state == "granted"
        and change.channel == "email"
        and change.source in _UNPROVEN
        and purpose.double_opt_in
        and purpose.requires == "opt_in"
    )


def _without_repetition(rows: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Batches in which no contact point and purpose comes twice: one statement cannot change a row twice."""
    found: list[tuple[set[Any], list[dict[str, Any]]]] = []
    for row in rows:
        what = (row["contact_hash"], row["channel"], row["purpose"])
        for seen, batch in found:
            if what not in seen:
                seen.add(what)
                batch.append(row)
                break
        else:
            found.append(({what}, [row]))
    return [batch for _, batch in found]


async def _lift(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    contacts = {
        (row["contact_hash"], row["channel"])
        for row in rows
        if row["state"] == "granted" and row["source"] in _BY_THE_PERSON
    }
    if contacts:
        await suppressions_repository.release(
            session, contacts, ["unsubscribed"], at=now(), by=actor_of(session).name, note="subscribed again"
        )


async def _tell(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    def kind(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
        return row["state"], row["channel"], row["purpose"], row["source"], str(row["origin_id"] or "")

    for (state, channel, purpose, source, _), group in groupby(sorted(rows, key=kind), key=kind):
        members = list(group)
        people = {row["contact_hash"]: row["person_id"] for row in members if row["person_id"]}
        after = {"purpose": purpose, "channel": channel, "state": state, "source": source, "contacts": len(members)}
        first = members[0]
        await identity.record(
            session,
            action="consent.recorded",
            subject_type="contact_point",
            subject_id=first["contact_hash"].hex() if len(members) == 1 else None,
            after={**after, "basis": first["basis"]},
        )
        if state == "pending":
            continue
        for batch in points.batches((row["contact_hash"] for row in members), _CONTACTS_AN_EVENT):
            facts: dict[str, Any] = {
                "channel": channel,
                "contacts": [hashed.hex() for hashed in batch],
                "source": source,
                "person_ids": [people[hashed] for hashed in batch if hashed in people],
                "origin_id": first["origin_id"],
                "purpose": purpose,
            }
            everything = bool(first["proof"].get("everything"))
            granted = state == "granted"
            event = ConsentGranted(**facts) if granted else ConsentWithdrawn(**facts, everything=everything)
            await publish(session, event)
