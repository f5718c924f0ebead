"""What adapters ask of vendors, against published shapes, and what they believe of what is posted."""

import asyncio
import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from jsonschema import Draft202012Validator

from tradewind.kernel.clock import now
from tradewind.kernel.http import BlockedAddress, OutboundError
from tradewind.modules.email.adapters import ses as ses_adapter
from tradewind.modules.email.adapters._base import (
    BadSignature,
    Later,
    Lost,
    Posted,
    Refused,
    SenderBroken,
    Surroundings,
)
from tradewind.modules.email.adapters._sigv4 import AwsKey, signed_headers
from tradewind.modules.email.adapters.mandrill import MandrillMail, MandrillSettings
from tradewind.modules.email.adapters.sendgrid import SendGridMail, SendGridSettings
from tradewind.modules.email.adapters.ses import SesMail, SesSettings
from tradewind.modules.email.composing.letters import Address, File, Letter

SPECS = Path(__file__).parents[4] / "shared" / "specs"
MESSAGE = UUID("01920000-0000-7000-8000-00000000abcd")
LETTER = Letter(
    id=MESSAGE, sender=Address("ann@news.example.com", "Ann"), to=Address("bo@people.example.com"), subject="Grüße",
    text="Hello", html="<p>Hello</p>", return_path="b@news.example.com", message_id=f"<{MESSAGE}@news.example.com>",
    date=datetime(2026, 11, 22, tzinfo=UTC), headers={"List-Unsubscribe": "<https://x.example/u/1>"},
    files=[File("a.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR")],
)  # fmt: skip
SENDGRID = SendGridSettings.model_validate({"api_key": "SG.0123456789"})
SES = SesSettings.model_validate(
    {"region": "eu-central-1", "access_key_id": "AKIDEXAMPLEAKIDEXAMPLE", "secret_access_key": "s" * 40,
     "topic_arn": "arn:aws:sns:eu-central-1:123456789012:mail"}
)  # fmt: skip
MANDRILL = MandrillSettings.model_validate({"api_key": "k123456789", "webhook_key": "hook"})


async def yes() -> bool:
    return True


def answering(status: int, body: object = None, **headers: str) -> Surroundings:
    """A vendor that answers so, whatever is asked."""
    return Surroundings(transport=httpx.MockTransport(lambda _: httpx.Response(status, json=body, headers=headers)))


def test_requests_to_amazon_are_signed_as_its_test_suite_says():
    # `get-vanilla` of the AWS Signature Version 4 test suite.
    key = AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
    at = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    headers = signed_headers("GET", "https://example.amazonaws.com/", {}, b"", key, at)
    assert headers["Authorization"].endswith(
        "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


async def test_mandrill_is_asked_as_its_specification_says():
    path = SPECS / "mandrill" / "transactional.openapi.json"
    if not path.is_file():
        pytest.skip(f"the vendor's specification is not at {path}")
    spec = json.loads(path.read_text())
    # Closed by itself, this part of every request would forbid all others.
    del spec["components"]["schemas"]["ApiKey"]["additionalProperties"]
    asked: list[str] = []

    def check(request: httpx.Request) -> httpx.Response:
        route = request.url.path.removeprefix("/api/1.4")
        content = spec["paths"][route]["post"]["requestBody"]["content"]["application/json"]["schema"]
        body = json.loads(request.content)
        Draft202012Validator({**content, "components": spec["components"]}).validate(body)
        # The specification closes no object: keys that it does not know are mistakes all the same.
        schema = spec["components"]["schemas"][content["$ref"].rpartition("/")[2]]
        known = {"key", *(name for part in schema["allOf"] for name in part.get("properties", {}))}
        assert body.keys() <= known
        asked.append(route)
        sent = [{"email": "bo@people.example.com", "status": "sent", "_id": "md1"}]
        return httpx.Response(200, json=sent if route == "/messages/send-raw" else {"PING": "PONG!"})

    async with MandrillMail(MANDRILL, Surroundings(transport=httpx.MockTransport(check))) as adapter:
        assert (await adapter.send(LETTER, None, yes)).provider_message_id == "md1"
        assert await adapter.check()
    assert asked == ["/messages/send-raw", "/users/ping2"]


async def test_sendgrid_and_ses_get_what_their_references_show():
    asked: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == "api.sendgrid.com":
            return httpx.Response(202, headers={"x-message-id": "sg1"})
        return httpx.Response(200, json={"MessageId": "ses1"})

    around = Surroundings(transport=httpx.MockTransport(take))
    async with SendGridMail(SENDGRID, around) as sendgrid, SesMail(SES, around) as ses:
        assert (await sendgrid.send(LETTER, None, yes)).provider_message_id == "sg1"
        assert (await ses.send(LETTER, None, yes)).provider_message_id == "ses1"
    told = json.loads(asked[0].content)
    assert [part["type"] for part in told["content"]] == ["text/plain", "text/html"], "plain text comes first"
    assert told["personalizations"] == [{"to": [{"email": "bo@people.example.com"}]}]
    assert told["custom_args"] == {"tradewind_message": str(MESSAGE)}
    assert told["attachments"][0]["type"] == "text/calendar"
    assert str(asked[1].url) == "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails"
    raw = base64.b64decode(json.loads(asked[1].content)["Content"]["Raw"]["Data"])
    assert b"List-Unsubscribe: <https://x.example/u/1>" in raw


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [(400, {"errors": [{"message": "bad from"}]}, Refused), (401, {}, SenderBroken), (429, {}, Later), (500, {}, Lost)],
    ids=["refused", "key", "later", "unknown"],
)
async def test_answers_mean_what_they_say(status, body, expected):
    async with SendGridMail(SENDGRID, answering(status, body)) as adapter:
        with pytest.raises(expected):
            await adapter.send(LETTER, None, yes)


