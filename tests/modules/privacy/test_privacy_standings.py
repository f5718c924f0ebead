"""May this be sent there: purposes, wishes, suppression."""

from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ContactAsk


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
    codes = [[reason.code for reason in answer.reasons] for answer in answers]
    assert codes == [
        ["purpose.transactional"],
        ["consent.missing"],
        ["consent.missing"],
        ["purpose.unknown"],
        ["address.invalid"],
    ]
    assert answers[0].contact_hash == answers[1].contact_hash
    assert answers[4].contact_hash is None
