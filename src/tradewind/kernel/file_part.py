"""Taking the file out of a multipart body while it comes in, for files too large for memory."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from tradewind.kernel.errors import BadRequest

_MAX_HEADER_BYTES = 16_384


class FilePart:
    """The part `file` of a request's multipart body; other parts are passed over unread."""

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise BadRequest("Send the file as multipart/form-data, in the part “file”.")
        self.file_name = "file"
        self._request = request
        self._pieces: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._field = self._value = b""
        self._wanted = self._found = self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_done,
                    "on_part_data": self._data,
                    "on_end": self._end,
                },
            )
        except (FormParserError, ValueError) as error:
            raise BadRequest("The upload is not valid multipart/form-data.") from error

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file's bytes as they arrive. Raises BadRequest for a malformed or broken-off body."""
        try:
            async for chunk in self._request.stream():
                if chunk:
                    self._parser.write(chunk)
                for piece in self._pieces:
                    yield piece
                self._pieces.clear()
            self._parser.finalize()
        except FormParserError as error:
            raise BadRequest("The upload is not valid multipart/form-data.") from error
        except ClientDisconnect as error:
            raise BadRequest("The upload broke off.") from error
        if not self._found:
            raise BadRequest("The upload has no part “file” with a file name.")
        if not self._ended:
            raise BadRequest("The upload broke off before its end.")

    def _begin(self) -> None:
        self._headers, self._field, self._value = {}, b"", b""
        self._wanted = False

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field = (self._field + data[start:end])[:_MAX_HEADER_BYTES]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value = (self._value + data[start:end])[:_MAX_HEADER_BYTES]

    def _header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _headers_done(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if options.get(b"name") == b"file" and b"filename" in options and not self._found:
            self._wanted = self._found = True
            self.file_name = options[b"filename"].decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._ended = True
