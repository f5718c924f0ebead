"""What leads contribute to the first steps of an organisation."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.onboarding import onboarding_step
from tradewind.modules.leads.models.deals import Deal
from tradewind.modules.leads.models.imports import LeadImport
from tradewind.modules.leads.models.views import Segment


@onboarding_step(
    "import_leads",
    title="Import your leads",
    description="A CSV or Excel file; columns are recognised, nothing is lost.",
    link="/imports",
    position=20,
)
async def leads_imported(session: AsyncSession) -> bool:
    """Whether an import has finished."""
    return bool(await session.scalar(select(LeadImport.id).where(LeadImport.state == "done").limit(1)))


@onboarding_step(
    "create_segment",
    title="Build a segment",
    description="A group of leads by rule that keeps itself up to date.",
    link="/segments/new",
    position=40,
)
async def segment_created(session: AsyncSession) -> bool:
    """Whether there is a segment."""
    return bool(await session.scalar(select(Segment.id).limit(1)))


@onboarding_step(
    "create_deal",
    title="Open a first deal",
    description="And move it across your pipeline.",
    link="/deals",
    position=60,
)
async def deal_created(session: AsyncSession) -> bool:
    """Whether there is a deal."""
    return bool(await session.scalar(select(Deal.id).where(Deal.deleted_at.is_(None)).limit(1)))
