"""Jitsi Meet: a room is its name, so a name that nobody can guess is all it takes."""

import re
import secrets
from typing import ClassVar

from tradewind.modules.meetings.adapters_links._base import LinkSpec, RoomMaker

_PUBLIC = "meet.jit.si"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?", re.IGNORECASE)
_BYTES = 16


class Jitsi(RoomMaker):
    """Rooms on the public server, or on the organisation's own where the location names one."""

    spec: ClassVar = LinkSpec(
        id="jitsi",
        label="Jitsi Meet",
        auth="none",
        capabilities=frozenset({"room"}),
        made="booking",
        documentation_url="https://jitsi.github.io/handbook/",
        notes={"account": "On meet.jit.si the first person who enters signs in with an account of theirs."},
    )

    def room(self, value: str | None) -> str:
        host = re.sub(r"^https?://", "", (value or "").strip()).rstrip("/")
        return f"https://{host if _HOST.fullmatch(host) else _PUBLIC}/{secrets.token_hex(_BYTES)}"
