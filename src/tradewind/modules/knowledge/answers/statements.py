"""A passage's Markdown as statements: sentences, items of lists, rows of tables, each readable on its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tradewind.modules.ai import api as ai

Form = Literal["sentence", "item", "step", "row"]
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|(?P<number>\d{1,3})[.)])\s+(?P<text>.+)$")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[A-ZÀ-ÞЀ-Я0-9¿¡€$£])")
_SHORT = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|rev|gen|sen|vol|al|st|vs|etc|e\.g|i\.e|no|approx|max|min|inc|ltd|co|corp|bzw|ca|z\.b|d\.h|"
    r"u\.a|nr|art|fig|"
    r"jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)|\b[A-Za-z])\.$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"(\*\*|__|`+|~~)|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
LONGEST_SENTENCE = 600
# What is said to nobody but a model; other signs of an attempt are also said to people: “do not tell anyone your PIN”.
_ORDERS = frozenset({"override", "new_role", "fake_turn", "encoded"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a passage says. `block` groups the sentences of a paragraph, the items of a list, the rows of a table.

    `lead_in` is what makes it understood: the line before a list, the columns of a table. `heading` stands above it.
    """

    text: str
    form: Form
    block: int
    heading: str = ""
    lead_in: str = ""

    @property
    def whole(self) -> str:
        """The statement with its lead-in."""
        return f"{self.lead_in} {self.text}".strip()


def statements_of(markdown: str, heading: str = "") -> list[Statement]:
    """The statements of a Markdown text in order; headings inside it replace `heading` for what follows.

    A paragraph, list or table that gives orders to the models that read it states nothing: nobody is told what it says.
    """
    found = list(_statements(markdown, heading))
    if not _gives_orders(markdown):
        return found
    blocks: dict[int, list[str]] = {}
    for one in found:
        blocks.setdefault(one.block, []).append(one.whole)
    ordering = {block for block, texts in blocks.items() if _gives_orders(" ".join(texts))}
    return [one for one in found if one.block not in ordering]


def _gives_orders(text: str) -> bool:
    return any(one.code in _ORDERS for one in ai.find_injection(text))


def plain(markdown: str) -> str:
    """A line of Markdown without its marks; links keep their words."""
    return re.sub(r"\s+", " ", _MARKS.sub("", _LINK.sub(r"\1", markdown))).strip()


def sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph; abbreviations and initials end none. Endless ones are cut into parts."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(paragraph):
        candidate = paragraph[start : match.start()]
        if not _SHORT.search(candidate.rstrip("\"'”’»)] ")):
            found.append(paragraph[start : match.end()].strip())
            start = match.end()
    found.append(paragraph[start:].strip())
    return [part for sentence in found if sentence for part in _cut(sentence)]


def _statements(markdown: str, heading: str) -> Iterator[Statement]:
    block = 0
    paragraph: list[str] = []
    lead_in = ""
    columns: list[str] = []
    listing = False
    lines = markdown.splitlines()
    for index, line in enumerate([*lines, ""]):
        item = _ITEM.match(line)
        row = line.strip().startswith("|") and line.count("|") > 1
        title = _HEADING.match(line)
        if paragraph and (item or row or title or not line.strip()):
            block += 1
            yield from _paragraph(paragraph, heading, block)
            last = plain(paragraph[-1])
            lead_in = sentences(last)[-1] if last.endswith(":") else ""
            paragraph = []
        if title:
            heading, lead_in, columns, listing = plain(title.group(1)), "", [], False
        elif row:
            cells = [plain(cell) for cell in line.strip().strip("|").split("|")]
            if _RULE.match(line):
                continue
            if not columns and index + 1 < len(lines) and _RULE.match(lines[index + 1]):
                columns, block = cells, block + 1
                continue
            if any(cells):
                yield Statement(_row(cells, columns), "row", block, heading)
        elif item:
            if not listing:
                listing, block = True, block + 1
            form: Form = "step" if item["number"] else "item"
            yield Statement(plain(item["text"]), form, block, heading, lead_in)
        elif line.strip():
            if listing and line[:1].isspace():
                continue
            listing, columns = False, []
            paragraph.append(line.strip().lstrip("> "))
        elif index + 1 < len(lines) and not _ITEM.match(lines[index + 1]):
            listing, columns = False, []


def _paragraph(lines: list[str], heading: str, block: int) -> Iterator[Statement]:
    for sentence in sentences(plain(" ".join(lines))):
        yield Statement(sentence, "sentence", block, heading)


def _row(cells: list[str], columns: list[str]) -> str:
    """A row as a sentence: its first cell names it, the others follow with the names of their columns."""
    named = [
        f"{columns[place]}: {cell}" if place < len(columns) and columns[place] else cell
        for place, cell in enumerate(cells)
        if cell and place
    ]
    return f"{cells[0]} — {', '.join(named)}" if cells[0] and named else cells[0] or ", ".join(named)


def _cut(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST_SENTENCE:
        return [sentence]
    place = sentence.rfind(" ", LONGEST_SENTENCE // 2, LONGEST_SENTENCE)
    place = place if place > 0 else LONGEST_SENTENCE
    return [sentence[:place].strip(), *_cut(sentence[place:].strip())]
