"""What would make a score reach a goal: the smallest plausible set of things that may happen, tried by the real scorer.

Events are added to the lead as it stands, and all features that follow from them move together; nothing that a lead
cannot do, or that nobody can bring about, is proposed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations

import numpy as np

from tradewind.modules.leads.contracts import ActivitySummary, LeadFacts
from tradewind.modules.scoring.engine.encoding import EncodedFeature, Encoder, number_of
from tradewind.modules.scoring.engine.features import UNTOUCHED_WORD, text_of
from tradewind.modules.scoring.engine.sentences import plain, quantity

_MOST_TOGETHER = 3
_PAIRED, _TRIPLED = 14, 9
_NUMBERS = ("no", "one", "two", "three", "four", "five")
_JUST_BEFORE = timedelta(seconds=1)

Alter = Callable[[LeadFacts], LeadFacts]
ScoreOf = Callable[[Sequence[LeadFacts]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that may happen, in words, and how hard it is to bring about."""

    subject: str
    words: str
    cost: float
    alter: Alter


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Steps that together bring the lead to `score`, which is at or above the goal; verified by the scorer."""

    score: int
    steps: tuple[Step, ...]

    @property
    def sentence(self) -> str:
        """“Two visits to pricing pages and a phone number would make it 72.”"""
        words = [step.words for step in self.steps]
        joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
        return f"{joined[:1].upper()}{joined[1:]} would make it {self.score}."


# Activity kind, topic of the page, one and many in words, effort, most at once.
_EVENTS: tuple[tuple[str, str | None, str, str, float, int], ...] = (
    ("web.page_view", None, "page view", "page views", 0.8, 5),
    ("web.page_view", "pricing", "visit to a pricing page", "visits to pricing pages", 1, 3),
    ("web.page_view", "demo", "visit to a demo or trial page", "visits to demo or trial pages", 1, 2),
    ("web.page_view", "customers", "visit to a customers' story", "visits to customers' stories", 1, 2),
    ("web.page_view", "product", "visit to a product page", "visits to product pages", 1, 3),
    ("email.opened", None, "opened e-mail", "opened e-mails", 0.8, 3),
    ("email.clicked", None, "clicked e-mail link", "clicked e-mail links", 1.2, 3),
    ("email.replied", None, "answered e-mail", "answered e-mails", 2.5, 2),
    ("web.form_submitted", None, "submitted form", "submitted forms", 2.5, 2),
    ("chat.message", None, "chat message", "chat messages", 1.5, 3),
    ("call.completed", None, "call", "calls", 3, 2),
    ("meeting.booked", None, "booked meeting", "booked meetings", 4, 1),
)


def find(lead: LeadFacts, encoder: Encoder, score_of: ScoreOf, goal: int) -> Counterfactual | None:
    """The least costly set of up to three steps with which `score_of` reaches `goal`; None if none does.

    `score_of` scores leads 0–100 the way scores are made; None as well where the lead is at the goal already.
    """
    now = int(score_of([lead])[0])
    steps = _steps(lead, encoder)
    if now >= goal or not steps:
        return None
    alone = np.array(score_of([step.alter(lead) for step in steps]))
    useful = np.flatnonzero(alone > now)
    found = [Counterfactual(int(alone[i]), (steps[i],)) for i in useful if alone[i] >= goal]
    # A set costs at least its parts, so those with most gain for their cost are put together first.
    ranked = sorted(useful.tolist(), key=lambda i: (now - int(alone[i])) / steps[i].cost)
    for size, most in ((2, _PAIRED), (_MOST_TOGETHER, _TRIPLED)):
        if found:
            break
        sets = [
            chosen
            for chosen in combinations([steps[i] for i in ranked[:most]], size)
            if len({step.subject for step in chosen}) == size
        ]
        if sets:
            scores = score_of([_all(lead, chosen) for chosen in sets])
            found = [Counterfactual(int(s), chosen) for s, chosen in zip(scores, sets, strict=True) if s >= goal]
    return min(found, key=lambda one: (sum(step.cost for step in one.steps), -one.score), default=None)


def _all(lead: LeadFacts, steps: Sequence[Step]) -> LeadFacts:
    for step in steps:
        lead = step.alter(lead)
    return lead


def _steps(lead: LeadFacts, encoder: Encoder) -> list[Step]:
    items = {item.name: item for item in encoder.encoded}
    steps = [
        Step(f"{kind}.{topic}", _counted(count, one, many), cost * count**0.8, _happens(kind, topic, count))
        for kind, topic, one, many, cost, most in _EVENTS
        for count in range(1, most + 1)
    ]
    if "has_phone" in items and not text_of(lead.fields.get("phone")):
        steps.append(Step("phone", "a phone number", 1, lambda one: _with_field(one, "phone", "+44 20 7946 0000")))
    size = items.get("company.size_band")
    if size is not None and size.categories and not (lead.company or {}).get("size_band"):
        word = next(word for word in size.categories if word != UNTOUCHED_WORD)
        steps.append(Step("size", f"a company of size {word}", 1.5, lambda one: _with_company(one, "size_band", word)))
    for item in items.values():
        steps += _more_of(lead, item)
    return steps


def _more_of(lead: LeadFacts, item: EncodedFeature) -> list[Step]:
    """A custom field that counts or times behaviour, raised to where many leads are."""
    if not item.name.startswith("custom.") or item.kind != "number" or item.unit not in ("seconds", "minutes", "times"):
        return []
    key = item.name.removeprefix("custom.")
    has = number_of(lead.custom.get(key))
    steps = []
    for place, cost in ((10, 1.5), (12, 2.0), (14, 2.5), (16, 3.5)):  # the median up to the best fifth
        value = item.quantiles[place] if len(item.quantiles) > place else 0.0
        if value > (0.0 if np.isnan(has) else has):
            words = f"{plain(item.label).lower()} of {quantity(value, item.unit)}"
            steps.append(Step(item.name, words, cost, lambda one, v=value: _with_custom(one, key, v)))
    return steps


def _counted(count: int, one: str, many: str) -> str:
    return f"{'an' if one[0] in 'aeo' else 'a'} {one}" if count == 1 else f"{_NUMBERS[count]} {many}"


def _happens(kind: str, topic: str | None, count: int) -> Alter:
    kinds = [kind] if topic is None else [kind, f"topic.{topic}"]

    def alter(lead: LeadFacts) -> LeadFacts:
        at, activities = lead.as_of - _JUST_BEFORE, {item.kind: item for item in lead.activities}
        for name in kinds:
            before = activities.get(name) or ActivitySummary(kind=name, count=0, first_at=at, last_at=at)
            activities[name] = replace(
                before, count=before.count + count, last_at=at, last_7=before.last_7 + count,
                last_30=before.last_30 + count, last_90=before.last_90 + count, weight=before.weight + count,
            )  # fmt: skip
        return replace(lead, activities=tuple(activities.values()))

    return alter


def _with_field(lead: LeadFacts, name: str, value: object) -> LeadFacts:
    return replace(lead, fields={**lead.fields, name: value})


def _with_company(lead: LeadFacts, name: str, value: object) -> LeadFacts:
    return replace(lead, company={**(lead.company or {}), name: value})


def _with_custom(lead: LeadFacts, key: str, value: float) -> LeadFacts:
    return replace(lead, custom={**lead.custom, key: value})
