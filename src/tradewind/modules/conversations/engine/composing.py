"""What was decided as words: one message in the visitor's language, with what hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from tradewind.modules.conversations.engine.actions import (
    Ask,
    Book,
    Capture,
    Claim,
    CutShort,
    Decline,
    End,
)
from tradewind.modules.conversations.engine.proposing import found_nothing, unanswered
from tradewind.modules.conversations.engine.saying import facts, parts, pieces
from tradewind.modules.conversations.engine.saying import opening as opening_of
from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.engine.situation import (
    CONFIRM,
    EMAIL,
    HAND_OVER,
    NAME,
    SLOT,
    Booking,
    Part,
    Pending,
    Situation,
)
from tradewind.modules.conversations.engine.wording import joined, say, speaks, time_label
from tradewind.modules.conversations.policy.rules import Decision

MOST_SLOTS = 6
_LONGEST = 9_500


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time as it is shown."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What the actions that were allowed came to. `person`: whether people are there; `question`: the flow's words.

    `slots` are free times to show, because they were asked for or because the chosen one is gone (`slot_taken`).
    """

    person: Literal["waiting", "offline", "already"] | None = None
    opted_out: bool = False
    slots: tuple[Slot, ...] | None = None
    slot_taken: bool = False
    zone: str = "UTC"
    hold_id: UUID | None = None
    meeting_id: UUID | None = None
    booked: Slot | None = None
    booked_title: str = ""
    trial: bool = False
    book_problem: Literal["already_booked", "book_failed"] | None = None
    question: str | None = None
    question_key: str | None = None
    options: tuple[str, ...] = ()
    flow_words: str = ""


@dataclass(slots=True)
class Said:
    """The message to store, and what the agent is in the middle of once it is said."""

    text: str
    data: dict[str, Any]
    pending: Pending
    propensity: float | None = None


@dataclass(slots=True)
class _Writing:
    situation: Situation
    effects: Effects
    pending: Pending
    parts: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    asked: bool = False

    def say(self, key: str, **values: str) -> None:
        self.parts.append(say(key, self.situation.language, **values))

    def offer_person(self) -> None:
        """The visitor may say yes to a colleague now."""
        self.pending.asked = HAND_OVER
        self.asked = True
        self.quick("yes", "no")

    def quick(self, *keys: str) -> None:
        self.data["quick_replies"] = [say(key, self.situation.language) for key in keys]


def opening(settings: AgentSettings, language: str | None = None, *, seed: int = 0) -> str:
    """How a conversation begins before anybody has written: that no person writes, and a greeting or an opener."""
    spoken = language or settings.main_language
    own = spoken == settings.main_language
    disclosure = settings.disclosure if own else say("disclosure", spoken)
    opener = settings.opener(seed)
    words = (opener.text if opener else settings.greeting) if own else ""
    return joined([disclosure, words or say("greeting", spoken)])


def compose(situation: Situation, decisions: Sequence[Decision], effects: Effects, *, text: str = "") -> Said:
    """The message of a turn: what was said of it already, and the rest.

    `text` is the key of the one fixed text to say, where a gate allows no other.
    """
    writing = _Writing(situation, effects, _advanced(situation, effects))
    begun = _begun(writing, situation.said or opening_of(situation) if text else parts(situation, decisions))
    says_something = any(one.kind != "opening" for one in begun)
    if text:
        _fixed(writing, text)
    else:
        _unknown(writing, decisions)
        _cut_short(writing, decisions)
        writing.parts.append(effects.flow_words)
        _meeting(writing, decisions)
        _noted(writing, decisions)
        _question(writing, decisions)
    _person(writing)
    if situation.pending.asked == SLOT and writing.pending.asked is None and writing.pending.booking is not None:
        # The times that were shown may still be chosen.
        writing.pending.asked = SLOT if writing.pending.booking.meeting_id is None else None
    if not says_something and not any(part.strip() for part in writing.parts):
        writing.say("ending" if _ends(decisions) else "help")
    _still_offered(writing)
    propensity = writing.data.pop("propensity", None)
    return Said(joined(["".join(pieces(begun)), *writing.parts])[:_LONGEST], writing.data, writing.pending, propensity)


def _advanced(situation: Situation, effects: Effects) -> Pending:
    """What the agent was in the middle of, with what the visitor's words add to it."""
    pending = situation.pending.model_copy(deep=True)
    pending.asked = None
    pending.name, pending.email = situation.name, situation.email
    if effects.slots is not None:
        pending.booking = Booking(offered=[one.starts_at for one in effects.slots], zone=effects.zone)
    elif pending.booking is not None:
        if situation.reading.slot is not None:
            pending.booking.chosen, pending.booking.chosen_words = situation.reading.slot, situation.text[:200]
        pending.booking.hold_id = effects.hold_id or pending.booking.hold_id
        pending.booking.meeting_id = effects.meeting_id or pending.booking.meeting_id
    return pending


def _begun(writing: _Writing, begun: Sequence[Part]) -> Sequence[Part]:
    """What needs no effects (opening, small talk, statements), with what it adds to the facts of the message."""
    writing.data |= facts(begun)
    if writing.data.get("disclosed"):
        writing.pending.disclosed = True
    if not speaks(writing.situation.language):
        writing.pending.told_language = writing.situation.language
    if "citations" in writing.data:
        writing.pending.unknown = 0
    return begun


def _fixed(writing: _Writing, key: str) -> None:
    if key == "abuse":
        writing.pending.abuse += 1
    if not (key == "hand_over" or (key == "opted_out" and writing.effects.person)):
        writing.say(key)
    if key in ("abuse",):
        writing.offer_person()
    if key == "opted_out" and writing.effects.person:
        writing.say("opted_out")


