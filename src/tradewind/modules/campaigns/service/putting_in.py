"""People put into a journey or campaign by hand, by the thousand: who came in, and why the others did not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.engine.graph import door_of
from tradewind.modules.campaigns.errors import WrongState
from tradewind.modules.campaigns.models import Journey
from tradewind.modules.campaigns.repository import campaigns as campaign_rows
from tradewind.modules.campaigns.repository import enrolments
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.service import campaigns, entering, journeys
from tradewind.modules.leads import api as leads


class JourneysOfLeads:
    """What bulk actions on leads ask: `leads.enrolling.Journeys`."""

    async def name(self, session: AsyncSession, journey_id: UUID) -> str:
        """What the journey is called. Raises JourneyNotFound, WrongState where nobody can be put in."""
        journey = await journeys.require(session, journey_id)
        published = journey.published_version_id if journey.state == "live" else None
        version = await repository.version(session, published) if published else None
        if version is None or door_of(version.draft) is None:
            raise WrongState(entering.TAKES_NOBODY)
        return journey.name

    async def put_in(
        self, session: AsyncSession, journey_id: UUID, lead_ids: Sequence[UUID], *, key: str
    ) -> tuple[int, Mapping[str, int]]:
        """Take people in, but for those whom a campaign leaves out. Raises as `name`."""
        journey = await journeys.require(session, journey_id)
        left_out = await _left_out(session, journey, lead_ids)
        wanted = [one for one in lead_ids if one not in left_out]
        came = await entering.put_in(session, journey, wanted, dict.fromkeys(wanted, f"api:{key}"))
        if came is None:
            raise WrongState(entering.TAKES_NOBODY)
        refused = set(wanted) - set(came)
        why = Counter(await enrolments.why_not(session, journey.id, sorted(refused)) if refused else {})
        return len(came), why + Counter({"left_out": len(left_out)})


async def _left_out(session: AsyncSession, journey: Journey, lead_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these people whom the journey's campaign is not for: they are in a segment that it leaves out."""
    campaign = await campaign_rows.owner_of(session, journey.id)
    without = [str(one) for one in campaigns.draft_of(campaign).audience.without] if campaign else []
    if not without:
        return frozenset()
    condition = {"field": "segment", "op": "in", "value": without}
    [found] = await leads.conditions_met(session, [condition], lead_ids)
    return found or frozenset()
