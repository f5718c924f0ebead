"""Word documents: headings, lists and tables as Markdown."""

import re
import zipfile
from pathlib import Path

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from tradewind.modules.knowledge.extraction.extracted import MAX_CHARACTERS, Extracted, NoText, Unreadable
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.extraction.markdown import clean, first_heading, one_line, table

_DAMAGE = (PackageNotFoundError, zipfile.BadZipFile, LxmlError, KeyError, ValueError, AttributeError, OSError)
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop)\s*(\d)", re.IGNORECASE)


def read(path: Path, name: str) -> Extracted:
    """Text of a Word document. Raises Unreadable."""
    try:
        document = Document(str(path))
        blocks = [block for part in document.iter_inner_content() if (block := _block(part))]
        stored = document.core_properties.title or ""
    except _DAMAGE as error:
        raise Unreadable("This Word document is damaged and cannot be opened. Save it anew and upload it again.") from (
            error
        )
    markdown = clean(_without_gaps_in_lists(blocks))
    if not markdown:
        raise NoText("This Word document holds no text. Pictures of text cannot be read.")
    cut = len(markdown) > MAX_CHARACTERS
    return Extracted(
        title=one_line(stored) or first_heading(markdown) or one_line(Path(name).stem) or "Document",
        language=language_of(markdown, document.core_properties.language),
        markdown=markdown[:MAX_CHARACTERS],
        warnings=(f"Only the first {MAX_CHARACTERS:,} characters were read.",) if cut else (),
    )


def _block(part: Paragraph | Table) -> str:
    if isinstance(part, Table):
        # Merged cells come once for each column they span.
        rows = [
            [cell.text if cell not in row.cells[:i] else "" for i, cell in enumerate(row.cells)] for row in part.rows
        ]
        return table(rows)
    # What a picture shows stands in its alternative text.
    shown = part._p.xpath(".//wp:docPr/@descr")
    text = " ".join(" ".join([part.text, *(f"[{one}]" for one in shown if one.strip())]).split())
    if not text:
        return ""
    style = (part.style.name if part.style is not None else None) or ""
    if style.lower() in ("title", "titel", "titre"):
        return f"# {text}"
    if heading := _HEADING.match(style):
        return f"{'#' * min(6, int(heading[1]))} {text}"
    properties = part._p.pPr
    if style.lower().startswith("list") or (properties is not None and properties.numPr is not None):
        return f"{'1.' if 'number' in style.lower() else '-'} {text}"
    return text


def _without_gaps_in_lists(blocks: list[str]) -> str:
    pieces: list[str] = []
    for before, block in zip(["", *blocks], blocks, strict=False):
        both = before.startswith(("- ", "1. ")) and block.startswith(("- ", "1. "))
        pieces += ["\n" if both else "\n\n", block]
    return "".join(pieces)
