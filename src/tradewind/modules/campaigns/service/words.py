"""Steps and reasons in words for whoever asks where somebody is, and why."""

from collections.abc import Mapping
from typing import Any

from tradewind.modules.campaigns.engine.program import Node
from tradewind.modules.campaigns.engine.steps import (
    BestWait,
    ClockWait,
    Duration,
    DurationWait,
    EventMatch,
    EventWait,
)

_ENDED = {
    "": "",
    "exit": "Came to the end",
    "goal": "Reached the goal",
    "goal_before": "Had what the journey is for before it began",
    "exit_when": "The journey's exit condition came to hold",
    "stopped": "The journey was stopped",
    "taken_out": "Was taken out by hand",
    "left": "Left when people were moved to a new version",
    "merged": "Was merged with somebody who is in the journey",
    "deleted": "Was deleted",
    "step_gone": "The step is not in the version any more",
    "error": "Something went wrong with this person; the log of the worker says what",
    "too_many_steps": "Took 1,000 steps: the journey goes in a circle",
}
_BY_CODE = {
    "goal": "The goal was reached",
    "goal_before": "The goal was reached already",
    "exit_when": "The exit condition holds",
    "waited": "The wait was over",
    "happened": "It happened in time",
    "timeout": "It did not happen in time",
    "score_reached": "The score came to what was asked",
    "score_there": "The score was there already",
    "condition_broken": "The condition works no more (a field or segment it names is gone): taken as no",
    "sent": "The message may leave",
    "blocked": "The message must not be sent",
    "no_channel": "No message: nothing is connected that sends on this channel",
    "no_address": "No message: the person cannot be reached on this channel",
    "no_mail": "No message: the mail template is not published any more",
}
_BY_PORT = {"yes": "The condition holds", "no": "The condition does not hold"}
_BY_KIND = {
    "trigger": "Came in",
    "send": "The message was handed to the outbox",
    "task": "The task was made",
    "webhook": "The request was handed to the outbox",
    "update": "The person was changed",
    "enrol": "Was put into the other journey",
    "goal": "The goal was reached",
    "exit": "The journey ended here",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def ended_because(reason: str) -> str:
    """Why somebody's journey ended."""
    return _ENDED.get(reason, reason)


def why_taken(node: Node | None, port: str, facts: Mapping[str, Any]) -> str:
    """Why a step was left by a port."""
    code = facts.get("code")
    if code == "drawn":
        return f"Chance decided; this way had {facts['propensity']:.0%}"
    if port == "decided":
        return _best_hour(facts)
    if code == "moved":
        return f"Moved by hand from version {facts.get('from')}"
    if code == "chosen":
        return f"Everybody gets this way: chosen by {facts.get('by')}"
    if code in _BY_CODE:
        return _BY_CODE[code]
    if port in _BY_PORT:
        return _BY_PORT[port]
    return _BY_KIND.get(node.kind, "") if node else ""


def waits_for(node: Node | None) -> str:
    """What somebody at a step waits for."""
    if node is None:
        return ""
    settings = node.settings
    if isinstance(settings, DurationWait):
        return f"For {_span(settings.duration)}"
    if isinstance(settings, ClockWait):
        days = f" on {', '.join(_DAYS[day] for day in sorted(settings.weekdays))}" if settings.weekdays else ""
        return f"For {settings.at} in their time zone{days}"
    if isinstance(settings, BestWait):
        hours = f"{settings.earliest} and {settings.latest}"
        return f"For their best hour between {hours}, {settings.within_days} days at most"
    if isinstance(settings, EventWait):
        return f"For {_event(settings.event)}, at most {_span(settings.timeout)}"
    if node.kind == "score_wait":
        score = ", ".join(settings.bands) if settings.bands else f"{settings.at_least} points"
        return f"For a score of {score}, at most {_span(settings.timeout)}"
    if node.kind == "send":
        return "For the hours in which messages leave"
    return "For its turn"


def _best_hour(facts: Mapping[str, Any]) -> str:
    """Why an hour was taken: “Tuesday 09–10: 6 of 14 answers; organisation 11 %”."""
    hour = facts["hour"]
    name = f"{_DAYS[hour // 24]} {hour % 24:02}–{(hour % 24 + 1) % 24:02}"
    match facts["code"]:
        case "best_none":
            return f"{name}: none of the days that were allowed had an allowed hour"
        case "best_unknown":
            return f"{name}, the first allowed hour: {facts['answers']:,} answers of all people say too little yet"
    told = f"{facts['own']} of {facts['of']} answers; organisation {facts['all']:.1%}"
    if facts["code"] == "best_explored":
        return f"{name}, by chance, to see what the best hours bring ({facts['propensity']:.1%}): {told}"
    return f"{name}: {told}" + ("" if facts["code"] == "best_own" else "; everybody's hours decided")


def _event(match: EventMatch) -> str:
    told = " and ".join(f"{one.path} {'=' if one.op == 'eq' else 'with'} “{one.value}”" for one in match.where)
    return f"“{match.kind}”" + (f" with {told}" if told else "")


def _span(duration: Duration) -> str:
    unit = duration.unit.removesuffix("s") if duration.amount == 1 else duration.unit
    return f"{duration.amount} {unit}"
