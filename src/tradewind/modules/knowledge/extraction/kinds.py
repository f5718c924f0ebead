"""What a file is, by its content; the name only decides between kinds of text."""

import zipfile
from pathlib import Path

from tradewind.modules.knowledge.extraction.extracted import Kind, Unreadable

_BY_SUFFIX: dict[str, Kind] = {
    ".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text", ".csv": "csv", ".tsv": "csv",
}  # fmt: skip
SUFFIXES = tuple(_BY_SUFFIX)
_SUPPORTED = "PDF, Word (DOCX), HTML, Markdown, text and CSV files can be read"
_MAX_UNPACKED = 300 * 1024 * 1024
_MAX_MEMBERS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(path: Path, name: str) -> Kind:
    """The kind of a file. Raises Unreadable in words where its content is of no kind that can be read."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Unreadable("The file is empty.")
    expected = _BY_SUFFIX.get(Path(name).suffix.lower())
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if head.startswith(_OLE):
        raise Unreadable(
            "This is an old Office file or one with a password. Save it as DOCX or PDF without a password."
        )
    if expected in ("pdf", "docx"):
        raise Unreadable(f"The name says {expected.upper()}, the content is something else. {_SUPPORTED}.")
    if not _is_text(head):
        raise Unreadable(f"This is no text. {_SUPPORTED}.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if expected is None and start.startswith((b"<!doctype html", b"<html")):
        return "html"
    return expected or "text"


def _kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("The file is damaged: it cannot be unpacked.") from error
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_UNPACKED:
        raise Unreadable(f"The file unpacks to more than {_MAX_UNPACKED // 1024**2} MB.")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("The file has a password. Remove it and upload the file again.")
    if not any(member.filename == "word/document.xml" for member in members):
        raise Unreadable(f"This is an archive, no Word document. {_SUPPORTED}.")
    return "docx"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head)
    return b"\x00" not in head and controls <= max(2, len(head) // 100)
