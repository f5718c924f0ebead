"""What keeps a flow from working, field by field."""

from collections import Counter
from collections.abc import Iterator

from tradewind.kernel.errors import FieldError
from tradewind.modules.qualification.engine.conditions import OPS, ops_of
from tradewind.modules.qualification.engine.flow import (
    END,
    FlowBranch,
    FlowCondition,
    FlowDefinition,
    FlowOutcome,
    FlowQuestion,
    FlowScoreRule,
)


def problems(flow: FlowDefinition) -> list[FieldError]:
    """Everything that must be put right before the flow can be published, by the path of its field."""
    return [FieldError(field=field, message=message) for field, message in _problems(flow)]


def _problems(flow: FlowDefinition) -> Iterator[tuple[str, str]]:
    if not flow.questions:
        yield "questions", "A flow asks at least one question."
    counted = Counter(question.key for question in flow.questions)
    places = {question.key: place for place, question in enumerate(flow.questions)}
    fields = Counter(question.lead_field for question in flow.questions if question.lead_field)
    for place, question in enumerate(flow.questions):
        at = f"questions.{place}"
        if counted[question.key] > 1:
            yield f"{at}.key", f"Two questions have the key “{question.key}”."
        if question.key == END:
            yield f"{at}.key", "The key “end” stands for the end of the flow."
        if question.lead_field and fields[question.lead_field] > 1:
            yield f"{at}.lead_field", f"Two questions write the field {question.lead_field}."
        yield from _question(flow, question, at)
        for number, branch in enumerate(question.branches):
            yield from _condition(branch, question, f"{at}.branches.{number}")
            if branch.go_to != END and places.get(branch.go_to, -1) <= place:
                known = branch.go_to in places
                yield (
                    f"{at}.branches.{number}.go_to",
                    "A branch leads to a later question." if known else f"There is no question “{branch.go_to}”.",
                )
    for place, rule in enumerate(flow.scoring):
        yield from _about(flow, rule, f"scoring.{place}")
    for place, outcome in enumerate([*flow.outcomes, flow.otherwise]):
        at = f"outcomes.{place}" if place < len(flow.outcomes) else "otherwise"
        yield from _outcome(flow, outcome, at)
    if flow.otherwise.conditions or flow.otherwise.min_score is not None or flow.otherwise.max_score is not None:
        yield "otherwise", "The last outcome is for everybody else and has no conditions."


def _question(flow: FlowDefinition, question: FlowQuestion, at: str) -> Iterator[tuple[str, str]]:
    if not question.label:
        yield f"{at}.label", "Give the question a name."
    if not question.text.get(flow.language):
        yield f"{at}.text", f"Write the question in the flow's language ({flow.language})."
    if question.kind == "choice":
        if len(question.options) < 2:
            yield f"{at}.options", "A choice has at least two options."
        keys = Counter(option.key for option in question.options)
        for place, option in enumerate(question.options):
            if keys[option.key] > 1:
                yield f"{at}.options.{place}.key", f"Two options have the key “{option.key}”."
            if not option.label.get(flow.language):
                yield f"{at}.options.{place}.label", f"Name the option in the flow's language ({flow.language})."
    elif question.options:
        yield f"{at}.options", "Only a choice has options."
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        yield f"{at}.maximum", "The largest value is below the smallest one."
    if question.kind not in ("number", "money") and (question.minimum, question.maximum) != (None, None):
        yield f"{at}.minimum", "Only numbers and amounts have a smallest and a largest value."


def _about(flow: FlowDefinition, condition: FlowCondition | FlowScoreRule, at: str) -> Iterator[tuple[str, str]]:
    question = flow.question(condition.question)
    if question is None:
        yield f"{at}.question", f"There is no question “{condition.question}”."
    else:
        yield from _condition(condition, question, at)


def _condition(
    condition: FlowCondition | FlowBranch | FlowScoreRule, question: FlowQuestion, at: str
) -> Iterator[tuple[str, str]]:
    op, value, kind = condition.op, condition.value, question.kind
    if op not in ops_of(kind):
        yield f"{at}.op", f"“{OPS[op]}” does not fit this question."
        return
    if op in ("answered", "not_answered", "refused"):
        if value is not None:
            yield f"{at}.value", f"“{OPS[op]}” takes no value."
        return
    wanted: list[object] = list(value) if isinstance(value, list) else [value]
    if (op == "one_of") != isinstance(value, list):
        yield f"{at}.value", "Choose one or more options." if op == "one_of" else "Compare with one value."
    elif kind == "yes_no" and not isinstance(value, bool):
        yield f"{at}.value", "Compare with yes or no."
    elif (kind in ("number", "money") or op == "within_days") and (
        isinstance(value, bool) or not isinstance(value, int | float)
    ):
        yield f"{at}.value", "Compare with a number."
    elif (
        kind not in ("yes_no", "number", "money")
        and op != "within_days"
        and not all(isinstance(one, str) and one for one in wanted)
    ):
        yield f"{at}.value", "Compare with a text."
    elif kind == "choice":
        known = {option.key for option in question.options}
        if not wanted or any(one not in known for one in wanted):
            yield f"{at}.value", "Choose among the options of the question."


def _outcome(flow: FlowDefinition, outcome: FlowOutcome, at: str) -> Iterator[tuple[str, str]]:
    if not outcome.name:
        yield f"{at}.name", "Give the outcome a name."
    for number, condition in enumerate(outcome.conditions):
        yield from _about(flow, condition, f"{at}.conditions.{number}")
    lowest, highest = outcome.min_score, outcome.max_score
    if lowest is not None and highest is not None and lowest > highest:
        yield f"{at}.max_score", "The largest score is below the smallest one."
    if not flow.scoring and (lowest is not None or highest is not None):
        yield f"{at}.min_score", "The flow has no scoring."
    if outcome.state == "unqualified" and outcome.next_step == "book":
        yield f"{at}.next_step", "A meeting is offered to those who qualify."
