"""A week of the sample company's messages: decided by the real rules at the time, most of them sent."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind import modules
from tradewind.kernel import clock
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import NewIntent, Recipient

DAYS = 7
A_DAY = 24
_HOUR = 15
_PURPOSES = ("sales", "product_updates", "transactional", "marketing")
_WORDS = {
    "sales": ("A quick question", "Hello {name},\n\nwould a short call this week help you decide?"),
    "product_updates": ("New in Northlight", "Hello {name},\n\nthree things are new this month."),
    "transactional": ("Your documents", "Hello {name},\n\nhere is what you asked for."),
    "marketing": ("Our autumn guide", "Hello {name},\n\nour guide for the season is out."),
}
_LEADS = text("""
    SELECT id, full_name, email, country, time_zone FROM leads
    WHERE email IS NOT NULL AND deleted_at IS NULL ORDER BY created_at DESC, id LIMIT :limit""")
# What the worker would have done on the day: one refusal a day, one doubt in the whole week.
_SETTLE = text("""
    UPDATE send_intents SET
        state = CASE WHEN key LIKE '%-6' THEN 'refused' WHEN key = :doubt THEN 'unknown' ELSE 'sent' END,
        attempts = 1, provider = 'local',
        outcome = CASE WHEN key LIKE '%-6' THEN jsonb_build_object('reason', '550 5.1.1 no such mailbox')
            WHEN key = :doubt THEN jsonb_build_object('reason', 'The connection broke off after the message.')
            ELSE '{}'::jsonb END,
        sent_at = CASE WHEN key NOT LIKE '%-6' AND key <> :doubt THEN not_before + interval '20 seconds' END,
        finished_at = CASE WHEN key <> :doubt THEN not_before + interval '20 seconds' END
    WHERE state = 'scheduled' AND key LIKE 'sample-%' AND not_before < :now""")
_COUNT = text("""
    INSERT INTO send_counters (organisation_id, bucket, channel, lane_id, messages, cost_microusd)
    SELECT organisation_id, date_trunc('hour', sent_at), channel, lane_id, count(*), 0 FROM send_intents
    WHERE state = 'sent' AND key LIKE 'sample-%' GROUP BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING""")


async def add_messages(session: AsyncSession) -> None:
    """Add messages of the last seven days to the newest leads, as they would have been decided then."""
    # The channels, and the jobs that send: the steps before do without.
    modules.load_all()
    people = (await session.execute(_LEADS, {"limit": A_DAY * 4})).all()
    today = clock.now().replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    for day in range(DAYS, 0, -1):
        with clock.frozen(today - timedelta(days=day)):
            await sending.intend(session, [_message(people, day, place) for place in range(min(A_DAY, len(people)))])
    now = clock.now()
    await session.execute(_SETTLE, {"doubt": "sample-1-2", "now": now})
    await session.execute(_COUNT)


def _message(people: Any, day: int, place: int) -> NewIntent:
    person = people[(day * 13 + place * 5) % len(people)]
    purpose = _PURPOSES[place % len(_PURPOSES)]
    subject, words = _WORDS[purpose]
    moment: datetime = clock.now() + timedelta(minutes=7 * place)
    return NewIntent(
        key=f"sample-{day}-{place}", channel="email", purpose=purpose, not_before=moment,
        priority="transactional" if purpose == "transactional" else "bulk",
        recipient=Recipient(address=person.email, person_id=person.id, time_zone=person.time_zone,
            country=_code(person.country),
        ),
        content={"subject": subject, "text": words.format(name=person.full_name)},
    )  # fmt: skip


def _code(country: str | None) -> str | None:
    return country if country and len(country) == 2 else None
