"""The palette of the builder: every kind of step, said in words, with ports and the schema of its settings."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from tradewind.modules.campaigns.engine import steps
from tradewind.modules.campaigns.schemas.journeys import StepKindRead, StepPort

_NEXT = ("next", "Next", True)
_WAIT = {"timeout": {"amount": 7, "unit": "days"}}
# Kind, group, description, ports (key, label, required), settings, example.
_KINDS: tuple[tuple[Any, ...], ...] = (
    ("trigger", "entry", "How people enter: segment, event, form, date, score, schedule, by hand.",
     (_NEXT,), steps.TriggerSettings, {"on": "api"}),
    ("wait", "timing", "A span of time, a time of day in the person's zone, or an event with a time-out.",
     (_NEXT, ("timeout", "Time is over", False)), steps.WaitSettings,
     {"until": "duration", "duration": {"amount": 1, "unit": "days"}}),
    ("score_wait", "timing", "Until the score is in a band or has the points, or time is over.",
     (_NEXT, ("timeout", "Time is over", True)), steps.ScoreWaitSettings, {"bands": ["hot"], **_WAIT}),
    ("branch", "decision", "Yes for people a condition holds for, else no.",
     (("yes", "Yes", True), ("no", "No", True)), steps.BranchSettings,
     {"condition": {"field": "score", "op": "gte", "value": 60}}),
    ("split", "decision", "Chance decides: by fixed shares, or more and more for what reaches the goal.",
     (("a", "A", True), ("b", "B", True)), steps.SplitSettings,
     {"method": "fixed", "variants": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]}),
    ("send", "message", "A mail or another message; consent, hours and caps are looked at first.",
     (_NEXT, ("blocked", "Must not be sent", False)), steps.SendSettings, {"channel": "email"}),
    ("task", "action", "A task for the person's owner or a member of the team.", (_NEXT,), steps.TaskSettings,
     {"title": "Call {{ full_name }}", "due_days": 1}),
    ("update", "action", "Status, tags or owner.", (_NEXT,), steps.UpdateSettings,
     {"add_tags": ["nurtured"]}),
    ("webhook", "action", "A signed request to another system, with fields of the person.", (_NEXT,),
     steps.WebhookSettings, {"url": "https://"}),
    ("enrol", "action", "Puts the person into another journey as well.", (_NEXT,),
     steps.EnrolSettings, {}),
    ("goal", "end", "Whoever comes here has reached the goal.", (("next", "Next", False),), steps.GoalSettings,
     {}),
    ("exit", "end", "The journey ends.", (), steps.ExitSettings, {}),
)  # fmt: skip


@cache
def step_kinds() -> list[StepKindRead]:
    """Every kind of step, in the order of the palette."""
    return [
        StepKindRead(
            kind=kind, group=group, label=steps.TITLES[kind], description=description,
            ports=[StepPort(key=key, label=name, required=required) for key, name, required in ports],
            settings=TypeAdapter(settings).json_schema(), example=example,
        )
        for kind, group, description, ports, settings, example in _KINDS
    ]  # fmt: skip
