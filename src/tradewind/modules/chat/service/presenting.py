"""What a widget shows before anybody has said a word: looks, texts in the visitor's language, who answers."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.colours import accents
from tradewind.modules.chat.plain_text import MAX_CHARACTERS
from tradewind.modules.chat.repository import widgets as rows
from tradewind.modules.chat.schemas.visitors import ChatConfig, Colours, ConsentAsked
from tradewind.modules.chat.schemas.widgets import WidgetPreview, WidgetSettings
from tradewind.modules.chat.service import beginning
from tradewind.modules.chat.service.entering import Entered
from tradewind.modules.conversations import api as conversations
from tradewind.modules.identity import api as identity

_MAX_SITE = 255
# The languages the widget itself speaks; texts of members may be in any.
LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "ar")
_CONSENT = {
    "en": "We store what you write here to answer you.",
    "de": "Wir speichern, was Sie hier schreiben, um Ihnen zu antworten.",
    "es": "Guardamos lo que escriba aquí para poder responderle.",
    "fr": "Nous conservons ce que vous écrivez ici afin de vous répondre.",
    "it": "Conserviamo ciò che scrive qui per poterle rispondere.",
    "pt": "Guardamos o que escrever aqui para lhe podermos responder.",
    "nl": "We bewaren wat u hier schrijft om u te kunnen antwoorden.",
    "pl": "Zapisujemy to, co zostanie tu napisane, aby odpowiedzieć.",
    "ar": "نحفظ ما تكتبه هنا كي نتمكن من الرد عليك.",
}
_GREETING = {
    "en": "Hello! How can we help?",
    "de": "Hallo! Wie können wir helfen?",
    "es": "¡Hola! ¿En qué podemos ayudarle?",
    "fr": "Bonjour ! Comment pouvons-nous vous aider ?",
    "it": "Buongiorno! Come possiamo aiutarla?",
    "pt": "Olá! Como podemos ajudar?",
    "nl": "Hallo! Waarmee kunnen we helpen?",
    "pl": "Dzień dobry! W czym możemy pomóc?",
    "ar": "مرحبًا! كيف يمكننا مساعدتك؟",
}


async def config(session: AsyncSession, entered: Entered, language: str) -> ChatConfig:
    """The widget as a visitor with this language sees it; the site that asked is noted."""
    if entered.origin is not None:
        site = urlsplit(entered.origin).netloc[:_MAX_SITE]
        await rows.mark_seen(session, entered.widget.id, site=site, at=now())
    return await _shown(session, entered.widget.agent_id, entered.settings, language, widget_id=entered.widget.id)


async def preview(session: AsyncSession, data: WidgetPreview) -> ChatConfig:
    """The same with settings that need not be stored."""
    return await _shown(session, data.agent_id, data.settings, data.language)


async def _shown(
    session: AsyncSession,
    agent_id: UUID | None,
    settings: WidgetSettings,
    language: str,
    *,
    widget_id: UUID | None = None,
) -> ChatConfig:
    wanted = language.replace("_", "-").split("-")[0].lower()
    own = wanted if wanted in LANGUAGES else "en"
    card = await conversations.agent_card(session, agent_id)
    organisation = await identity.get_organisation(session)
    presence = await conversations.presence(session)
    consent = None
    if settings.consent_required:
        text = _chosen(settings.consent_text, wanted) or _CONSENT[own]
        consent = ConsentAsked(text=text, privacy_url=settings.privacy_url)
    greeting, disclosure, opener = settings.greeting.get(wanted, ""), "", ""
    if card is not None:
        # The agent's words are in its main language; to others the product says the same in theirs.
        disclosure = card.disclosure if card.language == wanted else conversations.disclosure(own)
        if not greeting and card.language == wanted:
            begun = await conversations.opener_to_show(session, card.agent_id)
            greeting = begun.text if begun else card.greeting
            opener = beginning.sealed(widget_id, begun) if begun and widget_id else ""
    if not greeting and wanted not in LANGUAGES:
        greeting = _chosen(settings.greeting, wanted)
    colours = accents(settings.colour)
    return ChatConfig(
        name=card.name if card else organisation.name,
        organisation=organisation.name,
        disclosure=disclosure,
        greeting=greeting or _GREETING[own],
        opener=opener,
        hours_notice="" if presence.open else _chosen(settings.hours_notice, wanted),
        open=presence.open,
        language=own,
        theme=settings.theme,
        position=settings.position,
        colours=Colours(light=_of(colours, "light"), dark=_of(colours, "dark")),
        consent=consent,
        file_upload=settings.file_upload,
        max_file_bytes=conversations.MAX_FILE_BYTES,
        max_characters=MAX_CHARACTERS,
    )


def _chosen(texts: Mapping[str, str], language: str) -> str:
    """The text in the language, else in English, else the first there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _of(colours: Mapping[str, str], scheme: str) -> dict[str, str]:
    return {name.removeprefix(f"{scheme}-"): value for name, value in colours.items() if name.startswith(scheme)}
