"""HTTP of what visitors think."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.conversations.contracts import Channel
from tradewind.modules.conversations.schemas.satisfaction import SatisfactionRead
from tradewind.modules.conversations.service import satisfaction

router = Router(tags=["Client satisfaction"])


@router.get("/client-satisfaction", dependencies=[requires("conversations:read")])
async def read_client_satisfaction(
    session: Session,
    window_days: Annotated[int, Query(ge=1, le=365, description="Length of the rolling window")] = 30,
    points: Annotated[int, Query(ge=1, le=365, description="How many days of the series, each with its window")] = 30,
    channel: Channel | None = None,
    agent: UUID | None = None,
    assignee: UUID | None = None,
) -> SatisfactionRead:
    """CSAT and NPS over a rolling window, with the number of answers and intervals of 95 %.

    Counted are the conversations that you see, without trials of agents unless their channel is asked for.
    """
    return await satisfaction.read(
        session, window_days=window_days, points=points, channel=channel, agent_id=agent, assignee_id=assignee
    )
