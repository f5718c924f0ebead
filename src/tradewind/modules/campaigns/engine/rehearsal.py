"""What a rehearsal comes to: ways added up one after the other, so that memory does not grow with the audience."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from tradewind.modules.campaigns.engine.program import Program
from tradewind.modules.campaigns.engine.stepping import STAYING, Place, Taken

TOO_OFTEN = 4
"""Messages to one person in seven days that a rehearsal speaks of."""
_WEEK = timedelta(days=7)
_FEW = 20


@dataclass(frozen=True, slots=True)
class Message:
    """A message that would go out."""

    person_id: UUID
    channel: str
    purpose: str
    node: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell. Grave ones keep a large journey from being launched."""

    code: str
    severity: str
    message: str
    node: str | None = None
    people: int | None = None


@dataclass(slots=True)
class Tally:
    """Everything counted so far.

    `hours` is why best hours were taken, `planned` is by hour, channel, purpose and what one message costs.
    """

    entered: int = 0
    steps: int = 0
    goal: int = 0
    too_often: int = 0
    most: int = 0
    longest: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    ports: Counter[tuple[str, str]] = field(default_factory=Counter)
    entered_on: Counter[date] = field(default_factory=Counter)
    sent_on: Counter[tuple[date, str]] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    mailboxes: Counter[str] = field(default_factory=Counter)
    hours: Counter[tuple[str, str]] = field(default_factory=Counter)
    planned: Counter[tuple[datetime, str, str, int]] = field(default_factory=Counter)
    mailboxes_on: defaultdict[str, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, program: Program, place: Place, taken: Sequence[Taken], domain: str | None) -> list[Message]:
        """Count one person's way; returns the messages on it. `domain` is that of the mail address."""
        self.entered += 1
        self.steps += len(taken)
        self.longest = max(self.longest, len(taken))
        # Whom a pace kept waiting enters when their turn comes.
        self.entered_on[(taken[0].at if taken else place.entered_at).date()] += 1
        self.ended[place.reason or "waiting"] += 1
        self.goal += place.goal_at is not None
        seen: set[str] = set()
        sent: list[tuple[Taken, str]] = []
        for step in taken:
            key = step.node.key
            self.ports[key, step.port] += 1
            # A message that asks for its outcome, or a wait that finds its hour, is one visit in two turns.
            self.visits[key] += step.port not in STAYING
            if step.port == "decided":
                self.hours[key, step.why["code"]] += 1
            if key not in seen:
                seen.add(key)
                self.people[key] += 1
            if step.effect and step.node.kind in ("send", "task", "webhook"):
                channel = step.node.settings.channel if step.node.kind == "send" else step.node.kind
                self.sent_on[step.at.date(), channel] += 1
                if step.node.kind == "send":
                    sent.append((step, channel))
        for step, channel in sent:
            self.messages[channel] += 1
            hour = step.at.replace(minute=0, second=0, microsecond=0)
            told = step.node.settings
            self.planned[hour, channel, told.purpose or program.purpose, told.cost_microusd] += 1
            if channel == "email" and domain:
                self.mailboxes[domain] += 1
                self.mailboxes_on[domain][step.at.date()] += 1
        times = [step.at for step, _ in sent]
        self.most = max(self.most, len(times))
        self.too_often += any(
            bisect_left(times, at + _WEEK) - place_of > TOO_OFTEN for place_of, at in enumerate(times)
        )
        return sent_messages(program, sent)


def sent_messages(program: Program, sent: Sequence[tuple[Taken, str]]) -> list[Message]:
    """Messages without their person, whom the caller knows."""
    nobody = UUID(int=0)
    return [
        Message(nobody, channel, step.node.settings.purpose or program.purpose, step.node.key, step.at)
        for step, channel in sent
    ]


def findings(program: Program, tally: Tally, names: Mapping[str, str]) -> list[Finding]:
    """What the counts say, gravest first."""
    found: list[Finding] = []
    if tally.entered == 0:
        found.append(Finding("nobody", "grave", "Nobody would enter: look at the triggers."))
        return found
    for reason in ("too_many_steps", "step_gone"):
        if tally.ended[reason]:
            message = "People go round in circles until they are stopped after 1,000 steps."
            found.append(Finding("loop", "grave", message, people=tally.ended[reason]))
    for node in program.nodes.values():
        name = names.get(node.key) or node.key
        if tally.visits[node.key] == 0:
            if node.kind != "trigger":
                found.append(Finding("never_reached", "warning", f"Nobody comes to “{name}”.", node.key))
            continue
        for port in node.targets:
            if port != "blocked" and tally.ports[node.key, port] == 0 and tally.visits[node.key] >= _FEW:
                message = f"Of {tally.visits[node.key]:,} people at “{name}” nobody leaves by “{port}”."
                found.append(Finding("dead_branch", "warning", message, node.key, tally.visits[node.key]))
    if tally.too_often:
        message = f"{tally.too_often:,} people would get more than {TOO_OFTEN} messages within a week."
        found.append(Finding("too_often", "warning", message, people=tally.too_often))
    if tally.ended["waiting"]:
        message = f"{tally.ended['waiting']:,} people are still on their way at the end of the rehearsal."
        found.append(Finding("unfinished", "note", message, people=tally.ended["waiting"]))
    return found
