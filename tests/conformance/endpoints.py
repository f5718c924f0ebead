"""All endpoints of the application, and requests for them made from their own description."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from tradewind.kernel.access import Access, access_of
from tradewind.kernel.openapi import routes_of

_PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


@dataclass(frozen=True)
class Endpoint:
    """One method of one path."""

    method: str
    path: str
    access: Access | None
    operation: dict[str, Any]

    @property
    def label(self) -> str:
        """For messages, e.g. `GET /api/v1/leads`."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """Names in the path, in order."""
        return _PARAMETER.findall(self.path)

    @property
    def wants_more(self) -> bool:
        """Whether the endpoint needs a body or query parameters beside its path."""
        query = [p for p in self.operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
        return "requestBody" in self.operation or bool(query)

    def url(self, value_of: Callable[[str, str], str]) -> str:
        """The path with `value_of(parameter, the path's segment before it)` in place of each parameter."""

        def put(match: re.Match[str]) -> str:
            if match[0].endswith(":int}"):
                return "1"
            before = self.path[: match.start()].rstrip("/").rpartition("/")[2]
            return value_of(match.group(1), before)

        return _PARAMETER.sub(put, self.path)


def endpoints(app: FastAPI) -> list[Endpoint]:
    """Every documented endpoint under /api."""
    document = app.openapi()
    found = []
    for path, route in routes_of(app):
        plain = _PARAMETER.sub(r"{\1}", path)
        for method in sorted(route.methods):
            operation = document["paths"].get(plain, {}).get(method.lower(), {})
            found.append(Endpoint(method, path, access_of(route), operation))
    return found


def body_of(app: FastAPI, endpoint: Endpoint, identifier: str) -> dict[str, Any]:
    """Keyword arguments for httpx: a small body that fits the endpoint's schema, `identifier` in place of ids."""
    content = endpoint.operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return {"json": _example(app, content["application/json"]["schema"], identifier)}
    if "multipart/form-data" in content:
        return {"files": {"file": ("leads.csv", b"name,email\nA,a@example.com\n", "text/csv")}}
    return {}


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """What a refusal says; below /v2 it comes in Cal.com's envelope."""
    problem = answer.json()
    if isinstance(error := problem.get("error"), dict):
        return {"code": error["code"], "detail": error["message"], **error["details"]}
    return problem


def _example(app: FastAPI, schema: dict[str, Any], identifier: str, depth: int = 0) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _example(app, app.openapi()["components"]["schemas"][name], identifier, depth)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _example(app, schema[choice][0], identifier, depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object" if depth < 6:
            required = set(schema.get("required", []))
            return {
                name: "person@example.com" if name == "email" else _example(app, part, identifier, depth + 1)
                for name, part in schema.get("properties", {}).items()
                if name in required or name == "email" or _holds_id(part)
            }
        case "array":
            return [_example(app, schema.get("items", {}), identifier, depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "string":
            return _text(schema, identifier)
    return {}


def _holds_id(schema: dict[str, Any]) -> bool:
    """Whether an optional field may carry an id: those are worth sending, they may point at another tenant."""
    return (
        schema.get("format") == "uuid"
        or any(_holds_id(part) for part in schema.get("anyOf", []))
        or (schema.get("type") == "array" and _holds_id(schema.get("items", {})))
    )


def _text(schema: dict[str, Any], identifier: str) -> str:
    formats = {"uuid": identifier, "date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z"}
    known = formats.get(schema.get("format", ""))
    return known or "word".ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 100)]
