"""Optimistic concurrency over HTTP: the row's version is its ETag, `If-Match` guards an update."""

import re
from typing import Any, Protocol, TypeVar

from starlette.responses import Response

from tradewind.kernel.errors import BadRequest, PreconditionFailed

_ETAG = re.compile(r'\s*(?:W/)?"([^"]*)"\s*')


class Versioned(Protocol):
    """What people edit: each change makes a new version."""

    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Versioned)


def etag(version: int) -> str:
    """The ETag of a version, e.g. `"3"` with its quotes."""
    return f'"{version}"'


def tagged(response: Response, found: V) -> V:
    """What was found, for an answer that tells its version as the ETag."""
    response.headers["ETag"] = etag(found.version)
    return found


def check_version(if_match: str | None, current_version: int, current: Any = None) -> None:
    """Let an update pass only if the caller saw the current version.

    `if_match` is the raw header: None or `*` always pass; a list passes if any entry fits. `current` is the
    JSON-ready present state, returned to the loser so that it can show the difference.
    Raises PreconditionFailed (412) with `current` and `current_version`, or BadRequest for a malformed header.
    """
    if if_match is None or if_match.strip() == "*":
        return
    versions = [_ETAG.fullmatch(part) for part in if_match.split(",")]
    if not all(versions):
        raise BadRequest('If-Match must hold entity tags as sent in ETag, e.g. "3".', code="kernel.bad_if_match")
    if str(current_version) not in {match.group(1) for match in versions if match}:
        extra: dict[str, Any] = {"current_version": current_version}
        if current is not None:
            extra["current"] = current
        raise PreconditionFailed(
            "Someone else has changed this since you opened it. Reload to see the present state.", extra=extra
        )
