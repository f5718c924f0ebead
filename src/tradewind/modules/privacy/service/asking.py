"""May this be sent there? One query for any number of contact points."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.privacy.contact_points import normal_address
from tradewind.modules.privacy.contracts import Channel, ContactAsk, Standing
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.rules import INVALID_ADDRESS, UNKNOWN_PURPOSE, Stop, Wish, judge
from tradewind.modules.privacy.service.keys import organisation_key

_AT_ONCE = 5_000
_INVALID = Standing(False, None, (INVALID_ADDRESS,), None)


async def standings(session: AsyncSession, asks: Sequence[ContactAsk]) -> list[Standing]:
    """The standing of each contact point and purpose, in their order. An address that is none is not allowed."""
    if not asks:
        return []
    key = await organisation_key(session)
    answers: list[Standing] = [_INVALID] * len(asks)
    asked: list[tuple[bytes, str, str]] = []
    places: list[int] = []
    for place, ask in enumerate(asks):
        address = normal_address(ask.channel, ask.address)
        if address is not None:
            asked.append((key.contact_hash(ask.channel, address), ask.channel, ask.purpose))
            places.append(place)
    rows: dict[int, list[Row[Any]]] = {}
    for row in await repository.standings(session, asked, now()):
        rows.setdefault(row.place - 1, []).append(row)
    for index, found in rows.items():
        answers[places[index]] = _standing(asked[index][0], found)
    return answers


async def tally(
    session: AsyncSession, channel: Channel, purpose: str, addresses: Sequence[str], parts: Sequence[int]
) -> Counter[tuple[str, int]]:
    """By reason and part: how many addresses may be written to (under ``), and how many not for which first reason."""
    key = await organisation_key(session)
    counted: Counter[tuple[str, int]] = Counter()
    hashes: list[bytes] = []
    known: list[int] = []
    for place, address in enumerate(addresses):
        if place % _AT_ONCE == 0:
            await asyncio.sleep(0)  # hashing an audience takes a while: others have their turn
        hashed = key.hash_of(channel, address)
        if hashed is None:
            counted[INVALID_ADDRESS.code, parts[place]] += 1
        else:
            hashes.append(hashed)
            known.append(parts[place])
    moment = now()
    for row in await repository.tally(session, hashes, known, channel, purpose, moment) if hashes else ():
        if row.requires is None:
            counted[UNKNOWN_PURPOSE.code, row.part] += row.people
            continue
        wish = None if row.state is None else Wish(row.state, row.basis, "", moment)
        stops = [] if row.scope is None else [Stop(row.scope, row.reason, "", moment, None)]
        allowed, _, reasons = judge(row.requires, wish, stops)
        counted["" if allowed else reasons[0].code, row.part] += row.people
    return counted


def _standing(contact_hash: bytes, rows: Sequence[Row[Any]]) -> Standing:
    first = rows[0]
    if first.requires is None:
        return Standing(False, None, (UNKNOWN_PURPOSE,), contact_hash)
    wish = None if first.state is None else Wish(first.state, first.basis, first.source, first.at)
    stops = [
        Stop(row.scope, cast(str, row.reason), row.stopped_by, row.stopped_at, row.until) for row in rows if row.scope
    ]
    allowed, basis, reasons = judge(first.requires, wish, stops)
    return Standing(allowed, basis, reasons, contact_hash)
