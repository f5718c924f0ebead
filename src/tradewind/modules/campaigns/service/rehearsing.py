"""The work of a rehearsal: the very engine, on a virtual clock, with senders that send nothing."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext
from tradewind.modules.campaigns.engine.checking import read
from tradewind.modules.campaigns.engine.graph import JourneyDraft, ReEntry
from tradewind.modules.campaigns.engine.hours import DECIDED
from tradewind.modules.campaigns.engine.program import Node, Program, compile_graph
from tradewind.modules.campaigns.engine.rehearsal import Finding, Message, Tally, findings
from tradewind.modules.campaigns.engine.stepping import STAYING, Facts, Place, Signal, Taken, draw, identity_of
from tradewind.modules.campaigns.engine.walking import EXIT, GOAL, walk
from tradewind.modules.campaigns.models import JourneyRehearsal
from tradewind.modules.campaigns.repository import events as event_rows
from tradewind.modules.campaigns.repository import journeys as journey_rows
from tradewind.modules.campaigns.repository import rehearsals as repository
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalCreate
from tradewind.modules.campaigns.service import hours, rehearsal_audience, rehearsal_outlook, splits
from tradewind.modules.campaigns.service.effects import address_of
from tradewind.modules.campaigns.service.programs import home_zone
from tradewind.modules.campaigns.service.rehearsal_audience import Entrances
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadSummary
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import Outlook, Recipient, SendRequest

CHUNK = 5_000
ASKED = 20_000
"""Messages about which the guardrails are asked; of larger rehearsals, those of the first people."""
_UNKNOWN_RATE = 0.2
_MOSTLY = 0.5
_DAYS_SHOWN = 200
_MAILBOXES_SHOWN = 15


@dataclass(slots=True)
class Stage:
    """A rehearsal under way."""

    program: Program
    settings: RehearsalCreate
    re_entry: ReEntry
    begins: datetime
    ends: datetime
    names: Mapping[str, str]
    chances: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    asked: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    broken: set[int] = field(default_factory=set)
    conflicts: Counter[str] = field(default_factory=Counter)
    campaign_id: UUID | None = None
    enters_at: Mapping[tuple[UUID, str, datetime], datetime] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)


async def run(context: JobContext, rehearsal_id: UUID) -> None:
    """Rehearse and store the report. A second attempt after a crash begins anew: a rehearsal changes nothing."""
    started = time.perf_counter()
    async with context.transaction() as session:
        rehearsal = await repository.rehearsal(session, rehearsal_id)
        if rehearsal is None or rehearsal.state != "running":
            return
        stage = await _stage(session, rehearsal)
        entrances = await rehearsal_audience.entrances(session, stage.program, stage.settings, stage.begins, stage.ends)
        stage.assumptions += entrances.assumptions
        stage.enters_at = rehearsal_audience.places(stage.program, entrances, once=stage.re_entry.mode == "never")
        await _measure_rates(session, stage)
    people = entrances.people
    for start in range(0, len(people), CHUNK):
        await context.raise_if_cancelled()
        async with context.transaction() as session:
            await _rehearse(session, stage, entrances, people[start : start + CHUNK])
        await context.progress(done=min(len(people), start + CHUNK), total=len(people))
    async with context.transaction() as session:
        scale = _leaving(stage) * entrances.total / max(1, len(people))
        outlook = await rehearsal_outlook.look(session, stage.tally, stage.campaign_id, scale=scale)
        report = _report(stage, entrances, outlook, scale, time.perf_counter() - started)
        rehearsal = await repository.rehearsal(session, rehearsal_id, lock=True)
        if rehearsal is not None:
            rehearsal.state = "done"
            rehearsal.report = report
            rehearsal.passed = not any(one["severity"] == "grave" for one in report["findings"])
            rehearsal.finished_at = now()


async def _stage(session: AsyncSession, rehearsal: JourneyRehearsal) -> Stage:
    settings = RehearsalCreate.model_validate(rehearsal.settings)
    graph, _ = read(JourneyDraft.model_validate(rehearsal.program))
    assert graph is not None, "only drafts without errors are rehearsed"
    program = compile_graph(
        graph, journey_id=rehearsal.journey_id, version_id=rehearsal.id, zone=await home_zone(session)
    )
    at = rehearsal.created_at
    span = timedelta(days=settings.days)
    begins, ends = (at - span, at) if settings.mode == "replay" else (at, at + span)
    stage = Stage(program, settings, graph.settings.re_entry, begins, ends, {one.id: one.name for one in graph.nodes})
    stage.chances = (await splits.chances(session, {program.version_id: program}))[program.version_id]
    stage.assumptions.append("Conditions on people are read as they hold today, and do not change on the way.")
    journey = await journey_rows.journey(session, rehearsal.journey_id)
    stage.campaign_id = journey.campaign_id if journey else None
    if program.best_waits:
        stage.assumptions.append("Best hours are those of what people answered until today.")
    if any(node.settings.method == "adaptive" for node in program.splits):
        stage.assumptions.append("Adaptive splits keep the chances they begin with.")
    return stage


async def _measure_rates(session: AsyncSession, stage: Stage) -> None:
    """Simulated: the share of people whom each wait lets go on in time, as told, as measured, or as assumed."""
    if stage.settings.mode == "replay":
        return
    for node in stage.program.nodes.values():
        if node.event is None and node.kind != "score_wait":
            continue
        name = node.title
        told = stage.settings.event_rates.get(node.key)
        measured = await rehearsal_audience.rate_of(session, node.event) if node.event is not None else None
        stage.rates[node.key] = rate = next(one for one in (told, measured, _UNKNOWN_RATE) if one is not None)
        how = "as told" if told is not None else "as in the last 90 days" if measured is not None else "an assumption"
        stage.assumptions.append(f"“{name}”: {rate:.0%} see it happen in time ({how}).")
    if stage.program.goal_event or stage.program.exit_event:
        stage.assumptions.append("Nobody leaves early by the event of the goal or the exit.")


async def _rehearse(session: AsyncSession, stage: Stage, entrances: Entrances, people: Sequence[UUID]) -> None:
    program = stage.program
    known = {one.id: one for one in await leads.lead_summaries(session, people)}
    met = await leads.conditions_met(session, program.conditions, people) if program.conditions else []
    stage.broken |= {number for number, found in enumerate(met) if found is None}
    events = await _events(session, stage, people)
    blocked = await _blocked(session, stage, known)
    rhythm, habits = await hours.known(session, people, program.nodes.values())
    stage.conflicts += await rehearsal_audience.conflicts(session, program.journey_id, people)
    messages: list[Message] = []
    for person_id in people:
        person = known.get(person_id)
        if person is None:
            continue
        holds = frozenset(number for number, found in enumerate(met) if found and person_id in found)
        zone = person.time_zone or program.zone
        facts = Facts(zone, holds, frozenset(stage.broken), stage.chances, habits.get(person_id, {}), rhythm)
        sent = _ways(stage, entrances, person, facts, events.get(person_id, {}), blocked)
        if stage.asked + len(messages) < ASKED:
            messages += [replace(one, person_id=person_id) for one in sent]
    await _ask_guardrails(session, stage, messages, known)


def _ways(
    stage: Stage,
    entrances: Entrances,
    person: LeadSummary,
    facts: Facts,
    events: Mapping[str, Sequence[datetime]],
    blocked: set[tuple[UUID, str]],
) -> list[Message]:
    """All entries of one person, as far as they may enter again."""
    program, messages = stage.program, []
    last: Place | None = None
    domain = (person.email or "").rpartition("@")[2].lower() or None

    def answer(taken: Taken) -> Signal:
        return "blocked" if (person.id, taken.node.key) in blocked else "sent"

    for node, at in entrances.of(person.id):
        if last is not None and not _may_enter(stage.re_entry, last, at):
            continue
        identity = identity_of(person.id, f"{node}:{at.isoformat()}")
        place = last = Place(node, 0, at, at, at)
        facts.enters_at = stage.enters_at.get((person.id, node, at))
        imagine = _imagine(stage, identity) if stage.rates else None
        taken = walk(program, place, facts, events, identity, until=stage.ends, answer=answer, imagine=imagine)
        messages += stage.tally.add(program, place, taken, domain)
    return messages


def _may_enter(re_entry: ReEntry, last: Place, at: datetime) -> bool:
    if last.state == "waiting" or last.due_at > at:
        return False
    if re_entry.mode == "after":
        return last.entered_at <= at - timedelta(days=re_entry.days or 0)
    return re_entry.mode == "always"


def _imagine(stage: Stage, identity: str) -> Any:
    def when(node: Node, place: Place) -> datetime | None:
        chance = draw(stage.program, identity, f"{node.key}·happens", place.visit)
        rate = stage.rates.get(node.key, 0.0)
        if chance >= rate:
            return None
        # Spread evenly over the time there is; strictly inside it.
        return place.since + (place.due_at - place.since) * (0.01 + 0.98 * chance / rate)

    return when


async def _events(
    session: AsyncSession, stage: Stage, people: Sequence[UUID]
) -> dict[UUID, dict[str, Sequence[datetime]]]:
    """Replay: what happened to these people, by person and by what waits for it."""
    found: defaultdict[UUID, dict[str, Sequence[datetime]]] = defaultdict(dict)
    if stage.settings.mode != "replay":
        return found
    program = stage.program
    wanted = [(GOAL, program.goal_event), (EXIT, program.exit_event)]
    wanted += [(node.key, node.event) for node in program.event_nodes]
    for key, match in wanted:
        if match is not None:
            times = await event_rows.times(session, match, since=stage.begins, until=stage.ends, people=people)
            for person_id, moments in times.items():
                found[person_id][key] = moments
    return found


async def _blocked(session: AsyncSession, stage: Stage, known: Mapping[UUID, LeadSummary]) -> set[tuple[UUID, str]]:
    """Where the way on depends on it: (person, step) whose message must not be sent."""
    found: set[tuple[UUID, str]] = set()
    for node in stage.program.nodes.values():
        if not node.asks_outcome:
            continue
        asked = [(one, address) for one in known.values() if (address := address_of(node.settings.channel, one))]
        found |= {(one.id, node.key) for one in known.values() if not address_of(node.settings.channel, one)}
        requests = [_request(stage, node.settings.channel, node.settings.purpose, *one) for one in asked]
        decisions = await sending.may_send(session, requests, now())
        found |= {
            (one.id, node.key)
            for (one, _), decision in zip(asked, decisions, strict=True)
            if decision.verdict == "block"
        }
    return found


async def _ask_guardrails(
    session: AsyncSession, stage: Stage, messages: Sequence[Message], known: Mapping[UUID, LeadSummary]
) -> None:
    """What the guardrails would say of these messages, each at its moment."""
    requests, moments = [], []
    for one in sorted(messages, key=lambda message: message.at):
        address = address_of(one.channel, known[one.person_id])
        stage.asked += 1
        if address is None:
            stage.stopped["no_address"] += 1
            continue
        requests.append(_request(stage, one.channel, one.purpose, known[one.person_id], address))
        moments.append(one.at)
    for decision in await sending.foresee(session, requests, moments):
        if decision.verdict == "allow":
            continue
        counted = stage.stopped if decision.verdict == "block" else stage.deferred
        for rule in {one.rule for one in decision.reasons if one.verdict == decision.verdict and not one.shadow}:
            counted[rule] += 1


def _request(stage: Stage, channel: str, purpose: str | None, person: LeadSummary, address: str) -> SendRequest:
    recipient = Recipient(
        address=address, person_id=person.id, time_zone=person.time_zone or stage.program.zone, country=person.country
    )
    return SendRequest(
        channel=channel, recipient=recipient, purpose=purpose or stage.program.purpose,
        journey_id=stage.program.journey_id, campaign_id=stage.campaign_id,
    )  # fmt: skip


def _leaving(stage: Stage) -> float:
    """The share of messages that nothing stops for good, of those that the guardrails were asked about."""
    return 1 - sum(stage.stopped.values()) / stage.asked if stage.asked else 1.0


def _report(stage: Stage, entrances: Entrances, outlook: Outlook, scale: float, seconds: float) -> dict[str, Any]:
    tally = stage.tally
    found = findings(stage.program, tally, stage.names) + _more_findings(stage) + rehearsal_outlook.findings(outlook)
    rank = {"grave": 0, "warning": 1, "note": 2}
    days = sorted({*tally.entered_on, *(day for day, _ in tally.sent_on)})
    messages = sum(tally.messages.values())
    if stage.asked < messages:
        stage.assumptions.append(f"Guardrails were asked about {stage.asked:,} of {messages:,} messages.")
    stage.assumptions.append(
        "Cost, limits and budgets are those of the whole audience, each by itself, without what is sent beside it."
    )
    if stage.program.pace is not None and stage.enters_at:
        last_on = max(stage.enters_at.values())
        stage.assumptions.append(f"People enter at the journey's pace; the last of them on {last_on:%-d %B %Y}.")
    return {
        "mode": stage.settings.mode,
        "begins_on": stage.begins.date().isoformat(),
        "ends_on": stage.ends.date().isoformat(),
        "audience": entrances.total,
        "sampled": entrances.total > len(entrances.people),
        "entered": tally.entered,
        "steps_taken": tally.steps,
        "ended": dict(tally.ended),
        "goal": tally.goal,
        "messages": dict(tally.messages),
        "not_sent": dict(stage.stopped),
        "deferred": dict(stage.deferred),
        "most_messages_to_one": tally.most,
        **rehearsal_outlook.told(outlook, tally, scale=scale),
        "best_hours": [
            {
                "node": node.key, "name": node.title,
                "decided": {code: count for code in DECIDED if (count := tally.hours[node.key, code])},
            }
            for node in stage.program.best_waits
        ],
        "days": [
            {
                "day": day.isoformat(),
                "entered": tally.entered_on[day],
                "messages": {
                    channel: tally.sent_on[day, channel]
                    for channel in sorted(tally.messages)
                    if tally.sent_on[day, channel]
                },
                "tasks": tally.sent_on[day, "task"],
                "webhooks": tally.sent_on[day, "webhook"],
            }
            for day in days[:_DAYS_SHOWN]
        ],
        "mailboxes": [
            {"domain": domain, "messages": count, "busiest_day": max(tally.mailboxes_on[domain].values())}
            for domain, count in tally.mailboxes.most_common(_MAILBOXES_SHOWN)
        ],
        "steps": [
            {
                "node": node.key, "name": node.title, "kind": node.kind,
                "visits": tally.visits[node.key], "people": tally.people[node.key],
                "ports": {
                    port: count for (key, port), count in sorted(tally.ports.items())
                    if key == node.key and port not in STAYING
                },
            }
            for node in stage.program.nodes.values()
        ],
        "findings": [
            {
                "code": one.code, "severity": one.severity, "message": one.message, "node": one.node,
                "people": one.people,
            }
            for one in sorted(found, key=lambda one: rank[one.severity])
        ],
        "seconds": round(seconds, 2),
        "assumptions": stage.assumptions,
    }  # fmt: skip


def _more_findings(stage: Stage) -> list[Finding]:
    found = []
    for number in sorted(stage.broken):
        where = next((node.key for node in stage.program.nodes.values() if node.condition == number), None)
        message = "A condition works no more: a field or segment that it names is gone."
        found.append(Finding("condition_broken", "grave", message, where))
    stopped = sum(stage.stopped.values())
    if stage.asked and stopped > stage.asked * _MOSTLY:
        message = f"{stopped / stage.asked:.0%} of the messages must not be sent. The usual reason is missing consent."
        found.append(Finding("mostly_blocked", "grave", message, people=stopped))
    elif stopped:
        message = f"{stopped / stage.asked:.1%} of the messages must not be sent, and will not be."
        found.append(Finding("blocked", "warning", message, people=stopped))
    if stage.deferred["cap"]:
        message = f"Frequency caps put off {stage.deferred['cap'] / stage.asked:.1%} of the messages."
        found.append(Finding("cap_hits", "warning", message, people=stage.deferred["cap"]))
    for name, people in stage.conflicts.most_common(5):
        message = f"{people:,} of these people are in “{name}” as well. The journey of higher priority writes first."
        found.append(Finding("conflict", "warning", message, people=people))
    return found
