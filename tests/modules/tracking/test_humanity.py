"""People and programs: what is judged on arrival, what only the history shows, and judging anew."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.modules.tracking.visitors import CHROME, START, make_site, process, timeline

from tradewind.modules.tracking import humanity
from tradewind.modules.tracking.humanity import assess, clicked_by_scanner

BROWSER = {"library": {"name": "tradewind.js"}, "locale": "de-DE", "screen": {"width": 1280, "height": 800}}
CASES = {
    "a person": (CHROME, "88.12.3.4", BROWSER, "", set(), True),
    "a person who moved": (CHROME, None, BROWSER | {"signals": {"pointer": True}}, "", {"interaction"}, True),
    "a crawler": ("Mozilla/5.0 (compatible; Googlebot/2.1)", None, {}, "", {"automation"}, False),
    "a Cubot is a phone": ("Mozilla/5.0 (Linux; CUBOT P60) Chrome/120.0.0.0", None, BROWSER, "", set(), True),
    "a script": ("python-requests/2.32", "52.10.1.1", {}, "", {"automation", "data_centre"}, False),
    "headless": (CHROME.replace("Chrome", "HeadlessChrome"), None, BROWSER, "", {"headless"}, False),
    "remote-controlled": (CHROME, None, BROWSER | {"signals": {"webdriver": True, "pointer": True}}, "",
                          {"webdriver"}, False),
    "a data centre may be a VPN": (CHROME, "2600:1f14::1", BROWSER, "", {"data_centre"}, True),
    "an IPv4 address in IPv6": (CHROME, "::ffff:52.10.1.1", BROWSER, "", {"data_centre"}, True),
    "a honeypot": (CHROME, None, BROWSER | {"signals": {"honeypot": True}}, "Form Submitted", {"honeypot"}, False),
    "a form in no time": (CHROME, None, BROWSER | {"signals": {"visible_ms": 300}}, "Form Submitted",
                          {"too_fast"}, False),
    "a page in no time": (CHROME, None, BROWSER | {"signals": {"visible_ms": 300}}, "", set(), True),
    "nothing at all from a browser": (None, None, {"library": {"name": "analytics.js"}}, "",
                                      {"no_user_agent", "no_language"}, False),
    "a server reports": (None, None, {"library": {"name": "analytics-python"}}, "Paid", set(), True),
    "old": (CHROME.replace("140", "49"), None, BROWSER, "", {"outdated_browser"}, True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_judged_on_arrival(case):
    user_agent, ip, context, event, reasons, person = CASES[case]
    human, found = assess(user_agent, ip, {"type": "track", "event": event, "context": context})
    assert (set(found), human >= 0.5) == (reasons, person)
    assert humanity.probability(found) == human


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
                    max_leaves=4)  # fmt: skip


@given(st.none() | st.text(), st.none() | st.text(), st.fixed_dictionaries({}, optional={
    "library": JSON, "signals": JSON, "screen": JSON, "locale": JSON}) | JSON)  # fmt: skip
def test_nothing_sent_can_break_the_judgement(user_agent, ip, context):
    human, _ = assess(user_agent, ip, {"type": "page", "context": context})
    assert 0 < human < 1


def test_lists_of_networks_are_read_and_mistakes_named(tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("# ours\n198.51.100.0/24\toffice\n\n2001:db8::/32\n")
    try:
        humanity.load_data_centres(more)
        assert [humanity.in_data_centre(ip) for ip in ("198.51.100.7", "2001:db8::9", "203.0.113.1", "x")] == [
            True, True, False, False,
        ]  # fmt: skip
        more.write_text("198.51.100.0/99\n")
        with pytest.raises(ValueError, match="line 1"):
            humanity.load_data_centres(more)
        assert humanity.in_data_centre("198.51.100.7")
    finally:
        humanity.load_data_centres()


def test_a_scanner_opens_all_links_at_once():
    seconds = [START + timedelta(seconds=number) for number in (0, 1, 2, 40, 300)]
    assert clicked_by_scanner(START, [(seconds[1], "a"), (seconds[2], "b")], 2)
    assert clicked_by_scanner(START - timedelta(days=1), [(seconds[0], "a"), (seconds[1], "b"), (seconds[2], "c")], 9)
    assert clicked_by_scanner(START, [(seconds[2], "a")], 1)
    assert not clicked_by_scanner(START - timedelta(seconds=6), [(seconds[0], "a")], 1)
    assert not clicked_by_scanner(START, [(seconds[3], "a"), (seconds[4], "b")], 2)
    assert not clicked_by_scanner(START, [], 0)


async def test_history_and_later_knowledge_reach_events_sessions_and_timelines(session, organisation, client, drain):
    site = await make_site(session, organisation)
    fast = [site.page(number / 300, "robot", path=f"/{number}") for number in range(20)]
    link = "https://a.example/?utm_medium=email"
    mail = [site.page(5 + number / 60, f"fresh{number}", url=link, ip="203.0.113.9") for number in range(3)]
    reader = [site.page(minute, "reader", path=f"/{minute}", ip="203.0.113.77") for minute in (1, 2)]
    known = [site.identify(3, "reader", email="r@ex.example"), site.identify(9, "robot", email="b@ex.example")]
    spam = site.form(1, "spam", "spam@ex.example", context={"signals": {"honeypot": True}})
    await process(session, *fast, *mail, *reader, *known, spam)

    async def judged():
        rows = await session.execute(
            text("SELECT anonymous_id, human_reasons, human < 0.5 AS bot, count(*) AS events FROM events "
                 "WHERE type = 'page' GROUP BY 1, 2, 3 ORDER BY 1")
        )  # fmt: skip
        return [(row.anonymous_id, row.human_reasons, row.bot, row.events) for row in rows]

    scanned = [(f"fresh{number}", ["mail_scanner"], True, 1) for number in range(3)]
    robot = ("robot", ["impossible_speed"], True, 20)
    assert await judged() == [*scanned, ("reader", [], False, 2), robot]
    emails = await session.execute(text("SELECT email, source FROM leads ORDER BY email"))
    assert [tuple(row) for row in emails] == [("b@ex.example", "Direct"), ("r@ex.example", "Direct")]
    sessions = text("SELECT device, human_events, events FROM visitor_sessions ORDER BY device, started_at")
    before = [tuple(row) for row in await session.execute(sessions)]
    assert ("robot", 1, 21) in before
    assert ("reader", 3, 3) in before
    await session.commit()
    try:
        humanity.load_data_centres()
        humanity._blocks = {4: ([0], [2**32]), 6: ([], [])}
        humanity.in_data_centre.cache_clear()
        started = await client.post("/api/v1/visits/reassess")
        assert started.status_code == 202
        await drain()
    finally:
        humanity.load_data_centres()
    run = (await client.get(f"/api/v1/jobs/{started.json()['run_id']}")).json()
    assert (run["state"], run["result"]) == ("succeeded", {"events": 28, "changed": 5})
    assert ("reader", ["data_centre"], False, 2) in await judged()
    activities = text("SELECT DISTINCT a.human FROM activities a JOIN leads l ON l.id = a.lead_id "
                      "WHERE a.kind = 'web.page_view' AND l.email = 'r@ex.example'")  # fmt: skip
    assert [round(value, 4) for value in (await session.scalars(activities))] == [0.6225]
    assert len(await timeline(session, "b@ex.example")) == 20
