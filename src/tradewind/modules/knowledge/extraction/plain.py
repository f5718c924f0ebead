"""Plain text, Markdown and CSV files."""

import csv
import io
import re
from pathlib import Path

from charset_normalizer import from_bytes

from tradewind.modules.knowledge.extraction.extracted import MAX_CHARACTERS, Extracted, Kind, NoText, Unreadable
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.extraction.markdown import clean, first_heading, one_line

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_DELIMITERS = ",;\t|"


def read(path: Path, name: str, kind: Kind) -> Extracted:
    """Text of a file that is text already. Raises Unreadable."""
    raw = path.open("rb").read(4 * MAX_CHARACTERS + 1)
    text = _decoded(raw)
    title = None
    if kind == "markdown" and (front := _FRONT_MATTER.match(text)):
        if found := _FRONT_TITLE.search(front[1]):
            title = one_line(found[1])
        text = text[front.end() :]
    markdown = clean(records(text) if kind == "csv" else text)
    if not markdown:
        raise NoText("The file holds no text.")
    cut = len(markdown) > MAX_CHARACTERS or len(raw) > 4 * MAX_CHARACTERS
    return Extracted(
        title=title or first_heading(markdown) or one_line(Path(name).stem) or "Text",
        language=language_of(markdown),
        markdown=markdown[:MAX_CHARACTERS],
        warnings=(f"Only the first {MAX_CHARACTERS:,} characters were read.",) if cut else (),
    )


def records(text: str) -> str:
    """Rows of a table as items that name their columns, so that each row can be understood alone."""
    header, _, _ = text.lstrip("\ufeff").partition("\n")
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(f"The table cannot be read: {error}.") from error
    names = [one_line(name) for name in rows[0]] if rows else []
    items = []
    for row in rows[1:]:
        named = [
            f"{names[i]}: {value}" if i < len(names) and names[i] else value
            for i, cell in enumerate(row)
            if (value := one_line(cell, 5_000))
        ]
        if named:
            items.append("- " + "; ".join(named))
    return "\n".join(items)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    # A guess needs some text to go by; short ones are mostly of Western Europe.
    guess = from_bytes(raw[:200_000]).best() if len(raw) >= 500 else None
    return raw.decode(guess.encoding if guess else "cp1252", errors="replace")
