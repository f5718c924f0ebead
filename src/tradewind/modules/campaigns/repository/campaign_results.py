"""SQL of what came of campaigns: sums over the ledger, what people did with mails, deals, enrolments and counters.

Counters of journeys keep their figures when people are erased; people are counted once, by the ledger's person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection

HUMAN = 0.5
"""From this probability of a person on, what somebody did with a mail counts."""
_MESSAGES = """
    messages AS MATERIALIZED (
        SELECT id, coalesce(person_id, md5(contact_hash)::uuid, id) AS person, person_id, channel, state, sent_at,
            cost_microusd
        FROM send_intents WHERE organisation_id = $1 AND campaign_id = $2
    ), sent AS (SELECT * FROM messages WHERE state = 'sent')"""
FUNNEL = f"""
    WITH {_MESSAGES}, mails AS (
        SELECT s.person, d.status, d.bounce FROM sent s JOIN email_deliveries d ON d.id = s.id WHERE s.channel = 'email'
    ), acts AS (
        SELECT s.person, e.kind FROM sent s JOIN mail_engagements e ON e.message_id = s.id
        WHERE s.channel = 'email' AND e.human >= $3
    ), replies AS (
        SELECT s.person FROM sent s JOIN email_arrivals a ON a.delivery_id = s.id WHERE a.kind = 'reply'
    ), refusals AS (
        SELECT s.person FROM sent s JOIN consent_records r ON r.person_id = s.person_id AND r.origin_id = s.id
        WHERE r.state = 'withdrawn'
    )
    SELECT (SELECT count(DISTINCT person) FROM sent) AS sent,
        (SELECT count(DISTINCT s.person) FROM sent s WHERE NOT EXISTS (
            SELECT FROM email_deliveries d WHERE d.id = s.id AND d.status IN ('bounced', 'refused'))) AS delivered,
        (SELECT count(DISTINCT person) FROM mails WHERE status = 'bounced') AS bounced,
        (SELECT count(DISTINCT person) FROM mails WHERE status = 'complained') AS complained,
        (SELECT count(DISTINCT person) FROM acts WHERE kind = 'open') AS opened,
        (SELECT count(DISTINCT person) FROM acts WHERE kind = 'click') AS clicked,
        (SELECT count(DISTINCT person) FROM replies) AS replied,
        (SELECT count(DISTINCT person) FROM refusals) AS unsubscribed,
        (SELECT coalesce(sum(cost_microusd), 0)::bigint FROM sent) AS microusd
"""
_WON = """
    WITH firsts AS (
        SELECT person_id, min(sent_at) AS at FROM send_intents
        WHERE organisation_id = $1 AND campaign_id = $2 AND state = 'sent' AND person_id IS NOT NULL GROUP BY 1
    ), won AS (
        SELECT d.lead_id, d.currency, d.amount_minor FROM firsts f JOIN deals d ON d.lead_id = f.person_id
        JOIN stages g ON g.id = d.stage_id AND g.kind = 'won'
        WHERE d.deleted_at IS NULL AND d.closed_at >= f.at AND d.closed_at < f.at + make_interval(days => $3)
    )
    SELECT currency, count(*) AS deals, coalesce(sum(amount_minor), 0)::bigint AS minor,
        (SELECT count(DISTINCT lead_id) FROM won) AS people
    FROM won GROUP BY 1 ORDER BY 1
"""
_NOT_SENT = """
    SELECT rule, count(*) AS messages, count(DISTINCT person) AS people FROM (
        SELECT coalesce(i.person_id::text, i.id::text) AS person,
            CASE WHEN i.state <> 'blocked' THEN i.state ELSE coalesce((
                SELECT r->>'rule' FROM jsonb_array_elements(i.decision->'reasons') r
                WHERE r->>'verdict' = 'block' AND NOT coalesce((r->>'shadow')::boolean, false) LIMIT 1), 'other') END
            AS rule
        FROM send_intents i WHERE i.organisation_id = $1 AND i.campaign_id = $2
            AND i.state IN ('blocked', 'refused', 'expired', 'cancelled')
    ) AS ended GROUP BY 1 ORDER BY 2 DESC, 1
