"""Personal data leaves as placeholders and comes back exactly, in whole texts, streams and JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.modules.ai.personal_data import Known, find_personal_data
from tradewind.modules.ai.redaction import Redactor

KNOWN = Known(names=("Anna Meier", "Will Young", "Łukasz Nowak"), region="DE")

FOUND = [
    ("Write to anna.meier+shop@mail.example.co.uk.", "email", "anna.meier+shop@mail.example.co.uk"),
    ("müller@bücher.example schrieb", "email", "müller@bücher.example"),
    ("Call +49 30 901820 today", "phone", "+49 30 901820"),
    ("Mein Handy: 0171 2345678", "phone", "0171 2345678"),
    ("Reach me at +1 (415) 555-2671.", "phone", "+1 (415) 555-2671"),
    ("teléfono 0034 612 345 678 por favor", "phone", "0034 612 345 678"),
    ("card 4111 1111 1111 1111 exp 12/29", "card", "4111 1111 1111 1111"),
    ("5555555555554444", "card", "5555555555554444"),
    ("IBAN DE89 3704 0044 0532 0130 00 bitte", "iban", "DE89 3704 0044 0532 0130 00"),
    ("to GB82WEST12345698765432 THANKS", "iban", "GB82WEST12345698765432"),
    ("Steuer-ID 86095742719", "national_id", "86095742719"),
    ("PESEL 44051401359", "national_id", "44051401359"),
    ("DNI 12345678Z", "national_id", "12345678Z"),
    ("NIE X1234567L", "national_id", "X1234567L"),
    ("codice fiscale RSSMRA85T10A562S", "national_id", "RSSMRA85T10A562S"),
    ("NIR 2 55 08 14 168 025 38", "national_id", "2 55 08 14 168 025 38"),
    ("personnummer 811228-9874", "national_id", "811228-9874"),
    ("hetu 131052-308T", "national_id", "131052-308T"),
    ("AHV 756.9217.0769.85", "national_id", "756.9217.0769.85"),
    ("CPF 529.982.247-25", "national_id", "529.982.247-25"),
    ("kimlik 10000000146", "national_id", "10000000146"),
    ("Aadhaar 2341 2341 2346", "national_id", "2341 2341 2346"),
    ("BSN: 111222333", "national_id", "111222333"),
    ("rijksregister 85.07.30-033.28", "national_id", "85.07.30-033.28"),
    ("SSN 123-45-6789", "national_id", "123-45-6789"),
    ("NI number QQ123456C or AB 12 34 56 C", "national_id", "AB 12 34 56 C"),
    ("from 192.168.17.4 at noon", "ip", "192.168.17.4"),
    ("from 2001:db8:85a3::8a2e:370:7334,", "ip", "2001:db8:85a3::8a2e:370:7334"),
    ("I live at 221B Baker Street, London", "address", "221B Baker Street"),
    ("Lieferung an Lange Hauptstraße 12a, Köln", "address", "Lange Hauptstraße 12a"),
    ("habite 5 rue de la Paix à Paris", "address", "5 rue de la Paix"),
    ("vivo en Calle Mayor 3, Madrid", "address", "Calle Mayor 3"),
    ("woon op Prinsengracht 263 in Amsterdam", "address", "Prinsengracht 263"),
    ("Anna Meier wrote", "person", "Anna Meier"),
    ("hi, anna here", "person", "anna"),
    ("will young said", "person", "will young"),
    ("Napisał Łukasz.", "person", "Łukasz"),
    ("Hello, my name is Priya Natarajan and I", "person", "Priya Natarajan"),
    ("Ich heiße Jürgen von der Heide.", "person", "Jürgen von der Heide"),
]  # fmt: skip

ORDINARY = """
Order 4500123987 shipped on 2024-03-15 10:30 and arrives 15.03.2024 – 18.03.2024.
Invoice INV-2024-000123 of EUR 1 250 000.00, net 1.050.420,17, VAT 19 %.
Our revenue rose from 12,345,678 to 15 345 678 in 2023-2024.
Update to version 10.4.2.1 or v2.14.0.3; see section 3.1.4.2 of the manual.
The meeting is at 10:30:45, room 3.14, from 9:00-17:30 on 12/05/2024.
Article no. 4006381333931, batch 20240115, serial 8823-4471-2290, SKU 12-345-6789-0.
We have 12 Small Business plans, 24 hours a day, 7 days a week, 365 days a year.
Will you join? It may rain. Mark the date, bill the customer, hope for the best, young teams first.
Ratio 16:9, scale 1:50000, MAC-like 00:1B:44, time 12:30::15, price $1,299.99 per 1000 units.
Take Exit 5 Street level, 3 Way Stop, 100 Court cases, Platz 1 der Rangliste, 2. Platz 3 mal, Weg 5.
ISO 9001:2015, EN 60601-1-2, GDPR Art. 6 (1) 1 f, RFC 7946, §§ 305-310 BGB, case C-311/18.
GB82WEST12345698765433 is mistyped, 4111 1111 1111 1112 too, and 123.456.789-00 as well.
""".strip().splitlines()


@pytest.mark.parametrize(("text", "kind", "value"), FOUND, ids=[text[:24] for text, _, _ in FOUND])
def test_each_kind_is_found(text, kind, value):
    assert (kind, value) in [(found, text[start:end]) for start, end, found in find_personal_data(text, KNOWN)]
    redactor = Redactor(KNOWN)
    assert value not in redactor.redact(text)


def test_ordinary_business_text_is_left_alone():
    for line in ORDINARY:
        assert [line[start:end] for start, end, _ in find_personal_data(line, KNOWN)] == [], line


def test_one_value_has_one_placeholder_in_all_texts_of_a_call():
    redactor = Redactor(Known())
    first = redactor.redact("My name is Ruth Klee, ruth@klee.example, 192.0.2.7.")
    assert first == "My name is «PERSON_1», «EMAIL_1», «IP_1»."
    assert redactor.redact("Is ruth@klee.example right, Ruth?") == "Is «EMAIL_1» right, «PERSON_2»?"
    assert redactor.replaced == {"email": 1, "ip": 1, "person": 2}
    # As models like to write it, and one that was never given out.
    assert redactor.restore("« EMAIL_1 » and «EMAIL\\_1» and «EMAIL_9»") == (
        "ruth@klee.example and ruth@klee.example and «EMAIL_9»"
    )


def test_only_the_kinds_asked_for_are_replaced():
    text = "anna@x.example from 192.0.2.7"
    assert Redactor(KNOWN, ["ip"]).redact(text) == "anna@x.example from «IP_1»".replace("anna", "anna")
    off = Redactor(KNOWN, [])
    assert off.redact("«EMAIL_1» " + text) == "«EMAIL_1» " + text


def test_a_written_placeholder_shows_nobody_elses_data():
    redactor = Redactor(Known())
    redactor.redact("The customer is ruth@klee.example")
    sent = redactor.redact("Repeat «EMAIL_1» please")
    assert "«EMAIL_1»" not in sent
    assert redactor.restore(sent) == "Repeat «EMAIL_1» please"


_SAMPLES = st.sampled_from([
    *[text for text, _, _ in FOUND], "«EMAIL_1»", "« PHONE_2 »", "«TEXT_1»", "«", "»", "\\u00abEMAIL_1\\u00bb", "«EMA",
    "IL_1»", "_", "\\", " ", "\n", "\u202e", "«CARD_4111111111111111»",
])  # fmt: skip
_TEXTS = st.lists(st.one_of(_SAMPLES, st.text(max_size=12)), max_size=8).map("".join)


@given(st.lists(_TEXTS, min_size=1, max_size=3))
def test_restoring_gives_back_exactly_what_was_there(texts):
    redactor = Redactor(KNOWN)
    redacted = [redactor.redact(text) for text in texts]
    assert [redactor.restore(text) for text in redacted] == texts
    assert redactor.restore_json({redacted[0]: [redacted, 7]}) == {texts[0]: [texts, 7]}


@given(_TEXTS, st.lists(st.integers(1, 9), max_size=80))
def test_a_stream_cut_anywhere_restores_as_the_whole(text, cuts):
    redactor = Redactor(KNOWN)
    sent = redactor.redact(text)
    stream = redactor.stream()
    pieces, at = [], 0
    for cut in [*cuts, len(sent)]:
        pieces.append(stream.feed(sent[at : at + cut]))
        at += cut
    assert "".join([*pieces, stream.finish()]) == redactor.restore(sent) == text
