"""Requests of journeys to other systems: signed, with an id by which receivers drop repetitions."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import orjson

from tradewind.kernel.crypto import get_vault
from tradewind.kernel.http import BadAnswer, BlockedAddress, NotSent, OutboundClient, OutcomeUnknown
from tradewind.modules.leads import api as leads
from tradewind.modules.sending.channels import (
    ClaimedIntent,
    Outcome,
    Record,
    SendingContext,
    later,
    refused,
    sent,
    unknown,
)
from tradewind.modules.webhooks import api as webhooks

_TIMEOUT_SECONDS = 15.0
_ANSWER_BYTES = 2_048
_PURPOSE = "campaigns.webhook"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_PLAIN = ("full_name", "first_name", "last_name", "email", "phone", "job_title", "company_name", "country", "language",
          "time_zone")  # fmt: skip
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


def secrets_of(journey_id: UUID) -> list[str]:
    """What requests of a journey are signed with, the newest first: receivers check one of them."""
    return ["whsec_" + base64.b64encode(one).decode() for one in get_vault().keyed_hashes(journey_id.bytes, _PURPOSE)]


async def attempt(context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
    """Post each request once and record how it went."""
    wanted = sorted({one.person_id for one in batch if one.person_id is not None})
    async with context.database.transaction(context.actor) as session:
        people = {one.id: one for one in await leads.lead_summaries(session, wanted)}
        custom = {}
        if any(name.startswith("custom.") for one in batch for name in one.content.get("fields", ())):
            custom = {one: await leads.known_values(session, one) for one in people}
    allows_local = context.database.settings.webhooks_allow_localhost
    async with _client(guard=True) as outside, _client(guard=False) as local:
        calls = []
        for one in batch:
            person = people.get(one.person_id) if one.person_id else None
            if person is None:
                await record(refused(one, "The person is not there any more.", provider="webhook"))
                continue
            values = {name: getattr(person, name) for name in _PLAIN} | custom.get(person.id, {})
            told = {name: values.get(name) for name in one.content.get("fields", ())}
            client = local if allows_local and (urlsplit(one.address).hostname or "") in _LOCAL else outside
            calls.append(_post(client, one, _body(one, told), record))
        await asyncio.gather(*calls)


async def _post(client: OutboundClient, intent: ClaimedIntent, payload: bytes, record: Record) -> None:
    if intent.id not in await record.exposing(intent):
        return
    headers = webhooks.signed_headers(intent.id, payload, secrets_of(intent.journey_id or intent.organisation_id))
    await record(await _answered(client, intent, payload, headers))


async def _answered(client: OutboundClient, intent: ClaimedIntent, payload: bytes, headers: dict[str, str]) -> Outcome:
    try:
        response = await client.post(intent.address, content=payload, headers=headers)
    except NotSent as failure:
        return later(intent, failure.detail, provider="webhook")
    except BlockedAddress as failure:
        return refused(intent, failure.detail, provider="webhook")
    except (OutcomeUnknown, BadAnswer) as failure:
        return unknown(intent, failure.detail, provider="webhook")
    except httpx.InvalidURL:
        return refused(intent, "The address cannot be read.", provider="webhook")
    if response.is_success:
        return sent(intent, provider="webhook", facts={"status": response.status_code})
    words = f"The receiver answered {response.status_code}."
    if response.status_code in _LATER:
        return later(intent, words, provider="webhook", facts={"status": response.status_code})
    return refused(intent, words, provider="webhook", facts={"status": response.status_code})


def _body(intent: ClaimedIntent, told: dict[str, Any]) -> bytes:
    content = intent.content
    return orjson.dumps(
        {
            "type": "journey.step",
            "timestamp": content.get("at"),
            "data": {
                "journey": content.get("journey"), "journey_id": content.get("journey_id"),
                "step": content.get("step"), "lead_id": content.get("person_id"), "fields": told,
            },
        }
    )  # fmt: skip


def _client(*, guard: bool) -> OutboundClient:
    return OutboundClient(
        "journeys", guard=guard, attempts=1, timeout_seconds=_TIMEOUT_SECONDS, max_response_bytes=_ANSWER_BYTES,
        cut_answers=True,
    )  # fmt: skip
