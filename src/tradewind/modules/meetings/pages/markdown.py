"""Booking pages for programs that read: Markdown of one event type, and llms.txt of an organisation."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from tradewind.modules.meetings.pages.facts import Company, Offer
from tradewind.modules.meetings.pages.texts import texts

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")
_EXAMPLE = {
    "starts_at": "<free start>",
    "length": 30,
    "name": "…",
    "email": "…",
    "time_zone": "<IANA zone>",
    "language": "en",
    "answers": {},
}
_KINDS = {
    "text": "text",
    "textarea": "text",
    "select": "one of the options",
    "checkbox": "true or false",
    "phone": "phone number",
    "number": "number",
}


def plain(text: str) -> str:
    """Words of strangers inside Markdown: on one line, without marks of their own."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def event_type(company: Company, offer: Offer, free: Iterable[datetime], base_url: str) -> str:
    """What can be booked, when, and how a program books it. Times are in the event's own zone, with their offset."""
    zone = ZoneInfo(offer.time_zone)
    page = f"{base_url}/book/{company.slug}/{offer.slug}"
    api = f"{base_url}/api/v1/booking/{company.slug}/{offer.slug}"
    known = texts("en")
    lines = [
        f"# {plain(offer.title)}",
        "",
        f"With {plain(company.name)}. {_list(offer.lengths)} minutes. {known[f'place_{offer.place}']}.",
    ]
    if offer.hosts:
        lines.append(f"Hosts: {', '.join(map(plain, offer.hosts))}.")
    if offer.requires_confirmation:
        lines.append("A host confirms each request.")
    if offer.description.strip():
        lines += ["", *(f"> {plain(line)}" for line in offer.description.splitlines())]
    if offer.cancellation_policy.strip():
        lines += ["", f"Cancelling: {plain(offer.cancellation_policy)}"]
    lines += [
        "",
        f"- For people: <{page}>",
        f"- More of {plain(company.name)}: <{base_url}/book/{company.slug}/llms.txt>",
    ]
    lines += ["", "## Questions", ""]
    lines += ["- `name`, required", "- `email`, required"]
    if offer.asks_phone:
        lines.append("- `phone`, required")
    lines += [_question(question) for question in offer.questions]
    lines += [
        "",
        "## Book",
        "",
        f"`POST {api}/bookings` with `Content-Type: application/json`:",
        "",
        "```json",
        json.dumps(_EXAMPLE | {"length": offer.lengths[0]}, indent=2, ensure_ascii=False),
        "```",
        "",
        "The answer holds the meeting and a link to move or cancel it. When somebody was faster, the status is 409 and "
        "`alternatives` holds the nearest free starts.",
        f"Free starts of any span: `GET {api}/slots?start=<time>&end=<time>&length=<minutes>`.",
        "",
        f"## Free starts ({offer.time_zone}, {offer.lengths[0]} minutes)",
        "",
    ]
    local = sorted(time.astimezone(zone) for time in free)
    for day, times in groupby(local, key=lambda time: time.date()):
        lines.append(f"- {day:%A} {day.isoformat()}: {', '.join(time.strftime('%H:%M') for time in times)}")
    if not local:
        lines.append(f"Nothing is free at the moment. Waiting list: `POST {api}/waiting-list` with name and email.")
    else:
        lines += ["", f"As instants, for example: `{local[0].isoformat()}`."]
    return "\n".join(lines) + "\n"


def _question(question: Mapping[str, object]) -> str:
    required = "required" if question["required"] else "optional"
    options = question.get("options")
    choices = f": {', '.join(plain(str(option)) for option in options)}" if isinstance(options, list) else ""
    kind = _KINDS.get(str(question["kind"]), "text")
    return f"- `answers.{question['key']}` ({kind}, {required}): {plain(str(question['label']))}{choices}"


def organisation(company: Company, base_url: str) -> str:
    """llms.txt: what an organisation offers, with links to the Markdown of each."""
    lines = [
        f"# {plain(company.name)}",
        "",
        f"> Meetings that can be booked with {plain(company.name)}, by people and by programs acting for them.",
        "",
        "## Event types",
        "",
    ]
    lines += [
        f"- [{plain(offer.title)}]({base_url}/book/{company.slug}/{offer.slug}.md): "
        f"{_list(offer.lengths)} minutes, {texts('en')[f'place_{offer.place}'].lower()}"
        for offer in company.offers
    ]
    if not company.offers:
        lines.append("Nothing can be booked at the moment.")
    return "\n".join(lines) + "\n"


def _list(lengths: Iterable[int]) -> str:
    return " or ".join(map(str, lengths))
