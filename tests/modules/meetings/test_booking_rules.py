"""The rules of bookings without a database: whose turn it is, invitations, answers to them, answers to questions."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tradewind.modules.meetings.engine import answers, invitations, mail_texts, replies
from tradewind.modules.meetings.engine.turns import Candidate, newcomer_credit, next_turn
from tradewind.modules.meetings.engine.wording import one_line

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
NASTY = 'Eve"; CN=x\r\nATTENDEE:mailto:mallory@example.com\u202e\u2028:,^n'


def host(number, weight=100, priority=2, counted=0.0):
    return Candidate(user_id=UUID(int=number), number=number, weight=weight, priority=priority, counted=counted)


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=6), st.integers(1, 120))
def test_turns_stay_within_one_meeting_of_the_weights(weights, meetings):
    had = Counter()
    for _ in range(meetings):
        had[next_turn([host(n, weight, counted=had[n]) for n, weight in enumerate(weights)]).user_id.int] += 1
    for number, weight in enumerate(weights):
        assert had[number] >= int(meetings * weight / sum(weights))


def test_priority_weight_zero_and_newcomers():
    assert next_turn([host(1, counted=9, priority=3), host(2)]).user_id.int == 1
    assert next_turn([host(1, weight=0, priority=4), host(2, counted=99)]).user_id.int == 2
    assert next_turn([host(1, weight=0)]).because == "The only host who is free then"
    # Somebody new takes the next turn, and then turns as all others do.
    present = [host(1, counted=30), host(2, counted=31)]
    credit = newcomer_credit(100, present)
    assert credit == 30
    had = Counter({1: 30, 2: 31, 3: credit})
    for _ in range(6):
        had[next_turn([host(n, counted=had[n]) for n in had]).user_id.int] += 1
    assert sorted(had.values()) == [32, 32, 33]


def invitation(**values):
    facts = {
        "uid": "7@tradewind", "sequence": 3, "stamp": AT, "starts_at": AT, "ends_at": AT.replace(hour=1),
        "title": NASTY, "description": "One\nTwo; three, " + NASTY, "location": NASTY, "url": "https://meet.example/x",
        "organiser": invitations.Party("mira@example.com", NASTY),
        "attendees": [invitations.Party("ada@example.com", NASTY)],
    }  # fmt: skip
    return invitations.write(invitations.Invitation(**facts | values), "REQUEST")


def test_an_invitation_holds_what_it_is_given_and_nothing_that_is_smuggled_in():
    [event] = Calendar.from_ical(invitation()).walk("VEVENT")
    assert (str(event["uid"]), event["sequence"]) == ("7@tradewind", 3)
    assert event["dtstart"].dt == AT
    assert str(event["attendee"]) == "mailto:ada@example.com"
    assert "mallory" in event["attendee"].params["CN"]
    assert "mallory@example.com" not in str(event["organizer"])
    lines = invitation().split(b"\r\n")
    assert sum(line.startswith(b"ATTENDEE") for line in lines) == 1
    assert all(len(line) <= 75 for line in lines)
    assert one_line(NASTY) == 'Eve"; CN=x ATTENDEE:mailto:mallory@example.com :,^n'


def reply(status="ACCEPTED", method="REPLY", more=""):
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//X//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:7@tradewind\r\n"
        f"SEQUENCE:3\r\nDTSTAMP:20260301T000000Z\r\nATTENDEE;PARTSTAT={status};CN=Ada:MAILTO:Ada@Example.com\r\n{more}"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def test_answers_to_invitations_are_read_from_files_and_mails():
    expected = replies.Reply("7@tradewind", 3, "ada@example.com", "declined")
    assert replies.read(reply("DECLINED")) == expected
    mail = (
        b"From: ada@example.com\r\nSubject: Declined\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n'
        b"--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n" + reply("DECLINED") + b"\r\n--b--\r\n"
    )
    assert replies.read(mail) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\n" * 9_000, reply(method="REQUEST"),
        reply("MAYBE"), reply(more="ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.com\r\n"),
        reply(more="END:VEVENT\r\nBEGIN:VEVENT\r\nUID:8\r\n"), reply() + b" " * replies.MOST_BYTES,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 500,
    ],
    ids=["empty", "noise", "cut off", "deep", "request", "unknown", "two people", "two events", "large", "parts"],
)  # fmt: skip
def test_what_is_no_answer_is_refused(content):
    with pytest.raises(replies.NotAReply):
        replies.read(content)


@given(st.binary(max_size=400))
def test_noise_never_breaks_the_reader(noise):
    for content in (noise, b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n" + noise, reply(more=noise.decode("latin-1"))):
        try:
            replies.read(content)
        except replies.NotAReply:
            continue


def test_answers_to_questions_are_checked_against_what_was_asked():
    asked = [
        {"key": "size", "label": "Size", "kind": "number", "required": True},
        {"key": "plan", "label": "Plan", "kind": "select", "options": ["A", "B"]},
        {"key": "call", "label": "Call", "kind": "phone"},
        {"key": "terms", "label": "Terms", "kind": "checkbox", "required": True},
    ]
    good = {"size": "12", "plan": "B", "call": "+49 30 901820", "terms": True}
    assert answers.check(asked, good, required=True) == (
        {"size": 12, "plan": "B", "call": "+4930901820", "terms": True}, []
    )  # fmt: skip
    bad = {"size": "many", "plan": "C", "call": "nobody", "terms": False, "other": 1}
    wrong = {problem["field"] for problem in answers.check(asked, bad, required=True)[1]}
    assert wrong == {f"answers.{key}" for key in bad}
    assert answers.check(asked, {}, required=False) == ({}, [])
    assert answers.check(asked, {"size": 10**400, "call": "12"}, required=False)[1]


def test_times_are_written_as_people_there_read_them():
    before, after = AT, AT + timedelta(minutes=45)
    assert mail_texts.full_time(before, after, "Europe/Berlin", "de") == (
        "Sonntag, 29. März 2026, 01:30–03:15 (Europe/Berlin, UTC+01:00)"
    )
    assert mail_texts.full_time(before, after, "Asia/Kathmandu", "en").endswith("(Asia/Kathmandu, UTC+05:45)")
    assert [mail_texts.language_of(one) for one in ("de-AT", "fr_CA", "pt", "")] == ["de", "fr", "en", "en"]
    for language in ("en", "de", "es", "fr"):
        for kind in mail_texts._ABOUT["en"]:
            assert "{" not in mail_texts.subject(language, kind, title="T", when="W", until="U")
            assert "{" not in mail_texts.sentence(language, kind, title="T", when="W", until="U")
            assert mail_texts.link_words(language, kind)
