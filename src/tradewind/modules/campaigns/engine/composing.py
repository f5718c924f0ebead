"""From a campaign's draft to the one journey that carries it out: pure, and the same for the same draft.

    in → hold ─┬─ go ──→ first message → second message → … → rest → out
               └─ none → held → out

Each message is a wait, a time of day, a split where something is tested, and one step a variant; all of them lead on
to the next message. Whoever reaches the goal leaves wherever they are, so nobody gets another message after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tradewind.modules.campaigns.engine.campaign import (
    CampaignDraft,
    CampaignGoal,
    CampaignMessage,
    CampaignVariant,
    GoalKind,
)
from tradewind.modules.campaigns.engine.graph import JourneyDraft

ENTRY, HOLDOUT, HELD, AHEAD, LATER, REST, END = "in", "holdout", "held", "ahead", "later", "rest", "out"
GO, NOTHING = "go", "nothing"
HELD_OUT = (HOLDOUT, NOTHING)
"""The step and variant of those who get nothing."""
GOALS: Mapping[GoalKind, tuple[str, str | None]] = {
    "booking": ("Meeting booked", "meeting.booked"),
    "deal_created": ("Deal opened", "deal.created"),
    "deal_won": ("Deal won", "deal.won"),
    "form": ("Form submitted", "web.form_submitted"),
    "reply": ("Reply to a mail", "email.replied"),
    "click": ("Click in a mail", "email.clicked"),
    "status": ("Status reached", None),
    "score": ("Score reached", None),
    "event": ("Event", None),
}
"""What each goal is called, and the kind of activity that reaches it where it is one."""
_KINDS = {"email": "send", "chat": "send", "task": "task", "webhook": "webhook"}
_WITHIN = 3
_LEAST_REST = timedelta(days=1)
_WIDTH, _HEIGHT = 280, 140


@dataclass(slots=True)
class _Drawing:
    """The journey as far as it is composed. `loose` are ways out that lead on to whatever comes next."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, str]] = field(default_factory=list)
    layout: dict[str, tuple[float, float]] = field(default_factory=dict)
    loose: list[tuple[str, str]] = field(default_factory=list)
    row: int = 0

    def add(
        self, key: str, kind: str, name: str, *, ports: Sequence[str] = ("next",), column: float = 0, **settings: Any
    ) -> None:
        """A step that all loose ways lead to, and whose ports are loose from now on."""
        self.alone(key, kind, name, column=column, **settings)
        self.edges += [{"from": origin, "port": port, "to": key} for origin, port in self.loose]
        self.loose = [(key, port) for port in ports]
        self.row += 1

    def alone(self, key: str, kind: str, name: str, *, column: float = 0, **settings: Any) -> None:
        """A step that nothing leads to yet."""
        self.nodes.append({"id": key, "kind": kind, "name": name[:120], "settings": settings})
        self.layout[key] = (column * _WIDTH, self.row * _HEIGHT)


def compose(draft: CampaignDraft) -> JourneyDraft:
    """The journey of a draft. What is missing in the draft is missing in the journey, and is told by its check."""
    drawing = _Drawing()
    drawing.add(ENTRY, "trigger", "The audience", on="audience", **_audience(draft))
    span = timedelta(days=draft.goal.within_days)
    ends = _hold_some_out(drawing, draft, span)
    gone = timedelta()
    tested = first_tested(draft)
    for number, message in enumerate(draft.messages):
        if message.variants:
            gone += message.after.span if message.after else timedelta()
            _add_message(drawing, draft, number, message, ahead=message is tested)
    rest = max(span - gone, _LEAST_REST)
    drawing.add(REST, "wait", "Time to reach the goal", until="duration", duration=duration(rest))
    drawing.loose += ends
    drawing.add(END, "exit", "The end")
    return JourneyDraft.model_validate(
        {"nodes": drawing.nodes, "edges": drawing.edges, "layout": drawing.layout, "settings": _settings(draft)}
    )


def first_tested(draft: CampaignDraft) -> CampaignMessage | None:
    """The message before which a share of the people goes ahead; None where nobody does."""
    if draft.testing.mode != "first":
        return None
    return next((one for one in draft.messages if len(one.variants) > 1), None)


