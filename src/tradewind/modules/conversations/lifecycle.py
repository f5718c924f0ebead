"""The states of a conversation and of its way to a person, as functions over rows that touch no database.

A conversation is led by the agent, waits for a person, is led by a person, is snoozed, or is closed. Beside it stands
at most one open hand-over. `faults` names what must always hold: nobody who asked for a person is lost.
"""

from datetime import datetime
from uuid import UUID

from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.contracts import Outcome, RequestedBy
from tradewind.modules.conversations.errors import AlreadyHandedOver, WrongState
from tradewind.modules.conversations.models.conversations import Conversation, Handover

OPEN_HANDOVERS = ("waiting", "offline", "accepted")


def hand_over(
    row: Conversation,
    current: Handover | None,
    *,
    by: RequestedBy,
    reason: str,
    at: datetime,
    at_sequence: int,
    last_at_sequence: int | None,
    offline: bool,
) -> Handover:
    """Let the conversation wait for a person; what waits already, or is with a person, stays as it is.

    `at_sequence` is the visitor's newest message, `last_at_sequence` that of the hand-over before. Raises WrongState,
    and AlreadyHandedOver where the agent would send round in a circle a visitor who said nothing since.
    """
    if row.state == "closed":
        raise WrongState("The conversation is closed; it goes on when the visitor writes or a member reopens it.")
    if current is not None:
        return current
    if by in ("agent", "policy") and last_at_sequence is not None and at_sequence <= last_at_sequence:
        raise AlreadyHandedOver("The visitor has said nothing since this was handed over before.")
    row.state = "waiting"
    row.waiting_since = at
    _silence_agent(row)
    return Handover(
        id=new_id(),
        organisation_id=row.organisation_id,
        conversation_id=row.id,
        state="offline" if offline else "waiting",
        reason=reason,
        requested_by=by,
        requested_at=at,
        at_sequence=at_sequence,
    )


def join(row: Conversation, current: Handover | None, *, member_id: UUID, at: datetime, at_sequence: int) -> Handover:
    """A member takes the conversation; the agent leaves. Who has it already changes nothing. Raises WrongState."""
    if row.state == "closed":
        raise WrongState("The conversation is closed. Reopen it first.")
    if current is None:
        current = Handover(
            id=new_id(),
            organisation_id=row.organisation_id,
            conversation_id=row.id,
            reason="A member joined",
            requested_by="member",
            requested_at=at,
            at_sequence=at_sequence,
        )
    if row.assignee_id is None or row.state != "person":
        row.assignee_id = member_id
    row.state, row.snoozed_until = "person", None
    _silence_agent(row)
    if current.state != "accepted":
        current.state, current.accepted_by, current.accepted_at = "accepted", member_id, at
    return current


def put_back(row: Conversation, current: Handover | None, *, at: datetime) -> None:
    """Take the conversation from its assignee: it waits for whoever of the queue is next."""
    row.assignee_id = None
    if current is None or row.state in ("agent", "closed"):
        return
    if current.state == "accepted":
        current.state = "waiting"
    if row.state == "person":
        row.state = "waiting"
    row.waiting_since = row.waiting_since or at


def give_back(row: Conversation, current: Handover | None, *, at: datetime) -> None:
    """Return the conversation to the agent. Raises WrongState where there is none, or the visitor wants none."""
    if row.state not in ("waiting", "person", "snoozed"):
        raise WrongState("Only what is with people can be given back to the agent.")
    if row.agent_id is None:
        raise WrongState("No agent has led this conversation.")
    if row.opted_out:
        raise WrongState("The visitor asked to talk to people only.")
    _end(current, "returned" if current and current.accepted_at else "expired", at)
    row.state, row.assignee_id, row.snoozed_until = "agent", None, None
    no_promises(row)


def snooze(row: Conversation, *, until: datetime) -> None:
    """Put the conversation out of sight until then, or until the visitor writes. Raises WrongState."""
    if row.state not in ("waiting", "person", "snoozed"):
        raise WrongState("Only conversations with people can be snoozed.")
    row.state, row.snoozed_until = "snoozed", until


def wake(row: Conversation, current: Handover | None, *, at: datetime) -> bool:
    """End a snooze; False if there is none."""
    if row.state != "snoozed":
        return False
    accepted = current is not None and current.state == "accepted"
    row.state, row.snoozed_until = "person" if accepted else "waiting", None
    if not accepted:
        row.waiting_since = row.waiting_since or at
    return True


def close(
    row: Conversation,
    current: Handover | None,
    *,
    at: datetime,
    by: UUID | None,
    confirmed: bool,
    person_joined: bool,
) -> Outcome:
    """End the conversation and say what came of it; only the visitor's word is a success. Raises WrongState."""
    if row.state == "closed":
        raise WrongState("The conversation is closed already.")
    _end(current, "ended" if current and current.accepted_at else "expired", at)
    outcome: Outcome = "abandoned"
    if confirmed:
        outcome = "confirmed"
    elif row.reopened:
        outcome = "reopened"
    elif person_joined:
        outcome = "escalated"
    row.state, row.closed_at, row.closed_by, row.snoozed_until = "closed", at, by, None
    row.outcome = outcome
    _silence_agent(row)
    no_promises(row)
    return outcome


def reopen(row: Conversation) -> None:
    """Let a closed conversation go on, with the agent until somebody hands it over. Raises WrongState."""
    if row.state != "closed":
        raise WrongState("The conversation is open.")
    row.state, row.closed_at, row.closed_by = "agent", None, None
    row.outcome, row.reopened = "reopened", row.reopened + 1


def no_promises(row: Conversation) -> None:
    """Nobody waits for a person's answer any more."""
    row.waiting_since = row.first_reply_due_at = row.next_reply_due_at = row.breached_at = None


def faults(row: Conversation, current: Handover | None) -> list[str]:
    """What must never be, in words; empty for every conversation that went through the functions of this file."""
    found: list[str] = []
    if current is not None and current.state not in OPEN_HANDOVERS:
        found.append("a hand-over that is over counts as open")
    if row.state in ("waiting", "person", "snoozed") and current is None:
        found.append("it is with people without a hand-over")
    if row.state in ("agent", "closed") and current is not None:
        found.append("somebody waits for a person, and no person will see it")
    if row.state == "waiting" and (row.waiting_since is None or (current and current.state == "accepted")):
        found.append("it waits, but not since anything, or not for anybody")
    if row.state == "person" and (row.assignee_id is None or (current and current.state != "accepted")):
        found.append("it is with a person who is nobody, or who has not accepted it")
    if row.state != "agent" and row.turn_id is not None:
        found.append("the agent makes an answer although it has left")
    if (row.state == "snoozed") != (row.snoozed_until is not None):
        found.append("it sleeps without an end, or is awake with one")
    if (row.state == "closed") != (row.closed_at is not None) or (row.state == "closed" and row.outcome is None):
        found.append("it is closed at no time or without an outcome")
    return found


def _end(current: Handover | None, state: str, at: datetime) -> None:
    if current is not None:
        current.state, current.ended_at = state, at


def _silence_agent(row: Conversation) -> None:
    row.turn_id = row.turn_until = None
