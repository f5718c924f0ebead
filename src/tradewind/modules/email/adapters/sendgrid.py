"""Twilio SendGrid, Web API v3: `POST /v3/mail/send`, Event Webhook signed with ECDSA.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

import base64
import binascii
import json
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import Field, SecretStr

from tradewind.kernel.http import OutboundError
from tradewind.kernel.registry import RateLimit
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
    SenderBroken,
    Surroundings,
    Told,
    problem,
)
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.composing.signing import SigningKey

_KINDS: dict[str, FactKind] = {
    "delivered": "delivered",
    "bounce": "bounced",
    "dropped": "refused",
    "deferred": "deferred",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
}


class SendGridSettings(Schema):
    """The key of an account with the right to send, and the public key of its event webhook."""

    api_key: SecretStr = Field(title="API key", min_length=10, max_length=500)
    webhook_key: str = Field(
        default="", title="Verification key of the event webhook", max_length=500,
        description="Settings → Mail Settings → Event Webhook → Signature verification.",
    )  # fmt: skip


class SendGridMail(HttpMail):
    """Takes parts, not finished mails, and signs them with the domain authenticated there."""

    address = "https://api.sendgrid.com"
    spec: ClassVar[MailSpec] = MailSpec(
        id="sendgrid",
        label="SendGrid",
        auth="api_key",
        capabilities=frozenset({"events"}),
        settings=SendGridSettings,
        secrets=frozenset({"api_key"}),
        signs=False,
        limits=(RateLimit(name="requests to mail/send", amount=600, seconds=60, checked_on=date(2026, 11, 22)),),
        documentation_url="https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send",
        notes={"what": "Authenticate the domain at SendGrid: it signs the mails with its own key there."},
    )

    def __init__(self, settings: SendGridSettings, around: Surroundings | None = None) -> None:
        super().__init__(settings, around)
        self.settings = settings
        self._headers = {"Authorization": f"Bearer {settings.api_key.get_secret_value()}"}

    async def check(self) -> str:
        """Ask which rights the key has."""
        try:
            answer = await self.http.get(self.url("/v3/scopes"), headers=self._headers)
        except OutboundError as error:
            raise Later(str(error)) from error
        if answer.status_code != 200:
            raise problem(answer, self.spec.label, _words(answer.text))
        if "mail.send" not in answer.json().get("scopes", []):
            raise SenderBroken("SendGrid: the key lacks the right “Mail Send”.")
        return "The key may send mails."

    async def send(self, letter: Letter, key: SigningKey | None, expose: Expose) -> Accepted:
        """One mail; 202 takes it."""
        answer = await self.hand_over("/v3/mail/send", expose, headers=self._headers, json=_payload(letter))
        if answer.status_code != 202:
            raise problem(answer, self.spec.label, _words(answer.text))
        return Accepted(answer.headers.get("x-message-id"))

    async def events(self, posted: Posted) -> Told:
        """A list of events, signed over time stamp and body."""
        self._verify(posted)
        found = orjson.loads(posted.body)
        if not isinstance(found, list):
            raise ValueError("not a list of events")
        return Told([fact for one in found if isinstance(one, dict) and (fact := _fact(one))])

    def _verify(self, posted: Posted) -> None:
        if not self.settings.webhook_key:
            raise BadSignature("no verification key is stored")
        try:
            public = load_der_public_key(base64.b64decode(self.settings.webhook_key, validate=True))
            signature = base64.b64decode(posted.headers.get("x-twilio-email-event-webhook-signature", ""))
            assert isinstance(public, ec.EllipticCurvePublicKey)
            stamp = posted.headers.get("x-twilio-email-event-webhook-timestamp", "").encode()
            public.verify(signature, stamp + posted.body, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError, AssertionError, binascii.Error) as error:
            raise BadSignature("the signature does not fit") from error


def _payload(letter: Letter) -> dict[str, Any]:
    content = [{"type": "text/plain", "value": letter.text or " "}]
    if letter.html:
        content.append({"type": "text/html", "value": letter.html})
    payload: dict[str, Any] = {
        "personalizations": [{"to": [_person(letter.to.address, letter.to.name)]}],
        "from": _person(letter.sender.address, letter.sender.name),
        "subject": letter.subject or " ",
        "content": content,
        "headers": {**letter.headers, "Message-ID": letter.message_id},
        "custom_args": {"tradewind_message": str(letter.id)},
        # Links and pixels are ours, and so is unsubscribing.
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    if letter.reply_to:
        payload["reply_to"] = {"email": letter.reply_to}
    if letter.files:
        payload["attachments"] = [
            {
                "content": base64.b64encode(file.content).decode(),
                "type": file.content_type.partition(";")[0],
                "filename": file.name,
                "disposition": "attachment",
            }
            for file in letter.files
        ]
    return payload


def _person(address: str, name: str) -> dict[str, str]:
    return {"email": address, "name": name} if name else {"email": address}


def _fact(event: dict[str, Any]) -> ProviderFact | None:
    kind = _KINDS.get(str(event.get("event")))
    if kind is None:
        return None
    # `blocked` bounces are refusals of the moment, not of the address.
    hard = kind == "bounced" and event.get("type") == "bounce"
    ours = event.get("tradewind_message")
    return ProviderFact(
        kind=kind,
        id=str(event["sg_event_id"]),
        recipient=str(event.get("email", "")),
        at=datetime.fromtimestamp(float(event["timestamp"]), UTC),
        message_id=UUID(str(ours)) if ours else None,
        provider_message_id=str(event.get("sg_message_id", "")).partition(".")[0] or None,
        hard=hard,
        code=str(event.get("status") or ""),
        reason=str(event.get("reason") or event.get("response") or "")[:1000],
    )


def _words(text: str) -> str:
    try:
        return "; ".join(str(one.get("message")) for one in json.loads(text)["errors"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return text[:300]
