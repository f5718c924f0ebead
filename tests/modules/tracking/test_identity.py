"""Who is who: the rules of docs/guides/visitors-and-leads.md, their undoing, and that order does not matter."""

import pytest
from tests.modules.tracking.visitors import make_site, people, process, timeline

ANNA, BEN = "anna@ex.example", "ben@ex.example"


@pytest.fixture
async def site(session, organisation):
    return await make_site(session, organisation)


def known(*names):
    return frozenset(names)


RULES = {
    "a browser nobody identified": (
        lambda s: [s.page(0, "a"), s.page(1, "a"), s.page(0, "b")],
        {known("anonymous:a"): None, known("anonymous:b"): None},
    ),
    "identify with user id and e-mail": (
        lambda s: [s.page(0, "a"), s.identify(1, "a", user="u", email=ANNA)],
        {known("anonymous:a", "user:u", f"email:{ANNA}"): ANNA},
    ),
    "a form names by its e-mail": (
        lambda s: [s.page(0, "a"), s.form(1, "a", "Anna@EX.example ")],
        {known("anonymous:a", f"email:{ANNA}"): ANNA},
    ),
    "same e-mail on two devices": (
        lambda s: [s.page(0, "a"), s.form(1, "a", ANNA), s.page(2, "b"), s.identify(3, "b", email=ANNA)],
        {known("anonymous:a", "anonymous:b", f"email:{ANNA}"): ANNA},
    ),
    "two user ids with the same e-mail": (
        lambda s: [s.identify(0, user="u1", email=ANNA), s.identify(1, user="u2", email=ANNA)],
        {known("user:u1", "user:u2", f"email:{ANNA}"): ANNA},
    ),
    "the e-mail changes": (
        lambda s: [s.identify(0, user="u", email=ANNA), s.identify(1, user="u", email="new@ex.example")],
        {known("user:u", f"email:{ANNA}", "email:new@ex.example"): ANNA},
    ),
    "a shared device keeps two people": (
        lambda s: [s.page(0, "a"), s.identify(1, "a", email=ANNA), s.identify(60, "a", email=BEN), s.page(61, "a")],
        {known("anonymous:a", f"email:{ANNA}"): ANNA, known("anonymous:a", f"email:{BEN}"): BEN},
    ),
    "two people on a device who turn out to be one": (
        lambda s: [
            s.identify(1, "a", email=ANNA), s.identify(60, "a", email=BEN),
            s.identify(70, user="u", email=ANNA), s.identify(71, user="u", email=BEN),
        ],
        {known("anonymous:a", "user:u", f"email:{ANNA}", f"email:{BEN}"): ANNA},
    ),
    "an alias of a browser": (
        lambda s: [s.page(0, "a"), s.alias(1, "a", "u"), s.identify(2, user="u", email=ANNA)],
        {known("anonymous:a", "user:a", "user:u", f"email:{ANNA}"): ANNA},
    ),
    "an alias of a user id": (
        lambda s: [s.track(0, "Paid", user="old"), s.alias(1, "old", "u"), s.identify(2, user="u", email=ANNA)],
        {known("anonymous:old", "user:old", "user:u", f"email:{ANNA}"): ANNA},
    ),
    "what is no address names nobody": (
        lambda s: [s.identify(0, "a", email="not an address"), s.identify(1, "a", email=["x"])],
        {known("anonymous:a"): None},
    ),
}  # fmt: skip


def scenes(site):
    """(events of all rules, what is expected of each), every rule with people of its own."""
    told = {rule: events(site.scene_of(f"{number}-")) for number, (rule, (events, _)) in enumerate(RULES.items())}
    return [event for found in told.values() for event in found]


async def found_by_rule(session):
    found = {rule: {} for rule in RULES}
    for names, email in await people(session):
        kinds = [name.split(":", 1) for name in names]
        number = int(kinds[0][1].split("-")[0])
        plain = frozenset(f"{kind}:{value.split('-', 1)[1]}" for kind, value in kinds)
        found[list(RULES)[number]][plain] = email and email.split("-", 1)[1]
    return found


EXPECTED = {rule: expected for rule, (_, expected) in RULES.items()}


async def test_the_rules_hold_for_events_of_one_batch(session, site):
    await process(session, *scenes(site))
    assert await found_by_rule(session) == EXPECTED


async def test_the_rules_hold_whatever_comes_first(session, site):
    for event in reversed(scenes(site)):
        await process(session, event)
    # Which of two addresses became the lead's depends on which arrived first; who is who does not.
    names = {rule: set(found) for rule, found in (await found_by_rule(session)).items()}
    assert names == {rule: set(expected) for rule, expected in EXPECTED.items()}


async def test_a_shared_browser_tells_each_only_their_own_story(session, site):
    await process(session, site.page(0, "a", path="/before"), site.page(61, "a", path="/of-ben"))
    await process(session, site.identify(60, "a", email=BEN))
    assert await timeline(session, BEN) == ["Visited /before", "Visited /of-ben"]
    # Anna's identify arrives late: what came before Ben was hers.
    await process(session, site.identify(1, "a", email=ANNA), site.page(90, "a", path="/anna-again"))
    assert await timeline(session, ANNA) == ["Visited /before"]
    assert await timeline(session, BEN) == ["Visited /of-ben", "Visited /anna-again"]
    await process(session, site.identify(89, "a", email=ANNA))
    assert await timeline(session, ANNA) == ["Visited /before", "Visited /anna-again"]
    assert await timeline(session, BEN) == ["Visited /of-ben"]
