"""Pieces of HTML of the public pages. Everything that people have written is escaped here, once."""

import re
from collections.abc import Iterable
from html import escape

from tradewind.modules.meetings.pages.facts import Company, Offer
from tradewind.modules.meetings.pages.texts import LANGUAGES, texts

_FACES = 3
_ADDRESS = re.compile(r"https?://[^\s<>\"']{3,500}[^\s<>\"'.,;:!?)\]]")
_ICONS = {
    "clock": "M12 7v5l3 2M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
    "video": "M15 10l4.6-2.3a1 1 0 0 1 1.4.9v6.8a1 1 0 0 1-1.4.9L15 14zM5 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1"
    "-2-2V8a2 2 0 0 1 2-2",
    "phone": "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2",
    "pin": "M9 11a3 3 0 1 0 6 0a3 3 0 0 0-6 0M17.7 16.7L13.4 21a2 2 0 0 1-2.8 0l-4.3-4.3a8 8 0 1 1 11.4 0",
    "people": "M5 7a4 4 0 1 0 8 0a4 4 0 1 0-8 0M3 21v-2a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v2M16 3.1a4 4 0 0 1 0 7.8M21 21v-2"
    "a4 4 0 0 0-3-3.9",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "arrow": "M9 5l7 7l-7 7",
}
_PLACES = {"phone": "phone", "in_person": "pin"}


def icon(name: str) -> str:
    """A drawn sign; words beside it say the same."""
    return (
        '<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{_ICONS[name]}"/></svg>'
    )


def written(text: str) -> str:
    """Paragraphs that people wrote: escaped, lines kept, addresses of pages made links."""
    blocks = (block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if block)
    return "".join(f'<p dir="auto">{_linked(block).replace(chr(10), "<br>")}</p>' for block in blocks)


def _linked(text: str) -> str:
    found: list[str] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        address = escape(match[0])
        found += escape(text[end : match.start()]), f'<a href="{address}" rel="nofollow noopener">{address}</a>'
        end = match.end()
    return "".join((*found, escape(text[end:])))


def lengths_text(offer: Offer, language: str) -> str:
    """`15, 30 min`."""
    return texts(language)["lengths"].replace("{list}", ", ".join(map(str, offer.lengths)))


def hosts(offer: Offer, language: str) -> str:
    """Initials and names of the hosts; of many, the first ones and how many more."""
    if not offer.hosts:
        return ""
    shown = offer.hosts[:_FACES]
    faces = "".join(f'<span class="face">{escape(_initials(name))}</span>' for name in shown)
    names = escape(", ".join(shown))
    if (more := len(offer.hosts) - len(shown)) > 0:
        names = texts(language)["with_more"].replace("{names}", names).replace("{n}", str(more))
    return f'<p class="hosts"><span class="faces" aria-hidden="true">{faces}</span><span dir="auto">{names}</span></p>'


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def facts(company: Company, offer: Offer, language: str) -> str:
    """The column that says what is booked, with whom, how long and where."""
    known = texts(language)
    lines = [(_PLACES.get(offer.place, "video"), f'<span dir="auto">{escape(_place(offer, language))}</span>')]
    if len(offer.lengths) == 1:
        lines.insert(0, ("clock", escape(lengths_text(offer, language))))
    if offer.seats > 1:
        lines.append(("people", known["seats"].replace("{n}", str(offer.seats))))
    if offer.requires_confirmation:
        lines.append(("check", known["needs_confirmation"]))
    meta = "".join(f"<li>{icon(name)}<span>{text}</span></li>" for name, text in lines)
    description = f'<div class="description">{written(offer.description)}</div>' if offer.description.strip() else ""
    choices = f'<div id="choices">{_choices(offer, language)}</div>'
    above = f'<a href="/book/{company.slug}" dir="auto">{escape(company.name)}</a>'
    return (
        f'<section class="facts" aria-label="{escape(offer.title)}">'
        f'<div class="title"><p class="organisation">{above}</p><h1 dir="auto">{escape(offer.title)}</h1></div>'
        f'{hosts(offer, language)}<ul class="meta">{meta}</ul>{choices}{description}</section>'
    )


