"""Files on leads: stored once per content under the home, by SHA-256, apart for each organisation."""

import asyncio
import hashlib
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import FileNotFound, FileTooLarge, LeadNotFound, LimitReached
from tradewind.modules.leads.models.work import File
from tradewind.modules.leads.repository import people
from tradewind.modules.leads.repository import work as repository
from tradewind.modules.leads.service.timeline import push_update, record_activities

MAX_BYTES = 25 * 1024 * 1024
MAX_FILES = 500
# Unused content younger than this may belong to an upload that has not committed yet.
_SWEPT_AFTER_SECONDS = 86_400
# Shown by browsers without running anything; all else is sent as plain bytes.
_HARMLESS = frozenset(
    [
        "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv",
        "audio/mpeg", "video/mp4", "application/zip",
    ]
)  # fmt: skip
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")


@dataclass(frozen=True, slots=True)
class Upload:
    """Content that came in whole: where it lies, what it is."""

    path: Path
    sha256: str
    size_bytes: int


def safe_name(name: str | None) -> str:
    """A file name without folders and control characters, of at most 200 characters."""
    last = re.split(r"[/\\]", name or "")[-1]
    printable = "".join(c for c in last if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF).strip(". ")
    if len(printable) > 200:
        stem, dot, suffix = printable.rpartition(".")
        printable = f"{stem[: 199 - len(suffix)]}.{suffix}" if dot and len(suffix) <= 20 else printable[:200]
    return printable or "file"


def media_type(declared: str | None) -> str:
    """The declared media type if it is one, without parameters."""
    plain = (declared or "").split(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else "application/octet-stream"


def answer_type(stored: str) -> str:
    """Media type to answer with: nothing a browser would run in our origin."""
    return stored if stored in _HARMLESS else "application/octet-stream"


async def receive(chunks: AsyncIterator[bytes], home: Path) -> Upload:
    """Write chunks to a temporary file beside the store. Raises FileTooLarge."""
    folder = home / "files" / "incoming"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    digest, size = hashlib.sha256(), 0
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise FileTooLarge(f"A file may have up to {MAX_BYTES // 1024**2} MB.")
                digest.update(chunk)
                await asyncio.to_thread(out.write, chunk)
    except BaseException:
        _discard(path)
        raise
    return Upload(path, digest.hexdigest(), size)


async def add_file(
    session: AsyncSession,
    lead_id: UUID,
    upload: Upload,
    *,
    name: str | None,
    declared_type: str | None,
    home: Path,
) -> File:
    """Keep an upload on a lead; the temporary file is used up. Raises LeadNotFound, LimitReached."""
    try:
        if not await people.exists(session, lead_id):
            raise LeadNotFound()
        if len(await repository.lead_files(session, lead_id)) >= MAX_FILES:
            raise LimitReached(f"A lead holds up to {MAX_FILES} files.")
        actor = actor_of(session)
        key = f"{actor.organisation_id}/{upload.sha256[:2]}/{upload.sha256}"
        target = home / "files" / key
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        await asyncio.to_thread(os.replace, upload.path, target)
    finally:
        _discard(upload.path)
    file = File(
        id=new_id(),
        organisation_id=actor.organisation_id,
        lead_id=lead_id,
        name=safe_name(name),
        media_type=media_type(declared_type),
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        storage_key=key,
        uploaded_by=actor.user_id,
        uploaded_by_name=actor.name,
    )
    session.add(file)
    await session.flush()
    entry = NewActivity(
        kind="file.added", lead_id=lead_id, title=f"File added: {file.name}", data={"file_id": str(file.id)}
    )
    await record_activities(session, [entry])
    await identity.record(
        session, action="file.added", subject_type="file", subject_id=file.id,
        after={"lead_id": lead_id, "name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256},
    )  # fmt: skip
    await push_update(session, lead_id, ["files", "timeline"])
    return file


async def list_files(session: AsyncSession, lead_id: UUID) -> list[File]:
    """A lead's files, newest first. Raises LeadNotFound."""
    if not await people.exists(session, lead_id):
        raise LeadNotFound()
    return await repository.lead_files(session, lead_id)


async def open_file(session: AsyncSession, file_id: UUID, home: Path) -> tuple[File, Path]:
    """A file and where its content lies. Raises FileNotFound."""
    file = await repository.file(session, file_id)
    if file is None:
        raise FileNotFound()
    path = home / "files" / file.storage_key
    if not await asyncio.to_thread(path.is_file):
        raise FileNotFound("The content of this file is missing from the store.")
    return file, path


async def delete_file(session: AsyncSession, file_id: UUID) -> None:
    """Remove a file; its content goes with the next sweep if no other file shares it. Raises FileNotFound."""
    file = await repository.file(session, file_id)
    if file is None:
        raise FileNotFound()
    await session.delete(file)
    await identity.record(
        session, action="file.deleted", subject_type="file", subject_id=file_id,
        before={"name": file.name, "sha256": file.sha256},
    )  # fmt: skip
    if file.lead_id is not None:
        await push_update(session, file.lead_id, ["files"])


async def sweep(session: AsyncSession, home: Path) -> int:
    """Delete stored content of this organisation that no file refers to; returns how many."""
    organisation = home / "files" / str(actor_of(session).organisation_id)
    oldest = time.time() - _SWEPT_AFTER_SECONDS
    found = await asyncio.to_thread(lambda: [p for p in organisation.glob("*/*") if p.stat().st_mtime < oldest])
    removed = 0
    for start in range(0, len(found), 1_000):
        keys = {f"{organisation.name}/{path.parent.name}/{path.name}": path for path in found[start : start + 1_000]}
        used = await repository.storage_keys_in_use(session, list(keys))
        for key, path in keys.items():
            if key not in used:
                _discard(path)
                removed += 1
    return removed


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)
