"""The linter: reads what has changed and, every night, everything; keeps the findings true."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from itertools import combinations
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext
from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge.linting.checks import Flaw, Text, flaws, orders
from tradewind.modules.knowledge.linting.conflicts import Contradiction, contradictions
from tradewind.modules.knowledge.linting.duplicates import Duplicate, duplicates
from tradewind.modules.knowledge.linting.subjects import Claim, Passage
from tradewind.modules.knowledge.repository import findings as repository
from tradewind.modules.knowledge.repository.findings import NewFinding

_OF_PAIRS = ("conflict", "duplicate")
_OF_TEXT = ("orders",)
_OF_ONE = ("expired", "unreviewed", "past_date", "broken_link", "scope", "empty", "too_long")
_BATCH = 100
_MOST_PASSAGES, _NEAR, _FAR = 400, 12, 0.75
_MOST_OF_PARTNER, _MOST_WITHIN = 60, 40
_LONGEST = 2_000


async def check_changed(context: JobContext) -> int:
    """Read all documents that no check has seen as they are; returns how many. Each is one transaction."""
    done = 0
    while True:
        async with context.transaction() as session:
            ids = await repository.changed_ids(session, limit=_BATCH)
        if not ids:
            break
        for document_id in ids:
            await context.raise_if_cancelled()
            async with context.transaction() as session:
                await check_document(session, document_id)
            done += 1
            await context.progress(done=done, message=f"{done:,} documents read")
    async with context.transaction() as session:
        await repository.drop_unreadable(session)
    return done


async def check_dates_and_links(context: JobContext) -> None:
    """Look at every document for what comes with time: past dates, expiry, no review, links that have gone."""
    after = UUID(int=0)
    while True:
        async with context.transaction() as session:
            ids = await repository.document_ids(session, after=after, limit=_BATCH)
            if not ids:
                return
            await _check_alone(session, ids)
        after = ids[-1]


async def check_document(session: AsyncSession, document_id: UUID) -> None:
    """Read one document, alone and beside what stands near it in meaning; its findings are true afterwards."""
    if not await repository.hold(session, document_id):
        return
    await _check_alone(session, [document_id])
    said = await asyncio.to_thread(_orders, await repository.texts(session, [document_id]))
    await repository.replace(session, [document_id], said, kinds=_OF_TEXT, as_other=False)
    own = await repository.own_passages(session, document_id, limit=_MOST_PASSAGES)
    pairs = list(combinations(own[:_MOST_WITHIN], 2))
    by_id = {passage.chunk_id: passage for passage in own}
    near = await repository.near_passages(session, document_id, limit=_MOST_PASSAGES, near=_NEAR, distance=_FAR)
    pairs += [(by_id[own_id], other) for own_id, other in near if own_id in by_id]
    # What was found with other documents must hold or go, also where they stand no longer near.
    for partner in await repository.partners(session, document_id, kinds=_OF_PAIRS):
        others = await repository.own_passages(session, partner, limit=_MOST_OF_PARTNER)
        pairs += [(one, other) for one in own[:_MOST_OF_PARTNER] for other in others]
    unique = list({frozenset((one.chunk_id, other.chunk_id)): (one, other) for one, other in pairs}.values())
    clashing, alike = await asyncio.to_thread(_compare, unique)
    # Of texts that are the same, only that is told.
    found = [_duplicate(one) for one in alike] + [_conflict(one) for one in clashing]
    await repository.replace(session, [document_id], found, kinds=_OF_PAIRS, as_other=True)
    await repository.mark_checked(session, document_id)


def _orders(texts: Sequence[Text]) -> list[NewFinding]:
    return [_flaw(one) for text in texts for one in orders(text)]


def _compare(pairs: Sequence[tuple[Passage, Passage]]) -> tuple[list[Contradiction], list[Duplicate]]:
    return contradictions(pairs, ai.embed_locally), duplicates(pairs)


async def _check_alone(session: AsyncSession, ids: Sequence[UUID]) -> None:
    dead = await repository.gone_addresses(session)
    addresses = await repository.addresses(session)
    found: list[NewFinding] = []
    for text in await repository.texts(session, ids):
        found += [_flaw(one) for one in flaws(text, at=now(), dead_links=dead, addresses=addresses)]
    await repository.replace(session, ids, found, kinds=_OF_ONE, as_other=False)


def _conflict(found: Contradiction) -> NewFinding:
    one, other, said, other_said = found.one, found.other, found.said, found.other_said
    if (str(other.passage.document_id), other.text) < (str(one.passage.document_id), one.text):
        one, other, said, other_said = other, one, other_said, said
    facts = {
        "topic": found.topic, "said": said, "other_said": other_said, "likeness": round(found.likeness, 3),
        "heading": one.statement.heading, "other_heading": other.statement.heading,
    }  # fmt: skip
    return NewFinding(
        "conflict", found.severity, _fingerprint("conflict", found.topic, *_parts(one, other)),
        one.passage.document_id, _shown(one), facts, other.passage.document_id, _shown(other),
    )  # fmt: skip


def _duplicate(found: Duplicate) -> NewFinding:
    one, other = sorted((found.one, found.other), key=lambda passage: str(passage.document_id))
    return NewFinding(
        "duplicate", "medium" if found.is_exact else "low",
        _fingerprint("duplicate", str(one.document_id), one.content, str(other.document_id), other.content),
        one.document_id, one.content[:_LONGEST], {"overlap": round(found.overlap, 3), "exact": found.is_exact},
        other.document_id, other.content[:_LONGEST],
    )  # fmt: skip


def _flaw(found: Flaw) -> NewFinding:
    # Months pass without the text changing: what was dismissed stays so.
    telling = [f"{name}={value}" for name, value in sorted(found.facts.items()) if name not in ("months", "words")]
    return NewFinding(
        found.kind, found.severity, _fingerprint(found.kind, str(found.document_id), found.passage, *telling),
        found.document_id, found.passage[:_LONGEST], found.facts, found.other_document_id,
    )  # fmt: skip


def _parts(one: Claim, other: Claim) -> Iterable[str]:
    return str(one.passage.document_id), one.text, str(other.passage.document_id), other.text


def _shown(claim: Claim) -> str:
    """The statement as people read it; of a pair, with its question."""
    text = f"{claim.passage.title} {claim.text}" if claim.passage.is_pair else claim.text
    return text[:_LONGEST]


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
