"""What a run knows: answers by question, and how often each question was put without success."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from tradewind.modules.qualification.contracts import AnswerState, Capture, Reading


@dataclass(frozen=True, slots=True)
class Held:
    """An answer as it is stored; `place` grows with each one, the newest is the highest."""

    value: Any
    quote: str
    state: AnswerState
    message_id: UUID | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class RunState:
    """`seed` makes the wording of one run its own, and the same at every repetition."""

    answers: Mapping[str, Held] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0

    def with_reading(self, reading: Reading) -> "RunState":
        """The state once a reading is recorded."""
        answers = dict(self.answers)
        newest = max((held.place for held in answers.values()), default=0)
        for place, capture in enumerate(reading.all, newest + 1):
            answers[capture.question_key] = held_of(capture, place)
        attempts = dict(self.attempts)
        if reading.asked is not None and not reading.answered and not reading.all:
            attempts[reading.asked] = attempts.get(reading.asked, 0) + 1
        return replace(self, answers=answers, attempts=attempts)

    def given(self, key: str) -> Any:
        """The value that counts for a question; None where there is none, it was refused, or is only a guess."""
        held = self.answers.get(key)
        return None if held is None or held.state in ("inferred", "refused") else held.value

    def settled(self, key: str) -> bool:
        """Whether a question was answered, refused or known before."""
        held = self.answers.get(key)
        return held is not None and held.state != "inferred"


def held_of(capture: Capture, place: int) -> Held:
    """A capture as an answer."""
    return Held(capture.value, capture.quote, capture.state, capture.message_id, place)
