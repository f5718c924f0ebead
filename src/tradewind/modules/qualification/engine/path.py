"""The way through a flow: which questions apply, and which one comes next."""

from dataclasses import dataclass
from datetime import date

from tradewind.modules.qualification.engine.conditions import holds
from tradewind.modules.qualification.engine.flow import END, FlowDefinition, FlowQuestion
from tradewind.modules.qualification.engine.state import RunState

REQUIRED_ATTEMPTS, OTHER_ATTEMPTS = 3, 2


@dataclass(frozen=True, slots=True)
class Way:
    """`passed` are the questions so far, in their order; `current` the one to ask, None at the end."""

    passed: tuple[FlowQuestion, ...]
    current: FlowQuestion | None


def walk(flow: FlowDefinition, state: RunState, *, today: date) -> Way:
    """Follow the questions and their branches with what was answered. Branches lead forwards, so this always ends."""
    places = {question.key: place for place, question in enumerate(flow.questions)}
    passed: list[FlowQuestion] = []
    place = 0
    while place < len(flow.questions):
        question = flow.questions[place]
        if not state.settled(question.key) and not given_up(question, state):
            return Way(tuple(passed), question)
        passed.append(question)
        place += 1
        for branch in question.branches:
            if holds(branch, question.key, state, today=today):
                if branch.go_to == END:
                    return Way(tuple(passed), None)
                place = max(places.get(branch.go_to, place), place)
                break
    return Way(tuple(passed), None)


def given_up(question: FlowQuestion, state: RunState) -> bool:
    """Whether a question was put often enough without success."""
    most = REQUIRED_ATTEMPTS if question.required else OTHER_ATTEMPTS
    return state.attempts.get(question.key, 0) >= most
