"""The schema registry: what it learns of events, what breaks a plan, and what is blocked on arrival."""

from datetime import timedelta

import pytest
from tests.modules.tracking.events import collected

from tradewind.kernel.clock import now
from tradewind.modules.tracking.schemas.registry import SchemaCreate, SchemaUpdate
from tradewind.modules.tracking.schemas.sources import SettingsUpdate, SourceCreate, SourceSettings, SourceUpdate
from tradewind.modules.tracking.service import plan, planning, registry, sources

RULES = [
    {"path": "plan", "required": True, "types": ["string"], "allowed": ["team", "business"]},
    {"path": "seats", "types": ["number"]},
    {"path": "cart.total", "types": ["integer"], "required": True},
]


@pytest.fixture
async def source(session):
    return await sources.create(session, SourceCreate(name="Server", kind="server"))


async def test_properties_types_and_examples_are_learned(session, organisation, source):
    early, late = now() - timedelta(hours=2), now()
    first = [
        {"plan": "team", "seats": 3, "note": "plain", "user": {"email": "ada@example.com", "age": 36}},
        {"plan": "team", "seats": 3.5, "note": None, "tags": ["a"]},
    ]
    second = [{"plan": "business", "note": "mail ada@example.com"}, {"plan": True}]
    for moment, batch in ((early, first), (late, second)):
        events = [collected(organisation, source.id, properties=each, received_at=moment) for each in batch]
        pages = [collected(organisation, source.id, type="page", name=f"Page {n}", properties={}) for n in range(2)]
        await registry.observe(session, [*events, *pages])
    rows = {row.type: row for row in await planning.list_all(session, source.id)}
    assert [(row.name, row.events, row.planned) for row in rows.values()] == [("", 4, False), ("Clicked", 4, False)]
    track = rows["track"]
    assert (track.first_seen_at, track.last_seen_at, track.violations) == (early, late, 0)
    seen = {row.path: row for row in (await planning.read(session, track.id)).seen}
    table = {
        "plan": ({"string": 3, "boolean": 1}, 4, ["team", "business", True], False),
        "seats": ({"integer": 1, "number": 1}, 2, [3, 3.5], False),
        "note": ({"string": 2, "null": 1}, 3, ["•••"], True),
        "user": ({"object": 1}, 1, [], False),
        "user.email": ({"string": 1}, 1, ["a•••@example.com"], True),
        "user.age": ({"integer": 1}, 1, [36], False),
        "tags": ({"array": 1}, 1, [], False),
    }
    assert {path: (row.types, row.events, row.examples, row.personal) for path, row in seen.items()} == table


@pytest.mark.parametrize(
    ("properties", "broken"),
    [
        ({"plan": "team", "seats": 2, "cart": {"total": 5}}, []),
        ({"plan": "team", "seats": 2.5, "cart": {"total": 5}, "more": 1}, []),
        ({"plan": "gold", "cart": {"total": 5}}, [("value_not_allowed", "plan")]),
        ({"plan": 7, "cart.total": 5}, [("wrong_type", "plan")]),
        ({"plan": None, "seats": "two", "cart": 5},
         [("missing_property", "plan"), ("wrong_type", "seats"), ("missing_property", "cart.total")]),
        ({"plan": "team", "cart": {"total": True}}, [("wrong_type", "cart.total")]),
    ],
    ids=["fits", "more-than-planned", "other-value", "other-type", "missing", "boolean-is-no-integer"],
)  # fmt: skip
async def test_what_breaks_the_plan_is_counted_or_blocked(session, organisation, source, properties, broken):
    made = await planning.plan(session, source.id, SchemaCreate(type="track", name="Bought", rules=RULES))
    event = collected(organisation, source.id, name="Bought", properties=properties)
    await registry.observe(session, [event, event])
    found = await planning.read(session, made.id)
    assert sorted((row.code, row.property, row.occurrences) for row in found.broken) == sorted(
        (code, path, 2) for code, path in broken
    )
    assert found.violations == 2 * len(broken)

    gate = await plan.gate(session, source.id, SourceSettings(violating_events="block"))
    assert gate is not None
    refused = gate("track", "Bought", properties)
    assert (refused and (refused.code, refused.property)) == (broken[0] if broken else None)
    assert gate("track", "Unheard of", {}) is None

    changed = await planning.update(session, made.id, SchemaUpdate(rules=RULES[:1]), if_match=None)
    assert changed.broken == []


async def test_unplanned_events_are_handled_as_the_source_says(session, organisation, source):
    await planning.plan(session, source.id, SchemaCreate(type="track", name="Bought"))
    events = [collected(organisation, source.id, name=name) for name in ("Bought", "Stray", "Stray")]
    events.append(collected(organisation, source.id, type="page", name="Home"))
    await registry.observe(session, events)
    assert sum(row.violations for row in await planning.list_all(session, source.id)) == 0
    assert await plan.gate(session, source.id, SourceSettings()) is None

    report = SourceUpdate(settings=SettingsUpdate(unplanned_events="report"))
    await sources.update(session, source.id, report, if_match=None)
    await registry.observe(session, events)
    counted = {row.name: row.violations for row in await planning.list_all(session, source.id)}
    assert counted == {"Bought": 0, "Stray": 2, "": 0}

    gate = await plan.gate(session, source.id, SourceSettings(unplanned_events="block"))
    assert gate is not None
    answers = [gate(event.type, event.name, event.properties) for event in events]
    assert [answer and answer.code for answer in answers] == [None, "unplanned_event", "unplanned_event", None]


async def test_names_beyond_the_bound_are_counted_together(session, organisation, source):
    events = [collected(organisation, source.id, name=f"Event {n}") for n in range(registry.MAX_SCHEMAS + 30)]
    wide = collected(organisation, source.id, name="Event 1", properties={f"p{n}": n for n in range(400)})
    wider = collected(organisation, source.id, name="Event 1", properties={f"q{n}": n for n in range(150)})
    await registry.observe(session, [*events, wide])
    await registry.observe(session, [*events[-5:], wider])
    found = {row.name: row for row in await planning.list_all(session, source.id)}
    assert len(found) == registry.MAX_SCHEMAS + 1
    assert found[registry.OTHER].events == 35
    assert found["Event 1"].properties == registry.MAX_PROPERTIES


async def test_events_of_a_removed_source_leave_nothing_behind(session, organisation, source):
    event = collected(organisation, source.id)
    await sources.delete(session, source.id, if_match=None)
    await registry.observe(session, [event])
    assert await sources.list_all(session) == []
