"""Uploads of files as multipart/form-data, refused while they come in once they are too large."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from tradewind.kernel.errors import AppError, BadRequest

# Boundaries, names and small fields beside the files.
_EXTRA_BYTES = 64 * 1024


async def read_form(
    request: Request, *, max_bytes: int, max_files: int, max_fields: int, expected: str, too_large: AppError
) -> FormData:
    """The parts of the body, whose files have up to `max_bytes` together.

    Raises `too_large`, and BadRequest with `expected` for another kind of body or its own words for a damaged one.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise BadRequest(expected)

    async def bounded() -> AsyncIterator[bytes]:
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
            if received > max_bytes + _EXTRA_BYTES:
                raise too_large
            yield chunk

    try:
        parser = MultiPartParser(request.headers, bounded(), max_files=max_files, max_fields=max_fields)  # type: ignore[arg-type]
        return await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise BadRequest("The upload is not valid multipart/form-data.") from error
