"""Writing Markdown: tables, and texts without what the database or a reader cannot take."""

import re
from collections.abc import Sequence

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u200b\ud800-\udfff]")
_GAPS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t\u00a0]+(?=\n|$)")
_MAX_CELL = 2_000


def clean(text: str) -> str:
    """The text without control characters, trailing blanks and runs of empty lines."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _GAPS.sub("\n\n", _TRAILING.sub("", text)).strip()


def one_line(text: str, longest: int = 300) -> str:
    """The text in one line of at most `longest` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table; the first one is its head. Empty columns and rows are left out."""
    cells = [[one_line(cell, _MAX_CELL).replace("|", "\\|") for cell in row] for row in rows]
    width = max((len(row) for row in cells), default=0)
    cells = [row + [""] * (width - len(row)) for row in cells if any(row)]
    used = [column for column in range(width) if any(row[column] for row in cells)]
    if not cells or not used:
        return ""
    lines = ["| " + " | ".join(row[column] for column in used) + " |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * len(used), *lines[1:]])


def first_heading(markdown: str) -> str | None:
    """The text of the first heading."""
    found = re.search(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", markdown, re.MULTILINE)
    return one_line(found[1]) if found else None
