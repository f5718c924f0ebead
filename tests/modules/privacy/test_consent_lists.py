"""Lists of consents that other systems kept."""

from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ContactAsk

ADA = "ada@example.com"


async def allowed(session):
    [answer] = await privacy.standings(session, [ContactAsk("email", ADA, "marketing")])
    return answer.allowed


async def test_lists_of_consents_are_looked_at_and_then_recorded_once(session, client, client_for):
    content = (
        "E-Mail Address;Topic;Opt-In;Legal basis;Origin;Consent date;Note\n"
        "ADA@example.com;Newsletter and offers;ja;;Webinar 2024;13/04/2024 10:30;x\n"
        "bob@example.com;marketing;no;;;2024-05-01;\n"
        "cyd@example.com;sales;yes;Legitimate Interest;=HYPERLINK(1);03/04/2024;\n"
        "cyd@example.com;sales;yes;Legitimate Interest;;03/04/2024;\n"
        "nobody;marketing;yes;;;;\n"
        "dee@example.com;gardening;yes;;;;\n"
        "eve@example.com;marketing;perhaps;;;;\n"
        "fay@example.com;marketing;yes;;;01/01/2999;\n"
        "gus@example.com;marketing;yes;;;yesterday;\n"
    )
    path = "/api/v1/consents/import"
    files = {"file": ("=old.csv", content.encode("utf-8-sig"), "text/csv")}
    read = (await client.post(f"{path}/preview", files=files)).json()
    assert {column["name"]: column["means"] for column in read["columns"]} == {
        "E-Mail Address": "address", "Topic": "purpose", "Opt-In": "state", "Legal basis": "basis",
        "Origin": "source", "Consent date": "date", "Note": None,
    }  # fmt: skip
    assert (read["lines"], read["good"], read["repeated"], read["bad"]) == (9, 3, 1, 5)
    assert [(line["address"], line["purpose"], line["state"], line["basis"], line["at"]) for line in read["shown"]] == [
        ("ada@example.com", "marketing", "granted", "consent", "2024-04-13T10:30:00Z"),
        ("bob@example.com", "marketing", "withdrawn", "consent", "2024-05-01T00:00:00Z"),
        ("cyd@example.com", "sales", "granted", "legitimate_interest", "2024-04-03T00:00:00Z"),
    ]
    assert not await allowed(session), "looking records nothing"

    # What the person said since then, and what they took back, holds.
    await privacy.withdraw_all(session, "email", "cyd@example.com", source="reply")
    done = (await client.post(path, files=files)).json()
    refused = done.pop("refused")
    assert done == {"lines": 9, "recorded": 3, "known": 0, "repeated": 1, "bad": 5, "kept": 1}
    assert [(line["line"], line["why"]) for line in refused] == [
        (6, "“nobody” is no address of the channel email."),
        (7, "“gardening” is no purpose of yours."),
        (8, "“perhaps” is neither yes nor no."),
        (9, "“01/01/2999” lies in the future."),
        (10, "“yesterday” is no date."),
    ]
    assert await allowed(session)
    looked = (await client.post("/api/v1/consent-lookups", json={"address": ADA})).json()
    assert looked["ledger"][0]["source"] == "import"
    assert looked["ledger"][0]["proof"] == {"file": "=old.csv", "line": 2, "source": "Webinar 2024"}
    again = (await client.post(path, files=files)).json()
    assert (again["recorded"], again["known"]) == (0, 3)
    kept = (await client.post(f"{path}/refused", files=files)).content.decode("utf-8-sig").splitlines()
    assert len(kept) == 6
    assert kept[1] == "nobody,marketing,yes,,,,,6,“nobody” is no address of the channel email."

    # The columns are said, the rest holds for all; a day that may be two is asked about.
    plain = {"file": ("plain.csv", b"who,day\n+49 170 1234567,04/03/2024\n0170 7654321,05/03/2024\n", "text/csv")}
    said = {"channel": "sms", "purpose": "sales", "basis": "contract", "country": "DE", "date_column": "day"}
    open_days = (await client.post(f"{path}/preview", files=plain, params=said)).json()
    assert (open_days["good"], open_days["bad"]) == (0, 2)
    assert "say whether the day or the month comes first" in open_days["refused"][0]["why"]
    asked = (await client.post(f"{path}/preview", files=plain, params={**said, "dates": "day_first"})).json()
    assert [(line["address"], line["at"][:10]) for line in asked["shown"]] == [
        ("+491701234567", "2024-03-04"),
        ("+491707654321", "2024-03-05"),
    ]
    undated = await client.post(f"{path}/preview", files=plain, params={**said, "date_column": "-"})
    assert {line["at"] for line in undated.json()["shown"]} == {None}
    wrong = await client.post(path, files=plain, params={**said, "address_column": "no such"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "privacy.list_unreadable")
    assert (await (await client_for("analyst")).post(path, files=files)).status_code == 403
    audit = (await client.get("/api/v1/audit-log", params={"action": "consent.imported"})).json()["items"]
    assert [entry["after"]["recorded"] for entry in audit] == [0, 3]
