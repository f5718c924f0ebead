"""Sources: adding, changing, their write keys, and how they are doing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.contracts import PublishableKey
from tradewind.modules.tracking.errors import OriginMissing, SourceNotFound, TooManySources
from tradewind.modules.tracking.models.sources import TrackingSource
from tradewind.modules.tracking.repository import sources as repository
from tradewind.modules.tracking.schemas.sources import (
    Health,
    Range,
    SourceCreate,
    SourceRead,
    SourceSettings,
    SourceUpdate,
    VolumeOfEvent,
    VolumePoint,
    VolumesRead,
)

MAX_SOURCES = 50
TAIL = timedelta(seconds=60)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_BUSIEST = 50
# Quiet: nothing for a day. Rejecting: one event in twenty, of at least twenty, was refused.
_QUIET = _DAY
_REJECTED_SHARE, _ENOUGH = 0.05, 20
_RANGES: dict[Range, tuple[timedelta, timedelta]] = {
    "24h": (_HOUR, _DAY), "7d": (_DAY, timedelta(days=7)), "30d": (_DAY, timedelta(days=30)),
}  # fmt: skip


async def list_all(session: AsyncSession) -> list[SourceRead]:
    """All sources with their last 24 hours, oldest first."""
    return await _read(session, await repository.every(session))


async def read(session: AsyncSession, source_id: UUID) -> SourceRead:
    """One source. Raises SourceNotFound."""
    return (await _read(session, [await existing(session, source_id)]))[0]


async def create(session: AsyncSession, data: SourceCreate) -> SourceRead:
    """Add a source with a write key of its own. Raises OriginMissing, TooManySources, Invalid for a wrong site."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    _require_origin(data.kind, data.allowed_origins)
    if await repository.count(session) >= MAX_SOURCES:
        raise TooManySources(f"There may be {MAX_SOURCES} sources. Remove one that no longer sends.")
    key = await identity.create_publishable_key(
        session, name=_key_name(data.name), allowed_origins=data.allowed_origins
    )
    source = TrackingSource(
        id=new_id(),
        organisation_id=actor.organisation_id,
        version=1,
        name=data.name,
        kind=data.kind,
        key_id=key.id,
        enabled=True,
        settings=data.settings.model_dump(),
    )
    session.add(source)
    await session.flush()
    await _audit(session, "created", source.id, after={**data.model_dump(), "key_id": key.id})
    return (await _read(session, [source]))[0]


async def update(session: AsyncSession, source_id: UUID, data: SourceUpdate, *, if_match: str | None) -> SourceRead:
    """Change name, state, sites or settings. Raises SourceNotFound, PreconditionFailed, OriginMissing, Invalid."""
    source = await existing(session, source_id, lock=True)
    check_version(if_match, source.version)
    values = {name: value for name, value in data.model_dump(exclude_unset=True).items() if value is not None}
    before: dict[str, Any] = {}
    if (origins := values.pop("allowed_origins", None)) is not None:
        _require_origin(source.kind, origins)
        keys = await identity.publishable_keys(session, _key_ids([source]))
        before["allowed_origins"] = list(keys[source.key_id].allowed_origins)
        for key_id in keys:
            await identity.change_key_origins(session, key_id, origins)
    if (changed := values.pop("settings", None)) is not None:
        known = SourceSettings.model_validate(source.settings).model_dump()
        wanted = {name: value for name, value in changed.items() if value is not None}
        before["settings"] = {name: known[name] for name in wanted}
        source.settings = known | wanted
    for name, value in values.items():
        before[name] = getattr(source, name)
        setattr(source, name, value)
    source.version += 1
    source.updated_at = now()
    await session.flush()
    await _audit(session, "updated", source_id, before=before, after=data.model_dump(exclude_unset=True))
    return (await _read(session, [source]))[0]


async def rotate_key(session: AsyncSession, source_id: UUID, *, grace: timedelta) -> SourceRead:
    """Make a new write key; the old one works for `grace` more, and one from before that ends now.

    Raises SourceNotFound, TooManyKeys.
    """
    source = await existing(session, source_id, lock=True)
    keys = await identity.publishable_keys(session, _key_ids([source]))
    made = await identity.create_publishable_key(
        session, name=_key_name(source.name), allowed_origins=keys[source.key_id].allowed_origins
    )
    if source.previous_key_id is not None:
        await identity.revoke_key(session, source.previous_key_id)
    if grace:
        await identity.expire_key(session, source.key_id, now() + grace)
    else:
        await identity.revoke_key(session, source.key_id)
    source.previous_key_id, source.key_id = source.key_id, made.id
    source.version += 1
    source.updated_at = now()
    await session.flush()
    await _audit(
        session, "key_rotated", source_id,
        before={"key_id": source.previous_key_id}, after={"key_id": made.id, "grace_seconds": grace.total_seconds()},
    )  # fmt: skip
    return (await _read(session, [source]))[0]


