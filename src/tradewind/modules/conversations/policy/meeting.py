"""When a meeting may be booked: a time that was offered and chosen, a name, an address, and an explicit yes."""

from tradewind.modules.conversations.engine.actions import Book, OfferSlots
from tradewind.modules.conversations.engine.situation import CONFIRM, EMAIL, NAME, SLOT, Situation
from tradewind.modules.conversations.policy.rules import Objection, Rule


def _can_book(situation: Situation, action: OfferSlots | Book) -> Objection | None:
    if not situation.can_book:
        return Objection("refused", "The agent has no event type to offer times of.")
    return None


def _once(situation: Situation, book: Book) -> Objection | None:
    booking = situation.pending.booking
    if booking is not None and booking.meeting_id is not None:
        return Objection("refused", "It is booked already.")
    return None


def _chosen(situation: Situation, book: Book) -> Objection | None:
    booking = situation.pending.booking
    if booking is None or not booking.offered:
        return Objection("asked", "No time was offered yet.", SLOT)
    chosen = situation.reading.slot or booking.chosen
    if chosen is None or chosen not in booking.offered:
        return Objection("asked", "The visitor has chosen none of the times offered.", SLOT)
    return None


def _name(situation: Situation, book: Book) -> Objection | None:
    return None if situation.name else Objection("asked", "The visitor's name is not known.", NAME)


def _email(situation: Situation, book: Book) -> Objection | None:
    return None if situation.email else Objection("asked", "The visitor gave no address.", EMAIL)


def _yes(situation: Situation, book: Book) -> Objection | None:
    same_time = situation.reading.slot is None or (
        situation.pending.booking is not None and situation.reading.slot == situation.pending.booking.chosen
    )
    if situation.pending.asked == CONFIRM and situation.reading.answer == "yes" and same_time:
        return None
    return Objection("asked", "The visitor has not said yes to this very time.", CONFIRM)


FREE = ("book.free", "Not a time that somebody else took meanwhile: others are shown.")
OFFER: tuple[Rule[OfferSlots], ...] = (Rule("offer.event_type", "Only where the agent has an event type.", _can_book),)
BOOK: tuple[Rule[Book], ...] = (
    Rule("book.event_type", "Only where the agent has an event type.", _can_book),
    Rule("book.once", "Not what is booked already.", _once),
    Rule("book.slot", "Only a time that was offered and that the visitor chose.", _chosen),
    Rule("book.name", "Only with the visitor's name.", _name),
    Rule("book.email", "Only with the visitor's address.", _email),
    Rule("book.yes", "Only after an explicit yes to the very time, name and address.", _yes),
)
