"""Amazon SES, HTTP API v2: `POST /v2/email/outbound-emails`; notifications by Amazon SNS.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import json
import re
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate
from pydantic import Field, SecretStr

from tradewind.kernel.clock import now
from tradewind.kernel.http import OutboundClient, OutboundError
from tradewind.kernel.registry import RateLimit
from tradewind.kernel.schemas import Schema
from tradewind.modules.email.adapters._base import (
    Accepted,
    BadSignature,
    Expose,
    HttpMail,
    Later,
    MailSpec,
    Posted,
    ProviderFact,
    SenderBroken,
    Surroundings,
    Told,
    problem,
    wire,
)
from tradewind.modules.email.adapters._sigv4 import AwsKey, signed_headers
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.composing.signing import SigningKey

_SNS_HOST = re.compile(r"https://sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?/")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_DIGESTS = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - version 1 signs with SHA-1; new topics use 2
_MAX_CERTIFICATES = 20
_MAX_CERTIFICATE_BYTES = 64 * 1024
_certificates: dict[str, Certificate] = {}


class SesSettings(Schema):
    """An access key with the right `ses:SendEmail`, and the topic that tells of bounces."""

    region: str = Field(title="Region", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", max_length=30, examples=["eu-central-1"])
    access_key_id: str = Field(title="Access key ID", min_length=16, max_length=128)
    secret_access_key: SecretStr = Field(title="Secret access key", min_length=20, max_length=200)
    configuration_set: str = Field(default="", title="Configuration set", max_length=64, pattern=r"^[A-Za-z0-9_-]*$")
    topic_arn: str = Field(
        default="", title="SNS topic", max_length=300, pattern=r"^(arn:aws[a-z-]*:sns:[\w:.-]+)?$",
        description="ARN of the topic with bounces, complaints and deliveries. Posts from others are refused.",
    )  # fmt: skip


class SesMail(HttpMail):
    """Sends the finished mail as it is; SES keeps our signature and adds its own."""

    address = ""
    spec: ClassVar[MailSpec] = MailSpec(
        id="ses",
        label="Amazon SES",
        auth="api_key",
        capabilities=frozenset({"events"}),
        settings=SesSettings,
        secrets=frozenset({"secret_access_key"}),
        limits=(RateLimit(name="mails of a new account", amount=14, seconds=1, checked_on=date(2026, 11, 22)),),
        documentation_url="https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html",
        notes={"what": "Subscribe the address shown here to an SNS topic with bounces, complaints and deliveries."},
    )

    def __init__(self, settings: SesSettings, around: Surroundings | None = None) -> None:
        super().__init__(settings, around)
        self.settings = settings
        self._key = AwsKey(
            settings.access_key_id, settings.secret_access_key.get_secret_value(), settings.region, "ses"
        )

    def url(self, path: str) -> str:
        """A path in the region, or at the stand-in."""
        return (self.around.stand_in or f"https://email.{self.settings.region}.amazonaws.com").rstrip("/") + path

    async def check(self) -> str:
        """Ask whether the account may send."""
        url = self.url("/v2/email/account")
        try:
            answer = await self.http.get(url, headers=signed_headers("GET", url, {}, b"", self._key, now()))
        except OutboundError as error:
            raise Later(str(error)) from error
        if answer.status_code != 200:
            raise problem(answer, self.spec.label, _words(answer.text))
        account = answer.json()
        if not account.get("SendingEnabled"):
            raise SenderBroken("Amazon SES: sending is paused for this account.")
        if not account.get("ProductionAccessEnabled"):
            return "Ready, but the account is in the sandbox: only verified addresses get mails."
        return f"Ready: {account.get('SendQuota', {}).get('Max24HourSend', 0):,.0f} mails a day."

    async def send(self, letter: Letter, key: SigningKey | None, expose: Expose) -> Accepted:
        """One raw mail; 200 with a MessageId takes it."""
        payload: dict[str, Any] = {
            "FromEmailAddress": str(letter.sender),
            "Destination": {"ToAddresses": [letter.to.address]},
            "Content": {"Raw": {"Data": base64.b64encode(wire(letter, key)).decode()}},
            "EmailTags": [{"Name": "tradewind_message", "Value": str(letter.id)}],
        }
        if self.settings.configuration_set:
            payload["ConfigurationSetName"] = self.settings.configuration_set
        body = orjson.dumps(payload)
        path = "/v2/email/outbound-emails"
        named = {"Content-Type": "application/json"}
        headers = signed_headers("POST", self.url(path), named, body, self._key, now())
        answer = await self.hand_over(path, expose, headers=headers, content=body)
        if answer.status_code != 200:
            words = _words(answer.text)
            if "SendingPausedException" in words or "AccountSuspended" in words or "MailFromDomainNotVerified" in words:
                raise SenderBroken(f"{self.spec.label}: {words}")
            raise problem(answer, self.spec.label, words)
        return Accepted(answer.json().get("MessageId"))

    async def events(self, posted: Posted) -> Told:
        """A post of SNS: a subscription to confirm, or a notification. Raises OutboundError while nobody can judge."""
        told = orjson.loads(posted.body)
        if not isinstance(told, dict) or told.get("Type") not in _SIGNED:
            raise ValueError("not a message of SNS")
        if not self.settings.topic_arn or told.get("TopicArn") != self.settings.topic_arn:
            raise BadSignature("this is not the topic of the sender")
        await self._verify(told)
        if told["Type"] == "SubscriptionConfirmation":
            if not _SNS_HOST.match(str(told.get("SubscribeURL"))):
                raise BadSignature("the address to confirm is not Amazon's")
            return Told(confirm_url=str(told["SubscribeURL"]))
        if told["Type"] != "Notification":
            return Told()
        return Told(_facts(orjson.loads(told["Message"]), str(told["MessageId"])))

    async def _verify(self, told: dict[str, Any]) -> None:
        address, digest = str(told.get("SigningCertURL")), _DIGESTS.get(str(told.get("SignatureVersion")))
        if not _SNS_HOST.match(address) or not address.endswith(".pem") or digest is None:
            raise BadSignature("the certificate is not Amazon's")
        certificate = _certificates.get(address) or await self._certificate(address)
        if not certificate.not_valid_before_utc <= now() <= certificate.not_valid_after_utc:
            raise BadSignature("the certificate is not valid now")
        lines = [f"{name}\n{told[name]}\n" for name in _SIGNED[told["Type"]] if told.get(name) is not None]
        public = certificate.public_key()
        try:
            assert isinstance(public, rsa.RSAPublicKey)
            signature = base64.b64decode(str(told.get("Signature")), validate=True)
            public.verify(signature, "".join(lines).encode(), padding.PKCS1v15(), digest)
        except (InvalidSignature, ValueError, AssertionError) as error:
            raise BadSignature("the signature does not fit") from error

    async def _certificate(self, address: str) -> Certificate:
        """What stands at an address of Amazon's; only a certificate is remembered."""
        async with OutboundClient(
            "mail_certificates", guard=True, attempts=2, max_response_bytes=_MAX_CERTIFICATE_BYTES,
            transport=self.around.transport,
        ) as http:  # fmt: skip
            answer = await http.get(address)
        if answer.status_code != 200:
            raise OutboundError(f"The certificate cannot be read now: {answer.status_code}.")
        try:
            certificate = load_pem_x509_certificate(answer.content)
        except ValueError as error:
            raise BadSignature("there is no certificate at its address") from error
        if len(_certificates) >= _MAX_CERTIFICATES:
            _certificates.clear()
        _certificates[address] = certificate
        return certificate


