"""Score and outcome of a run, with the reasons in words. Reasons name what was asked, and the rule, not the person."""

from dataclasses import dataclass
from datetime import date

from tradewind.modules.qualification.contracts import Reason
from tradewind.modules.qualification.contracts import RunState as State
from tradewind.modules.qualification.engine.conditions import holds, in_words
from tradewind.modules.qualification.engine.flow import FlowDefinition, FlowOutcome
from tradewind.modules.qualification.engine.path import walk
from tradewind.modules.qualification.engine.state import RunState


@dataclass(frozen=True, slots=True)
class Verdict:
    """`outcome` is None while questions are open, and where required answers are missing and no outcome fits."""

    state: State
    score: int | None
    outcome: FlowOutcome | None
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]


def score_of(flow: FlowDefinition, state: RunState, *, today: date) -> tuple[int | None, list[Reason]]:
    """The sum of the points whose conditions hold, kept between 0 and 100; None in a flow without scoring."""
    if not flow.scoring:
        return None, []
    total, reasons = 0, []
    for rule in flow.scoring:
        question = flow.question(rule.question)
        if question is not None and holds(rule, rule.question, state, today=today):
            total += rule.points
            reasons.append(Reason(in_words(rule, question, flow), rule.points))
    return max(0, min(100, total)), reasons


def verdict(flow: FlowDefinition, state: RunState, *, today: date) -> Verdict:
    """Where a run stands: running while something is left to ask, else the first outcome that fits.

    An outcome that only asks for what was answered counts also where other required answers are missing; the one for
    everybody else does not: then the run is incomplete.
    """
    way = walk(flow, state, today=today)
    score, reasons = score_of(flow, state, today=today)
    missing = tuple(one.key for one in way.passed if one.required and state.given(one.key) is None)
    if way.current is not None:
        return Verdict("running", score, None, tuple(reasons), missing)
    for outcome in flow.outcomes:
        why = _fits(flow, outcome, state, score, today)
        if why is not None:
            return Verdict(outcome.state, score, outcome, (*reasons, Reason(f"“{outcome.name}”: {why}")), missing)
    if missing:
        labels = ", ".join(f"“{one.label}”" for one in way.passed if one.key in missing)
        return Verdict("incomplete", score, None, (*reasons, Reason(f"Not answered: {labels}")), missing)
    other = flow.otherwise
    return Verdict(other.state, score, other, (*reasons, Reason(f"“{other.name}”: no other outcome fits")), missing)


def _fits(flow: FlowDefinition, outcome: FlowOutcome, state: RunState, score: int | None, today: date) -> str | None:
    """Why an outcome fits; None if it does not."""
    why: list[str] = []
    if outcome.min_score is not None:
        if score is None or score < outcome.min_score:
            return None
        why.append(f"the score is at least {outcome.min_score}")
    if outcome.max_score is not None:
        if score is None or score > outcome.max_score:
            return None
        why.append(f"the score is at most {outcome.max_score}")
    met = []
    for condition in outcome.conditions:
        question = flow.question(condition.question)
        if question is not None and holds(condition, condition.question, state, today=today):
            met.append(in_words(condition, question, flow))
    if outcome.conditions and not (met if outcome.match == "any" else len(met) == len(outcome.conditions)):
        return None
    return ", ".join(why + met) or "it holds for everybody"
