"""PDF files: lines are joined into paragraphs, larger type becomes headings, running heads and feet are dropped."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from tradewind.modules.knowledge.extraction.extracted import MAX_CHARACTERS, Extracted, NoText, Unreadable
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.extraction.markdown import clean, one_line

_PROGRESS_EVERY = 20
_HEADING_RATIO = 1.15
_LONGEST_HEADING = 150
_HEADING_LEVELS = 3
# A line on this share of the pages, digits apart, is part of the layout.
_RUNNING_SHARE, _RUNNING_PAGES = 0.6, 4
_BULLET = re.compile(r"^(?:[•◦▪‣●○■\uf0b7\u2023–]|[-*](?=\s))\s*")
_NUMBERED = re.compile(r"^\d{1,3}[.)]\s+\S")
# What damaged files make the reader raise, beside its own errors.
_DAMAGE = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError,
           NotImplementedError, AssertionError, OverflowError, ZeroDivisionError)  # fmt: skip


@dataclass(slots=True)
class _Line:
    text: str
    size: float
    gap: bool


def read(path: Path, name: str, progress: Callable[[int, int], None]) -> Extracted:
    """Text of a PDF. `progress` hears pages done and in all. Raises Unreadable."""
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise Unreadable("This PDF has a password. Remove it and upload the file again.")
        total = len(reader.pages)
    except _DAMAGE as error:
        raise Unreadable("This PDF is damaged and cannot be opened. Export it anew and upload it again.") from error
    pages: list[list[_Line]] = []
    broken = 0
    for index in range(total):
        if index % _PROGRESS_EVERY == 0:
            progress(index, total)
        try:
            pages.append(_lines(reader.pages[index]))
        except _DAMAGE:
            broken += 1
            pages.append([])
    progress(total, total)
    empty = sum(not page for page in pages)
    if broken == total:
        raise Unreadable("This PDF is damaged: none of its pages can be read.")
    if empty == total:
        raise NoText(
            "This PDF holds pictures of pages, no text. Run text recognition (OCR) over it, then upload it again."
        )
    markdown = clean(_markdown(pages))
    warnings = []
    if broken:
        warnings.append(f"{broken:,} of {total:,} pages are damaged and were left out.")
    if empty - broken > 0:
        warnings.append(f"{empty - broken:,} of {total:,} pages hold no text, perhaps pictures of pages.")
    if len(markdown) > MAX_CHARACTERS:
        warnings.append(f"Only the first {MAX_CHARACTERS:,} characters were read.")
    return Extracted(
        title=_title(reader, pages, name),
        language=language_of(markdown),
        markdown=markdown[:MAX_CHARACTERS],
        warnings=tuple(warnings),
    )


def _lines(page: Any) -> list[_Line]:
    lines: list[_Line] = []
    parts: list[tuple[str, float]] = []
    top = last_top = 0.0

    def end() -> None:
        nonlocal parts, last_top
        text = " ".join("".join(part for part, _ in parts).split())
        if text:
            sizes = Counter[float]()
            for part, size in parts:
                sizes[size] += len(part.strip())
            size = sizes.most_common(1)[0][0]
            lines.append(_Line(text, size, gap=bool(lines) and abs(last_top - top) > 1.7 * max(size, 1)))
            last_top = top
        parts = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, font_size: float | None) -> None:
        nonlocal top
        if not text:
            return
        scale = sqrt(abs(tm[0] * tm[3] - tm[1] * tm[2]) * abs(cm[0] * cm[3] - cm[1] * cm[2]))
        size = round((font_size or 0) * scale, 1)
        for number, piece in enumerate(text.split("\n")):
            if number:
                end()
            if piece.strip() and not parts:
                top = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            if piece:
                parts.append((piece, size))

    page.extract_text(visitor_text=visit)
    end()
    return lines


def _markdown(pages: list[list[_Line]]) -> str:
    running = _running(pages)
    lines = [
        line
        for page in pages
        for index, line in enumerate(page)
        if not (_at_edge(index, page) and _digitless(line.text) in running)
    ]
    weights = Counter[float]()
    for line in lines:
        weights[line.size] += len(line.text)
    body = weights.most_common(1)[0][0] if weights else 0.0
    larger = sorted(
        {line.size for line in lines if body and line.size >= _HEADING_RATIO * body and len(line.text) < 150},
        reverse=True,
    )
    # The few largest sizes may be one word on a cover; all beyond the third level share it.
    level = {size: min(rank, _HEADING_LEVELS) for rank, size in enumerate(larger, 1)}
    blocks: list[str] = []
    heading = 0
    open_paragraph = False
    for line in lines:
        depth = level.get(line.size, 0) if len(line.text) <= _LONGEST_HEADING else 0
        if depth:
            if depth == heading and not line.gap:
                blocks[-1] += f" {line.text}"
            else:
                blocks.append(f"{'#' * depth} {line.text}")
            heading, open_paragraph = depth, False
            continue
        heading = 0
        if _BULLET.match(line.text):
            blocks.append("- " + _BULLET.sub("", line.text))
        elif _NUMBERED.match(line.text) or not open_paragraph or line.gap:
            blocks.append(line.text)
        else:
            blocks[-1] = _joined(blocks[-1], line.text)
        open_paragraph = True
    return "\n\n".join(blocks)


def _joined(before: str, after: str) -> str:
    if before.endswith("-") and before[-2:-1].isalpha() and after[:1].islower():
        return before[:-1] + after
    return f"{before} {after}"


def _running(pages: list[list[_Line]]) -> set[str]:
    if len(pages) < _RUNNING_PAGES:
        return set()
    seen = Counter[str]()
    for page in pages:
        seen.update({_digitless(line.text) for index, line in enumerate(page) if _at_edge(index, page)})
    return {text for text, count in seen.items() if count >= _RUNNING_SHARE * len(pages)}


def _at_edge(index: int, page: list[_Line]) -> bool:
    # What is larger than its neighbours is a heading that begins each page, no running head.
    beside = page[min(2, len(page) - 1)].size
    return (index < 2 or index >= len(page) - 2) and page[index].size <= beside


def _digitless(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _title(reader: PdfReader, pages: list[list[_Line]], name: str) -> str:
    try:
        stored = (reader.metadata.title or "") if reader.metadata else ""
    except _DAMAGE:
        stored = ""
    # What programs write on their own is no title.
    if len(stored.strip()) > 3 and not re.search(r"\.(docx?|indd|pptx?|tex)\b|^untitled|^microsoft word", stored, re.I):
        return one_line(stored)
    first = next((page for page in pages if page), [])
    largest = max(first, key=lambda line: line.size, default=None)
    sizes = {line.size for page in pages[:3] for line in page}
    if largest is not None and len(sizes) > 1 and 3 < len(largest.text) <= _LONGEST_HEADING:
        return one_line(largest.text)
    return one_line(Path(name).stem) or "PDF"
