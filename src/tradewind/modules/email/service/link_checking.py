"""Whether the addresses that mails lead to answer. Only what surely is not there counts as dead."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError
from tradewind.kernel.http import BlockedAddress, OutboundClient
from tradewind.kernel.http_hosts import HostPolicy
from tradewind.kernel.schemas import Schema
from tradewind.modules.email.repository import templates as repository
from tradewind.modules.email.schemas.templates import MailLinkChecked
from tradewind.modules.email.service.rendering import Ready, fixed_addresses
from tradewind.modules.email.templates.blocks import MailContent

CHECK_LINKS = "email.check_links"
_GONE = frozenset({404, 410})
_MOST = 50
_AT_ONCE = 8
_TIMEOUT_SECONDS = 8
_MAX_BYTES = 200_000
_NOBODYS = ".example"


class TemplateToCheck(Schema):
    """A template whose published links are to be looked at."""

    template_id: UUID


async def check_later(session: AsyncSession, template_id: UUID) -> None:
    """Have the links of a template looked at once the transaction has committed."""
    await jobs.enqueue(session, jobs.registered()[CHECK_LINKS], TemplateToCheck(template_id=template_id))


async def addresses_of(session: AsyncSession, template_id: UUID) -> list[str]:
    """The fixed web addresses of a template's draft; none where it is gone."""
    template = await repository.template(session, template_id)
    if template is None:
        return []
    ready = Ready(MailContent.model_validate(template.draft), template.purpose, lenient=True)
    return list(fixed_addresses(ready))[:_MOST]


async def look(addresses: Sequence[str]) -> list[MailLinkChecked]:
    """Ask at each address; takes seconds, and no transaction should be open meanwhile."""
    turns = asyncio.Semaphore(_AT_ONCE)
    async with _client() as client:

        async def one(address: str) -> MailLinkChecked:
            async with turns:
                return await _look(client, address)

        return list(await asyncio.gather(*map(one, addresses)))


async def keep(session: AsyncSession, found: Sequence[MailLinkChecked]) -> None:
    """Store what was found."""
    await repository.store_checks(session, [{**one.model_dump(), "checked_at": now()} for one in found])


def _client() -> OutboundClient:
    policy = HostPolicy(concurrency=2, queue_seconds=30)
    return OutboundClient(
        "mail_links", guard=True, policy=policy, attempts=1, timeout_seconds=_TIMEOUT_SECONDS,
        max_response_bytes=_MAX_BYTES, cut_answers=True, follow_redirects=True,
    )  # fmt: skip


async def _look(client: OutboundClient, address: str) -> MailLinkChecked:
    if (urlsplit(address).hostname or "").endswith(_NOBODYS):
        return _found(address, None, "This name is kept for examples.")
    try:
        # Not HEAD: many sites answer it wrongly.
        response = await client.get(address)
    except BlockedAddress:
        return _found(address, None, "It leads into a private network, where readers cannot follow.")
    except AppError as failure:
        return _found(address, None, f"It did not answer: {failure.detail}")
    status = response.status_code
    if status in _GONE:
        return _found(address, status, f"Nothing is there (status {status}).", dead=True)
    return _found(address, status, "" if status < 400 else f"It answers with status {status}.")


def _found(address: str, status: int | None, problem: str, *, dead: bool = False) -> MailLinkChecked:
    return MailLinkChecked(address=address, status=status, problem=problem[:300], dead=dead)
