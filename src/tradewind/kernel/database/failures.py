"""What failures of the database say."""

import asyncpg


def is_transient(failure: BaseException) -> bool:
    """Whether the database was away, busy, or two were in each other's way: the same work may succeed later."""
    if isinstance(failure, OSError | asyncpg.InterfaceError) or getattr(failure, "connection_invalidated", False):
        return True
    state = getattr(getattr(failure, "orig", failure), "sqlstate", None) or ""
    return state.startswith(("08", "40", "53", "57P"))
