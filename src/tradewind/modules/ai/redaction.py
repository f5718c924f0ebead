"""Personal data leaves for a provider as placeholders («EMAIL_1») and stands in the answer again as itself.

One `Redactor` serves one call: the same value has the same placeholder in all its texts, and nothing is remembered
after it. Text that already looks like a placeholder is replaced by one as well («TEXT_1»): restoring gives back exactly
what was there, and nobody can write a placeholder into a message to be shown somebody else's data.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tradewind.modules.ai.personal_data import PERSONAL_KINDS, Known, PersonalKind, find_personal_data

_LABELS: dict[str, str] = {
    "email": "EMAIL", "card": "CARD", "iban": "IBAN", "national_id": "ID", "ip": "IP", "phone": "PHONE",
    "address": "ADDRESS", "person": "PERSON", "text": "TEXT",
}  # fmt: skip
_NAMES = "|".join(_LABELS.values())
# Models set spaces inside the quotation marks as French does, and escape the underscore in Markdown.
_PLACEHOLDER = re.compile(rf"«[ \u00a0\u202f]?(?P<label>{_NAMES})\\{{0,2}}_(?P<number>[0-9]{{1,5}})[ \u00a0\u202f]?»")
# What may still become a placeholder when the next piece of a stream arrives.
_BEGUN = re.compile(r"«[ \u00a0\u202f]?[A-Z]{0,8}\\{0,2}_?[0-9]{0,5}[ \u00a0\u202f]?\Z")
_LONGEST = 40


class Redactor:
    """Replaces personal data in the texts of one call, and puts it back."""

    def __init__(self, known: Known | None = None, kinds: Sequence[PersonalKind] = PERSONAL_KINDS) -> None:
        self._known = known or Known()
        self._kinds = kinds
        self._placeholders: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()

    @property
    def replaced(self) -> dict[PersonalKind, int]:
        """How many different values of each kind were replaced."""
        return {kind: self._numbers[_LABELS[kind]] for kind in PERSONAL_KINDS if self._numbers[_LABELS[kind]]}

    def redact(self, text: str) -> str:
        """`text` with placeholders. Without kinds, nothing is replaced."""
        if not self._kinds:
            return text
        spans: list[tuple[int, int, str]] = []
        taken = bytearray(len(text))
        for match in _PLACEHOLDER.finditer(text):
            spans.append((*match.span(), "text"))
            taken[match.start() : match.end()] = b"\x01" * len(match[0])
        for start, end, kind in find_personal_data(text, self._known, self._kinds):
            if taken.find(1, start, end) < 0:
                spans.append((start, end, kind))
                if kind == "person":
                    self._remember(text[start:end])
        pieces, at = [], 0
        for start, end, kind in sorted(spans):
            pieces += (text[at:start], self._placeholder(kind, text[start:end]))
            at = end
        return "".join((*pieces, text[at:]))

    def restore(self, text: str) -> str:
        """`text` with the values again. Placeholders that were never given out stay as they are."""
        return _PLACEHOLDER.sub(self._value, text) if self._values else text

    def restore_json(self, value: Any) -> Any:
        """The same JSON value with the values again, in its texts and in the names of members."""
        if isinstance(value, str):
            return self.restore(value)
        if isinstance(value, list):
            return [self.restore_json(one) for one in value]
        if isinstance(value, dict):
            return {self.restore(name): self.restore_json(one) for name, one in value.items()}
        return value

    def stream(self) -> "RestoringStream":
        """Restores a text that arrives in pieces."""
        return RestoringStream(self)

    def _remember(self, name: str) -> None:
        """Who introduces themselves in one text is known in the next ones."""
        if not any(name.casefold() in one.casefold() for one in self._known.names):
            self._known = replace(self._known, names=(*self._known.names, name))

    def _placeholder(self, kind: str, value: str) -> str:
        known = self._placeholders.get((kind, value))
        if known is not None:
            return known
        label = _LABELS[kind]
        self._numbers[label] += 1
        name = f"{label}_{self._numbers[label]}"
        self._values[name] = value
        self._placeholders[kind, value] = f"«{name}»"
        return f"«{name}»"

    def _value(self, match: re.Match[str]) -> str:
        return self._values.get(f"{match['label']}_{match['number']}", match[0])


class RestoringStream:
    """Gives out each piece as soon as no placeholder can be cut by its end; at most 40 characters wait."""

    def __init__(self, redactor: Redactor) -> None:
        self._restore = redactor.restore
        self._waiting = ""

    def feed(self, piece: str) -> str:
        """What may be shown now, possibly nothing."""
        text = self._waiting + piece
        begun = _BEGUN.search(text, max(0, len(text) - _LONGEST))
        cut = begun.start() if begun else len(text)
        self._waiting = text[cut:]
        return self._restore(text[:cut])

    def finish(self) -> str:
        """What still waited when the stream ended."""
        waiting, self._waiting = self._waiting, ""
        return self._restore(waiting)
