"""Any valid draft of a campaign composes to a journey without errors, with one variant or nothing for everybody."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewind.modules.campaigns.engine.campaign import CampaignDraft
from tradewind.modules.campaigns.engine.campaign_checking import flaws, of_journey
from tradewind.modules.campaigns.engine.checking import Problem, read
from tradewind.modules.campaigns.engine.composing import AHEAD, GO, HOLDOUT, NOTHING, compose, split_key, step_key
from tradewind.modules.campaigns.engine.program import compile_graph
from tradewind.modules.campaigns.engine.stepping import Facts, Place, identity_of
from tradewind.modules.campaigns.engine.walking import GOAL, walk

BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
CONTENT = {"template_id": str(UUID(int=1)), "title": "Call", "text": "Hello", "url": "https://example.org/in"}
GOALS = st.one_of(
    st.sampled_from(["booking", "deal_created", "deal_won", "reply", "click"]).map(lambda kind: {"kind": kind}),
    st.just({"kind": "form", "form": "Demo"}),
    st.just({"kind": "status", "status": "customer"}),
    st.just({"kind": "score", "score_at_least": 70}),
    st.just({"kind": "event", "event": {"kind": "web.event"}}),
)
AFTER = st.one_of(
    st.none(),
    st.builds(lambda amount, unit: {"amount": amount, "unit": unit}, st.integers(1, 40), st.sampled_from(
        ["minutes", "hours", "days"])),
)  # fmt: skip


@st.composite
def drafts(draw) -> CampaignDraft:
    """A draft that nothing is wrong with."""
    messages = [
        {
            "key": f"m{number}", "channel": draw(st.sampled_from(["email", "task", "webhook", "chat"])),
            "after": draw(AFTER),
            "variants": [
                {**CONTENT, "key": key, "weight": draw(st.sampled_from([0.5, 1, 3]))}
                for key in "abcd"[: draw(st.integers(1, 4))]
            ],
        }
        for number in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    send_time = draw(st.sampled_from(["asap", "clock", "best"]))
    mode = draw(st.sampled_from(["one", "fixed", "adaptive", "first"]))
    return CampaignDraft.model_validate(
        {
            "goal": {**draw(GOALS), "within_days": draw(st.integers(1, 180))},
            "audience": {
                "segments": [str(UUID(int=2))], "without": draw(st.sampled_from([[], [str(UUID(int=3))]])),
                "conditions": draw(st.sampled_from([None, {"field": "score", "op": "gte", "value": 5}])),
                "without_recent_days": draw(st.sampled_from([None, 7])), "later": draw(st.booleans()),
            },
            "messages": messages,
            "testing": {
                "mode": mode, "holdout": draw(st.sampled_from([0, 0.1, 0.5])), "floor": draw(st.floats(0.01, 0.5)),
                "first_share": draw(st.floats(0.05, 0.9)), "first_hours": draw(st.integers(1, 48)),
            },
            "budget": draw(st.sampled_from([None, {"amount_minor": 500, "prices_microusd": {"email": 900}}])),
            "schedule": {
                "send_time": send_time, "clock": "08:30" if send_time == "clock" else None,
                "weekdays": draw(st.lists(st.integers(0, 6), max_size=3)),
                "pace_per_hour": draw(st.sampled_from([None, 100])),
            },
        }
    )  # fmt: skip


def program_of(draft: CampaignDraft):
    assert [one for one in flaws(draft, BEGINS) if one.severity == "error"] == []
    graph, found = read(compose(draft))
    assert graph is not None, found
    assert found == []
    return compile_graph(graph, journey_id=UUID(int=7), version_id=UUID(int=8))


def way(program, number: int, *, goal: datetime | None = None):
    """The whole way of somebody, and how it ended."""
    chances = {
        node.key: {one.key: one.weight / sum(each.weight for each in node.settings.variants)
                   for one in node.settings.variants}
        for node in program.splits
    }  # fmt: skip
    place = Place("in", 0, BEGINS, BEGINS, BEGINS)
    identity = identity_of(UUID(int=number), "k")
    taken = walk(
        program, place, Facts("UTC", chances=chances), {GOAL: [goal] if goal else []}, identity,
        until=BEGINS + timedelta(days=900), answer=lambda _: "sent",
    )  # fmt: skip
    return taken, place


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drafts(), st.integers(0, 10**9), st.integers(1, 60 * 24 * 30))
def test_everybody_gets_one_variant_of_each_message_or_nothing_and_nobody_more_after_the_goal(draft, number, minutes):
    program = program_of(draft)
    assert compose(draft) == compose(draft)
    taken, place = way(program, number)
    assert place.state == "done"
    got = [one.node.key for one in taken if one.effect]
    drawn = {one.node.key: one.variant for one in taken if one.variant is not None}
    if drawn.get(HOLDOUT) == NOTHING:
        assert got == []
        return
    assert (HOLDOUT in drawn) == (draft.testing.holdout > 0)
    expected = []
    for message in draft.messages:
        variant = drawn.get(split_key(message.key)) or message.variants[0].key
        several = len(message.variants) > 1 and draft.testing.mode != "one"
        assert (split_key(message.key) in drawn) == several
        expected.append(step_key(message.key, variant))
    assert got == expected
    assert (AHEAD in drawn) == (draft.testing.mode == "first" and any(len(one.variants) > 1 for one in draft.messages))
    reached = BEGINS + timedelta(minutes=minutes)
    after_goal, ended = way(program, number, goal=reached)
    assert [one.node.key for one in after_goal if one.effect] == [
        one.node.key for one in taken if one.effect and one.at < reached
    ]
    assert ended.goal_at == (reached if reached <= place.since else None)


def test_a_share_goes_ahead_and_the_others_come_to_the_same_split_later():
    variants = [{**CONTENT, "key": key} for key in "ab"]
    draft = CampaignDraft.model_validate(
        {
            "goal": {"kind": "booking", "within_days": 10},
            "audience": {"segments": [str(UUID(int=2))]},
            "messages": [
                {"key": "m1", "variants": variants}, {"key": "m2", "after": {"amount": 2}, "variants": variants[:1]},
            ],
            "testing": {"mode": "first", "first_share": 0.25, "first_hours": 6, "holdout": 0.2},
        }
    )  # fmt: skip
    program = program_of(draft)
    counted: dict[str, int] = {}
    for number in range(2_000):
        taken, _ = way(program, number)
        drawn = {one.node.key: one.variant for one in taken if one.variant is not None}
        if drawn[HOLDOUT] == NOTHING:
            counted["held"] = counted.get("held", 0) + 1
            assert taken[-1].at - BEGINS == timedelta(days=10)
            continue
        assert drawn[HOLDOUT] == GO
        at = next(one.at for one in taken if one.node.key == split_key("m1"))
        assert at - BEGINS == (timedelta() if drawn[AHEAD] == "first" else timedelta(hours=6))
        counted[drawn[AHEAD] or ""] = counted.get(drawn[AHEAD] or "", 0) + 1
    assert abs(counted["held"] - 400) < 80
    assert abs(counted["first"] - 400) < 80
    split = next(node for node in program.splits if node.key == split_key("m1"))
    assert (split.settings.method, split.settings.reward_days) == ("adaptive", 10)


def test_what_is_missing_is_told_at_the_step_where_it_can_be_put_right():
    empty = CampaignDraft()
    told = {(one.code, one.step, one.severity) for one in flaws(empty, BEGINS)}
    assert told == {
        ("no_goal", "goal", "error"), ("no_audience", "audience", "error"), ("no_message", "content", "error"),
    }  # fmt: skip
    draft = CampaignDraft.model_validate(
        {
            "goal": {"kind": "score", "target_count": 5, "within_days": 2},
            "audience": {"segments": [str(UUID(int=2))], "without": [str(UUID(int=2))], "later": True},
            "purpose": "transactional",
            "messages": [
                {"key": "m1", "channel": "email", "variants": [{"key": "a", "weight": 0}, {"key": "b", "weight": 0}]},
                {"key": "m2", "channel": "chat", "after": {"amount": 3}, "variants": [{"key": "a"}]},
                {"key": "m3", "channel": "webhook", "variants": [{"key": "a", "url": "ftp://x"}]},
                {"key": "m4", "channel": "task", "variants": []},
            ],
            "testing": {"mode": "fixed"},
            "budget": {"amount_minor": 1},
            "schedule": {
                "start": "at", "at": "2026-03-01T09:00:00Z", "send_time": "clock", "ends_at": "2026-03-01T09:00:00Z",
            },
        }
    )  # fmt: skip
    found = {(one.code, one.field) for one in flaws(draft, BEGINS)}
    assert {
        ("goal_open", "goal.score_at_least"), ("transactional", "purpose"), ("both_ways", "audience.without"),
        ("content_missing", "messages.0.variants.0.template_id"), ("content_missing", "messages.1.variants.0.text"),
        ("content_missing", "messages.2.variants.0.url"), ("no_variant", "messages.3"),
        ("no_weight", "messages.0.variants"), ("too_late", "messages.1.after"),
        ("at_once", "messages.2.after"), ("past_start", "schedule.at"),
        ("ends_early", "schedule.ends_at"), ("no_clock", "schedule.clock"), ("no_price", "budget.prices_microusd"),
    } <= found  # fmt: skip
    assert ("no_end", "schedule.ends_at") not in found
    # What the journey says of a step, the wizard says at the field that it came from.
    flaw = of_journey(draft, Problem("unpublished", "Publish it.", step_key("m1", "b"), field="template_id"))
    assert (flaw.step, flaw.field) == ("content", "messages.0.variants.1.template_id")
    assert of_journey(draft, Problem("condition", "No such field.", "in", field="condition")).step == "audience"
    assert of_journey(draft, Problem("condition", "No such field.", None, field="goal.condition")).step == "goal"
