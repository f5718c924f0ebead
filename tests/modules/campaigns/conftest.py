"""What tests of campaigns share."""

import pytest

from tradewind.modules.sending.service import waking


@pytest.fixture
def nobody_sends(monkeypatch):
    """The worker of messages needs connections of its own: `sent` says what it would have done."""

    async def asleep(session, **_):
        return None

    monkeypatch.setattr(waking, "wake", asleep)
