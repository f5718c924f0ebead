"""Meetings in a turn: free times shown, the chosen one held, and booked once everything is said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError
from tradewind.modules.conversations.engine.actions import Book, OfferSlots
from tradewind.modules.conversations.engine.composing import MOST_SLOTS, Slot
from tradewind.modules.conversations.engine.situation import SLOT, Situation
from tradewind.modules.conversations.engine.wording import speaks
from tradewind.modules.conversations.policy.meeting import FREE
from tradewind.modules.conversations.policy.rules import Decision
from tradewind.modules.conversations.service.changing import Change
from tradewind.modules.conversations.service.context import Begun
from tradewind.modules.meetings import api as meetings
from tradewind.modules.meetings.contracts import BookingWish, Guest
from tradewind.modules.meetings.errors import EventTypeNotFound
from tradewind.modules.meetings.errors_bookings import AlreadyBooked, BookingInvalid, HoldExpired, SlotTaken

SHOWN_AHEAD = timedelta(days=21)
HELD_FOR = timedelta(minutes=10)
_PER_DAY = 2


async def carried_out(change: Change, begun: Begun, situation: Situation, decisions: list[Decision]) -> dict[str, Any]:
    """What offering, holding and booking came to, as fields of `Effects`; decisions they overtook are corrected."""
    for place, one in enumerate(decisions):
        if isinstance(one.action, OfferSlots) and one.verdict == "done":
            return {"slots": await _offered(change, begun, situation)}
        if isinstance(one.action, Book):
            if one.verdict == "done":
                facts, problem = await _booked(change, begun, situation)
            elif one.verdict == "asked" and one.ask != SLOT and situation.reading.slot is not None:
                facts, problem = await _held(change, begun, situation)
            elif one.verdict == "asked" and one.ask == SLOT and not situation.reading.unclear_slot:
                return {"slots": await _offered(change, begun, situation)}
            else:
                return {}
            if problem is not None:
                decisions[place] = replace(one, verdict="refused", rule=FREE[0], why=problem, ask=None)
            return facts
    return {}


async def _offered(change: Change, begun: Begun, situation: Situation) -> tuple[Slot, ...]:
    """Free times of the next weeks, a few a day."""
    event_type_id = situation.settings.event_type_id
    assert event_type_id is not None
    start = now()
    try:
        found = await meetings.find_slots(
            change.session, event_type_id, start=start, end=start + SHOWN_AHEAD, lead_id=_lead(change)
        )
    except EventTypeNotFound:
        return ()
    return _spread([Slot(one.starts_at, one.ends_at) for one in found])


async def _held(change: Change, begun: Begun, situation: Situation) -> tuple[dict[str, Any], str | None]:
    """Keep the chosen time free while the rest is asked; one chosen before is given back."""
    event_type_id, slot = situation.settings.event_type_id, situation.reading.slot
    assert event_type_id is not None
    assert slot is not None
    pending = situation.pending.booking
    if begun.is_trial or (pending is not None and pending.chosen == slot and pending.hold_id):
        return {}, None
    if pending is not None and pending.hold_id is not None:
        await meetings.release_hold(change.session, pending.hold_id)
    try:
        held = await meetings.hold_slot(
            change.session, event_type_id, slot, keep_for=HELD_FOR, lead_id=_lead(change),
            key=f"turn:{begun.turn_id}",
        )  # fmt: skip
    except SlotTaken as problem:
        return _others(problem), "Somebody was faster: the time is taken."
    except (EventTypeNotFound, BookingInvalid) as problem:
        return {"book_problem": "book_failed"}, _why(problem)
    return {"hold_id": held.id}, None


async def _booked(change: Change, begun: Begun, situation: Situation) -> tuple[dict[str, Any], str | None]:
    """Book the chosen time."""
    event_type_id, pending = situation.settings.event_type_id, situation.pending.booking
    assert event_type_id is not None
    assert pending is not None
    assert pending.chosen is not None
    if begun.is_trial:
        title = await meetings.bookable_title(change.session, event_type_id) or ""
        return {
            "booked": Slot(pending.chosen, pending.chosen),
            "booked_title": title,
            "meeting_id": begun.turn_id,
        }, None
    wish = BookingWish(
        event_type_id=event_type_id,
        starts_at=pending.chosen,
        guest=Guest(
            name=situation.name or "",
            email=situation.email or "",
            time_zone=begun.zone,
            language=situation.language if speaks(situation.language) else "en",
        ),
        source="agent",
        lead_id=_lead(change),
        key=f"turn:{begun.turn_id}",
    )
    try:
        made = await _book(change, wish, pending.hold_id)
    except SlotTaken as problem:
        return _others(problem), "Somebody was faster: the time is taken."
    except AlreadyBooked:
        return {"book_problem": "already_booked"}, "This address has a meeting at that time."
    except (EventTypeNotFound, BookingInvalid) as problem:
        return {"book_problem": "book_failed"}, _why(problem)
    if change.row.lead_id is None and made.lead_id is not None:
        change.row.lead_id = made.lead_id
        change.happened("lead_linked", lead_id=str(made.lead_id))
    change.happened("meeting_booked", meeting_id=str(made.meeting_id), starts_at=made.starts_at.isoformat())
    return {
        "booked": Slot(made.starts_at, made.ends_at), "booked_title": made.title, "meeting_id": made.meeting_id,
    }, None  # fmt: skip


async def _book(change: Change, wish: BookingWish, hold_id: UUID | None) -> Any:
    """With the held time, or without where it is held no longer."""
    try:
        return await meetings.book(change.session, wish, hold_id=hold_id)
    except HoldExpired:
        return await meetings.book(change.session, wish)


def _others(problem: SlotTaken) -> dict[str, Any]:
    """The nearest times that are free."""
    shown = (problem.extra or {}).get("alternatives", ())
    times = [Slot(datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"])) for one in shown]
    return {"slots": tuple(times[:MOST_SLOTS]), "slot_taken": True}


def _spread(found: Sequence[Slot]) -> tuple[Slot, ...]:
    """The first times of different days, so that there is something to choose from."""
    chosen: list[Slot] = []
    days: dict[Any, int] = {}
    for one in found:
        day = one.starts_at.date()
        # Not 9:00 and 9:15: the second of a day at least two hours later.
        if days.get(day, 0) < _PER_DAY and not any(
            one.starts_at - other.starts_at < timedelta(hours=2) for other in chosen if other.starts_at.date() == day
        ):
            chosen.append(one)
            days[day] = days.get(day, 0) + 1
        if len(chosen) == MOST_SLOTS:
            break
    return tuple(chosen)


def _lead(change: Change) -> UUID | None:
    """The lead whose owner is preferred, where the visitor proved to be that lead."""
    return change.row.lead_id if change.row.lead_verified else None


def _why(problem: AppError) -> str:
    return str(problem)[:300] or problem.title


__all__: Sequence[str] = ["Literal", "carried_out"]
