"""Uploaded files on disk: once per content by SHA-256, apart for each organisation."""

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

from tradewind.modules.knowledge.errors import FileTooLarge

# Younger content may belong to an upload that has not committed yet, or to an import that waits or runs.
_SWEPT_AFTER_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Upload:
    """Content that came in whole, in a temporary file."""

    path: Path
    sha256: str
    size_bytes: int


def safe_name(name: str) -> str:
    """A file name without folders and control characters, of at most 200 characters."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(c for c in last if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF).strip(". ")
    stem, dot, suffix = printable.rpartition(".")
    if dot and len(suffix) <= 20:
        return f"{stem[: 199 - len(suffix)]}.{suffix}"
    return printable[:200] or "file"


async def receive(chunks: AsyncIterator[bytes], home: Path, *, max_bytes: int) -> Upload:
    """Write chunks to a temporary file beside the store. Raises FileTooLarge."""
    folder = home / "knowledge" / "incoming"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    digest, size, path = hashlib.sha256(), 0, Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise FileTooLarge(f"A file may have up to {max_bytes // 1024**2} MB here.")
                digest.update(chunk)
                await asyncio.to_thread(out.write, chunk)
            # The row that refers to it is committed later: after a loss of power it must not refer to nothing.
            out.flush()
            await asyncio.to_thread(os.fsync, out.fileno())
    except BaseException:
        discard(path)
        raise
    return Upload(path, digest.hexdigest(), size)


def keep(upload: Upload, home: Path, organisation_id: UUID, name: str | None = None) -> None:
    """Move an upload to its place, by its hash or by a name of its own; the temporary file is used up."""
    target = path_of(home, organisation_id, name or upload.sha256)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    upload.path.replace(target)


def path_of(home: Path, organisation_id: UUID, name: str) -> Path:
    """Where content of this hash or name lies."""
    return home / "knowledge" / str(organisation_id) / name[:2] / name


def discard(path: Path) -> None:
    """Remove a file if it is there."""
    path.unlink(missing_ok=True)


def sweep(home: Path, organisation_id: UUID, used: set[str]) -> int:
    """Delete an organisation's content that nothing refers to, and uploads that broke off; returns how many."""
    oldest = time.time() - _SWEPT_AFTER_SECONDS
    folder = home / "knowledge"
    unused = [path for path in (folder / str(organisation_id)).glob("*/*") if path.name not in used]
    old = [path for path in [*unused, *(folder / "incoming").glob("*")] if path.stat().st_mtime < oldest]
    for path in old:
        discard(path)
    return len(old)