"""
_DAYS = f"""
    WITH {_MESSAGES}, happened AS (
        SELECT (s.sent_at AT TIME ZONE $3)::date AS day, s.channel, 'sent' AS what, count(*) AS people,
            sum(s.cost_microusd)::bigint AS microusd
        FROM sent s WHERE s.sent_at >= $4 GROUP BY 1, 2
        UNION ALL
        SELECT (e.at AT TIME ZONE $3)::date, s.channel, CASE e.kind WHEN 'open' THEN 'opened' ELSE 'clicked' END,
            count(DISTINCT s.person), 0
        FROM sent s JOIN mail_engagements e ON e.message_id = s.id WHERE e.human >= $5 AND e.at >= $4 GROUP BY 1, 2, 3
        UNION ALL
        SELECT (a.created_at AT TIME ZONE $3)::date, s.channel, 'replied', count(DISTINCT s.person), 0
        FROM sent s JOIN email_arrivals a ON a.delivery_id = s.id WHERE a.kind = 'reply' AND a.created_at >= $4
        GROUP BY 1, 2
    )
    SELECT day, channel, what, people, microusd FROM happened
    UNION ALL
    SELECT (i.not_before AT TIME ZONE $3)::date, i.channel, 'planned', count(*), 0 FROM send_intents i
    WHERE i.organisation_id = $1 AND i.campaign_id = $2 AND i.state IN ('held', 'scheduled', 'attempting') GROUP BY 1, 2
"""
_GOALS = """
    SELECT (goal_at AT TIME ZONE $2)::date AS day, count(*) AS people FROM journey_enrolments e
    WHERE e.journey_id = ANY ($1::uuid[]) AND goal_at >= $3 AND NOT EXISTS (
        SELECT FROM journey_draws d WHERE d.enrolment_id = e.id AND d.node = $4 AND d.variant = $5)
    GROUP BY 1
"""
_COHORTS = """
    SELECT date_trunc('week', e.entered_at AT TIME ZONE $2)::date AS week,
        CASE WHEN e.goal_at IS NULL THEN NULL
            ELSE floor(extract(epoch FROM e.goal_at - e.entered_at) / 604800)::int END AS since,
        count(*) AS people
    FROM journey_enrolments e
    WHERE e.journey_id = ANY ($1::uuid[]) AND e.reason <> 'goal_before' AND NOT EXISTS (
        SELECT FROM journey_draws d WHERE d.enrolment_id = e.id AND d.node = $3 AND d.variant = $4)
    GROUP BY 1, 2 ORDER BY 1, 2
"""
_ARMS = """
    SELECT a.variant, sum(a.drawn)::bigint AS drawn, sum(a.rewarded)::bigint AS rewarded
    FROM journey_arms a JOIN journey_versions v ON v.id = a.version_id
    WHERE v.journey_id = $1 AND a.node = $2 GROUP BY 1
"""
_FLOWS = """
    SELECT CASE WHEN f.node = '' THEN f.port ELSE 'goal_before' END AS port, sum(f.people)::bigint AS people
    FROM journey_flows f JOIN journey_versions v ON v.id = f.version_id
    WHERE v.journey_id = ANY ($1::uuid[]) AND (f.node = '' OR f.port = 'goal_before') GROUP BY 1
"""
_VOLUME = """
    SELECT c.lane_id, (c.bucket AT TIME ZONE $3)::date AS day, c.channel, sum(c.messages)::bigint AS messages
    FROM send_counters c WHERE c.organisation_id = $1 AND c.lane_id = ANY ($2::uuid[]) AND c.bucket >= $4
        AND c.bucket < $5 GROUP BY 1, 2, 3
"""
_PLANNED = """
    SELECT i.campaign_id, (i.not_before AT TIME ZONE $3)::date AS day, i.channel, count(*) AS messages
    FROM send_intents i WHERE i.organisation_id = $1 AND i.campaign_id = ANY ($2::uuid[])
        AND i.state IN ('held', 'scheduled') AND i.not_before >= $4 AND i.not_before < $5 GROUP BY 1, 2, 3
"""
_PEOPLE = """
    SELECT e.id, e.person_id, e.entered_at, e.state, e.reason, e.goal_at, v.draws, m.sent, m.blocked, a.opened,
        a.clicked
    FROM journey_enrolments e
    CROSS JOIN LATERAL (
        SELECT array_agg(ARRAY[d.node, d.variant] ORDER BY d.at, d.node) AS draws FROM journey_draws d
        WHERE d.enrolment_id = e.id AND d.node <> 'ahead'
    ) AS v
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE i.state = 'sent') AS sent,
            count(*) FILTER (WHERE i.state IN ('blocked', 'refused')) AS blocked,
            array_agg(i.id) FILTER (WHERE i.state = 'sent') AS ids
        FROM send_intents i WHERE i.organisation_id = $1 AND i.person_id = e.person_id AND i.campaign_id = $2
    ) AS m
    CROSS JOIN LATERAL (
        SELECT bool_or(g.kind = 'open') AS opened, bool_or(g.kind = 'click') AS clicked FROM mail_engagements g
        WHERE g.message_id = ANY (m.ids) AND g.human >= $6
    ) AS a
    WHERE e.journey_id = ANY ($3::uuid[]) AND ($4::uuid IS NULL OR e.id > $4) ORDER BY e.id LIMIT $5
