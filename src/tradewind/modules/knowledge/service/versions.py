"""Versions of documents: what each said, how two differ, and going back to one."""

from difflib import SequenceMatcher
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.knowledge.errors import TooLongToCompare, VersionNotFound
from tradewind.modules.knowledge.models import DocumentVersion
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.schemas.documents import DiffLine, DiffRead, DocumentVersionRead, DocumentVersionRow
from tradewind.modules.knowledge.service import content, documents

_SHOWN = 200
# The comparison takes time with the square of it.
_MAX_LINES = 5_000


async def list_of(session: AsyncSession, document_id: UUID) -> list[DocumentVersionRow]:
    """The newest versions first. Raises DocumentNotFound."""
    await documents.existing(session, document_id)
    return [_row(version) for version in await repository.versions(session, document_id, limit=_SHOWN)]


async def read(session: AsyncSession, document_id: UUID, number: int) -> DocumentVersionRead:
    """One version. Raises DocumentNotFound, VersionNotFound."""
    version = await _existing(session, document_id, number)
    return DocumentVersionRead(**_row(version).model_dump(), content=version.content)


async def compare(session: AsyncSession, document_id: UUID, number: int, against: int) -> DiffRead:
    """How two versions differ, line by line. Raises DocumentNotFound, VersionNotFound, TooLongToCompare."""
    older = await _existing(session, document_id, min(number, against))
    newer = await _existing(session, document_id, max(number, against))
    return DiffRead(older=_row(older), newer=_row(newer), lines=lines_of(_whole(older), _whole(newer)))


async def restore(session: AsyncSession, document_id: UUID, number: int) -> bool:
    """Make what a version said the newest version; False where the document says that already.

    Raises DocumentNotFound, VersionNotFound.
    """
    document = await documents.existing(session, document_id, lock=True, content=True)
    version = await _existing(session, document_id, number)
    if not await content.put(session, document, title=version.title, content=version.content):
        return False
    await documents.changed(session, document)
    await documents.audit(session, "version_restored", document_id, after={"version": number})
    return True


def lines_of(older: str, newer: str) -> list[DiffLine]:
    """Lines of both texts, marked as same, removed or added. Raises TooLongToCompare."""
    before, after = older.splitlines(), newer.splitlines()
    if len(before) + len(after) > _MAX_LINES:
        raise TooLongToCompare(f"Together they have more than {_MAX_LINES:,} lines.")
    found: list[DiffLine] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [DiffLine(kind="same", text=line) for line in before[start:end]]
        else:
            found += [DiffLine(kind="removed", text=line) for line in before[start:end]]
            found += [DiffLine(kind="added", text=line) for line in after[new_start:new_end]]
    return found


def _whole(version: DocumentVersion) -> str:
    return f"{version.title}\n\n{version.content}"


async def _existing(session: AsyncSession, document_id: UUID, number: int) -> DocumentVersion:
    await documents.existing(session, document_id)
    version = await repository.version(session, document_id, number)
    if version is None:
        raise VersionNotFound()
    return version


def _row(version: DocumentVersion) -> DocumentVersionRow:
    return DocumentVersionRow(
        number=version.number, title=version.title, author_name=version.author_name, created_at=version.created_at
    )
