"""What a change would do before it does it: who changes band, and what would follow. Stored; publishing applies it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.scoring import contracts, repository
from tradewind.modules.scoring.contracts import FollowingJourney
from tradewind.modules.scoring.errors import ModelNotFound, PreviewNotFound, PreviewOutdated
from tradewind.modules.scoring.models import ScoringPreview
from tradewind.modules.scoring.repository import StoredScore
from tradewind.modules.scoring.schemas.setups import (
    BandMove,
    Follower,
    MovedLead,
    PreviewCreate,
    PreviewResult,
    RuleEffect,
    RuleSet,
    RulesTried,
    SetupSettings,
)
from tradewind.modules.scoring.service import plan, point_rules, promotion, setups
from tradewind.modules.scoring.service.computing import compute
from tradewind.modules.scoring.service.scorers import Scorer, proposed, scorer
from tradewind.modules.scoring.service.setups import Setup
from tradewind.modules.webhooks import api as webhooks

SAMPLE = 5_000
TRIED = 1_000
_EXAMPLES = 20
_KEPT = 50
_BATCH = 5_000
_RANK = {"cold": 0, "cool": 1, "warm": 2, "hot": 3}
_HEARD = ("leads.scored", "model.promoted")
Progress = Callable[[int, int], Awaitable[None]]
Pair = tuple[StoredScore, StoredScore]


async def create(session: AsyncSession, key: str, data: PreviewCreate) -> ScoringPreview:
    """Write down what would change. Raises SetupNotFound, ModelNotFound, RuleInvalid."""
    setup = await setups.get(session, key)
    if data.settings is not None:
        await setups.check_rules(session, data.settings.rules)
    if data.model_id is not None:
        model = await repository.model(session, data.model_id)
        if model is None or model.kind != key:
            raise ModelNotFound()
    preview = ScoringPreview(
        organisation_id=actor_of(session).organisation_id,
        setup_key=key,
        setup_version=setup.version,
        proposal=data.model_dump(mode="json"),
        created_by_name=actor_of(session).name,
    )
    session.add(preview)
    await session.flush()
    await repository.forget_old_previews(session, key, _KEPT)
    return preview


async def get(session: AsyncSession, preview_id: UUID) -> ScoringPreview:
    """One preview. Raises PreviewNotFound."""
    preview = await session.get(ScoringPreview, preview_id)
    if preview is None:
        raise PreviewNotFound()
    return preview


async def newest(session: AsyncSession, key: str) -> list[ScoringPreview]:
    """The previews of a score, newest first."""
    query = select(ScoringPreview).where(ScoringPreview.setup_key == key)
    return list(await session.scalars(query.order_by(ScoringPreview.created_at.desc()).limit(_KEPT)))


async def run(database: Database, actor: Actor, preview_id: UUID, progress: Progress) -> None:
    """Score the chosen leads as they are now and as they would be, and store the comparison."""
    async with database.transaction(actor) as session:
        preview = await get(session, preview_id)
        data = PreviewCreate.model_validate(preview.proposal)
        setup = await setups.get(session, preview.setup_key)
        present = await scorer(session, setup)
        future = await proposed(session, _changed(setup, data.settings), data.model_id)
        ids, total = await repository.sample_ids(session, 2**31 - 1 if data.everything else SAMPLE)
        journeys = await contracts.journeys().following(session) if setup.is_primary else ()
    moves: Counter[tuple[Any, Any]] = Counter()
    entering = [0] * len(journeys)
    moved: list[tuple[LeadFacts, StoredScore, StoredScore]] = []
    for start in range(0, len(ids), _BATCH):
        await progress(start, len(ids))
        async with database.transaction(actor) as session:
            facts, pairs = await _both(session, present, future, ids[start : start + _BATCH])
        moves.update((before.score.band, after.score.band) for before, after in pairs)
        for place, journey in enumerate(journeys):
            entering[place] += sum(_enters(journey, before, after) for before, after in pairs)
        moved += [
            (lead, before, after)
            for lead, (before, after) in zip(facts, pairs, strict=True)
            if before.score.band != after.score.band
        ]
        # Only the most telling examples are shown.
        moved = sorted(moved, key=lambda item: -_distance(item[1], item[2]))[:_EXAMPLES]
    await progress(len(ids), len(ids))
    async with database.transaction(actor) as session:
        preview = await get(session, preview_id)
        changed = sum(count for (before, after), count in moves.items() if before != after)
        result = PreviewResult(
            leads=len(ids),
            of_all=total,
            sampled=len(ids) < total,
            changed=changed,
            moves=[BandMove(before=b, after=a, leads=count) for (b, a), count in sorted(moves.items(), key=str)],
            examples=await _examples(session, moved),
            followers=await _followers(session, setup, list(zip(journeys, entering, strict=True))),
            note=_note(setup, changed, len(ids), acting=bool(journeys)),
        )
        preview.result, preview.state = result.model_dump(mode="json"), "ready"


async def fail(session: AsyncSession, preview_id: UUID, reason: str) -> None:
    """Say why a preview could not be made."""
    preview = await get(session, preview_id)
    preview.state, preview.error = "failed", reason


async def publish(session: AsyncSession, preview_id: UUID) -> ScoringPreview:
    """Let the change of a preview take over. Raises PreviewNotFound, PreviewOutdated."""
    preview = await get(session, preview_id)
    setup = await setups.get(session, preview.setup_key)
    if preview.state != "ready":
        raise PreviewOutdated("Only a finished preview that has not been published yet can be published.")
    if setup.version != preview.setup_version:
        raise PreviewOutdated("The settings have changed since this preview. Make a new one to see its effect.")
    data = PreviewCreate.model_validate(preview.proposal)
    if data.settings is not None:
        await setups.change(session, setup.key, data.settings, if_match=None)
    champion = await repository.champion(session, setup.key)
    if data.model_id is not None and (champion is None or champion.id != data.model_id):
        await promotion.promote(session, data.model_id, reason="published after a preview")
    else:
        await plan.renew(session, setup.key)
    preview.state, preview.published_at = "published", now()
    await session.flush()
    return preview


async def try_rules(session: AsyncSession, key: str, rules: RuleSet) -> RulesTried:
    """What rules alone would say of a sample of leads, beside what the stored rules say. Nothing is saved."""
    await setups.check_rules(session, rules)
    setup = await setups.get(session, key)
    ids, _ = await repository.sample_ids(session, TRIED)
    facts = await leads.lead_rows_for_scoring(session, lead_ids=ids, limit=len(ids), before_outcome=True)
    present, at = setup.settings.rules, now()
    found_before = await point_rules.look_up(session, present, ids, at)
    found_after = await point_rules.look_up(session, rules, ids, at)
    before = await asyncio.to_thread(point_rules.evaluate, present, facts, found_before, at, setup.points)
    after = await asyncio.to_thread(point_rules.evaluate, rules, facts, found_after, at)
    effects = []
    for column, rule in enumerate(rules.rules):
        points = after.matrix[:, column]
        touched = points != 0
        stopped = sum(one is rule for one in after.stopped)
        effects.append(
            RuleEffect(
                rule=rule.id,
                leads=int(touched.sum()) or stopped,
                mean_points=round(float(points[touched].mean()), 1) if touched.any() else 0.0,
                broken=rule.id in found_after.broken,
            )
        )
    was, becomes = before.score[before.touched], after.score[after.touched]
    both = before.touched & after.touched
    return RulesTried(
        leads=len(facts),
        effects=effects,
        before=_tens(was),
        after=_tens(becomes),
        bands_before=dict(Counter(point_rules.band(present, score) for score in was.tolist())),
        bands_after=dict(Counter(point_rules.band(rules, score) for score in becomes.tolist())),
        moved_up=int((after.score[both] > before.score[both]).sum()),
        moved_down=int((after.score[both] < before.score[both]).sum()),
    )


def _tens(scores: np.ndarray) -> list[int]:
    return np.bincount(np.minimum(scores // 10, 9).astype(int), minlength=10).tolist()


async def _both(
    session: AsyncSession, present: Scorer, future: Scorer, ids: Sequence[UUID]
) -> tuple[list[LeadFacts], list[Pair]]:
    facts = await leads.lead_rows_for_scoring(session, lead_ids=ids, limit=len(ids), before_outcome=True)
    at, made = now(), []
    for active in (present, future):
        rules = active.setup.settings.rules
        found = await point_rules.look_up(session, rules, [f.id for f in facts], at) if active.asks_rules else None
        made.append(await asyncio.to_thread(compute, active, facts, at, found))
    return facts, list(zip(*made, strict=True))


def _changed(setup: Setup, settings: SetupSettings | None) -> Setup:
    if settings is None:
        return setup
    learned = setup.learned if settings.rules == setup.settings.rules else None
    return replace(setup, settings=settings, learned=learned)


def _distance(before: StoredScore, after: StoredScore) -> float:
    bands = abs(_RANK.get(before.score.band or "", -1) - _RANK.get(after.score.band or "", -1))
    return 1000 * bands + abs((before.score.score or 0) - (after.score.score or 0))


async def _examples(
    session: AsyncSession, moved: Sequence[tuple[LeadFacts, StoredScore, StoredScore]]
) -> list[MovedLead]:
    return [
        MovedLead(
            lead_id=lead.id,
            name=_name(lead),
            before=before.score.band,
            after=after.score.band,
            score_before=before.score.score,
            score_after=after.score.score,
        )
        for lead, before, after in moved
    ]


def _name(lead: LeadFacts) -> str:
    return lead.fields.get("full_name") or lead.fields.get("company_name") or f"Lead …{str(lead.id)[-6:]}"


def _enters(journey: FollowingJourney, before: StoredScore, after: StoredScore) -> bool:
    was, becomes = before.score, after.score
    return any(
        one.is_open(becomes.band, becomes.score) and not one.is_open(was.band, was.score) for one in journey.entrances
    )


async def _followers(
    session: AsyncSession, setup: Setup, journeys: Sequence[tuple[FollowingJourney, int]]
) -> list[Follower]:
    """What reacts to scores, as far as this product knows of it. Only the primary score is heard by others.

    `journeys` come with how many of the leads looked at their scores would let in.
    """
    if not setup.is_primary:
        return []
    segments = await leads.segments_asking(session, "score")
    return [
        *(Follower(kind="journey", name=journey.name, effect=_acts(journey, count)) for journey, count in journeys),
        *(Follower(kind="segment", name=one.name, effect="its members follow the new scores") for one in segments),
        *(
            Follower(kind="webhook", name=name, effect="is told once that leads were scored anew")
            for name in await webhooks.listeners(session, _HEARD)
        ),
        Follower(kind="live", name="Open pages", effect="show the new scores; changes of band go into timelines"),
    ]


def _acts(journey: FollowingJourney, entering: int) -> str:
    if journey.entrances:
        return f"lets in, by their new score, up to {entering:,} of the leads looked at, who then get what it sends"
    return "asks for scores: who enters, moves on or leaves may change, and with it what is sent"


def _note(setup: Setup, changed: int, leads_seen: int, *, acting: bool) -> str:
    if not setup.is_primary:
        return "This score stands beside the primary one: lists, segments and webhooks do not follow it."
    share = 100 * changed / leads_seen if leads_seen else 0
    return f"{changed:,} of {leads_seen:,} leads ({share:.1f} %) would change their band. " + (
        "Journeys act on scores: see what follows." if acting else "Nothing is sent: no live journey asks for them."
    )
