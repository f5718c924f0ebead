"""All facts of a message at once."""

from collections.abc import Collection
from datetime import date

from tradewind.modules.qualification.reading import contacts, dates, money, names, numbers, times
from tradewind.modules.qualification.reading.spans import Kind, Language, Span, settled


def read(
    text: str,
    language: Language,
    *,
    today: date,
    region: str | None = None,
    asked: Kind | None = None,
    kinds: Collection[Kind] | None = None,
) -> list[Span]:
    """Facts in a text, by their place; none overlaps another.

    `today` is the visitor's day; `region` their country (ISO 3166), for phone numbers and the order in 3/8; `asked` the
    kind of fact the visitor was asked for. `kinds` says which of name, company and place
    to look for; all of them without it.
    """
    month_first = region in (None, "US") and language == "en"
    found = [
        *contacts.emails(text),
        *contacts.phones(text, language, region=region, asked=asked == "phone"),
        *money.find(text, language),
        *dates.find(text, language, today=today, month_first=month_first),
        *times.find(text, language),
        *numbers.find(text, language),
    ]
    wanted = kinds if kinds is not None else ("name", "company", "place")
    if "name" in wanted or "company" in wanted:
        found += [*names.people(text, language), *names.companies(text, language)]
    if "place" in wanted:
        found += names.places(text, language)
    return settled(found)
