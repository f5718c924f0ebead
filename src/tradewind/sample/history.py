"""What happened after a lead arrived: visits, mails, calls, meetings, deals, notes and tasks.

Times follow from the funnel: behaviour of the first fourteen days has exactly the counts in the leads file,
later visits come at a rate that grows with intent and fades over 45 days, nothing lies after the story's end
except a booked meeting and tasks still due. Each lead has its own generator, so any part can be made alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tradewind.sample import wording, world
from tradewind.sample.funnel import DAY, EARLY_DAYS, Funnel, Leads
from tradewind.sample.naming import Company, Directory, Person, external_id

BY_LEAD, BY_SYSTEM = -1, -2
STAGE_NAMES = ("Discovery", "Qualified", "Demo", "Proposal", "Negotiation")


class Activity(NamedTuple):
    """One timeline entry; `actor` is an index into the team, BY_LEAD or BY_SYSTEM."""

    external_id: str
    kind: str
    title: str
    body: str
    occurred_at: datetime
    actor: int
    source: str
    data: dict[str, Any]
    deal_key: str | None = None


class Deal(NamedTuple):
    """A deal: `entered` are the times it came to open stages 0, 1, 2…; `outcome` is won, lost or None."""

    key: str
    external_id: str
    name: str
    amount_minor: int
    currency: str
    entered: tuple[datetime, ...]
    outcome: str | None
    closed_at: datetime | None
    expected_close: datetime
    lost_reason: str | None
    owner: int


class Note(NamedTuple):
    external_id: str
    deal_key: str | None
    body: str
    author: int
    created_at: datetime


class Task(NamedTuple):
    external_id: str
    deal_key: str | None
    title: str
    body: str
    due_at: datetime
    done_at: datetime | None
    assignee: int
    priority: str
    created_at: datetime


@dataclass
class History:
    """All that happened to some leads; `owners` maps external ids to team indices."""

    activities: list[Activity] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    owners: dict[str, int] = field(default_factory=dict)


def histories(funnel: Funnel, *, share: float = 1.0) -> Iterator[History]:
    """History chunk by chunk; `share` (0–1) keeps it for that part of the leads, evenly spread."""
    directory = Directory(funnel)
    keep = max(1, round(1 / share)) if share > 0 else 0
    for leads in funnel.chunks():
        history = History()
        for row, (company, person) in enumerate(directory.people(leads)):
            if keep and int(leads.number[row]) % keep == 0:
                _Story(funnel, leads, row, company, person, history).tell()
        yield history


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds), UTC)


class _Story:
    """One lead's year, written into a history."""

    def __init__(
        self, funnel: Funnel, leads: Leads, row: int, company: Company, person: Person, history: History
    ) -> None:
        self.end = funnel.end
        self.number = int(leads.number[row])
        self.id = external_id(self.number)
        self.rng = random.Random((funnel.seed << 32) + self.number)  # noqa: S311
        self.created = float(leads.created[row])
        self.intent = float(leads.intent[row])
        self.visits = int(leads.visits[row])
        self.pricing = int(leads.pricing_views[row])
        self.mails = (
            int(leads.mails_sent[row]),
            int(leads.mails_opened[row]),
            int(leads.mails_clicked[row]),
        )
        self.webinar, self.trial = bool(leads.webinar[row]), bool(leads.trial[row])
        self.source = world.SOURCES[int(leads.source[row])]
        self.campaign_index = int(leads.campaign[row])
        self.meeting_at, self.deal_at = float(leads.meeting_at[row]), float(leads.deal_at[row])
        self.closes_at, self.decided_at = float(leads.closes_at[row]), float(leads.decided_at[row])
        self.won = bool(leads.won[row])
        self.lost_reason = world.LOST_REASONS[int(leads.lost_reason[row])]
        self.amount = int(leads.amount[row])
        self.product = world.PRODUCTS[int(leads.product[row])]
        self.owner = int(leads.owner[row])
        self.company, self.person, self.history = company, person, history
        self.words = wording.Writer(
            self.rng,
            first=person.first_name,
            company=company.name,
            industry=company.industry,
            employees=company.employees,
        )
        self.deal_key: str | None = None

    def tell(self) -> None:
        self._arrive()
        self._first_weeks()
        self._later_weeks()
        self._calls()
        if not math.isnan(self.meeting_at):
            self._meeting()
        elif self.rng.random() < 0.07:
            self._decline()
        if self.deal_at <= self.end:
            self._deal()
        self._tasks()
        if self.created < self.end - 2 * DAY or self.deal_key:
            self.history.owners[self.id] = self.owner

    def _add(
        self,
        kind: str,
        at: float,
        title: str,
        body: str = "",
        *,
        actor: int = BY_LEAD,
        source: str = "",
        **data: Any,
    ) -> None:
        if at <= self.end:
            self.history.activities.append(
                Activity(
                    self.id,
                    kind,
                    title,
                    body,
                    _at(at),
                    actor,
                    source or self.source.name,
                    data,
                    self.deal_key,
                )
            )

    def _note(self, at: float, body: str) -> None:
        if at <= self.end:
            self.history.notes.append(Note(self.id, self.deal_key, body, self.owner, _at(at)))

    def _arrive(self) -> None:
        if self.source.name == "Outbound":
            return
        form = wording.FORMS[self.source.name]
        campaign = self.source.campaigns[self.campaign_index] if self.campaign_index >= 0 else None
        self._add("web.form_submitted", self.created, form, source="Website", form=form, campaign=campaign)

    def _first_weeks(self) -> None:
        rng = self.rng
        # most visits come in the first days; a sorted exponential, kept inside the fourteen days
        spread = min(EARLY_DAYS * DAY, max(self.end - self.created, 600.0)) * 0.98
        # people look at several pages at a time; chance of its own, so that all else stays as it is
        pace = random.Random(self.number)  # noqa: S311
        at = math.nan
        for index in range(self.visits):
            alone = self.created + min(rng.expovariate(4.0), 1.0) * spread
            following = at + pace.uniform(20, 240)
            at = following if pace.random() < 0.6 and following < self.created + spread else alone
            self._page_view(at, world.PRICING_PAGE if index < self.pricing else rng.randrange(10))
        sent, opened, clicked = self.mails
        for index in range(sent):
            at = self.created + min(index * 3.4 * DAY + rng.uniform(0.02, 0.6) * DAY, spread)
            self._mail(at, world.MAIL_SUBJECTS[index % 6], opened=index < opened, clicked=index < clicked)
        if self.webinar:
            self._add(
                "web.form_submitted", self.created + rng.random() * spread, "Joined a webinar",
                "Stayed for 38 minutes", source="Webinar", form="webinar",
            )  # fmt: skip
        if self.trial:
            self._add(
                "web.form_submitted", self.created + rng.random() * spread, "Started a trial",
                source="Product", form="trial",
            )  # fmt: skip

    def _page_view(self, at: float, page: int) -> None:
        path, title = world.PAGES[page]
        self._add(
            "web.page_view", at, f"Visited {title}", source="Website", path=path,
            seconds=round(self.rng.lognormvariate(4.0, 0.8)),
        )  # fmt: skip

    def _mail(self, at: float, subject: str, *, opened: bool, clicked: bool) -> None:
        self._add("email.sent", at, subject, actor=self.owner, source="E-mail")
        if opened:
            at += self.rng.lognormvariate(9.0, 1.1)
            self._add("email.opened", at, subject, source="E-mail")
        if clicked:
            at += self.rng.uniform(20, 400)
            self._add("email.clicked", at, subject, source="E-mail", path=world.PAGES[self.rng.randrange(8)][0])

    def _later_weeks(self) -> None:
        rng = self.rng
        begin, stop = self.created + EARLY_DAYS * DAY, min(self.decided_at, self.end)
        if stop <= begin:
            return
        weeks = (stop - begin) / (7 * DAY)
        interest = math.exp(0.55 * self.intent)
        for _ in range(min(int(rng.expovariate(1 / (1.1 * interest))), 25)):
            at = begin + rng.expovariate(1 / (45 * DAY))
            if at < stop:
                hot = rng.random() < 0.12 * interest
                self._page_view(at, world.PRICING_PAGE if hot else rng.randrange(len(world.PAGES)))
        for index in range(min(int(weeks / 4) + 1, 4)):
            at = begin + (index * 28 + rng.uniform(0, 3)) * DAY
            if at < stop:
                opened = rng.random() < 0.22 * interest
                subject = "What changed in Lumen this month"
                self._mail(at, subject, opened=opened, clicked=opened and rng.random() < 0.2)

    def _calls(self) -> None:
        rng = self.rng
        calls = int(rng.random() < 0.45) + int(rng.random() < 0.25) + int(self.intent > 0.7)
        at = self.created + rng.uniform(0.3, 4) * DAY
        for _ in range(calls):
            if at > min(self.decided_at, self.end):
                break
            if rng.random() < 0.36:
                self._add("call.missed", at, "No answer", actor=self.owner, source="Telephone")
                at += rng.uniform(0.6, 2) * DAY
            seconds = round(rng.lognormvariate(5.6, 0.6))
            self._add(
                "call.completed", at, f"Call with {self.person.first_name}", self.words.one_of(wording.CALLS),
                actor=self.owner, source="Telephone", seconds=seconds,
            )  # fmt: skip
            if rng.random() < 0.4:
                self._note(at + 600, self.words.one_of(wording.NOTES))
            at += rng.uniform(5, 15) * DAY

    def _meeting(self) -> None:
        rng, title = self.rng, f"Demo for {self.company.name}"
        booked = max(self.created + 900, self.meeting_at - rng.uniform(1, 6) * DAY)
        if booked > self.end:
            return
        self._add(
            "email.replied", booked - 600, "Re: Shall we look at your numbers together?",
            "Yes, happy to see it. Can you do next week?", source="E-mail",
        )  # fmt: skip
        when = _at(self.meeting_at).isoformat()
        self._add("meeting.booked", booked, title, source="Calendar", starts_at=when, minutes=45)
        if rng.random() < 0.09:
            self._add("meeting.no_show", self.meeting_at - 1.1 * DAY, title, actor=self.owner, source="Calendar")
        outcome = self.words.one_of(wording.MEETINGS)
        self._add("meeting.held", self.meeting_at, title, outcome, actor=self.owner, source="Calendar", minutes=45)
        if rng.random() < 0.75:
            self._note(self.meeting_at + 3600, self.words.one_of(wording.NOTES))
        if self.meeting_at <= self.end and rng.random() < 0.5:
            self._task(self.words.task(wording.TASKS_DONE), due=self.meeting_at, done=self.meeting_at - 0.2 * DAY)

    def _decline(self) -> None:
        """An answer that leads nowhere."""
        at = self.created + self.rng.uniform(1, 12) * DAY
        self._add(
            "email.replied", at, "Re: A forecast you can defend", self.rng.choice(wording.DECLINES), source="E-mail"
        )

    def _deal(self) -> None:
        rng = self.rng
        self.deal_key = f"D-{self.number + 1:07d}"
        closed = self.closes_at <= self.end
        cycle = self.closes_at - self.deal_at
        reached = 5 if self.won or not closed else rng.choices((1, 2, 3, 4, 5), (2, 3, 4, 4, 2))[0]
        shares = (0.0, rng.uniform(0.06, 0.16), rng.uniform(0.2, 0.35), rng.uniform(0.42, 0.6), rng.uniform(0.7, 0.9))
        entered = tuple(
            at for s in shares[:reached] if (at := self.deal_at + s * cycle) <= min(self.closes_at, self.end)
        )
        outcome = ("won" if self.won else "lost") if closed else None
        name = f"{self.company.name}: {self.product}"
        # people promise earlier dates than they keep
        expected = self.closes_at if closed else max(
            self.deal_at + 0.9 * cycle, self.end + rng.uniform(-4, 30) * DAY
        )  # fmt: skip
        self.history.deals.append(
            Deal(
                key=self.deal_key,
                external_id=self.id,
                name=name,
                amount_minor=self.amount * 100,
                currency=world.CURRENCY,
                entered=tuple(_at(at) for at in entered),
                outcome=outcome,
                closed_at=_at(self.closes_at) if closed else None,
                expected_close=_at(expected),
                lost_reason=self.lost_reason if outcome == "lost" else None,
                owner=self.owner,
            )
        )
        facts = {"amount_minor": self.amount * 100, "currency": world.CURRENCY}
        self._add("deal.created", self.deal_at, name, actor=self.owner, source="Pipeline", **facts)
        for index, at in enumerate(entered[1:], start=1):
            before, after = STAGE_NAMES[index - 1], STAGE_NAMES[index]
            self._add(
                "deal.stage_changed", at, name, f"{before} → {after}", actor=self.owner, source="Pipeline",
                from_stage=before, to_stage=after,
            )  # fmt: skip
            if rng.random() < 0.3:
                self._note(at + 1800, self.words.one_of(wording.NOTES))
        if outcome == "won":
            self._add("deal.won", self.closes_at, name, actor=self.owner, source="Pipeline", **facts)
            self._note(self.closes_at + 900, self.words.one_of(wording.WON_NOTES))
        elif outcome == "lost":
            self._add(
                "deal.lost", self.closes_at, name, self.lost_reason, actor=self.owner, source="Pipeline",
                lost_reason=self.lost_reason, **facts,
            )  # fmt: skip
            self._note(self.closes_at + 900, self.words.fill(wording.LOST_NOTES[self.lost_reason]))

    def _tasks(self) -> None:
        rng = self.rng
        open_deal = self.deal_key is not None and self.closes_at > self.end
        recent = self.created > self.end - 21 * DAY and self.intent > 0.9 and self.decided_at > self.end
        if (open_deal and rng.random() < 0.8) or (recent and rng.random() < 0.35):
            due = self.end + rng.choices((-2, -1, 0, 1, 2, 3, 5, 8), (1, 2, 5, 5, 4, 4, 3, 2))[0] * DAY
            due -= due % DAY - rng.choice((8, 9, 10, 13, 14, 15, 16)) * 3600
            self._task(self.words.task(wording.TASKS_OPEN), due=due, done=None)

    def _task(self, words: tuple[str, str], *, due: float, done: float | None) -> None:
        title, body = words
        self.history.tasks.append(
            Task(
                external_id=self.id,
                deal_key=self.deal_key,
                title=title,
                body=body,
                due_at=_at(due),
                done_at=None if done is None else _at(done),
                assignee=self.owner,
                priority=self.rng.choices(("normal", "high", "low"), (6, 3, 1))[0],
                created_at=_at(max(self.created, min(due, self.end) - self.rng.uniform(1, 6) * DAY)),
            )
        )
        if done is not None and done <= self.end:
            self._add("task.completed", done, title, actor=self.owner, source="Tasks")
