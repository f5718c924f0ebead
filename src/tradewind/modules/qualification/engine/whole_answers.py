"""Messages that are the answer as a whole, or after a few words that lead to it."""

import re
from collections.abc import Sequence

from tradewind.modules.qualification.reading.phrases import any_of, spoken
from tradewind.modules.qualification.reading.replies import Said

# “Yes, it is …”, “we are …”: what stands before the answer itself.
_BEFORE = r"^(?:{opens}[,!.]?\s+)?{leads}\s+"
_BETWEEN = re.compile(r"[.,!?;]|\b(?:and|und|y|et)\b", re.IGNORECASE)
# “Ada Baker from Acme”: where a name ends and who it works for begins.
_BELONGS = re.compile(r"\s(?:from|at|bei|chez|von der Firma|de la empresa)\s", re.IGNORECASE)
_LEAST_WORDS = 3
_MOST_WORDS = {"name": 5, "company": 7, "place": 6}
_WORD = re.compile(r"[^\W\d_][\w'’&.+-]*", re.UNICODE)
_NO_NAME = re.compile(
    r"^(?:yes|no|ok|okay|sure|thanks?|thank you|maybe|hi|hello|hey|ja|nein|danke|sí|no|gracias|oui|non"
    r"|merci|why|what|later|stop|not now|nothing|nobody|good|great|fine)\b",
    re.I,
)


def part_of(text: str, kind: str, language: str) -> Said | None:
    """The part of a message that is the answer to a question of this kind, taken by its being the answer to it."""
    start, end = _bounds(text, 0, len(text))
    if start >= end:
        return None
    if kind == "text":
        return Said(start, end)
    if kind not in _MOST_WORDS or "?" in text:
        return None
    for each in spoken(language):
        before = _BEFORE.format(opens=any_of("opens", each), leads=any_of("leads_to_answer", each))
        match = re.match(before, text[start:end], re.IGNORECASE)
        if match and match.end() < end - start:
            start += match.end()
            break
    cut = re.search(r"[!?;]|[.,]\s+(?!Inc|Ltd|LLC|GmbH)", text[start:end])
    if cut:
        start, end = _bounds(text, start, start + cut.start())
    belongs = _BELONGS.search(text, start, end) if kind == "name" else None
    if belongs:
        end = belongs.start()
    said = text[start:end]
    words = _WORD.findall(said)
    if not words or len(said.split()) > _MOST_WORDS[kind] or _NO_NAME.match(said) or len(said) > 100:
        return None
    if kind == "name" and any(letter.isdigit() or letter in "@/" for letter in said):
        return None
    return Said(start, end)


def rest_of(text: str, facts: Sequence[int]) -> Said | None:
    """The longest part of a message, clause by clause, in which none of the facts (by where they begin) stands."""
    best: Said | None = None
    run: int | None = None
    edges = [0, *(place for cut in _BETWEEN.finditer(text) for place in cut.span()), len(text)]
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = _bounds(text, first, last)
        taken = any(first <= fact < last for fact in facts)
        if taken or len(_WORD.findall(text[start:end])) < _LEAST_WORDS:
            run = None
            continue
        run = start if run is None else run
        if best is None or end - run > best.end - best.start:
            best = Said(run, end)
    return best


def _bounds(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\n.,!;:-“”\"'":
        start += 1
    while (end > start and text[end - 1] in " \t\n,!;:“”\"'") or (
        end > start and text[end - 1] == "." and kind_of_dot(text, end)
    ):
        end -= 1
    return start, end


def kind_of_dot(text: str, end: int) -> bool:
    """Whether a full stop before `end` ends a sentence rather than an abbreviation such as “Inc.”."""
    return re.search(r"\b(?:Inc|Ltd|Co|Corp|e\.V|S\.A|S\.L|Jr|Sr)\.$", text[:end]) is None
