"""Names and texts of purposes in a language."""

from typing import NamedTuple

from tradewind.modules.privacy.models.consents import Purpose


class Words(NamedTuple):
    """How a purpose is called and explained."""

    name: str
    text: str


def purpose_words(purpose: Purpose, language: str) -> Words:
    """The purpose in a language; as it was written first where there is no translation."""
    own = purpose.translations.get(language, {})
    return Words(own.get("name") or purpose.name, own.get("text") or purpose.text)
