"""Points of many leads at once: what the database must tell, then a matrix of leads by rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.scoring.engine.features import email_kind, last_engaged_at, seniority
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Band
from tradewind.modules.scoring.engine.sentences import quantity
from tradewind.modules.scoring.schemas.setups import (
    ActivityRule,
    ConditionRule,
    PointRule,
    RecencyRule,
    RuleSet,
    TraitRule,
)

_TRAITS = {"seniority": seniority, "email_kind": email_kind}
CAP = "cap."
Points = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What the database told of a batch: leads by condition rule (None: it no longer works), faded sums by lead."""

    met: Mapping[str, frozenset[UUID] | None]
    faded: Mapping[str, Mapping[UUID, float]]

    @property
    def broken(self) -> list[str]:
        """Ids of rules whose condition no longer works."""
        return [rule for rule, met in self.met.items() if met is None]


@dataclass(frozen=True, slots=True)
class Scores:
    """Points of n leads. `matrix` (n, rules + groups); the last columns take back what is above a group's cap.

    `start` + a row's sum is its total; `amounts` (n, rules) tells how often, NaN where a rule is not about counts.
    """

    keys: list[str]
    names: list[str]
    engagement: np.ndarray
    matrix: Floats
    amounts: Floats
    start: int
    stopped: list[PointRule | None]

    @property
    def total(self) -> Floats:
        """Start and points (n,), not yet kept within 0 and 100."""
        return self.start + self.matrix.sum(axis=1)

    @property
    def score(self) -> Floats:
        """0–100 (n,); 0 for disqualified leads."""
        kept = np.clip(np.rint(self.total), 0, 100)
        return np.where([rule is not None for rule in self.stopped], 0, kept)

    @property
    def touched(self) -> np.ndarray:
        """Whether any rule says something of the lead (n,)."""
        return (self.matrix != 0).any(axis=1) | np.array([rule is not None for rule in self.stopped], dtype=bool)

    def sentence(self, row: int, column: int) -> str:
        """What a rule says of a lead, in words."""
        amount = self.amounts[row, column] if column < self.amounts.shape[1] else np.nan
        if np.isnan(amount) or amount == 1:
            return self.names[column]
        return f"{self.names[column]} {quantity(round(float(amount), 1), 'times')}"

    def reasons(self, row: int) -> list[list[Any]]:
        """The stored form of a lead's reasons: [rule, points, amount, sentence]."""
        return [
            [self.keys[column], _plain(self.matrix[row, column]), None, self.sentence(row, column)]
            for column in np.flatnonzero(self.matrix[row]).tolist()
        ]


async def look_up(session: AsyncSession, rules: RuleSet, lead_ids: Sequence[UUID], at: datetime) -> Found:
    """Ask the database, in at most two queries, what the facts of these leads do not say."""
    conditions = [rule for rule in rules.rules if isinstance(rule, ConditionRule)]
    fading = [rule for rule in rules.rules if isinstance(rule, ActivityRule) and rule.half_life_days]
    met = await leads.conditions_met(session, [rule.condition for rule in conditions], lead_ids) if conditions else []
    wanted = [(rule.activities, float(rule.half_life_days or 1)) for rule in fading]
    faded = await leads.faded_activities(session, wanted, lead_ids, at) if wanted else []
    return Found(
        {rule.id: one for rule, one in zip(conditions, met, strict=True)},
        {rule.id: one for rule, one in zip(fading, faded, strict=True)},
    )


