"""Personal data leaves for a provider as placeholders («EMAIL_1») and stands in the answer again as itself.

One `Redactor` serves one call: the same value has the same placeholder in all its texts, and nothing is remembered
after it. Text that already looks like a placeholder is replaced by one as well («TEXT_1»): restoring gives back exactly
what was there, and nobody can write a placeholder into a message to be shown somebody else's data.
"""

import json
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
_INNER = rf"[ \u00a0\u202f]?(?P<label>{_NAMES})\\{{0,2}}_(?P<number>[0-9]{{1,5}})[ \u00a0\u202f]?"
_PLACEHOLDER = re.compile(rf"«{_INNER}»")
_PLACEHOLDER_IN_JSON = re.compile(rf"(?:«|\\u00[aA][bB]){_INNER}(?:»|\\u00[bB][bB])")
# What may still become a placeholder when the next piece of a stream arrives.
_BEGUN_INNER = r"[ \u00a0\u202f]?[A-Z]{0,8}\\{0,2}_?[0-9]{0,5}[ \u00a0\u202f]?"
_BEGUN = re.compile(rf"«{_BEGUN_INNER}\Z")
_BEGUN_IN_JSON = re.compile(
    rf"(?:(?:«|\\u00[aA][bB]){_BEGUN_INNER}(?:\\(?:u(?:0(?:0(?:[bB])?)?)?)?)?|\\(?:u(?:0(?:0(?:[aA])?)?)?)?)\Z"
)
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

    def redact_json(self, value: Any) -> Any:
        """The same JSON value with placeholders in its texts; the names of members stay."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, list):
            return [self.redact_json(one) for one in value]
        if isinstance(value, dict):
            return {name: self.redact_json(one) for name, one in value.items()}
        return value

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

    def restore_json_text(self, text: str) -> str:
        """JSON text, whole or a piece of it, with the values again, escaped as JSON asks."""
        return _PLACEHOLDER_IN_JSON.sub(self._value_in_json, text) if self._values else text

    def stream(self, *, json_text: bool = False) -> "RestoringStream":
        """Restores a text, or JSON text, that arrives in pieces."""
        return RestoringStream(self, json_text=json_text)

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

    def _value_in_json(self, match: re.Match[str]) -> str:
        value = self._values.get(f"{match['label']}_{match['number']}")
        return match[0] if value is None else json.dumps(value, ensure_ascii=False)[1:-1]


class RestoringStream:
    """Gives out each piece as soon as no placeholder can be cut by its end; at most 40 characters wait."""

    def __init__(self, redactor: Redactor, *, json_text: bool) -> None:
        self._restore = redactor.restore_json_text if json_text else redactor.restore
        self._begun = _BEGUN_IN_JSON if json_text else _BEGUN
        self._waiting = ""

    def feed(self, piece: str) -> str:
        """What may be shown now, possibly nothing."""
        text = self._waiting + piece
        begun = self._begun.search(text, max(0, len(text) - _LONGEST))
        cut = begun.start() if begun else len(text)
        self._waiting = text[cut:]
        return self._restore(text[:cut])

    def finish(self) -> str:
        """What still waited when the stream ended."""
        waiting, self._waiting = self._waiting, ""
        return self._restore(waiting)
