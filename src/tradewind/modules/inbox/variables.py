"""Texts with `{{variables}}`: finding them, and putting in what is known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# What a canned reply may name, and what it means.
VARIABLES: Mapping[str, str] = {
    "lead.first_name": "First name of the lead",
    "lead.name": "Whole name of the lead",
    "lead.company": "Company of the lead",
    "lead.email": "E-mail address of the lead",
    "me.name": "Your name",
    "me.first_name": "Your first name",
    "company.name": "Name of your organisation",
    "conversation.number": "Number of the conversation",
    "agent.name": "Name of the agent",
}
_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*(?:\|([^{}]*))?\}\}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text with the values in it; `missing` names the variables for which there was no value and no default."""

    text: str
    missing: tuple[str, ...]


def unknown(text: str) -> list[str]:
    """The variables of a text that do not exist."""
    return sorted({name for name, _ in _VARIABLE.findall(text) if name not in VARIABLES})


def render(text: str, values: Mapping[str, str | None]) -> Rendered:
    """Put values in; `{{lead.first_name|there}}` says what stands where there is none. Missing ones stay as written."""
    missing: list[str] = []

    def put(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        value = values.get(name)
        if value:
            return value
        if default is not None:
            return default.strip()
        missing.append(name)
        return match.group(0)

    done = _VARIABLE.sub(put, text)
    return Rendered(done, tuple(dict.fromkeys(missing)))
