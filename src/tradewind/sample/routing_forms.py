"""A routing form of the sample company, and what strangers have answered."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.meetings.engine import routing
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.models.routing_forms import RoutingAnswer
from tradewind.modules.meetings.schemas.routing_forms import RoutingFormCreate
from tradewind.modules.meetings.service import routing_forms

_ASKED = ("See Lumen with our numbers", "Help with what we use", "Work at Northlight")
_QUESTIONS = [
    {"key": "name", "label": "Name", "kind": "text", "required": True},
    {"key": "email", "label": "E-mail", "kind": "text", "required": True},
    {"key": "topic", "label": "What brings you here?", "kind": "select", "required": True, "options": list(_ASKED)},
    {"key": "planners", "label": "How many people plan with you?", "kind": "number"},
]
# Name, wish, planners, hours ago.
_GIVEN = (
    ("Jonas Petry", _ASKED[0], 45, 3),
    ("Amara Diallo", _ASKED[1], None, 8),
    ("Lucía Ferrer", _ASKED[0], 4, 27),
    ("Henrik Sand", _ASKED[2], None, 51),
    ("Mei Tanaka", _ASKED[0], 120, 75),
    ("Paul Roussel", _ASKED[0], 12, 122),
)


async def add_routing_form(session: AsyncSession, demo: EventType, onboarding: EventType, deep_dive: EventType) -> None:
    """Add “Talk to us” with its answers of the last days; the session acts for an administrator."""

    def rule(name: str, question: str, op: str, value: str | float, target: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "conditions": [{"question": question, "op": op, "value": value}], "target": target}

    jobs = {"kind": "message", "text": "Please write to jobs@northlight.example: we read every letter."}
    made = await routing_forms.create_form(
        session,
        RoutingFormCreate.model_validate(
            {
                "title": "Talk to us",
                "description": "Three questions, and you meet the right person.",
                "questions": _QUESTIONS,
                "rules": [
                    rule("Applicants", "topic", "is", _ASKED[2], jobs),
                    rule("Customers", "topic", "is", _ASKED[1], _to(onboarding)),
                    rule("Large teams", "planners", "at_least", 20, _to(deep_dive)),
                ],
                "fallback": _to(demo),
            }
        ),
    )
    form = made.model_dump(mode="json")
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    for name, topic, planners, hours in _GIVEN:
        address = f"{name.split()[0].lower()}@visitors.example"
        answers: dict[str, Any] = {"name": name, "email": address, "topic": topic}
        if planners is not None:
            answers["planners"] = planners
        found = routing.decide(form["questions"], form["rules"], form["fallback"], answers)
        session.add(
            RoutingAnswer(
                id=new_id(), organisation_id=organisation_id, form_id=made.id, answers=answers,
                rule=None if found.rule is None else made.rules[found.rule].name, target=dict(found.target),
                reason=found.reason, answered_at=now() - timedelta(hours=hours),
            )
        )  # fmt: skip


def _to(event_type: EventType) -> dict[str, Any]:
    return {"kind": "event_type", "event_type_id": str(event_type.id)}
