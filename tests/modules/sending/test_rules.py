"""The rules that decide, each by itself: hours over zones, caps over windows, the strictest answer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.modules.sending.contracts import Reason, Recipient, SendRequest
from tradewind.modules.sending.policies import (
    BUILT_IN,
    ApprovalSettings,
    BudgetSettings,
    CapSettings,
    Guardrail,
    HoursSettings,
    LimitSettings,
)
from tradewind.modules.sending.rules import caps
from tradewind.modules.sending.rules.hours import CALL_HOURS, Week, first_allowed
from tradewind.modules.sending.rules.judge import RULES, Facts, Judged, Past, Spent, WishAnswer, judge, take_note
from tradewind.modules.sending.rules.zones import known_zone, likely_zones

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CAMPAIGN = UUID(int=1)
FINE = WishAnswer(True, (Reason("wish", "allow", "consent"),))
DAY = timedelta(days=1)


def ask(**values) -> SendRequest:
    recipient = Recipient(
        address=values.pop("address", "a@b.example"),
        time_zone=values.pop("time_zone", "UTC"),
        country=values.pop("country", None),
    )
    return SendRequest(**{"channel": "email", "purpose": "marketing", "recipient": recipient, **values})


def verdict(policies: Sequence[Guardrail], request: SendRequest, at: datetime = MONDAY, **facts) -> Judged:
    return judge(request, FINE, Facts("UTC", policies, **facts), at, subject="ada")


def policy(settings, mode="enforce") -> Guardrail:
    return Guardrail("mine", "Mine", mode, settings)


@pytest.mark.parametrize(
    ("at", "zones", "first"),
    [
        ("2026-03-02T09:00+00:00", ("Europe/Berlin",), "2026-03-02T09:00+00:00"),
        ("2026-03-02T03:00+00:00", ("Europe/Berlin",), "2026-03-02T07:00+00:00"),
        ("2026-03-02T19:00+00:00", ("Europe/Berlin",), "2026-03-03T07:00+00:00"),
        # Only when it is eight in Honolulu and not yet eight in the evening in New York.
        ("2026-03-02T12:00+00:00", ("America/New_York", "Pacific/Honolulu"), "2026-03-02T18:00+00:00"),
        # The night in which the clocks of Berlin go forward: eight o'clock comes an hour sooner.
        ("2026-03-28T20:00+00:00", ("Europe/Berlin",), "2026-03-29T06:00+00:00"),
        ("2026-03-02T09:00+00:00", ("Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin"), None),
    ],
)
def test_hours_wait_for_the_strictest_zone(at: str, zones: tuple[str, ...], first: str | None) -> None:
    week = Week.same(frozenset(range(7)), (8 * 60, 20 * 60))
    found = first_allowed(datetime.fromisoformat(at), zones, (week,))
    assert found == (datetime.fromisoformat(first) if first else None)


def test_zones_are_known_guessed_or_the_organisations_own() -> None:
    assert likely_zones("Asia/Tokyo", "DE", None, "UTC") == ("Asia/Tokyo",)
    assert likely_zones("Moon/Crater", "DE", None, "UTC") == ("Europe/Berlin", "Europe/Busingen")
    assert likely_zones(None, None, "+14155552671", "UTC") == ("America/Los_Angeles",)
    assert len(likely_zones(None, "us", None, "UTC")) > 5
    assert likely_zones(None, None, None, "Europe/Vienna") == ("Europe/Vienna",)
    assert all(known_zone(zone) for zone in likely_zones(None, "RU", None, "UTC"))


def test_calls_keep_to_the_table_of_the_country() -> None:
    assert all(len(week.days) == 7 for week in CALL_HOURS.values())
    [calls] = [found for found in BUILT_IN if found.rule == "call_hours"]
    lunch = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    paris = verdict([calls], ask(channel="call", country="FR", time_zone="Europe/Paris"), lunch)
    assert paris.decision.not_before == datetime(2026, 3, 2, 13, 0, tzinfo=UTC), "not during lunch in France"
    sunday = verdict([calls], ask(channel="call", country="DE", time_zone="Europe/Berlin"), MONDAY - DAY)
    assert sunday.decision.not_before == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert verdict([calls], ask()).decision.verdict == "allow", "mails are no calls"


@given(
    st.lists(st.integers(min_value=-40 * 24, max_value=40 * 24), max_size=12).map(sorted),
    st.integers(min_value=1, max_value=4),
    st.sampled_from(["day", "week", "month"]),
)
def test_no_window_ever_holds_more_than_a_cap(hours: list[int], amount: int, period: str) -> None:
    """Messages planned one after the other by the rule, from any beginning: no window of the length holds too many."""
    length = caps.PERIODS[period]
    planned: list[datetime] = []
    for hour in hours:
        at = MONDAY + timedelta(hours=hour)
        found = caps.first_within(at, planned, amount, length)
        assert found >= at
        planned = sorted([*planned, found])
    for begin in planned:
        assert sum(1 for moment in planned if begin <= moment < begin + length) <= amount


def test_caps_count_over_channels_and_within_a_batch() -> None:
    facts = Facts("UTC", [policy(CapSettings(amount=2, period="day"))])
    facts.history["ada"] = [Past(MONDAY - timedelta(hours=1), "sms", "marketing")]
    leaves = []
    for _ in range(3):
        judged = judge(ask(), FINE, facts, MONDAY, subject="ada")
        take_note(ask(), judged, facts, subject="ada")
        leaves.append(judged.leaves_at)
    assert leaves == [MONDAY, MONDAY + timedelta(hours=23), MONDAY + DAY]
    transactional = ask(purpose="transactional", priority="transactional")
    assert judge(transactional, FINE, facts, MONDAY, subject="ada").decision.verdict == "allow"


def test_the_strictest_rule_holds_and_every_reason_is_kept() -> None:
    shadowed = Guardrail("noted", "Noted", "shadow", HoursSettings(start="20:00", end="21:00"))
    capped = policy(CapSettings(amount=1, period="day"))
    night = Guardrail("night", "Night", "enforce", HoursSettings(start="08:00", end="09:30"))
    history = {"ada": [Past(MONDAY - timedelta(hours=23), "email", "marketing")]}
    judged = verdict([capped, night, shadowed], ask(), history=history)
    # The cap alone allows ten o'clock; by then the hours are over until tomorrow.
    assert judged.decision.not_before == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert judged.shadow == ("noted",)
    assert [reason.rule for reason in judged.decision.reasons] == ["wish", "cap", "hours", "hours"]
    assert {reason.rule for reason in judged.decision.reasons} <= RULES.keys()

    too_late = verdict([capped], ask(expires_at=MONDAY + timedelta(minutes=30)), history=history)
    assert (too_late.decision.verdict, too_late.decision.reasons[-1].rule) == ("block", "expiry")

    unwanted = WishAnswer(False, (Reason("wish", "block", "unsubscribed"),))
    assert judge(ask(), unwanted, Facts("UTC", [capped]), MONDAY, subject="ada").decision.verdict == "block"
    bounced = judge(ask(purpose="transactional"), unwanted, Facts("UTC", []), MONDAY, subject="ada")
    assert bounced.decision.verdict == "block", "a suppression of everything stops transactional messages, too"


def test_kill_switches_hold_everything_until_they_are_lifted() -> None:
    for stop in (("organisation", ""), ("channel", "email"), ("campaign", str(CAMPAIGN))):
        found = verdict([], ask(campaign_id=CAMPAIGN, purpose="transactional"), stops=frozenset({stop})).decision
        assert (found.verdict, found.not_before, found.reasons[-1].rule) == ("defer", None, "kill_switch")
    assert verdict([], ask(), stops=frozenset({("channel", "sms")})).decision.verdict == "allow"


def test_limits_wait_for_the_next_period_and_budgets_may_end_a_campaign() -> None:
    limit, renews = policy(LimitSettings(amount=10, period="hour")), MONDAY + timedelta(hours=1)
    full = verdict([limit], ask(), spent={("mine", None): Spent(10, 0, renews)})
    assert full.decision.not_before == renews
    budget = policy(BudgetSettings(amount_microusd=1000, period="campaign"))
    request = ask(campaign_id=CAMPAIGN, cost_microusd=400)
    facts = Facts("UTC", [budget], spent={("mine", CAMPAIGN): Spent()})
    verdicts = []
    for _ in range(3):
        judged = judge(request, FINE, facts, MONDAY, subject=None)
        take_note(request, judged, facts, subject=None)
        verdicts.append(judged.decision.verdict)
    assert verdicts == ["allow", "allow", "block"], "spending never exceeds the budget"
    assert verdict([budget], ask(cost_microusd=10**9)).decision.verdict == "allow", "no campaign, no such budget"


def test_people_agree_once_and_again_when_the_audience_doubles() -> None:
    rule = policy(ApprovalSettings(audience_over=100, new_sender=True))
    large = ask(campaign_id=CAMPAIGN, audience_size=500, sender="new.example")
    assert verdict([rule], large).decision.verdict == "approve"
    assert verdict([rule], large, approved={CAMPAIGN: 250}).decision.verdict == "allow"
    assert verdict([rule], large, approved={CAMPAIGN: 249}).decision.verdict == "approve"
    assert verdict([rule], large, refused=frozenset({CAMPAIGN})).decision.verdict == "block"
    small = ask(campaign_id=CAMPAIGN, audience_size=5, sender="known.example")
    assert verdict([rule], small, senders=frozenset({"known.example"})).decision.verdict == "allow"
    assert verdict([policy(rule.settings, "shadow")], large).shadow == ("mine",)
