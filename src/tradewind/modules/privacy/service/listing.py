"""The suppression list as people work with it: pages, counts, exports and imports."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any, cast

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page, SortColumn, Total, fetch_page
from tradewind.kernel.spreadsheets import harmless
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contracts import SCOPE_OF_REASON, Channel, Scope, SuppressionReason
from tradewind.modules.privacy.list_files import read_list
from tradewind.modules.privacy.models.consents import ADDRESS
from tradewind.modules.privacy.models.suppressions import Suppression
from tradewind.modules.privacy.repository import suppressions as repository
from tradewind.modules.privacy.schemas.suppressions import (
    LineRefused,
    SuppressionCount,
    SuppressionImportRead,
    SuppressionRead,
)
from tradewind.modules.privacy.service import points, suppressing
from tradewind.modules.privacy.service.keys import organisation_key

_NEWEST = [SortColumn("id", Suppression.id.expression, descending=True)]
_BATCH = 5_000
_EXPORT_PAGE = 2_000
_COLUMNS = ("channel", "address", "scope", "reason", "source", "since", "until", "note")


async def page(
    session: AsyncSession,
    *,
    channel: Channel | None,
    reason: SuppressionReason | None,
    address: str | None,
    cursor: str | None,
    limit: int,
) -> Page[SuppressionRead]:
    """Suppressions in force, newest first. `address` finds the very contact point, however it is written."""
    hashes = None if address is None else points.hashes_of(await organisation_key(session), address)
    statement = repository.listed(at=now(), channel=channel, reason=reason, hashes=hashes)
    total = await repository.total(session, statement)
    rows, following, previous = await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)
    return Page(
        items=[_read(session, row) for row in rows],
        next_cursor=following,
        previous_cursor=previous,
        total=Total(value=total, exact=True),
    )


async def counts(session: AsyncSession) -> list[SuppressionCount]:
    """How many contact points are suppressed, by channel and reason, most first."""
    found = [SuppressionCount(**row._mapping) for row in await repository.counts(session, now())]
    return sorted(found, key=lambda count: -count.contacts)


async def note_export(session: AsyncSession) -> None:
    """Say in the audit log that the list was taken out."""
    after = {"masked": hides(actor_of(session))}
    await identity.record(session, action="suppression.exported", subject_type="suppression", after=after)


async def export(session: AsyncSession) -> AsyncIterator[bytes]:
    """The list as CSV in pieces; cells no spreadsheet will run."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    statement = repository.listed(at=now(), channel=None, reason=None, hashes=None)
    cursor: str | None = None
    while True:
        rows, cursor, _ = await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=_EXPORT_PAGE)
        for row in rows:
            one = _read(session, row)
            until = one.until.isoformat() if one.until else ""
            cells = (
                one.channel,
                one.address or "",
                one.scope,
                one.reason,
                one.source,
                one.at.isoformat(),
                until,
                one.note,
            )
            writer.writerow([harmless(cell) for cell in cells])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
        if cursor is None:
            return


async def bring_in(
    session: AsyncSession,
    content: bytes,
    *,
    channel: Channel,
    reason: SuppressionReason,
    scope: Scope | None,
    country: str | None,
    note: str,
) -> SuppressionImportRead:
    """Put every address of a file on the list; lines that hold none are named. Raises ListUnreadable, ListTooLarge."""
    found = await asyncio.to_thread(read_list, content, channel, country=country)
    key = await organisation_key(session)
    addresses = list(found.addresses)
    added = 0
    for start in range(0, len(addresses), _BATCH):
        batch = {key.contact_hash(channel, address): address for address in addresses[start : start + _BATCH]}
        await points.note(session, key, batch)
        rows = [_row(hashed, channel, reason, scope or SCOPE_OF_REASON[reason], note) for hashed in batch]
        added += await suppressing.store(session, key.organisation_id, rows)
    result = SuppressionImportRead(
        lines=found.lines,
        added=added,
        known=len(addresses) - added,
        repeated=found.repeated,
        invalid=found.invalid,
        refused=[LineRefused(line=line, text=text) for line, text in found.refused],
    )
    after = result.model_dump(exclude={"refused"}) | {"channel": channel, "reason": reason}
    await identity.record(session, action="suppression.imported", subject_type="suppression", after=after)
    return result


def _row(contact_hash: bytes, channel: Channel, reason: str, scope: str, note: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "contact_hash": contact_hash,
        "channel": channel,
        "scope": scope,
        "reason": reason,
        "source": "import",
        "note": note,
        "at": now(),
        "until": None,
        "person_id": None,
        "origin_id": None,
    }


def _read(session: AsyncSession, row: Row[Any]) -> SuppressionRead:
    known = row._mapping
    address = ADDRESS.open_text(known["point_id"], known["address_sealed"]) if known["address_sealed"] else None
    channel = cast(Channel, known["channel"])
    shown = {name: known[name] for name in SuppressionRead.model_fields if name in known}
    if hides(actor_of(session)):
        shown |= {"note": "", "release_note": ""}
    return SuppressionRead(**shown, address=points.shown(session, channel, address))
