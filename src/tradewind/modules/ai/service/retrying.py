"""When the same model is asked again, and after how long."""

import random
from collections.abc import AsyncIterator

import stamina

from tradewind.modules.ai.service.failures import Failed

# With another model to turn to, nobody is kept waiting longer.
_PATIENCE_SECONDS = 2.0
_LAST_PATIENCE_SECONDS = 20.0


def tries(*, is_last: bool) -> AsyncIterator[stamina.Attempt]:
    """Attempts on one model: a second and, on the last model of a route, a third one where waiting may help.

    What the provider asks for by Retry-After is kept to, or the model is not asked again at all. A model that
    gave part of its answer is not asked again either: the next one continues.
    """
    patience = _LAST_PATIENCE_SECONDS if is_last else _PATIENCE_SECONDS

    def again(error: Exception) -> bool | float:
        if not isinstance(error, Failed) or not error.passing or error.begun:
            return False
        if error.code == "timeout" and not is_last:
            return False
        if error.retry_after is None:
            return True
        # Not all who wait come back at the same moment.
        return error.retry_after * random.uniform(1, 1.2) if error.retry_after <= patience else False  # noqa: S311

    return stamina.retry_context(
        on=again, attempts=3 if is_last else 2, timeout=None, wait_initial=0.2, wait_max=4
    ).__aiter__()
