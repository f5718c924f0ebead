"""Telemetry: request ids, metrics by route, one trace over request and job, logs without secrets, health."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import httpx
import pytest
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from tradewind.kernel import health, telemetry
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.kernel.ids import new_id
from tradewind.kernel.routing import Router
from tradewind.kernel.telemetry import REGISTRY, TelemetryMiddleware, inject_headers, job_span
from tradewind.settings import Settings

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def make_app() -> FastAPI:
    app = FastAPI()
    app.state.settings = SimpleNamespace(metrics_token=None)
    app.state.queued = {}
    router = Router()

    @app.exception_handler(AppError)
    async def problem(request: Request, failure: AppError) -> JSONResponse:
        return JSONResponse(failure.problem(None), failure.status)

    @router.get("/things/{thing_id}")
    async def thing(request: Request, thing_id: str) -> dict:
        request.state.actor = Actor(kind="user", organisation_id=ORGANISATION, user_id=USER)
        structlog.get_logger().warning("thing.read", thing=thing_id, password="hunter2", headers={"Cookie": "abc"})
        app.state.queued = inject_headers()
        return {"request_id": request.state.request_id}

    @router.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    app.router.routes.extend([*router.routes, *health.router.routes])
    app.add_middleware(TelemetryMiddleware)
    return app


ORGANISATION, USER = new_id(), new_id()


@pytest.fixture
def app() -> FastAPI:
    return make_app()


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


@pytest.fixture
def logs(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """JSON log lines as the product writes them."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers[:], root.level
    telemetry.configure_logging(Settings(home=tmp_path, log_format="json", log_level="INFO"))
    # The module's own logger may have kept an earlier configuration.
    monkeypatch.setattr(telemetry, "log", structlog.get_logger())
    yield stream
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry.use_tracer_provider(provider)
    yield exporter
    telemetry.use_tracer_provider(None)


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_every_request_has_an_id(api: httpx.AsyncClient) -> None:
    first, second = await api.get("/api/v1/things/1"), await api.get("/api/v1/things/1")
    assert first.headers["x-request-id"] == first.json()["request_id"] != second.json()["request_id"]
    assert (await api.get("/nowhere")).headers["x-request-id"]


@pytest.mark.parametrize(
    ("sent", "kept"), [("client-12345678", True), ("short", False), ("a" * 65, False), ('x"; drop table', False)]
)
async def test_a_callers_own_id_is_kept_if_harmless(api: httpx.AsyncClient, sent: str, kept: bool) -> None:
    answer = await api.get("/api/v1/things/1", headers={"X-Request-Id": sent})
    assert (answer.headers["x-request-id"] == sent) is kept


async def test_requests_are_counted_by_route_and_not_by_path(api: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/api/v1/things/{thing_id}"}
    before = sample("tradewind_http_requests_total", **labels, status="200")
    await api.get("/api/v1/things/1")
    await api.get("/api/v1/things/2")
    assert sample("tradewind_http_requests_total", **labels, status="200") == before + 2
    assert sample("tradewind_http_request_seconds_count", **labels) >= 2
    await api.request("BREW", "/nowhere-1")
    await api.request("BREW", "/nowhere-2")
    assert sample("tradewind_http_requests_total", method="OTHER", route="(none)", status="404") == 2


async def test_a_defect_counts_as_500(api: httpx.AsyncClient, logs: io.StringIO) -> None:
    labels = {"method": "GET", "route": "/api/v1/broken", "status": "500"}
    before = sample("tradewind_http_requests_total", **labels)
    assert (await api.get("/api/v1/broken")).status_code == 500
    assert sample("tradewind_http_requests_total", **labels) == before + 1
    assert "request.failed" in logs.getvalue()


async def test_a_log_line_says_who_and_where_and_no_secret(api: httpx.AsyncClient, logs: io.StringIO) -> None:
    answer = await api.get("/api/v1/things/1")
    line = json.loads(logs.getvalue().splitlines()[0])
    assert line["event"] == "thing.read"
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["organisation_id"], line["user_id"]) == (str(ORGANISATION), str(USER))
    assert line["level"] == "warning"
    assert (line["password"], line["headers"]["Cookie"]) == ("[redacted]", "[redacted]")


def test_logs_of_libraries_join_in(logs: io.StringIO) -> None:
    logging.getLogger("somelibrary").warning("disk %s", "full")
    line = json.loads(logs.getvalue())
    assert (line["event"], line["level"]) == ("disk full", "warning")


