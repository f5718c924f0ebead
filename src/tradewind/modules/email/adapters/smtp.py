"""Any mail server by SMTP (RFC 5321), with or without a password; connections are kept and shared."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import ClassVar, Literal

import aiosmtplib
from aiosmtplib import SMTP
from pydantic import Field, SecretStr

from tradewind.kernel import http_guard
from tradewind.kernel.schemas import Schema
from tradewind.modules.email.adapters._base import (
    TIMEOUT_SECONDS,
    Accepted,
    Expose,
    Later,
    Lost,
    MailAdapter,
    MailSpec,
    Refused,
    SenderBroken,
    Surroundings,
    wire,
)
from tradewind.modules.email.bounces import reasons
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.composing.signing import SigningKey

_CONNECT_SECONDS = 10.0
# Servers look for viruses and spam before they answer the final dot; who gives up early never learns what became of it.
_TAKEN_SECONDS = 120.0
# A connection is left after so many mails, as many servers ask for.
_MAILS_A_CONNECTION = 200
_IDLE_SECONDS = 60.0
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_QUEUED = re.compile(r"(?:queued as|queued mail for delivery|id=?) *:? *<?([\w.@-]{4,100})", re.I)
_DOT_AT_START = re.compile(rb"(?m)^\.")


class SmtpSettings(Schema):
    """Where the server is and how to sign in."""

    host: str = Field(title="Server", min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(default=587, title="Port", ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", title="Encryption", description="STARTTLS on port 587, TLS on port 465."
    )
    username: str = Field(default="", title="User name", max_length=320)
    password: SecretStr = Field(default=SecretStr(""), title="Password", max_length=1000)


class _Line:
    """One connection and how many mails went over it."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.mails = 0
        self.used_at = time.monotonic()

    async def say(self, words: bytes, *, seconds: float = TIMEOUT_SECONDS) -> tuple[int, str]:
        """One command; code and words of the answer, waited for so long."""
        answer = await self.client.execute_command(words, timeout=seconds)
        return answer.code, answer.message


