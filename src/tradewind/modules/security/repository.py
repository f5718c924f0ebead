"""SQL of security monitoring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.security.models import Alert, RuleSettings
from tradewind.modules.security.rules import RULES, Rule

_NEWEST = [SortColumn("id", Alert.id.expression, descending=True)]
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('security:' || CAST(CAST(:organisation_id AS uuid) AS text), 0))"
)
_ADD = text("""
    INSERT INTO security_events
        (id, organisation_id, kind, subject_type, subject_id, ip, network, device, local_at, quantity, occurred_at)
    VALUES (:id, :organisation_id, :kind, :subject_type, :subject_id, :ip, :network, :device,
        CAST(:occurred_at AS timestamptz) AT TIME ZONE CAST(:time_zone AS text), :quantity, :occurred_at)
    ON CONFLICT (id) DO NOTHING
""")
# Events that no alert of the rule has counted yet, of those that the rule's detector takes.
_FINDINGS = text("""
    WITH rules AS (
        SELECT * FROM unnest(CAST(:rules AS text[]), CAST(:detectors AS text[]), CAST(:thresholds AS int[]),
            CAST(:windows AS int[]), CAST(:hours_from AS int[]), CAST(:hours_to AS int[]), CAST(:least AS int[]))
            AS r (rule, detector, threshold, minutes, hours_from, hours_to, least)
    ), kinds AS (
        SELECT * FROM unnest(CAST(:kind_rules AS text[]), CAST(:kinds AS text[])) AS k (rule, kind)
    ), taken AS (
        SELECT r.*, e.*, last.id AS alert_id, coalesce(last.state, 'closed') <> 'closed' AS counts_on
        FROM rules r JOIN kinds k USING (rule)
        JOIN security_events e ON e.kind = k.kind AND e.subject_id = :subject_id AND e.subject_type = :subject_type
            AND e.occurred_at > CAST(:at AS timestamptz) - make_interval(mins => r.minutes)
        LEFT JOIN LATERAL (
            SELECT a.id, a.state, a.last_position FROM security_alerts a
            WHERE a.rule = r.rule AND a.subject_id = e.subject_id AND a.subject_type = e.subject_type
            ORDER BY a.last_position DESC LIMIT 1
        ) last ON true
        WHERE e.position > coalesce(last.last_position, 0) AND CASE r.detector
            WHEN 'new_place' THEN e.network IS NOT NULL AND EXISTS (
                SELECT FROM security_events p WHERE p.subject_id = e.subject_id AND p.kind = e.kind
                    AND p.position < e.position AND p.occurred_at > e.occurred_at - interval '90 days'
                    AND p.network IS NOT NULL
            ) AND NOT EXISTS (
                SELECT FROM security_events p WHERE p.subject_id = e.subject_id AND p.kind = e.kind
                    AND p.position < e.position AND p.occurred_at > e.occurred_at - interval '90 days'
                    AND (p.network = e.network OR p.device = e.device)
            )
            WHEN 'off_hours' THEN e.local_at IS NOT NULL AND (
                extract(isodow FROM e.local_at) > 5 OR extract(hour FROM e.local_at) < r.hours_from
                OR extract(hour FROM e.local_at) >= r.hours_to
            ) AND EXISTS (
                SELECT FROM security_events p WHERE p.subject_id = e.subject_id
                    AND p.kind IN (SELECT kind FROM kinds WHERE rule = r.rule)
                    AND p.occurred_at < e.occurred_at - interval '7 days'
            ) AND 3 > (
                SELECT count(DISTINCT CAST(p.local_at AS date)) FROM security_events p
                WHERE p.subject_id = e.subject_id AND p.kind IN (SELECT kind FROM kinds WHERE rule = r.rule)
                    AND p.local_at < CAST(e.local_at AS date) AND p.local_at > e.local_at - interval '30 days'
                    AND (extract(isodow FROM p.local_at) > 5) = (extract(isodow FROM e.local_at) > 5)
                    AND extract(hour FROM p.local_at) = extract(hour FROM e.local_at)
            )
            ELSE true END
    ), found AS (
        SELECT rule, detector, threshold, least, alert_id, counts_on, sum(quantity) AS hits,
            min(occurred_at) AS first_at, max(occurred_at) AS last_at, max(position) AS last_position,
            array_agg(DISTINCT network) FILTER (WHERE network IS NOT NULL) AS networks
        FROM taken GROUP BY rule, detector, threshold, least, minutes, alert_id, counts_on
    )
    SELECT f.rule, f.threshold, f.alert_id, f.counts_on, f.hits, f.first_at, f.last_at, f.last_position,
        coalesce(f.networks, '{}') AS networks
    FROM found f WHERE f.counts_on OR CASE f.detector
        WHEN 'volume' THEN f.hits >= greatest(f.least, f.threshold * (
            SELECT coalesce(max(a_day.rows), 0) FROM (
                SELECT sum(p.quantity) AS rows FROM security_events p JOIN kinds k ON k.kind = p.kind
                WHERE k.rule = f.rule AND p.subject_id = :subject_id AND p.occurred_at < f.first_at
                    AND p.occurred_at > f.first_at - interval '30 days'
                GROUP BY CAST(p.occurred_at AS date)
            ) a_day))
        ELSE f.hits >= f.threshold END
    ORDER BY f.rule
