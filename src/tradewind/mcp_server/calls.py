"""How a tool works: as the caller, in one transaction, through the same services as the API, failing in plain words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES
from tradewind.kernel.errors import AppError, Forbidden, Invalid, NotFound, TooManyRequests

log = structlog.get_logger(__name__)
TIME_OUT_SECONDS = 30

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool and the permission without which it is neither listed nor carried out."""

    function: Callable[..., Any]
    title: str
    permission: str
    annotations: ToolAnnotations


TOOLS: dict[str, ToolSpec] = {}


def tool(title: str, *, permission: str, annotations: ToolAnnotations) -> Callable[[Callable[..., Any]], Any]:
    """Register an async function as a tool; its docstring is what the model reads."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        TOOLS[function.__name__] = ToolSpec(function, title, permission, annotations)
        return function

    return register


def caller_of(request: Any) -> Actor:
    """The actor that the endpoint found for an HTTP request."""
    return request.state.actor


@asynccontextmanager
async def acting(context: Context[Any, Any], permission: str) -> AsyncIterator[AsyncSession]:
    """One transaction for the caller, committed at the end. Raises ToolError in words a model can act on."""
    request: Any = context.request_context.request
    actor = caller_of(request)
    try:
        actor.require(permission)
        async with asyncio.timeout(TIME_OUT_SECONDS), request.app.state.database.transaction(actor) as session:
            yield session
    except AppError as failure:
        raise ToolError(in_words(failure)) from None
    except ValidationError as failure:
        raise ToolError(_rejected(failure)) from None
    except TimeoutError:
        raise ToolError(f"This took longer than {TIME_OUT_SECONDS} seconds. Narrow the search and try again.") from None
    except DATABASE_FAILURES as failure:
        log.warning("assistant.database_failure", error=str(failure))
        raise ToolError("The database could not carry this out right now. Try again in a few seconds.") from None


def in_words(failure: AppError) -> str:
    """A failure with what to do about it."""
    parts = [failure.detail]
    if isinstance(failure, Invalid):
        parts += [f"{error['field']}: {error['message']}" for error in failure.errors]
    if free := failure.extra.get("alternatives"):
        parts.append("Free instead: " + ", ".join(slot["starts_at"] for slot in free) + ".")
    if isinstance(failure, Forbidden):
        parts.append("Do not retry; tell your user which permission is missing.")
    elif isinstance(failure, NotFound):
        parts.append("Check the id; search_leads and the list tools return valid ones.")
    elif isinstance(failure, TooManyRequests):
        parts.append(f"Wait {failure.headers['Retry-After']} seconds before the next call.")
    return " ".join(parts) + f" [{failure.code}]"


def _rejected(failure: ValidationError) -> str:
    wrong = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in failure.errors()]
    return f"Some values are not valid. {'; '.join(wrong)[:2000]}"
