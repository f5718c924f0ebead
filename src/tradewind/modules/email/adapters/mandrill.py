"""Mailchimp Transactional (Mandrill): `messages/send-raw`, webhooks signed with HMAC-SHA1.

https://mailchimp.com/developer/transactional/api/messages/send-mime-document/
https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/
"""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from pydantic import Field, SecretStr

from tradewind.kernel.http import OutboundError
from tradewind.kernel.schemas import Schema
from tradewind.modules.email.adapters._base import (
    Accepted,
    BadSignature,
    Expose,
    FactKind,
    HttpMail,
    Later,
    MailSpec,
    Posted,
    ProviderFact,
    Refused,
    SenderBroken,
    Surroundings,
    Told,
    problem,
    wire,
)
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.composing.signing import SigningKey

_KINDS: dict[str, FactKind] = {
    "delivered": "delivered",
    "hard_bounce": "bounced",
    "soft_bounce": "bounced",
    "deferral": "deferred",
    "spam": "complained",
    "unsub": "unsubscribed",
    "reject": "refused",
}
_HARD_REJECTS = frozenset({"hard-bounce", "invalid"})


class MandrillSettings(Schema):
    """The key of an account, and that of its webhook."""

    api_key: SecretStr = Field(title="API key", min_length=10, max_length=200)
    webhook_key: SecretStr = Field(
        default=SecretStr(""), title="Webhook key", max_length=200,
        description="Shown at Mandrill beside the webhook that has the address of this sender.",
    )  # fmt: skip
    return_path_domain: str = Field(default="", title="Return-path domain", max_length=253, pattern=r"^[A-Za-z0-9.-]*$")


class MandrillMail(HttpMail):
    """Sends the finished mail; Mandrill keeps its headers."""

    address = "https://mandrillapp.com/api/1.4"
    spec: ClassVar[MailSpec] = MailSpec(
        id="mandrill",
        label="Mailchimp Transactional",
        auth="api_key",
        capabilities=frozenset({"events"}),
        settings=MandrillSettings,
        secrets=frozenset({"api_key", "webhook_key"}),
        documentation_url="https://mailchimp.com/developer/transactional/api/messages/",
        notes={"what": "Add a webhook with the address shown here, for delivered, bounces, spam and rejects."},
    )

    def __init__(self, settings: MandrillSettings, around: Surroundings | None = None) -> None:
        super().__init__(settings, around)
        self.settings = settings

    async def check(self) -> str:
        """Ping with the key."""
        try:
            answer = await self.http.post(
                self.url("/users/ping2"), json={"key": self.settings.api_key.get_secret_value()}, idempotent=True
            )
        except OutboundError as error:
            raise Later(str(error)) from error
        if answer.status_code != 200:
            raise self._failure(answer.text) or problem(answer, self.spec.label, answer.text)
        return "The key is good."

    async def send(self, letter: Letter, key: SigningKey | None, expose: Expose) -> Accepted:
        """One raw mail; the answer says sent, queued, rejected or invalid."""
        raw = b"X-MC-Metadata: " + json.dumps({"tradewind_message": str(letter.id)}).encode() + b"\r\n"
        payload: dict[str, Any] = {
            "key": self.settings.api_key.get_secret_value(),
            "raw_message": (raw + wire(letter, key)).decode("ascii"),
            "from_email": letter.sender.address,
            "to": [letter.to.address],
            "async": False,
        }
        if letter.sender.name:
            payload["from_name"] = letter.sender.name
        if self.settings.return_path_domain:
            payload["return_path_domain"] = self.settings.return_path_domain
        answer = await self.hand_over("/messages/send-raw", expose, headers={}, json=payload)
        if answer.status_code != 200:
            raise self._failure(answer.text) or problem(answer, self.spec.label, answer.text[:300])
        one = answer.json()[0]
        if one["status"] in ("rejected", "invalid"):
            reason = str(one.get("reject_reason") or one["status"])
            raise Refused(f"{self.spec.label}: {reason}", hard=reason in _HARD_REJECTS)
        return Accepted(one["_id"])

    def _failure(self, text: str) -> Exception | None:
        try:
            name = json.loads(text).get("name")
        except (ValueError, AttributeError):
            return None
        if name in ("Invalid_Key", "PaymentRequired", "AccountSuspended"):
            return SenderBroken(f"{self.spec.label}: {json.loads(text).get('message', name)}")
        return None

    async def events(self, posted: Posted) -> Told:
        """A form with a list of events, signed over address and form."""
        form = parse_qsl(posted.body.decode(), keep_blank_values=True, max_num_fields=20)
        found = orjson.loads(dict(form).get("mandrill_events", "[]"))
        if not found:
            # So the vendor tries an address before its key is known.
            return Told()
        wanted = self.settings.webhook_key.get_secret_value().encode()
        text = posted.url + "".join(name + value for name, value in sorted(form))
        given = posted.headers.get("x-mandrill-signature", "")
        # The vendor signs with SHA-1.
        signature = base64.b64encode(hmac.digest(wanted, text.encode(), "sha1")).decode()
        if not wanted or not hmac.compare_digest(signature, given):
            raise BadSignature("the signature does not fit")
        return Told([fact for one in found if isinstance(one, dict) and (fact := _fact(one))])


def _fact(event: dict[str, Any]) -> ProviderFact | None:
    kind = _KINDS.get(str(event.get("event")))
    if kind is None:
        return None
    mail = event.get("msg") or {}
    ours = (mail.get("metadata") or {}).get("tradewind_message")
    mail_id = str(mail.get("_id") or event.get("_id"))
    return ProviderFact(
        kind=kind,
        id=f"{mail_id}:{event['event']}:{event.get('ts')}",
        recipient=str(mail.get("email", "")),
        at=datetime.fromtimestamp(float(event["ts"]), UTC),
        message_id=UUID(str(ours)) if ours else None,
        provider_message_id=mail_id,
        hard=event["event"] == "hard_bounce",
        reason=str(mail.get("diag") or mail.get("bounce_description") or mail.get("reject") or "")[:1000],
    )
