"""The true funnel of the sample company, and the leads drawn from it.

What really happens (everything a model could hope to find out):

    fit     = industry + size + country + title + source.fit            (tables in `world`)
              + N(0, 0.35) shared by a company + N(0, 0.35) of the person
    intent  = source.intent + 0.25 * season + N(0, 1)                   (hidden; drives behaviour)

First fourteen days, the only behaviour written into the leads file (so no column knows the outcome):

    visits         ~ Poisson(exp(0.75 + 0.72 * intent))
    pricing views  ~ Binomial(visits, sigmoid(-2.0 + 0.85 * intent))
    minutes        ~ visits * Gamma(2, 1.6) * exp(0.25 * intent)
    mails opened   ~ Binomial(sent, sigmoid(-0.5 + 0.60 * intent))
    mails clicked  ~ Binomial(opened, sigmoid(-1.3 + 0.55 * intent))
    webinar        ~ Bernoulli(sigmoid(-3.0 + 0.7 * intent + 2.2 * [source is Webinar]))
    trial          ~ Bernoulli(sigmoid(-3.1 + 1.15 * intent + 0.35 * fit))

Outcome:

    meeting held     ~ Bernoulli(sigmoid(-1.30 + 0.75 * fit + 1.00 * intent))
    deal | meeting   ~ Bernoulli(sigmoid(-2.35 + 1.20 * fit + 1.20 * intent))
    deal | no meeting~ Bernoulli(sigmoid(-5.10 + 1.20 * fit + 1.40 * intent))     (bought after a trial)
    won  | deal      ~ Bernoulli(sigmoid(-1.20 + 0.80 * fit + 0.45 * intent))
    amount         = contract(size) * lognormal(0, 0.45) * exp(0.10 * fit)
    cycle in days  = cycle(size) * lognormal(0, 0.40) * exp(-0.12 * intent)

A lead that neither wins nor dies before `until` is open: its outcome is unknown, as in a real export.
Leads arrive with growth of 60 % over the year, the seasons of B2B demand, quiet weekends and campaign
bursts. "Becomes a customer" can be told from the file's columns with an AUC of about .84, with the history up to
the outcome about .89; whoever knew fit and intent would reach .91.

Every chunk has its own generator seeded by (seed, chunk), so memory stays bounded at any scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from tradewind.sample import world

CHUNK_LEADS = 10_000
WINDOW_DAYS = 365
EARLY_DAYS = 14.0
DAY = 86_400.0
EVENING = time(18)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + np.exp(-x))


def weights(values: list[float]) -> Floats:
    """Values scaled to sum to one."""
    array = np.asarray(values, dtype=float)
    return array / array.sum()


def _rank_within(groups: Ints) -> Ints:
    """0, 1, 2… for the members of each group in their order."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered)
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - first
    return ranks


@dataclass(frozen=True)
class Companies:
    """Columns of all companies; names and domains are made on demand from `serial` (k-th of its industry)."""

    industry: Ints
    size: Ints
    employees: Ints
    country: Ints
    city: Ints
    serial: Ints
    fit: Floats
    cumulative_weight: Floats

    def __len__(self) -> int:
        return len(self.industry)


