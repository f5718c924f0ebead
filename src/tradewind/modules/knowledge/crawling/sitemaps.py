"""Site maps: lists of pages and lists of lists, plain or packed, within bounds."""

import zlib

from lxml.etree import XMLParser, XMLSyntaxError, fromstring

_MAX_UNPACKED = 50 * 1024 * 1024
MAX_FILES = 50
MAX_ADDRESSES = 50_000


def parse(content: bytes) -> tuple[list[str], list[str]]:
    """Addresses of pages, and of further site maps. What cannot be read has none."""
    unpacked = _unpacked(content)
    if not unpacked.lstrip().startswith(b"<"):
        lines = unpacked.decode("utf-8", "replace").split()
        return [line for line in lines if line.startswith(("http://", "https://"))][:MAX_ADDRESSES], []
    # Entities stay unread and nothing is fetched: the file is a stranger's.
    parser = XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = fromstring(unpacked, parser)
    except (XMLSyntaxError, ValueError):
        return [], []
    if root is None:
        return [], []
    pages = root.xpath("//*[local-name()='url']/*[local-name()='loc']/text()")
    maps = root.xpath("//*[local-name()='sitemap']/*[local-name()='loc']/text()")
    return [str(text).strip() for text in pages[:MAX_ADDRESSES]], [str(text).strip() for text in maps[:MAX_FILES]]


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, _MAX_UNPACKED)
    except zlib.error:
        return b""
