"""Files in conversations: judged by their content, stored once per content under the home, apart by organisation."""

import asyncio
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, database_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.contracts import Received
from tradewind.modules.conversations.errors import (
    ConversationNotFound,
    FileNotFound,
    FileRefused,
    FileTooLarge,
    TooManyFiles,
)
from tradewind.modules.conversations.models.conversations import Conversation, ConversationFile, Message
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import files as repository
from tradewind.modules.conversations.scanning import MAX_BYTES, scan
from tradewind.modules.conversations.service import messages, texts, views

MAX_FILES = 100
_FOLDER = "conversation-files"
_MAX_NAME = 120
# Unused content younger than this may belong to a transaction that has not committed yet.
_SWEPT_AFTER_SECONDS = 86_400


async def receive(session: AsyncSession, conversation_id: UUID, *, name: str, content: bytes, key: str) -> Received:
    """Take a visitor's file as a message, once per `key`.

    Raises ConversationNotFound, FileTooLarge, FileRefused with the reason, TooManyFiles.
    """
    row = await rows.conversation(session, conversation_id, lock=True)
    if row is None:
        raise ConversationNotFound()
    known = await rows.message_by_key(session, conversation_id, key)
    if known is not None:
        return Received(message=views.message(known), conversation=views.conversation(row), repeated=True)
    file = await _stored(session, row, name, content)
    received = await messages.receive(session, conversation_id, file.name, key=key, data=_facts(file))
    file.message_id = received.message.id
    session.add(file)
    await session.flush()
    return received


async def reply(session: AsyncSession, conversation_id: UUID, *, name: str, content: bytes, key: str) -> Message:
    """A member answers with a file, once per `key`; as with words, whoever answers takes the conversation over.

    Raises ConversationNotFound, FileTooLarge, FileRefused with the reason, TooManyFiles, WrongState for no member.
    """
    row = await rows.conversation(session, conversation_id, lock=True)
    if row is None:
        raise ConversationNotFound()
    known = await rows.message_by_key(session, conversation_id, key)
    if known is not None:
        return known
    file = await _stored(session, row, name, content)
    message = await messages.reply(session, conversation_id, file.name, key=key, data=_facts(file))
    file.message_id = message.id
    session.add(file)
    await session.flush()
    return message


async def _stored(session: AsyncSession, row: Conversation, name: str, content: bytes) -> ConversationFile:
    """The file judged and its content kept; the row is not added yet. The conversation's lock is held."""
    if len(content) > MAX_BYTES:
        raise FileTooLarge(f"A file may have up to {MAX_BYTES // 1024**2} MB.")
    if await repository.count(session, row.id) >= MAX_FILES:
        raise TooManyFiles(f"A conversation holds up to {MAX_FILES} files.")
    shown = safe_name(name)
    verdict = await asyncio.to_thread(scan, shown, content)
    if verdict.refused:
        raise FileRefused(f"“{shown}” is not accepted: {verdict.reason}.")
    sha256 = hashlib.sha256(content).hexdigest()
    storage_key = f"{row.organisation_id}/{sha256[:2]}/{sha256}"
    await asyncio.to_thread(_keep, folder(session) / storage_key, content)
    return ConversationFile(
        id=new_id(), organisation_id=row.organisation_id, conversation_id=row.id, name=shown,
        media_type=verdict.media_type, size_bytes=len(content), sha256=sha256, storage_key=storage_key, scan="clean",
    )  # fmt: skip


def _facts(file: ConversationFile) -> dict[str, Any]:
    facts = {"id": str(file.id), "name": file.name, "media_type": file.media_type, "size_bytes": file.size_bytes}
    return {"files": [facts]}


async def open_file(session: AsyncSession, conversation_id: UUID, file_id: UUID) -> tuple[ConversationFile, Path]:
    """A file and where its content lies. Raises FileNotFound."""
    file = await repository.one(session, conversation_id, file_id)
    if file is None or file.scan != "clean":
        raise FileNotFound()
    path = folder(session) / file.storage_key
    if not await asyncio.to_thread(path.is_file):
        raise FileNotFound("The content of this file is missing from the store.")
    return file, path


async def sweep(session: AsyncSession) -> int:
    """Delete stored content of the organisation that no file refers to; returns how many."""
    own = folder(session) / str(actor_of(session).organisation_id)
    oldest = time.time() - _SWEPT_AFTER_SECONDS
    found = await asyncio.to_thread(lambda: [path for path in own.glob("*/*") if path.stat().st_mtime < oldest])
    removed = 0
    for start in range(0, len(found), 1_000):
        keys = {f"{own.name}/{path.parent.name}/{path.name}": path for path in found[start : start + 1_000]}
        used = await repository.in_use(session, list(keys))
        for key, path in keys.items():
            if key not in used:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def safe_name(name: str) -> str:
    """A file name without folders and invisible characters, of at most 120; its ending stays."""
    last = texts.clean(name.replace("\\", "/").rpartition("/")[2])
    printable = "".join(character for character in last if character.isprintable()).strip(". ")
    if len(printable) > _MAX_NAME:
        stem, dot, suffix = printable.rpartition(".")
        is_suffix = bool(dot) and len(suffix) <= 10
        printable = f"{stem[: _MAX_NAME - 1 - len(suffix)]}.{suffix}" if is_suffix else printable[:_MAX_NAME]
    return printable or "file"


def folder(session: AsyncSession) -> Path:
    """Where the contents of files lie, under their `storage_key`."""
    return database_of(session).settings.home / _FOLDER


def _keep(target: Path, content: bytes) -> None:
    """Write content so that it is there whole or not at all; what is there already is as fresh as if new."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.exists():
        os.utime(target)
        return
    handle, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