def split_key(message: str) -> str:
    """The step at which chance decides on the variant of a message."""
    return f"test_{message}"


def step_key(message: str, variant: str) -> str:
    """The step that sends a variant."""
    return f"m_{message}_{variant}"


def goal_label(goal: CampaignGoal) -> str:
    """The goal in words."""
    if goal.kind is None:
        return ""
    words = GOALS[goal.kind][0]
    told = {
        "form": goal.form,
        "status": goal.status or "",
        "score": str(goal.score_at_least or ""),
        "event": goal.event.kind if goal.event else "",
    }.get(goal.kind, "")
    return f"{words}: {told}" if told else words


def duration(span: timedelta) -> dict[str, Any]:
    """A span in the largest unit it is a whole number of; hours, rounded up, where it is long and none fits."""
    minutes = max(1, round(span.total_seconds() / 60))
    for unit, length in (("days", 1_440), ("hours", 60)):
        if minutes % length == 0:
            return {"amount": minutes // length, "unit": unit}
    return {"amount": -(-minutes // 60), "unit": "hours"} if minutes > 1_440 else {"amount": minutes, "unit": "minutes"}


def audience_condition(draft: CampaignDraft, *, without: bool = True) -> dict[str, Any] | None:
    """Who is in the audience, in the language of segments; None where nothing was said."""
    told = draft.audience
    parts: list[dict[str, Any]] = []
    if told.segments:
        parts.append({"field": "segment", "op": "in", "value": [str(one) for one in told.segments]})
    if told.conditions:
        parts.append(dict(told.conditions))
    if not parts:
        return None
    if told.without and without:
        parts.append({"field": "segment", "op": "not_in", "value": [str(one) for one in told.without]})
    return parts[0] if len(parts) == 1 else {"all": parts}


def _audience(draft: CampaignDraft) -> dict[str, Any]:
    condition = audience_condition(draft)
    settings: dict[str, Any] = {"later": draft.audience.later}
    if condition is not None:
        settings["condition"] = condition
    if draft.audience.without_recent_days is not None:
        settings["without_recent_days"] = draft.audience.without_recent_days
    return settings


def _settings(draft: CampaignDraft) -> dict[str, Any]:
    settings: dict[str, Any] = {"purpose": draft.purpose, "re_entry": {"mode": "never"}}
    goal = _reached(draft.goal)
    if goal is not None:
        settings["goal"] = goal
    schedule = draft.schedule
    if schedule.weekdays and schedule.send_time == "asap":
        settings["send_window"] = {"from": "00:00", "to": "23:59", "weekdays": schedule.weekdays}
    if schedule.pace_per_hour is not None:
        settings["pace"] = {"per_hour": schedule.pace_per_hour}
    return settings


def _reached(goal: CampaignGoal) -> dict[str, Any] | None:
    match goal.kind:
        case None:
            return None
        case "status":
            return {"condition": {"field": "status", "op": "eq", "value": goal.status}} if goal.status else None
        case "score":
            points = goal.score_at_least
            return {"condition": {"field": "score", "op": "gte", "value": points}} if points else None
        case "event":
            return {"event": goal.event.model_dump()} if goal.event else None
    named = [{"path": "form", "value": goal.form}] if goal.kind == "form" and goal.form else []
    return {"event": {"kind": GOALS[goal.kind][1], "where": named}}


def _hold_some_out(drawing: _Drawing, draft: CampaignDraft, span: timedelta) -> list[tuple[str, str]]:
    """The split that keeps some people out, where some are; returns the loose ends of their way."""
    share = draft.testing.holdout
    if share <= 0:
        return []
    variants = [
        {"key": GO, "name": "Gets the campaign", "weight": 1 - share},
        {"key": NOTHING, "name": "Gets nothing", "weight": share, "holdout": True},
    ]
    drawing.add(HOLDOUT, "split", "Holdout", ports=(GO, NOTHING), method="fixed", variants=variants,
                reward_days=draft.goal.within_days)  # fmt: skip
    drawing.alone(HELD, "wait", "Gets nothing", column=1, until="duration", duration=duration(span))
    drawing.edges.append({"from": HOLDOUT, "port": NOTHING, "to": HELD})
    drawing.loose = [(HOLDOUT, GO)]
    return [(HELD, "next")]


def _add_message(
    drawing: _Drawing, draft: CampaignDraft, number: int, message: CampaignMessage, *, ahead: bool
) -> None:
    testing = draft.testing
    if message.after is not None:
        told = message.after.model_dump()
        drawing.add(f"wait_{message.key}", "wait", f"Before message {number + 1}", until="duration", duration=told)
    if message.channel in ("email", "chat"):
        _wait_for_hour(drawing, draft, message)
    if ahead:
        _let_some_go_ahead(drawing, draft)
    variants = message.variants if testing.mode != "one" else message.variants[:1]
    if len(variants) > 1:
        method = "fixed" if testing.mode == "fixed" else "adaptive"
        told = [
            {"key": one.key, "name": one.name, "weight": one.weight if method == "fixed" else 1} for one in variants
        ]
        drawing.add(
            split_key(message.key), "split", f"Which variant of message {number + 1}",
            ports=[one.key for one in variants], method=method, variants=told,
            floor=min(testing.floor, int(10_000 / len(variants)) / 10_000), reward_days=draft.goal.within_days,
            measure=testing.measure,
        )  # fmt: skip
    origins = drawing.loose
    ends: list[tuple[str, str]] = []
    for place, one in enumerate(variants):
        key = step_key(message.key, one.key)
        name = one.name or one.title or f"Message {number + 1}"
        column = place - (len(variants) - 1) / 2
        drawing.alone(key, _KINDS[message.channel], name, column=column, **_content(draft, message, one))
        came = [origins[place]] if len(variants) > 1 else origins
        drawing.edges += [{"from": origin, "port": port, "to": key} for origin, port in came]
        ends.append((key, "next"))
    drawing.loose = ends
    drawing.row += 1


def _wait_for_hour(drawing: _Drawing, draft: CampaignDraft, message: CampaignMessage) -> None:
    """The hour at which a message leaves, where the schedule names one."""
    schedule = draft.schedule
    if schedule.send_time == "clock":
        drawing.add(f"clock_{message.key}", "wait", "Time of day", until="clock", at=schedule.clock or "09:00",
                    weekdays=schedule.weekdays)  # fmt: skip
    elif schedule.send_time == "best":
        days = sorted(set(schedule.weekdays)) or list(range(7))
        gap = max((later - day) % 7 or 7 for day, later in zip(days, days[1:] + days[:1], strict=True))
        drawing.add(f"clock_{message.key}", "wait", "Their best hour", until="best", within_days=max(_WITHIN, gap),
                    weekdays=schedule.weekdays)  # fmt: skip


def _let_some_go_ahead(drawing: _Drawing, draft: CampaignDraft) -> None:
    """Some go on at once, the others wait; both come to the same split, which has learnt by then."""
    share = draft.testing.first_share
    variants = [
        {"key": "first", "name": "Goes ahead", "weight": share},
        {"key": "others", "name": "Waits for what they show", "weight": 1 - share},
    ]
    drawing.add(AHEAD, "split", "Some go ahead", ports=("first", "others"), method="fixed", variants=variants)
    hours = {"amount": draft.testing.first_hours, "unit": "hours"}
    drawing.alone(LATER, "wait", "Until the first have shown", column=1, until="duration", duration=hours)
    drawing.row += 1
    drawing.edges.append({"from": AHEAD, "port": "others", "to": LATER})
    drawing.loose = [(AHEAD, "first"), (LATER, "next")]


def _content(draft: CampaignDraft, message: CampaignMessage, variant: CampaignVariant) -> dict[str, Any]:
    match message.channel:
        case "email" | "chat":
            settings: dict[str, Any] = {"channel": message.channel}
            if message.channel == "email" and variant.template_id is not None:
                settings["template_id"] = str(variant.template_id)
            if message.channel == "chat":
                settings["text"] = variant.text
            price = draft.budget.prices_microusd.get(message.channel, 0) if draft.budget else 0
            return {**settings, "cost_microusd": price} if price else settings
        case "task":
            settings = {"title": variant.title, "body": variant.text, "due_days": variant.due_days}
            return {**settings, "member_id": str(variant.member_id)} if variant.member_id else settings
        case "webhook":
            return {"url": variant.url}
