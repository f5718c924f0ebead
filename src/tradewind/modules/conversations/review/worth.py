"""What a conversation was worth: its end, the visitor's ratings, and what people thought of single answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.modules.ai.contracts_feedback import Because
from tradewind.modules.conversations.contracts import Outcome

_CSAT, _NPS = (1, 5), (0, 10)
_VERDICTS: tuple[tuple[int | None, Because], ...] = ((1, "thumb_up"), (-1, "thumb_down"), (None, "corrected"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a conversation so far. `outcome` is None while it is open; `thumbs` are 1, -1, or None for a
    correction without one.
    """

    outcome: Outcome | None
    booked: bool = False
    csat: int | None = None
    nps: int | None = None
    thumbs: Sequence[int | None] = ()


def worth(known: Known) -> tuple[float | None, tuple[Because, ...]]:
    """Between 0 and 1 with its reasons; None while nothing is known.

    The mean of its end (1 if the visitor confirmed to be served or booked a meeting, else 0: silence is no success),
    of the ratings, and of the verdicts on single answers, as far as each is there.
    """
    found: list[float] = []
    because: list[Because] = []
    if known.booked:
        found.append(1.0)
        because.append("booked")
    elif known.outcome is not None:
        found.append(float(known.outcome == "confirmed"))
        because.append(known.outcome)
    ratings = [
        (score - least) / (most - least)
        for score, (least, most) in ((known.csat, _CSAT), (known.nps, _NPS))
        if score is not None
    ]
    if ratings:
        found.append(sum(ratings) / len(ratings))
        because.append("rated")
    if known.thumbs:
        found.append(sum(thumb == 1 for thumb in known.thumbs) / len(known.thumbs))
        because.extend(reason for thumb, reason in _VERDICTS if thumb in known.thumbs)
    return (sum(found) / len(found), tuple(because)) if found else (None, ())
