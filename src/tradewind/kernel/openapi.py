"""What the generated OpenAPI document says beyond the routes: permissions, headers, examples and errors."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, compile_path

from tradewind.kernel.access import Access, access_of
from tradewind.kernel.deprecation import deprecation_of
from tradewind.kernel.openapi_answers import HEADERS, complete_answers, problem_examples
from tradewind.kernel.openapi_examples import Examples
from tradewind.kernel.openapi_names import summary_of
from tradewind.kernel.openapi_problems import catalogue, reachable
from tradewind.kernel.openapi_sparse import describe_sparse

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; programs decide by it."},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
SECURITY_SCHEMES: dict[str, Any] = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "What signing in answers; lives 15 minutes.",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "tw_live_… or tw_test_…",
        "description": "A secret API key, as `Authorization: Bearer tw_live_…`.",
    },
    "apiKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A secret API key, for clients that cannot set Authorization.",
    },
    "signedRequest": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Tradewind-Signature",
        "description": "`v1=` and the hexadecimal HMAC-SHA256 of method, path?query, timestamp, nonce and the body's "
        "SHA-256, joined by line feeds. Sent with X-Tradewind-Key, -Timestamp, -Nonce and, where there is a body, "
        "-Content-SHA256. The guide “API keys” has a program to run.",
    },
    "sessionCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tw_access",
        "description": "The web app's cookie; what changes something needs the CSRF token beside it.",
    },
    "csrfToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The value of the cookie tw_csrf. Proves nothing without the session's cookie.",
    },
}
_SAFE_METHODS = frozenset({"get", "head", "options"})
_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "ASCII text of yours, new for each request you mean. Sent again with the same body within 24 hours, "
    "it brings the first answer back and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

# `{lead_id:uuid}` of a route is `{lead_id}` in the document.
_CONVERTER = re.compile(r":[a-z]+\}")


def routes_of(app: FastAPI) -> list[tuple[str, APIRoute]]:
    """All API routes with their full path, nested routers included."""
    found = []
    for context in iter_route_contexts(app.router.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and context.path is not None:
            found.append((context.path, route))
    return found


def methods_of(app: FastAPI, path: str) -> list[str]:
    """All methods that some route answers at this path of a request, e.g. for `Allow`."""
    found: set[str] = set()
    for template, route in routes_of(app):
        if compile_path(template)[0].match(path):
            found |= route.methods or set()
    return sorted(found)


def mounts_of(app: FastAPI) -> dict[str, dict[str, str]]:
    """What is served beside the routes, by path: each mounted application says itself what it is and who may use it."""
    return {
        route.path: {"summary": getattr(route.app, "summary", ""), "access": getattr(route.app, "access", "")}
        for route in app.router.routes
        if isinstance(route, Mount)
    }


def describe(app: FastAPI, tags: Mapping[str, str], authenticate: Callable[..., Any] | None = None) -> None:
    """Make `app.openapi()` say what the routes' signatures do not.

    `tags` are the words on each group of operations; `authenticate` is what tells callers apart and may refuse them.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = generate()
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        components["securitySchemes"] = SECURITY_SCHEMES
        components["headers"] = HEADERS
        components["examples"] = problem_examples(catalogue().values())
        schemas["Problem"] = PROBLEM_SCHEMA
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        examples = Examples(schemas)
        refusals = reachable(authenticate) if authenticate is not None else set[str]()
        routes = {
            (_CONVERTER.sub("}", path), method.lower()): route
            for path, route in routes_of(app)
            for method in route.methods or ()
        }
        used: set[str] = set()
        for path, operations in document.get("paths", {}).items():
            for method, operation in operations.items():
                if (route := routes.get((path, method))) is not None:
                    _annotate(
                        operation,
                        route,
                        method,
                        repeatable=method == "post" and path.startswith("/api/"),
                        refusals=refusals,
                    )
                    describe_sparse(operation, schemas)
                    used |= set(operation.get("tags", ()))
        document["tags"] = [{"name": name, "description": tags.get(name, "")} for name in sorted(used)]
        document["x-mounts"] = mounts_of(app)
        document["x-errors"] = [
            {"code": each.code, "status": each.status, "title": each.title, "meaning": each.meaning}
            for each in catalogue().values()
        ]
        _give_examples(document["paths"].values(), examples)
        app.openapi_schema = document
        return document

    app.openapi = openapi


def _annotate(
    operation: dict[str, Any], route: APIRoute, method: str, *, repeatable: bool, refusals: Collection[str]
) -> None:
    access = access_of(route)
    operation["summary"] = route.summary or summary_of(route)
    operation["security"] = _security(access, method)
    if access is not None and access.permission:
        operation["x-permission"] = access.permission
        note = f"Permission: `{access.permission}`."
        if access.step_up:
            operation["x-step-up"] = True
            note += " Needs a proof of identity from the last ten minutes (`POST /api/v1/auth/step-up`)."
        operation["description"] = f"{operation.get('description', '')}\n\n{note}".strip()
        if repeatable:
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    elif access is not None:
        operation["x-permission"] = "public"
    if (ending := deprecation_of(route)) is not None:
        operation["deprecated"] = True
        note = f"Deprecated since {ending.since}, gone after {ending.sunset}. Use `{ending.successor}`."
        operation["description"] = f"{operation.get('description', '')}\n\n{note}".strip()
    complete_answers(operation, route, repeatable=repeatable and bool(operation["security"]), refusals=refusals)


def _give_examples(paths: Iterable[dict[str, Any]], examples: Examples) -> None:
    """An example for each JSON body and each successful JSON answer."""
    for operation in (operation for operations in paths for operation in operations.values()):
        contents = [(operation.get("requestBody", {}).get("content", {}), True)]
        contents += [
            (answer.get("content", {}), False) for status, answer in operation["responses"].items() if status < "300"
        ]
        for content, sent in contents:
            media = content.get("application/json")
            if media is not None and "schema" in media and not media.keys() & {"example", "examples"}:
                media["example"] = examples.of(media["schema"], sent=sent)


def _security(access: Access | None, method: str) -> list[dict[str, list[str]]]:
    """Ways to prove who calls, each of which is enough."""
    if access is None or access.permission is None:
        return []
    cookie = {"sessionCookie": []} if method in _SAFE_METHODS else {"sessionCookie": [], "csrfToken": []}
    people: list[dict[str, list[str]]] = [{"accessToken": []}, cookie]
    return people if access.people else [*people, {"apiKey": []}, {"apiKeyHeader": []}, {"signedRequest": []}]
