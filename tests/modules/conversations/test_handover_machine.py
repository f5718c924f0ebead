"""The way to people as a state machine: whatever visitors, agents, members and the clock do, nobody is lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import lifecycle
from tradewind.modules.conversations.errors import AlreadyHandedOver, WrongState
from tradewind.modules.conversations.lifecycle import OPEN_HANDOVERS
from tradewind.modules.conversations.models.conversations import Conversation, Handover

MEMBERS = [new_id() for _ in range(3)]


class HandOver(RuleBasedStateMachine):
    """One conversation, acted on in any order; `said` counts the visitor's messages."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.said = 1
        self.ways: list[Handover] = []
        self.row = Conversation(
            id=new_id(), organisation_id=new_id(), state="agent", agent_id=new_id(), opted_out=False, urgent=False,
            reopened=0, last_sequence=1, answered_through=0,
        )  # fmt: skip

    @property
    def current(self) -> Handover | None:
        return next((one for one in self.ways if one.state in OPEN_HANDOVERS), None)

    @rule()
    def visitor_writes(self) -> None:
        self.said += 1
        if self.row.state == "closed":
            lifecycle.reopen(self.row)
        lifecycle.wake(self.row, self.current, at=self.at)

    @rule(by=st.sampled_from(["agent", "policy", "visitor", "member"]), offline=st.booleans())
    def somebody_asks_for_a_person(self, by, offline) -> None:
        before, closed = self.current, self.row.state == "closed"
        last = max((one.at_sequence for one in self.ways), default=None)
        try:
            found = lifecycle.hand_over(
                self.row, before, by=by, reason="asked", at=self.at, at_sequence=self.said, last_at_sequence=last,
                offline=offline,
            )  # fmt: skip
        except AlreadyHandedOver:
            assert by in ("agent", "policy"), "a visitor's or member's wish is never refused"
            assert last == self.said, "the visitor said something since"
        except WrongState:
            assert closed
        else:
            assert found is before or before is None, "what waits keeps its place"
            if before is None:
                self.ways.append(found)
            assert self.row.state in ("waiting", "person", "snoozed")

    @precondition(lambda self: self.row.state != "closed")
    @rule(member=st.sampled_from(MEMBERS))
    def member_joins(self, member) -> None:
        self.row.turn_id = new_id() if self.row.state == "agent" else None
        found = lifecycle.join(self.row, self.current, member_id=member, at=self.at, at_sequence=self.said)
        if found not in self.ways:
            self.ways.append(found)
        assert (self.row.state, found.state) == ("person", "accepted")

    @rule()
    def member_gives_back(self) -> None:
        try:
            lifecycle.give_back(self.row, self.current, at=self.at)
        except WrongState:
            assert self.row.state in ("agent", "closed") or self.row.opted_out
        else:
            assert self.row.state == "agent"

    @rule()
    def member_leaves_the_company(self) -> None:
        lifecycle.put_back(self.row, self.current, at=self.at)

    @rule(hours=st.integers(1, 48))
    def member_snoozes(self, hours) -> None:
        try:
            lifecycle.snooze(self.row, until=self.at + timedelta(hours=hours))
        except WrongState:
            assert self.row.state in ("agent", "closed")

    @rule(hours=st.integers(0, 48))
    def time_passes(self, hours) -> None:
        self.at += timedelta(hours=hours)
        if self.row.snoozed_until is not None and self.row.snoozed_until <= self.at:
            assert lifecycle.wake(self.row, self.current, at=self.at)

    @rule()
    def visitor_opts_out(self) -> None:
        self.row.opted_out = True

    @rule(confirmed=st.booleans())
    def somebody_closes(self, confirmed) -> None:
        joined = any(one.accepted_at for one in self.ways)
        try:
            outcome = lifecycle.close(
                self.row, self.current, at=self.at, by=None, confirmed=confirmed, person_joined=joined
            )
        except WrongState:
            assert self.row.closed_at is not None
        else:
            assert (outcome == "confirmed") == confirmed, "only the visitor's word is a success"

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert lifecycle.faults(self.row, self.current) == []

    @invariant()
    def one_way_is_open_at_most(self) -> None:
        assert sum(one.state in OPEN_HANDOVERS for one in self.ways) <= 1

    @invariant()
    def automatic_ways_are_never_taken_twice_for_one_message(self) -> None:
        automatic = [one.at_sequence for one in self.ways if one.requested_by in ("agent", "policy")]
        assert len(automatic) == len(set(automatic))

    @invariant()
    def every_way_that_ended_says_when(self) -> None:
        for one in self.ways:
            assert (one.ended_at is not None) == (one.state not in OPEN_HANDOVERS)
            assert one.accepted_at or one.state not in ("accepted", "returned", "ended")


TestHandOver = HandOver.TestCase
TestHandOver.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