def _unknown(writing: _Writing, decisions: Sequence[Decision]) -> None:
    """That nothing is known, or nothing could be confirmed, and whether a colleague shall be asked.

    Of several questions, each that found nothing is told of in its own language.
    """
    situation = writing.situation
    if writing.effects.person:
        return
    open_questions = unanswered(situation, decisions)
    nothing = found_nothing(situation, decisions)
    if not nothing and not open_questions:
        return
    kept_back = nothing and any(isinstance(one.action, Claim) for one in decisions)
    tongues = dict.fromkeys(one.language for one in open_questions) or (situation.language,)
    writing.parts += [say("withheld" if kept_back else "unknown", language) for language in tongues]
    writing.pending.unknown += nothing
    writing.offer_person()


def _cut_short(writing: _Writing, decisions: Sequence[Decision]) -> None:
    if any(isinstance(one.action, CutShort) for one in decisions) and not writing.effects.person:
        writing.say("cut_short")
        writing.offer_person()


def _meeting(writing: _Writing, decisions: Sequence[Decision]) -> None:
    situation, effects, pending = writing.situation, writing.effects, writing.pending
    if any(isinstance(one.action, Decline) for one in decisions):
        writing.say("not_booked")
        pending.booking = None
        return
    if effects.booked is not None:
        key = "trial_booked" if effects.trial else "booked"
        writing.say(
            key, title=effects.booked_title, time=_label(writing, effects.booked.starts_at), zone=effects.zone,
            email=situation.email or "",
        )  # fmt: skip
        return
    if effects.book_problem is not None:
        writing.say(effects.book_problem)
        writing.offer_person()
        return
    if effects.slots is not None:
        _slots(writing)
        return
    wanted = next((one.ask for one in decisions if isinstance(one.action, Book) and one.verdict == "asked"), None)
    if wanted is None or writing.effects.person:
        return
    # A question that just found no answer waits for its own yes or no.
    if writing.asked:
        return
    pending.asked = wanted
    writing.asked = True
    match wanted:
        case "@slot":
            writing.say("slot_unclear", zone=effects.zone)
            _show(writing, pending.booking.offered if pending.booking else ())
        case "@name":
            writing.say("ask_name")
        case "@email":
            writing.say("ask_email")
        case _:
            assert pending.booking is not None
            assert pending.booking.chosen is not None
            writing.say(
                "confirm", time=_label(writing, pending.booking.chosen), zone=effects.zone,
                name=situation.name or "", email=situation.email or "",
            )  # fmt: skip
            writing.quick("yes", "no")


def _slots(writing: _Writing) -> None:
    effects = writing.effects
    assert effects.slots is not None
    if not effects.slots:
        writing.say("no_slots")
        writing.offer_person()
        return
    writing.say("slot_taken" if effects.slot_taken else "offer_slots", zone=effects.zone)
    writing.pending.asked = SLOT
    writing.asked = True
    _show(writing, [one.starts_at for one in effects.slots], effects.slots)


def _show(writing: _Writing, times: Sequence[datetime], slots: Sequence[Slot] = ()) -> None:
    labels = [_label(writing, one) for one in times]
    ends = {one.starts_at: one.ends_at for one in slots}
    writing.parts.append("\n".join(f"- {label}" for label in labels))
    writing.data["slots"] = [
        {"starts_at": one.isoformat(), "ends_at": ends[one].isoformat() if one in ends else None, "label": label}
        for one, label in zip(times, labels, strict=True)
    ]
    writing.data["zone"] = writing.effects.zone


def _still_offered(writing: _Writing) -> None:
    """Times that were shown stay within reach of whoever went on to something else, as long as they lie ahead."""
    booking = writing.pending.booking
    if booking is None or booking.meeting_id is not None or writing.effects.person or "slots" in writing.data:
        return
    ahead = [one for one in booking.offered if one > writing.situation.now]
    if ahead:
        writing.data["open_slots"] = [
            {"starts_at": one.isoformat(), "label": time_label(one, booking.zone, writing.situation.language)}
            for one in ahead
        ]


def _noted(writing: _Writing, decisions: Sequence[Decision]) -> None:
    captured = any(isinstance(one.action, Capture) and one.verdict == "done" for one in decisions)
    if (
        captured
        and not writing.asked
        and not writing.effects.flow_words
        and not writing.effects.question
        and not writing.effects.booked
    ):
        writing.say("noted")


def _question(writing: _Writing, decisions: Sequence[Decision]) -> None:
    effects = writing.effects
    if effects.question is None or effects.question_key is None or writing.asked or effects.person:
        return
    if not any(isinstance(one.action, Ask) and one.verdict == "done" for one in decisions):
        return
    writing.parts.append(effects.question)
    writing.pending.asked = effects.question_key
    writing.asked = True
    if effects.options:
        writing.data["quick_replies"] = list(effects.options)


def _person(writing: _Writing) -> None:
    if writing.effects.person is None:
        return
    writing.pending.asked = None
    writing.pending.unknown = 0
    writing.data.pop("quick_replies", None)
    if not writing.effects.opted_out:
        writing.say("hand_over_offline" if writing.effects.person == "offline" else "hand_over")
    elif writing.effects.person == "offline":
        writing.say("hand_over_offline")


def _ends(decisions: Sequence[Decision]) -> bool:
    return any(isinstance(one.action, End) for one in decisions)


def _label(writing: _Writing, moment: datetime) -> str:
    return time_label(moment, writing.effects.zone, writing.situation.language)


__all__ = ["CONFIRM", "EMAIL", "MOST_SLOTS", "NAME", "Effects", "Said", "Slot", "compose"]
