"""Documents cut into passages along their structure: sections, paragraphs, lists, tables, code, pairs.

A passage has at most `LARGEST` tokens of the embedding model, its headings included. Sections that are longer are cut
into parts of about the same size between blocks, else between sentences; a table's part repeats the table's head.
Parts do not overlap.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tradewind.modules.knowledge.answers.statements import sentences

LARGEST = 240
_PATH_TOKENS = 60
# How full parts are on average, so that whole sentences fit.
_FILLED = 0.9
_JOINER = " › "
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_FENCE = re.compile(r"^\s*(```+|~~~+)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+\S")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage: the path of headings above it, its Markdown, and the same as `sentences` to choose from."""

    heading: str
    content: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together; `parts` are where it may be cut, `head` what each part repeats."""

    parts: tuple[str, ...]
    joiner: str
    head: str = ""

    @property
    def text(self) -> str:
        return self.head + self.joiner.join(self.parts)


def pieces(title: str, markdown: str, count: Count, *, pair: bool = False) -> list[Piece]:
    """The passages of a document in order; `count` tells a text's tokens.

    A `pair` of question (`title`) and answer stays one passage while it is not too long.
    """
    found: list[Piece] = []
    sections = [("", markdown.strip().splitlines())] if pair else _sections(markdown)
    for path, lines in sections:
        if path == title:
            path = ""
        room = LARGEST - min(count(f"{title}{_JOINER}{path}"), _PATH_TOKENS)
        found += [Piece(path, text, tuple(sentences_of(text))) for text in _filled(list(_blocks(lines)), count, room)]
    if not found and title.strip():
        found.append(Piece("", "", (title.strip(),)))
    return found


def _sections(markdown: str) -> Iterator[tuple[str, list[str]]]:
    """Path of headings and lines of each section that says something."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    fence = ""
    for line in markdown.splitlines():
        fence = _within(fence, line)
        title = None if fence else _HEADING.match(line)
        if title is None:
            lines.append(line)
            continue
        if any(each.strip() for each in lines):
            yield _JOINER.join(name for _, name in path), lines
        level = len(title[1])
        path = [*(each for each in path if each[0] < level), (level, title[2])]
        lines = []
    if any(each.strip() for each in lines):
        yield _JOINER.join(name for _, name in path), lines


def _within(fence: str, line: str) -> str:
    """The fence of code that is open after `line`."""
    mark = _FENCE.match(line)
    if not fence:
        return mark[1] if mark else ""
    return "" if mark and mark[1].startswith(fence) else fence


def _blocks(lines: list[str]) -> Iterator[_Block]:
    run: list[str] = []
    kind = ""
    fence = ""
    for line in [*lines, ""]:
        inside = bool(fence)
        fence = _within(fence, line)
        now = "code" if inside or fence else _kind(line, kind)
        if run and now != kind:
            yield _block(kind, run)
            run = []
        if now:
            run.append(line)
        kind = now
    if run:
        yield _block(kind, run)


def _kind(line: str, before: str) -> str:
    if not line.strip():
        return ""
    if line.strip().startswith("|") and line.count("|") > 1:
        return "table"
    if _ITEM.match(line) or (before == "list" and line[:1].isspace()):
        return "list"
    return "text"


def _block(kind: str, lines: list[str]) -> _Block:
    if kind == "table" and len(lines) > 2 and _RULE.match(lines[1]):
        return _Block(tuple(lines[2:]), "\n", "\n".join(lines[:2]) + "\n")
    if kind == "list":
        items: list[str] = []
        for line in lines:
            if (_ITEM.match(line) and not line[:1].isspace()) or not items:
                items.append(line)
            else:
                items[-1] += f"\n{line}"
        return _Block(tuple(items), "\n")
    if kind in ("code", "table"):
        return _Block(tuple(lines), "\n")
    return _Block(tuple(sentences(" ".join(line.strip() for line in lines))), " ")


def _filled(blocks: list[_Block], count: Count, room: int) -> list[str]:
    """The texts of passages of at most about `room` tokens, of similar size."""
    sizes = [count(block.text) for block in blocks]
    if not blocks:
        return []
    if sum(sizes) <= room:
        return ["\n\n".join(block.text for block in blocks)]
    parts = [part for block, size in zip(blocks, sizes, strict=True) for part in _parts(block, size, count, room)]
    # Equal shares: two halves say more than a full passage and its rest.
    total = sum(size for _, size, _ in parts)
    share = total / math.ceil(total / (room * _FILLED))
    texts: list[str] = []
    text, filled, done, last = "", 0, 0, None
    for part, size, block in parts:
        if text and (filled + size > room or done + size / 2 > share * (len(texts) + 1)):
            texts.append(text)
            text, filled = "", 0
        if text and block is last:
            text += block.joiner + part
        else:
            text += ("\n\n" if text else "") + block.head + part
        filled, done, last = filled + size, done + size, block
    return [*texts, text]


def _parts(block: _Block, size: int, count: Count, room: int) -> Iterator[tuple[str, int, _Block]]:
    if size <= room // 2:
        yield block.joiner.join(block.parts), size, block
        return
    head = count(block.head) if block.head else 0
    for part in block.parts:
        # The model's tokeniser counts no further than the model reads.
        tokens = max(count(part), len(part) // 5) + head
        if tokens <= room:
            yield part, tokens, block
        else:
            # A row, an item or a line of code longer than a passage: cut between words.
            words = part.split()
            step = max(1, len(words) * (room - head) // (tokens + 1))
            for start in range(0, len(words), step):
                yield " ".join(words[start : start + step]), min(room, tokens), block


def sentences_of(text: str) -> list[str]:
    """What a passage can be quoted by: its sentences, items, rows and lines of code."""
    return [part for block in _blocks(text.splitlines()) for part in block.parts if part.strip()]
