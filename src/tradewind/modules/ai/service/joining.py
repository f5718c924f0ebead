"""An answer that another model takes over: its text follows what was given already, with nothing twice."""

_WINDOW = 160
_RESTART = 24
_NO_CHANCE = 8


class Joiner:
    """Removes from a continuation what it repeats of `given`.

    A model may repeat the last words, or begin the whole answer anew: the beginning of the continuation is held back
    until it is clear which (at most 160 characters), and what stands in `given` already is dropped.
    """

    def __init__(self, given: str) -> None:
        self._given = given
        self._waiting = ""
        self._restarted_at: int | None = None
        self._settled = not given

    def feed(self, piece: str) -> str:
        """What is new in the next piece; possibly nothing yet."""
        if self._settled:
            return piece
        self._waiting += piece
        if self._restarted_at is not None or self._restarts():
            return self._follow()
        if len(self._waiting) < _WINDOW:
            return ""
        return self._settle()

    def finish(self) -> str:
        """What was still held back when the continuation ended."""
        return "" if self._settled or self._restarted_at is not None else self._settle()

    def _restarts(self) -> bool:
        """Whether the continuation is the answer from its beginning; answers seldom begin twice by chance."""
        needed = min(_RESTART, len(self._given))
        begun = self._waiting.lstrip()
        return len(begun) >= needed and self._given.startswith(begun[:needed])

    def _follow(self) -> str:
        """The part of a repeated answer that goes beyond what was given, or from where its wording differs."""
        if self._restarted_at is None:
            self._waiting = self._waiting.lstrip()
        same = 0
        for mine, theirs in zip(self._given, self._waiting, strict=False):
            if mine != theirs:
                break
            same += 1
        self._restarted_at = same
        if same == len(self._waiting) and same <= len(self._given):
            return ""
        self._settled = True
        return self._waiting[same:]

    def _settle(self) -> str:
        self._settled = True
        waiting, self._waiting = self._waiting, ""
        for length in range(min(len(self._given), len(waiting)), 0, -1):
            if self._given.endswith(waiting[:length]) and self._whole_words(waiting, length):
                return self._spaced(waiting[length:])
        return self._spaced(waiting)

    def _whole_words(self, text: str, length: int) -> bool:
        """Whether the last `length` characters given, which begin `text` too, are words rather than a coincidence."""
        if length >= _NO_CHANCE:
            return True
        if not any(map(str.isalnum, text[:length])):
            return False
        before = self._given[-length - 1 : -length]
        after = text[length : length + 1]
        return not (before.isalnum() and text[0].isalnum()) and not (after.isalnum() and text[length - 1].isalnum())

    def _spaced(self, text: str) -> str:
        """Models seldom begin with the space that their first word needs after a full stop."""
        return f" {text}" if text[:1].isalnum() and self._given[-1:] in ".!?:;," else text
