"""The sample company's chat widget, with its agent behind it."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.chat.schemas.widgets import WidgetCreate, WidgetSettings
from tradewind.modules.chat.service import widgets
from tradewind.modules.conversations import api as conversations
from tradewind.sample import world

# In English the agent begins in words of its own, and learns which of them people answer to.
_GREETING = {
    "de": "Hallo! Fragen Sie mich zu Dashboards und Prognosen, oder buchen Sie eine Vorführung.",
    "es": "¡Hola! Pregúnteme sobre paneles y previsiones, o reserve una demostración.",
    "fr": "Bonjour ! Posez-moi vos questions sur les tableaux de bord, ou réservez une démonstration.",
}


async def add_widget(session: AsyncSession) -> None:
    """Add the website's widget; the session acts for an administrator."""
    card = await conversations.agent_card(session, None)
    settings = WidgetSettings(
        greeting=_GREETING,
        hours_notice={"en": "Our office opens at nine. Until then Ava answers, and takes messages for us."},
        allowed_domains=[world.ORGANISATION_DOMAIN],
    )
    await widgets.create(
        session, WidgetCreate(name="Website", agent_id=card.agent_id if card else None, settings=settings)
    )
