"""`POST /graphql`: one query a request, in the request's own transaction. Nothing is stored, nothing is changed."""

import asyncio
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, Request, Response
from graphql import GraphQLError, GraphQLSyntaxError, parse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tradewind.graphql_api.context import Context
from tradewind.graphql_api.limits import MAX_TOKENS, is_introspection, measure
from tradewind.graphql_api.schema import introspection, schema
from tradewind.kernel.access import CurrentActor, Session, signed_in
from tradewind.kernel.asgi import DATABASE_FAILURES
from tradewind.kernel.errors import AppError, BadRequest, Invalid, PayloadTooLarge

log = structlog.get_logger(__name__)
router = APIRouter(tags=["GraphQL"])
MAX_BODY_BYTES = 64 * 1024
TIME_OUT_SECONDS = 15


class Operation(BaseModel):
    """A query with its variables."""

    model_config = ConfigDict(extra="ignore")

    query: str = Field(max_length=20_000)
    variables: dict[str, Any] | None = None
    operationName: str | None = Field(default=None, max_length=100)  # noqa: N815 - the name of the specification


class QueryAnswer(BaseModel):
    """What a query gave; `errors[].extensions.code` is stable."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None
    extensions: dict[str, Any] | None = None


@router.post(
    "/graphql",
    dependencies=[signed_in(people=False)],
    response_model=QueryAnswer,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Operation.model_json_schema()}}}
    },
)
async def run_query(request: Request, session: Session, actor: CurrentActor) -> Response:
    """Read with GraphQL: every field needs the same permission as in the REST API. See the guide for the limits."""
    operation = await _operation(request)
    try:
        document = parse(operation.query, max_tokens=MAX_TOKENS)
        size = measure(document, schema._schema, operation=operation.operationName, variables=operation.variables or {})
    except GraphQLSyntaxError as error:
        return _answer(None, [_shown(error)])
    except AppError as refused:
        return _answer(None, [{"message": refused.detail, "extensions": _extensions(refused)}])
    chosen = introspection if is_introspection(document) else schema
    try:
        async with asyncio.timeout(TIME_OUT_SECONDS):
            result = await chosen.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.operationName,
                context_value=Context(session, actor),
            )
    except TimeoutError:
        message = f"The query took longer than {TIME_OUT_SECONDS} seconds. Ask for less at once."
        return _answer(None, [{"message": message, "extensions": {"code": "graphql.time_out"}}])
    errors = [_shown(error) for error in result.errors or ()]
    return _answer(result.data, errors, {"cost": size.cost})


async def _operation(request: Request) -> Operation:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge(f"A query may have {MAX_BODY_BYTES} bytes.")
    try:
        return Operation.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise BadRequest("The body must be JSON with “query” and, where needed, “variables”.") from error
    except ValidationError as error:
        wrong = [(str(part["loc"][0]) if part["loc"] else "body", part["msg"]) for part in error.errors()]
        raise Invalid(errors=[{"field": field, "message": message} for field, message in wrong]) from error


def _shown(error: GraphQLError) -> dict[str, Any]:
    """An error with a stable code; what is our own mistake stays in the log."""
    shown: dict[str, Any] = {"message": error.message}
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        shown["path"] = error.path
    cause = error.original_error
    if cause is None:
        return shown | {"extensions": {"code": "graphql.invalid"}}
    if isinstance(cause, AppError):
        return shown | {"message": cause.detail, "extensions": _extensions(cause)}
    if isinstance(cause, GraphQLError | ValueError):
        return shown | {"extensions": {"code": "graphql.invalid"}}
    if isinstance(cause, DATABASE_FAILURES):
        log.warning("graphql.database_failure", error=str(cause))
        message = "The database could not answer right now."
        return shown | {"message": message, "extensions": {"code": "kernel.unavailable"}}
    log.error("graphql.defect", path=error.path, exc_info=cause)
    return shown | {"message": "This is our mistake; it was logged.", "extensions": {"code": "kernel.defect"}}


def _extensions(failure: AppError) -> dict[str, Any]:
    problem = failure.problem(None)
    known = {name: problem[name] for name in ("code", "status", "errors") if name in problem}
    return failure.extra | known


def _answer(data: Any, errors: list[dict[str, Any]], extensions: dict[str, Any] | None = None) -> Response:
    content: dict[str, Any] = {"data": data}
    if errors:
        content["errors"] = errors
    if extensions:
        content["extensions"] = extensions
    return Response(orjson.dumps(content, default=str), media_type="application/json")
