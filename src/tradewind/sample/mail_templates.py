"""Mails of the sample company: who writes them, three that are sent, and one somebody works on."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email.schemas.templates import (
    MailSettingsUpdate,
    MailTemplateCreate,
    MailTemplatePublish,
)
from tradewind.modules.email.service import library, mail_settings, templates
from tradewind.modules.email.templates.blocks import MailContent
from tradewind.sample import world

_SITE = f"https://www.{world.ORGANISATION_DOMAIN}"
_ADDRESS = "14 Harbour Row\nBristol BS1 4QA\nUnited Kingdom"
_PUBLISHED = (
    ("welcome", "Welcome to Lumen Forecast", "First version"),
    ("demo-no-show", "Missed demo: another time?", "With a link to the overview"),
    ("nurture", "One idea a week", "Longer text for warm leads"),
)
_DRAFT = ("newsletter", "Newsletter, next month")
_BRAND = "#0F766E"


async def add_mail_templates(session: AsyncSession) -> None:
    """Set up the footer, publish three templates of the library and leave a newsletter as a draft."""
    # Publishing puts a job into the queue and asks what is known of leads: both must be loaded by then.
    import_module("tradewind.modules.email.jobs")
    import_module("tradewind.modules.leads.handlers")
    settings = MailSettingsUpdate(
        company_name=world.ORGANISATION, postal_address=_ADDRESS, sites=[world.ORGANISATION_DOMAIN]
    )
    await mail_settings.change(session, settings, None)
    for key, name, note in _PUBLISHED:
        made = await templates.create_template(session, _template(key, name))
        await templates.publish_template(session, made.id, MailTemplatePublish(note=note), None)
    await templates.create_template(session, _template(*_DRAFT))


def _template(key: str, name: str) -> MailTemplateCreate:
    shipped = library.find(key)
    stored: dict[str, Any] = shipped.content.model_dump(mode="json")
    stored["theme"]["brand"] = _BRAND
    content = MailContent.model_validate_json(
        MailContent.model_validate(stored).model_dump_json().replace("https://www.example.com", _SITE)
    )
    return MailTemplateCreate(name=name, description=shipped.description, purpose=shipped.purpose, content=content)
