"""Formatted text of blocks: cut down to what mail programs show alike, and turned into plain text."""

import html
from collections.abc import Callable
from typing import cast

import lxml.html
from lxml.etree import ParserError, _Element

_KEPT = frozenset({"p", "br", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "a", "h3", "h4", "blockquote"})
_DROPPED = frozenset({"script", "style", "head", "title", "iframe", "object", "embed", "svg", "math", "template"})
_BLOCKS = frozenset({"p", "ul", "ol", "li", "h3", "h4", "blockquote", "div"})
_MAX_DEPTH = 40

Piece = Callable[[str], str]
LinkPiece = Callable[[str, str], str]


def cleaned(source: str, *, text: Piece, link: LinkPiece) -> str:
    """The allowed part of a rich text as XHTML. `text` makes markup of a run of text, `link` of (address, words)."""
    return "".join(_markup(source, text, link))


def as_text(source: str, *, link: LinkPiece) -> str:
    """A rich text as plain text; `link` makes what stands for (address, words)."""
    root = _parsed(source)
    if root is None:
        return ""
    lines: list[str] = []
    _lines(root, lines, link, 0)
    joined = "".join(lines)
    while "\n\n\n" in joined:
        joined = joined.replace("\n\n\n", "\n\n")
    return joined.strip()


def text_of(source: str) -> str:
    """All text of a rich text, without its markup."""
    root = _parsed(source)
    return "" if root is None else "".join(cast("list[str]", list(root.itertext())))


def _parsed(source: str) -> _Element | None:
    if not source.strip():
        return None
    try:
        return lxml.html.fragment_fromstring(source, create_parent=True)
    except (ParserError, ValueError):
        return lxml.html.fragment_fromstring(html.escape(source), create_parent=True)


def _markup(source: str, text: Piece, link: LinkPiece) -> list[str]:
    root = _parsed(source)
    pieces: list[str] = []
    if root is not None:
        _walk(root, pieces, text, link, 0)
    return pieces


def _walk(element: _Element, pieces: list[str], text: Piece, link: LinkPiece, depth: int) -> None:
    if element.text:
        pieces.append(text(element.text))
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name and name not in _DROPPED and depth < _MAX_DEPTH:
            if name == "br":
                pieces.append("<br />")
            elif name == "a" and child.get("href", "").strip():
                words = "".join(cast("list[str]", list(child.itertext())))
                pieces.append(f'<a href="{link(child.get("href", ""), words)}" class="tw-link">')
                _walk(child, pieces, text, link, depth + 1)
                pieces.append("</a>")
            elif name in _KEPT and name != "a":
                pieces.append(f"<{name}>")
                _walk(child, pieces, text, link, depth + 1)
                pieces.append(f"</{name}>")
            else:
                _walk(child, pieces, text, link, depth + 1)
        if child.tail:
            pieces.append(text(child.tail))


def _lines(element: _Element, lines: list[str], link: LinkPiece, depth: int) -> None:
    if element.text:
        lines.append(element.text)
    number = 0
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name and name not in _DROPPED and depth < _MAX_DEPTH:
            number += 1
            if name == "br":
                lines.append("\n")
            elif name == "a" and child.get("href", "").strip():
                lines.append(link(child.get("href", ""), "".join(cast("list[str]", list(child.itertext())))))
            elif name == "li":
                lines.append(f"\n{number}. " if element.tag == "ol" else "\n- ")
                _lines(child, lines, link, depth + 1)
            else:
                if name in _BLOCKS:
                    lines.append("\n\n" if depth == 0 else "")
                _lines(child, lines, link, depth + 1)
                if name in ("p", "ul", "ol", "h3", "h4", "blockquote") and depth == 0:
                    lines.append("\n\n")
        if child.tail:
            lines.append(child.tail)
