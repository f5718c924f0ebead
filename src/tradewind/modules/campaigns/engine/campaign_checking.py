"""What keeps a campaign's draft from its launch, said at the step of the wizard where it can be put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tradewind.modules.campaigns.engine.campaign import CampaignDraft, CampaignMessage, CampaignVariant
from tradewind.modules.campaigns.engine.checking import Problem, Severity
from tradewind.modules.campaigns.engine.composing import ENTRY, step_key
from tradewind.modules.sending.contracts import TRANSACTIONAL

WizardStep = Literal["goal", "audience", "content", "schedule", "review"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, at which step of the wizard and field of the draft."""

    code: str
    message: str
    step: WizardStep
    field: str | None = None
    severity: Severity = "error"


def flaws(draft: CampaignDraft, at: datetime) -> list[Flaw]:
    """Everything that is wrong with a draft as such at a moment, errors first.

    A draft without errors composes to a journey without errors; what it refers to is for the service to look up.
    """
    found = [*_goal(draft), *_audience(draft), *_content(draft), *_testing(draft), *_schedule(draft, at)]
    return sorted(found, key=lambda one: one.severity != "error")


def of_journey(draft: CampaignDraft, problem: Problem) -> Flaw:
    """A problem of the composed journey, at the place of the draft that it comes from."""
    step, field = "review", None
    if problem.node is None:
        step, field = ("goal", problem.field) if (problem.field or "").startswith("goal") else ("review", None)
    elif problem.node == ENTRY:
        step, field = "audience", "audience.conditions"
    else:
        for number, message in enumerate(draft.messages):
            for place, variant in enumerate(message.variants):
                if step_key(message.key, variant.key) == problem.node:
                    step = "content"
                    field = f"messages.{number}.variants.{place}.{problem.field or ''}".rstrip(".")
    return Flaw(problem.code, problem.message, step, field, problem.severity)


def _goal(draft: CampaignDraft) -> Iterator[Flaw]:
    goal = draft.goal
    if goal.kind is None:
        yield Flaw("no_goal", "Say what the campaign is for.", "goal", "goal.kind")
    needed = {"status": goal.status, "score": goal.score_at_least, "event": goal.event}
    if goal.kind in needed and needed[goal.kind] is None:
        field = {"status": "status", "score": "score_at_least", "event": "event"}[goal.kind]
        yield Flaw("goal_open", f"Say which {goal.kind} it is.", "goal", f"goal.{field}")
    if goal.kind is not None and goal.target_count is None:
        message = "Without a number of people nobody can tell whether it went well."
        yield Flaw("no_target", message, "goal", "goal.target_count", "warning")


def _audience(draft: CampaignDraft) -> Iterator[Flaw]:
    told = draft.audience
    if not told.segments and not told.conditions:
        yield Flaw("no_audience", "Say who gets it: choose a segment, or set conditions.", "audience", "audience")
    if draft.purpose == TRANSACTIONAL:
        words = "A campaign is nothing that somebody asked for: choose another purpose."
        yield Flaw("transactional", words, "audience", "purpose")
    if set(told.segments) & set(told.without):
        message = "A segment is both chosen and left out: nobody of it gets the campaign."
        yield Flaw("both_ways", message, "audience", "audience.without", "warning")


def _content(draft: CampaignDraft) -> Iterator[Flaw]:
    if not draft.messages:
        yield Flaw("no_message", "Add a message.", "content", "messages")
    gone = timedelta()
    for number, message in enumerate(draft.messages):
        at = f"messages.{number}"
        gone += message.after.span if message.after else timedelta()
        if not message.variants:
            yield Flaw("no_variant", f"Message {number + 1} says nothing yet.", "content", at)
        for place, variant in enumerate(message.variants):
            missing = _missing(message, variant)
            if missing is not None:
                yield Flaw("content_missing", missing[1], "content", f"{at}.variants.{place}.{missing[0]}")
        if number and message.after is None:
            words = f"Message {number + 1} leaves right after the one before."
            yield Flaw("at_once", words, "content", f"{at}.after", "warning")
        if gone >= timedelta(days=draft.goal.within_days):
            words = f"Message {number + 1} leaves after the {draft.goal.within_days} days in which the goal counts."
            yield Flaw("too_late", words, "content", f"{at}.after", "warning")


def _missing(message: CampaignMessage, variant: CampaignVariant) -> tuple[str, str] | None:
    """The field that a variant lacks, and what to do about it."""
    match message.channel:
        case "email" if variant.template_id is None:
            return "template_id", "Choose the mail template."
        case "chat" if not variant.text:
            return "text", "Write what is said."
        case "task" if not variant.title:
            return "title", "Say what is to be done."
        case "webhook" if not variant.url.startswith(("https://", "http://")) or " " in variant.url:
            return "url", "Give the address, beginning with https://."
    return None


def _testing(draft: CampaignDraft) -> Iterator[Flaw]:
    testing = draft.testing
    several = [one for one in draft.messages if len(one.variants) > 1]
    if testing.mode == "one" and several:
        words = "There are several variants, but only the first one of each message is used."
        yield Flaw("unused_variants", words, "content", "testing.mode", "warning")
    if testing.mode != "one" and not several:
        yield Flaw("nothing_to_test", "There is only one variant: nothing is tested.", "content", "testing.mode",
                   "warning")  # fmt: skip
    if testing.mode == "fixed":
        for number, message in enumerate(draft.messages):
            if len(message.variants) > 1 and sum(one.weight for one in message.variants) <= 0:
                yield Flaw("no_weight", "At least one variant needs a share.", "content", f"messages.{number}.variants")
    mails = any(one.channel == "email" for one in draft.messages)
    if testing.mode != "one" and several and testing.measure != "goal" and not mails:
        words = "Clicks and replies are those of mails; there is none."
        yield Flaw("measure", words, "content", "testing.measure")


def _schedule(draft: CampaignDraft, at: datetime) -> Iterator[Flaw]:
    told = draft.schedule
    begins = at
    if told.start == "at":
        if told.at is None:
            yield Flaw("no_start", "Say when it begins.", "schedule", "schedule.at")
        elif told.at <= at:
            yield Flaw("past_start", "The time to begin is over.", "schedule", "schedule.at")
        else:
            begins = told.at
    if told.ends_at is not None and told.ends_at <= begins:
        yield Flaw("ends_early", "It would end before it begins.", "schedule", "schedule.ends_at")
    if told.send_time == "clock" and told.clock is None:
        yield Flaw("no_clock", "Say at which time of day messages leave.", "schedule", "schedule.clock")
    if draft.audience.later and told.ends_at is None:
        words = "People keep coming in until somebody stops it: it has no end."
        yield Flaw("no_end", words, "schedule", "schedule.ends_at", "warning")
    if draft.budget is not None and not any(draft.budget.prices_microusd.values()):
        words = "No message has a price: the budget is only kept for costs that you enter."
        yield Flaw("no_price", words, "schedule", "budget.prices_microusd", "warning")
