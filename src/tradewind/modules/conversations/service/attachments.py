"""What the agent reads of the visitor's files: their text, for this conversation only, as data that gives no orders."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.engine.situation import Attached, Finding, Situation, Source
from tradewind.modules.conversations.repository import files as repository
from tradewind.modules.conversations.service import files
from tradewind.modules.knowledge import api as knowledge

log = structlog.get_logger(__name__)

MOST_FILES, MOST_CHARACTERS, SECONDS = 3, 8_000, 20.0
_READ_AS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/plain": ".txt",
    "text/csv": ".csv",
    **dict.fromkeys(("image/png", "image/jpeg", "image/webp", "image/gif"), ".picture"),
}
Unread = Literal["", "no_text", "unreadable"]


@dataclass(frozen=True, slots=True)
class Given:
    """A file of the conversation. `content` and `unread` are None until it was looked at; `new`: nobody answered it."""

    id: UUID
    name: str
    media_type: str
    place: Path
    content: str | None
    unread: str | None
    new: bool


async def given(session: AsyncSession, conversation_id: UUID, message_ids: frozenset[UUID]) -> tuple[Given, ...]:
    """The newest files that the visitor sent, oldest first."""
    home = files.folder(session)
    return tuple(
        Given(
            one.id, one.name, one.media_type, home / one.storage_key, one.content, one.unread,
            one.message_id in message_ids,
        )
        for one in await repository.newest_of_visitor(session, conversation_id, MOST_FILES)
    )  # fmt: skip


async def read(database: Database, actor: Actor, found: tuple[Given, ...]) -> tuple[Given, ...]:
    """The files with their texts: each is read once, outside of any transaction, and its text kept with it."""
    known = [one if one.unread is not None else await _read(one) for one in found]
    if changed := [new for old, new in zip(found, known, strict=True) if old is not new]:
        async with database.transaction(actor) as session:
            for one in changed:
                await repository.keep_text(session, one.id, content=one.content or "", unread=one.unread or "")
    return tuple(known)


def with_files(situation: Situation, found: tuple[Given, ...]) -> Situation:
    """The situation with what the files say. One that gives orders is no source, and counts as not read."""
    sources, findings, attached = dict(situation.sources), list(situation.findings), []
    for place, one in enumerate(found, 1):
        orders = ai.find_injection(f"{one.name}\n{one.content}")
        unread = cast(Unread, "unreadable" if orders else one.unread or "")
        findings += [Finding(f"F{place}", each.code, each.detail, each.excerpt) for each in orders]
        if not unread and one.content:
            sources[f"F{place}"] = Source(
                id=f"F{place}", text=one.content, title=one.name, file=True,
                language=knowledge.language_of(one.content[:2_000]),
            )  # fmt: skip
        if one.new:
            attached.append(Attached(one.name, unread))
    return replace(situation, sources=sources, findings=tuple(findings), attached=tuple(attached))


async def _read(one: Given) -> Given:
    suffix = _READ_AS.get(one.media_type)
    if suffix is None:
        return replace(one, content="", unread="unreadable")
    try:
        text = await knowledge.text_of_file(one.place, f"file{suffix}", seconds=SECONDS)
    except knowledge.NoText:
        return replace(one, content="", unread="no_text")
    except (knowledge.Unreadable, OSError) as problem:
        log.info("conversations.file_unread", media_type=one.media_type, why=str(problem)[:200])
        return replace(one, content="", unread="unreadable")
    plain = await asyncio.to_thread(ai.normalise, text.replace("\x00", "")[: 2 * MOST_CHARACTERS])
    return replace(one, content=plain[:MOST_CHARACTERS], unread="")
