"""What a mail adapter is: a spec as data, and a class that hands over one letter at a time.

Failures of `send`: Refused (for good, nothing went out), Later (surely not out, try again), Lost (nobody can say),
SenderBroken (nothing leaves through this sender until somebody changes it).
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

import httpx
from pydantic import BaseModel

from tradewind.kernel.http import NotSent, OutboundClient, OutboundError, retry_after_seconds
from tradewind.kernel.payload import mended
from tradewind.kernel.registry import AdapterSpec
from tradewind.modules.email.composing import letters, signing
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.composing.signing import SigningKey

TIMEOUT_SECONDS = 30.0
FactKind = Literal["delivered", "bounced", "complained", "unsubscribed", "refused", "deferred"]
Expose = Callable[[], Awaitable[bool]]
"""To be awaited right before nobody could know any more; False means: do not go on."""


@dataclass(frozen=True, kw_only=True)
class MailSpec(AdapterSpec):
    """A way out. `secrets` names the settings that are sealed and never shown.

    Capability `events`: the vendor posts what became of mails.
    `signs` says that we sign the mail ourselves, with the domain's DKIM key.
    """

    secrets: frozenset[str] = frozenset()
    signs: bool = True
    connections: int = 8


class _Failure(Exception):
    """Why a mail is not out, in the words of the other side: servers answer in any encoding."""

    def __init__(self, reason: str) -> None:
        self.reason = mended(reason)
        super().__init__(self.reason)


class Refused(_Failure):
    """The other side will not take this mail. `code` is its enhanced status code, if it named one."""

    def __init__(self, reason: str, *, code: str = "", hard: bool = False) -> None:
        super().__init__(reason)
        self.code, self.hard = code, hard


class Later(_Failure):
    """The mail is surely not out. `domain_wide`: the receiving domain asks for a rest, not only for this mail."""

    def __init__(self, reason: str, *, after_seconds: float | None = None, domain_wide: bool = False) -> None:
        super().__init__(reason)
        self.after_seconds, self.domain_wide = after_seconds, domain_wide


class Lost(_Failure):
    """The mail was handed over and no answer came."""


class SenderBroken(_Failure):
    """Wrong password, closed account, forbidden address: a person must look at the sender."""


class BadSignature(Exception):
    """What was posted is not from the vendor."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took the mail, under this id of its own."""

    provider_message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFact:
    """What a vendor says became of a mail. `hard` of a bounce: the address will never work."""

    kind: FactKind
    id: str
    recipient: str
    at: datetime
    message_id: UUID | None = None
    provider_message_id: str | None = None
    hard: bool = False
    code: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        for name in ("id", "recipient", "code", "reason"):
            object.__setattr__(self, name, mended(getattr(self, name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A request that came from a vendor, or says so. `url` is the address that the vendor knows."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """What a post held: facts, or an address to visit to confirm a subscription."""

    facts: Sequence[ProviderFact] = ()
    confirm_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Of this installation: how we call ourselves, private servers that may be used, a stand-in for the vendor."""

    own_name: str = "localhost"
    private_servers: frozenset[tuple[str, int | None]] = frozenset()
    stand_in: str | None = None
    transport: httpx.AsyncBaseTransport | None = None


class MailAdapter(ABC):
    """One sender's way out; use as an async context manager. `send` may run in several tasks at once."""

    spec: ClassVar[MailSpec]

    def __init__(self, settings: BaseModel, around: Surroundings | None = None) -> None:
        self.around = around or Surroundings()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @abstractmethod
    async def check(self) -> str:
        """Ask the other side, without sending anything, whether mails would be taken; says what it is.

        Raises SenderBroken, Later.
        """

    @abstractmethod
    async def send(self, letter: Letter, key: SigningKey | None, expose: Expose) -> Accepted:
        """Hand over one letter, signed with `key`. Raises Refused, Later, Lost, SenderBroken.

        `expose` is awaited after everything that can be repeated; where it says False, Later is raised.
        """

    async def events(self, posted: Posted) -> Told:
        """Capability `events`: what a vendor's post says. Raises BadSignature, ValueError."""
        raise NotImplementedError


class HttpMail(MailAdapter):
    """A vendor with an HTTP API."""

    address: ClassVar[str]

    def __init__(self, settings: BaseModel, around: Surroundings | None = None) -> None:
        super().__init__(settings, around)
        # One attempt: whether a second one is safe is the ledger's decision.
        self.http = OutboundClient(
            f"mail_{self.spec.id}", timeout_seconds=TIMEOUT_SECONDS, attempts=1, transport=self.around.transport
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()

    def url(self, path: str) -> str:
        """A path at the vendor, or at its stand-in."""
        return (self.around.stand_in or self.address).rstrip("/") + path

    async def hand_over(
        self, path: str, expose: Expose, *, headers: Mapping[str, str], json: Any = None, content: bytes | None = None
    ) -> httpx.Response:
        """POST once, after `expose`. Raises Later where it surely did not arrive, Lost where nobody knows."""
        if not await expose():
            raise Later("It was stopped at the last moment.")
        try:
            answer = await self.http.post(
                self.url(path), headers=dict(headers), json=json, content=content, idempotent=False
            )
        except NotSent as error:
            raise Later(str(error)) from error
        except OutboundError as error:
            raise Lost(str(error)) from error
        if answer.status_code >= 500:
            # Some vendors answer 5xx after they took a mail.
            raise Lost(f"{self.spec.label} answered {answer.status_code}.")
        return answer


def problem(answer: httpx.Response, label: str, words: str) -> Exception:
    """The failure that a vendor's error answer stands for, by its status."""
    said = f"{label}: {words or answer.text[:300] or answer.status_code}"
    if answer.status_code in (401, 402, 403):
        return SenderBroken(said)
    if answer.status_code == 429:
        return Later(said, after_seconds=retry_after_seconds(answer) or 60.0)
    return Refused(said)


def wire(letter: Letter, key: SigningKey | None) -> bytes:
    """The bytes of a letter, signed if there is a key."""
    headers, body = letters.compose(letter)
    if key is not None:
        headers.insert(0, signing.sign(headers, body, key, letter.date))
    return letters.joined(headers, body)
