"""Normal forms and enrichment of people."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.modules.leads.enrichment import enrich_person
from tradewind.modules.leads.normal_forms import (
    company_key,
    normal_country,
    normal_domain,
    normal_email,
    normal_phone,
    split_name,
)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_phone_numbers_agree_with_the_reference(region):
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        wanted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for form in (0, 1, 2):
            found = normal_phone(phonenumbers.format_number(number, form), region)
            assert found is not None
            assert found.e164 == wanted


@given(st.integers(1, 99_999_999_999_999))
def test_any_digits_are_valid_only_where_the_reference_says_so(number):
    text = f"+{number}"
    try:
        parsed = phonenumbers.parse(text)
        valid = phonenumbers.is_valid_number(parsed)
    except phonenumbers.NumberParseException:
        valid = False
    found = normal_phone(text)
    if valid:
        assert found is not None
        assert found.e164 == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize("text", ["", "12", "call me", "+", "+00000", "(000) 000-0000", "1" * 40])
def test_what_is_no_phone_number(text):
    assert normal_phone(text, "US") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada@X.Example", "ada@x.example"),
        (" mailto:a.b+c@mail.example ", "a.b+c@mail.example"),
        ("Ada Moreau <ada@x.example>", "ada@x.example"),
        ("jörg@müller.example", "jörg@müller.example"),
        ("ada@x", None),
        ("a..b@x.example", None),
        ("ada@@x.example", None),
        ("ada(at)x.example", None),
        ("a" * 65 + "@x.example", None),
        ("", None),
    ],
)
def test_email_addresses(text, expected):
    assert normal_email(text) == expected


@given(st.text(max_size=300))
def test_no_text_breaks_a_normal_form(text):
    normal_email(text)
    normal_phone(text, "DE")
    normal_country(text)
    normal_domain(text)
    company_key(text)
    split_name(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"), ("deutschland", "DE"), ("DEU", "DE"), ("de", "DE"), ("United States of America", "US"),
        ("U.S.A.", "US"), ("UK", "GB"), ("Côte d’Ivoire", "CI"), ("Holland", "NL"), ("日本", "JP"),
        ("Asia/Pacific Region", None), ("unknown", None), ("", None),
    ],
)  # fmt: skip
def test_countries(text, code):
    assert normal_country(text) == code


def test_companies_group_by_what_matters():
    assert company_key("Acme, Inc.") == company_key("ACME") == company_key(" acme  Ltd ") == "acme"
    assert company_key("S.A.S. Moreau") != company_key("Moreau")
    assert company_key("Inc") == "inc"
    assert normal_domain("https://www.Acme.example/about?x=1") == "acme.example"


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("Maria van Dyk", "Maria", "van Dyk"),
        ("Dr. Juan Q. de la Vega III", "Juan Q.", "de la Vega"),
        ("Lovelace, Ada", "Ada", "Lovelace"),
        ("Cher", "Cher", ""),
    ],
)
def test_names(full, first, last):
    name = split_name(full)
    assert (name.first, name.last) == (first, last)
    assert 0 < name.confidence <= 1


def test_findings_carry_source_and_confidence():
    person = enrich_person(
        {"full_name": "Ada Moreau", "email": "Sales@Moreau.example", "phone": "+33 1 42 68 53 00"}
    )  # fmt: skip
    assert (person.first_name, person.last_name, person.country) == ("Ada", "Moreau", "FR")
    assert (person.email, person.email_key) == ("Sales@Moreau.example", "sales@moreau.example")
    assert person.company_domain == "moreau.example"
    assert person.role_address
    assert not person.free_mail
    for finding in person.findings.values():
        assert finding["source"]
        assert 0 <= finding["confidence"] <= 1


def test_what_was_given_is_never_overwritten():
    person = enrich_person({"country": "Germany", "phone": "+33 1 42 68 53 00", "email": "a@gmail.com"})
    assert person.country == "DE"
    assert person.findings["phone_country"]["value"] == "FR"
    assert person.company_domain is None
    assert person.free_mail


def test_what_cannot_be_read_is_named():
    person = enrich_person({"country": "Atlantis", "phone": "12", "email": "nobody"})
    assert set(person.problems) == {"country", "phone", "email"}
    assert person.findings["country"]["raw"] == "Atlantis"
    assert person.phone == "12"
    assert person.phone_key is None
