"""Uploads on disk: received in pieces, bounded, hashed on the way; analysed; removed when no longer needed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tradewind.kernel.ids import new_id
from tradewind.modules.leads.importing.failures import FileEmpty, FileTooLarge
from tradewind.modules.leads.importing.limits import MAX_FILE_BYTES
from tradewind.modules.leads.importing.mapping import KnownField, Suggestion, suggest
from tradewind.modules.leads.importing.table import Choices, Layout, copy_path, detect_layout, open_table, take_sample

_COPY_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that came in whole: its place under the uploads folder, its hash and size."""

    storage_key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a file is and what its columns should become."""

    layout: Layout
    header: list[str]
    notes: list[str]
    suggestions: list[Suggestion]
    rows_total: int


def path_of(home: Path, storage_key: str) -> Path:
    """Where an upload stands."""
    return home / "uploads" / storage_key


async def receive(
    home: Path, organisation_id: UUID, chunks: AsyncIterator[bytes], *, limit: int = MAX_FILE_BYTES
) -> Stored:
    """Write an upload to disk as it comes in. Raises FileTooLarge, FileEmpty; leaves nothing behind then."""
    key = f"{organisation_id.hex}/{new_id().hex}.upload"
    path = path_of(home, key)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    file = await asyncio.to_thread(path.open, "xb")
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise FileTooLarge(f"Files of up to {limit // 1_000_000:,} MB can be imported. Split it in parts.")
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
        if not size:
            raise FileEmpty("The file has no content.")
    except BaseException:
        file.close()
        path.unlink(missing_ok=True)
        raise
    await asyncio.to_thread(file.close)
    return Stored(key, digest.hexdigest(), size)


async def read_local(path: Path) -> AsyncIterator[bytes]:
    """The pieces of a file on this machine."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, _COPY_BYTES):
            yield chunk
    finally:
        file.close()


async def analyse(path: Path, choices: Choices, known: list[KnownField]) -> Analysis:
    """Detect layout and columns of an upload, off the event loop. Raises FileUnreadable and kin."""
    return await asyncio.to_thread(_analyse, path, choices, known)


def _analyse(path: Path, choices: Choices, known: list[KnownField]) -> Analysis:
    layout = detect_layout(path, choices)
    sample = take_sample(open_table(path, layout))
    if not sample.rows and sample.whole_file:
        raise FileEmpty("The file has a header but no rows.")
    suggestions = suggest(sample.header, sample.rows, known, whole_file=sample.whole_file)
    total = len(sample.rows) if sample.whole_file else max(layout.line_count - 1, len(sample.rows))
    return Analysis(layout, sample.header, [*layout.notes, *sample.notes], suggestions, total)


def remove(home: Path, storage_key: str) -> None:
    """Delete an upload and its text copy."""
    path = path_of(home, storage_key)
    path.unlink(missing_ok=True)
    copy_path(path).unlink(missing_ok=True)
