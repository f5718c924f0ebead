"""Uploads of files as multipart/form-data, refused while they come in once they are too large."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
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


async def read_file(request: Request, *, max_bytes: int, too_large: AppError) -> tuple[str, bytes]:
    """Name and content of the one part `file`. Raises `too_large` while it comes in, BadRequest without the part."""
    expected = "Send the file as multipart/form-data, in the part “file”."
    form = await read_form(
        request, max_bytes=max_bytes, max_files=1, max_fields=5, expected=expected, too_large=too_large
    )
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise BadRequest(expected)
    return upload.filename or "", await upload.read()


FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""What `read_file` reads, as a route's `openapi_extra`."""
