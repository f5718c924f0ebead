"""A person's whole way at once, on a virtual clock: what rehearsals do, and what live runs are compared with."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.engine.stepping import Facts, Place, Signal, Taken, advance

GOAL, EXIT = "·goal", "·exit"
"""Keys, beside those of steps, under which the events of goal and exit stand."""
Events = Mapping[str, Sequence[datetime]]
"""By step that waits for an event (or GOAL, EXIT): when it happened to the person, ascending."""
Answer = Callable[[Taken], Signal]
"""What the ledger would say of a message: `sent` or `blocked`."""
Imagine = Callable[[Node, Place], datetime | None]
"""When, before `place.due_at`, what somebody waits for at a step happens; None for never."""


def walk(
    program: Program,
    place: Place,
    facts: Facts,
    events: Events,
    identity: str,
    *,
    until: datetime,
    answer: Answer,
    imagine: Imagine | None = None,
) -> list[Taken]:
    """Move somebody on to their end, or to where they are at `until`; changes `place`, returns all steps taken."""
    taken: list[Taken] = []
    while place.state == "waiting":
        signal = _signal(program, place, events)
        if signal is None and imagine is not None and place.due_at > place.since:
            node = program.nodes[place.node]
            at = imagine(node, place) if node.event is not None or node.kind == "score_wait" else None
            signal = ("event", at) if at is not None else None
        if signal is not None:
            name, at = signal
            if at <= until:
                place.signal, place.signal_at = name, at
                place.due_at = max(at, place.since)
        if place.due_at > until:
            break
        steps = advance(program, place, place.due_at, facts, identity)
        taken += steps
        if place.signal == "sent":
            place.signal = answer(steps[-1])
    return taken


def _signal(program: Program, place: Place, events: Events) -> tuple[Signal, datetime] | None:
    """The first that happens before the place's wait is over; of two at once, goal before exit before event."""
    found: list[tuple[datetime, int, Signal]] = []
    for rank, (key, name) in enumerate(((GOAL, "goal"), (EXIT, "exit"))):
        times = events.get(key, ())
        after = bisect_right(times, place.entered_at)
        if after < len(times) and times[after] <= place.due_at:
            found.append((times[after], rank, name))  # type: ignore[arg-type]
    node = program.nodes.get(place.node)
    if node is not None and node.event is not None and place.due_at > place.since:
        times = events.get(node.key, ())
        after = bisect_right(times, place.since)
        if after < len(times) and times[after] < place.due_at:
            found.append((times[after], 2, "event"))
    if not found:
        return None
    at, _, name = min(found)
    return name, at