class SmtpMail(MailAdapter):
    """A sender at a mail server. Idle connections wait in a stack, so that the warmest one is used first."""

    spec: ClassVar[MailSpec] = MailSpec(
        id="smtp",
        label="SMTP server",
        auth="basic",
        settings=SmtpSettings,
        secrets=frozenset({"password"}),
        documentation_url="https://www.rfc-editor.org/rfc/rfc5321",
        notes={"what": "Any mail server or relay. Bounces come back to a mailbox: connect one under Incoming mail."},
    )

    def __init__(self, settings: SmtpSettings, around: Surroundings | None = None) -> None:
        super().__init__(settings, around)
        self.settings = settings
        self._idle: list[_Line] = []

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        idle, self._idle = self._idle, []
        await asyncio.gather(*map(_hang_up, idle))

    async def check(self) -> str:
        """Connect and sign in."""
        line = _Line(await self._connect())
        await _hang_up(line)
        return f"{self.settings.host} accepts mails."

    async def send(self, letter: Letter, key: SigningKey | None, expose: Expose) -> Accepted:
        """MAIL, RCPT, DATA, the text; then `expose`, then the final dot: before it, nothing was taken."""
        content = _DOT_AT_START.sub(b"..", wire(letter, key))
        async with self._line(letter) as line:
            try:
                protocol = line.client.protocol
                assert protocol is not None
                protocol.write(content)
                go_on = await expose()
            except (aiosmtplib.SMTPException, OSError) as error:
                line.client.close()
                raise Later(f"{self.settings.host}: {error}") from error
            if not go_on:
                # Without the dot the server forgets what it was given.
                line.client.close()
                raise Later("It was stopped at the last moment.")
            try:
                code, said = await line.say(b".", seconds=_TAKEN_SECONDS)
            except (aiosmtplib.SMTPException, OSError) as error:
                raise Lost(f"{self.settings.host} broke off after the mail was handed over: {error}") from error
        if code >= 400:
            raise _failure(code, said, at_recipient=False)
        queued = _QUEUED.search(said)
        return Accepted(queued[1] if queued else None)

    async def _envelope(self, line: _Line, letter: Letter) -> None:
        steps = (
            (b"MAIL FROM:<" + letter.return_path.encode("ascii", "replace") + b">", False),
            (b"RCPT TO:<" + letter.to.address.encode("utf-8") + b">", True),
            (b"DATA", False),
        )
        for words, at_recipient in steps:
            code, said = await line.say(words)
            if code >= 400:
                if code == 421:
                    line.client.close()
                    if line.mails and words.startswith(b"MAIL"):
                        # This connection had its share of mails; that says nothing of a fresh one.
                        raise ConnectionResetError(said)
                else:
                    await line.say(b"RSET")
                raise _failure(code, said, at_recipient=at_recipient)

    @asynccontextmanager
    async def _line(self, letter: Letter) -> AsyncIterator[_Line]:
        """A connection on which the letter was announced and may be written."""
        line = await self._announced(letter)
        try:
            yield line
        except (Refused, Later):
            self._keep(line)
            raise
        except BaseException:
            line.client.close()
            raise
        self._keep(line)

    async def _announced(self, letter: Letter) -> _Line:
        while True:
            line = self._ready() or _Line(await self._connect())
            try:
                await self._envelope(line, letter)
                return line
            except (aiosmtplib.SMTPException, OSError) as error:
                line.client.close()
                # Servers close connections that were idle, or had their share, without a word.
                if line.mails == 0:
                    raise Later(f"{self.settings.host}: {error}") from error
            except (Refused, Later):
                self._keep(line)
                raise
            except BaseException:
                line.client.close()
                raise

    def _ready(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.client.is_connected and time.monotonic() - line.used_at < _IDLE_SECONDS:
                return line
            line.client.close()
        return None

    def _keep(self, line: _Line) -> None:
        line.mails += 1
        line.used_at = time.monotonic()
        if line.client.is_connected and line.mails < _MAILS_A_CONNECTION:
            self._idle.append(line)
        else:
            line.client.close()

    async def _connect(self) -> SMTP:
        own = self.settings
        client = SMTP(
            hostname=own.host, port=None, sock=await self._socket(), local_hostname=self.around.own_name,
            use_tls=own.security == "tls", start_tls=own.security == "starttls", timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
        try:
            await client.connect()
            await client.ehlo()
            if own.username:
                await client.login(own.username, own.password.get_secret_value())
        except aiosmtplib.SMTPAuthenticationError as error:
            client.close()
            raise SenderBroken(f"{own.host} refuses the user name or password: {error.message}") from error
        except aiosmtplib.SMTPNotSupported as error:
            client.close()
            raise SenderBroken(f"{own.host}: {error}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise Later(f"{own.host} cannot be reached: {_why(error, own.port)}") from error
        return client

    async def _socket(self) -> socket.socket:
        """A connection to a judged address: users name the host."""
        own = self.settings
        family, address = socket.AF_INET, own.host
        try:
            if not {(own.host.lower(), own.port), (own.host.lower(), None)} & self.around.private_servers:
                found = (await http_guard.resolve_public(own.host, own.port))[0]
                family = socket.AF_INET6 if found.version == 6 else socket.AF_INET
                address = str(found)
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(_CONNECT_SECONDS):
                await asyncio.get_running_loop().sock_connect(made, (address, own.port))
        except http_guard.BlockedAddress as error:
            raise SenderBroken(f"{own.host} may not be used: {error}") from error
        except (OSError, TimeoutError) as error:
            raise Later(f"{own.host} cannot be reached: {_why(error, own.port)}") from error
        return made


async def _hang_up(line: _Line) -> None:
    try:
        async with asyncio.timeout(2):
            await line.client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        line.client.close()


def _why(error: Exception, port: int) -> str:
    """Why there is no connection, in words for whoever typed the server's name."""
    match error:
        case TimeoutError():
            return f"port {port} does not answer"
        case ConnectionRefusedError():
            return f"nobody listens on port {port}"
        case socket.gaierror():
            return "there is no server of that name"
    return str(error) or "the connection broke off"


def _failure(code: int, said: str, *, at_recipient: bool) -> Exception:
    """What an answer of 4xx or 5xx means."""
    words = f"{code} {said}"
    if code < 500:
        # 421 and what greylisting says concern all mails to that server for a while.
        return Later(words, after_seconds=300.0 if code == 421 else None, domain_wide=code == 421)
    if code == 503:
        return Later(words)
    if code in (530, 534, 535, 538):
        return SenderBroken(words)
    named = _CODE.search(said)
    status = named[1] if named else ""
    reason = reasons.by_words(said) or reasons.by_code(status)
    unknown = reason in reasons.HARD or (reason == "unknown" and at_recipient)
    return Refused(words, code=status, hard=at_recipient and unknown)
