"""The local sink: mails stay on this machine, where people with the permission read them."""

from typing import ClassVar

from tradewind.kernel.registry import NoSettings
from tradewind.modules.email.adapters._base import Accepted, Expose, Later, MailAdapter, MailSpec
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.composing.signing import SigningKey


class LocalMail(MailAdapter):
    """Takes every mail; the channel keeps it in the sink, in the transaction that says it was sent."""

    spec: ClassVar[MailSpec] = MailSpec(
        id="local",
        label="Local sink",
        auth="none",
        settings=NoSettings,
        signs=False,
        notes={"what": "Mails are kept on this machine and shown under Mail sink. Nothing leaves."},
    )

    async def check(self) -> str:
        """Always ready."""
        return "Mails are kept on this machine."

    async def send(self, letter: Letter, key: SigningKey | None, expose: Expose) -> Accepted:
        """Take the letter."""
        if not await expose():
            raise Later("It was stopped at the last moment.")
        return Accepted(letter.message_id)
