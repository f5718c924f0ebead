"""Ways in: mailboxes that are read by IMAP, and addresses that take raw mails by POST."""

import imaplib
import socket
import ssl
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import http_guard
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import JobContext
from tradewind.modules.email import doors
from tradewind.modules.email.errors import DeliveryInvalid, MailboxNotFound
from tradewind.modules.email.models.delivery import MAILBOX_PASSWORD, EmailMailbox
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.schemas.delivery import MailboxCreate, MailboxRead, MailboxUpdate
from tradewind.modules.email.service import arrivals
from tradewind.modules.identity import api as identity
from tradewind.settings import Settings, get_settings

DOOR = "mailbox"
MAX_MAILBOXES = 20
_TIMEOUT_SECONDS = 30.0
_MAILS_AT_ONCE = 50


class MailboxProblem(Exception):
    """Why a mailbox cannot be read, in words for whoever set it up."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where a mailbox is and how to open it; `address` is the judged one of `host`."""

    host: str
    address: str
    port: int
    security: str
    username: str
    password: str
    folder: str


@dataclass(frozen=True, slots=True)
class Found:
    """A mail of a folder; `raw` is None for one that is too large."""

    uid: int
    raw: bytes | None


async def list_all(session: AsyncSession) -> list[MailboxRead]:
    """All ways in, oldest first."""
    return [_shown(session, one) for one in await rows.mailboxes(session)]


async def add(database: Database, actor: Actor, data: MailboxCreate) -> MailboxRead:
    """Add a way in; a mailbox once it has let us in. What is in it already is not read. Raises DeliveryInvalid."""
    password = data.password.get_secret_value() if data.password else ""
    settings = data.model_dump(include={"host", "port", "security", "username", "folder"})
    validity, last_uid = None, 0
    if data.kind == "imap":
        try:
            login = await _login(settings, password, database.settings)
            validity, last_uid = await to_thread(_newest, login)
        except MailboxProblem as problem:
            raise DeliveryInvalid(str(problem), errors=[{"field": "host", "message": str(problem)}]) from problem
    async with database.transaction(actor) as session:
        if len(await rows.mailboxes(session)) >= MAX_MAILBOXES:
            raise DeliveryInvalid(f"There are {MAX_MAILBOXES} ways in already.")
        row = EmailMailbox(
            id=new_id(), organisation_id=actor_of(session).organisation_id, name=data.name, kind=data.kind, version=1,
            settings=settings if data.kind == "imap" else {}, door=doors.new_door(), uid_validity=validity,
            last_uid=last_uid, active=True,
        )  # fmt: skip
        row.password_sealed = MAILBOX_PASSWORD.seal(row.id, password) if password else None
        session.add(row)
        await session.flush()
        await _audit(session, "added", row)
        return _shown(session, row)


async def change(session: AsyncSession, mailbox_id: UUID, data: MailboxUpdate, if_match: str | None) -> MailboxRead:
    """Rename, stop, renew the address or the password. Raises MailboxNotFound, PreconditionFailed."""
    row = await _find(session, mailbox_id, lock=True)
    check_version(if_match, row.version, _shown(session, row).model_dump(mode="json"))
    if data.name is not None:
        row.name = data.name
    if data.active is not None:
        row.active, row.problem = data.active, None
    if data.password is not None:
        row.password_sealed = MAILBOX_PASSWORD.seal(row.id, data.password.get_secret_value())
        row.problem = None
    if data.renew:
        row.door = doors.new_door()
    row.version += 1
    await session.flush()
    await _audit(session, "changed", row)
    return _shown(session, row)


async def remove(session: AsyncSession, mailbox_id: UUID) -> None:
    """Close a way in; what came through it stays. Raises MailboxNotFound."""
    row = await _find(session, mailbox_id, lock=True)
    await session.delete(row)
    await session.flush()
    await _audit(session, "removed", row)


async def due(session: AsyncSession) -> list[UUID]:
    """Mailboxes to read."""
    return [one.id for one in await rows.mailboxes(session) if one.kind == "imap" and one.active]


async def read(context: JobContext, mailbox_id: UUID) -> int:
    """Take in what is new in a mailbox, each mail in a transaction with the note that it was read; returns how many.

    A mailbox that refuses us is left with its problem, and tried again with the next round.
    """
    async with context.transaction() as session:
        row = await rows.mailbox(session, mailbox_id)
        if row is None or not row.active:
            return 0
        settings, validity, last_uid = dict(row.settings), row.uid_validity, row.last_uid
        password = MAILBOX_PASSWORD.open_text(row.id, row.password_sealed) if row.password_sealed else ""
    try:
        login = await _login(settings, password, context.database.settings)
        now_valid, found = await to_thread(_new_mails, login, validity, last_uid)
    except MailboxProblem as problem:
        async with context.transaction() as session:
            row = await rows.mailbox(session, mailbox_id, lock=True)
            if row is not None:
                row.problem = str(problem)[:500]
        return 0
    for mail in found:
        async with context.transaction() as session:
            row = await rows.mailbox(session, mailbox_id, lock=True)
            if row is None or (row.uid_validity == now_valid and row.last_uid >= mail.uid):
                continue
            if mail.raw is not None:
                await arrivals.take(session, mail.raw, mailbox_id=mailbox_id)
            row.uid_validity, row.last_uid = now_valid, mail.uid
    async with context.transaction() as session:
        row = await rows.mailbox(session, mailbox_id, lock=True)
        if row is not None:
            row.read_at, row.problem, row.uid_validity = now(), None, now_valid
    return len(found)


