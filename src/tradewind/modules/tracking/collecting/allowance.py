"""How much each of many senders may do a second."""

import time
from collections import OrderedDict


class Allowance:
    """How much each of many senders may still do: refilled by the second up to a limit. Lives in this process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, key: object, cost: float, *, per_second: float, at_once: float) -> float:
        """Use up `cost`; 0, or the seconds after which to come again. A cost above the limit passes when it is full."""
        moment = time.monotonic()
        left, since = self._left.pop(key, (at_once, moment))
        left = min(at_once, left + (moment - since) * per_second)
        wait = (min(cost, at_once) - left) / per_second
        self._left[key] = (left if wait > 0 else left - cost, moment)
        if len(self._left) > self._size:
            self._left.popitem(last=False)
        return max(0.0, wait)
