"""Identifiers: UUID version 7 (RFC 9562), which sort by creation time and index well."""

import os
import time
from uuid import UUID

_last_millisecond = 0
_sequence = 0


def new_id() -> UUID:
    """A fresh UUIDv7; ids made by one process rise strictly, also within a millisecond.

    Layout (RFC 9562 §5.7): 48 bits Unix milliseconds, version, 12 bits counter, variant, 62 bits random.
    """
    global _last_millisecond, _sequence
    millisecond = time.time_ns() // 1_000_000
    if millisecond <= _last_millisecond:
        _sequence += 1
        if _sequence > 0xFFF:
            _last_millisecond += 1
            _sequence = 0
        millisecond = _last_millisecond
    else:
        _last_millisecond = millisecond
        _sequence = 0
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(millisecond << 80) | (0x7 << 76) | (_sequence << 64) | (0b10 << 62) | random)
