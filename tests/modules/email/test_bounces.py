"""Mails that came back: the labelled collections where they are there, own examples, and anything at all."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tradewind.modules.email import cli_bounces
from tradewind.modules.email.bounces.classifying import classify

DSN = b"""From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<gone@shop.example>: host mx.shop.example[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command)
<full@shop.example>: host mx.shop.example[192.0.2.1] said: 452 4.2.2 over quota (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; gone@shop.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

Final-Recipient: rfc822; full@shop.example
Action: failed
Status: 4.2.2
Diagnostic-Code: smtp; 452 4.2.2 over quota

--b
Content-Type: text/rfc822-headers

Message-ID: <m1@news.example>
To: gone@shop.example

--b--
"""
COMPLAINT = b"""From: feedback@provider.example
Subject: FW: Offer
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1
Original-Rcpt-To: <ann@provider.example>

--b
Content-Type: message/rfc822

Message-ID: <m2@news.example>
To: ann@provider.example
Subject: Offer

Hello
--b--
"""


def mail(subject: str, body: str, **headers: str) -> bytes:
    """A plain mail as bytes."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {"From": "ann@shop.example", **headers}.items()]
    return "\n".join([f"Subject: {subject}", *lines, "", body]).encode()


def test_each_address_of_a_report_has_its_own_outcome():
    verdict = classify(DSN)
    assert (verdict.kind, verdict.bounce, verdict.status, verdict.reason) == ("bounce", "hard", "5.1.1", "userunknown")
    assert verdict.recipients == ("gone@shop.example", "full@shop.example")
    assert [(one.bounce, one.reason) for one in verdict.outcomes] == [("hard", "userunknown"), ("soft", "mailboxfull")]
    assert verdict.returned["message-id"] == "<m1@news.example>"


def test_complaints_are_no_bounces():
    verdict = classify(COMPLAINT)
    assert (verdict.kind, verdict.bounce, verdict.recipients) == ("complaint", "none", ("ann@provider.example",))


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mail("Re: Your offer", "Sounds good, call me. The last mail bounced, sorry."), "other"),
        (mail("Re: Undeliverable parcels", "We ship again on Monday."), "other"),
        (mail("Automatic reply: Your offer", "I am away until Monday."), "out_of_office"),
        (mail("Re: Your offer", "Back on Monday", Auto_Submitted="auto-replied", In_Reply_To="<m@x>"), "out_of_office"),
        (mail("Abwesenheit: Ihr Angebot", "Bin im Urlaub."), "out_of_office"),
        (mail("Your proposal was rejected", "We took another one, sorry."), "other"),
        (b"", "other"),
    ],
    ids=range(7),
)
def test_people_and_their_mailboxes_are_told_apart(raw, kind):
    verdict = classify(raw)
    assert (verdict.kind, verdict.bounce) == (kind, "none")


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(lambda junk: DSN.replace(b"5.1.1", junk, 2))))
def test_whatever_comes_is_read(raw):
    assert classify(raw).bounce in ("hard", "soft", "none")


def test_the_command_prints_one_line_a_mail_in_order(tmp_path):
    files = [tmp_path / "b.eml", tmp_path / "a.eml"]
    files[0].write_bytes(DSN)
    files[1].write_bytes(COMPLAINT)
    answer = CliRunner().invoke(cli_bounces.app, ["classify-bounces", *map(str, files)])
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [line["file"] for line in lines] == list(map(str, files))
    assert lines[0] == {
        "file": str(files[0]), "kind": "bounce", "bounce": "hard", "status": "5.1.1", "reason": "userunknown",
        "recipients": ["gone@shop.example", "full@shop.example"],
    }  # fmt: skip
    assert lines[1]["kind"] == "complaint"
    assert CliRunner().invoke(cli_bounces.app, ["classify-bounces", str(tmp_path / "none.eml")]).exit_code == 2


def test_labelled_collections_are_read_as_well_as_promised(shared_data):
    folder = shared_data / "bounces"
    labels = json.loads((folder / "labels.json").read_text())
    hard, codes, addresses = [], [], []
    for name, wanted in labels.items():
        verdict = classify((folder / name).read_bytes())
        if isinstance(wanted, list):
            hard.append((verdict.bounce == "hard") == wanted[0]["hardbounce"])
            codes.append(verdict.status == wanted[0]["dsn"])
        else:
            addresses.append({*map(str.lower, verdict.recipients)} == {*map(str.lower, wanted["addresses"])})
    shares = [sum(right) / len(right) for right in (hard, codes, addresses)]
    print("hard or soft {:.3f}, code {:.3f}, addresses {:.3f}".format(*shares))
    assert all(share >= goal for share, goal in zip(shares, (0.97, 0.95, 0.95), strict=True)), shares
