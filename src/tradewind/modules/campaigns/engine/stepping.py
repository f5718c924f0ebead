"""How people move through a program: a pure function of where they are, when it is, and what is known.

The engine asks no clock, no chance and no database. Whoever drives it (the ticks, a rehearsal, a test) hands it the
facts, and carries out what the steps taken say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

from tradewind.modules.campaigns.engine.allocation import pick
from tradewind.modules.campaigns.engine.hours import Choice, Rhythm, choose
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.engine.steps import BestWait, ClockWait, DurationWait
from tradewind.modules.campaigns.engine.timing import next_clock, window_opens

State = Literal["waiting", "done", "exited", "failed"]
Signal = Literal["event", "goal", "exit", "sent", "blocked"]
MAX_VISITS = 1_000
STAYING = frozenset({"asked", "decided"})
"""Ports of what is noted before somebody leaves a step: a message was asked about, an hour was found."""
_NONE: Mapping[str, Any] = {}


@dataclass(slots=True)
class Place:
    """Where somebody is. `due_at` after `since`: has come to the step and stays; else has yet to be dealt with there.

    `visit` counts the steps taken; `signal` is what happened while waiting, at `signal_at`.
    """

    node: str
    visit: int
    since: datetime
    due_at: datetime
    entered_at: datetime
    state: State = "waiting"
    signal: Signal | None = None
    signal_at: datetime | None = None
    goal_at: datetime | None = None
    reason: str = ""


@dataclass(slots=True)
class Facts:
    """What is known of a person: zone, conditions that hold (by number), and those that work no more.

    `habit` is how often they answered by hour of the week, `rhythm` that of all. `enters_at` is their place in the
    queue of a journey that lets in only so many an hour. `chosen` says who chose the variant of a split.
    """

    zone: str
    holds: frozenset[int] = frozenset()
    broken: frozenset[int] = frozenset()
    chances: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    habit: Mapping[int, int] = field(default_factory=dict)
    rhythm: Rhythm | None = None
    enters_at: datetime | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """A step taken: out of `node` by `port`, to `to` (None: the end). `effect` is for the driver to carry out.

    `counts_from` is when what chance decided begins to show, where that is later than `at`.
    """

    visit: int
    node: Node
    port: str
    to: str | None
    at: datetime
    why: Mapping[str, Any] = field(default_factory=dict)
    effect: bool = False
    variant: str | None = None
    propensity: float = 0.0
    counts_from: datetime | None = None


_EFFECTS = frozenset({"send", "task", "webhook", "update", "enrol"})


def advance(program: Program, place: Place, at: datetime, facts: Facts, identity: str) -> list[Taken]:
    """Move somebody on until they rest or leave; changes `place` and returns the steps taken.

    `at` is the journey's time, never before `place.since`. `identity` names person and entry: chance depends on it.
    """
    taken: list[Taken] = []
    if _left(program, place, at, facts, taken):
        return taken
    signal, signal_at = place.signal, place.signal_at
    arrived = place.due_at > place.since
    place.signal = place.signal_at = None
    while True:
        node = program.nodes.get(place.node)
        if node is None:
            _end(place, "failed", "step_gone", at)
            return taken
        if place.visit >= MAX_VISITS:
            _end(place, "failed", "too_many_steps", at)
            return taken
        port, why = "next", _NONE
        effect = False
        if node.rests:
            if not arrived and isinstance(node.settings, BestWait):
                choice = _best_hour(program, node, place, at, facts, identity)
                # Written down at once: the answers that it rests on change while somebody waits.
                taken.append(
                    Taken(place.visit, node, "decided", node.key, at, choice.why, variant=choice.variant,
                          propensity=choice.propensity, counts_from=choice.at)
                )  # fmt: skip
                place.visit += 1
                if choice.at > at:
                    place.since, place.due_at = at, choice.at
                    return taken
            elif not arrived and (due := _due(node, at, facts)) is not None:
                place.since, place.due_at = at, due
                return taken
            port, why = _woken(node, signal, signal_at, arrived, facts)
        elif node.kind == "trigger" and not arrived and facts.enters_at is not None and facts.enters_at > at:
            place.due_at = facts.enters_at
            return taken
        elif node.kind == "branch":
            assert node.condition is not None
            port = "yes" if node.condition in facts.holds else "no"
            if node.condition in facts.broken:
                why = {"code": "condition_broken"}
        elif node.kind == "send":
            if signal in ("sent", "blocked"):
                port = "blocked" if signal == "blocked" else "next"
                why = {"code": signal}
            else:
                opens = window_opens(at, facts.zone, program.window) if program.window else at
                if opens > at:
                    place.since, place.due_at = at, opens
                    return taken
                effect = True
                if node.asks_outcome:
                    # The ledger's answer is the signal of the next turn.
                    taken.append(Taken(place.visit, node, "asked", node.key, at, effect=True))
                    place.visit += 1
                    place.since = place.due_at = at
                    place.signal, place.signal_at = "sent", at
                    return taken
        elif node.kind in _EFFECTS:
            effect = True
        elif node.kind == "split":
            variant, chance = pick(facts.chances[node.key], draw(program, identity, node.key, place.visit))
            to = node.targets[variant]
            if node.key in facts.chosen:
                why = {"code": "chosen", "by": facts.chosen[node.key]}
            taken.append(Taken(place.visit, node, variant, to, at, why, variant=variant, propensity=chance))
            _move(place, to, at)
            arrived, signal = False, None
            continue
        elif node.kind == "goal" and place.goal_at is None:
            place.goal_at = at
        to = node.targets.get(port)
        taken.append(Taken(place.visit, node, port, to, at, why, effect))
        if to is None:
            place.visit += 1
            _end(place, "done", "goal" if node.kind == "goal" else "exit", at)
            return taken
        _move(place, to, at)
        arrived, signal = False, None
        if node.kind == "update":
            # What was changed may decide the next step: it is asked for anew.
            return taken


def draw(program: Program, identity: str, node: str, visit: int) -> float:
    """A number from 0 to 1 (exclusive), the same whenever it is asked for this person, entry, step and visit."""
    name = f"{program.seed}|{identity}|{node}|{visit}".encode()
    return int.from_bytes(blake2b(name, digest_size=7).digest()) / 2**56


def _left(program: Program, place: Place, at: datetime, facts: Facts, taken: list[Taken]) -> bool:
    """End it where the goal is reached or what lets people leave holds."""
    reason = None
    if place.signal == "goal" or (program.goal is not None and program.goal in facts.holds):
        reason = "goal"
    elif place.signal == "exit" or (program.exit is not None and program.exit in facts.holds):
        reason = "exit_when"
    if reason is None:
        return False
    if reason == "goal" and place.visit == 0:
        # Nothing that the journey could have brought about: nobody has left the trigger yet.
        reason = "goal_before"
    when = place.signal_at if place.signal in ("goal", "exit") and place.signal_at else at
    node = program.nodes.get(place.node)
    if node is not None:
        taken.append(Taken(place.visit, node, reason, None, when, {"code": reason}))
        place.visit += 1
    if reason == "goal" and place.goal_at is None:
        place.goal_at = when
    _end(place, "done" if reason == "goal" else "exited", reason, when)
    return True


def _best_hour(program: Program, node: Node, place: Place, at: datetime, facts: Facts, identity: str) -> Choice:
    """The hour somebody goes on at; chance is that of the person, entry, step and visit."""
    draws = tuple(draw(program, identity, f"{node.key}·{what}", place.visit) for what in ("explore", "hour", "minute"))
    return choose(node.settings, at, facts.zone, facts.habit, facts.rhythm, draws)  # type: ignore[arg-type]


def _due(node: Node, at: datetime, facts: Facts) -> datetime | None:
    """Until when somebody who has just come here stays; None for not at all."""
    settings = node.settings
    if node.kind == "score_wait":
        return None if node.condition in facts.holds else at + settings.timeout.span
    if isinstance(settings, DurationWait):
        return at + settings.duration.span
    if isinstance(settings, ClockWait):
        return next_clock(at, facts.zone, settings.at, settings.weekdays)
    return at + settings.timeout.span


def _woken(
    node: Node, signal: Signal | None, signal_at: datetime | None, arrived: bool, facts: Facts
) -> tuple[str, Mapping[str, Any]]:
    """The way on of somebody whose wait is over, and why."""
    if "timeout" not in node.settings.ports:
        return "next", {"code": "waited"}
    if signal == "event" and signal_at is not None:
        return "next", {"code": "happened", "at": signal_at.isoformat()}
    if node.kind == "score_wait" and node.condition in facts.holds:
        return "next", {"code": "score_reached" if arrived else "score_there"}
    return "timeout", {"code": "timeout"}


def _move(place: Place, to: str, at: datetime) -> None:
    place.node = to
    place.visit += 1
    place.since = place.due_at = at


def _end(place: Place, state: State, reason: str, at: datetime) -> None:
    place.state, place.reason = state, reason
    place.since = place.due_at = at
    place.signal = place.signal_at = None


def identity_of(person_id: UUID, entry_key: str) -> str:
    """Names a person's entry for `draw`."""
    return f"{person_id}|{entry_key}"
