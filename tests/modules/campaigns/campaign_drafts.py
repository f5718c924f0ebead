"""Campaigns and the people they are for, for tests."""

from sqlalchemy import text

from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange

CAMPAIGNS = "/api/v1/campaigns"
SENT = text("""
    UPDATE send_intents SET state = 'sent', sent_at = not_before, finished_at = not_before, attempts = 1
    WHERE state = 'scheduled' AND campaign_id = :campaign""")


async def segment(client, name, ids):
    made = await client.post("/api/v1/segments", json={"name": name, "kind": "static"})
    assert made.status_code == 201, made.text
    path = f"/api/v1/segments/{made.json()['id']}/members"
    added = await client.post(path, json={"add": [str(one) for one in ids]})
    assert added.status_code < 300, added.text
    return made.json()["id"]


def draft_for(segments, **more):
    variants = [{"key": "a", "name": "Short", "text": "Hi"}, {"key": "b", "name": "Long", "text": "Good morning"}]
    last = {"key": "m2", "channel": "chat", "after": {"amount": 3}, "variants": [{"key": "a", "text": "Still there?"}]}
    return {
        "goal": {"kind": "booking", "target_count": 4, "within_days": 20},
        "audience": {"segments": segments},
        "purpose": "product_updates",
        "messages": [{"key": "m1", "channel": "chat", "variants": variants}, last],
        "testing": {"mode": "fixed"},
        **more,
    }


async def added(client, draft, name="Spring"):
    answer = await client.post(CAMPAIGNS, json={"name": name, "draft": draft})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def launched(client, draft, name="Spring"):
    campaign = await added(client, draft, name)
    live = await client.post(f"{CAMPAIGNS}/{campaign['id']}/launch", json={})
    assert live.status_code == 200, live.text
    return live.json()


async def agreed(session, ids):
    await privacy.record_consents(
        session,
        [
            ConsentChange(
                channel="chat",
                address=str(one),
                purpose="product_updates",
                state="granted",
                source="manual",
                person_id=one,
            )
            for one in ids
        ],
    )


async def sent(session, campaign):
    """The worker of those days would have sent them."""
    await session.execute(SENT, {"campaign": campaign["id"]})