@dataclass(frozen=True)
class Leads:
    """One chunk of leads as columns; times are seconds since the epoch, NaN where it never happened."""

    number: Ints
    company: Ints
    person: Ints  # k-th person of the company, from 0
    title: Ints
    source: Ints
    campaign: Ints
    owner: Ints
    created: Floats
    fit: Floats
    intent: Floats
    visits: Ints
    pricing_views: Ints
    minutes: Floats
    mails_sent: Ints
    mails_opened: Ints
    mails_clicked: Ints
    webinar: NDArray[np.bool_]
    trial: NDArray[np.bool_]
    meeting_at: Floats
    deal_at: Floats
    closes_at: Floats
    won: NDArray[np.bool_]
    lost_reason: Ints
    amount: Ints
    product: Ints
    decided_at: Floats

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: NDArray[np.bool_] | Ints) -> Leads:
        """The same columns for some rows."""
        return Leads(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def last_full_day() -> date:
    """The newest day whose story is over, so that nothing of it lies in the future."""
    return (datetime.now(UTC) - timedelta(hours=EVENING.hour)).date()


class Funnel:
    """The sample world at one seed, size and end date.

    Args:
        leads: how many leads arrive in the twelve months.
        seed: the same seed, size and date give the same world to the byte.
        until: last day of the story (its evening, UTC).
    """

    def __init__(self, *, leads: int, seed: int, until: date) -> None:
        if leads < 1:
            raise ValueError("a sample needs at least one lead")
        self.leads = leads
        self.seed = seed
        self.until = until
        self.end = datetime.combine(until, EVENING, UTC).timestamp()
        self.start = self.end - WINDOW_DAYS * DAY
        self.companies = self._draw_companies(max(12, round(leads * 0.16)))
        self._arrival_days, self._arrival_share = self._draw_arrivals()

    def chunks(self, *, size: int = CHUNK_LEADS) -> Iterator[Leads]:
        """Leads in order of arrival, `size` at a time."""
        people_so_far = np.zeros(len(self.companies), dtype=np.int64)
        for index, first in enumerate(range(0, self.leads, size)):
            leads = self._draw_leads(index, first, min(size, self.leads - first))
            people = _rank_within(leads.company) + people_so_far[leads.company]
            people_so_far += np.bincount(leads.company, minlength=len(people_so_far))
            yield replace(leads, person=people)

    def _draw_companies(self, count: int) -> Companies:
        rng = np.random.default_rng([self.seed, 1])
        industry = rng.choice(len(world.INDUSTRIES), size=count, p=weights([i.share for i in world.INDUSTRIES]))
        size = rng.choice(len(world.SIZES), size=count, p=weights([s.share for s in world.SIZES]))
        country = rng.choice(len(world.COUNTRIES), size=count, p=weights([c.share for c in world.COUNTRIES]))
        low = np.array([s.low for s in world.SIZES], dtype=float)[size]
        high = np.array([s.high for s in world.SIZES], dtype=float)[size]
        cities = np.array([len(c.cities) for c in world.COUNTRIES])[country]
        order = np.argsort(industry, kind="stable")
        serial = np.empty(count, dtype=np.int64)
        starts = np.searchsorted(industry[order], np.arange(len(world.INDUSTRIES)))
        serial[order] = np.arange(count) - starts[industry[order]]
        fit = (
            np.array([i.fit for i in world.INDUSTRIES])[industry]
            + np.array([s.fit for s in world.SIZES])[size]
            + np.array([c.fit for c in world.COUNTRIES])[country]
            + rng.normal(0, 0.35, count)
        )
        weight = rng.lognormal(0, 0.55, count) * (0.6 + 0.22 * size)
        return Companies(
            industry=industry,
            size=size,
            employees=np.exp(rng.uniform(np.log(low), np.log(high + 1))).astype(np.int64),
            country=country,
            city=(rng.random(count) * cities).astype(np.int64),
            serial=serial,
            fit=fit,
            cumulative_weight=np.cumsum(weight / weight.sum()),
        )

    def _draw_arrivals(self) -> tuple[Floats, Floats]:
        """Day starts (epoch seconds) and the share of leads that arrive before each of them ends."""
        rng = np.random.default_rng([self.seed, 2])
        first = self.until - timedelta(days=WINDOW_DAYS - 1)
        days = [first + timedelta(days=i) for i in range(WINDOW_DAYS)]
        demand = np.array([world.MONTH_DEMAND[d.month - 1] * world.WEEKDAY_DEMAND[d.weekday()] for d in days])
        demand *= np.linspace(1.0, 1.6, WINDOW_DAYS) * rng.gamma(14, 1 / 14, WINDOW_DAYS)
        for burst in rng.integers(0, WINDOW_DAYS - 5, 9):
            demand[burst : burst + 4] *= (1.9, 1.6, 1.3, 1.15)
        starts = np.array([datetime.combine(d, time(), UTC).timestamp() for d in days])
        return starts, np.cumsum(demand / demand.sum())

    def _draw_leads(self, chunk: int, first: int, count: int) -> Leads:
        rng = np.random.default_rng([self.seed, 3, chunk])
        companies = self.companies
        number = np.arange(first, first + count)
        quantile = (number + rng.random(count)) / self.leads
        day = np.minimum(np.searchsorted(self._arrival_share, quantile), WINDOW_DAYS - 1)
        hour = rng.choice(24, size=count, p=weights(list(world.HOUR_DEMAND)))
        created = self._arrival_days[day] + hour * 3600 + rng.integers(0, 3600, count)
        # leads of one day arrive in the order of their numbers, none after the story ends
        created = np.minimum(np.sort(created), self.end - rng.integers(60, 5400, count))

        company = np.minimum(np.searchsorted(companies.cumulative_weight, rng.random(count)), len(companies) - 1)
        title = rng.choice(len(world.TITLES), size=count, p=weights([t.share for t in world.TITLES]))
        source = rng.choice(len(world.SOURCES), size=count, p=weights([s.share for s in world.SOURCES]))
        campaigns = np.array([len(s.campaigns) for s in world.SOURCES])[source]
        campaign = np.where(campaigns > 0, (rng.random(count) * np.maximum(campaigns, 1)).astype(int), -1)
        fit = (
            companies.fit[company]
            + np.array([t.fit for t in world.TITLES])[title]
            + np.array([s.fit for s in world.SOURCES])[source]
            + rng.normal(0, 0.35, count)
        )
        month = ((self._arrival_days[day] - self._arrival_days[0]) // (30.4 * DAY)).astype(int)
        season = np.array(world.MONTH_DEMAND)[(self.until.month + month) % 12] - 1.0
        intent = np.array([s.intent for s in world.SOURCES])[source] + 0.25 * season + rng.normal(0, 1, count)

        # whoever came in the last days has had less time to be seen
        seen = np.clip((self.end - created) / (EARLY_DAYS * DAY), 0.1, 1.0) ** 0.5
        visits = rng.binomial(np.minimum(rng.poisson(np.exp(0.75 + 0.72 * intent)), 60), seen)
        pricing = rng.binomial(visits, sigmoid(-2.0 + 0.85 * intent))
        minutes = np.round(visits * rng.gamma(2, 1.6, count) * np.exp(0.25 * intent), 1)
        sent = np.maximum(rng.binomial(rng.integers(1, 5, count), seen), 1)
        opened = rng.binomial(sent, sigmoid(-0.5 + 0.60 * intent))
        clicked = rng.binomial(opened, sigmoid(-1.3 + 0.55 * intent))
        from_webinar = np.array([s.name == "Webinar" for s in world.SOURCES])[source]
        webinar = rng.random(count) < sigmoid(-3.0 + 0.7 * intent + 2.2 * from_webinar)
        trial = rng.random(count) < sigmoid(-3.1 + 1.15 * intent + 0.35 * fit)

        meets = rng.random(count) < sigmoid(-1.30 + 0.75 * fit + 1.00 * intent)
        sold_in_talks = meets & (rng.random(count) < sigmoid(-2.35 + 1.20 * fit + 1.20 * intent))
        sold_alone = ~meets & (rng.random(count) < sigmoid(-5.10 + 1.20 * fit + 1.40 * intent))
        deals = sold_in_talks | sold_alone
        wins = deals & (rng.random(count) < sigmoid(-1.20 + 0.80 * fit + 0.45 * intent))
        size = companies.size[company]
        meeting_at = np.where(meets, created + (2 + rng.gamma(2.2, 4.5, count)) * DAY, np.nan)
        begun = np.where(meets, meeting_at, created + (3 + rng.gamma(2.0, 6.0, count)) * DAY)
        deal_at = np.where(deals, begun + rng.uniform(0.3, 5, count) * DAY, np.nan)
        cycle = (
            np.array([s.cycle_days for s in world.SIZES])[size] * rng.lognormal(0, 0.40, count) * np.exp(-0.12 * intent)
        )
        closes_at = deal_at + np.clip(cycle, 5, 240) * DAY
        # a lead without a deal is given up on after as long as a deal would have taken: time alone tells nothing
        given_up = begun + (3 + np.clip(cycle, 5, 240)) * DAY
        decided_at = np.where(deals, closes_at, given_up)
        contract = np.array([s.contract for s in world.SIZES])[size]
        amount = contract * rng.lognormal(0, 0.45, count) * np.exp(0.10 * np.clip(fit, -3, 3))
        step = np.where(amount < 10_000, 100, 500)
        return Leads(
            number=number,
            company=company,
            person=np.zeros(count, dtype=np.int64),
            title=title,
            source=source,
            campaign=campaign,
            owner=rng.integers(0, 4, count),
            created=created,
            fit=fit,
            intent=intent,
            visits=visits,
            pricing_views=pricing,
            minutes=minutes,
            mails_sent=sent,
            mails_opened=opened,
            mails_clicked=clicked,
            webinar=webinar,
            trial=trial,
            meeting_at=meeting_at,
            deal_at=deal_at,
            closes_at=closes_at,
            won=wins,
            lost_reason=rng.choice(len(world.LOST_REASONS), size=count, p=weights(list(world.LOST_SHARES))),
            amount=(np.maximum(np.round(amount / step), 5) * step).astype(np.int64),
            product=rng.integers(0, len(world.PRODUCTS), count),
            decided_at=decided_at,
        )
