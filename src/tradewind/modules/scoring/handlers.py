"""Leads change, their scores follow."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.kernel.jobs import enqueue
from tradewind.kernel.onboarding import onboarding_step
from tradewind.modules.leads.events import (
    ActivityRecorded,
    CustomFieldChanged,
    LeadCreated,
    LeadsChanged,
    LeadsImported,
    LeadUpdated,
)
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.features import ENGAGEMENT
from tradewind.modules.scoring.jobs import AfterImport, TrainModel, after_import, train
from tradewind.modules.scoring.models import ScoringModel
from tradewind.modules.scoring.service import setups
from tradewind.modules.scoring.service.scoring import score_leads

_FIELDS_SETTLE = timedelta(minutes=5)
_SILENT_FIELDS = frozenset(
    {"owner_id", "tags", "status", "first_name", "last_name", "full_name", "external_id", "time_zone"}
)
_TELLING_KINDS = frozenset(kind for kinds in ENGAGEMENT.values() for kind in kinds)


@subscriber(LeadCreated)
async def score_new_lead(session: AsyncSession, event: LeadCreated) -> None:
    """A new lead gets its score at once."""
    await score_leads(session, [event.lead_id])


@subscriber(LeadUpdated)
async def score_updated_lead(session: AsyncSession, event: LeadUpdated) -> None:
    """Score anew when a field changed that a score may look at."""
    if _matters(event.changed):
        await score_leads(session, [event.lead_id])


@subscriber(LeadsChanged)
async def score_changed_leads(session: AsyncSession, event: LeadsChanged) -> None:
    """Score many changed leads as one batch."""
    if _matters(event.changed):
        await score_leads(session, event.lead_ids)


@subscriber(ActivityRecorded)
async def score_active_leads(session: AsyncSession, event: ActivityRecorded) -> None:
    """Interest shown moves the score."""
    if _TELLING_KINDS & set(event.kinds):
        await score_leads(session, event.lead_ids)


@subscriber(LeadsImported)
async def score_imported_leads(session: AsyncSession, event: LeadsImported) -> None:
    """Score an import's leads in the background; its outcomes may be enough to train on."""
    if event.created or event.updated:
        await enqueue(session, after_import, AfterImport(import_id=event.import_id))


@subscriber(CustomFieldChanged)
async def retrain_on_changed_field(session: AsyncSession, event: CustomFieldChanged) -> None:
    """A field that scores may look at came, went or changed: models in use learn anew, once a burst of changes."""
    if event.entity != "lead":
        return
    for setup in await setups.every(session):
        champion = await repository.champion(session, setup.key)
        if champion is not None and setup.settings.mode != "rules":
            key = f"scoring.field_changed:{champion.id}"
            await enqueue(session, train, TrainModel(setup=setup.key), run_after=_FIELDS_SETTLE, dedupe_key=key)


@onboarding_step(
    "train_score",
    title="Train the score",
    description="From leads whose outcome you know. Every score comes with its reasons.",
    link="/scoring",
    position=30,
)
async def score_trained(session: AsyncSession) -> bool:
    """Whether a trained model scores the organisation's leads."""
    return bool(await session.scalar(select(ScoringModel.id).where(ScoringModel.status == "champion").limit(1)))


def _matters(changed: Sequence[str]) -> bool:
    return not changed or not set(changed) <= _SILENT_FIELDS
