"""A typed answer while it arrives: what its JSON holds each time one of its objects is complete."""

from typing import Any

from pydantic_core import from_json


class Growing:
    """Reads JSON in pieces, also where words or a fence stand before it."""

    def __init__(self) -> None:
        self._text = ""
        self._in_string = self._escaped = False

    def feed(self, piece: str) -> Any:
        """The value so far if an object was closed in this piece, its open parts cut off; else None.

        Every object in it but those around the one closed last is whole.
        """
        begun = len(self._text)
        self._text += piece
        if not begun:
            self._text = self._text[self._text.find("{") :] if "{" in self._text else ""
        closed = 0
        for at in range(min(begun, len(self._text)), len(self._text)):
            character = self._text[at]
            if self._escaped:
                self._escaped = False
            elif self._in_string:
                self._escaped = character == "\\"
                self._in_string = character != '"'
            elif character == '"':
                self._in_string = True
            elif character == "}":
                closed = at + 1
        if not closed:
            return None
        try:
            return from_json(self._text[:closed], allow_partial=True)
        except ValueError:
            # Not the form that was asked for: what is wrong with it is said at the end.
            return None
