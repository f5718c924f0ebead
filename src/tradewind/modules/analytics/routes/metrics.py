"""HTTP of metrics."""

from datetime import date
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.places import TimeZone
from tradewind.kernel.routing import Router
from tradewind.modules.analytics.errors import MetricQuestionInvalid
from tradewind.modules.analytics.schemas_metrics import (
    CustomMetricCreate,
    CustomMetricUpdate,
    Interval,
    MetricList,
    MetricRead,
    MetricValues,
)
from tradewind.modules.analytics.service import metrics

router = Router(tags=["Metrics"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/metrics", dependencies=[requires("metrics:read")])
async def list_metrics(session: Session) -> MetricList:
    """What is counted and what it means, with the organisation's own metrics."""
    return await metrics.definitions(session)


@router.get("/metrics/{key}/values", dependencies=[requires("metrics:read")])
async def read_metric_values(
    session: Session,
    key: str,
    since: Annotated[date | None, Query(alias="from", description="First day; by default 30 days are shown.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Last day; by default today.")] = None,
    interval: Interval = "day",
    time_zone: Annotated[TimeZone, Query(description="Whose days are meant, as in Europe/Berlin.")] = "UTC",
    by: Annotated[str | None, Query(max_length=40, description="A dimension; up to 12 parts stand alone.")] = None,
    filter: Annotated[str | None, Query(max_length=20_000, description="A condition on leads, as JSON")] = None,
    human: Annotated[bool, Query(description="Only what people did, where web traffic is counted.")] = True,
) -> MetricValues:
    """Values of a metric over time; up to 400 intervals."""
    condition = None
    if filter:
        try:
            condition = orjson.loads(filter)
        except orjson.JSONDecodeError:
            message = "The condition is no JSON."
            raise MetricQuestionInvalid(message, errors=[{"field": "filter", "message": message}]) from None
    return await metrics.values(
        session, key, since=since, until=until, interval=interval, time_zone=time_zone, by=by, condition=condition,
        human=human,
    )  # fmt: skip


def _tagged(response: Response, metric: MetricRead) -> MetricRead:
    if metric.custom is not None:
        response.headers["ETag"] = etag(metric.custom.version)
    return metric


@router.post("/metrics", status_code=201, dependencies=[requires("metrics:write")])
async def create_metric(session: Session, data: CustomMetricCreate, response: Response) -> MetricRead:
    """Define a metric of one's own."""
    return _tagged(response, await metrics.create(session, data))


@router.patch("/metrics/{metric_id:uuid}", dependencies=[requires("metrics:write")])
async def update_metric(
    session: Session, metric_id: UUID, data: CustomMetricUpdate, response: Response, if_match: IfMatch = None
) -> MetricRead:
    """Change a metric of one's own. With If-Match, 412 and the current state if someone else was faster."""
    return _tagged(response, await metrics.update(session, metric_id, data, if_match=if_match))


@router.delete("/metrics/{metric_id:uuid}", status_code=204, dependencies=[requires("metrics:write")])
async def delete_metric(session: Session, metric_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a metric of one's own."""
    await metrics.delete(session, metric_id, if_match=if_match)