async def posted(database: Database, token: str, raw: bytes) -> str:
    """Take in a raw mail that was posted; returns what it was taken for. Raises DoorClosed by way of the caller."""
    named = doors.read(DOOR, token)
    if named is None:
        raise MailboxNotFound()
    organisation_id, mailbox_id, door = named
    async with database.transaction(Actor.system(organisation_id, name="Incoming mail")) as session:
        row = await rows.mailbox(session, mailbox_id)
        if row is None or row.door != door or not row.active:
            raise MailboxNotFound()
        arrived = await arrivals.take(session, raw, mailbox_id=mailbox_id)
        row.read_at = now()
        return arrived.kind


async def _login(settings: dict[str, object], password: str, own: Settings) -> Login:
    host, port = str(settings["host"]), int(str(settings["port"]))
    address = host
    if not {(host.lower(), port), (host.lower(), None)} & own.known_mail_servers:
        try:
            address = str((await http_guard.resolve_public(host, port))[0])
        except http_guard.BlockedAddress as error:
            raise MailboxProblem(f"{host} may not be used: {error}") from error
        except (OSError, TimeoutError) as error:
            raise MailboxProblem(f"{host} is not known.") from error
    return Login(
        host, address, port, str(settings["security"]), str(settings["username"]), password, str(settings["folder"])
    )


class _Plain(imaplib.IMAP4):
    """IMAP to a judged address."""

    def __init__(self, login: Login) -> None:
        self._address = login.address
        super().__init__(login.host, login.port, timeout=_TIMEOUT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return socket.create_connection((self._address, self.port), timeout)


class _Tls(imaplib.IMAP4_SSL):
    """IMAP over TLS to a judged address; the certificate must be the host's."""

    def __init__(self, login: Login) -> None:
        self._address = login.address
        context = ssl.create_default_context()
        super().__init__(login.host, login.port, ssl_context=context, timeout=_TIMEOUT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self._address, self.port), timeout)
        return self.ssl_context.wrap_socket(plain, server_hostname=self.host)


@contextmanager
def _opened(login: Login) -> Iterator[tuple[imaplib.IMAP4, int]]:
    """The folder, for reading only, and its validity. Raises MailboxProblem."""
    client: imaplib.IMAP4 | None = None
    try:
        client = _Tls(login) if login.security == "tls" else _Plain(login)
        if login.security == "starttls":
            client.starttls(ssl.create_default_context())
        client.login(login.username, login.password)
        quoted = '"' + login.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        answer, said = client.select(quoted, readonly=True)
        if answer != "OK":
            raise MailboxProblem(f"There is no folder {login.folder}: {said}")
        yield client, int((client.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
    except imaplib.IMAP4.error as error:
        raise MailboxProblem(f"{login.host} refuses: {_words(error)}") from error
    except (OSError, ValueError) as error:
        raise MailboxProblem(f"{login.host} cannot be read: {error}") from error
    finally:
        if client is not None:
            _log_out(client)


def _newest(login: Login) -> tuple[int, int]:
    """Validity of the folder and the highest id in it."""
    with _opened(login) as (client, validity):
        return validity, max(_uids(client, 0), default=0)


def _new_mails(login: Login, validity: int | None, last_uid: int) -> tuple[int, list[Found]]:
    with _opened(login) as (client, now_valid):
        # A server that numbers anew has forgotten which mails we read; the ids of mails keep us from doubling them.
        after = last_uid if validity in (None, now_valid) else 0
        found = [_fetch(client, uid) for uid in _uids(client, after)[:_MAILS_AT_ONCE]]
        return now_valid, found


def _uids(client: imaplib.IMAP4, after: int) -> list[int]:
    _, data = client.uid("SEARCH", f"UID {after + 1}:*")
    # A range that begins past the end names the last mail all the same.
    return sorted(uid for uid in map(int, (data[0] or b"").split()) if uid > after)


def _fetch(client: imaplib.IMAP4, uid: int) -> Found:
    _, sizes = client.uid("FETCH", str(uid), "(RFC822.SIZE)")
    text = b" ".join(part if isinstance(part, bytes) else part[0] for part in sizes if part)
    size = int(text.upper().partition(b"RFC822.SIZE ")[2].split(b" ")[0].strip(b")") or 0)
    if size > arrivals.MAX_BYTES:
        return Found(uid, None)
    _, data = client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    return Found(uid, next((bytes(part[1]) for part in data if isinstance(part, tuple)), None))


def _log_out(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        client.shutdown()


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


async def _find(session: AsyncSession, mailbox_id: UUID, *, lock: bool = False) -> EmailMailbox:
    found = await rows.mailbox(session, mailbox_id, lock=lock)
    if found is None:
        raise MailboxNotFound()
    return found


def _shown(session: AsyncSession, row: EmailMailbox) -> MailboxRead:
    url = None
    if row.kind == "post" and actor_of(session).may("email:write"):
        token = doors.token(DOOR, row.organisation_id, row.id, row.door)
        url = f"{get_settings().base_url}/api/v1/email-inbound/{token}"
    given = {"host": "", "port": 993, "security": "tls", "username": "", "folder": "", **row.settings}
    return MailboxRead(
        id=row.id, name=row.name, kind="imap" if row.kind == "imap" else "post", active=row.active,
        problem=row.problem, read_at=row.read_at, url=url, version=row.version, **given,
    )  # fmt: skip


async def _audit(session: AsyncSession, verb: str, row: EmailMailbox) -> None:
    await identity.record(
        session, action=f"email_mailbox.{verb}", subject_type="email_mailbox", subject_id=row.id,
        after={"name": row.name, "kind": row.kind, "active": row.active},
    )  # fmt: skip
