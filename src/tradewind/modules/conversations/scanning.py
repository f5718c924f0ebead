"""What files are by their content, and which are not taken: programs, macros, scripts, archives without end.

Rules instead of a virus scanner: they know kinds of files, not particular infections. What is let through is still
served as a download only, and read by nothing but the parsers of the knowledge base.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

MAX_BYTES = 10 * 1024 * 1024
_MAX_ENTRIES = 1_000
_MAX_UNPACKED = 100 * 1024 * 1024
_MAX_RATIO = 100
_CHUNK = 64 * 1024
# The first bytes of what runs, and of containers whose inside nobody here looks into.
_REFUSED_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "programs are not accepted"),
    (b"\x7fELF", "programs are not accepted"),
    (b"\xca\xfe\xba\xbe", "programs are not accepted"),
    (b"\xfe\xed\xfa", "programs are not accepted"),
    (b"\xcf\xfa\xed\xfe", "programs are not accepted"),
    (b"\xce\xfa\xed\xfe", "programs are not accepted"),
    (b"\x00asm", "programs are not accepted"),
    (b"dex\n", "programs are not accepted"),
    (b"#!", "scripts are not accepted"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "shortcuts are not accepted"),
    (b"MSCF", "installers are not accepted"),
    (b"Rar!\x1a\x07", "of archives, only ZIP is accepted"),
    (b"7z\xbc\xaf\x27\x1c", "of archives, only ZIP is accepted"),
    (b"\x1f\x8b", "of archives, only ZIP is accepted"),
    (b"BZh", "of archives, only ZIP is accepted"),
    (b"\xfd7zXZ\x00", "of archives, only ZIP is accepted"),
    (b"\x28\xb5\x2f\xfd", "of archives, only ZIP is accepted"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office files may hold macros; save it in the present format"),
    (b"{\\rtf", "RTF files may hold objects that run; save it as PDF"),
)
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MACROS = ("vbaproject.bin", "vbadata.xml", "/activex/", "/embeddings/oleobject", "macrosheets/")
_RUNS = (
    ".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".hta",
    ".msi", ".msp", ".lnk", ".jar", ".apk", ".app", ".dmg", ".pkg", ".deb", ".rpm", ".sh", ".py", ".pl",
    ".php", ".reg", ".chm", ".cpl", ".iso", ".img", ".vhd", ".docm", ".xlsm", ".pptm", ".dotm", ".xltm", ".xlam",
)  # fmt: skip
# Names in PDF files may be written with hexadecimal parts. Attachments are let be: electronic invoices have them.
_ACTIONS_OF_PDF = (b"/JavaScript", b"/Launch", b"/RichMedia")
_HEXADECIMAL = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml", b"<iframe", b"<body")
_LIKE_CODE = {".html", ".htm", ".xhtml", ".svg", ".xml", ".mht", ".mhtml"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is, or in `reason` why it is not taken."""

    media_type: str
    reason: str = ""

    @property
    def refused(self) -> bool:
        """Whether it is not taken."""
        return bool(self.reason)


def scan(name: str, content: bytes) -> Verdict:
    """Judge a file by its content; the name may only make it worse. Never more than 100 MB are unpacked to look."""
    if not content:
        return _refused("the file is empty")
    if len(content) > MAX_BYTES:
        return _refused(f"a file may have up to {MAX_BYTES // 1024**2} MB")
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    if suffix in _RUNS:
        return _refused(f"files that end in {suffix} can run and are not accepted")
    for start, reason in _REFUSED_STARTS:
        if content.startswith(start):
            return _refused(reason)
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    if content.startswith(b"PK"):
        return _refused("the archive is damaged or empty")
    kind = _kind(content)
    if kind == "application/pdf":
        plain = _HEXADECIMAL.sub(lambda found: bytes.fromhex(found[1].decode()), content)
        if any(word in plain for word in _ACTIONS_OF_PDF):
            return _refused("PDF files that run something are not accepted")
    if kind is not None:
        return Verdict(kind)
    return _text(content, suffix)


def _kind(content: bytes) -> str | None:
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if content[8:12] == b"WEBP" else "audio/wav"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "image/avif" if brand == b"avif" else "image/heic" if brand in (b"heic", b"mif1") else "video/mp4"
    if content[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio/mpeg"
    if content.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    return None


def _text(content: bytes, suffix: str) -> Verdict:
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if suffix in _LIKE_CODE or head.startswith(_MARKUP):
        return _refused("web pages and drawings with code are not accepted; send a picture or a PDF")
    try:
        decoded = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError:
        return _refused("this kind of file is not known here; send a picture, a PDF, a text or an Office document")
    if "\x00" in decoded:
        return _refused("this kind of file is not known here; send a picture, a PDF, a text or an Office document")
    return Verdict("text/csv" if suffix == ".csv" else "text/plain")


def _archive(content: bytes) -> Verdict:
    """Look into a ZIP archive, of which Office documents are a kind."""
    entries: list[zipfile.ZipInfo] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            reason = _wrong_entries(entries)
            if not reason:
                _unpack(archive, entries, len(content))
    except _TooLarge:
        reason = "the archive unpacks to far more than it holds"
    except _Runs:
        reason = "the archive holds files that can run"
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return _refused("the archive is damaged, or locked by a password")
    if reason:
        return _refused(reason)
    names = [entry.filename for entry in entries]
    office = next((kind for folder, kind in _OFFICE.items() if any(name.startswith(folder) for name in names)), None)
    return Verdict(office if office and "[Content_Types].xml" in names else "application/zip")


class _TooLarge(Exception):
    """More comes out of the archive than may."""


class _Runs(Exception):
    """A program under another name."""


def _wrong_entries(entries: list[zipfile.ZipInfo]) -> str:
    if len(entries) > _MAX_ENTRIES:
        return f"an archive may hold up to {_MAX_ENTRIES} files"
    for entry in entries:
        name = entry.filename.lower()
        if entry.flag_bits & 0x1:
            return "archives locked by a password cannot be checked"
        if any(mark in name for mark in _MACROS):
            return "documents with macros are not accepted"
        if name.endswith(_RUNS):
            return "the archive holds files that can run"
        if name.endswith((".zip", ".rar", ".7z", ".gz", ".tar", ".xz", ".bz2")):
            return "archives inside archives are not accepted"
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            return "the archive names places outside of itself"
    return ""


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Unpack everything piece by piece: what an archive says of its sizes may be a lie."""
    budget = min(_MAX_UNPACKED, max(packed * _MAX_RATIO, 1024 * 1024))
    for entry in entries:
        with archive.open(entry) as content:
            first = True
            while piece := content.read(_CHUNK):
                if first and piece.startswith((b"MZ", b"\x7fELF", b"#!")):
                    raise _Runs
                first = False
                budget -= len(piece)
                if budget < 0:
                    raise _TooLarge


def _refused(reason: str) -> Verdict:
    return Verdict("application/octet-stream", reason)