async def test_one_trace_runs_over_request_and_job(
    app: FastAPI, api: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await api.get("/api/v1/things/1", headers={"traceparent": PARENT})
    with job_span("leads.score", app.state.queued, organisation_id=ORGANISATION) as span:
        span.outcome = "retried"
    request, job = spans.get_finished_spans()
    assert request.name == "GET /api/v1/things/{thing_id}"
    assert f"{request.context.trace_id:032x}" == f"{job.context.trace_id:032x}" == TRACE
    assert job.parent is not None
    assert job.parent.span_id == request.context.span_id
    assert job.name == "job leads.score"
    assert not job.status.is_ok


async def test_without_an_exporter_the_callers_trace_still_reaches_the_job(
    app: FastAPI, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/api/v1/things/1", headers={"traceparent": PARENT})
    assert app.state.queued == {"traceparent": PARENT, "request_id": answer.headers["x-request-id"]}
    with job_span("leads.score", app.state.queued):
        assert inject_headers() == app.state.queued
    await api.get("/api/v1/things/1", headers={"traceparent": "rubbish"})
    assert "traceparent" not in app.state.queued


def test_jobs_are_counted_by_outcome(logs: io.StringIO) -> None:
    before = sample("tradewind_jobs_total", job="t.x", outcome="dead")
    with (
        pytest.raises(ZeroDivisionError),
        job_span("t.x", {"request_id": "req-12345678"}, organisation_id=ORGANISATION),
    ):
        structlog.get_logger().info("working")
        raise ZeroDivisionError
    assert sample("tradewind_jobs_total", job="t.x", outcome="dead") == before + 1
    line = json.loads(logs.getvalue())
    assert (line["job"], line["request_id"], line["organisation_id"]) == ("t.x", "req-12345678", str(ORGANISATION))


async def test_state_is_not_shared_between_requests() -> None:
    """A server may pass the same state dictionary with every request."""
    shared: dict = {"from": "lifespan"}
    seen = []

    async def app(scope, receive, send) -> None:
        seen.append(scope["state"])
        scope["state"]["actor"] = object()

    for _ in range(2):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": shared}
        await TelemetryMiddleware(app)(scope, None, None)  # type: ignore[arg-type]
    assert seen[0] is not seen[1]
    assert seen[1]["from"] == "lifespan"
    assert "actor" not in shared


@pytest.mark.parametrize(
    ("client", "headers", "token", "status"),
    [
        (("127.0.0.1", 1), {}, None, 200),
        (("10.1.2.3", 1), {}, None, 200),
        (("8.8.8.8", 1), {}, None, 404),
        (("127.0.0.1", 1), {"X-Forwarded-For": "8.8.8.8"}, None, 404),
        (("8.8.8.8", 1), {"Authorization": "Bearer let-me-in"}, "let-me-in", 200),
        (("127.0.0.1", 1), {}, "let-me-in", 404),
        (("127.0.0.1", 1), {"Authorization": "Bearer wrong"}, "let-me-in", 404),
    ],
)
async def test_metrics_are_not_for_everyone(
    app: FastAPI, client: tuple[str, int], headers: dict, token: str | None, status: int, real_database: Database
) -> None:
    app.state.database = real_database
    app.state.settings.metrics_token = SecretStr(token) if token else None
    transport = httpx.ASGITransport(app, client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as api:
        answer = await api.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("tradewind_http_requests_total" in answer.text) is (status == 200)


async def test_metrics_tell_how_far_the_workers_are_behind(
    app: FastAPI, api: httpx.AsyncClient, real_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.state.database = real_database
    told = (await api.get("/metrics")).text
    assert "tradewind_database_up 1.0" in told
    assert 'tradewind_queue_jobs{status="queued"} ' in told
    assert "tradewind_queue_oldest_seconds " in told

    def gone(actor: Actor) -> None:
        raise ConnectionError("no way to the database")

    monkeypatch.setattr(real_database, "transaction", gone)
    told = (await api.get("/metrics")).text
    assert "tradewind_database_up 0.0" in told
    assert "tradewind_http_requests_total" in told
    assert "tradewind_queue_jobs" not in told


async def test_liveness_needs_nothing(api: httpx.AsyncClient) -> None:
    assert (await api.get("/health/live")).json()["status"] == "ok"


async def test_readiness_wants_database_and_migrations(
    app: FastAPI, api: httpx.AsyncClient, real_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await api.get("/health/ready")).status_code == 503
    app.state.database = real_database
    monkeypatch.setattr(health, "head_revision", lambda: "9999")
    behind = await api.get("/health/ready")
    assert (behind.status_code, behind.json()["code"]) == (503, "kernel.migrations_pending")
    current = await health.current_revision(real_database)
    monkeypatch.setattr(health, "head_revision", lambda: current)
    assert (await api.get("/health/ready")).json()["status"] == "ready"
    # A newer version has migrated meanwhile: this process goes on serving.
    monkeypatch.setattr(health, "head_revision", lambda: "9999")
    assert (await api.get("/health/ready")).status_code == 200

    def gone(actor: Actor) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(real_database, "transaction", gone)
    lost = await api.get("/health/ready")
    assert (lost.status_code, lost.json()["code"]) == (503, "kernel.database_unreachable")
