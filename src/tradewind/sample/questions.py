"""What visitors of the sample company have asked: answered, refused, and judged by colleagues."""

from datetime import timedelta
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.knowledge.contracts import VISITOR_SCOPES
from tradewind.modules.knowledge.schemas.answers import Judgement
from tradewind.modules.knowledge.service import answering, gaps

# How many days ago, what, and what a colleague thought of the answer.
_ASKED: tuple[tuple[int, str, Literal[-1, 1] | None], ...] = (
    (44, "Is there a mobile app?", None),
    (39, "Do you connect to Shopify?", None),
    (31, "Can I put a dashboard on our website?", None),
    (26, "Do you have an app for the iPhone?", None),
    (22, "How can I cancel?", 1),
    (17, "Is Shopify supported?", None),
    (12, "Can I embed a dashboard in our own website?", None),
    (9, "Where is my data stored?", 1),
    (6, "Is there an app for my phone?", None),
    (5, "Can we run it on our own servers?", None),
    (4, "How much does Lumen Reports cost?", -1),
    (1, "Can dashboards be shown on a website?", None),
    (0, "Is there a free trial?", None),
)


async def ask_questions(session: AsyncSession) -> None:
    """Ask them as visitors do, and date them back: one a few days, as they come in."""
    for days_ago, question, thumb in _ASKED:
        answer = await answering.answer(session, question, scopes=VISITOR_SCOPES, channel="chat")
        if thumb is not None:
            await gaps.judge(session, answer.question_id, Judgement(thumb=thumb, correction=""))
        await session.execute(
            text("UPDATE knowledge_questions SET created_at = :at WHERE id = :id"),
            {"at": now() - timedelta(days=days_ago), "id": answer.question_id},
        )
