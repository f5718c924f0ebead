"""The scores an organisation keeps: one primary, which lists and bands show, and others beside it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.features import STANDARD
from tradewind.modules.scoring.errors import (
    PrimarySetup,
    RuleInvalid,
    SetupExists,
    SetupNotFound,
    TooManySetups,
)
from tradewind.modules.scoring.models import LeadScoreRow, ScoringModel, ScoringSetup
from tradewind.modules.scoring.schemas.setups import (
    ConditionRule,
    FeatureChoice,
    RuleSet,
    SetupCreate,
    SetupSettings,
)
from tradewind.modules.scoring.service import aspects
from tradewind.modules.scoring.service.rule_defaults import PRIMARY, default_rules, default_settings

MAX_SETUPS = 8


@dataclass(frozen=True, slots=True)
class Setup:
    """A score with its settings. Version 0: the primary one as the product brings it, not stored yet."""

    key: str
    version: int
    is_primary: bool
    settings: SetupSettings
    plan: dict[str, Any] | None = None
    learned: dict[str, Any] | None = None

    @property
    def points(self) -> dict[str, float]:
        """Points that outcomes have shifted, by rule."""
        if not self.settings.learn_points or not self.learned:
            return {}
        return {rule: float(points) for rule, points in self.learned["points"].items()}


async def every(session: AsyncSession) -> list[Setup]:
    """All scores of the organisation, the primary one first."""
    rows = await session.scalars(select(ScoringSetup).order_by(ScoringSetup.created_at, ScoringSetup.id))
    found = [_setup(row) for row in rows]
    if all(setup.key != PRIMARY for setup in found):
        found.insert(0, Setup(PRIMARY, 0, not any(s.is_primary for s in found), default_settings()))
    return sorted(found, key=lambda setup: not setup.is_primary)


async def primary(session: AsyncSession) -> Setup:
    """The score that lists and bands show."""
    row = await session.scalar(select(ScoringSetup).where(ScoringSetup.is_primary))
    return Setup(PRIMARY, 0, True, default_settings()) if row is None else _setup(row)


async def get(session: AsyncSession, key: str) -> Setup:
    """One score. Raises SetupNotFound."""
    found = next((setup for setup in await every(session) if setup.key == key), None)
    if found is None:
        raise SetupNotFound()
    return found


async def create(session: AsyncSession, data: SetupCreate) -> Setup:
    """Add a score beside the primary one. Raises SetupExists, TooManySetups, RuleInvalid."""
    present = await every(session)
    if any(setup.key == data.key for setup in present):
        raise SetupExists(f"There is a score “{data.key}” already.")
    if len(present) >= MAX_SETUPS:
        raise TooManySetups(f"An organisation keeps up to {MAX_SETUPS} scores.")
    settings = SetupSettings(**data.model_dump(exclude={"key", "rules"}), rules=data.rules or default_rules())
    await check_rules(session, settings.rules)
    row = await _row(session, data.key, settings)
    await _record(session, "scoring.setup_created", row, None)
    return _setup(row)


async def change(session: AsyncSession, key: str, settings: SetupSettings, *, if_match: str | None) -> Setup:
    """Give a score other settings. Raises SetupNotFound, RuleInvalid, PreconditionFailed."""
    before = await get(session, key)
    check_version(if_match, before.version, before.settings.model_dump(mode="json"))
    await check_rules(session, settings.rules)
    row = await stored(session, key)
    row.settings = settings.model_dump(mode="json")
    row.version += 1
    # What was learned for points that people have changed since says nothing any more.
    if before.settings.rules != settings.rules:
        row.learned_points = None
    await session.flush()
    await _record(session, "scoring.setup_changed", row, before)
    return _setup(row)


async def make_primary(session: AsyncSession, key: str) -> Setup:
    """Let lists and bands show this score. Raises SetupNotFound."""
    await get(session, key)
    await stored(session, PRIMARY)
    row = await stored(session, key)
    await session.execute(update(ScoringSetup).where(ScoringSetup.is_primary).values(is_primary=False))
    await session.execute(update(ScoringSetup).where(ScoringSetup.key == key).values(is_primary=True))
    await session.refresh(row)
    await _record(session, "scoring.setup_made_primary", row, None)
    return _setup(row)


async def remove(session: AsyncSession, key: str) -> None:
    """Remove a score with its models and its history. Raises SetupNotFound, PrimarySetup."""
    setup = await get(session, key)
    if setup.is_primary or key == PRIMARY:
        raise PrimarySetup("Make another score the primary one first; the first score can only be put aside.")
    row = await stored(session, key)
    await _record(session, "scoring.setup_removed", row, setup)
    await session.execute(delete(LeadScoreRow).where(LeadScoreRow.setup == key))
    await session.execute(delete(ScoringModel).where(ScoringModel.kind == key))
    await session.delete(row)


async def stored(session: AsyncSession, key: str) -> ScoringSetup:
    """The row of a score, locked; the primary one is written down when it is first asked for."""
    query = select(ScoringSetup).where(ScoringSetup.key == key).with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    return row or await _row(session, key, default_settings())


async def check_rules(session: AsyncSession, rules: RuleSet) -> None:
    """Raise RuleInvalid for conditions that do not compile, or that ask for a score."""
    for place, rule in enumerate(rules.rules):
        if not isinstance(rule, ConditionRule):
            continue
        where = f"rules.rules[{place}].condition"
        asked = sorted(name for name in leads.fields_named(rule.condition) if name.startswith("score"))
        if asked:
            message = f"“{rule.name}” asks for “{asked[0]}”: a score cannot be made of scores."
            raise RuleInvalid(message, errors=[{"field": where, "message": message}])
        await leads.compile_condition(session, rule.condition)


async def broken_rules(session: AsyncSession, rules: RuleSet) -> list[str]:
    """Names of rules whose condition no longer works."""
    conditions = [rule for rule in rules.rules if isinstance(rule, ConditionRule)]
    met = await leads.conditions_met(session, [rule.condition for rule in conditions], [])
    return [rule.name for rule, one in zip(conditions, met, strict=True) if one is None]


async def feature_choices(session: AsyncSession) -> list[FeatureChoice]:
    """What a score may look at: declared features and custom fields marked as used for scoring."""
    declared = [(item.name, item.label, item.meaning) for item in STANDARD]
    custom = [
        (f"custom.{item.key}", item.label, f"Custom field “{item.label}”")
        for item in await leads.custom_fields(session)
        if item.used_for_scoring
    ]
    return [
        FeatureChoice(name=name, label=label, meaning=meaning, aspect=aspects.aspect(name, label))
        for name, label, meaning in [*declared, *custom]
    ]


async def _row(session: AsyncSession, key: str, settings: SetupSettings) -> ScoringSetup:
    row = ScoringSetup(
        organisation_id=actor_of(session).organisation_id,
        key=key,
        is_primary=key == PRIMARY and await repository.has_no_primary(session),
        settings=settings.model_dump(mode="json"),
    )
    session.add(row)
    await session.flush()
    return row


async def _record(session: AsyncSession, action: str, row: ScoringSetup, before: Setup | None) -> None:
    await identity.record(
        session,
        action=action,
        subject_type="scoring_setup",
        subject_id=row.id,
        before=before.settings.model_dump(mode="json") if before else None,
        after={"key": row.key, "is_primary": row.is_primary, **row.settings},
    )


def _setup(row: ScoringSetup) -> Setup:
    return Setup(
        row.key,
        row.version,
        row.is_primary,
        SetupSettings.model_validate(row.settings),
        row.plan,
        row.learned_points,
    )