def evaluate(
    rules: RuleSet, facts: Sequence[LeadFacts], found: Found, at: datetime, learned: Points | None = None
) -> Scores:
    """Points of leads as of `at`; `learned` replaces the points of the rules it names."""
    count, chosen = len(facts), rules.rules
    matrix = np.zeros((count, len(chosen) + len(rules.groups)))
    amounts = np.full((count, len(chosen)), np.nan)
    stopped: list[PointRule | None] = [None] * count
    known = _Known(facts, found, at)
    for column, rule in enumerate(chosen):
        points = float((learned or {}).get(rule.id, rule.points))
        if isinstance(rule, ActivityRule):
            amounts[:, column] = amount = known.amounts(rule)
            matrix[:, column] = np.clip(points * amount, -rule.most, rule.most)
            continue
        holds = known.holds(rule)
        if isinstance(rule, ConditionRule | TraitRule) and rule.disqualifies:
            for row in np.flatnonzero(holds).tolist():
                stopped[row] = stopped[row] or rule
            continue
        matrix[:, column] = np.where(holds, points, 0.0)
    for place, group in enumerate(rules.groups):
        members = [column for column, rule in enumerate(chosen) if rule.group == group.name]
        together = matrix[:, members].sum(axis=1)
        matrix[:, len(chosen) + place] = np.clip(together, -group.most, group.most) - together
    return Scores(
        keys=[*(rule.id for rule in chosen), *(f"{CAP}{group.name}" for group in rules.groups)],
        names=[
            *(rule.name for rule in chosen),
            *(f"“{group.name}” brings at most {group.most} points" for group in rules.groups),
        ],
        engagement=np.array([*map(is_engagement, chosen), *(_group_is(rules, group.name) for group in rules.groups)]),
        matrix=matrix,
        amounts=amounts,
        start=rules.start,
        stopped=stopped,
    )


def band(rules: RuleSet, score: float) -> Band:
    """The band of points."""
    return "hot" if score >= rules.hot else "warm" if score >= rules.warm else "cool" if score >= rules.cool else "cold"


def is_engagement(rule: PointRule) -> bool:
    """Whether a rule is about what the lead does (else about who it is)."""
    if isinstance(rule, ConditionRule):
        return any(name.startswith("activity.") for name in leads.fields_named(rule.condition))
    return isinstance(rule, ActivityRule | RecencyRule)


def _group_is(rules: RuleSet, name: str) -> bool:
    members = [is_engagement(rule) for rule in rules.rules if rule.group == name]
    return 2 * sum(members) > len(members)


class _Known:
    """What rules ask of a batch of n leads; each thing is worked out once, whatever the number of rules."""

    def __init__(self, facts: Sequence[LeadFacts], found: Found, at: datetime) -> None:
        self.facts, self.found, self.at = facts, found, at
        self.place = {lead.id: row for row, lead in enumerate(facts)}
        self.traits: dict[str, np.ndarray] = {}
        self._silent_days: Floats | None = None

    def amounts(self, rule: ActivityRule) -> Floats:
        """How often (n,) the activities of a rule happened, faded where it says so."""
        amounts = np.zeros(len(self.facts))
        if rule.id in self.found.faded:
            for lead_id, amount in self.found.faded[rule.id].items():
                amounts[self.place[lead_id]] = amount
            return amounts
        kinds = frozenset(rule.activities)
        for row, lead in enumerate(self.facts):
            for activity in lead.activities:
                if activity.kind in kinds:
                    amounts[row] += activity.count
        return amounts

    def holds(self, rule: ConditionRule | TraitRule | RecencyRule) -> np.ndarray:
        """For which leads (n,) a rule holds."""
        if isinstance(rule, ConditionRule):
            holds = np.zeros(len(self.facts), dtype=bool)
            holds[[self.place[lead_id] for lead_id in self.found.met.get(rule.id) or ()]] = True
            return holds
        if isinstance(rule, TraitRule):
            if rule.trait not in self.traits:
                read = _TRAITS[rule.trait]
                self.traits[rule.trait] = np.array([read(lead) or "" for lead in self.facts])
            return np.isin(self.traits[rule.trait], rule.values)
        days = self.silent_days()
        return days <= rule.days if rule.when == "active_within" else days >= rule.days

    def silent_days(self) -> Floats:
        """Days (n,) since each lead was last active; NaN, which no comparison holds for, where it never was."""
        if self._silent_days is None:
            last = [last_engaged_at(lead) for lead in self.facts]
            self._silent_days = np.array(
                [np.nan if one is None else (self.at - one).total_seconds() / 86_400 for one in last]
            )
        return self._silent_days


def _plain(points: float) -> float:
    return int(points) if points == int(points) else round(float(points), 2)