def _facts(told: dict[str, Any], post_id: str) -> list[ProviderFact]:
    kind = str(told.get("notificationType") or told.get("eventType"))
    mail = told.get("mail", {})
    known: dict[str, Any] = {"message_id": _ours(mail), "provider_message_id": mail.get("messageId")}
    if kind == "Bounce":
        detail = told["bounce"]
        hard = detail.get("bounceType") == "Permanent" and detail.get("bounceSubType") in ("General", "NoEmail")
        return [
            ProviderFact(
                kind="bounced", id=f"{post_id}:{one['emailAddress']}", recipient=one["emailAddress"],
                at=_moment(detail["timestamp"]), hard=hard, code=str(one.get("status") or ""),
                reason=str(one.get("diagnosticCode") or detail.get("bounceSubType") or "")[:1000], **known,
            )
            for one in detail.get("bouncedRecipients", [])
        ]  # fmt: skip
    if kind == "Complaint":
        detail = told["complaint"]
        return [
            ProviderFact(
                kind="complained", id=f"{post_id}:{one['emailAddress']}", recipient=one["emailAddress"],
                at=_moment(detail["timestamp"]), reason=str(detail.get("complaintFeedbackType") or ""), **known,
            )
            for one in detail.get("complainedRecipients", [])
        ]  # fmt: skip
    if kind == "Delivery":
        detail = told["delivery"]
        return [
            ProviderFact(
                kind="delivered", id=f"{post_id}:{address}", recipient=address, at=_moment(detail["timestamp"]), **known
            )
            for address in detail.get("recipients", [])
        ]
    if kind == "Reject":
        to = (mail.get("destination") or [""])[0]
        reason = str(told.get("reject", {}).get("reason", ""))
        at = _moment(mail["timestamp"])
        return [ProviderFact(kind="refused", id=f"{post_id}:{to}", recipient=to, at=at, reason=reason, **known)]
    return []


def _ours(mail: dict[str, Any]) -> UUID | None:
    tags = (mail.get("tags") or {}).get("tradewind_message")
    return UUID(tags[0]) if tags else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _words(text: str) -> str:
    try:
        answer = json.loads(text)
        return f"{answer.get('__type', '')} {answer.get('message') or answer.get('Message') or ''}".strip()
    except (ValueError, AttributeError):
        return text[:300]