def form(company: Company, title: str, description: str, language: str) -> str:
    """A form whose questions the script shows beside what it is about."""
    above = f'<a href="/book/{company.slug}" dir="auto">{escape(company.name)}</a>'
    no_script = f"<p>{texts(language)['no_script_form']}</p>"
    about = f'<div class="description">{written(description)}</div>' if description.strip() else ""
    return (
        f'<main class="card"><section class="facts" aria-label="{escape(title)}">'
        f'<div class="title"><p class="organisation">{above}</p><h1 dir="auto">{escape(title)}</h1></div>'
        f'<div id="choices"></div>{about}</section>{stage(no_script)}</main>'
    )


def _choices(offer: Offer, language: str) -> str:
    """What the script replaces, in its size: the lengths, and room for the time zone."""
    minutes = texts(language)["minutes"]
    lengths = "".join(f'<button type="button">{minutes.replace("{n}", str(one))}</button>' for one in offer.lengths)
    return (f'<div class="lengths">{lengths}</div>' if len(offer.lengths) > 1 else "") + '<div class="zone"></div>'


def _place(offer: Offer, language: str) -> str:
    if offer.place == "in_person" and offer.address:
        return offer.address
    return texts(language)[f"place_{offer.place}"]


def stage(no_script: str) -> str:
    """Where the script works: until it does, grey boxes of the same size; without script, words."""
    return (
        '<section id="stage" aria-busy="true"><div class="bones"><div class="bone"></div><div class="bone"></div></div>'
        f"<noscript>{no_script}</noscript></section>"
    )


def free_times(offer: Offer, times: Iterable[str], language: str, path: str) -> str:
    """What stands in the page for browsers without script: the next free times as text."""
    known = texts(language)
    items = "".join(f"<li>{escape(time)}</li>" for time in times)
    if not items:
        return f"<p>{known['no_script_none']}</p>"
    return (
        f"<p>{known['no_script']}</p><ul>{items}</ul><p>({escape(offer.time_zone)})</p>"
        f'<p><a href="{path}.md">{known["all_times"]}</a></p>'
    )


def offers(company: Company, language: str, query: str) -> str:
    """The list of what an organisation offers."""
    known = texts(language)
    items = "".join(
        f'<li><a class="offer" href="/book/{company.slug}/{offer.slug}{query}">'
        f'<strong dir="auto">{escape(offer.title)}</strong>{icon("arrow")}'
        f"<small>{escape(lengths_text(offer, language))} · {escape(_place(offer, language))}</small>"
        f"{_first_words(offer.description)}</a></li>"
        for offer in company.offers
    )
    asked = f'<p class="soft">{known["what_to_book"]}</p>' if items else ""
    below = f'<ul class="offers">{items}</ul>' if items else f'<p class="soft">{known["nothing_to_book"]}</p>'
    return f'<main class="list"><h1 dir="auto">{escape(company.name)}</h1>{asked}{below}</main>'


def _first_words(description: str, longest: int = 160) -> str:
    words = " ".join(description.split())
    if len(words) > longest:
        words = words[:longest].rsplit(" ", 1)[0] + "…"
    return f'<small dir="auto">{escape(words)}</small>' if words else ""


def message(title: str, more: str, link: str = "") -> str:
    """A page that has nothing but a sentence to show."""
    return f'<main class="list"><h1>{escape(title)}</h1><p class="soft">{escape(more)}</p>{link}</main>'


def footer(language: str) -> str:
    """Language switch, and who made the page."""
    known = texts(language)
    options = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == language else ""}>{name}</option>'
        for code, name in LANGUAGES.items()
    )
    return (
        f'<footer><label>{known["language"]}<select id="language">{options}</select></label>'
        f"<span>{known['powered_by']}</span></footer>"
    )
