"""The board: order of cards, sums per currency, paging of columns."""

import random
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of

from .deal_rows import PREFIX, add_deal, move, ok, stages_of

_MANY = text("""
    INSERT INTO deals (id, organisation_id, name, pipeline_id, stage_id, amount_minor, currency, position)
    SELECT gen_random_uuid(), :organisation_id, 'Deal ' || n, :pipeline_id, :stage_id, n * 100,
        CASE WHEN n % 3 = 0 THEN 'USD' ELSE 'EUR' END, n
    FROM generate_series(1, :count) n
""")


async def _board(client: httpx.AsyncClient, **params: object) -> dict:
    pipeline = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
    return await ok(await client.get(f"{PREFIX}/pipelines/{pipeline['id']}/board", params=params))


async def _names(client: httpx.AsyncClient, stage: str) -> list[str]:
    column = next(c for c in (await _board(client))["columns"] if c["name"] == stage)
    return [card["name"] for card in column["cards"]]


async def _fill(session: AsyncSession, stage: dict, pipeline_id: str, count: int) -> None:
    values = {
        "organisation_id": actor_of(session).organisation_id,
        "pipeline_id": UUID(pipeline_id),
        "stage_id": UUID(stage["id"]),
        "count": count,
    }
    await session.execute(_MANY, values)
    await session.commit()


async def test_sums_per_currency_and_weighted(client: httpx.AsyncClient) -> None:
    stages = await stages_of(client)
    await add_deal(client, "A", stage_id=stages["Demo"]["id"], amount_minor=1000)
    await add_deal(client, "B", stage_id=stages["Demo"]["id"], amount_minor=3001)
    await add_deal(client, "C", stage_id=stages["Demo"]["id"], amount_minor=500, currency="USD")
    await add_deal(client, "D", stage_id=stages["Demo"]["id"])
    await add_deal(client, "E", stage_id=stages["Won"]["id"], amount_minor=900)
    board = await _board(client)
    demo = next(c for c in board["columns"] if c["name"] == "Demo")
    assert demo["count"] == 4
    assert demo["totals"] == [
        {"currency": "EUR", "count": 3, "amount_minor": 4001, "weighted_minor": 1800},
        {"currency": "USD", "count": 1, "amount_minor": 500, "weighted_minor": 225},
    ]
    assert [t["amount_minor"] for t in board["totals"]] == [4001, 500], "won deals are not open"
    assert [c["name"] for c in board["columns"]][-2:] == ["Won", "Lost"]


async def test_cards_go_where_they_are_dropped(client: httpx.AsyncClient) -> None:
    stages = await stages_of(client)
    cards = {name: await add_deal(client, name) for name in "abcd"}
    assert await _names(client, "Discovery") == ["d", "c", "b", "a"]
    here = stages["Discovery"]["id"]
    await move(client, cards["a"], stage_id=here, before_id=cards["c"]["id"])
    assert await _names(client, "Discovery") == ["d", "a", "c", "b"]
    await move(client, cards["d"], stage_id=here, after_id=cards["b"]["id"])
    assert await _names(client, "Discovery") == ["a", "c", "b", "d"]
    await move(client, cards["b"], stage_id=here)
    assert await _names(client, "Discovery") == ["b", "a", "c", "d"]
    await move(client, cards["c"], stage_id=stages["Demo"]["id"])
    await move(client, cards["d"], stage_id=stages["Demo"]["id"], after_id=cards["c"]["id"])
    assert await _names(client, "Demo") == ["c", "d"]
    elsewhere = {"stage_id": here, "before_id": cards["d"]["id"]}
    refused = await client.post(f"{PREFIX}/deals/{cards['a']['id']}/move", json=elsewhere)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "before_id")


async def test_column_is_numbered_anew_when_cards_lie_too_close(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    stages = await stages_of(client)
    here = stages["Discovery"]["id"]
    cards = {name: await add_deal(client, name) for name in "abcde"}
    order = ["e", "d", "c", "b", "a"]
    draw = random.Random(7)
    # Ever between the same two cards: halves the gap each time until it is used up.
    for _ in range(45):
        name = draw.choice(order[2:])
        await move(client, cards[name], stage_id=here, after_id=cards["e"]["id"])
        order.remove(name)
        order.insert(1, name)
    assert await _names(client, "Discovery") == order
    query = text("SELECT count(DISTINCT position) = count(*) FROM deals WHERE stage_id = :id")
    assert await session.scalar(query, {"id": UUID(here)})


async def test_random_moves_keep_the_order_people_see(client: httpx.AsyncClient) -> None:
    stages = await stages_of(client)
    here = stages["Discovery"]["id"]
    cards = {name: await add_deal(client, name) for name in "abcdef"}
    order = list("fedcba")
    draw = random.Random(11)
    for _ in range(25):
        name, other = draw.sample(order, 2)
        before = draw.random() < 0.5
        beside = {"before_id" if before else "after_id": cards[other]["id"]}
        await move(client, cards[name], stage_id=here, **beside)
        order.remove(name)
        order.insert(order.index(other) + (0 if before else 1), name)
    assert await _names(client, "Discovery") == order


async def test_long_columns_come_in_pages(client: httpx.AsyncClient, session: AsyncSession) -> None:
    stages = await stages_of(client)
    pipeline = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
    await _fill(session, stages["Demo"], pipeline["id"], 125)
    board = await _board(client)
    demo = next(c for c in board["columns"] if c["name"] == "Demo")
    assert (demo["count"], len(demo["cards"])) == (125, 50)
    names, more = [card["name"] for card in demo["cards"]], demo["more"]
    url = f"{PREFIX}/stages/{stages['Demo']['id']}/cards"
    while more:
        page = await ok(await client.get(url, params={"cursor": more}))
        names += [card["name"] for card in page["cards"]]
        more = page["more"]
    assert names == [f"Deal {n}" for n in range(1, 126)]
    other = f"{PREFIX}/stages/{stages['Won']['id']}/cards"
    assert (await client.get(other, params={"cursor": demo["more"]})).status_code == 400
    assert [c["more"] for c in board["columns"] if c["name"] != "Demo"] == [None] * 6


async def test_board_of_one_owner(client: httpx.AsyncClient) -> None:
    await stages_of(client)
    deal = await add_deal(client, "Mine", amount_minor=100)
    board = await _board(client, owner_id=deal["owner_id"])
    assert sum(c["count"] for c in board["columns"]) == 1
    nobody = await _board(client, owner_id="01890000-0000-7000-8000-000000000000")
    assert sum(c["count"] for c in nobody["columns"]) == 0


async def test_cards_of_many_deals_are_read_by_index(client: httpx.AsyncClient, session: AsyncSession) -> None:
    stages = await stages_of(client)
    pipeline = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
    await _fill(session, stages["Demo"], pipeline["id"], 2_000)
    # Fresh rows have no statistics; what matters is that the index can give this order at all.
    await session.execute(text("SET LOCAL enable_sort = off"))
    plan = "\n".join(
        (
            await session.execute(
                text(
                    "EXPLAIN SELECT id FROM deals WHERE stage_id = :stage_id AND organisation_id = :organisation_id "
                    "AND deleted_at IS NULL ORDER BY position, id LIMIT 51"
                ),
                {"stage_id": UUID(stages["Demo"]["id"]), "organisation_id": actor_of(session).organisation_id},
            )
        ).scalars()
    )
    assert "ix_deals_board" in plan
    assert "Sort" not in plan
