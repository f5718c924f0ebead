"""Pipelines, stages and deals over HTTP."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from .deal_rows import PREFIX, add_deal, add_lead, lead_row, move, ok, stages_of


class TestPipelines:
    async def test_first_read_makes_the_usual_one(self, client: httpx.AsyncClient) -> None:
        first = await ok(await client.get(f"{PREFIX}/pipelines"))
        again = await ok(await client.get(f"{PREFIX}/pipelines"))
        assert first == again
        assert [p["is_default"] for p in first] == [True]
        assert [(s["name"], s["probability"], s["kind"]) for s in first[0]["stages"]] == [
            ("Discovery", pytest.approx(0.1), "open"),
            ("Qualified", pytest.approx(0.25), "open"),
            ("Demo", pytest.approx(0.45), "open"),
            ("Proposal", pytest.approx(0.65), "open"),
            ("Negotiation", pytest.approx(0.8), "open"),
            ("Won", 1.0, "won"),
            ("Lost", 0.0, "lost"),
        ]

    async def test_create_rename_and_make_default(self, client: httpx.AsyncClient) -> None:
        await client.get(f"{PREFIX}/pipelines")
        made = await ok(await client.post(f"{PREFIX}/pipelines", json={"name": "Partners", "currency": "usd"}), 201)
        assert made["currency"] == "USD"
        taken = await client.post(f"{PREFIX}/pipelines", json={"name": "partners"})
        assert (taken.status_code, taken.json()["code"]) == (409, "leads.name_taken")
        url = f"{PREFIX}/pipelines/{made['id']}"
        changed = await ok(await client.patch(url, json={"is_default": True, "name": "Resellers"}))
        assert (changed["name"], changed["is_default"]) == ("Resellers", True)
        everything = await ok(await client.get(f"{PREFIX}/pipelines"))
        assert [p["is_default"] for p in everything].count(True) == 1
        stale = await client.patch(url, json={"name": "X"}, headers={"If-Match": f'"{made["version"]}"'})
        assert stale.status_code == 412
        assert stale.json()["current"]["name"] == "Resellers"

    async def test_unknown_currency_is_refused(self, client: httpx.AsyncClient) -> None:
        refused = await client.post(f"{PREFIX}/pipelines", json={"name": "P", "currency": "XYZ"})
        assert refused.status_code == 422

    async def test_pipeline_needs_open_won_and_lost(self, client: httpx.AsyncClient) -> None:
        stages = [{"name": name} for name in "ABC"]
        refused = await client.post(f"{PREFIX}/pipelines", json={"name": "P", "stages": stages})
        assert (refused.status_code, refused.json()["code"]) == (422, "leads.stage_invalid")

    async def test_pipeline_with_deals_and_the_default_stay(self, client: httpx.AsyncClient) -> None:
        await client.get(f"{PREFIX}/pipelines")
        made = await ok(await client.post(f"{PREFIX}/pipelines", json={"name": "Partners"}), 201)
        deal = await add_deal(client, "One", pipeline_id=made["id"])
        url = f"{PREFIX}/pipelines/{made['id']}"
        refused = await client.delete(url)
        assert (refused.status_code, refused.json()["deals"]) == (409, 1)
        await ok(await client.delete(f"{PREFIX}/deals/{deal['id']}"), 204)
        await ok(await client.delete(url), 204)
        assert (await client.get(url)).status_code == 404
        default = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
        assert (await client.delete(f"{PREFIX}/pipelines/{default['id']}")).status_code == 409

    async def test_stages_added_reordered_changed(self, client: httpx.AsyncClient) -> None:
        pipeline = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
        url = f"{PREFIX}/pipelines/{pipeline['id']}/stages"
        added = await ok(await client.post(url, json={"name": "Pilot", "probability": 0.7, "position": 4}), 201)
        assert [s["name"] for s in added["stages"]][3:6] == ["Proposal", "Pilot", "Negotiation"]
        assert (await client.post(url, json={"name": "pilot"})).status_code == 422
        order = [s["id"] for s in reversed(added["stages"])]
        turned = await ok(await client.put(f"{url}/order", json={"stage_ids": order}))
        assert [s["id"] for s in turned["stages"]] == order
        short = await client.put(f"{url}/order", json={"stage_ids": order[1:]})
        assert short.status_code == 422
        pilot = next(s for s in added["stages"] if s["name"] == "Pilot")
        changed = await ok(await client.patch(f"{url}/{pilot['id']}", json={"probability": 0.5}))
        assert next(s for s in changed["stages"] if s["id"] == pilot["id"])["probability"] == pytest.approx(0.5)
        tiny = await ok(await client.patch(f"{url}/{pilot['id']}", json={"probability": 4.7e-81}))
        assert next(s for s in tiny["stages"] if s["id"] == pilot["id"])["probability"] == 0

    async def test_removing_a_stage_moves_its_deals(self, client: httpx.AsyncClient) -> None:
        stages = await stages_of(client)
        pipeline = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
        deals = [await add_deal(client, f"Deal {n}", stage_id=stages["Demo"]["id"]) for n in range(3)]
        url = f"{PREFIX}/pipelines/{pipeline['id']}/stages/{stages['Demo']['id']}"
        refused = await client.delete(url)
        assert (refused.status_code, refused.json()["deals"]) == (409, 3)
        wrong = await client.delete(url, params={"move_to": stages["Won"]["id"]})
        assert wrong.status_code == 422
        left = await ok(await client.delete(url, params={"move_to": stages["Proposal"]["id"]}))
        assert "Demo" not in [s["name"] for s in left["stages"]]
        assert [s["position"] for s in left["stages"]] == list(range(6))
        moved = await ok(await client.get(f"{PREFIX}/deals/{deals[0]['id']}"))
        assert (moved["stage_name"], moved["version"]) == ("Proposal", deals[0]["version"] + 1)
        history = await ok(await client.get(f"{PREFIX}/deals/{deals[0]['id']}/history"))
        assert [(h["from_stage_name"], h["to_stage_name"]) for h in history] == [("Demo", "Proposal"), (None, "Demo")]

    async def test_last_won_stage_stays(self, client: httpx.AsyncClient) -> None:
        stages = await stages_of(client)
        pipeline = (await ok(await client.get(f"{PREFIX}/pipelines")))[0]
        refused = await client.delete(f"{PREFIX}/pipelines/{pipeline['id']}/stages/{stages['Won']['id']}")
        assert (refused.status_code, refused.json()["code"]) == (422, "leads.stage_invalid")


class TestDeals:
    async def test_created_with_defaults(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        lead_id = await add_lead(session, first_name="Ada", last_name="Byron", score=81)
        await session.commit()
        deal = await add_deal(client, "Fleet of 40", lead_id=lead_id, amount_minor=1_200_000)
        assert (deal["stage_name"], deal["currency"], deal["kind"]) == ("Discovery", "EUR", "open")
        assert (deal["lead_name"], deal["lead_score"]) == ("Ada Byron", 81)
        assert deal["owner_id"] is not None
        timeline = await ok(await client.get(f"{PREFIX}/leads/{lead_id}/timeline"))
        assert "deal.created" in [item["kind"] for item in timeline["items"]]

    async def test_bad_input(self, client: httpx.AsyncClient) -> None:
        stages = await stages_of(client)
        for body in (
            {"name": " "},
            {"name": "x", "lead_id": str(uuid4())},
            {"name": "x", "company_id": str(uuid4())},
            {"name": "x", "owner_id": str(uuid4())},
            {"name": "x", "amount_minor": -1},
            {"name": "x", "currency": "???"},
            {"name": "a\x00b"},
            {"name": "x", "custom": {"unknown": 1}},
            {"name": "x", "stage_id": stages["Lost"]["id"]},
            {"name": "x", "surprise": 1},
        ):
            response = await client.post(f"{PREFIX}/deals", json=body)
            assert response.status_code == 422, body
            assert response.headers["content-type"] == "application/problem+json"
        missing = await client.post(f"{PREFIX}/deals", json={"name": "x", "stage_id": str(uuid4())})
        assert missing.status_code == 404

    async def test_update_with_etag(self, client: httpx.AsyncClient) -> None:
        deal = await add_deal(client, "One")
        url = f"{PREFIX}/deals/{deal['id']}"
        tag = (await client.get(url)).headers["etag"]
        changed = await client.patch(
            url, json={"amount_minor": 500, "close_date": "2026-06-30"}, headers={"If-Match": tag}
        )
        assert (await ok(changed))["amount_minor"] == 500
        stale = await client.patch(url, json={"name": "Two"}, headers={"If-Match": tag})
        assert stale.status_code == 412
        assert stale.json()["current"]["amount_minor"] == 500
        same = await ok(await client.patch(url, json={"amount_minor": 500}))
        assert same["version"] == 2

    async def test_lost_needs_a_reason(self, client: httpx.AsyncClient) -> None:
        stages = await stages_of(client)
        deal = await add_deal(client, "One")
        url = f"{PREFIX}/deals/{deal['id']}/move"
        refused = await client.post(url, json={"stage_id": stages["Lost"]["id"]})
        assert (refused.status_code, refused.json()["code"]) == (422, "leads.lost_reason_missing")
        lost = await ok(await client.post(url, json={"stage_id": stages["Lost"]["id"], "lost_reason": "Too dear"}))
        assert (lost["kind"], lost["lost_reason"]) == ("lost", "Too dear")
        assert lost["closed_at"] is not None
        back = await ok(await client.post(url, json={"stage_id": stages["Demo"]["id"]}))
        assert (back["lost_reason"], back["closed_at"]) == (None, None)

    async def test_closing_settles_the_lead(self, client: httpx.AsyncClient, session: AsyncSession) -> None:
        stages = await stages_of(client)
        lead_id = await add_lead(session, first_name="Ada")
        await session.commit()
        one = await add_deal(client, "One", lead_id=lead_id)
        two = await add_deal(client, "Two", lead_id=lead_id)

        async def outcome() -> tuple[object, str]:
            row = await lead_row(session, lead_id)
            return row["converted"], row["status"]

        await move(client, one, stage_id=stages["Lost"]["id"], lost_reason="No budget")
        assert await outcome() == (None, "new"), "another deal is open"
        await move(client, two, stage_id=stages["Lost"]["id"], lost_reason="No budget")
        assert await outcome() == (False, "lost")
        assert (await lead_row(session, lead_id))["converted_at"] is not None
        await move(client, two, stage_id=stages["Won"]["id"])
        assert await outcome() == (True, "customer")
        await move(client, two, stage_id=stages["Demo"]["id"])
        assert await outcome() == (None, "qualified")
        await move(client, two, stage_id=stages["Won"]["id"])
        await ok(await client.delete(f"{PREFIX}/deals/{two['id']}"), 204)
        assert await outcome() == (False, "lost"), "only the lost deal is left"
        await ok(await client.post(f"{PREFIX}/deals/{two['id']}/restore"))
        assert await outcome() == (True, "customer")

    async def test_history_timeline_audit(self, frozen, client: httpx.AsyncClient, session: AsyncSession) -> None:
        stages = await stages_of(client)
        lead_id = await add_lead(session, first_name="Ada")
        await session.commit()
        deal = await add_deal(client, "One", lead_id=lead_id, amount_minor=900)
        frozen.tick(600)
        await move(client, deal, stage_id=stages["Demo"]["id"])
        frozen.tick(60)
        await move(client, deal, stage_id=stages["Won"]["id"])
        history = await ok(await client.get(f"{PREFIX}/deals/{deal['id']}/history"))
        assert [(h["to_stage_name"], h["seconds_in_stage"]) for h in history] == [
            ("Won", 60.0),
            ("Demo", 600.0),
            ("Discovery", None),
        ]
        kinds = await session.scalars(
            text("SELECT kind FROM activities WHERE deal_id = :id ORDER BY occurred_at, id"), {"id": deal["id"]}
        )
        assert list(kinds) == ["deal.created", "deal.stage_changed", "deal.stage_changed", "deal.won"]
        actions = await session.scalars(
            text("SELECT action FROM audit_log WHERE subject_id = :id ORDER BY occurred_at, id"), {"id": deal["id"]}
        )
        assert list(actions) == ["deal.created", "deal.moved", "deal.moved"]

    async def test_list_filters_sorts_and_pages(self, client: httpx.AsyncClient) -> None:
        stages = await stages_of(client)
        amounts = [500, None, 100, 300, None, 200]
        for n, amount in enumerate(amounts):
            await add_deal(client, f"Deal {n}", amount_minor=amount, currency="USD" if n % 2 else "EUR")
        seen: list[int | None] = []
        cursor = None
        while True:
            params = {"sort": "-amount_minor", "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = await ok(await client.get(f"{PREFIX}/deals", params=params))
            seen += [deal["amount_minor"] for deal in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [500, 300, 200, 100, None, None]
        assert page["total"] == {"value": 6, "exact": True}

        async def names(**params: object) -> list[str]:
            found = await ok(await client.get(f"{PREFIX}/deals", params={"sort": "name", **params}))
            return [deal["name"] for deal in found["items"]]

        assert await names(currency="USD") == ["Deal 1", "Deal 3", "Deal 5"]
        assert await names(amount_from=200, amount_to=300) == ["Deal 3", "Deal 5"]
        assert await names(q="DEAL 4") == ["Deal 4"]
        assert await names(q="%") == []
        assert await names(stage_id=stages["Won"]["id"]) == []
        assert len(await names(kind="open")) == 6
        assert (await client.get(f"{PREFIX}/deals", params={"cursor": "nonsense"})).status_code == 400

    async def test_other_organisations_see_nothing(self, client, client_of, other_organisation) -> None:
        deal = await add_deal(client, "Ours")
        stages = await stages_of(client)
        stranger = await client_of(other_organisation)
        assert (await stranger.get(f"{PREFIX}/deals/{deal['id']}")).status_code == 404
        assert (await stranger.patch(f"{PREFIX}/deals/{deal['id']}", json={"name": "x"})).status_code == 404
        theirs = await add_deal(stranger, "Theirs")
        moved = await stranger.post(f"{PREFIX}/deals/{theirs['id']}/move", json={"stage_id": stages["Demo"]["id"]})
        assert moved.status_code == 404
        assert len((await ok(await stranger.get(f"{PREFIX}/deals")))["items"]) == 1

    async def test_permissions(self, client_for) -> None:
        analyst, creator = await client_for("analyst"), await client_for("creator")
        assert (await analyst.get(f"{PREFIX}/pipelines")).status_code == 200
        assert (await analyst.post(f"{PREFIX}/deals", json={"name": "x"})).status_code == 403
        assert (await creator.post(f"{PREFIX}/pipelines", json={"name": "x"})).status_code == 403
