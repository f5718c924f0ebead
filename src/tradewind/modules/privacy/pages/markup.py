"""Pieces of HTML of the public pages. Everything that people have written is escaped here, once."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from tradewind.modules.privacy.pages.texts import texts


class Choice(NamedTuple):
    """A purpose on the preference page."""

    key: str
    name: str
    text: str
    chosen: bool


def preferences(
    language: str, words: dict[str, str], choices: Sequence[Choice], *, said: str | None, blocked: bool
) -> str:
    """The form with a box for each purpose, and the one that stops everything. `said`: what was just done."""
    known = texts(language)
    notes = f'<p class="note" role="status">{filled(known[said], words)}</p>' if said else ""
    if blocked:
        notes += f'<p class="note stop">{filled(known["blocked"], words)}</p>'
    if not choices:
        return f'{notes}<p class="soft">{known["nothing_listed"]}</p>'
    boxes = "".join(_box(choice) for choice in choices)
    return (
        f'{notes}<form method="post" action="?lang={language}">'
        f"<fieldset><legend>{filled(known['preferences_lead'], words)}</legend>{boxes}</fieldset>"
        f'<button name="action" value="save">{known["save"]}</button></form>'
        f'<form method="post" action="?lang={language}">'
        f'<button class="plain" name="action" value="stop">{known["stop_all"]}</button>'
        f'<p class="hint">{known["stop_all_more"]}</p></form>'
    )


def question(language: str, words: dict[str, str], name: str, *, hint: str | None = None, body: str = "") -> str:
    """A sentence and the one button that says yes to it. `body`: a hidden field as `name=value`."""
    known = texts(language)
    field = ""
    if body:
        field_name, _, value = body.partition("=")
        field = f'<input type="hidden" name="{escape(field_name)}" value="{escape(value)}">'
    more = f'<p class="hint">{known[hint]}</p>' if hint else ""
    return (
        f"<p>{filled(known[f'{name}_more'], words)}</p>"
        f'<form method="post" action="?lang={language}">{field}<button>{known[name]}</button>{more}</form>'
    )


def told(language: str, words: dict[str, str], name: str, *, link: str | None = None) -> str:
    """What has been done, with a link to the preference page."""
    known = texts(language)
    more = f'<p><a href="{escape(link)}?lang={language}">{known["preferences_link"]}</a></p>' if link else ""
    return f"<p>{filled(known[f'{name}_more'], words)}</p>{more}"


def filled(text: str, words: dict[str, str]) -> str:
    """A text with names put in, escaped."""
    shown = escape(text, quote=False)
    for name, value in words.items():
        shown = shown.replace(f"{{{name}}}", f"<bdi>{escape(value)}</bdi>")
    return shown


def _box(choice: Choice) -> str:
    checked = " checked" if choice.chosen else ""
    text = f"<span>{escape(choice.text)}</span>" if choice.text else ""
    return (
        f'<label><input type="checkbox" name="purpose" value="{escape(choice.key)}"{checked}>'
        f'<span dir="auto">{escape(choice.name)}{text}</span></label>'
    )
