"""May this be sent there: purposes, wishes, suppression."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tradewind.kernel.clock import frozen, now
from tradewind.kernel.ids import new_id
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk, ContactPoint, NewSuppression
from tradewind.modules.privacy.errors import ContactInvalid
from tradewind.modules.privacy.service.opting_out import wish_in


async def test_without_a_recorded_basis_only_service_messages_may_go(session):
    asks = [
        ContactAsk("email", "Ada@Example.com", "transactional"),
        ContactAsk("email", "ada@example.com", "marketing"),
        ContactAsk("email", "ada@example.com", "sales"),
        ContactAsk("email", "ada@example.com", "unheard_of"),
        ContactAsk("call", "no number", "sales"),
    ]
    answers = await privacy.standings(session, asks)
    assert [answer.allowed for answer in answers] == [True, False, False, False, False]
    found = [[reason.code for reason in answer.reasons] for answer in answers]
    assert found == [
        ["purpose.transactional"],
        ["consent.missing"],
        ["consent.missing"],
        ["purpose.unknown"],
        ["address.invalid"],
    ]
    assert answers[0].contact_hash == answers[1].contact_hash
    assert answers[4].contact_hash is None


def change(address="ada@example.com", purpose="marketing", state="granted", source="manual", **more):
    return ConsentChange(channel="email", address=address, purpose=purpose, state=state, source=source, **more)


async def allowed(session, address="ada@example.com", purpose="marketing", channel="email"):
    [answer] = await privacy.standings(session, [ContactAsk(channel, address, purpose)])
    return answer.allowed


async def codes(session, address="ada@example.com", purpose="marketing", channel="email"):
    [answer] = await privacy.standings(session, [ContactAsk(channel, address, purpose)])
    return [reason.code for reason in answer.reasons]


async def test_the_newest_wish_holds_and_lists_lift_no_withdrawal(session):
    before = now() - timedelta(days=2)
    await privacy.record_consents(session, [change()])
    assert await allowed(session)
    [late] = await privacy.record_consents(session, [change(state="withdrawn", at=before)])
    assert late.state == "granted", "an older withdrawal is noted and changes nothing"
    told = await privacy.record_consents(session, [change(state="withdrawn"), change(source="import")])
    assert [each.state for each in told] == ["withdrawn", "withdrawn"]
    await privacy.record_consents(session, [change(source="import", at=now() + timedelta(minutes=1))])
    assert await codes(session) == ["consent.withdrawn"]
    await privacy.record_consents(session, [change(source="preference_page", at=now() + timedelta(minutes=2))])
    assert await allowed(session)
    lines, _ = await privacy.history(session, ["email"], " ADA@example.com ")
    assert [line.state for line in lines] == ["granted", "granted", "granted", "withdrawn", "withdrawn", "granted"]


async def test_opt_in_needs_consent_and_soft_opt_in_any_basis(session):
    await privacy.record_consents(
        session, [change(basis="contract"), change(purpose="sales", basis="legitimate_interest")]
    )
    assert await codes(session) == ["consent.basis"]
    [answer] = await privacy.standings(session, [ContactAsk("email", "ada@example.com", "sales")])
    assert (answer.allowed, answer.basis) == (True, "legitimate_interest")
    assert not await allowed(session, channel="sms", address="+49 170 1234567", purpose="sales")


async def test_nothing_is_recorded_where_something_is_wrong(session):
    wrong = [change(), change(address="nobody"), change(purpose="unheard_of"), change(at=now() + timedelta(days=1))]
    with pytest.raises(ContactInvalid) as refused:
        await privacy.record_consents(session, wrong)
    assert [error["field"] for error in refused.value.errors] == [
        "changes.1.address",
        "changes.2.purpose",
        "changes.3.at",
    ]
    assert not await allowed(session)


@pytest.mark.parametrize(
    ("reason", "marketing", "service"),
    [
        ("unsubscribed", False, True),
        ("complaint", False, False),
        ("hard_bounce", False, False),
        ("manual", False, True),
    ],
)
async def test_suppression_stops_what_its_scope_says_until_it_is_released(session, reason, marketing, service):
    await privacy.record_consents(session, [change()])
    stop = NewSuppression(channel="email", address="ada@example.com", reason=reason, source="provider")
    assert await privacy.suppress(session, [stop, stop]) == 1
    assert await privacy.suppress(session, [stop]) == 0
    assert (await allowed(session), await allowed(session, purpose="transactional")) == (marketing, service)
    assert (await codes(session))[0] == f"suppressed.{reason}"
    assert await privacy.release(session, [("email", "ADA@example.com")], reasons=[reason], note="by mistake") == 1
    assert await allowed(session)


async def test_a_suppression_for_a_time_ends_by_itself(session):
    with frozen(now()) as clock:
        await privacy.record_consents(session, [change()])
        await privacy.suppress(
            session,
            [
                NewSuppression(
                    channel="email",
                    address="ada@example.com",
                    reason="manual",
                    source="manual",
                    until=now() + timedelta(hours=1),
                )
            ],
        )
        assert not await allowed(session)
        clock.tick(3601)
        assert await allowed(session)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", "stop"),
        ("Stop.", "stop"),
        ("please stop texting me!", "stop"),
        ("Opt out", "stop"),
        ("Arrêt SVP", "stop"),
        ("Bitte abmelden", "stop"),
        ("baja", "stop"),
        ("START", "start"),
        ("Hilfe", "help"),
        ("Can we stop by tomorrow?", None),
        ("end of March is fine", None),
        ("please", None),
        ("", None),
        ("stop " * 30, None),
    ],
)
def test_words_that_people_reply_with(text, wish):
    assert wish_in(text) == wish


async def test_a_reply_stops_everything_and_start_brings_back_no_more_than_it_stopped(session):
    phone = "+1 415 555 2671"
    await privacy.record_consents(
        session,
        [ConsentChange(channel="sms", address=phone, purpose="sales", state="granted", source="manual")],
    )
    heeded = await privacy.heed_reply(session, "sms", "+14155552671", "Stop")
    assert heeded is not None
    assert "START" in heeded.answer
    assert await codes(session, phone, "sales", "sms") == ["suppressed.unsubscribed", "consent.withdrawn"]
    assert await allowed(session, phone, "transactional", "sms")
    assert await privacy.heed_reply(session, "sms", phone, "see you at ten") is None
    await privacy.heed_reply(session, "sms", phone, "START")
    assert await codes(session, phone, "sales", "sms") == ["consent.withdrawn"]


async def test_merging_and_removing_people_weaken_no_wish(session):
    points = [
        ContactPoint("email", "ada@example.com"),
        ContactPoint("email", "ada@home.example"),
        ContactPoint("call", "+49 170 1234567"),
        ContactPoint("email", "no address"),
    ]
    person = new_id()
    await privacy.record_consents(session, [change("ada@home.example"), change("ada@home.example", "sales")])
    await privacy.withdraw_all(session, "email", "ada@example.com", source="one_click", person_id=person)
    await privacy.suppress(
        session,
        [NewSuppression(channel="email", address="ada@example.com", reason="hard_bounce", source="provider")],
    )
    await privacy.join_wishes(session, points)
    assert await codes(session, "ada@home.example") == ["suppressed.unsubscribed", "consent.withdrawn"]
    assert not await allowed(session, "ada@home.example", "sales")
    assert await allowed(session, "ada@home.example", "transactional"), "a bounce is true of one address only"
    assert await codes(session, "+491701234567", "sales", "call") == ["consent.missing"]
    hashed = await privacy.contact_hash(session, "email", "ada@example.com")
    assert await privacy.addresses_of(session, [hashed]) == {hashed: "ada@example.com"}
    await privacy.forget(session, [person], points)
    assert await privacy.addresses_of(session, [hashed]) == {}
    assert (await codes(session))[-1] == "consent.withdrawn"
    left = await session.scalar(text("SELECT count(*) FROM consent_records WHERE person_id IS NOT NULL"))
    assert left == 0


async def test_the_ledger_cannot_be_changed(session):
    await privacy.record_consents(session, [change()])
    for statement in ("UPDATE consent_records SET state = 'withdrawn'", "DELETE FROM consent_records"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_other_organisations_know_other_hashes_and_other_wishes(session, database, other_organisation):
    await privacy.record_consents(session, [change()])
    async with database.transaction(other_organisation) as theirs:
        assert not await allowed(theirs)
        foreign = await privacy.contact_hash(theirs, "email", "ada@example.com")
    assert foreign != await privacy.contact_hash(session, "email", "ada@example.com")
