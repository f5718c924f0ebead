"""A mail as adapters get it, and its bytes (RFC 5322, MIME)."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from uuid import UUID

_UNSAFE = re.compile(r"[\r\n\x00]+")
_QUOTED = re.compile(r'[()<>\[\]:;@\\,."]')
_LONG_LINE = re.compile(rb"[^\r\n]{901}")
CRLF = b"\r\n"
MAX_HEADER = 2000


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address with the name that people see."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        if not self.name:
            return _clean(self.address)
        return f"{_phrase(_clean(self.name))} <{_clean(self.address)}>"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; `content_type` as in MIME, parameters included."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to one address. `id` is the message's own (the send intent), `return_path` takes what bounces.

    `headers` come on top of the usual ones; all of them are signed.
    """

    id: UUID
    sender: Address
    to: Address
    subject: str
    text: str
    html: str = ""
    reply_to: str = ""
    return_path: str
    message_id: str
    date: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[File] = ()


def compose(letter: Letter) -> tuple[list[tuple[str, bytes]], bytes]:
    """Headers in their order and the body, lines ending in CRLF."""
    kind, body = _content(letter)
    headers: list[tuple[str, str]] = [
        ("Date", format_datetime(letter.date)),
        ("From", str(letter.sender)),
        ("To", str(letter.to)),
        ("Subject", _encoded(letter.subject)),
        ("Message-ID", _clean(letter.message_id)),
    ]
    if letter.reply_to:
        headers.append(("Reply-To", _clean(letter.reply_to)))
    headers += [(_clean(name), _encoded(value)) for name, value in letter.headers.items()]
    headers.append(("MIME-Version", "1.0"))
    return [*((name, value.encode("ascii", "replace")) for name, value in headers), *kind], body


def joined(headers: Sequence[tuple[str, bytes]], body: bytes) -> bytes:
    """The whole mail as it goes over the wire."""
    return b"".join([name.encode() + b": " + value + CRLF for name, value in headers]) + CRLF + body


def _content(letter: Letter) -> tuple[list[tuple[str, bytes]], bytes]:
    """The headers of the content and the content: text alone, both forms, and files around them."""
    kind, body = _text_part("plain", letter.text)
    if letter.html:
        parts = [_part(kind, body), _part(*_text_part("html", letter.html))]
        kind, body = _multipart("alternative", parts, f"a{letter.id.hex}")
    if letter.files:
        parts = [_part(kind, body), *map(_file_part, letter.files)]
        kind, body = _multipart("mixed", parts, f"m{letter.id.hex}")
    return kind, body


def _text_part(kind: str, text: str) -> tuple[list[tuple[str, bytes]], bytes]:
    content = re.sub(r"\r\n|\r|\n", "\r\n", text).encode()
    if not content.endswith(CRLF):
        content += CRLF
    if content.isascii() and not _LONG_LINE.search(content):
        encoding = b"7bit"
    else:
        content, encoding = binascii.b2a_qp(content, istext=True), b"quoted-printable"
    # A line that begins with From is changed by some servers, which breaks signatures.
    if re.search(rb"^From ", content, re.M):
        content = base64.encodebytes(text.encode()).replace(b"\n", CRLF)
        encoding = b"base64"
    return [
        ("Content-Type", f'text/{kind}; charset="utf-8"'.encode()),
        ("Content-Transfer-Encoding", encoding),
    ], content


def _file_part(file: File) -> bytes:
    name = _clean(file.name).replace('"', "'").encode("ascii", "replace").decode()
    headers = [
        ("Content-Type", f'{_clean(file.content_type)}; name="{name}"'.encode("ascii", "replace")),
        ("Content-Disposition", f'attachment; filename="{name}"'.encode()),
        ("Content-Transfer-Encoding", b"base64"),
    ]
    return joined(headers, base64.encodebytes(file.content).replace(b"\n", CRLF))


def _part(headers: Sequence[tuple[str, bytes]], body: bytes) -> bytes:
    return joined(headers, body)


def _multipart(kind: str, parts: Sequence[bytes], boundary: str) -> tuple[list[tuple[str, bytes]], bytes]:
    line = f"--{boundary}".encode()
    body = b"".join(line + CRLF + part + (b"" if part.endswith(CRLF) else CRLF) for part in parts)
    return [("Content-Type", f'multipart/{kind}; boundary="{boundary}"'.encode())], body + line + b"--" + CRLF


def _clean(text: str) -> str:
    """Nothing in a value may begin another header."""
    return _UNSAFE.sub(" ", text).strip()[:MAX_HEADER]


def _encoded(text: str) -> str:
    clean = _clean(text)
    if clean.isascii() and len(clean) < 900:
        return clean
    return Header(clean, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _phrase(name: str) -> str:
    if not name.isascii():
        return Header(name, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' if _QUOTED.search(name) else name
