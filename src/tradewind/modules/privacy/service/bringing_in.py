"""Lists of consents that other systems kept: looked at first, then recorded line by line with their proof."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.spreadsheets import harmless
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.consent_files import (
    MEANINGS,
    Defaults,
    Meaning,
    Reading,
    Refused,
    Table,
    meanings_of,
    read_lines,
    table_of,
)
from tradewind.modules.privacy.contracts import ConsentChange
from tradewind.modules.privacy.list_files import plain_head
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.schemas.consents import (
    ConsentFileColumn,
    ConsentFileLine,
    ConsentFileOptions,
    ConsentFileRead,
    ConsentLineRefused,
    ConsentsImported,
)
from tradewind.modules.privacy.service import purposes
from tradewind.modules.privacy.service.keys import organisation_key
from tradewind.modules.privacy.service.recording import MAX_CHANGES, record_consents

_SHOWN = 5
_REFUSED_SHOWN = 100
_SAMPLES = 3
_CHARACTERS = 120


async def preview(session: AsyncSession, file: str, content: bytes, options: ConsentFileOptions) -> ConsentFileRead:
    """What an import of this file would record and leave out. Raises ListUnreadable, ListTooLarge."""
    table, meanings, reading = await _read(session, file, content, options)
    by_place: Mapping[int, Meaning] = {place: meaning for meaning, place in meanings.items()}
    return ConsentFileRead(
        lines=len(table.lines), good=len(reading.good), bad=len(reading.refused), repeated=reading.repeated,
        columns=[
            ConsentFileColumn(name=name, samples=_samples(table, place), means=by_place.get(place))
            for place, name in enumerate(table.columns)
        ],
        shown=[_shown(line, change) for line, change in reading.good[:_SHOWN]],
        refused=[_refused(each) for each in reading.refused[:_REFUSED_SHOWN]],
    )  # fmt: skip


async def bring_in(session: AsyncSession, file: str, content: bytes, options: ConsentFileOptions) -> ConsentsImported:
    """Record what the lines of a file say, all of them in one transaction. Raises ListUnreadable, ListTooLarge."""
    table, _, reading = await _read(session, file, content, options)
    recorded = kept = 0
    for start in range(0, len(reading.good), MAX_CHANGES):
        batch = [change for _, change in reading.good[start : start + MAX_CHANGES]]
        fresh = await _not_recorded(session, batch)
        outcomes = await record_consents(session, fresh)
        recorded += len(fresh)
        kept += sum(outcome.state != change.state for outcome, change in zip(outcomes, fresh, strict=True))
    done = ConsentsImported(
        lines=len(table.lines), recorded=recorded, known=len(reading.good) - recorded, repeated=reading.repeated,
        bad=len(reading.refused), kept=kept, refused=[_refused(each) for each in reading.refused[:_REFUSED_SHOWN]],
    )  # fmt: skip
    after = done.model_dump(exclude={"refused"}) | {"file": file[:200], "purpose": options.purpose}
    await identity.record(session, action="consent.imported", subject_type="contact_point", after=after)
    return done


async def refused(session: AsyncSession, file: str, content: bytes, options: ConsentFileOptions) -> bytes:
    """The lines an import leaves out, as CSV with the file's own columns. Raises ListUnreadable, ListTooLarge."""
    table, _, reading = await _read(session, file, content, options)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*table.columns, "line", "problem"])
    for each in reading.refused:
        cells = [*each.cells, *[""] * (len(table.columns) - len(each.cells))]
        writer.writerow([*map(harmless, cells), each.line, each.why])
    return buffer.getvalue().encode("utf-8-sig")


async def _read(
    session: AsyncSession, file: str, content: bytes, options: ConsentFileOptions
) -> tuple[Table, dict[Meaning, int], Reading]:
    known = {
        spelling: purpose.key
        for purpose in await purposes.list_all(session, archived=True)
        for spelling in (plain_head(purpose.key), plain_head(purpose.name))
    }
    defaults = Defaults(
        channel=options.channel, purpose=options.purpose or "", state=options.state, basis=options.basis,
        country=options.country, dates=options.dates, purposes=known, now=now(),
    )  # fmt: skip
    chosen: dict[Meaning, str | None] = {meaning: getattr(options, f"{meaning}_column") for meaning in MEANINGS}

    def work() -> tuple[Table, dict[Meaning, int], Reading]:
        table = table_of(content)
        meanings = meanings_of(table, chosen)
        return table, meanings, read_lines(table, meanings, defaults, file=file[:200])

    return await asyncio.to_thread(work)


async def _not_recorded(session: AsyncSession, changes: Sequence[ConsentChange]) -> list[ConsentChange]:
    """Without those that an import recorded before."""
    key = await organisation_key(session)
    asked: list[Any] = [
        (key.contact_hash(each.channel, each.address), each.channel, each.purpose, each.state, each.at)
        for each in changes
    ]
    known = await repository.imported(session, key.organisation_id, asked)
    return [change for place, change in enumerate(changes) if place not in known]


def _samples(table: Table, place: int) -> list[str]:
    cells = (cells[place].strip()[:_CHARACTERS] for _, cells in table.lines[:50] if place < len(cells))
    return list(dict.fromkeys(filter(None, cells)))[:_SAMPLES]


def _shown(line: int, change: ConsentChange) -> ConsentFileLine:
    return ConsentFileLine(
        line=line, channel=change.channel, address=change.address, purpose=change.purpose, state=change.state,
        basis=change.basis, source=str(change.proof.get("source", "")), at=change.at,
    )  # fmt: skip


def _refused(one: Refused) -> ConsentLineRefused:
    return ConsentLineRefused(line=one.line, text=", ".join(one.cells)[:_CHARACTERS], why=one.why)
