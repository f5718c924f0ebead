"""The sample company's suite of made-up visitors, ready to be run."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations import api as conversations
from tradewind.modules.simulations.schemas import SuiteCreate
from tradewind.modules.simulations.service import suites

NAME = "Before launch"


async def add_suite(session: AsyncSession) -> None:
    """Add the suite for the agent; the session acts for an administrator."""
    card = await conversations.agent_card(session, None)
    if card is not None:
        await suites.create(session, SuiteCreate(agent_id=card.agent_id, name=NAME))