""")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's catch: new events that raise an alert, or that the open one `alert_id` counts on."""

    rule: str
    threshold: int
    alert_id: UUID | None
    counts_on: bool
    hits: int
    first_at: datetime
    last_at: datetime
    last_position: int
    networks: list[str]


async def hold(session: AsyncSession, organisation_id: UUID) -> None:
    """Let one transaction at a time add and judge events of an organisation, so that each event is counted once."""
    await session.execute(_LOCK, {"organisation_id": organisation_id})


async def add_event(session: AsyncSession, values: dict[str, Any]) -> None:
    """Store an event, once by its id; `time_zone` makes the local time."""
    await session.execute(_ADD, values)


async def findings(
    session: AsyncSession, rules: Sequence[tuple[Rule, RuleSettings]], *, subject_type: str, subject_id: UUID
) -> list[Finding]:
    """What these rules find about one subject now."""
    kinds = [(rule.key, kind) for rule, _ in rules for kind in rule.kinds]
    values = {
        "rules": [rule.key for rule, _ in rules],
        "detectors": [rule.detector for rule, _ in rules],
        "thresholds": [wanted.threshold for _, wanted in rules],
        "windows": [wanted.window_minutes for _, wanted in rules],
        "hours_from": [wanted.hours_from for _, wanted in rules],
        "hours_to": [wanted.hours_to for _, wanted in rules],
        "kind_rules": [rule for rule, _ in kinds],
        "kinds": [kind for _, kind in kinds],
        "subject_type": subject_type,
        "subject_id": subject_id,
        "least": [rule.least for rule, _ in rules],
        "at": now(),
    }
    return [Finding(**row) for row in (await session.execute(_FINDINGS, values)).mappings()]


async def settings(session: AsyncSession) -> dict[str, RuleSettings]:
    """All rules as the organisation wants them, stored or by default."""
    stored = {row.rule: row for row in await session.scalars(select(RuleSettings))}
    return {key: stored.get(key) or default_settings(rule) for key, rule in RULES.items()}


async def stored_settings(session: AsyncSession, rule: str) -> RuleSettings | None:
    """The organisation's own settings of a rule, held until the transaction ends."""
    return await session.scalar(select(RuleSettings).where(RuleSettings.rule == rule).with_for_update())


def default_settings(rule: Rule) -> RuleSettings:
    """A rule as the product has it."""
    hours_from, hours_to = rule.hours or (None, None)
    return RuleSettings(
        rule=rule.key, enabled=True, threshold=rule.threshold, window_minutes=rule.window_minutes,
        severity=rule.severity, hours_from=hours_from, hours_to=hours_to,
    )  # fmt: skip


async def alert(session: AsyncSession, alert_id: UUID, *, lock: bool = False) -> Alert | None:
    """One alert of the organisation."""
    statement = select(Alert).where(Alert.id == alert_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def alert_page(
    session: AsyncSession, *, is_closed: bool | None, cursor: str | None, limit: int
) -> tuple[list[Any], str | None, str | None]:
    """Alerts, newest first: closed ones, others, or all."""
    statement = select(*Alert.__table__.columns)
    if is_closed is not None:
        statement = statement.where((Alert.state == "closed") == is_closed)
    return await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)
