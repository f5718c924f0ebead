"""What the generated OpenAPI document says beyond the routes: permissions and the shape of errors."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, compile_path

from tradewind.kernel.access import Access, access_of

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
_PROBLEMS = {
    "400": "The request cannot be understood",
    "401": "No valid sign-in",
    "403": "The permission is missing",
    "404": "No such thing in this organisation",
    "409": "In conflict with the current state",
    "412": "Changed by someone else meanwhile",
    "413": "Too large",
    "422": "Some values are not valid",
    "429": "Too many requests",
    "503": "Temporarily unavailable",
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


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` state each operation's permission and its problem answers."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        document["components"]["securitySchemes"] = SECURITY_SCHEMES
        schemas["Problem"] = PROBLEM_SCHEMA
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        marks = {
            (_CONVERTER.sub("}", path), method.lower()): access_of(route)
            for path, route in routes_of(app)
            for method in route.methods or ()
        }
        for path, operations in document.get("paths", {}).items():
            for method, operation in operations.items():
                _annotate(operation, marks.get((path, method)), method)
        document["x-mounts"] = mounts_of(app)
        app.openapi_schema = document
        return document

    app.openapi = openapi


def _annotate(operation: dict[str, Any], access: Access | None, method: str) -> None:
    operation["security"] = _security(access, method)
    if access is not None and access.permission:
        operation["x-permission"] = access.permission
        note = f"Permission: `{access.permission}`."
        operation["description"] = f"{operation.get('description', '')}\n\n{note}".strip()
    elif access is not None:
        operation["x-permission"] = "public"
    for status, meaning in _PROBLEMS.items():
        operation.setdefault("responses", {}).setdefault(
            status, {"description": meaning, "content": _problem_content()}
        )
        if status == "422":
            operation["responses"][status] = {"description": meaning, "content": _problem_content()}


def _security(access: Access | None, method: str) -> list[dict[str, list[str]]]:
    """Ways to prove who calls, each of which is enough."""
    if access is None or access.permission is None:
        return []
    cookie = {"sessionCookie": []} if method in _SAFE_METHODS else {"sessionCookie": [], "csrfToken": []}
    people: list[dict[str, list[str]]] = [{"accessToken": []}, cookie]
    return people if access.people else [*people, {"apiKey": []}, {"apiKeyHeader": []}, {"signedRequest": []}]


def _problem_content() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
