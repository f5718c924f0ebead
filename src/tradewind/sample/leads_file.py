"""The sample company's leads as the CSV file its old system would have exported.

Behaviour columns count the first fourteen days only, so none of them knows how the story ended; `Converted`
is empty while the outcome is open. The dirt of real exports is there too, at fixed rates: missing e-mails
(2.5 %), telephones (45 %) and titles (4 %), names in capitals or lower case (3 %), stray blanks (2 %),
countries spelt in several ways, "n/a" and "-" for nothing (2 %), repeated rows with the address in another
case (1.2 %), broken addresses (0.3 %), comments with commas, quotes and line breaks, a few cells that look
like formulas or HTML.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from tradewind.sample import world
from tradewind.sample.funnel import Funnel, Leads
from tradewind.sample.naming import Directory, external_id, phone_number

HEADERS = (
    "Lead ID", "First Name", "Last Name", "Email", "Phone", "Job Title", "Company", "Website", "Industry",
    "Employees", "Country", "City", "Lead Source", "Campaign", "Created Date", "Lead Status",
    "Visits First 14 Days", "Minutes on Site First 14 Days", "Pricing Views First 14 Days",
    "Emails Opened First 14 Days", "Emails Clicked First 14 Days", "Webinar Attended", "Trial Started",
    "Do Not Email", "Comments", "Converted", "Outcome Date",
)  # fmt: skip

COMMENTS = (
    "Month-end takes us two weeks, looking for something faster.",
    "Asked for a price list, budget is decided in the next quarter.",
    "We use spreadsheets today; three people keep them alive.",
    'Wants "one number for revenue", finance and sales disagree.',
    "Met at the stand, keen on forecasting.\nAsked us to call after the holidays.",
    "Compares us with two others, decision by the board.",
    "Interested in the connector for their warehouse, wants a test.",
    "Not the decision maker, will forward to the head of data.",
    "=SUM(A1:A9)",
    "<b>Please call me</b>, form did not work",
)
_YES_NO = ("No", "Yes")


def write_leads_csv(path: Path, *, leads: int = 2_500, seed: int = 7, until: date | None = None) -> tuple[int, int]:
    """Write the file and return (rows written, bytes). Memory stays bounded at any number of leads."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as target:
        for count, text in csv_chunks(Funnel(leads=leads, seed=seed, until=until or datetime.now(UTC).date())):
            target.write(text)
            rows += count
    return rows, path.stat().st_size


def csv_chunks(funnel: Funnel) -> Iterator[tuple[int, str]]:
    """The file in pieces: (data rows, text); the first piece begins with the header line."""
    directory = Directory(funnel)
    for index, leads in enumerate(funnel.chunks()):
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        if index == 0:
            writer.writerow(HEADERS)
        columns = _columns(funnel, directory, leads, np.random.default_rng([funnel.seed, 4, index]))
        repeated = columns.pop()
        rows = list(zip(*columns, strict=True))
        writer.writerows(_with_repeats(rows, repeated))
        yield len(rows) + len(repeated), buffer.getvalue()


def status(funnel: Funnel, leads: Leads) -> list[str]:
    """Where each lead stands on the last day of the story."""
    end = funnel.end
    decided = leads.decided_at <= end
    deal = leads.deal_at <= end
    states = np.select(
        [
            leads.won & decided,
            decided & deal,
            decided,
            deal,
            (leads.meeting_at <= end) | (leads.created + 6 * 86_400 <= end),
        ],
        [5, 4, 3, 2, 1],
        0,
    )
    names = ("new", "contacted", "qualified", "unqualified", "lost", "customer")
    return [names[i] for i in states.tolist()]


def iso_minutes(seconds: float) -> str:
    """2026-03-04 09:15 from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _with_repeats(rows: list[tuple], repeated: list[int]) -> list[tuple]:
    """Rows again as another list would hold them: same person, address in capitals, a new id."""
    result = list(rows)
    for index in repeated:
        row = list(rows[index])
        row[0], row[3], row[24] = f"{row[0]}-B", str(row[3]).upper(), ""
        result.append(tuple(row))
    return result


def _columns(funnel: Funnel, directory: Directory, leads: Leads, rng: np.random.Generator) -> list:
    """The 27 columns in the order of HEADERS, then the positions of rows to repeat."""
    count = len(leads)
    people = directory.people(leads)
    firsts = [person.first_name for _, person in people]
    lasts = [person.last_name for _, person in people]
    emails = [person.email for _, person in people]
    phones = [phone_number(c.country, n) for (c, _), n in zip(people, leads.number.tolist(), strict=True)]
    titles = [world.TITLES[i].name for i in leads.title.tolist()]
    spelling = np.where(rng.random(count) < 0.12, rng.integers(1, 12, count), 0).tolist()
    countries = [c.country.spellings[s % len(c.country.spellings)] for (c, _), s in zip(people, spelling, strict=True)]
    comments = [""] * count
    for i in np.flatnonzero(rng.random(count) < 0.05).tolist():
        comments[i] = COMMENTS[int(rng.integers(0, len(COMMENTS)))]

    def some(rate: float) -> list[int]:
        return np.flatnonzero(rng.random(count) < rate).tolist()

    for i in some(0.45):
        phones[i] = ""
    for i in some(0.02):
        phones[i] = "n/a" if i % 2 else "-"
    for i in some(0.04):
        titles[i] = ""
    for i in some(0.025):
        emails[i] = ""
    for i in some(0.003):
        emails[i] = emails[i].replace("@", "(at)")
    for i in some(0.015):
        lasts[i] = lasts[i].upper()
    for i in some(0.015):
        firsts[i], lasts[i] = firsts[i].lower(), lasts[i].lower()
    for i in some(0.02):
        firsts[i], emails[i] = f" {firsts[i]}", f"{emails[i]} "

    decided = leads.decided_at <= funnel.end
    won = leads.won & decided
    outcomes = np.where(won, 1, np.where(decided, 0, 2)).tolist()
    return [
        [external_id(n) for n in leads.number.tolist()],
        firsts,
        lasts,
        emails,
        phones,
        titles,
        [c.name for c, _ in people],
        [f"https://www.{c.domain}" for c, _ in people],
        [c.industry for c, _ in people],
        [c.employees for c, _ in people],
        countries,
        [c.city for c, _ in people],
        [world.SOURCES[i].name for i in leads.source.tolist()],
        [
            world.SOURCES[s].campaigns[c] if c >= 0 else ""
            for s, c in zip(leads.source.tolist(), leads.campaign.tolist(), strict=True)
        ],
        _stamps(leads.created),
        [name.capitalize() for name in status(funnel, leads)],
        leads.visits.tolist(),
        leads.minutes.tolist(),
        leads.pricing_views.tolist(),
        leads.mails_opened.tolist(),
        leads.mails_clicked.tolist(),
        [_YES_NO[x] for x in leads.webinar.tolist()],
        [_YES_NO[x] for x in leads.trial.tolist()],
        [_YES_NO[x] for x in (rng.random(count) < 0.03).tolist()],
        comments,
        [("No", "Yes", "")[o] for o in outcomes],
        ["" if o == 2 else stamp[:10] for stamp, o in zip(_stamps(leads.decided_at), outcomes, strict=True)],
        [i for i in some(0.012) if emails[i]],
    ]


def _stamps(seconds: np.ndarray) -> list[str]:
    """Minutes in the form 2026-03-04 09:15."""
    stamps = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="m")
    return [s.replace("T", " ") for s in stamps.tolist()]
