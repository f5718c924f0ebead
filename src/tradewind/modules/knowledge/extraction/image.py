"""Pictures: the description that whoever made them put into them, as XMP or PNG text; what they show is not read."""

import html
import re
import struct
from pathlib import Path

from tradewind.modules.knowledge.extraction.extracted import Extracted, NoText
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.extraction.markdown import clean, one_line

_MOST_BYTES, _MOST_CHARACTERS = 10 * 1024 * 1024, 5_000
_XMP = re.compile(
    rb"<(?:Iptc4xmpCore:AltTextAccessibility|Iptc4xmpCore:ExtDescrAccessibility|dc:description|dc:title)\b[^>]*>"
    rb"(.{1,20000}?)</(?:Iptc4xmpCore|dc):",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEYS = {b"Title", b"Description", b"Comment"}


def read(path: Path, name: str) -> Extracted:
    """The descriptions in a picture. Raises NoText."""
    raw = path.open("rb").read(_MOST_BYTES)
    found = [_TAG.sub(" ", match[1].decode("utf-8", "ignore")) for match in _XMP.finditer(raw)]
    found += _png_texts(raw) if raw.startswith(_PNG) else []
    texts = dict.fromkeys(one_line(html.unescape(one), _MOST_CHARACTERS) for one in found)
    text = clean("\n\n".join(one for one in texts if one))[:_MOST_CHARACTERS]
    if not text:
        raise NoText("This picture has no description. What it shows cannot be read.")
    return Extracted(title=one_line(Path(name).stem) or "Picture", language=language_of(text), markdown=text)


def _png_texts(raw: bytes) -> list[str]:
    """The uncompressed texts of a PNG file; its pieces are a length, a name, the content and a check."""
    found, at = [], len(_PNG)
    while at + 8 <= len(raw):
        length, kind = struct.unpack_from(">I4s", raw, at)
        content = raw[at + 8 : at + 8 + min(length, _MOST_CHARACTERS)]
        key, _, rest = content.partition(b"\0")
        if kind == b"tEXt" and key in _PNG_KEYS:
            found.append(rest.decode("latin-1"))
        elif kind == b"iTXt" and key in _PNG_KEYS and rest[:1] == b"\0":
            found.append(rest[2:].partition(b"\0")[2].partition(b"\0")[2].decode("utf-8", "ignore"))
        at += 12 + length
    return found
