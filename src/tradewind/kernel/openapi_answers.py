"""The answers of an operation in the OpenAPI document: failures with their codes, headers of all answers."""

from collections.abc import Collection, Iterable, Iterator
from types import FunctionType
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tradewind.kernel.access import access_of, request_actor, request_session
from tradewind.kernel.openapi_problems import Problem, catalogue, reachable

_MEANINGS = {
    400: "The request cannot be understood",
    401: "No valid sign-in; API keys, signatures and sessions have codes of their own",
    403: "The permission is missing, or the credentials may not be used so",
    404: "No such thing in this organisation",
    409: "In conflict with the current state",
    412: "Changed by someone else meanwhile",
    413: "Too large",
    415: "The body is of another type than this takes",
    422: "Some values are not valid",
    429: "Too many requests",
    503: "Temporarily unavailable",
}
HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": 'What is left, by limit: `"api";r=1198;t=42` means 1,198 requests in the next 42 seconds.',
        "schema": {"type": "string"},
        "example": '"api";r=1198;t=42',
    },
    "RateLimit-Policy": {
        "description": 'The limits that hold: `"api";q=1200;w=60` means 1,200 requests in 60 seconds.',
        "schema": {"type": "string"},
        "example": '"api";q=1200;w=60',
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "example": 3},
    "ETag": {
        "description": "The version; send it back as If-Match to change only what you have seen.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "Idempotency-Replayed": {
        "description": "`true` where an Idempotency-Key brought an earlier answer back.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


def problem_examples(problems: Iterable[Problem]) -> dict[str, Any]:
    """An example of each problem, for `components.examples`; keys are the codes."""
    return {
        each.code.replace("…", "x"): {"summary": each.title, "value": _example(each)}
        for each in problems
        if each.status != 500
    }


def complete_answers(
    operation: dict[str, Any], route: APIRoute, *, repeatable: bool, refusals: Collection[str]
) -> None:
    """Add failures and headers. `repeatable` operations take an Idempotency-Key; `refusals` are of credentials."""
    answers = operation.setdefault("responses", {})
    # FastAPI's own 422 has another shape than ours; what a route declares itself stays.
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    codes = _codes(operation, route, repeatable=repeatable)
    if _asks_who_calls(route):
        # There are many and they are alike everywhere: one stands for each status that has none yet.
        told = {catalogue()[code].status for code in codes}
        kinds = {catalogue()[code].status: code for code in sorted(refusals, reverse=True) if code in catalogue()}
        codes |= {code for status, code in kinds.items() if status not in told and status < 500}
    for status in sorted({catalogue()[code].status for code in codes}):
        own = sorted(code for code in codes if catalogue()[code].status == status)
        answers.setdefault(str(status), _failure(status, own))
    versioned = "version" in _properties(route)
    for status, answer in answers.items():
        names: list[str] = []
        if status < "300":
            names += ["RateLimit", "RateLimit-Policy"]
            names += ["Idempotency-Replayed"] if repeatable else []
            names += ["ETag"] if versioned else []
        if status in ("429", "503"):
            names.append("Retry-After")
        if names:
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _codes(operation: dict[str, Any], route: APIRoute, *, repeatable: bool) -> set[str]:
    """Codes of what stands before the function, then those the function reaches."""
    calls = list(_calls(route.dependant))
    found = {"kernel.unavailable", "kernel.rate_limited.…"}
    access = access_of(route)
    if _asks_who_calls(route):
        found.add("kernel.unauthorised")
    if access is not None and access.permission:
        found |= {"kernel.unauthorised", "kernel.forbidden"}
    if access is not None and access.people:
        found.add("kernel.people_only")
    if access is not None and access.step_up:
        found.add("identity.step_up_required")
    if "requestBody" in operation:
        found |= {"kernel.bad_request", "kernel.too_large", "kernel.media_type", "kernel.invalid"}
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    if names:
        found.add("kernel.invalid")
    if "if-match" in names:
        found |= {"kernel.version_changed", "kernel.bad_if_match"}
    if "cursor" in names:
        found.add("kernel.invalid_cursor")
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        found.add("kernel.not_found")
    if repeatable:
        found |= {"kernel.bad_request", "kernel.too_large"}
        found |= {f"kernel.idempotency_{reason}" for reason in ("in_flight", "key_reused", "answer_lost")}
    for call in (route.endpoint, *calls):
        found |= reachable(call)
    return {code for code in found if code in catalogue() and catalogue()[code].status != 500}


def _asks_who_calls(route: APIRoute) -> bool:
    """Whether credentials that do not hold are refused; without any, a route may still be open to everyone."""
    access = access_of(route)
    asking = {request_actor, request_session}
    return (access is not None and access.permission is not None) or not asking.isdisjoint(_calls(route.dependant))


def _calls(dependant: Dependant) -> Iterator[FunctionType]:
    """The functions that run before a route's own."""
    for each in dependant.dependencies:
        if isinstance(each.call, FunctionType):
            yield each.call
        yield from _calls(each)


def _properties(route: APIRoute) -> set[str]:
    return set(getattr(route.response_model, "model_fields", ()))


def _failure(status: int, codes: list[str]) -> dict[str, Any]:
    listed = "\n".join(f"- `{code}` — {catalogue()[code].title}" for code in codes)
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {
            code.replace("…", "x"): {"$ref": f"#/components/examples/{code.replace('…', 'x')}"} for code in codes
        },
    }
    return {
        "description": f"{_MEANINGS.get(status, 'Failed')}.\n\n{listed}",
        "content": {"application/problem+json": content},
    }


def _example(problem: Problem) -> dict[str, Any]:
    code = problem.code.replace("rate_limited.…", "rate_limited.api").replace("…", "x")
    example: dict[str, Any] = {
        "type": f"urn:tradewind:problem:{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.meaning or f"{problem.title}.",
        "code": code,
        "request_id": "0192f0c17a5e7c3d9b1a2f4e6d8c0a11",
    }
    if problem.status == 422:
        example["errors"] = [{"field": "email", "message": "Must be a valid e-mail address."}]
    return example
