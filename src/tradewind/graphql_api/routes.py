"""`POST /graphql`: one query a request, in the request's own transaction. Nothing is stored, nothing is changed.

The schema and its library take a while to load: the first query loads them.
"""

from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import ConfigDict, Field, ValidationError

from tradewind.graphql_api.errors import QueryTooLarge
from tradewind.kernel.access import CurrentActor, Session, signed_in
from tradewind.kernel.errors import BadRequest, Invalid, PayloadTooLarge
from tradewind.kernel.loading import loaded
from tradewind.kernel.routing import Router
from tradewind.kernel.schemas import Schema

# The error belongs to the API document, which is made without the schema.
__all__ = ["QueryTooLarge", "router"]
router = Router(base="", tags=["GraphQL"])
MAX_BODY_BYTES = 64 * 1024


class Operation(Schema):
    """A query with its variables."""

    model_config = ConfigDict(extra="ignore")

    query: str = Field(max_length=20_000)
    variables: dict[str, Any] | None = None
    operationName: str | None = Field(default=None, max_length=100)  # noqa: N815 - the name of the specification


class QueryAnswer(Schema):
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
    execution = await loaded("tradewind.graphql_api.execution")
    return await execution.answer(operation.query, operation.variables, operation.operationName, session, actor)


async def _operation(request: Request) -> Operation:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge(f"A query may have {MAX_BODY_BYTES} bytes.")
    try:
        return Operation.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        reason = f"{error.msg}, line {error.lineno} column {error.colno}"
        raise BadRequest(
            f"The body must be JSON with “query” and, where needed, “variables”; it is not: {reason}."
        ) from error
    except ValidationError as error:
        wrong = [(str(part["loc"][0]) if part["loc"] else "body", part["msg"]) for part in error.errors()]
        raise Invalid(errors=[{"field": field, "message": message} for field, message in wrong]) from error