"""


async def funnel(session: AsyncSession, campaign_id: UUID) -> Mapping[str, int]:
    """People by what came of their messages, and what the messages cost."""
    connection = await asyncpg_connection(session)
    row = await connection.fetchrow(FUNNEL, actor_of(session).organisation_id, campaign_id, HUMAN)
    assert row is not None
    return dict(row)


async def won(session: AsyncSession, campaign_id: UUID, days: int) -> tuple[int, list[tuple[str, int, int]]]:
    """People who won a deal in time, and by currency (deals, minor units)."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_WON, actor_of(session).organisation_id, campaign_id, days)
    return rows[0]["people"] if rows else 0, [(row["currency"], row["deals"], row["minor"]) for row in rows]


async def not_sent(session: AsyncSession, campaign_id: UUID) -> list[tuple[str, int, int]]:
    """(rule or state, messages, people) of what ended without leaving."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_NOT_SENT, actor_of(session).organisation_id, campaign_id)
    return [(row["rule"], row["messages"], row["people"]) for row in rows]


async def days(
    session: AsyncSession, campaign_id: UUID, zone: str, since: datetime
) -> list[tuple[date, str, str, int, int]]:
    """(day, channel, what, number, micro-USD) from a moment on, and everything that is planned."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_DAYS, actor_of(session).organisation_id, campaign_id, zone, since, HUMAN)
    return [(row["day"], row["channel"], row["what"], row["people"], row["microusd"]) for row in rows]


async def goals(
    session: AsyncSession, journey_ids: Sequence[UUID], zone: str, since: datetime, holdout: tuple[str, str]
) -> dict[date, int]:
    """People who reached the goal, by day; `holdout` is the step and variant of those who do not count."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_GOALS, list(journey_ids), zone, since, *holdout)
    return {row["day"]: row["people"] for row in rows}


async def cohorts(
    session: AsyncSession, journey_ids: Sequence[UUID], zone: str, holdout: tuple[str, str]
) -> list[tuple[date, int | None, int]]:
    """(week of entering, whole weeks until the goal or None, people)."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_COHORTS, list(journey_ids), zone, *holdout)
    return [(row["week"], row["since"], row["people"]) for row in rows]


async def arms(session: AsyncSession, journey_id: UUID, node: str) -> dict[str, tuple[int, int]]:
    """(drawn, rewarded) of each variant of a split, over all versions."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_ARMS, journey_id, node)
    return {row["variant"]: (row["drawn"], row["rewarded"]) for row in rows}


async def flows(session: AsyncSession, journey_ids: Sequence[UUID]) -> dict[str, int]:
    """How many entered, reached the goal, ended; and whose goal was reached before they began (`goal_before`)."""
    connection = await asyncpg_connection(session)
    return {row["port"]: row["people"] for row in await connection.fetch(_FLOWS, list(journey_ids))}


async def volume(
    session: AsyncSession, campaign_ids: Sequence[UUID], zone: str, since: datetime, until: datetime
) -> list[tuple[UUID, date, str, str, int]]:
    """(campaign, day, channel, `sent` or `planned`, messages) in a span of time."""
    connection = await asyncpg_connection(session)
    values = (actor_of(session).organisation_id, list(campaign_ids), zone, since, until)
    found: list[tuple[UUID, date, str, str, int]] = []
    for what, statement in (("sent", _VOLUME), ("planned", _PLANNED)):
        for campaign_id, day, channel, messages in await connection.fetch(statement, *values):
            found.append((UUID(bytes=campaign_id.bytes), day, channel, what, max(0, messages)))
    return found


async def people(
    session: AsyncSession, campaign_id: UUID, journey_ids: Sequence[UUID], *, after: UUID | None, limit: int
) -> list[Mapping[str, Any]]:
    """Enrolments with what came of each, in the order of their ids."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        _PEOPLE, actor_of(session).organisation_id, campaign_id, list(journey_ids), after, limit, HUMAN
    )
    return [dict(row) for row in rows]
