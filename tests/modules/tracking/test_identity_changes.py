"""Taking people apart again, what follows leads, and that nothing happens twice."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.modules.tracking.visitors import deliver, graph, make_site, people, process, timeline

from tradewind.kernel.access import Actor
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.jobs import JobContext, NoPayload
from tradewind.modules.leads.schemas.people import LeadCreate
from tradewind.modules.leads.service import merges as lead_merges
from tradewind.modules.leads.service import people as lead_people
from tradewind.modules.tracking import api
from tradewind.modules.tracking.jobs.processing import process as process_all
from tradewind.modules.tracking.repository import processing as repository
from tradewind.modules.tracking.service import merges, registry
from tradewind.modules.tracking.service.processing import process_next

ANNA, BEN = "anna@ex.example", "ben@ex.example"


@pytest.fixture
async def site(session, organisation):
    return await make_site(session, organisation)


async def lead_id(session, email):
    query = text("SELECT id FROM leads WHERE email_key = :email AND deleted_at IS NULL")
    return await session.scalar(query, {"email": email})


async def test_an_undone_merge_takes_the_history_along_and_stays_undone(session, site):
    await process(session, site.page(0, "phone", path="/phone"), site.page(1, "laptop", path="/laptop"))
    await process(session, site.identify(2, "phone", email=ANNA), site.identify(3, "laptop", email=ANNA))
    anna = await lead_id(session, ANNA)
    assert await timeline(session, ANNA) == ["Visited /phone", "Visited /laptop"]
    found = {row.left.label: row for row in await merges.merges_of(session, anna)}
    shown = [(row.how, row.left.kind, row.right.label, row.events) for row in await merges.merges_of(session, anna)]
    assert shown == [("identify", "browser", ANNA, 2)] * 2
    newest = (await merges.merges_of(session, anna))[0]
    assert found
    undone = await merges.undo(session, newest.id)
    assert undone.undone_at is not None
    assert await timeline(session, ANNA) == ["Visited /phone"]
    laptop, phone = frozenset({"anonymous:laptop"}), frozenset({"anonymous:phone", f"email:{ANNA}"})
    assert sorted(await people(session), key=repr) == sorted([(laptop, None), (phone, ANNA)], key=repr)
    # The same evidence again changes nothing; another person on the laptop is one.
    await process(session, site.identify(4, "laptop", email=ANNA), site.page(5, "laptop"))
    assert (laptop, None) in await people(session)
    await process(session, site.identify(6, "laptop", email=BEN))
    assert await timeline(session, BEN) == ["Visited /laptop", "Visited /"]
    with pytest.raises(AppError, match="undone already"):
        await merges.undo(session, newest.id)
    # A user id taken from an address leaves the lead with the address.
    await process(session, site.identify(7, user="u", email=ANNA), site.track(8, "Paid", user="u"))
    assert await timeline(session, ANNA) == ["Visited /phone", "Paid"]
    (account,) = [row for row in await merges.merges_of(session, anna) if row.left.kind == "user"]
    await merges.undo(session, account.id)
    assert await timeline(session, ANNA) == ["Visited /phone"]
    assert (frozenset({"user:u"}), None) in await people(session)


async def test_visitors_follow_merged_taken_apart_and_purged_leads(session, database, organisation, site, drain):
    await process(session, site.page(0, "a"), site.form(1, "a", ANNA), site.page(2, "b"), site.form(3, "b", BEN))
    anna, ben = await lead_id(session, ANNA), await lead_id(session, BEN)

    merge = await lead_merges.merge(session, anna, [ben], {})
    await session.commit()
    await drain()
    async with database.transaction(organisation) as session:
        assert await leads_of_visitors_in(session) == [anna, anna]
        await process(session, site.page(10, "b", path="/more"))
        assert "Visited /more" in await timeline(session, ANNA)
        await lead_merges.undo_merge(session, merge.id)
    await drain()
    async with database.transaction(organisation) as session:
        assert await leads_of_visitors_in(session) == sorted([anna, ben])
        await session.execute(
            text("UPDATE leads SET deleted_at = now() - interval '40 days' WHERE id = :id"), {"id": ben}
        )
        await lead_people.purge_deleted(session)
    await drain()
    async with database.transaction(organisation) as session:
        assert await leads_of_visitors_in(session) == [anna]
        rows = await session.execute(text("SELECT DISTINCT anonymous_id FROM events"))
        assert [row[0] for row in rows] == ["a"]


async def leads_of_visitors_in(session):
    return sorted((await session.execute(text("SELECT lead_id FROM visitors"))).scalars())


async def test_a_mail_click_names_a_browser_but_adds_no_lead(session, site):
    await process(session, site.page(0, "a", path="/from-mail"))
    at = site.page(1).occurred_at
    await api.record_mail_click(session, email="Nobody@ex.example", anonymous_id="a", at=at)
    assert await lead_id(session, "nobody@ex.example") is None
    await lead_people.create_lead(session, LeadCreate(email=ANNA, full_name="Anna Kept", phone="+49 30 901820"))
    await api.record_mail_click(session, email=ANNA, anonymous_id="b", at=at)
    await process(session, site.page(2, "b", path="/pricing"))
    assert await timeline(session, ANNA) == ["Visited /pricing"]


async def test_traits_fill_only_what_is_empty(session, site):
    await lead_people.create_lead(session, LeadCreate(email=ANNA, full_name="Anna Typed", city="Kiel"))
    traits = {
        "name": "Anna Told", "phone": "+49 30 901820", "title": "CFO",
        "address": {"city": "Bonn", "country": "Germany"}, "plan": "gold",
        "company": {"name": "Ex GmbH", "employees": "40"}, "country": 7,
    }  # fmt: skip
    await process(session, site.identify(0, "a", user="u", email=ANNA, **traits))
    await process(session, site.group(1, user="u", name="Other GmbH", industry="Tea", employees=50))
    row = (await session.execute(text("SELECT * FROM leads"))).mappings().one()
    expected = {
        "full_name": "Anna Typed", "first_name": None, "city": "Kiel", "phone": "+49 30 901820",
        "phone_key": "+4930901820", "job_title": "CFO", "country": "DE", "company_name": "Ex GmbH", "custom": {},
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    company = (
        (await session.execute(text("SELECT * FROM companies WHERE id = :id"), {"id": row["company_id"]}))
        .mappings()
        .one()
    )
    assert (company["name"], company["industry"], company["employee_count"]) == ("Ex GmbH", "Tea", 40)


async def test_a_crash_between_batches_and_a_repeated_batch_do_nothing_twice(session, site):
    events = [site.page(minute, "a", path=f"/{minute}") for minute in range(4)]
    await deliver(session, [*events[:2], site.identify(1.5, "a", email=ANNA)])
    await deliver(session, events[2:])
    savepoint = await session.begin_nested()
    assert await process_next(session, at_most=1) == 3
    await savepoint.rollback()
    assert await timeline(session, ANNA) == []
    assert [await process_next(session, at_most=1) for _ in range(3)] == [3, 2, 0]
    titles = [f"Visited /{minute}" for minute in range(4)]
    assert await timeline(session, ANNA) == titles
    before = await graph(session)
    await process(session, site.identify(1.5, "a", email=ANNA))
    assert (await graph(session), await timeline(session, ANNA)) == (before, titles)
    count = text("SELECT count(*) FROM leads")
    assert await session.scalar(count) == 1


async def test_a_batch_that_cannot_be_processed_holds_up_no_other(session, site, database, monkeypatch):
    observe = registry.observe

    async def fails_on_riddles(session, events):
        if any(event.path == "/riddle" for event in events):
            raise ValueError("what goes on four legs in the morning?")
        await observe(session, events)

    monkeypatch.setattr(registry, "observe", fails_on_riddles)
    await deliver(session, [site.page(0, "a", path="/riddle"), site.identify(1, "a", email=ANNA)])
    await deliver(session, [site.page(2, "b", path="/plain"), site.identify(3, "b", email=BEN)])
    context = JobContext(database, actor_of(session), "tracking.process")
    with pytest.raises(ValueError, match="four legs"):
        await process_all.handler(context, NoPayload())
    await process_all.handler(replace(context, attempt=3), NoPayload())
    assert (await timeline(session, ANNA), await timeline(session, BEN)) == ([], ["Visited /plain"])
    monkeypatch.undo()
    assert await repository.take_up_set_aside(session)
    await process_all.handler(context, NoPayload())
    assert await timeline(session, ANNA) == ["Visited /riddle"]


async def test_one_worker_at_a_time(real_database, tenant):
    system = Actor.system(tenant.organisation_id)
    async with real_database.transaction(system) as one:
        assert await process_next(one) == 0
        async with real_database.transaction(system) as other:
            assert await process_next(other) is None


BROWSERS, USERS, EMAILS = st.sampled_from(["a", "b"]), st.sampled_from(["u", "v"]), st.sampled_from([ANNA, BEN])
ACTIONS = st.one_of(
    st.tuples(st.just("page"), BROWSERS, st.none() | USERS),
    st.tuples(st.just("identify"), st.none() | BROWSERS, st.none() | USERS, st.none() | EMAILS),
    st.tuples(st.just("form"), BROWSERS, EMAILS),
    st.tuples(st.just("alias"), st.sampled_from(["a", "b", "u"]), USERS),
)


def event_of(site, minute, action):
    match action:
        case ("page", browser, user):
            return site.page(minute, browser, user=user)
        case ("identify", browser, user, email):
            traits = {"email": email} if email else {}
            return site.identify(minute, browser or (None if user else "a"), user=user, **traits)
        case ("form", browser, email):
            return site.form(minute, browser, email)
        case (_, previous, user):
            return site.alias(minute, previous, user)


async def graph_after(session, batches):
    """The graph that batches of events lead to, without leaving a trace."""
    savepoint = await session.begin_nested()
    for batch in batches:
        await process(session, *batch)
    result = await graph(session)
    await savepoint.rollback()
    return result


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), actions=st.lists(ACTIONS, min_size=2, max_size=9))
async def test_any_order_and_repetition_ends_in_the_same_graph(session, site, data, actions):
    events = [event_of(site, minute, action) for minute, action in enumerate(actions)]
    expected = await graph_after(session, [events])
    again = data.draw(st.permutations([*events, *events[::2]]))
    cut = data.draw(st.integers(0, len(again) - 1))
    parts = [part for part in (again[:cut], *([event] for event in again[cut:])) if part]
    assert await graph_after(session, parts) == expected
