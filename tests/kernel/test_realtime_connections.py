"""Who may open a connection for live news, how long it lasts, and what ends it."""

import pytest
from tests.kernel.realtime_world import Browser, World

from tradewind.kernel.access import Actor
from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime import hub as hub_module
from tradewind.kernel.realtime import routes


async def test_cookies_count_only_from_our_own_pages(world: World) -> None:
    for origin, code in (
        ("http://app.example", None),
        ("https://crm.example", None),
        ("https://evil.example", routes.FORBIDDEN),
        ("null", routes.FORBIDDEN),
    ):
        browser = Browser(world.app, headers={"Cookie": "tw_access=ada", "Origin": origin})
        world.browsers.append(browser)
        if code is None:
            assert (await browser.receive())["type"] == "ready"
        else:
            assert await browser.closed() == code


async def test_the_first_message_may_carry_the_token(world: World) -> None:
    browser = Browser(world.app)
    world.browsers.append(browser)
    browser.send(type="auth", token="ada")
    assert (await browser.receive())["type"] == "ready"


@pytest.mark.parametrize(
    "first", [{"type": "auth", "token": "unknown"}, {"type": "subscribe", "topics": []}, {"type": "auth"}]
)
async def test_without_a_valid_token_the_door_is_shut(world: World, first: dict) -> None:
    browser = Browser(world.app)
    browser.send(**first)
    assert await browser.closed() == routes.UNAUTHORISED


async def test_whoever_says_nothing_is_shut_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "AUTH_SECONDS", 0.02)
    assert await Browser(world.app).closed() == routes.TIMED_OUT


async def test_an_actor_without_organisation_is_shut_out(world: World) -> None:
    world.tokens.actors["lost"] = Actor(kind="user", user_id=new_id())
    assert await Browser(world.app, headers={"Authorization": "Bearer lost"}).closed() == routes.FORBIDDEN


async def test_silence_ends_the_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_SECONDS", 0.02)
    browser = await world.browser()
    assert await browser.closed() == routes.TIMED_OUT
    assert world.hub.client_count == 0


async def test_a_revoked_session_ends_with_the_next_heartbeat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_SECONDS", 0.02)
    browser = await world.browser()
    del world.tokens.actors["ada"]
    browser.send(type="pong")
    while (event := await browser.event())["type"] == "websocket.send":
        browser.send(type="pong")
    assert event["code"] == routes.UNAUTHORISED


async def test_fresh_credentials_change_what_is_seen(world: World) -> None:
    browser = await world.browser()
    world.member("demoted", "tasks:read")
    browser.send(type="auth", token="demoted")
    browser.send(type="ping")
    assert (await browser.receive())["type"] == "pong"
    await world.push(1)
    await world.push(2, permission=None)
    assert await browser.news() == 2
    world.member("elsewhere", "leads:read", organisation_id=new_id())
    browser.send(type="auth", token="elsewhere")
    assert await browser.closed() == routes.UNAUTHORISED


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '"x"', '{"type":"dance"}', '{"type":"resume"}', "x" * 9000])
async def test_rubbish_ends_the_connection(world: World, rubbish: str) -> None:
    browser = await world.browser()
    browser.send_text(rubbish)
    assert await browser.closed() == routes.MALFORMED


async def test_without_the_database_clients_try_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(world.database, "connect", refuse)
    monkeypatch.setattr(hub_module, "CONNECT_SECONDS", 0.05)
    assert await Browser(world.app, headers={"Authorization": "Bearer ada"}).closed() == routes.TRY_LATER


async def test_contents_are_bounded_and_cleaned(world: World) -> None:
    browser = await world.browser()
    with pytest.raises(ValueError, match="send ids"):
        await world.push("x" * 40_000)
    await world.push("a\x00b")
    assert await browser.news() == "ab"
    await world.push("\\u0000")
    assert await browser.news() == "\\u0000"


async def test_leaving_clients_are_forgotten(world: World) -> None:
    browser = await world.browser()
    assert world.hub.client_count == 1
    await browser.leave()
    assert world.hub.client_count == 0
    assert not world.hub._clients
