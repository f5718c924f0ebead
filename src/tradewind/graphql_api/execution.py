"""One query carried out: parsed, measured against the limits, run, its errors given stable codes."""

import asyncio
from typing import Any

import orjson
import structlog
from fastapi import Response
from graphql import GraphQLError, GraphQLSyntaxError, parse
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.graphql_api.context import Context
from tradewind.graphql_api.limits import MAX_TOKENS, is_introspection, measure
from tradewind.graphql_api.schema import introspection, schema
from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES
from tradewind.kernel.errors import AppError

log = structlog.get_logger(__name__)
TIME_OUT_SECONDS = 15


async def answer(
    query: str, variables: dict[str, Any] | None, operation_name: str | None, session: AsyncSession, actor: Actor
) -> Response:
    """The answer to a query, failures included."""
    try:
        document = parse(query, max_tokens=MAX_TOKENS)
        size = measure(document, schema._schema, operation=operation_name, variables=variables or {})
    except GraphQLSyntaxError as error:
        return _answer(None, [_shown(error)])
    except AppError as refused:
        return _answer(None, [{"message": refused.detail, "extensions": _extensions(refused)}])
    chosen = introspection if is_introspection(document) else schema
    try:
        async with asyncio.timeout(TIME_OUT_SECONDS):
            result = await chosen.execute(
                query,
                variable_values=variables,
                operation_name=operation_name,
                context_value=Context(session, actor),
            )
    except TimeoutError:
        message = f"The query took longer than {TIME_OUT_SECONDS} seconds. Ask for less at once."
        return _answer(None, [{"message": message, "extensions": {"code": "graphql.time_out"}}])
    errors = [_shown(error) for error in result.errors or ()]
    return _answer(result.data, errors, {"cost": size.cost})


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
