"""A proposal judged: each action by its rules, in order; what is missing is asked for, one thing at a time."""

from collections.abc import Sequence

from tradewind.modules.conversations.engine.actions import (
    Answer,
    AnyAction,
    Ask,
    Book,
    Capture,
    CutShort,
    Decline,
    End,
    HandOver,
    OfferSlots,
    SmallTalk,
)
from tradewind.modules.conversations.engine.situation import Situation
from tradewind.modules.conversations.policy import asking, capturing, claims, limits, meeting
from tradewind.modules.conversations.policy.rules import Decision, Objection, first_objection

HAND_OVER = ("handover.free", "A person may always be called.")
LOOP = ("handover.loop", "Not again at a message after which a person gave the conversation back.")
SMALL_TALK = ("talk.fixed", "Greetings and the like are the engine's own words.")
END = ("end.said", "An end only where the visitor said so: silence is no success.")
_QUIET = (Ask, OfferSlots)


def judge(situation: Situation, actions: Sequence[AnyAction], known: Sequence[Decision] = ()) -> list[Decision]:
    """What becomes of each action; claims one by one, those of `known` not again.

    Whoever calls a person asks and offers nothing more.
    """
    decisions: list[Decision] = []
    for action in actions:
        if isinstance(action, Answer):
            for claim in action.claims:
                before = next((one for one in known if one.action == claim), None)
                decisions.append(before or claims.judge(situation, claim))
        else:
            decisions.append(_judge(situation, action, decisions))
    return decisions


def table() -> list[tuple[str, str]]:
    """Every rule with its sentence, in the order they are asked."""
    found = [*limits.RULES]
    found += [(rule.id, rule.says) for rule in claims.RULES] + [*claims.CHECKED]
    found += [(rule.id, rule.says) for rule in asking.RULES] + [asking.ONE_AT_A_TIME, asking.PHRASING]
    found += [(rule.id, rule.says) for rule in capturing.RULES]
    found += [(rule.id, rule.says) for rule in (*meeting.OFFER, *meeting.BOOK)]
    return [*found, meeting.FREE, HAND_OVER, LOOP, SMALL_TALK, END]


def _judge(situation: Situation, action: AnyAction, before: Sequence[Decision]) -> Decision:
    match action:
        case Ask():
            found = first_objection(asking.RULES, situation, action)
            if found is None and (other := _asked_before(before)):
                return Decision(action, "refused", asking.ONE_AT_A_TIME[0], f"This turn already asks: {other}.")
            why = "The flow asks it next."
            if found is None:
                _, problem = asking.phrasing(situation, action)
                why = f"The flow asks it next, in its own words: {problem}" if problem else why
            rule = asking.PHRASING[0] if found is None and "own words" in why else "ask.in_order"
            return _decided(action, found, rule, why)
        case Capture():
            found = first_objection(capturing.RULES, situation, action)
            return _decided(action, found, "capture.verbatim", "The visitor wrote it.")
        case OfferSlots():
            found = first_objection(meeting.OFFER, situation, action)
            if found is None and (other := _asked_before(before)):
                return Decision(action, "refused", asking.ONE_AT_A_TIME[0], f"This turn already asks: {other}.")
            return _decided(action, found, "offer.event_type", "Free times are shown.")
        case Book():
            found = first_objection(meeting.BOOK, situation, action)
            if found is not None and found[1].ask and (other := _asked_before(before)):
                return Decision(action, "refused", asking.ONE_AT_A_TIME[0], f"This turn already asks: {other}.")
            return _decided(action, found, "book.yes", "Time, name, address and yes are the visitor's.")
        case HandOver():
            return Decision(action, "done", HAND_OVER[0], action.reason or "A person is called.")
        case End():
            if situation.reading.small_talk in ("thanks", "goodbye") or situation.reading.answer == "no":
                return Decision(action, "done", END[0], "The visitor said so.")
            return Decision(action, "withheld", END[0], "The visitor has not said that this is all.")
        case SmallTalk():
            return Decision(action, "done", SMALL_TALK[0], "The engine's own words.")
        case CutShort():
            return Decision(
                action, "done", SMALL_TALK[0], "What was said stands; the visitor is told that it is not all."
            )
        case Decline():
            return Decision(action, "done", meeting.BOOK[-1].id, "The visitor said no: nothing is booked.")
        case Answer():
            raise AssertionError("answers are judged claim by claim")


def _decided(action: AnyAction, found: tuple[str, Objection] | None, rule: str, why: str) -> Decision:
    if found is None:
        return Decision(action, "done", rule, why)
    rule_id, objection = found
    return Decision(action, objection.verdict, rule_id, objection.why, ask=objection.ask)


def _asked_before(before: Sequence[Decision]) -> str:
    """What an earlier action of the turn asks the visitor, or nothing."""
    for one in before:
        if one.ask is not None:
            return one.ask
        if one.verdict == "done" and isinstance(one.action, _QUIET):
            return getattr(one.action, "question_key", "a time")
        if one.verdict == "done" and isinstance(one.action, HandOver):
            return "a person is called"
    return ""
