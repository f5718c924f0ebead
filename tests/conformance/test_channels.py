"""Every channel that any module registers keeps to the port: found by itself, declared fully."""

import inspect
import re

import pytest

from tradewind import modules
from tradewind.kernel.ids import new_id
from tradewind.modules.sending import channels as port
from tradewind.modules.sending.channels import Channel, SendingContext

modules.load_all()


class Witness:
    """A record that wants nothing."""

    async def exposing(self, *intents) -> frozenset:
        assert not intents, "nothing was there to expose"
        return frozenset()

    async def __call__(self, *outcomes) -> None:
        assert not outcomes, "nothing was there to record"


def test_there_are_channels() -> None:
    assert "email" in port.channels()


@pytest.mark.parametrize("name", sorted(port.channels()))
async def test_a_channel_keeps_to_the_port(name: str, database) -> None:
    channel = port.channels()[name]
    assert isinstance(channel, Channel)
    assert channel.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name), "the name stands in addresses and settings"
    assert channel.label.strip()
    assert channel.batch_size in range(1, 1001)
    assert channel.batches_at_once in range(1, 17)
    assert 1 <= channel.lease_seconds <= 600, "the messages of a dead process wait as long as this"
    for method in (channel.attempt, channel.reconcile):
        assert inspect.iscoroutinefunction(method), f"{name}.{method.__name__} must be async"
    # An empty batch is no message: nothing is exposed, recorded or claimed to be known.
    context = SendingContext(database, new_id())
    await channel.attempt(context, [], Witness())
    assert list(await channel.reconcile(context, [])) == []
