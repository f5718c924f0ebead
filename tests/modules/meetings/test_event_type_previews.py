"""Settings of an event type tried out: what would be offered is told, and nothing is changed."""

from datetime import UTC, datetime, timedelta

from tradewind.kernel import clock
from tradewind.kernel.testing.fixtures import add_member

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-09T00:00:00Z"}


async def test_settings_are_tried_and_nothing_stays(client, database, tenant):
    colleague = await add_member(database, tenant.organisation_id, role="creator", name="Carla Creator")
    with clock.frozen(MONDAY - timedelta(days=2)):
        [stored] = (await client.get("/api/v1/event-types")).json()
        path = f"/api/v1/event-types/{stored['id']}"

        async def preview(**wanted):
            return await client.post(f"{path}/preview", json={**WEEK, **wanted})

        plain = (await preview()).json()
        assert len(plain["slots"]) == 5 * 16
        assert plain["answer"] is None

        hosts = [{"user_id": stored["hosts"][0]["user_id"]}, {"user_id": str(colleague.actor.user_id)}]
        settings = {"assignment": "round_robin", "lengths": [60], "increment": 60, "limit_per_day": 3}
        changed = (await preview(settings=settings, hosts=hosts, at="2026-03-02T09:30:00Z")).json()
        assert changed["length"] == 60
        assert len(changed["slots"]) == 5 * 8
        assert {len(slot["host_ids"]) for slot in changed["slots"]} == {2}
        assert not changed["answer"]["bookable"]
        assert [host["reasons"][0]["code"] for host in changed["answer"]["hosts"]] == ["no_start", "no_start"]

        refused = await preview(settings={"lead_owner_first": True})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "lead_owner_first"
        assert (await preview(length=45)).status_code == 422
        assert (await preview(settings={"title": "x"}, hosts=[])).status_code == 422

        assert (await client.get(path)).json() == stored
        assert (await preview()).json() == plain