async def test_nothing_leaves_that_was_stopped_at_the_last_moment():
    async def no() -> bool:
        return False

    def never(_: httpx.Request) -> httpx.Response:
        raise AssertionError("something left")

    async with SendGridMail(SENDGRID, Surroundings(transport=httpx.MockTransport(never))) as adapter:
        with pytest.raises(Later):
            await adapter.send(LETTER, None, no)


async def test_posts_are_believed_only_with_the_vendors_signature():
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    settings = SENDGRID.model_copy(update={"webhook_key": base64.b64encode(public).decode()})
    event = {
        "event": "bounce", "type": "bounce", "email": "bo@people.example", "timestamp": 1_795_000_000,
        "sg_event_id": "e1", "sg_message_id": "m1.filter", "tradewind_message": str(MESSAGE), "status": "5.1.1",
    }  # fmt: skip
    body = json.dumps([event, {"event": "open"}]).encode()
    signature = base64.b64encode(private.sign(b"17" + body, ec.ECDSA(SHA256()))).decode()
    headers = {
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": "17",
    }
    async with SendGridMail(settings) as adapter:
        [fact] = (await adapter.events(Posted(url="", headers=headers, body=body))).facts
        assert (fact.kind, fact.hard, fact.message_id, fact.provider_message_id) == ("bounced", True, MESSAGE, "m1")
        with pytest.raises(BadSignature):
            await adapter.events(Posted(url="", headers=headers, body=body.replace(b"bo@", b"al@")))

    url = "https://tw.example/api/v1/email-events/x"
    events = [{"event": "spam", "ts": 1_795_000_000, "_id": "md1", "msg": {"_id": "md1", "email": "bo@people.example"}}]
    form = httpx.Request("POST", url, data={"mandrill_events": json.dumps(events)}).read()
    signed = base64.b64encode(hmac.digest(b"hook", (url + "mandrill_events" + json.dumps(events)).encode(), "sha1"))
    headers = {"x-mandrill-signature": signed.decode()}
    async with MandrillMail(MANDRILL) as adapter:
        [fact] = (await adapter.events(Posted(url=url, headers=headers, body=form))).facts
        assert (fact.kind, fact.provider_message_id) == ("complained", "md1")
        with pytest.raises(BadSignature):
            await adapter.events(Posted(url=url + "y", headers=headers, body=form))

    post = {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-central-1:666:other", "Message": "{}"}
    async with SesMail(SES) as adapter:
        with pytest.raises(BadSignature):
            await adapter.events(Posted(url="", headers={}, body=json.dumps(post).encode()))
        foreign = post | {"TopicArn": SES.topic_arn, "SigningCertURL": "https://sns.evil.example/x.pem"}
        with pytest.raises(BadSignature):
            await adapter.events(Posted(url="", headers={}, body=json.dumps(foreign).encode()))


CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def certificate(begins: datetime, ends: datetime) -> bytes:
    """Of KEY, as a PEM file."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    made = made.serial_number(7).not_valid_before(begins).not_valid_after(ends)
    return made.sign(KEY, SHA256()).public_bytes(Encoding.PEM)


def notification(message: object = None, **changes: str) -> dict[str, str]:
    """A post of SNS, signed with KEY after `changes`."""
    bounce = {
        "eventType": "Bounce",
        "mail": {"messageId": "ses1", "tags": {"tradewind_message": [str(MESSAGE)]}},
        "bounce": {
            "bounceType": "Permanent", "bounceSubType": "NoEmail", "timestamp": "2026-11-22T09:00:00.000Z",
            "bouncedRecipients": [{"emailAddress": "bo@people.example", "status": "5.1.1"}],
        },
    }  # fmt: skip
    told = {
        "Type": "Notification", "MessageId": "n1", "TopicArn": SES.topic_arn, "Timestamp": "2026-11-22T09:00:01.000Z",
        "Message": json.dumps(message or bounce), "SignatureVersion": "2", "SigningCertURL": CERTIFICATE, **changes,
    }  # fmt: skip
    names = ses_adapter._SIGNED.get(told["Type"], ())
    text = "".join(f"{name}\n{told[name]}\n" for name in names if name in told)
    digest = SHA256() if told["SignatureVersion"] == "2" else SHA1()
    return {"Signature": base64.b64encode(KEY.sign(text.encode(), padding.PKCS1v15(), digest)).decode(), **told}


async def test_amazon_is_believed_only_with_its_own_certificate_which_is_fetched_through_the_guard(monkeypatch):
    monkeypatch.setattr(ses_adapter, "_certificates", {})
    served: dict[str, httpx.Response | Exception] = {}
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        found = served[str(request.url)]
        if isinstance(found, Exception):
            raise found
        return found

    day = timedelta(days=1)
    around = Surroundings(transport=httpx.MockTransport(answer))

    async def told(adapter: SesMail, post: dict[str, str]):
        return await adapter.events(Posted(url="", headers={}, body=json.dumps(post).encode()))

    async with SesMail(SES, around) as adapter:
        # A certificate that cannot be had for the moment is nobody's forgery: Amazon tries again on 503, not on 403.
        served[CERTIFICATE] = httpx.Response(500)
        with pytest.raises(OutboundError):
            await told(adapter, notification())
        served[CERTIFICATE] = httpx.Response(200, content=b"<html>no certificate</html>")
        with pytest.raises(BadSignature):
            await told(adapter, notification())
        served[CERTIFICATE] = httpx.Response(200, content=certificate(now() - day, now() + day))
        [fact] = (await told(adapter, notification())).facts
        assert (fact.kind, fact.hard, fact.message_id, fact.provider_message_id) == ("bounced", True, MESSAGE, "ses1")
        asked.clear()
        assert (await told(adapter, notification(SignatureVersion="1", Subject="Hi"))).facts, "an old topic"
        assert asked == [], "a certificate is fetched once"
        confirm = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
        subscription = notification(Type="SubscriptionConfirmation", SubscribeURL=confirm, Token="t")
        assert (await told(adapter, subscription)).confirm_url == confirm
        hostile = [
            notification() | {"Message": json.dumps({"eventType": "Complaint"})},
            notification() | {"MessageId": "n2"},
            notification() | {"Signature": "%%%"},
            notification() | {"SignatureVersion": "9"},
            notification(TopicArn="arn:aws:sns:eu-central-1:666:mine"),
            notification(SigningCertURL="https://sns.eu-central-1.amazonaws.com.evil.example/x.pem"),
            notification(SigningCertURL="https://sns.eu-central-1.amazonaws.com@evil.example/x.pem"),
            notification(SigningCertURL="http://sns.eu-central-1.amazonaws.com/x.pem"),
            notification(SigningCertURL="https://sns.eu-central-1.amazonaws.com/x.txt"),
            notification(Type="SubscriptionConfirmation", SubscribeURL="https://evil.example/", Token="t"),
        ]
        for post in hostile:
            with pytest.raises(BadSignature):
                await told(adapter, post)
        assert asked == [], "nothing is asked for that is not Amazon's"
        for body in (b"[" * 100_000, b"[]", b"null", b"\xff", b'{"Type": "Other"}'):
            with pytest.raises(ValueError):
                await adapter.events(Posted(url="", headers={}, body=body))
        expired = "https://sns.eu-west-1.amazonaws.com/old.pem"
        served[expired] = httpx.Response(200, content=certificate(now() - 9 * day, now() - day))
        with pytest.raises(BadSignature):
            await told(adapter, notification(SigningCertURL=expired))

    async def nameserver(*_: object, **__: object):
        return [(2, 1, 6, "", ("10.0.0.7", 443))]

    # Whoever bends the name server towards our own network gets nothing from there.
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nameserver)
    async with SesMail(SES) as adapter:
        with pytest.raises(BlockedAddress):
            await told(adapter, notification(SigningCertURL="https://sns.us-east-1.amazonaws.com/x.pem"))