async def delete(session: AsyncSession, source_id: UUID, *, if_match: str | None) -> None:
    """Remove a source with its schemas, volumes and rejections, and end its keys. Events that arrived stay.

    Raises SourceNotFound, PreconditionFailed.
    """
    source = await existing(session, source_id, lock=True)
    check_version(if_match, source.version)
    for key_id in _key_ids([source]):
        await identity.revoke_key(session, key_id)
    await _audit(session, "deleted", source_id, before={"name": source.name, "kind": source.kind})
    await session.delete(source)
    await session.flush()


async def watch(session: AsyncSession, source_id: UUID) -> None:
    """Have the events of a source told live for a minute. Raises SourceNotFound."""
    await existing(session, source_id)
    await repository.watch(session, source_id, now() + TAIL)


async def volumes(session: AsyncSession, source_id: UUID, span: Range) -> VolumesRead:
    """Volumes of a source by hour of the last day, or by day (UTC) of the last 7 or 30. Raises SourceNotFound."""
    await existing(session, source_id)
    step, length = _RANGES[span]
    starts = _starts(now(), step, length)
    counts = {at: VolumePoint(at=at, accepted=0, likely_bots=0, rejected=0, duplicates=0) for at in starts}
    for row in await repository.volumes(session, [source_id], starts[0]):
        point = counts.get(row["hour"] if step == _HOUR else row["hour"].replace(hour=0))
        if point is not None:
            for name in ("accepted", "likely_bots", "rejected", "duplicates"):
                setattr(point, name, getattr(point, name) + row[name])
    events = await repository.volumes_by_event(session, source_id, starts[0], limit=_BUSIEST)
    return VolumesRead(points=list(counts.values()), events=[VolumeOfEvent.model_validate(row) for row in events])


async def existing(session: AsyncSession, source_id: UUID, *, lock: bool = False) -> TrackingSource:
    """One source. Raises SourceNotFound."""
    found = await repository.source(session, source_id, lock=lock)
    if found is None:
        raise SourceNotFound()
    return found


def _starts(moment: datetime, step: timedelta, length: timedelta) -> list[datetime]:
    """Starts of the hours or days up to the present one, oldest first."""
    newest = moment.replace(minute=0, second=0, microsecond=0)
    if step == _DAY:
        newest = newest.replace(hour=0)
    steps = length // step
    return [newest - step * back for back in range(steps - 1, -1, -1)]


def _require_origin(kind: str, origins: Sequence[str]) -> None:
    if kind == "website" and not origins:
        words = "Name the sites whose pages send events, such as https://www.example.com."
        errors: list[FieldError] = [{"field": "allowed_origins", "message": words}]
        raise OriginMissing(words, errors=errors)


def _key_ids(sources: Sequence[TrackingSource]) -> list[UUID]:
    return [key_id for source in sources for key_id in (source.key_id, source.previous_key_id) if key_id is not None]


def _key_name(source_name: str) -> str:
    return f"Source: {source_name}"[:80]


async def _read(session: AsyncSession, sources: Sequence[TrackingSource]) -> list[SourceRead]:
    keys = await identity.publishable_keys(session, _key_ids(sources))
    hours = _starts(now(), _HOUR, _DAY)
    rows: dict[UUID, dict[datetime, RowMapping]] = {source.id: {} for source in sources}
    for row in await repository.volumes(session, list(rows), hours[0]):
        rows[row["source_id"]][row["hour"]] = row
    return [_shown(source, keys, hours, rows[source.id]) for source in sources]


def _shown(
    source: TrackingSource,
    keys: Mapping[UUID, PublishableKey],
    hours: Sequence[datetime],
    counted: Mapping[datetime, RowMapping],
) -> SourceRead:
    key = keys[source.key_id]
    previous = keys.get(source.previous_key_id) if source.previous_key_id else None
    if previous is not None and (previous.ends_at is None or previous.ends_at <= now()):
        previous = None
    totals = {
        name: sum(row[name] for row in counted.values())
        for name in ("accepted", "rejected", "duplicates", "likely_bots")
    }
    return SourceRead.model_validate(
        {
            **{name: getattr(source, name) for name in SourceRead.model_fields if hasattr(source, name)},
            **totals,
            "write_key": key.token,
            "previous_write_key": previous.token if previous else None,
            "previous_write_key_until": previous.ends_at if previous else None,
            "allowed_origins": list(key.allowed_origins),
            "settings": SourceSettings.model_validate(source.settings),
            "health": _health(source, key, totals),
            "hours": [counted[hour]["accepted"] if hour in counted else 0 for hour in hours],
        }
    )


def _health(source: TrackingSource, key: PublishableKey, totals: Mapping[str, int]) -> Health:
    if not source.enabled:
        return "disabled"
    if key.ends_at is not None and key.ends_at <= now():
        return "key_ended"
    sent = totals["accepted"] + totals["rejected"]
    many = sent >= _ENOUGH and totals["rejected"] >= sent * _REJECTED_SHARE
    if many or (totals["rejected"] and not totals["accepted"]):
        return "rejecting"
    if source.last_event_at is None:
        return "waiting"
    return "quiet" if source.last_event_at < now() - _QUIET else "healthy"


async def _audit(session: AsyncSession, what: str, source_id: UUID, **facts: Any) -> None:
    await identity.record(session, action=f"source.{what}", subject_type="source", subject_id=source_id, **facts)
