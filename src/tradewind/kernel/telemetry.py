"""What the product tells about itself: structured logs, Prometheus metrics, traces, health.

One context travels with each request and job, so that a log line, a span and a queued job all carry the same
request id. Traces cost nothing until an OTEL_… exporter is configured.
"""

import ipaddress
import logging
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.kernel.asgi import header
from tradewind.kernel.ids import new_id
from tradewind.settings import Settings

log = structlog.get_logger(__name__)

REGISTRY = CollectorRegistry()
_REQUESTS = Counter(
    "tradewind_http_requests", "Answered HTTP requests.", ["method", "route", "status"], registry=REGISTRY
)
_REQUEST_SECONDS = Histogram(
    "tradewind_http_request_seconds",
    "Time to the last byte of the answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
_JOBS = Counter("tradewind_jobs", "Executed jobs.", ["job", "outcome"], registry=REGISTRY)
_JOB_SECONDS = Histogram(
    "tradewind_job_seconds",
    "Run time of jobs.",
    ["job"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600),
    registry=REGISTRY,
)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{8,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
SECRET_NAME = re.compile(r"(?i)(password|passwd|secret|token|authorization|cookie|api[_-]?key|private[_-]?key)")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SLOW_SECONDS = 1.0

_context: ContextVar[dict[str, Any] | None] = ContextVar("telemetry_context", default=None)
_tracer: trace.Tracer | None = None


def configure(settings: Settings, role: str) -> None:
    """Set up logs and, where an OTEL_… exporter is configured, traces of this process."""
    configure_logging(settings)
    exporter = _exporter()
    if exporter is not None:
        provider = TracerProvider(resource=Resource.create({"service.name": f"tradewind-{role}"}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        use_tracer_provider(provider)


def configure_logging(settings: Settings) -> None:
    """JSON lines on stderr, or a readable console on a terminal; the standard library's logs join in."""
    pretty = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _add_context,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    final: list[Any] = (
        # Plain: the pretty tracebacks print local variables, and with them secrets.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if pretty
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    )
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING) if level != logging.DEBUG else logging.INFO)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log processor: values under names that sound secret are not written."""
    for key, value in event.items():
        if isinstance(value, Mapping):
            event[key] = redact(None, "", dict(value))
        elif value and SECRET_NAME.search(key):
            event[key] = "[redacted]"
    return event


def use_tracer_provider(provider: trace.TracerProvider | None) -> None:
    """Record spans with `provider`; None turns tracing off."""
    global _tracer
    _tracer = provider.get_tracer("tradewind") if provider is not None else None


def inject_headers() -> dict[str, str]:
    """What a queued job needs to continue this trace and name this request."""
    context = _context.get()
    headers: dict[str, str] = {}
    if _tracer is not None:
        propagate.inject(headers)
    if context:
        if "traceparent" in context and "traceparent" not in headers:
            headers["traceparent"] = context["traceparent"]
        if context.get("request_id"):
            headers["request_id"] = context["request_id"]
    return headers


@dataclass(slots=True)
class JobSpan:
    """Handle on a running job's span; set `outcome` where it is not plain success."""

    outcome: Literal["succeeded", "retried", "dead", "cancelled"] = "succeeded"


@contextmanager
def job_span(name: str, trace_headers: Mapping[str, str], *, organisation_id: UUID | None = None) -> Iterator[JobSpan]:
    """Count, time and trace one job, as a continuation of whatever enqueued it."""
    context: dict[str, Any] = {"job": name, "request_id": trace_headers.get("request_id")}
    if organisation_id is not None:
        context["organisation_id"] = organisation_id
    if traceparent := _valid_traceparent(trace_headers.get("traceparent")):
        context["traceparent"] = traceparent
    token = _context.set(context)
    span = JobSpan()
    started = time.perf_counter()
    try:
        if _tracer is None:
            yield span
        else:
            parent = propagate.extract(dict(trace_headers))
            with _tracer.start_as_current_span(f"job {name}", parent, kind=SpanKind.CONSUMER) as recorded:
                recorded.set_attribute("tradewind.organisation_id", str(organisation_id or ""))
                yield span
                recorded.set_attribute("tradewind.outcome", span.outcome)
                if span.outcome in ("retried", "dead"):
                    recorded.set_status(Status(StatusCode.ERROR, span.outcome))
    except BaseException:
        span.outcome = "dead"
        raise
    finally:
        _JOBS.labels(name, span.outcome).inc()
        _JOB_SECONDS.labels(name).observe(time.perf_counter() - started)
        _context.reset(token)


class TelemetryMiddleware:
    """Outermost: gives each request an id and a state of its own, counts, times, traces and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Label look-ups of the client library hash and lock; the children are kept here instead.
        self._counters: dict[tuple[str, str, int], Any] = {}
        self._timers: dict[tuple[str, str], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        # A server may hand the same state to several requests; what they put there must not be shared.
        state: dict[str, Any] = dict(scope.get("state") or {})
        scope["state"] = state
        request_id = _request_id(header(scope, b"x-request-id"))
        state["request_id"] = request_id
        traceparent = header(scope, b"traceparent")
        if traceparent is not None and (valid := _valid_traceparent(traceparent.decode("latin-1"))):
            state["traceparent"] = valid
        token = _context.set(state)
        try:
            if kind == "websocket":
                await self.app(scope, receive, send)
            elif _tracer is None:
                await self._measured(scope, receive, send, request_id.encode())
            else:
                await self._traced(scope, receive, send, request_id.encode())
        finally:
            _context.reset(token)

    async def _traced(self, scope: Scope, receive: Receive, send: Send, request_id: bytes) -> None:
        assert _tracer is not None
        parent = propagate.extract({"traceparent": scope["state"].get("traceparent", "")})
        method = _method(scope)
        with _tracer.start_as_current_span(method, parent, kind=SpanKind.SERVER) as span:
            status = await self._measured(scope, receive, send, request_id)
            route = route_template(scope)
            span.update_name(f"{method} {route}")
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.route", route)
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("tradewind.request_id", request_id.decode())
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))

    async def _measured(self, scope: Scope, receive: Receive, send: Send, request_id: bytes) -> int:
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - started)
        return status

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method(scope), route_template(scope)
        counter = self._counters.get((method, route, status))
        if counter is None:
            counter = self._counters[method, route, status] = _REQUESTS.labels(method, route, str(status))
        counter.inc()
        timer = self._timers.get((method, route))
        if timer is None:
            timer = self._timers[method, route] = _REQUEST_SECONDS.labels(method, route)
        timer.observe(seconds)
        milliseconds = round(seconds * 1000, 1)
        if status == 503:
            log.warning("request.unavailable", method=method, route=route, milliseconds=milliseconds)
        elif status >= 500:
            log.error("request.failed", method=method, route=route, status=status, milliseconds=milliseconds)
        elif seconds >= _SLOW_SECONDS:
            log.warning("request.slow", method=method, route=route, status=status, milliseconds=milliseconds)
        else:
            log.debug("request.done", method=method, route=route, status=status, milliseconds=milliseconds)


def route_template(scope: Scope) -> str:
    """The path pattern that served a request, e.g. `/api/v1/leads/{lead_id}`; bounded, unlike paths."""
    return getattr(scope.get("route"), "path_format", None) or scope["state"].get("route_label") or "(none)"


def metrics_allowed(scope: Scope, token: str | None) -> bool:
    """Whether a caller may read the metrics: with the configured token, else only directly from a private address.

    A request that came through a proxy carries forwarding headers and does not count as direct.
    """
    if token is not None:
        return header(scope, b"authorization") == b"Bearer " + token.encode()
    if header(scope, b"x-forwarded-for") is not None or header(scope, b"forwarded") is not None:
        return False
    client = scope.get("client")
    try:
        return client is None or ipaddress.ip_address(client[0]).is_private
    except ValueError:
        return True


def _request_id(sent: bytes | None) -> str:
    """The caller's own id where it is harmless to log, else a fresh one."""
    if sent is not None and _REQUEST_ID.fullmatch(sent):
        return sent.decode()
    return new_id().hex


def _valid_traceparent(value: str | None) -> str | None:
    return value if value and _TRACEPARENT.fullmatch(value) else None


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _KNOWN_METHODS else "OTHER"


def _add_context(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log processor: who and what the line belongs to."""
    context = _context.get()
    if context:
        actor = context.get("actor")
        found = {
            "request_id": context.get("request_id"),
            "job": context.get("job"),
            "organisation_id": context.get("organisation_id") or getattr(actor, "organisation_id", None),
            "user_id": getattr(actor, "user_id", None),
        }
        for key, value in found.items():
            if value is not None:
                event.setdefault(key, str(value))
    return event


def _exporter() -> SpanExporter | None:
    kind = os.environ.get("OTEL_TRACES_EXPORTER", "")
    endpoint = any(
        os.environ.get(name) for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    )
    if kind == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    if kind == "console":
        return ConsoleSpanExporter()
    if kind != "otlp" and not endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise RuntimeError(
            "OTEL_… asks for OTLP traces: install the package opentelemetry-exporter-otlp-proto-http."
        ) from error
    return OTLPSpanExporter()
